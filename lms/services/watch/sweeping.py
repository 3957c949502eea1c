"""Going through the cohorts: flags open when a rule speaks and close when its cause is gone."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.models.acts import CredentialAct
from lms.models.assessment import Attempt, SafetyRecheck, ScoreRecord
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, DueExtension, DueRuleRecord, Enrolment, EnrolmentAct
from lms.models.credentials import CredentialRecord
from lms.models.learning import LessonCompletion, Place
from lms.models.reviews import VoidAct
from lms.models.sittings import AccommodationRecord, SittingIncident, SittingRule
from lms.models.watch import CohortWatch, RiskFlag, RiskRuleRecord
from lms.services.watch.causes import to_document, why_of
from lms.services.watch.facts import gather_in_portions, watched
from lms.services.watch.flags import TURN, Flag, flags_now, flags_of_cohort
from lms.services.watch.readings import Fresh, keep
from lms.services.watch.rules import rules_of

KEPT_AT_ONCE = 50


def list_changed(session: Session, now: datetime) -> list[int]:
    """Return the cohorts in which anything changed since their flags were gone through, or on
    whose clocks a new hour has begun.
    """
    query = (
        sa.select(Cohort.id, Programme.time_zone, CohortWatch.state)
        .join(Programme, Programme.id == Cohort.programme_id)
        .outerjoin(CohortWatch, CohortWatch.cohort_id == Cohort.id)
        .order_by(Cohort.id)
    )
    return [
        row.id
        for row in session.execute(query)
        if row.state != _state_of(session, row.id, row.time_zone, now)
    ]


def current_flags(session: Session, cohort_id: int, now: datetime) -> list[Flag]:
    """Return the flags of a cohort as they stand at this instant, the cheaper way.

    As long as nothing changed since the last sweep, what it kept is what would be found again.
    """
    known = session.scalar(sa.select(CohortWatch.state).where(CohortWatch.cohort_id == cohort_id))
    zone = watched(session, cohort_id).time_zone
    if known is not None and known == _state_of(session, cohort_id, zone, now):
        return flags_of_cohort(session, cohort_id)
    return flags_now(session, cohort_id, now)


@dataclass(frozen=True, slots=True)
class Found:
    """What a sweep read: the state it read in, attempts that none had read yet, and the causes.

    Causes stand under their learner, rule and subject, each with its words.
    """

    state: str
    fresh: Sequence[Fresh]
    causes: Mapping[tuple[int, str, str], tuple[courses.Cause, str]]


def go_through(session: Session, cohort_id: int, now: datetime) -> tuple[int, int]:
    """Open and close the flags of a cohort; return how many opened and how many closed.

    Marking thousands of answers takes seconds, and whoever saves one must not wait for that: all is
    read before anybody takes the writer's turn, and what was read is kept a few attempts at a
    time. What changes meanwhile is found by the next sweep, as the state kept is the one that was
    read. Commits as it goes, but for the flags. What is there already keeps its acts, and its cause
    is brought up to date.
    """
    found = _find(session, cohort_id, now)
    session.commit()
    for start in range(0, len(found.fresh), KEPT_AT_ONCE):
        db.take_turn(session, TURN)
        keep(session, found.fresh[start : start + KEPT_AT_ONCE])
        session.commit()
    db.take_turn(session, TURN)
    return _bring_up_to_date(session, cohort_id, found, now)


def _find(session: Session, cohort_id: int, now: datetime) -> Found:
    cohort = watched(session, cohort_id)
    state = _state_of(session, cohort_id, cohort.time_zone, now)
    rules, zone = rules_of(session, cohort.programme_id), ZoneInfo(cohort.time_zone)
    fresh: list[Fresh] = []
    causes: dict[tuple[int, str, str], tuple[courses.Cause, str]] = {}
    for gathered in gather_in_portions(session, cohort, rules, now):
        fresh += gathered.fresh
        for person in gathered.people:
            facts = gathered.facts[person.enrolment_id]
            for cause in courses.risks(facts, gathered.rules, now, zone):
                written = to_document(why_of(cause, facts, gathered.content))
                causes[person.enrolment_id, cause.rule, cause.subject] = cause, written
    return Found(state, fresh, causes)


def _bring_up_to_date(
    session: Session, cohort_id: int, found: Found, now: datetime
) -> tuple[int, int]:
    mine = sa.select(Enrolment.id).where(Enrolment.cohort_id == cohort_id)
    query = sa.select(RiskFlag).where(RiskFlag.enrolment_id.in_(mine), RiskFlag.closed_at.is_(None))
    rows = {(row.enrolment_id, row.rule, row.subject): row for row in session.scalars(query)}
    opened = 0
    for key, (cause, written) in found.causes.items():
        row = rows.pop(key, None)
        if row is None:
            session.add(open_flag(key[0], cause, written, now))
            opened += 1
        elif row.cause != written:
            row.cause = written
    for row in rows.values():
        row.closed_at = now
    session.merge(CohortWatch(cohort_id=cohort_id, state=found.state, watched_at=now))
    session.flush()
    return opened, len(rows)


def open_flag(enrolment_id: int, cause: courses.Cause, written: str, now: datetime) -> RiskFlag:
    """Return the row of a flag that opens now."""
    return RiskFlag(
        enrolment_id=enrolment_id,
        rule=cause.rule,
        subject=cause.subject,
        cause=written,
        opened_at=now,
    )


def _state_of(session: Session, cohort_id: int, zone: str, now: datetime) -> str:
    """Return what differs whenever a flag of a cohort could: the hour, and what was added since.

    The hour of the programme's clocks, because a window closes at an instant and a day ends.
    """
    hour = f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H}"
    facts = session.connection().execute(_STATE, {"cohort": cohort_id}).one()
    return hashlib.sha256(f"{hour} {tuple(facts)}".encode()).hexdigest()


def _day_of_rule() -> sa.ColumnElement[str]:
    parts = (DueRuleRecord.module_key, DueRuleRecord.due_on, DueRuleRecord.days)
    texts = [sa.func.coalesce(sa.cast(part, sa.String), "") for part in parts]
    return texts[0] + "=" + texts[1] + texts[2]


def _compose() -> sa.Select[Any]:
    """Ledgers only grow, so that counting them is enough; what changes in place is summed up."""
    cohort = sa.bindparam("cohort", type_=sa.Integer)
    count = sa.func.count()

    def seconds(column: Any) -> Any:
        return sa.func.sum(sa.cast(sa.extract("epoch", column), sa.BigInteger))

    def mine(column: Any) -> sa.Select[Any]:
        return sa.select(column).select_from(Enrolment).where(Enrolment.cohort_id == cohort)

    learner = LessonCompletion.enrolment_id == Enrolment.id
    attempt = Attempt.enrolment_id == Enrolment.id
    held = CredentialRecord.enrolment_id == Enrolment.id
    parts = [
        mine(count),
        mine(count).join(EnrolmentAct, EnrolmentAct.enrolment_id == Enrolment.id),
        mine(count).join(DueExtension, DueExtension.enrolment_id == Enrolment.id),
        sa.select(sa.func.aggregate_strings(_day_of_rule(), " ")).where(
            DueRuleRecord.cohort_id == cohort
        ),
        mine(count).join(LessonCompletion, learner),
        mine(seconds(Place.seen_at)).join(Place, Place.enrolment_id == Enrolment.id),
        mine(count).join(Attempt, attempt).join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id),
        mine(count).join(Attempt, attempt).join(VoidAct, VoidAct.attempt_id == Attempt.id),
        mine(sa.func.count(SafetyRecheck.answered_at))
        .join(Attempt, attempt)
        .join(SafetyRecheck, SafetyRecheck.attempt_id == Attempt.id),
        mine(count).join(CredentialRecord, held),
        mine(count)
        .join(CredentialRecord, held)
        .join(CredentialAct, CredentialAct.credential_id == CredentialRecord.id),
        sa.select(count).select_from(SittingRule).where(SittingRule.cohort_id == cohort),
        sa.select(seconds(SittingRule.set_at)).where(SittingRule.cohort_id == cohort),
        sa.select(count + sa.func.count(SittingIncident.withdrawn_at)).where(
            SittingIncident.cohort_id == cohort
        ),
        sa.select(sa.cast(Cohort.due_on, sa.String) + sa.cast(Cohort.starts_on, sa.String)).where(
            Cohort.id == cohort
        ),
        sa.select(seconds(RiskRuleRecord.set_at))
        .join(Cohort, Cohort.programme_id == RiskRuleRecord.programme_id)
        .where(Cohort.id == cohort),
        sa.select(count + sa.func.count(AccommodationRecord.withdrawn_at))
        .select_from(AccommodationRecord)
        .join(Cohort, Cohort.programme_id == AccommodationRecord.programme_id)
        .where(Cohort.id == cohort),
    ]
    return sa.select(*(part.scalar_subquery() for part in parts))


# Composed once: building the statement would cost more than running it.
_STATE = _compose()
