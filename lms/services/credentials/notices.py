"""What holders and administrators are written about acts on a credential and appeals."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.models.accounts import Account
from lms.services import mail
from lms.services.credentials.attested import Attested
from lms.services.credentials.reasons import ProposedKind, public_words
from lms.services.credentials.staff import Colleague


def tell_holder(
    session: Session,
    found: Attested,
    kind: ProposedKind,
    reason: str,
    *,
    appeal_until: date | None,
    successor_at: str | None,
    now: datetime,
) -> None:
    """Tell a holder what was done to their credential, why, and what they can do about it."""
    told = mail.letter(
        "credential-act",
        kind=kind,
        title=found.credential.title,
        name=found.credential.holder_name,
        number=certificates.format_serial(found.credential.serial),
        programme=found.credential.programme,
        words=public_words(kind, reason),
        successor_at=successor_at,
        appeal_until=appeal_until,
    )
    _write(session, found, told.subject, told.body, now)


def tell_of_appeal(
    session: Session, found: Attested, letter: str, appeal_id: int, now: datetime, **more: object
) -> None:
    """Write a letter about an appeal to the holder of a credential, once."""
    told = mail.letter(
        letter,
        name=found.credential.holder_name,
        title=found.credential.title,
        programme=found.credential.programme,
        **more,
    )
    _write(session, found, told.subject, told.body, now, f"credential-appeal:{appeal_id}:{letter}")


def _write(
    session: Session,
    found: Attested,
    subject: str,
    body: str,
    now: datetime,
    key: str | None = None,
) -> None:
    """Write to the address that the holder's account has today."""
    email = sa.select(Account.email).where(Account.id == found.account_id)
    mail.write(
        session,
        recipient=session.scalars(email).one(),
        subject=subject,
        body=body,
        at=now,
        kind="credential",
        account_id=found.account_id,
        programme_id=found.programme_id,
        key=key,
    )


def tell_approver(
    session: Session,
    found: Attested,
    kind: ProposedKind,
    colleague: Colleague,
    proposer: str,
    now: datetime,
) -> None:
    """Tell an administrator that a proposal waits for a second person."""
    told = mail.letter(
        "proposal",
        kind=kind,
        name=colleague.name,
        proposer=proposer,
        number=certificates.format_serial(found.credential.serial),
        programme=found.credential.programme,
    )
    mail.write(
        session,
        recipient=colleague.email,
        subject=told.subject,
        body=told.body,
        at=now,
        kind="credential",
        account_id=colleague.account_id,
        programme_id=found.programme_id,
    )
