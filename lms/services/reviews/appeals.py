"""Appeals: filed within a time, and acknowledged at once with the date of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.assessment import ScoreRecord
from lms.models.reviews import Appeal, AppealStep
from lms.services import assessment, audit, mail
from lms.services.assessment import Sitting
from lms.services.reviews.appeal_lines import (
    AppealLine,
    AppealOutcome,
    StepKind,
    line_of,
)

# From the day of the result that is appealed, and from the day of the appeal; both are published
# on the learner's page and in docs/rescoring.md.
APPEAL_DAYS = 30
ANSWER_DAYS = 21
LONGEST_WORDS = 4000
WHOLE_RESULT = 0


@dataclass(frozen=True, slots=True)
class Window:
    """Until when the result of an attempt can be appealed, and what was appealed already."""

    until: date | None
    today: date
    appealed: frozenset[int]

    @property
    def is_open(self) -> bool:
        """Whether an appeal is still possible."""
        return self.until is not None and self.today <= self.until


def file_appeal(
    session: Session,
    account_id: int,
    attempt_id: int,
    *,
    slot: int,
    ground: str,
    now: datetime,
) -> AppealLine:
    """File a learner's appeal against a result, or one item of it, and acknowledge it at once.

    Refused without a result, once the time is over, and for what was appealed before.
    """
    sitting = assessment.sitting_for(session, account_id, attempt_id)
    if not 0 <= slot <= len(sitting.paper.slots):
        raise NotFound()
    if not ground.strip() or len(ground) > LONGEST_WORDS:
        raise Refused(f"Say why, in up to {LONGEST_WORDS} characters.")
    db.lock(session)
    window = window_of(session, sitting, now)
    if window.until is None:
        raise Refused("There is no result yet that could be appealed.")
    if not window.is_open:
        raise Refused(f"Results can be appealed within {APPEAL_DAYS} days; that time is over.")
    row = Appeal(
        attempt_id=attempt_id,
        slot=slot,
        ground=ground.strip(),
        filed_by=account_id,
        filed_at=now,
        answer_by=window.today + timedelta(days=ANSWER_DAYS),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("You have appealed this already; it is being looked into.") from error
    append_step(session, row.id, "acknowledged", None, "", None, now)
    line = line_of(session, row.id)
    record(session, line, "appeal.filed", account_id, now, {"answer_by": str(line.answer_by)})
    tell(
        session,
        line,
        "appeal-filed",
        sitting,
        now,
        answer_by=line.answer_by,
        ground=line.ground,
    )
    return line


def window_of(session: Session, sitting: Sitting, now: datetime) -> Window:
    """Return until when the result of an attempt can be appealed.

    The time runs from the latest score, or from when the attempt was voided: a result that was
    changed can be appealed anew for as long.
    """
    scored_at = session.scalar(sa.select(latest_score(sitting.attempt_id)))
    query = sa.select(Appeal.slot).where(Appeal.attempt_id == sitting.attempt_id)
    return window_from(sitting, scored_at, frozenset(session.scalars(query)), now)


def latest_score(attempt_id: int) -> sa.ScalarSelect[datetime]:
    """Select when an attempt was scored last, none while it has no score."""
    query = sa.select(sa.func.max(ScoreRecord.scored_at))
    return query.where(ScoreRecord.attempt_id == attempt_id).scalar_subquery()


def window_from(
    sitting: Sitting, scored_at: datetime | None, appealed: frozenset[int], now: datetime
) -> Window:
    """Return the window of a result that was scored last at an instant, if it was scored."""
    zone = ZoneInfo(sitting.seat.time_zone)
    moments = [moment for moment in (scored_at, sitting.voided_at) if moment is not None]
    until = None
    if moments:
        until = max(moments).astimezone(zone).date() + timedelta(days=APPEAL_DAYS)
    return Window(until, now.astimezone(zone).date(), appealed)


def append_step(
    session: Session,
    appeal_id: int,
    kind: StepKind,
    outcome: AppealOutcome | None,
    words: str,
    by: int | None,
    now: datetime,
    link: Mapping[str, int] | None = None,
) -> None:
    """Append a step of an appeal; Refused when somebody has taken it already.

    `link` names the column of the act that changed the result, with its number.
    """
    session.add(
        AppealStep(
            appeal_id=appeal_id,
            kind=kind,
            outcome=outcome,
            words=words.strip(),
            taken_by=by,
            taken_at=now,
            **(link or {}),
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("Somebody has done this a moment ago. Reload the page.") from error


def record(
    session: Session,
    line: AppealLine,
    act: str,
    by: int,
    now: datetime,
    detail: Mapping[str, str],
) -> None:
    """Put an act on an appeal into the trail."""
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=line.programme_id,
        act=act,
        subject=f"attempt {line.attempt_id}",
        detail={"enrolment": line.enrolment_id, "slot": line.slot, **detail},
    )


def tell(
    session: Session, line: AppealLine, letter: str, sitting: Sitting, now: datetime, **more: object
) -> None:
    """Write a letter to the learner whose appeal it is, once."""
    email = sa.select(Account.email).where(Account.id == line.learner_id)
    told = mail.letter(
        letter,
        name=line.learner,
        module=sitting.content.course.module(line.module_key).title,
        number=line.number,
        slot=None if line.slot == WHOLE_RESULT else line.slot,
        programme=sitting.seat.programme_name,
        **more,
    )
    mail.write(
        session,
        recipient=session.scalars(email).one(),
        subject=told.subject,
        body=told.body,
        at=now,
        kind="learning",
        account_id=line.learner_id,
        programme_id=sitting.seat.programme_id,
        key=f"appeal:{line.id}:{letter}",
    )
