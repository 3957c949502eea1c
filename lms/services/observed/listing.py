"""Observed skills at a glance: of a cohort, of a learner, how raters agree, and what waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.downloads import Column, Table
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.observed import Observation, ObservedRating
from lms.services import accounts, catalogue
from lms.services.cohorts import RunCohort, Seat
from lms.services.observed.opening import Observed, observations_where
from lms.services.waiting import Waiting

SHOWN_TO_LEARNERS = ("met", "to-work-on")


@dataclass(frozen=True, slots=True)
class SkillStanding:
    """How a learner stands at one skill: the latest observation with a result, and a plan."""

    checklist: courses.Checklist
    latest: Observed | None

    @property
    def is_met(self) -> bool:
        """Whether the skill was last seen and met."""
        return self.latest is not None and self.latest.stage == "met"


@dataclass(frozen=True, slots=True)
class RaterAgreement:
    """How far pairs of raters agree at one checklist, over all their observations."""

    checklist: courses.Checklist
    observations: int
    agreement: courses.Agreement


def list_observations(session: Session, cohort: RunCohort) -> list[Observed]:
    """Return the observations of a cohort's learners, the latest first, withdrawn ones left out."""
    return observations_where(
        session, Enrolment.cohort_id == cohort.id, Observation.withdrawn_at.is_(None)
    )


def list_learners(session: Session, cohort: RunCohort) -> list[tuple[int, str]]:
    """Return who can be observed in a cohort by name: enrolment and name."""
    query = (
        sa.select(Enrolment.id, Account.full_name)
        .join(Account, Account.id == Enrolment.account_id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state != "withdrawn")
        .order_by(Account.full_name, Enrolment.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def observation_for(session: Session, account_id: int, observation_id: int, asked: str) -> Observed:
    """Return an observation to staff whose role satisfies `asked`, or refuse."""
    found = observations_where(session, Observation.id == observation_id)
    if not found:
        raise NotFound()
    accounts.require_role(session, account_id, found[0].programme_id, asked)
    return found[0]


def own_results(session: Session, seat: Seat) -> list[Observed]:
    """Return the results of a learner's observations; what is still being judged stays hidden."""
    found = observations_where(session, Observation.enrolment_id == seat.enrolment_id)
    return [each for each in found if each.stage in SHOWN_TO_LEARNERS]


def skills_of(session: Session, seat: Seat) -> list[SkillStanding]:
    """Return how a learner stands at each skill of their release."""
    checklists = catalogue.release(session, seat.release_id).course.practice.checklists
    return skills_in(checklists, own_results(session, seat))


def skills_in(
    checklists: Iterable[courses.Checklist], results: Iterable[Observed]
) -> list[SkillStanding]:
    """Return how results, the latest first, stand at each skill."""
    latest: dict[str, Observed] = {}
    for each in results:
        if each.result is not None:
            latest.setdefault(each.checklist.slug, each)
    return [SkillStanding(each, latest.get(each.slug)) for each in checklists]


def agreements(observations: Iterable[Observed]) -> list[RaterAgreement]:
    """Return how far raters agree, checklist by checklist, over observations both handed in.

    The raters of different observations are pooled: seat 1 against seat 2, so that it says how far
    two people who use this checklist agree, not how good one of them is.
    """
    pooled: dict[str, tuple[courses.Checklist, list[str], list[str], int]] = {}
    for each in observations:
        pair = each.pair
        if pair is None:
            continue
        known = pooled.get(each.checklist.slug, (each.checklist, [], [], 0))
        slug = each.checklist.slug
        pooled[slug] = (known[0], known[1] + pair[0], known[2] + pair[1], known[3] + 1)
    return [
        RaterAgreement(checklist, count, courses.agreement(first, second))
        for checklist, first, second, count in pooled.values()
    ]


def observed_table(session: Session, cohort: RunCohort, now: datetime) -> Table:
    """Return the table of a cohort's observations, as its page shows it."""
    columns = (
        Column("Learner"),
        Column("Checklist"),
        Column("Setting", "role-play, simulation, session or recording"),
        Column("Observed on", kind="day"),
        Column("Stage", "rating, disputed, adjudicating, met or to-work-on"),
        Column("Agreement", "share of lines that both raters judged alike", "percent"),
        Column("Lines to work on", kind="number"),
        Column("Plan due", kind="day"),
    )
    rows = [
        (
            each.learner,
            each.checklist.title,
            each.setting,
            each.observed_on,
            each.stage,
            each.agreement.percent if each.agreement else None,
            len(each.unmet) if each.result is not None else None,
            each.plan.due_on if each.plan else None,
        )
        for each in list_observations(session, cohort)
    ]
    notes = (
        "Raters judge blind; nothing of a rating is here before both have handed in.",
        f"Days in {cohort.time_zone}. Made {now:%Y-%m-%d %H:%M} UTC.",
    )
    return Table(f"Observed skills of {cohort.title}", columns, rows, notes)


def own_sheets(session: Session, account_id: int) -> list[tuple[int, Observed]]:
    """Return the sheets that somebody has still to hand in: the rating's id and its observation."""
    query = sa.select(ObservedRating.id, ObservedRating.observation_id).where(
        ObservedRating.account_id == account_id, ObservedRating.handed_in_at.is_(None)
    )
    mine = {row.observation_id: row.id for row in session.execute(query)}
    if not mine:
        return []
    found = observations_where(
        session, Observation.id.in_(list(mine)), Observation.withdrawn_at.is_(None)
    )
    return [(mine[each.id], each) for each in found]


def waiting_for(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return the observations of a programme that wait for a rater, a decision or a plan."""
    found = observations_where(
        session,
        Cohort.programme_id == programme_id,
        Enrolment.state != "withdrawn",
        Observation.withdrawn_at.is_(None),
    )
    done: set[tuple[int, str]] = set()
    waiting = []
    for each in found:
        skill = (each.enrolment_id, each.checklist.slug)
        if each.result is not None and skill in done:
            continue
        if each.result is not None:
            done.add(skill)
        kind = _waits_as(each, now)
        if kind is not None:
            due = None
            if each.plan is not None:
                due = datetime.combine(each.plan.due_on, datetime.min.time(), now.tzinfo)
            waiting.append(
                Waiting(
                    kind=kind,
                    subject=f"{each.learner} · {each.checklist.title}",
                    since=each.opened_at,
                    endpoint="observed.observation",
                    values={"observation": each.id},
                    cohort_id=each.cohort_id,
                    due=due,
                )
            )
    return waiting


def _waits_as(observed: Observed, now: datetime) -> str | None:
    if observed.stage == "rating":
        return "rating"
    if observed.stage in ("disputed", "adjudicating"):
        return "adjudication"
    if observed.stage != "to-work-on":
        return None
    if observed.plan is None:
        return "remediation"
    past = now.date() > observed.plan.due_on + timedelta(days=1)
    return "remediation" if past else None
