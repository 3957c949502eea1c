"""A completion report with a line that came back, for tests that look at pages."""

import io
from datetime import datetime

from sqlalchemy.orm import Session

from lms.services import cohorts, reporting
from lms.services.reporting import Particulars
from tests.cast import Cast

LEO = Particulars("Leo", "Ferreira", "Oregon", "PSY-20931", "", "", 2, 29)


def report(session: Session, cast: Cast, secret: str, now: datetime) -> int:
    """Let Leo consent, Ada report his completion, and the accreditor reject it."""
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    reporting.give(session, seat, LEO, secret=secret, now=now)
    how = {"by": cast.ada, "now": now}
    reporting.set_activity(session, cast.northgate, "small-course", "2026-0417", **how)
    made = reporting.make(session, cast.northgate, "small-course", **how)
    found = reporting.report_for(session, cast.ada, made, "overseer")
    back = io.BytesIO(f"Reference,Reason\nR{made}-1,Board ID not found\n".encode())
    reporting.take_rejections(session, found, back, **how)
    return made
