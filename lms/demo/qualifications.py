"""Qualifications of the demonstration: life support in every state, some waiting for a look."""

import io
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.models.cohorts import Enrolment
from lms.models.qualifications import Qualification
from lms.services import proofs, qualifications

# So many of the youngest cohort have sent theirs: each has a file of its own.
SENT, WAITING = 60, 5
# Days left of those that expire soon; the others have months.
SOON = (52, 28, 6, 3)


def fill(session: Session, scene: Scene) -> None:
    """Ask for basic life support and a licence, and let some send them."""
    checker = next(iter(scene.staff.values()))
    qualifications.ask_for(
        session, scene.programme_id, ["life-support", "licence"], by=checker, now=scene.now
    )
    youngest = scene.enrolments.get(scene.cohorts[-1], ())[:SENT]
    accounts = session.scalars(
        sa.select(Enrolment.account_id).where(Enrolment.id.in_(youngest)).order_by(Enrolment.id)
    ).all()
    proof = picture()
    folder = qualifications.proof_folder(scene.settings.data)
    for place, account in enumerate(accounts):
        days = SOON[place] if place < len(SOON) else scene.chance.randint(90, 700)
        is_licence = place % 3 == 2
        stated_at = scene.now - timedelta(days=2 + place % 40, hours=place % 7)
        waits = place >= len(accounts) - WAITING
        session.add(
            Qualification(
                programme_id=scene.programme_id,
                account_id=account,
                ticket=f"{scene.chance.getrandbits(128):032x}",
                kind="licence" if is_licence else "life-support",
                number=f"{'LIC' if is_licence else 'BLS'}-{scene.chance.randint(10_000, 99_999)}",
                issuer="Board of Health Professions" if is_licence else "Riverside Resuscitation",
                issued_on=(scene.now - timedelta(days=300 + place)).date(),
                expires_on=(scene.now + timedelta(days=days)).date(),
                proof_name=proofs.keep(folder, proof),
                proof_type=proof.media_type,
                proof_size=len(proof.data),
                proof_sha256=proof.sha256,
                stated_at=stated_at,
                words="",
                outcome=None if waits else "confirmed",
                decided_by=None if waits else checker,
                decided_at=None if waits else stated_at + timedelta(days=1),
            )
        )
    session.flush()


def picture() -> proofs.Proof:
    """Return a blank card: the demonstration invents no document."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (480, 300), "#f3f1ec").save(file, "PNG")
    return proofs.proof_of(file.getvalue())
