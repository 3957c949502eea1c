"""What comes back: delivery reports (RFC 3464), and the addresses that they mark."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.models.mail import AddressAct, OutboxMessage
from lms.services.mail.outbox import ALWAYS_SENT, withhold

# Mailbox unknown or moved, domain unknown, address malformed (RFC 3463); mailbox disabled.
GONE = ("5.1.", "5.2.1")
GONE_CODES = (550, 551, 553)
LARGEST_REPORT = 10_000_000


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery that failed for good: to whom, with which status and words, and which message."""

    address: str
    status: str
    detail: str
    message_id: str


def is_about_address(code: int, status: str | None) -> bool:
    """Whether an answer says that an address takes no mail, and not that a server was unwilling.

    A refusal of policy (5.7) or of size says nothing against the address.
    """
    if status is not None:
        return status.startswith(GONE)
    return code in GONE_CODES


def read_bounces(source: bytes) -> list[Bounce]:
    """Read a message, or a whole mbox; return the permanent failures that its reports tell of."""
    return [bounce for message in _messages(source) for bounce in _failures(message)]


def _messages(source: bytes) -> Iterator[Message]:
    if not source.startswith(b"From "):
        yield message_from_bytes(source)
        return
    for part in re.split(rb"(?m)^From [^\n]*\n", source):
        if part.strip():
            yield message_from_bytes(part)


def _failures(message: Message) -> Iterator[Bounce]:
    parts = list(message.walk())
    number = _original(parts)
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _parts_of(part):
            action = str(block.get("Action", "")).strip().lower()
            status = str(block.get("Status", "")).strip().split(" ")[0]
            recipient = block.get("Original-Recipient") or block.get("Final-Recipient") or ""
            address = parseaddr(str(recipient).rpartition(";")[2].strip())[1].lower()
            if action == "failed" and address and status.startswith("5."):
                words = " ".join(str(block.get("Diagnostic-Code", "")).split())
                yield Bounce(address, status[:12], words[:300], number)


def _parts_of(part: Message) -> list[Message]:
    payload = part.get_payload()
    found = payload if isinstance(payload, list) else []
    return [each for each in found if isinstance(each, Message)]


def _original(parts: Iterable[Message]) -> str:
    """Return the Message-ID of the message that came back, from what the report holds of it."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822":
            for inner in _parts_of(part):
                if inner.get("Message-ID"):
                    return str(inner["Message-ID"]).strip()
        elif kind == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            headers = message_from_bytes(text if isinstance(text, bytes) else b"")
            if headers.get("Message-ID"):
                return str(headers["Message-ID"]).strip()
    return ""


def take_bounces(
    session: Session,
    found: Iterable[Bounce],
    number_of: Callable[[str], int | None],
    now: datetime,
) -> list[Bounce]:
    """Mark the addresses of these failures; return those that were taken.

    Taken is only what names a message of ours that was sent to that address: a report can be
    forged, and would otherwise silence anybody.
    """
    taken = []
    for bounce in found:
        number = number_of(bounce.message_id)
        message = session.get(OutboxMessage, number) if number is not None else None
        if message is None or message.recipient.lower() != bounce.address:
            continue
        if not is_about_address(0, bounce.status):
            continue
        if mark_address(
            session,
            bounce.address,
            status=bounce.status,
            detail=bounce.detail,
            message_id=message.id,
            at=now,
        ):
            taken.append(bounce)
    return taken


def mark_address(
    session: Session, address: str, *, status: str, detail: str, message_id: int, at: datetime
) -> bool:
    """Mark an address to which mail comes back; False when it was marked before.

    What waits for it is withheld, except what is always sent: its owner may have repaired it.
    """
    address = address.lower()
    db.lock(session)
    if _latest(session, address) == "bounced":
        return False
    session.add(
        AddressAct(
            address=address,
            act="bounced",
            status=status[:12],
            detail=detail[:300],
            message_id=message_id,
            at=at,
        )
    )
    to_it = sa.func.lower(OutboxMessage.recipient) == address
    withhold(session, "bounced", at, to_it, OutboxMessage.kind.not_in(ALWAYS_SENT))
    session.flush()
    return True


def clear_address(session: Session, address: str, *, by: int, now: datetime) -> bool:
    """Take the mark off an address that was found right; False when it bore none."""
    address = address.lower()
    db.lock(session)
    if _latest(session, address) != "bounced":
        return False
    session.add(AddressAct(address=address, act="cleared", at=now, done_by=by))
    session.flush()
    return True


def _latest(session: Session, address: str) -> str | None:
    query = sa.select(AddressAct.act).where(AddressAct.address == address)
    return session.scalar(query.order_by(AddressAct.id.desc()).limit(1))


def list_marked(session: Session, addresses: Iterable[str]) -> dict[str, AddressAct]:
    """Return the marks that these addresses bear today."""
    lower = {address.lower() for address in addresses}
    latest = sa.select(sa.func.max(AddressAct.id)).group_by(AddressAct.address)
    query = sa.select(AddressAct).where(AddressAct.id.in_(latest), AddressAct.act == "bounced")
    return {row.address: row for row in session.scalars(query) if row.address in lower}
