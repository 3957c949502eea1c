"""Rosters of the demonstration: one applied, to be undone still, and one that waits with errors."""

import io
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.models.cohorts import Cohort
from lms.models.rosters import RosterInvitation
from lms.services import cohorts, rosters

LATE = """Staff number,E-mail,Name,Profession,Licensed in
NG-2101,ayasha.redcloud@riverside.example,Ayasha Redcloud,Psychiatric nurse practitioner,Oregon
NG-2102,benedek.szabo@riverside.example,Benedek Szabó,Clinical psychologist,Oregon
NG-2103,cosima.albrecht@riverside.example,Cosima Albrecht,Licensed professional counsellor,Colorado
NG-2104,dilnoza.karimova@riverside.example,Dilnoza Karimova,Psychiatrist,Colorado
NG-2105,emeka.obiora@riverside.example,Emeka Obiora,Licensed clinical social worker,Oregon
"""
WAITS = """Staff number,E-mail,Name,Profession
NG-2106,freya.lindgren@riverside.example,Freya Lindgren,Clinical psychologist
NG-2101,somebody.else@riverside.example,Ayasha Redcloud,Psychiatric nurse practitioner
NG-2107,gustav.holm at riverside,Gustav Holm,Psychiatrist
NG-2108,hana.novotna@riverside.example,Hana Novotná,Psychiatric nurse practitioner
NG-2106,ivan.petrov@riverside.example,Ivan Petrov,Psychiatrist
"""


def fill(session: Session, scene: Scene) -> None:
    """Let an administrator bring five people in this morning, and leave a second file undecided."""
    opener = scene.staff["administrator"]
    then = scene.now - timedelta(hours=6)
    applied = _send(session, scene, LATE, "Late joiners.csv", opener, then)
    _make_room(session, scene, rosters.places_wanted(session, applied))
    unknown = hash_password(secrets.token_urlsafe(32))
    rosters.apply(session, applied, password_hash=unknown, by=opener, now=then)
    _have_been_written(session, applied, then)
    _send(session, scene, WAITS, "Ward 4, second list.csv", opener, scene.now - timedelta(hours=5))


def _make_room(session: Session, scene: Scene, wanted: int) -> None:
    """Raise the capacity of the youngest cohort by these places: it is full to the last one."""
    session.execute(
        sa.update(Cohort)
        .where(Cohort.id == scene.cohorts[-1], Cohort.capacity.is_not(None))
        .values(capacity=Cohort.capacity + wanted)
    )


def _send(session: Session, scene: Scene, text: str, title: str, by: int, at: datetime) -> int:
    cohort = session.get_one(Cohort, scene.cohorts[-1])
    run = cohorts.cohort_for(session, by, cohort.id, "administrator")
    data = scene.settings.data
    roster = rosters.send(session, run, io.BytesIO(text.encode()), title, data=data, by=by, now=at)
    session.commit()
    rosters.work(session, data, lambda: at)
    return roster


def _have_been_written(session: Session, roster: int, at: datetime) -> None:
    """Mark the invitations as sent, as their messages would have been at once."""
    session.execute(
        sa.update(RosterInvitation)
        .where(RosterInvitation.roster_id == roster)
        .values(
            written_at=at,
            expires_at=at + rosters.LINK_LASTS,
            token_hash=sa.literal("spent-") + sa.cast(RosterInvitation.id, sa.String),
            times_sent=1,
        )
    )
