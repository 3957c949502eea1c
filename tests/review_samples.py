"""What reviews look like half-way: a proposed ruling, an appeal, a certificate in doubt."""

from datetime import datetime

from sqlalchemy.orm import Session

from lms.services import reviews
from tests.stories import VERIFY, Told


def review(session: Session, told: Told, now: datetime) -> None:
    """Propose a ruling on an item Leo met, let him appeal, and bring his certificate into doubt.

    Each is the first of its kind in the database, so that its number is 1. His pass was voided
    and restored: he stands as before, and an administrator has yet to look at the certificate.
    """
    cast, how = told.cast, {"now": now, "verify_address": VERIFY}
    reviews.propose(
        session,
        cast.ada,
        cast.northgate,
        release_id=cast.release,
        bank_id="small-course",
        item_id=told.item,
        remedy="full-credit",
        keeps_passes=True,
        reason="CANARY-RULING: two options are right.",
        now=now,
    )
    reviews.file_appeal(
        session,
        cast.leo,
        told.failed_attempt,
        slot=0,
        ground="CANARY-GROUND: the guideline says otherwise.",
        now=now,
    )
    attempt, by = told.passed_attempt, cast.ada
    reviews.void(session, by, attempt, reason="A mix-up.", gives_back=True, **how)
    reviews.restore(session, by, attempt, reason="Sorted out.", **how)
