"""Credentials as they are looked up: each with its verdict, and who may see which."""

import functools
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import certificates
from lms.db import Instant
from lms.errors import NotFound
from lms.models.acts import CredentialAct
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.renewals import CurrencyRecord
from lms.models.updates import ReleaseUpdate, UpdateCompletion
from lms.services import accounts
from lms.services.cohorts import refuse_other
from lms.services.credentials.reasons import public_words


@dataclass(frozen=True, slots=True)
class SinceEarned:
    """An update published after the release a credential was earned on; `done_at` if confirmed."""

    id: int
    slug: str
    title: str
    kind: str
    published_at: datetime
    done_at: datetime | None

    @property
    def is_required(self) -> bool:
        """Whether the holder has to read and confirm it."""
        return self.kind == "safety-critical"


@dataclass(frozen=True, slots=True)
class Attested:
    """A credential with its verdict at the moment it was looked up.

    `acts` are all that was done to it since its award. `version` counts its issues within its
    cycle; `supersedes` is the serial of the issue before, which the public is not told. `updates`
    are those published since the release that its holder is up to (`release_id`), the oldest
    first; what is confirmed for one cycle is confirmed for all. `renewed_by` is the serial of the
    cycle after it.
    """

    id: int
    credential: certificates.Credential
    verdict: certificates.Verdict
    digest: str
    programme_id: int
    account_id: int
    enrolment_id: int
    cohort_id: int
    release_id: int
    cycle: int
    version: int
    supersedes: str | None
    acts: tuple[certificates.Act, ...]
    updates: tuple[SinceEarned, ...]
    renewed_by: str | None = None

    @property
    def revoked_at(self) -> datetime | None:
        """When it was revoked, None while it is not."""
        return next((act.at for act in self.acts if act.kind == "revoke"), None)

    def verdict_at(self, at: datetime) -> certificates.Verdict:
        """Return what it was, or will be, worth at another instant, as far as is known now."""
        return certificates.verdict(self.credential, self.acts, at, required_of(self.updates))


def required_of(updates: Iterable[SinceEarned]) -> list[certificates.RequiredUpdate]:
    """Return the updates that a holder has to confirm, as the verdict takes them."""
    return [
        certificates.RequiredUpdate(each.title, each.published_at, each.done_at)
        for each in updates
        if each.is_required
    ]


_same = so.aliased(CredentialRecord)
# What is read once is read for all cycles of a credential.
_read_at = (
    sa.select(sa.func.min(UpdateCompletion.completed_at))
    .join(_same, _same.id == UpdateCompletion.credential_id)
    .where(
        UpdateCompletion.update_id == ReleaseUpdate.id,
        _same.account_id == CredentialRecord.account_id,
        _same.programme_id == CredentialRecord.programme_id,
        _same.course_slug == CredentialRecord.course_slug,
    )
    .scalar_subquery()
)
_later = so.aliased(CredentialRecord)
_renewed_by = (
    sa.select(_later.serial)
    .where(
        _later.account_id == CredentialRecord.account_id,
        _later.programme_id == CredentialRecord.programme_id,
        _later.course_slug == CredentialRecord.course_slug,
        _later.cycle == CredentialRecord.cycle + 1,
    )
    .order_by(_later.version.desc())
    .limit(1)
    .scalar_subquery()
)
_up_to = sa.func.coalesce(CurrencyRecord.release_id, Cohort.release_id)
_successor = so.aliased(CredentialRecord)
_predecessor = so.aliased(CredentialRecord)
_ATTESTED = (
    sa.select(
        CredentialRecord.id,
        CredentialRecord.document,
        CredentialRecord.digest,
        CredentialRecord.programme_id,
        CredentialRecord.account_id,
        CredentialRecord.enrolment_id,
        Enrolment.cohort_id,
        _up_to.label("release_id"),
        CredentialRecord.cycle,
        CredentialRecord.version,
        _predecessor.serial.label("supersedes"),
        CredentialAct.id.label("act_id"),
        CredentialAct.kind.label("act_kind"),
        CredentialAct.reason,
        CredentialAct.done_at,
        _successor.serial.label("by_serial"),
        ReleaseUpdate.id.label("update_id"),
        ReleaseUpdate.slug,
        ReleaseUpdate.title,
        ReleaseUpdate.kind,
        ReleaseUpdate.published_at,
        sa.type_coerce(_read_at, Instant).label("completed_at"),
        _renewed_by.label("renewed_by"),
    )
    .join(Enrolment, Enrolment.id == CredentialRecord.enrolment_id)
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .outerjoin(CurrencyRecord, CurrencyRecord.credential_id == CredentialRecord.id)
    .outerjoin(_predecessor, _predecessor.id == CredentialRecord.supersedes_id)
    # One row for each act with each update that a later release brought; without any, one row.
    .outerjoin(CredentialAct, CredentialAct.credential_id == CredentialRecord.id)
    .outerjoin(_successor, _successor.id == CredentialAct.successor_id)
    .outerjoin(
        ReleaseUpdate,
        sa.and_(
            ReleaseUpdate.course_slug == CredentialRecord.course_slug,
            ReleaseUpdate.release_id > _up_to,
        ),
    )
    .order_by(CredentialRecord.id.desc(), ReleaseUpdate.id, CredentialAct.number)
)
_ATTESTED_BY_SERIAL = _ATTESTED.where(CredentialRecord.serial == sa.bindparam("serial"))


def find_by_serial(session: Session, text: str, now: datetime) -> Attested | None:
    """Look up what somebody typed or scanned; None alike for unknown and malformed serials."""
    serial = certificates.parse_serial(text)
    # A malformed serial costs the same query, so that the time taken tells nothing.
    found = session.connection().execute(_ATTESTED_BY_SERIAL, {"serial": serial or ""})
    return next(_each_attested(found, now), None)


def list_of_holder(session: Session, account_id: int, now: datetime) -> list[Attested]:
    """Return a person's own credentials, the latest first."""
    query = _ATTESTED.where(CredentialRecord.account_id == account_id)
    return list(_each_attested(session.execute(query), now))


def list_of_enrolments(
    session: Session, enrolment_ids: list[int], now: datetime
) -> dict[int, Attested]:
    """Return the latest credential earned through each of these enrolments."""
    query = _ATTESTED.where(CredentialRecord.enrolment_id.in_(enrolment_ids))
    latest: dict[int, Attested] = {}
    for each in _each_attested(session.execute(query), now):
        latest.setdefault(each.enrolment_id, each)
    return latest


def list_of_ids(session: Session, ids: list[int], now: datetime) -> list[Attested]:
    """Return the credentials of these rows, the latest first."""
    query = _ATTESTED.where(CredentialRecord.id.in_(ids))
    return list(_each_attested(session.execute(query), now)) if ids else []


def list_of_programme(
    session: Session, programme_id: int, course_slug: str, now: datetime
) -> list[Attested]:
    """Return every credential that a programme issued for a course, the latest first."""
    query = _ATTESTED.where(
        CredentialRecord.programme_id == programme_id, CredentialRecord.course_slug == course_slug
    )
    return list(_each_attested(session.execute(query), now))


def list_of_course(session: Session, course_slug: str, now: datetime) -> list[Attested]:
    """Return every credential for a course, whoever issued it, the latest first."""
    query = _ATTESTED.where(CredentialRecord.course_slug == course_slug)
    return list(_each_attested(session.execute(query), now))


def _each_attested(rows: Iterable[Any], now: datetime) -> Iterator[Attested]:
    """Return the credentials that rows of `_ATTESTED`, in its order, amount to."""
    for _id, group in itertools.groupby(rows, key=lambda row: row.id):
        yield _attested(list(group), now)


def _attested(rows: list[Any], now: datetime) -> Attested:
    """Return the credential of the rows of `_ATTESTED` that are about it."""
    row = rows[0]
    credential = _unaltered(row.document, row.digest)
    acts, updates = _acts_in(rows), _updates_in(rows)
    return Attested(
        id=row.id,
        credential=credential,
        verdict=certificates.verdict(credential, acts, now, required_of(updates)),
        digest=row.digest,
        programme_id=row.programme_id,
        account_id=row.account_id,
        enrolment_id=row.enrolment_id,
        cohort_id=row.cohort_id,
        release_id=row.release_id,
        cycle=row.cycle,
        version=row.version,
        supersedes=row.supersedes,
        acts=acts,
        updates=updates,
        renewed_by=row.renewed_by,
    )


def _acts_in(rows: list[Any]) -> tuple[certificates.Act, ...]:
    found = {each.act_id: each for each in rows if each.act_id is not None}
    return tuple(
        certificates.Act(
            each.act_kind, each.done_at, public_words(each.act_kind, each.reason), each.by_serial
        )
        for each in found.values()
    )


def _updates_in(rows: list[Any]) -> tuple[SinceEarned, ...]:
    found = {each.update_id: each for each in rows if each.update_id is not None}
    return tuple(
        SinceEarned(
            each.update_id,
            each.slug,
            each.title,
            each.kind,
            each.published_at,
            each.completed_at,
        )
        for each in found.values()
    )


@functools.lru_cache(maxsize=4096)
def _unaltered(document: str, digest: str) -> certificates.Credential:
    """Return the credential of a stored document, or refuse one that its digest does not fit."""
    credential = certificates.credential_from_document(json.loads(document))
    if certificates.digest(credential) != digest:
        raise LookupError(f"The stored credential {credential.serial} does not match its digest.")
    return credential


def own_credential_for(session: Session, account_id: int, serial: str, now: datetime) -> Attested:
    """Return the holder's own credential; staff of the programme are refused, others find none."""
    found = find_by_serial(session, serial, now)
    if found is None:
        raise NotFound()
    if found.account_id != account_id:
        refuse_other(session, account_id, found.programme_id)
    return found


def credential_for_staff(
    session: Session,
    account_id: int,
    serial: str,
    now: datetime,
    asked: str = "administrator",
) -> Attested:
    """Return a credential to staff of its programme whose role satisfies `asked`, or refuse."""
    found = find_by_serial(session, serial, now)
    if found is None:
        raise NotFound()
    is_holder = found.account_id == account_id
    accounts.require_role(session, account_id, found.programme_id, asked, is_member=is_holder)
    return found
