"""Writing to the outbox: a message enters with its cause, and once for each occasion."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.models.catalogue import Programme
from lms.models.mail import AddressAct, MailChoice, OutboxMessage, QuietHours
from lms.services.mail.quiet import DEFAULT, Hours, after_quiet, next_digest

Kind = Literal["account", "credential", "learning", "reminder", "announcement", "report"]
# Nobody can do without mail about their account and their credentials; it leaves at any hour.
ALWAYS_SENT = ("account", "credential")
# What somebody gets who has never chosen: reminders together once a day, all else by itself.
USUAL: dict[str, str] = {"reminder": "daily"}


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
    from however many processes a message of one key is written, it is written once. What its
    reader does not want, and what would come back, is entered as withheld, so that the log tells.

    Without `html`, the message is given the HTML of the house when it leaves.
    """
    values: dict[str, Any] = {
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
    if kind not in ALWAYS_SENT:
        values |= _by_wish(session, recipient, at, kind, account_id, programme_id)
    if key is None:
        session.add(OutboxMessage(**values))
        return True
    is_postgresql = session.connection().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    entered = insert(OutboxMessage).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return session.scalar(entered.returning(OutboxMessage.id)) is not None


def _by_wish(
    session: Session,
    recipient: str,
    at: datetime,
    kind: Kind,
    account_id: int | None,
    programme_id: int | None,
) -> dict[str, Any]:
    """Return when a message of a kind that can be chosen leaves, or why it does not."""
    asked = {
        "account": account_id,
        "kind": kind,
        "address": recipient.lower(),
        "programme": programme_id,
    }
    row = session.execute(_WISHES, asked).one()
    choice = row.choice or USUAL.get(kind, "each")
    if choice == "none":
        return {"withheld_at": at, "withheld_because": "unsubscribed"}
    if row.act == "bounced":
        return {"withheld_at": at, "withheld_because": "bounced"}
    hours = DEFAULT if row.begins is None else Hours(row.begins, row.ends, row.digest_at)
    if choice == "daily" and account_id is not None:
        zone = row.time_zone or "UTC"
        return {"in_digest": True, "send_after": next_digest(at, zone, hours)}
    if row.time_zone is None:
        return {}
    later = after_quiet(at, row.time_zone, hours)
    return {"send_after": later} if later > at else {}


def _wishes() -> sa.Select[Any]:
    """What decides about a message, in one query: a choice, a marked address, and the hours."""
    choice = (
        sa.select(MailChoice.choice)
        .where(
            MailChoice.account_id == sa.bindparam("account", type_=sa.Integer),
            MailChoice.kind == sa.bindparam("kind", type_=sa.String),
        )
        .order_by(MailChoice.id.desc())
        .limit(1)
    )
    act = (
        sa.select(AddressAct.act)
        .where(AddressAct.address == sa.bindparam("address", type_=sa.String))
        .order_by(AddressAct.id.desc())
        .limit(1)
    )
    programme = sa.bindparam("programme", type_=sa.Integer)
    zone = sa.select(Programme.time_zone).where(Programme.id == programme)
    hours = [
        sa.select(column).where(QuietHours.programme_id == programme).scalar_subquery()
        for column in (QuietHours.begins, QuietHours.ends, QuietHours.digest_at)
    ]
    return sa.select(
        choice.scalar_subquery().label("choice"),
        act.scalar_subquery().label("act"),
        zone.scalar_subquery().label("time_zone"),
        hours[0].label("begins"),
        hours[1].label("ends"),
        hours[2].label("digest_at"),
    )


# Composed once: building a statement costs more than running it.
_WISHES = _wishes()


def is_waiting() -> sa.ColumnElement[bool]:
    """Whether a message is neither sent nor withheld nor given up."""
    return sa.and_(
        OutboxMessage.sent_at.is_(None),
        OutboxMessage.withheld_at.is_(None),
        OutboxMessage.failed_at.is_(None),
    )


def withhold(session: Session, because: str, at: datetime, *which: sa.ColumnElement[bool]) -> int:
    """Keep back the waiting messages that `which` selects; return how many.

    One that a sender holds at this moment is on its way and leaves.
    """
    held = (
        sa.update(OutboxMessage)
        .where(is_waiting(), OutboxMessage.claimed_at.is_(None), *which)
        .values(withheld_at=at, withheld_because=because)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(held).all())


def recall(session: Session, key_begins: str, at: datetime) -> int:
    """Keep back the waiting messages whose key begins so; return how many were still here."""
    return withhold(
        session, "recalled", at, OutboxMessage.key.startswith(key_begins, autoescape=True)
    )


def list_recent(session: Session, limit: int = 50) -> list[OutboxMessage]:
    """Return the latest messages, newest first: the mailbox page of development mode."""
    query = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)
    return list(session.scalars(query))


def find_message(session: Session, message_id: int) -> OutboxMessage | None:
    """Return one message of the outbox, None when there is none of that id."""
    return session.get(OutboxMessage, message_id)
