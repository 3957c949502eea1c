"""Observations: opened with two raters who judge blind, read in whatever state they are in."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.observed import Observation, ObservedRating, RemediationPlan
from lms.services import audit, catalogue
from lms.services.cohorts import RunCohort

Setting = Literal["role-play", "simulation", "session", "recording"]
SETTINGS: tuple[Setting, ...] = ("role-play", "simulation", "session", "recording")
Stage = Literal["rating", "disputed", "adjudicating", "met", "to-work-on", "withdrawn"]
FIRST, SECOND, THIRD = 1, 2, 3
MAY_RATE = ("director", "administrator", "educator", "instructor", "supervisor")


@dataclass(frozen=True, slots=True)
class Rater:
    """Somebody on a seat of an observation; `judged` is empty until everybody may see it."""

    rating_id: int
    account_id: int
    name: str
    seat: int
    judged: Mapping[str, str]
    handed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the learner does about what was not met, and until when."""

    due_on: date
    steps: str
    made_by: str


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation as it stands: who rates, where they differ, and what came of it.

    `checklist` is that of the learner's release. Before both raters have handed in, nobody's
    judgements are in it. `result` is what both agree on, with what the third decided.
    """

    id: int
    enrolment_id: int
    learner_account_id: int
    learner: str
    cohort_id: int
    programme_id: int
    programme_name: str
    time_zone: str
    release_id: int
    checklist: courses.Checklist
    setting: Setting
    observed_on: date
    opened_at: datetime
    stage: Stage
    raters: tuple[Rater, ...]
    disputed: tuple[str, ...] = ()
    result: Mapping[str, str] | None = None
    plan: Plan | None = None

    @property
    def unmet(self) -> tuple[courses.ChecklistLine, ...]:
        """The lines to work on, once there is a result."""
        return () if self.result is None else self.checklist.unmet(self.result)

    @property
    def agreement(self) -> courses.Agreement | None:
        """How far the two raters agree; None as long as one of them has not handed in."""
        pair = self.pair
        return None if pair is None else courses.agreement(*pair)

    @property
    def pair(self) -> tuple[list[str], list[str]] | None:
        """What the two raters judged, line by line; None until both have handed in."""
        if self.stage in ("rating", "withdrawn"):
            return None
        first, second = (self.rater(FIRST), self.rater(SECOND))
        if first is None or second is None:
            return None
        lines = [line.id for line in self.checklist.lines]
        return [first.judged[line] for line in lines], [second.judged[line] for line in lines]

    def rater(self, seat: int) -> Rater | None:
        """Return who sits on a seat."""
        return next((each for each in self.raters if each.seat == seat), None)


def open_observation(
    session: Session,
    cohort: RunCohort,
    *,
    enrolment_id: int,
    checklist: str,
    setting: Setting,
    observed_on: date,
    raters: tuple[int, int],
    ticket: str,
    by: int,
    now: datetime,
) -> int:
    """Name two raters for a learner and a checklist; return its id, the same if sent twice.

    Refused for a day to come, for one rater twice, for who may not rate, and for the learner.
    """
    learner, state = _learner(session, cohort, enrolment_id)
    digest = _checklist(session, cohort, checklist).digest
    if observed_on > now.astimezone(ZoneInfo(cohort.time_zone)).date():
        raise Refused("This day is still to come. Open the observation once it has taken place.")
    if state == "withdrawn":
        raise Refused("This learner has withdrawn from the cohort.")
    refuse_as_raters(session, cohort.programme_id, learner, raters)
    db.lock(session)
    row = Observation(
        enrolment_id=enrolment_id,
        release_id=cohort.release_id,
        checklist=checklist,
        digest=digest,
        setting=setting,
        observed_on=observed_on,
        ticket=ticket,
        opened_by=by,
        opened_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        return _sent_before(session, enrolment_id, ticket)
    for seat, account in zip((FIRST, SECOND), raters, strict=True):
        name_rater(session, row.id, seat, account, now)
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="observation.opened",
        subject=f"observation {row.id}",
        detail={"enrolment": enrolment_id, "checklist": checklist, "raters": list(raters)},
    )
    return row.id


def _learner(session: Session, cohort: RunCohort, enrolment_id: int) -> tuple[int, str]:
    """Return the account of a learner of a cohort, and how their place stands."""
    query = sa.select(Enrolment.account_id, Enrolment.state).where(
        Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort.id
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound()
    return row.account_id, row.state


def _checklist(session: Session, cohort: RunCohort, checklist: str) -> courses.Checklist:
    course = catalogue.release(session, cohort.release_id).course
    found = course.practice.find_checklist(checklist)
    if found is None:
        raise Refused("Choose one of the checklists of this curriculum.")
    return found


def _sent_before(session: Session, enrolment_id: int, ticket: str) -> int:
    """Return the observation that the same form has opened already."""
    known = sa.select(Observation.id).where(
        Observation.enrolment_id == enrolment_id, Observation.ticket == ticket
    )
    return session.scalars(known).one()


def name_rater(
    session: Session, observation_id: int, seat: int, account_id: int, now: datetime
) -> None:
    """Put somebody on a seat of an observation."""
    session.add(
        ObservedRating(
            observation_id=observation_id,
            seat=seat,
            account_id=account_id,
            judged="{}",
            named_at=now,
        )
    )
    session.flush()


def refuse_as_raters(
    session: Session, programme_id: int, learner: int, raters: tuple[int, ...]
) -> None:
    """Refuse raters who are the same person, the learner, or of no role that rates."""
    if len(set(raters)) != len(raters):
        raise Refused("Two raters are two people: choose another for one of them.")
    if learner in raters:
        raise Refused("Nobody rates themselves. Choose another rater.")
    if not set(raters) <= {account for account, _name in list_raters(session, programme_id)}:
        raise Refused("Choose raters from the people of this programme.")


def list_raters(session: Session, programme_id: int) -> list[tuple[int, str]]:
    """Return who may rate in a programme, by name: account and name."""
    query = (
        sa.select(Account.id, Account.full_name)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.programme_id == programme_id, RoleGrant.role.in_(MAY_RATE))
        .order_by(Account.full_name)
    )
    return [(row.id, row.full_name) for row in session.execute(query)]


def observations_where(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Observed]:
    """Return observations that fulfil conditions, the latest first: one query, a row per rater."""
    maker, rater = sa.orm.aliased(Account), sa.orm.aliased(Account)
    query = (
        sa.select(
            Observation,
            Enrolment.account_id,
            Account.full_name,
            Cohort.id,
            Programme.id,
            Programme.name,
            Programme.time_zone,
            RemediationPlan,
            maker.full_name,
            ObservedRating.id,
            ObservedRating.account_id,
            rater.full_name,
            ObservedRating.seat,
            ObservedRating.judged,
            ObservedRating.handed_in_at,
        )
        .join(Enrolment, Enrolment.id == Observation.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .join(ObservedRating, ObservedRating.observation_id == Observation.id)
        .join(rater, rater.id == ObservedRating.account_id)
        .outerjoin(RemediationPlan, RemediationPlan.observation_id == Observation.id)
        .outerjoin(maker, maker.id == RemediationPlan.made_by)
        .where(*conditions)
        .order_by(Observation.observed_on.desc(), Observation.id.desc(), ObservedRating.seat)
    )
    found = []
    rows = (tuple(row) for row in session.execute(query))
    for _id, group in itertools.groupby(rows, lambda row: row[0].id):
        rated = list(group)
        found.append(_observed(session, rated[0][:9], [_rater(*row[9:]) for row in rated]))
    return found


def _rater(
    key: int, account: int, name: str, seat: int, judged: str, handed_in_at: datetime | None
) -> Rater:
    return Rater(key, account, name, seat, json.loads(judged), handed_in_at)


def _observed(session: Session, values: tuple[object, ...], raters: list[Rater]) -> Observed:
    row, account, learner, cohort, programme, name, zone, plan, maker = values
    assert isinstance(row, Observation)
    practice = catalogue.release(session, row.release_id).course.practice
    checklist = practice.find_checklist(row.checklist)
    assert checklist is not None
    by_seat = {rater.seat: rater for rater in raters}
    stage, disputed, result = _outcome(row, checklist, by_seat)
    blind = stage in ("rating", "withdrawn")
    shown = tuple(
        Rater(each.rating_id, each.account_id, each.name, each.seat, {}, each.handed_in_at)
        if blind or (each.seat == THIRD and each.handed_in_at is None)
        else each
        for each in raters
    )
    return Observed(
        id=row.id,
        enrolment_id=row.enrolment_id,
        learner_account_id=int(str(account)),
        learner=str(learner),
        cohort_id=int(str(cohort)),
        programme_id=int(str(programme)),
        programme_name=str(name),
        time_zone=str(zone),
        release_id=row.release_id,
        checklist=checklist,
        setting=next(each for each in SETTINGS if each == row.setting),
        observed_on=row.observed_on,
        opened_at=row.opened_at,
        stage=stage,
        raters=shown,
        disputed=disputed,
        result=result,
        plan=Plan(plan.due_on, plan.steps, str(maker))
        if isinstance(plan, RemediationPlan)
        else None,
    )


def _outcome(
    row: Observation, checklist: courses.Checklist, raters: Mapping[int, Rater]
) -> tuple[Stage, tuple[str, ...], Mapping[str, str] | None]:
    if row.withdrawn_at is not None:
        return "withdrawn", (), None
    first, second, third = raters[FIRST], raters[SECOND], raters.get(THIRD)
    if first.handed_in_at is None or second.handed_in_at is None:
        return "rating", (), None
    disputed = checklist.disputed(first.judged, second.judged)
    result = dict(first.judged)
    if disputed:
        if third is None:
            return "disputed", disputed, None
        if third.handed_in_at is None:
            return "adjudicating", disputed, None
        result |= {line: third.judged[line] for line in disputed}
    return ("to-work-on" if checklist.unmet(result) else "met"), disputed, result
