"""Whether a programme's credential waits for practice: as the course says, or as staff decided."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.models.practice import PracticeSwitch
from lms.services import audit


@dataclass(frozen=True, slots=True)
class Demands:
    """What the credential waits for: the signed log, and the observed skills."""

    log: bool
    ratings: bool


@dataclass(frozen=True, slots=True)
class Switches:
    """What a programme decided; None where it leaves it to the course."""

    log: bool | None = None
    ratings: bool | None = None

    def demands(self, practice: courses.Practice) -> Demands:
        """Return what a course's credential waits for under this decision.

        What a course has no rules or no checklists for, nobody can be asked for.
        """
        log = practice.is_demanded if self.log is None else self.log
        return Demands(
            log=log and bool(practice.rules),
            ratings=bool(self.ratings) and bool(practice.checklists),
        )


_SWITCHES = sa.select(PracticeSwitch.log_demanded, PracticeSwitch.ratings_demanded).where(
    PracticeSwitch.programme_id == sa.bindparam("programme")
)


def switches_of(session: Session, programme_id: int) -> Switches:
    """Return what a programme decided about practice before the award."""
    row = session.connection().execute(_SWITCHES, {"programme": programme_id}).one_or_none()
    return Switches() if row is None else Switches(*row)


def set_switches(
    session: Session, programme_id: int, switches: Switches, *, by: int, now: datetime
) -> None:
    """Decide what the credentials of a programme wait for; credentials awarded stay awarded."""
    db.lock(session)
    row = session.get(PracticeSwitch, programme_id, with_for_update=True)
    if row is None:
        row = PracticeSwitch(programme_id=programme_id)
        session.add(row)
    row.log_demanded, row.ratings_demanded = switches.log, switches.ratings
    row.set_by, row.set_at = by, now
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act="practice.demanded",
        subject=f"programme {programme_id}",
        detail={"log": switches.log, "ratings": switches.ratings},
    )
