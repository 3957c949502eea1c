"""A roster that waits for a decision, for tests that look at pages: one row of each kind."""

import io
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from lms.services import cohorts, rosters
from tests.cast import Cast

FILE = """Staff number,E-mail,Name,Profession
N-1,amara.singh@hospital.example,Amara Singh,Nurse
N-2,lena@example.org,Lena Marković,Licensed psychologist
,leo@example.org,Leo Ferreira,Licensed psychologist
N-2,second@hospital.example,Second Person,
N-5,no address,Fifth Person,
"""


def bring(session: Session, cast: Cast, data: Path, now: datetime) -> int:
    """Let Ada send a roster for Northgate's cohort; return it, tried. Commits."""
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    file = io.BytesIO(FILE.encode())
    roster = rosters.send(session, run, file, "people.csv", data=data, by=cast.ada, now=now)
    session.commit()
    rosters.work(session, data, lambda: now)
    return roster
