"""Rating: each rater's own sheet, blind until both have handed in; then a third decides."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.observed import Observation, ObservedRating, RemediationPlan
from lms.services import accounts, audit
from lms.services.observed.opening import (
    THIRD,
    Observed,
    Rater,
    name_rater,
    observations_where,
    refuse_as_raters,
)

LONGEST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one rater has before them: the lines to judge, and what they have judged so far.

    To who adjudicates `observed` shows what both raters judged; to a rater it shows nothing of
    the other.
    """

    observed: Observed
    rater: Rater
    own: Mapping[str, str]
    lines: tuple[courses.ChecklistLine, ...]

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.rater.handed_in_at is None and self.observed.stage != "withdrawn"


def sheet_for(session: Session, account_id: int, rating_id: int) -> Sheet:
    """Return a rater's own sheet; to who administers it is closed, to others it is not there."""
    row = session.get(ObservedRating, rating_id)
    if row is None:
        raise NotFound()
    (observed,) = observations_where(session, Observation.id == row.observation_id)
    if row.account_id != account_id:
        held = accounts.role_in(session, account_id, observed.programme_id)
        if accounts.satisfies(held, "administrator"):
            raise Forbidden("Raters judge blind: this page is the rater's own.")
        raise NotFound()
    if accounts.role_in(session, account_id, observed.programme_id) is None:
        raise NotFound()
    rater = next(each for each in observed.raters if each.rating_id == rating_id)
    lines = observed.checklist.lines
    if row.seat == THIRD:
        lines = tuple(line for line in lines if line.id in observed.disputed)
    return Sheet(observed, rater, json.loads(row.judged), lines)


def judge(
    session: Session,
    sheet: Sheet,
    judged: Mapping[str, str],
    *,
    hand_in: bool,
    now: datetime,
) -> None:
    """Keep what a rater judged; handed in, it is final.

    Refused for what is no judgement, for a sheet that is closed, and for handing in with a line
    left out. Who adjudicates decides the disputed lines alone.
    """
    asked = {line.id for line in sheet.lines}
    kept = {line: value for line, value in judged.items() if line in asked}
    if not set(kept.values()) <= set(courses.JUDGEMENTS):
        raise Refused("Choose one of the three judgements for each line.")
    if not sheet.is_open:
        raise Refused("This sheet was handed in already and is final.")
    if hand_in and set(kept) != asked:
        raise Refused("Judge every line before you hand in; a line can be “not seen”.")
    db.lock(session)
    values: dict[str, object] = {"judged": json.dumps(kept, sort_keys=True)}
    if hand_in:
        values["handed_in_at"] = now
    changed = session.scalar(
        sa.update(ObservedRating)
        .where(ObservedRating.id == sheet.rater.rating_id, ObservedRating.handed_in_at.is_(None))
        .values(**values)
        .returning(ObservedRating.id)
    )
    if changed is None:
        raise Refused("This sheet was handed in already and is final.")
    if hand_in:
        # That it was handed in, not what it says: the trail must not make the other rater see.
        _record(session, sheet.observed, "observation.rated", sheet.rater.account_id, now)


def name_third(
    session: Session, observed: Observed, account_id: int, *, by: int, now: datetime
) -> None:
    """Name who decides the lines on which the two raters differ; Refused where there are none."""
    if observed.stage != "disputed":
        raise Refused("There is nothing to decide here now. Reload the page.")
    raters = tuple(rater.account_id for rater in observed.raters)
    refuse_as_raters(
        session, observed.programme_id, observed.learner_account_id, (*raters, account_id)
    )
    db.lock(session)
    try:
        name_rater(session, observed.id, THIRD, account_id, now)
    except IntegrityError as error:
        session.rollback()
        raise Refused("Somebody else has named who decides. Reload the page.") from error
    _record(session, observed, "observation.third-named", by, now, third=account_id)


def plan(
    session: Session, observed: Observed, *, due_on: date, steps: str, by: int, now: datetime
) -> None:
    """Agree what a learner does about the lines that were not met, and until when.

    Refused where nothing is to work on, for a day that is past, and a second time: what comes next
    is another observation.
    """
    if observed.stage != "to-work-on":
        raise Refused("There is nothing to work on here. Reload the page.")
    today = now.astimezone(ZoneInfo(observed.time_zone)).date()
    if due_on < today:
        raise Refused("Choose a day from today on.")
    if not steps.strip() or len(steps) > LONGEST_STEPS:
        raise Refused(f"Say what the learner does, in at most {LONGEST_STEPS} characters.")
    db.lock(session)
    session.add(
        RemediationPlan(
            observation_id=observed.id, due_on=due_on, steps=steps.strip(), made_by=by, made_at=now
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("A plan was made already. Reload the page.") from error
    _record(session, observed, "observation.planned", by, now, due_on=due_on.isoformat())


def withdraw(session: Session, observed: Observed, *, by: int, now: datetime) -> None:
    """Withdraw an observation that was opened by mistake, before it has a result."""
    if observed.result is not None or observed.stage == "withdrawn":
        raise Refused("An observation with a result stays. Observe the learner again instead.")
    db.lock(session)
    changed = session.scalar(
        sa.update(Observation)
        .where(Observation.id == observed.id, Observation.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=by)
        .returning(Observation.id)
    )
    if changed is None:
        raise Refused("This observation was withdrawn already.")
    _record(session, observed, "observation.withdrawn", by, now)


def _record(
    session: Session, observed: Observed, act: str, by: int, now: datetime, **detail: object
) -> None:
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=observed.programme_id,
        act=act,
        subject=f"observation {observed.id}",
        detail={"enrolment": observed.enrolment_id, **detail},
    )
