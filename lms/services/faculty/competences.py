"""Competences: who may teach which module, on what ground, until when, and where one is missing.

Regulators ask a programme to match instructors to modules by degree, licence, training or
experience; the grounds are kept here, the judgement stays with the programme.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

import courses
from lms.errors import NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.cohorts import Cohort, CohortFaculty
from lms.models.faculty import Competence
from lms.services import accounts, audit, catalogue

BASES = ("degree", "licence", "training", "experience")


@dataclass(frozen=True, slots=True)
class CompetenceLine:
    """One competence on record, in force or ended."""

    id: int
    account_id: int
    course_slug: str
    module_key: str
    basis: str
    evidence: str
    valid_until: date | None
    recorded_by: str
    recorded_at: datetime
    ended_by: str | None
    ended_at: datetime | None

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.ended_at is None and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Teaching:
    """Somebody who teaches a cohort, and the modules for which nothing is on record."""

    cohort_id: int
    cohort_title: str
    account_id: int
    name: str
    covered: int
    missing: tuple[str, ...]


def list_competences(session: Session, programme_id: int, account_id: int) -> list[CompetenceLine]:
    """Return what is on record of somebody in a programme, the latest first."""
    recorder, ender = aliased(Account), aliased(Account)
    query = (
        sa.select(
            Competence.id,
            Competence.account_id,
            Competence.course_slug,
            Competence.module_key,
            Competence.basis,
            Competence.evidence,
            Competence.valid_until,
            recorder.full_name,
            Competence.recorded_at,
            ender.full_name,
            Competence.ended_at,
        )
        .join(recorder, recorder.id == Competence.recorded_by)
        .outerjoin(ender, ender.id == Competence.ended_by)
        .where(Competence.programme_id == programme_id, Competence.account_id == account_id)
        .order_by(Competence.id.desc())
    )
    return [CompetenceLine(*row) for row in session.execute(query)]


def list_taught_courses(session: Session, programme_id: int) -> list[courses.Course]:
    """Return the courses of a programme's cohorts; before the first cohort, all there are."""
    taught = sa.select(sa.func.max(Cohort.release_id)).where(Cohort.programme_id == programme_id)
    ids = [each for each, _slug, _label in catalogue.list_latest_releases(session)]
    latest = session.scalar(taught)
    found = {}
    for release in [*ids, *([latest] if latest else [])]:
        course = catalogue.release(session, release).course
        found[course.slug] = course
    return list(found.values())


def record_competence(
    session: Session,
    programme_id: int,
    account_id: int,
    *,
    course_slug: str,
    module_key: str,
    basis: str,
    evidence: str,
    valid_until: date | None,
    by: int,
    now: datetime,
) -> int:
    """Record that somebody may teach a module; it takes the place of what was on record for it.

    Refused for somebody without a teaching role, an unknown ground, and a day that has passed.
    """
    held = accounts.role_in(session, account_id, programme_id)
    if held is None:
        raise NotFound()
    if not accounts.satisfies(held, "instructor") and held != "supervisor":
        raise Refused("Only people who teach or supervise have competences on record.")
    if basis not in BASES or not evidence.strip():
        raise Refused("Say on what ground, and what shows it.")
    if valid_until is not None and valid_until < now.date():
        raise Refused("The last day has passed already.")
    session.execute(
        sa.update(Competence)
        .where(
            Competence.programme_id == programme_id,
            Competence.account_id == account_id,
            Competence.course_slug == course_slug,
            Competence.module_key == module_key,
            Competence.ended_at.is_(None),
        )
        .values(ended_at=now, ended_by=by)
    )
    row = Competence(
        programme_id=programme_id,
        account_id=account_id,
        course_slug=course_slug,
        module_key=module_key,
        basis=basis,
        evidence=evidence.strip(),
        valid_until=valid_until,
        recorded_by=by,
        recorded_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("Somebody recorded this at the same moment. Look again.") from error
    _record(session, "competence.recorded", row, by, now)
    return row.id


def end_competence(
    session: Session, programme_id: int, competence_id: int, *, by: int, now: datetime
) -> int:
    """End a competence; it stays on record. Return whose it was."""
    row = session.scalars(
        sa.select(Competence)
        .where(Competence.id == competence_id, Competence.programme_id == programme_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound()
    if row.ended_at is not None:
        raise Refused("This one has ended already.")
    row.ended_at, row.ended_by = now, by
    session.flush()
    _record(session, "competence.ended", row, by, now)
    return row.account_id


def list_teaching(session: Session, programme_id: int, today: date) -> list[Teaching]:
    """Return who teaches the cohorts that are not over, and what each lacks on record."""
    taught: dict[tuple[int, int], tuple[Cohort, str, set[tuple[str, str]]]] = {}
    for cohort, account_id, name, slug, key in session.execute(_taught(programme_id, today)):
        _cohort, _name, may = taught.setdefault((cohort.id, account_id), (cohort, name, set()))
        may.add((slug, key))
    lines = []
    for (cohort_id, account_id), (cohort, name, may) in taught.items():
        course = catalogue.release(session, cohort.release_id).course
        missing = tuple(
            module.title for module in course.modules if (course.slug, module.key) not in may
        )
        covered = len(course.modules) - len(missing)
        lines.append(Teaching(cohort_id, cohort.title, account_id, name, covered, missing))
    return lines


def _taught(programme_id: int, today: date) -> sa.Select[*tuple[Any, ...]]:
    """A row for each cohort, who teaches it and each competence of theirs in force, if any."""
    in_force = sa.and_(
        Competence.programme_id == Cohort.programme_id,
        Competence.account_id == Account.id,
        Competence.ended_at.is_(None),
        sa.or_(Competence.valid_until.is_(None), Competence.valid_until >= today),
    )
    holds_a_role = sa.and_(
        RoleGrant.account_id == Account.id, RoleGrant.programme_id == Cohort.programme_id
    )
    return (
        sa.select(
            Cohort, Account.id, Account.full_name, Competence.course_slug, Competence.module_key
        )
        .join(CohortFaculty, CohortFaculty.cohort_id == Cohort.id)
        .join(Account, Account.id == CohortFaculty.account_id)
        .join(RoleGrant, holds_a_role)
        .outerjoin(Competence, in_force)
        .where(Cohort.programme_id == programme_id, Cohort.due_on >= today)
        .order_by(Cohort.starts_on.desc(), Cohort.id, Account.full_name, Account.id)
    )


def _record(session: Session, act: str, row: Competence, by: int, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act=act,
        subject=f"account {row.account_id}",
        detail={"module": f"{row.course_slug}/{row.module_key}", "basis": row.basis},
    )
