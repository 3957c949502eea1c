"""What a cohort is set to: its days, its plan, its faculty, and how many learn in it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
from lms.errors import NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.cohorts import Cohort, CohortFaculty, DueRuleRecord, RequiredModule
from lms.services import accounts, audit, catalogue
from lms.services.cohorts.due import LONGEST_DAYS
from lms.services.cohorts.room import lock_cohort, room_in
from lms.services.cohorts.runs import RunCohort
from lms.services.cohorts.waiting import promote


@dataclass(frozen=True, slots=True)
class CohortSettings:
    """All that can be set of a cohort; its release is not among it.

    `required` names the modules on the plan, none meaning all. `faculty` are accounts with a role
    in the programme that teaches.
    """

    title: str
    starts_on: date
    due_on: date
    enrols_until: date | None
    cadence_weeks: int | None = None
    capacity: int | None = None
    has_waiting_list: bool = False
    required: frozenset[str] = frozenset()
    rules: tuple[courses.DueRule, ...] = ()
    faculty: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who teaches a cohort, or could: their role in the programme, None when it ended."""

    account_id: int
    name: str
    role: str | None


def settings_of(session: Session, cohort: RunCohort) -> CohortSettings:
    """Return what a cohort is set to."""
    row = session.execute(
        sa.select(
            Cohort.title,
            Cohort.starts_on,
            Cohort.due_on,
            Cohort.enrols_until,
            Cohort.cadence_weeks,
            Cohort.capacity,
            Cohort.has_waiting_list,
        ).where(Cohort.id == cohort.id)
    ).one()
    parts = session.execute(_PARTS, {"cohort": cohort.id}).all()
    return CohortSettings(
        *row,
        required=frozenset(part.key for part in parts if part.kind == "module"),
        rules=tuple(
            courses.DueRule(part.key, part.day, part.number)
            for part in parts
            if part.kind == "rule"
        ),
        faculty=frozenset(part.number for part in parts if part.kind == "person"),
    )


def _parts() -> sa.CompoundSelect[Any]:
    """What a cohort may have several of, each row of a kind, in one query."""
    cohort = sa.bindparam("cohort", type_=sa.Integer)
    no_text, no_day = sa.cast(sa.null(), sa.String), sa.cast(sa.null(), sa.Date)
    rules = sa.select(
        sa.literal("rule").label("kind"),
        DueRuleRecord.module_key.label("key"),
        DueRuleRecord.due_on.label("day"),
        DueRuleRecord.days.label("number"),
    ).where(DueRuleRecord.cohort_id == cohort)
    modules = sa.select(
        sa.literal("module"), RequiredModule.module_key, no_day, sa.cast(sa.null(), sa.Integer)
    ).where(RequiredModule.cohort_id == cohort)
    people = sa.select(sa.literal("person"), no_text, no_day, CohortFaculty.account_id).where(
        CohortFaculty.cohort_id == cohort
    )
    every: sa.CompoundSelect[Any] = sa.union_all(rules, modules, people)
    return every.order_by("kind", "key", "number")


_PARTS = _parts()


def list_faculty(session: Session, cohort_id: int) -> list[Teacher]:
    """Return who teaches a cohort, by name."""
    query = (
        sa.select(Account.id, Account.full_name, RoleGrant.role)
        .select_from(CohortFaculty)
        .join(Cohort, Cohort.id == CohortFaculty.cohort_id)
        .join(Account, Account.id == CohortFaculty.account_id)
        .outerjoin(
            RoleGrant,
            sa.and_(
                RoleGrant.account_id == Account.id,
                RoleGrant.programme_id == Cohort.programme_id,
            ),
        )
        .where(CohortFaculty.cohort_id == cohort_id)
        .order_by(Account.full_name, Account.id)
    )
    return [Teacher(*row) for row in session.execute(query)]


def list_teachers(session: Session, cohort: RunCohort) -> list[Teacher]:
    """Return who could teach a cohort, and who does though their role has ended, by name.

    Everybody of the programme whose role acts on learners could.
    """
    teaches = sa.select(CohortFaculty.account_id).where(CohortFaculty.cohort_id == cohort.id)
    could = sa.select(RoleGrant.account_id).where(
        RoleGrant.programme_id == cohort.programme_id,
        RoleGrant.role.in_(accounts.SATISFIED_BY["instructor"]),
    )
    query = (
        sa.select(Account.id, Account.full_name, RoleGrant.role)
        .outerjoin(
            RoleGrant,
            sa.and_(
                RoleGrant.account_id == Account.id,
                RoleGrant.programme_id == cohort.programme_id,
                RoleGrant.role.in_(accounts.SATISFIED_BY["instructor"]),
            ),
        )
        .where(Account.id.in_(sa.union(teaches, could)))
        .order_by(Account.full_name, Account.id)
    )
    return [Teacher(*row) for row in session.execute(query)]


def change_settings(
    session: Session, cohort: RunCohort, wanted: CohortSettings, *, by: int, now: datetime
) -> tuple[str, ...]:
    """Set a cohort to what is wanted; return the names of what has changed, none for nothing.

    More room lets those who wait move up. Refused when the days are wrong, the title is taken, or
    more people have places than there would be.
    """
    locked = lock_cohort(session, cohort.id)
    before = settings_of(session, cohort)
    changed = tuple(
        name for name, value in _as_words(wanted).items() if value != _as_words(before)[name]
    )
    if not changed:
        return ()
    if not {"starts_on", "due_on", "enrols_until"}.isdisjoint(changed):
        _refuse_wrong_days(wanted)
    if not {"starts_on", "due_on", "rules"}.isdisjoint(changed):
        _refuse_days_outside(wanted)
    _refuse_unknown(session, cohort, before, wanted)
    room = room_in(session, locked)
    if wanted.capacity is not None and "capacity" in changed and wanted.capacity < room.taken:
        raise Refused(
            f"{room.taken} people have places in this cohort, so that {wanted.capacity} are too "
            "few. Withdraw or move somebody first."
        )
    _store(session, cohort, wanted, by=by, now=now)
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="cohort.changed",
        subject=f"cohort {cohort.id}",
        detail={
            name: {"from": _as_words(before)[name], "to": _as_words(wanted)[name]}
            for name in changed
        },
    )
    promote(session, lock_cohort(session, cohort.id), now)
    return changed


def _refuse_wrong_days(wanted: CohortSettings) -> None:
    if wanted.due_on <= wanted.starts_on:
        raise Refused("The due date has to come after the start.")
    if (wanted.due_on - wanted.starts_on).days > LONGEST_DAYS:
        raise Refused("That is more than five years after the start.")
    if wanted.enrols_until is not None and wanted.enrols_until > wanted.due_on:
        raise Refused("Enrolment has to close by the due date.")


def _refuse_days_outside(wanted: CohortSettings) -> None:
    for rule in wanted.rules:
        if rule.on is not None and rule.on < wanted.starts_on:
            raise Refused("A module cannot be due before the cohort starts.")
        if rule.on is not None and rule.on > wanted.due_on:
            raise Refused("A module cannot be due after the last day of the cohort.")


def _refuse_unknown(
    session: Session, cohort: RunCohort, before: CohortSettings, wanted: CohortSettings
) -> None:
    course = catalogue.release(session, cohort.release_id).course
    named = wanted.required | {rule.module_key for rule in wanted.rules}
    if not named <= {module.key for module in course.modules}:
        raise NotFound("There is no such module in the course. Reload the page.")
    # Whose role has ended may stay on the list until somebody takes them off it.
    new = wanted.faculty - before.faculty
    able = {each.account_id for each in list_teachers(session, cohort) if each.role is not None}
    if not new <= able:
        raise NotFound("Somebody of them does not teach in this programme. Reload the page.")


def _store(
    session: Session, cohort: RunCohort, wanted: CohortSettings, *, by: int, now: datetime
) -> None:
    values = asdict(wanted)
    for name in ("required", "rules", "faculty"):
        del values[name]
    try:
        session.execute(sa.update(Cohort).where(Cohort.id == cohort.id).values(**values))
    except IntegrityError as error:
        session.rollback()
        raise Refused("This programme already has a cohort of that title.") from error
    _replace(
        session,
        RequiredModule,
        cohort.id,
        ({"module_key": key} for key in sorted(wanted.required)),
    )
    _replace(
        session,
        DueRuleRecord,
        cohort.id,
        (
            {"module_key": rule.module_key, "due_on": rule.on, "days": rule.days}
            for rule in wanted.rules
        ),
    )
    kept = CohortFaculty.account_id.in_(wanted.faculty)
    here = CohortFaculty.cohort_id == cohort.id
    session.execute(sa.delete(CohortFaculty).where(here, ~kept))
    there = set(session.scalars(sa.select(CohortFaculty.account_id).where(here)))
    for account_id in sorted(wanted.faculty - there):
        session.add(
            CohortFaculty(cohort_id=cohort.id, account_id=account_id, added_by=by, added_at=now)
        )
    session.flush()


def _replace(
    session: Session,
    table: type[RequiredModule] | type[DueRuleRecord],
    cohort_id: int,
    rows: Iterable[Mapping[str, Any]],
) -> None:
    session.execute(sa.delete(table).where(table.cohort_id == cohort_id))
    values = [{"cohort_id": cohort_id, **row} for row in rows]
    if values:
        session.execute(sa.insert(table), values)


def _as_words(settings: CohortSettings) -> dict[str, Any]:
    """What the trail says of settings: plain values that compare and can be written down."""
    return {
        "title": settings.title,
        "starts_on": settings.starts_on.isoformat(),
        "due_on": settings.due_on.isoformat(),
        "enrols_until": _said(settings.enrols_until),
        "cadence_weeks": settings.cadence_weeks,
        "capacity": settings.capacity,
        "has_waiting_list": settings.has_waiting_list,
        "required": sorted(settings.required),
        "rules": {
            rule.module_key: _said(rule.on) or f"{rule.days} days"
            for rule in sorted(settings.rules, key=lambda rule: rule.module_key)
        },
        "faculty": sorted(settings.faculty),
    }


def _said(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
