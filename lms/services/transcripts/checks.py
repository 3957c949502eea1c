"""Checks of certificates from elsewhere: asked by the holder, answered by an administrator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.transcripts import ExternalCertificate, ExternalCheck
from lms.services import accounts, audit, mail
from lms.services.transcripts.external import Check, External, external_of, own_certificate_for

LONGEST_WORDS = 500
OUTCOMES = ("confirmed", "not-confirmed")


@dataclass(frozen=True, slots=True)
class AskedCheck:
    """A check as the programme sees it: whose certificate, what it states, what was answered."""

    check: Check
    external: External
    holder: str
    holder_email: str


def list_programmes(session: Session, account_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of the programmes that a person learns with, by name."""
    query = (
        sa.select(Programme.id, Programme.name)
        .join(Cohort, Cohort.programme_id == Programme.id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Enrolment.account_id == account_id)
        .distinct()
        .order_by(Programme.name)
    )
    return [(row.id, row.name) for row in session.execute(query)]


def ask_check(
    session: Session, account_id: int, certificate_id: int, programme_id: int, now: datetime
) -> None:
    """Show a certificate and its proof to a programme and ask it to check them, once."""
    found = own_certificate_for(session, account_id, certificate_id)
    if found.proof_name is None:
        raise Refused("Without a proof there is nothing to check. Add it again with a file.")
    if programme_id not in dict(list_programmes(session, account_id)):
        raise Refused("Choose a programme that you learn with.")
    db.lock(session)
    asked = ExternalCheck(
        certificate_id=certificate_id, programme_id=programme_id, asked_at=now, words=""
    )
    session.add(asked)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This programme has been asked about it already.") from error
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        programme_id=programme_id,
        act="external.check-asked",
        subject=f"external certificate {certificate_id}",
    )


def _asked() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            ExternalCheck, ExternalCertificate, Programme.name, Account.full_name, Account.email
        )
        .join(ExternalCertificate, ExternalCertificate.id == ExternalCheck.certificate_id)
        .join(Programme, Programme.id == ExternalCheck.programme_id)
        .join(Account, Account.id == ExternalCertificate.account_id)
        .where(ExternalCertificate.removed_at.is_(None))
    )


def list_checks(session: Session, programme_id: int, limit: int = 200) -> list[AskedCheck]:
    """Return what a programme was asked to check: what waits first, the longest wait on top."""
    query = _asked().where(ExternalCheck.programme_id == programme_id)
    order = (ExternalCheck.decided_at.is_not(None), ExternalCheck.asked_at, ExternalCheck.id)
    return [_value(*row) for row in session.execute(query.order_by(*order).limit(limit))]


def check_for_staff(
    session: Session, account_id: int, check_id: int, asked: str = "administrator"
) -> AskedCheck:
    """Return a check to staff of the programme asked whose role satisfies `asked`, or refuse."""
    row = session.execute(_asked().where(ExternalCheck.id == check_id)).one_or_none()
    if row is None:
        raise NotFound()
    found = _value(*row)
    accounts.require_role(
        session,
        account_id,
        found.check.programme_id,
        asked,
        is_member=found.external.account_id == account_id,
    )
    return found


def _value(
    check: ExternalCheck, row: ExternalCertificate, programme: str, holder: str, email: str
) -> AskedCheck:
    value = Check(
        check.id,
        check.programme_id,
        programme,
        check.asked_at,
        check.outcome,  # type: ignore[arg-type]  # the database admits these two words alone
        check.words,
        check.decided_at,
    )
    return AskedCheck(value, external_of(row, (value,)), holder, email)


def decide(
    session: Session, found: AskedCheck, *, outcome: str, words: str, by: int, now: datetime
) -> None:
    """Answer a check, once, and tell the holder; nobody checks a certificate of their own."""
    if outcome not in OUTCOMES:
        raise Refused("Say whether you could confirm it.")
    if outcome == "not-confirmed" and not words.strip():
        raise Refused("Say why it could not be confirmed: the holder reads it.")
    if len(words) > LONGEST_WORDS:
        raise Refused(f"Use at most {LONGEST_WORDS} characters.")
    if found.external.account_id == by:
        raise Refused("Somebody else has to check your own certificate.")
    db.lock(session)
    decided = session.scalar(
        sa.update(ExternalCheck)
        .where(ExternalCheck.id == found.check.id, ExternalCheck.outcome.is_(None))
        .values(outcome=outcome, words=words.strip(), decided_by=by, decided_at=now)
        .returning(ExternalCheck.id)
    )
    if decided is None:
        raise Refused("Somebody has answered this already.")
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=found.check.programme_id,
        act="external.checked",
        subject=f"external certificate {found.external.id}",
        detail={
            "outcome": outcome,
            "words": words.strip(),
            "proof": found.external.proof_sha256 or "",
        },
    )
    told = mail.letter(
        "external-checked",
        title=found.external.stated.title,
        issuer=found.external.stated.issuer,
        name=found.holder,
        programme=found.check.programme,
        is_confirmed=outcome == "confirmed",
        words=words.strip(),
    )
    mail.write(
        session,
        recipient=found.holder_email,
        subject=told.subject,
        body=told.body,
        at=now,
        kind="credential",
        account_id=found.external.account_id,
        programme_id=found.check.programme_id,
        key=f"external-check:{found.check.id}",
    )
