"""Whose words somebody may search: the releases they study or teach, or the public facts."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.accounts import RoleGrant
from lms.models.catalogue import Release
from lms.models.cohorts import Cohort, Enrolment
from lms.models.search import SearchedRelease
from lms.services import accounts


@dataclass(frozen=True, slots=True)
class Shelf:
    """A release that somebody may search, and by what right.

    With an `enrolment` it is their own study, with a `cohort` alone one that they run, and with
    neither it is open to all: then only what stands at or after `first_public` is theirs.
    """

    release_id: int
    course_slug: str
    label: str
    content_hash: str
    first: int
    first_public: int
    last: int
    cohort_title: str = ""
    cohort_id: int | None = None
    enrolment_id: int | None = None

    @property
    def is_public(self) -> bool:
        """Whether only what anybody may read is searched."""
        return self.cohort_id is None

    @property
    def range(self) -> tuple[int, int]:
        """The first and the last id of the passages that may be found."""
        return (self.first_public if self.is_public else self.first), self.last


_SHELF = (
    Release.id,
    Release.course_slug,
    Release.label,
    Release.content_hash,
    SearchedRelease.first,
    SearchedRelease.first_public,
    SearchedRelease.last,
)


def shelves_of(session: Session, account_id: int | None) -> list[Shelf]:
    """Return each release that somebody may search once: study before teaching, latest first.

    Who neither studies nor teaches anything searches the public facts of the newest release.
    """
    own = [] if account_id is None else _own(session, account_id)
    return own or _public(session)


def _own_shelves() -> sa.CompoundSelect[Any]:
    columns = (*_SHELF, Cohort.title, Cohort.id)
    account: sa.BindParameter[int] = sa.bindparam("account")
    studied = (
        sa.select(*columns, Enrolment.id.label("enrolment"), Cohort.starts_on)
        .select_from(Enrolment)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Release, Release.id == Cohort.release_id)
        .join(SearchedRelease, SearchedRelease.release_id == Release.id)
        .where(Enrolment.account_id == account)
    )
    taught = (
        sa.select(*columns, sa.cast(sa.null(), sa.Integer), Cohort.starts_on)
        .select_from(RoleGrant)
        .join(Cohort, Cohort.programme_id == RoleGrant.programme_id)
        .join(Release, Release.id == Cohort.release_id)
        .join(SearchedRelease, SearchedRelease.release_id == Release.id)
        .where(
            RoleGrant.account_id == account,
            RoleGrant.role.in_(accounts.SATISFIED_BY["reader"]),
        )
    )
    return sa.union_all(studied, taught)


# Composed once: building a statement costs more than running it.
_OWN = _own_shelves()


def _own(session: Session, account_id: int) -> list[Shelf]:
    rows = session.connection().execute(_OWN, {"account": account_id}).all()
    found: dict[int, Shelf] = {}
    for row in sorted(rows, key=lambda row: (row.enrolment or 0, row.starts_on), reverse=True):
        *values, _starts_on = row
        shelf = Shelf(*values)
        found.setdefault(shelf.release_id, shelf)
    return list(found.values())


def _public(session: Session) -> list[Shelf]:
    query = (
        sa.select(*_SHELF)
        .join(SearchedRelease, SearchedRelease.release_id == Release.id)
        .order_by(Release.id.desc())
        .limit(1)
    )
    return [Shelf(*row) for row in session.execute(query)]


def chosen(shelves: list[Shelf], release_id: int | None) -> list[Shelf]:
    """Return the shelves to search: the one asked for, else the first of each course.

    Of one course an older text is not offered beside a newer one. Raises NotFound for a release
    that is none of these.
    """
    if release_id is None:
        firsts: dict[str, Shelf] = {}
        for shelf in shelves:
            firsts.setdefault(shelf.course_slug, shelf)
        return list(firsts.values())
    found = [shelf for shelf in shelves if shelf.release_id == release_id]
    if not found:
        raise NotFound()
    return found
