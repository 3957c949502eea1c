"""Delivery: each message claimed by one sender, and tried again at growing intervals."""

import hashlib
import hmac
import re
import smtplib
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.models.catalogue import Programme
from lms.models.mail import OutboxMessage
from lms.services.mail.bounces import is_about_address, mark_address
from lms.services.mail.choices import token_for
from lms.services.mail.digests import gather
from lms.services.mail.letters import as_html, footer
from lms.services.mail.outbox import ALWAYS_SENT, is_waiting
from lms.services.mail.quiet import after_quiet, hours_of
from lms.services.mail.transports import Deliver

# A claim older than this belongs to a sender that died; another may take the message over.
CLAIM_LASTS = timedelta(minutes=5)
# How long to wait after each failure in turn: about a day and a half in all.
BACK_OFF = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 180, 360, 720, 720))
MOST_TRIES = len(BACK_OFF) + 1
# The sweeps after this one have other work too; what is left goes with the next.
MOST_A_SWEEP = 100
# Answers of a server to one message; after any other error of the line the rest fares the same.
ABOUT_ONE_MESSAGE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


def deliver_waiting(session: Session, deliver: Deliver, settings: Settings, now: datetime) -> int:
    """Deliver what may leave now; return how many messages left. Commits as it goes.

    Each message is claimed before it is sent, so that two senders never take the same one. A
    sender that dies after sending and before noting it may cause one repeat, under the same
    Message-ID: mail has no other way.
    """
    gather(session, now)
    _give_up(session, now)
    sent = 0
    for _ in range(MOST_A_SWEEP):
        message = _claim(session, now)
        if message is None:
            break
        if _has_to_wait(session, message, now):
            continue
        is_away = False
        try:
            deliver(as_email(message, settings, _programme(session, message)))
        except (OSError, ValueError) as error:
            _note_failure(session, message, error, now)
            is_away = isinstance(error, OSError) and not isinstance(error, ABOUT_ONE_MESSAGE)
        else:
            message.sent_at = now
            sent += 1
        session.commit()
        if is_away:
            break
    return sent


def _free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(OutboxMessage.claimed_at.is_(None), OutboxMessage.claimed_at < now - CLAIM_LASTS)


def _claim(session: Session, now: datetime) -> OutboxMessage | None:
    may_leave = sa.or_(OutboxMessage.send_after.is_(None), OutboxMessage.send_after <= now)
    waiting = (
        sa.select(OutboxMessage.id)
        .where(is_waiting(), may_leave, OutboxMessage.tries < MOST_TRIES, _free(now))
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
        .where(OutboxMessage.id == message_id, is_waiting(), _free(now))
        .values(claimed_at=now, tries=OutboxMessage.tries + 1)
        .returning(OutboxMessage)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    session.commit()
    return claimed


def _has_to_wait(session: Session, message: OutboxMessage, now: datetime) -> bool:
    """Put back what would leave in quiet hours only because it could not leave before."""
    programme = _programme(session, message)
    if programme is None or message.kind in ALWAYS_SENT:
        return False
    later = after_quiet(now, programme.time_zone, hours_of(session, programme.id))
    if later <= now:
        return False
    message.send_after, message.claimed_at = later, None
    message.tries -= 1
    session.commit()
    return True


def _programme(session: Session, message: OutboxMessage) -> Programme | None:
    return session.get(Programme, message.programme_id) if message.programme_id else None


def _note_failure(
    session: Session, message: OutboxMessage, error: Exception, now: datetime
) -> None:
    message.claimed_at = None
    message.last_error = str(error)[:300]
    code, answer = _answer(error)
    status = re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", answer)
    if is_about_address(code, status and status[0]):
        message.failed_at, message.last_error = now, f"{code} {answer}"[:300]
        mark_address(
            session,
            message.recipient,
            status=status[0] if status else str(code),
            detail=answer,
            message_id=message.id,
            at=now,
        )
    elif not isinstance(error, OSError) or message.tries >= MOST_TRIES:
        # A message that cannot be put together never leaves; a certificate's error is both kinds.
        message.failed_at = now
    else:
        message.send_after = now + BACK_OFF[message.tries - 1]


def _answer(error: Exception) -> tuple[int, str]:
    """Return what a server said of the recipient: its code and words; 0 when it said nothing."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return 0, ""
    code, words = next(iter(error.recipients.values()))
    return code, words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def _give_up(session: Session, now: datetime) -> None:
    """Mark as failed what every sender died of: it would be claimed no more, and wait for ever."""
    dead = (is_waiting(), OutboxMessage.tries >= MOST_TRIES, _free(now))
    found = list(session.scalars(sa.select(OutboxMessage.id).where(*dead).limit(MOST_A_SWEEP)))
    if found:
        update = sa.update(OutboxMessage).where(OutboxMessage.id.in_(found), *dead)
        session.execute(update.values(failed_at=now, last_error="Given up after the last try."))
        session.commit()


def as_email(
    message: OutboxMessage, settings: Settings, programme: Programme | None = None
) -> EmailMessage:
    """Turn a row into a message; EmailMessage itself refuses line breaks in headers.

    What can be stopped says how, in its text and in its headers (RFC 2369, RFC 8058).
    """
    email = EmailMessage()
    sender = parseaddr(settings.mail_sender)[1] or settings.mail_sender
    name = programme.name if programme else settings.site_name
    email["From"] = str(Address(display_name=name, addr_spec=sender))
    email["To"] = message.recipient
    email["Subject"] = message.subject
    email["Date"] = format_datetime(message.written_at)
    email["Message-ID"] = message_id(settings, message.id)
    email["Auto-Submitted"] = "auto-generated"
    if programme is not None:
        email["Reply-To"] = programme.contact_email
    stop = None
    if message.kind not in ALWAYS_SENT and message.account_id is not None:
        token = token_for(settings.secret(), message.account_id, message.kind)
        stop = f"{settings.public_url}/unsubscribe/{token}"
        email["List-Unsubscribe"] = f"<{stop}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    foot = footer(name, message.kind, settings.public_url, stop)
    email.set_content(f"{message.body.rstrip()}\n\n-- \n{foot}")
    html = message.html or as_html(message.subject, message.body, foot, name, settings.public_url)
    email.add_alternative(html, subtype="html")
    return email


def message_id(settings: Settings, number: int) -> str:
    """Return a Message-ID that only this installation can make: what comes back is known by it."""
    host = settings.public_url.split("//")[-1]
    return f"<outbox-{number}.{_mac(settings.secret(), number)}@{host}>"


def number_of(settings: Settings, text: str) -> int | None:
    """Return the number of the message that a Message-ID of ours names, None for any other."""
    found = re.search(r"<outbox-(\d{1,18})\.([0-9a-f]{16})@", text)
    if found is None:
        return None
    number = int(found[1])
    return number if hmac.compare_digest(_mac(settings.secret(), number), found[2]) else None


def _mac(secret: str, number: int) -> str:
    said = f"message {number} of the outbox"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:16]
