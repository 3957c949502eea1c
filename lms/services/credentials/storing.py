"""Entering credentials: one row of the register each, and what is known of a learner's cycles."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.models.accounts import Account
from lms.models.credentials import CredentialRecord
from lms.models.renewals import CurrencyRecord
from lms.services import register

# 17 bytes are 136 random bits, of which a serial carries 130.
ENTROPY_BYTES = 17
FIRST_CYCLE = 1


@dataclass(frozen=True, slots=True)
class Issue:
    """A credential in the order of a learner's cycles of one course."""

    id: int
    serial: str
    cycle: int
    version: int
    enrolment_id: int


@dataclass(frozen=True, slots=True)
class Track:
    """What cycles are counted by: a learner, the programme that attests, and its course."""

    account_id: int
    programme_id: int
    course_slug: str


def new_serial() -> str:
    """Return a serial that nobody can guess."""
    return certificates.new_serial(secrets.token_bytes(ENTROPY_BYTES))


def take_turn_of(session: Session, account_id: int) -> Account:
    """Let one transaction at a time award to this person; return them as they are now."""
    db.lock(session)
    holder = sa.select(Account).where(Account.id == account_id)
    # No key update: entries that merely name the holder need not wait, nor wait in a circle.
    locked = holder.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(locked).one()


def list_issues(session: Session, of: Track) -> list[Issue]:
    """Return all credentials of a learner's course, the latest cycle and version first."""
    query = (
        sa.select(
            CredentialRecord.id,
            CredentialRecord.serial,
            CredentialRecord.cycle,
            CredentialRecord.version,
            CredentialRecord.enrolment_id,
        )
        .where(
            CredentialRecord.account_id == of.account_id,
            CredentialRecord.programme_id == of.programme_id,
            CredentialRecord.course_slug == of.course_slug,
        )
        .order_by(CredentialRecord.cycle.desc(), CredentialRecord.version.desc())
    )
    return [Issue(*row) for row in session.execute(query)]


def enter(
    session: Session,
    credential: certificates.Credential,
    of: Track,
    *,
    enrolment_id: int,
    cycle: int,
    release_id: int,
    evidence: dict[str, Any],
) -> None:
    """Enter a new credential with what it rests on; the database allows one for each cycle.

    Call it in the holder's turn. `release_id` is the release that the holder is up to.
    """
    document = certificates.credential_to_document(credential)
    record = CredentialRecord(
        serial=credential.serial,
        account_id=of.account_id,
        programme_id=of.programme_id,
        enrolment_id=enrolment_id,
        course_slug=of.course_slug,
        cycle=cycle,
        document=json.dumps(document, sort_keys=True, ensure_ascii=False),
        digest=certificates.digest(credential),
        evidence=json.dumps(evidence),
        issued_at=credential.issued_at,
    )
    session.add(record)
    session.flush()
    date_entry(session, record.id, credential, release_id)
    register.enter_award(session, record.id, record.digest, credential.issued_at)


def date_entry(
    session: Session, record_id: int, credential: certificates.Credential, release_id: int
) -> None:
    """Put the currency date of a credential, new or issued again, where queries can reach it."""
    session.add(
        CurrencyRecord(
            credential_id=record_id,
            release_id=release_id,
            current_until=credential.current_until,
        )
    )
    session.flush()
