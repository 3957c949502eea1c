"""Credentials as they are looked up: each with its verdict, and who may see which."""

import functools
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.errors import NotFound
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord, RevocationRecord
from lms.models.updates import ReleaseUpdate, UpdateCompletion
from lms.services import accounts
from lms.services.cohorts import refuse_other

PUBLIC_REASONS = {
    "issued-in-error": "It was issued in error.",
    "misconduct": "The programme withdrew it after a finding about conduct.",
    "holder-request": "The holder asked for it to be withdrawn.",
}


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

    `updates` are those published since the release it was earned on, the oldest first.
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
    revoked_at: datetime | None
    updates: tuple[SinceEarned, ...]


_ATTESTED = (
    sa.select(
        CredentialRecord.id,
        CredentialRecord.document,
        CredentialRecord.digest,
        CredentialRecord.programme_id,
        CredentialRecord.account_id,
        CredentialRecord.enrolment_id,
        Enrolment.cohort_id,
        Cohort.release_id,
        RevocationRecord.reason,
        RevocationRecord.revoked_at,
        ReleaseUpdate.id.label("update_id"),
        ReleaseUpdate.slug,
        ReleaseUpdate.title,
        ReleaseUpdate.kind,
        ReleaseUpdate.published_at,
        UpdateCompletion.completed_at,
    )
    .join(Enrolment, Enrolment.id == CredentialRecord.enrolment_id)
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .outerjoin(RevocationRecord, RevocationRecord.credential_id == CredentialRecord.id)
    # One row for each update that a later release brought; without any, one row.
    .outerjoin(
        ReleaseUpdate,
        sa.and_(
            ReleaseUpdate.course_slug == CredentialRecord.course_slug,
            ReleaseUpdate.release_id > Cohort.release_id,
        ),
    )
    .outerjoin(
        UpdateCompletion,
        sa.and_(
            UpdateCompletion.update_id == ReleaseUpdate.id,
            UpdateCompletion.credential_id == CredentialRecord.id,
        ),
    )
    .order_by(CredentialRecord.id.desc(), ReleaseUpdate.id)
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
    """Return the credential earned through each of these enrolments."""
    query = _ATTESTED.where(CredentialRecord.enrolment_id.in_(enrolment_ids))
    found = _each_attested(session.execute(query), now)
    return {each.enrolment_id: each for each in found}


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
    updates = tuple(
        SinceEarned(
            each.update_id,
            each.slug,
            each.title,
            each.kind,
            each.published_at,
            each.completed_at,
        )
        for each in rows
        if each.update_id is not None
    )
    required = [
        certificates.RequiredUpdate(each.title, each.published_at, each.done_at)
        for each in updates
        if each.is_required
    ]
    credential = _unaltered(row.document, row.digest)
    acts = []
    if row.revoked_at is not None:
        acts = [certificates.Act("revoke", row.revoked_at, PUBLIC_REASONS[row.reason])]
    return Attested(
        id=row.id,
        credential=credential,
        verdict=certificates.verdict(credential, acts, now, required),
        digest=row.digest,
        programme_id=row.programme_id,
        account_id=row.account_id,
        enrolment_id=row.enrolment_id,
        cohort_id=row.cohort_id,
        release_id=row.release_id,
        revoked_at=row.revoked_at,
        updates=updates,
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


def credential_for_administrator(
    session: Session, account_id: int, serial: str, now: datetime
) -> Attested:
    """Return a credential to an administrator of the programme that issued it, or refuse."""
    found = find_by_serial(session, serial, now)
    if found is None:
        raise NotFound()
    is_holder = found.account_id == account_id
    accounts.require_role(
        session, account_id, found.programme_id, "administrator", is_member=is_holder
    )
    return found
