"""How logs stand against the rules of their course: a learner, a cohort, and what waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.downloads import Cell, Column, Table
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.practice import PracticeAct, PracticeEntry, PracticeSupervisor
from lms.services import catalogue
from lms.services.cohorts import RunCohort, Seat
from lms.services.practice.log import (
    HAS_LATER,
    IS_DROPPED,
    IS_SIGNED_LATER,
    Entry,
    done_in,
    list_entries,
)
from lms.services.practice.switches import Demands, switches_of
from lms.services.waiting import Waiting


@dataclass(frozen=True, slots=True)
class LearnerPractice:
    """A learner of a cohort: how the signed log stands, and the rows that wait for a signature."""

    enrolment_id: int
    name: str
    state: str
    standing: courses.PracticeStanding
    waiting: int
    waiting_since: datetime | None


def demands_of(session: Session, seat: Seat) -> Demands:
    """Return what the credential of a seat waits for."""
    practice = catalogue.release(session, seat.release_id).course.practice
    if practice == courses.NO_PRACTICE:
        return Demands(log=False, ratings=False)
    return switches_of(session, seat.programme_id).demands(practice)


def standing_of(session: Session, seat: Seat) -> courses.PracticeStanding:
    """Return how a learner's log stands against the rules of their release."""
    return standing_with(session, seat.release_id, list_entries(session, seat.enrolment_id))


def standing_with(
    session: Session, release_id: int, entries: list[Entry]
) -> courses.PracticeStanding:
    """Return how a log that was read already stands against the rules of a release."""
    rules = catalogue.release(session, release_id).course.practice.rules
    return courses.practice_standing(rules, done_in(entries))


_WHO = (
    sa.select(Enrolment.id, Account.full_name, Enrolment.state)
    .join(Account, Account.id == Enrolment.account_id)
    .where(Enrolment.cohort_id == sa.bindparam("cohort"), Enrolment.state != "withdrawn")
    .order_by(Account.full_name, Enrolment.id)
)
_SIGNED = (
    sa.select(
        PracticeEntry.enrolment_id,
        PracticeEntry.practised_on,
        PracticeEntry.administration_minutes,
        PracticeEntry.other_minutes,
        PracticeEntry.dosing_sessions,
        PracticeEntry.consultation_minutes,
        sa.func.coalesce(PracticeEntry.group_size, 0),
    )
    .join(Enrolment, Enrolment.id == PracticeEntry.enrolment_id)
    .join(
        PracticeAct,
        sa.and_(PracticeAct.entry_id == PracticeEntry.id, PracticeAct.act == "signed"),
    )
    .where(Enrolment.cohort_id == sa.bindparam("cohort"), ~IS_SIGNED_LATER, ~IS_DROPPED)
)
_ACTED = sa.exists().where(PracticeAct.entry_id == PracticeEntry.id)
_WAITING = (
    sa.select(PracticeEntry.enrolment_id, sa.func.count(), sa.func.min(PracticeEntry.entered_at))
    .join(Enrolment, Enrolment.id == PracticeEntry.enrolment_id)
    .where(Enrolment.cohort_id == sa.bindparam("cohort"), ~_ACTED, ~HAS_LATER, ~IS_DROPPED)
    .group_by(PracticeEntry.enrolment_id)
)


def list_learners(session: Session, cohort: RunCohort) -> list[LearnerPractice]:
    """Return the learners of a cohort by name with how their logs stand, in three queries."""
    which = {"cohort": cohort.id}
    done: dict[int, list[courses.PracticeDone]] = {}
    for row in session.execute(_SIGNED, which):
        done.setdefault(row[0], []).append(courses.PracticeDone(*row[1:]))
    waiting = {row[0]: (row[1], row[2]) for row in session.execute(_WAITING, which)}
    rules = catalogue.release(session, cohort.release_id).course.practice.rules
    return [
        LearnerPractice(
            enrolment,
            name,
            state,
            courses.practice_standing(rules, done.get(enrolment, ())),
            *waiting.get(enrolment, (0, None)),
        )
        for enrolment, name, state in session.execute(_WHO, which)
    ]


def practice_table(session: Session, cohort: RunCohort, now: datetime) -> Table:
    """Return the table of a cohort's practice, as its page shows it."""
    learners = list_learners(session, cohort)
    columns = (
        Column("Learner"),
        Column("Place", "active or paused"),
        Column("Administration sessions", "signed minutes in administration sessions", "minutes"),
        Column("Other practice", "signed minutes of other practice", "minutes"),
        Column("Consultation", "signed minutes of consultation that count", "minutes"),
        Column("Dosing sessions", "signed", "number"),
        Column("Waiting", "rows that wait for a supervisor's signature", "number"),
        Column("Short of", "minima of the course that are not reached", "number"),
    )
    return Table(
        f"Practice of {cohort.title}",
        columns,
        [
            (
                line.name,
                line.state,
                line.standing.administration_minutes,
                line.standing.other_minutes,
                line.standing.consultation_minutes,
                line.standing.dosing_sessions,
                line.waiting,
                sum(1 for each in line.standing.lines if each.missing),
            )
            for line in learners
        ],
        notes=(
            "Only rows that a supervisor signed count.",
            f"Made {now:%Y-%m-%d %H:%M} UTC.",
        ),
    )


def log_table(entries: list[Entry], *, name: str, learner: bool = False) -> Table:
    """Return rows of practice with their state; with `learner` it says first whose each is."""
    columns = (
        *((Column("Learner"),) if learner else ()),
        Column("Day", kind="day"),
        Column("Kind", "practicum or consultation"),
        Column("Site"),
        Column("Role", "observe, assist, lead or role-play"),
        Column("Substance class"),
        Column("Administration sessions", "minutes in administration sessions", "minutes"),
        Column("Other practice", "minutes", "minutes"),
        Column("Dosing sessions", kind="number"),
        Column("Consultation", "minutes", "minutes"),
        Column("People", "people at the consultation", "number"),
        Column("Supervisor"),
        Column("Licence"),
        Column("State", "waiting, signed, returned, replaced or withdrawn"),
        Column("Signed at", kind="moment"),
        Column("SHA-256", "of the row and its signature"),
    )
    return Table(name, columns, _log_rows(entries, learner))


def _log_rows(entries: list[Entry], learner: bool) -> Iterator[tuple[Cell, ...]]:
    for entry in entries:
        stated = entry.stated
        yield (
            *((entry.learner,) if learner else ()),
            stated.practised_on,
            stated.kind,
            entry.site,
            stated.role,
            stated.substance,
            stated.administration_minutes,
            stated.other_minutes,
            stated.dosing_sessions,
            stated.consultation_minutes,
            stated.group_size,
            entry.supervisor.name,
            entry.supervisor.licence,
            entry.state,
            entry.acted_at if entry.state == "signed" else None,
            entry.digest,
        )


def waiting_for(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return the learners of a programme whose rows wait for a signature, with whose it is."""
    query = (
        sa.select(
            Enrolment.id,
            Cohort.id,
            Account.full_name,
            PracticeSupervisor.name,
            sa.func.min(PracticeEntry.entered_at),
        )
        .join(Enrolment, Enrolment.id == PracticeEntry.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(PracticeSupervisor, PracticeSupervisor.id == PracticeEntry.supervisor_id)
        .where(
            Cohort.programme_id == programme_id,
            Enrolment.state != "withdrawn",
            ~_ACTED,
            ~HAS_LATER,
            ~IS_DROPPED,
        )
        .group_by(Enrolment.id, Cohort.id, Account.full_name, PracticeSupervisor.name)
    )
    return [
        Waiting(
            kind="sign-off",
            subject=f"{learner} · {supervisor}",
            since=since,
            endpoint="practice.of_learner",
            values={"cohort": cohort, "enrolment": enrolment},
            cohort_id=cohort,
        )
        for enrolment, cohort, learner, supervisor, since in session.execute(query)
    ]
