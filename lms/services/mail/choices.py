"""Who wants which mail: a choice for each kind, and the address that stops one with one click."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Refused
from lms.models.mail import CHOICES, KINDS, MailChoice, OutboxMessage
from lms.services.mail.outbox import ALWAYS_SENT, USUAL, withhold

CHOOSABLE: tuple[str, ...] = tuple(kind for kind in KINDS if kind not in ALWAYS_SENT)


def choices_of(session: Session, account_id: int) -> dict[str, str]:
    """Return how somebody gets each kind of mail that leaves a choice: each, daily or none."""
    return {kind: list_choices(session, [account_id], kind)[account_id] for kind in CHOOSABLE}


def list_choices(session: Session, account_ids: list[int], kind: str) -> dict[int, str]:
    """Return how each of these people gets a kind of mail, the usual way where none was chosen."""
    latest = sa.select(sa.func.max(MailChoice.id)).where(
        MailChoice.kind == kind, MailChoice.account_id.in_(account_ids)
    )
    query = sa.select(MailChoice.account_id, MailChoice.choice).where(
        MailChoice.id.in_(latest.group_by(MailChoice.account_id))
    )
    chosen = dict(session.execute(query).all())
    usual = USUAL.get(kind, "each")
    return {account: chosen.get(account, usual) for account in account_ids}


def choose(session: Session, account_id: int, kind: str, choice: str, now: datetime) -> bool:
    """Let somebody choose how they get a kind of mail; return whether that changed anything.

    What waits for them when they want none is withheld.
    """
    if kind not in CHOOSABLE or choice not in CHOICES:
        raise Refused("There is no such choice. Reload the page and choose again.")
    db.lock(session)
    if choices_of(session, account_id)[kind] == choice:
        return False
    session.add(MailChoice(account_id=account_id, kind=kind, choice=choice, chosen_at=now))
    if choice == "none":
        mine = (OutboxMessage.account_id == account_id, OutboxMessage.kind == kind)
        withhold(session, "unsubscribed", now, *mine)
    session.flush()
    return True


@dataclass(frozen=True, slots=True)
class Token:
    """What the address in a message stops: one kind of mail to one account."""

    account_id: int
    kind: str


def token_for(secret: str, account_id: int, kind: str) -> str:
    """Return what an address carries so that its reader may stop one kind of mail, no more.

    It needs no sign-in (RFC 8058) and tells nothing about the person.
    """
    return f"{account_id}-{kind}-{_mac(secret, account_id, kind)}"


def read_token(secret: str, text: str) -> Token | None:
    """Return what a token stops, None for one that was not made here."""
    name, _, rest = text.partition("-")
    kind, _, mac = rest.partition("-")
    if not (name.isascii() and name.isdigit() and len(name) <= 18) or kind not in CHOOSABLE:
        return None
    genuine = hmac.compare_digest(_mac(secret, int(name), kind).encode(), mac.encode())
    return Token(int(name), kind) if genuine else None


def _mac(secret: str, account_id: int, kind: str) -> str:
    said = f"stop mail of kind {kind} to {account_id}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]
