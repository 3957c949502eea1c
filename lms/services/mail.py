"""Mail: written to the outbox with its cause, delivered after the commit, one sender a message."""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.models.mail import OutboxMessage

Kind = Literal["account", "credential", "learning", "reminder", "announcement", "report"]
Deliver = Callable[[EmailMessage], None]
# A claim older than this belongs to a sender that died; another may take the message over.
CLAIM_LASTS = timedelta(minutes=5)
MOST_TRIES = 8


def write(
    session: Session,
    *,
    recipient: str,
    subject: str,
    body: str,
    at: datetime,
    kind: Kind = "account",
    account_id: int | None = None,
    programme_id: int | None = None,
    html: str | None = None,
    key: str | None = None,
) -> bool:
    """Put a message into the outbox within the transaction of its cause; False if it was there.

    `kind` says what it is about: readers choose by kind what reaches them, except mail about their
    account and their credentials, which always does. `key` names the occasion: however often and
    from however many processes a message of one key is written, it is written once.
    """
    values = {
        "recipient": recipient,
        "subject": " ".join(subject.split()),
        "body": body,
        "html": html,
        "written_at": at,
        "kind": kind,
        "account_id": account_id,
        "programme_id": programme_id,
        "key": key,
        "tries": 0,
    }
    if key is None:
        session.add(OutboxMessage(**values))
        return True
    is_postgresql = session.connection().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    entered = insert(OutboxMessage).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return session.scalar(entered.returning(OutboxMessage.id)) is not None


def deliver_waiting(session: Session, deliver: Deliver, settings: Settings, now: datetime) -> int:
    """Deliver what waits in the outbox; return how many messages left. Commits as it goes.

    Each message is claimed before it is sent, so that two senders never take the same one. A
    sender that dies after sending and before noting it may cause one repeat: mail has no other way.
    """
    sent = 0
    while (message := _claim(session, now)) is not None:
        try:
            deliver(as_email(message, settings))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            message.last_error = str(error)[:300]
        else:
            message.sent_at = now
            sent += 1
        session.commit()
    return sent


def _claim(session: Session, now: datetime) -> OutboxMessage | None:
    waiting = (
        sa.select(OutboxMessage.id)
        .where(OutboxMessage.sent_at.is_(None), OutboxMessage.tries < MOST_TRIES)
        .where(OutboxMessage.withheld_at.is_(None), OutboxMessage.failed_at.is_(None))
        .where(
            sa.or_(OutboxMessage.claimed_at.is_(None), OutboxMessage.claimed_at < now - CLAIM_LASTS)
        )
        .order_by(OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message_id = session.scalar(waiting)
    if message_id is None:
        session.commit()
        return None
    claimed = session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.sent_at.is_(None))
        .where(
            sa.or_(OutboxMessage.claimed_at.is_(None), OutboxMessage.claimed_at < now - CLAIM_LASTS)
        )
        .values(claimed_at=now, tries=OutboxMessage.tries + 1)
        .returning(OutboxMessage)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    session.commit()
    return claimed


def as_email(message: OutboxMessage, settings: Settings) -> EmailMessage:
    """Turn a row into a message; EmailMessage itself refuses line breaks in headers."""
    email = EmailMessage()
    email["From"] = settings.mail_sender
    email["To"] = message.recipient
    email["Subject"] = message.subject
    email["Date"] = format_datetime(message.written_at)
    email["Message-ID"] = f"<outbox-{message.id}@{settings.public_url.split('//')[-1]}>"
    email.set_content(message.body)
    return email


def by_smtp(settings: Settings) -> Deliver:
    """Return a delivery through the configured server, over TLS."""

    def deliver(email: EmailMessage) -> None:
        with smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=20) as server:
            server.starttls()
            if settings.mail_username:
                server.login(settings.mail_username, settings.mail_password)
            server.send_message(email)

    return deliver


def to_folder(folder: Path) -> Deliver:
    """Return a delivery that keeps each message as an .eml file, for development."""

    def deliver(email: EmailMessage) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = str(email["Message-ID"]).strip("<>").split("@")[0]
        (folder / f"{name}.eml").write_bytes(bytes(email))

    return deliver


def delivery(settings: Settings) -> Deliver | None:
    """Return how this installation delivers mail: SMTP, a folder in development, or not at all."""
    if settings.mail_host:
        return by_smtp(settings)
    if settings.is_development:
        return to_folder(settings.data / "mail")
    return None


def list_recent(session: Session, limit: int = 50) -> list[OutboxMessage]:
    """Return the latest messages, newest first: the mailbox page of development mode."""
    query = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)
    return list(session.scalars(query))


def find_message(session: Session, message_id: int) -> OutboxMessage | None:
    """Return one message of the outbox, None when there is none of that id."""
    return session.get(OutboxMessage, message_id)
