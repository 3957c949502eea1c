"""Cohorts as the staff who run them meet them: each with the right to it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.accounts import RoleGrant
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.services import accounts


@dataclass(frozen=True, slots=True)
class RunCohort:
    """A cohort as the staff who run it need to know it; `role` is what the asking person holds."""

    id: int
    title: str
    programme_id: int
    programme_name: str
    programme_slug: str
    time_zone: str
    release_id: int
    starts_on: date
    due_on: date
    role: str

    @property
    def is_administered(self) -> bool:
        """Whether the asking person administers its programme."""
        return accounts.satisfies(self.role, "administrator")

    @property
    def is_taught(self) -> bool:
        """Whether the asking person acts on its learners; an auditor only reads."""
        return accounts.satisfies(self.role, "instructor")


def zone_of(session: Session, cohort_id: int) -> str:
    """Return the time zone in which a cohort's days begin and end, or raise NotFound."""
    query = sa.select(Programme.time_zone).join(Cohort, Cohort.programme_id == Programme.id)
    zone = session.scalar(query.where(Cohort.id == cohort_id))
    if zone is None:
        raise NotFound()
    return zone


def _learns_there() -> sa.Exists:
    """Whether somebody is enrolled in any cohort of the programme of the enclosing query."""
    theirs = so.aliased(Cohort)
    enrolled = sa.exists().where(
        Enrolment.account_id == sa.bindparam("account"),
        Enrolment.cohort_id == theirs.id,
        theirs.programme_id == Programme.id,
    )
    return enrolled.correlate(Programme)


def _run_cohort() -> sa.Select[*tuple[Any, ...]]:
    held = sa.select(RoleGrant.role).where(
        RoleGrant.account_id == sa.bindparam("account"), RoleGrant.programme_id == Programme.id
    )
    return (
        sa.select(
            Cohort.id,
            Cohort.title,
            Programme.id,
            Programme.name,
            Programme.slug,
            Programme.time_zone,
            Cohort.release_id,
            Cohort.starts_on,
            Cohort.due_on,
            sa.func.coalesce(held.scalar_subquery(), ""),
            _LEARNS_THERE,
        )
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Cohort.id == sa.bindparam("cohort"))
    )


# Composed once: building a statement costs more than running it.
_LEARNS_THERE = _learns_there()
RUN_COHORT = _run_cohort()


def programme_for(session: Session, account_id: int, programme_id: int, asked: str) -> Programme:
    """Return a programme in which the account holds a role that satisfies `asked`, or refuse."""
    query = sa.select(Programme, _LEARNS_THERE).where(Programme.id == programme_id)
    found = session.execute(query, {"account": account_id}).one_or_none()
    if found is None:
        raise NotFound()
    programme, is_member = found
    accounts.require_role(session, account_id, programme_id, asked, is_member=is_member)
    return programme


def cohort_for(session: Session, account_id: int, cohort_id: int, asked: str) -> RunCohort:
    """Return a cohort of a programme where the account's role satisfies `asked`, or refuse."""
    which = {"account": account_id, "cohort": cohort_id}
    row = session.connection().execute(RUN_COHORT, which).one_or_none()
    if row is None:
        raise NotFound()
    *values, is_member = row
    cohort = RunCohort(*values)
    accounts.refuse_unless(cohort.role, asked, is_member=is_member)
    return cohort


def week_on(starts_on: date, day: date) -> int:
    """Return the week of a cohort that `day` lies in, from 1; zero or less before the start."""
    return (day - starts_on).days // 7 + 1
