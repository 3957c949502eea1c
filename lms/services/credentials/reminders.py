"""Reminders of renewal: 90, 60, 30 and 7 days before the currency date, each once a cycle.

They are a courtesy and may be stopped by their reader. What the programme has to tell (an award,
an act, a safety-critical update) is written elsewhere and asks for no leave.
"""

import hashlib
import hmac
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.credentials import CredentialRecord
from lms.models.renewals import CurrencyRecord, ReminderChoice, RenewalReminder
from lms.services import audit, mail
from lms.services.credentials.attested import Attested, find_by_serial
from lms.services.credentials.currency import today_of, window_of
from lms.services.credentials.standing import RENEWABLE

# The clocks of programmes are at most 14 hours ahead of UTC and 12 behind it.
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a letter leads: the renewal of a serial, and the page that stops reminders."""

    renewal: Callable[[str], str]
    stop: Callable[[int], str]


def addresses_at(public_url: str, secret: str) -> Addresses:
    """Return the addresses of an installation, with what only it can make."""
    return Addresses(
        renewal=lambda serial: f"{public_url}/credentials/{serial}/renewal",
        stop=lambda account: f"{public_url}/reminders/stop/{stop_token(secret, account)}",
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder to be written: for which credential, and how many days before its date."""

    serial: str
    account_id: int
    programme_id: int
    course_slug: str
    cycle: int
    days: int


def list_due(session: Session, now: datetime) -> list[Due]:
    """Return the reminders that have come due on the clocks of their programmes.

    Only the latest cycle and version of somebody's credential is looked at. Whoever asked for no
    reminders, or can no longer sign in, gets none.
    """
    first, last = now.date() - A_DAY, now.date() + A_DAY + timedelta(days=90)
    rows = session.execute(_CANDIDATES, {"first": first, "last": last})
    found = []
    for _id, group in itertools.groupby(rows, key=lambda each: each.id):
        row, *more = group
        today = now.astimezone(ZoneInfo(row.time_zone)).date()
        reminded = [each.days for each in (row, *more)]
        days = certificates.due_reminder(row.current_until, today, reminded)
        if days is not None:
            found.append(
                Due(row.serial, row.account_id, row.programme_id, row.course_slug, row.cycle, days)
            )
    return found


def remind(session: Session, due: Due, addresses: Addresses, now: datetime) -> bool:
    """Write one reminder into the outbox, once; return whether this call wrote it.

    Call it in a transaction of its own. However many processes call it, the row of the reminder
    goes in with the letter, and only one of them has it.
    """
    db.lock(session)
    held = find_by_serial(session, due.serial, now)
    if held is None or held.renewed_by is not None or held.verdict.status not in RENEWABLE:
        return False
    if not wants_reminders(session, due.account_id) or not _claim(session, due, now):
        return False
    today = today_of(session, due.programme_id, now)
    email = sa.select(Account.email).where(Account.id == due.account_id)
    told = _letter(session, held, today, addresses)
    mail.write(
        session,
        recipient=session.scalars(email).one(),
        subject=told.subject,
        body=told.body,
        at=now,
        kind="reminder",
        account_id=due.account_id,
        programme_id=due.programme_id,
        key=f"renewal:{due.serial}:{due.days}",
    )
    return True


def _claim(session: Session, due: Due, now: datetime) -> bool:
    """Enter that a reminder is written; False when it was before."""
    insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
    entered = (
        insert(RenewalReminder)
        .values(
            account_id=due.account_id,
            programme_id=due.programme_id,
            course_slug=due.course_slug,
            cycle=due.cycle,
            days=due.days,
            written_at=now,
        )
        .on_conflict_do_nothing()
        .returning(RenewalReminder.id)
    )
    return session.scalar(entered) is not None


def _is_postgresql(session: Session) -> bool:
    return session.connection().dialect.name == "postgresql"


def _candidates() -> sa.Select[*tuple[Any, ...]]:
    later = so.aliased(CredentialRecord)
    has_later = sa.exists().where(
        later.account_id == CredentialRecord.account_id,
        later.programme_id == CredentialRecord.programme_id,
        later.course_slug == CredentialRecord.course_slug,
        sa.or_(
            later.cycle > CredentialRecord.cycle,
            sa.and_(
                later.cycle == CredentialRecord.cycle, later.version > CredentialRecord.version
            ),
        ),
    )
    return (
        sa.select(
            CredentialRecord.id,
            CredentialRecord.serial,
            CredentialRecord.account_id,
            CredentialRecord.programme_id,
            CredentialRecord.course_slug,
            CredentialRecord.cycle,
            CurrencyRecord.current_until,
            Programme.time_zone,
            RenewalReminder.days,
        )
        .join(CurrencyRecord, CurrencyRecord.credential_id == CredentialRecord.id)
        .join(Programme, Programme.id == CredentialRecord.programme_id)
        .join(Account, Account.id == CredentialRecord.account_id)
        # One row for each reminder written before; without any, one row.
        .outerjoin(
            RenewalReminder,
            sa.and_(
                RenewalReminder.account_id == CredentialRecord.account_id,
                RenewalReminder.programme_id == CredentialRecord.programme_id,
                RenewalReminder.course_slug == CredentialRecord.course_slug,
                RenewalReminder.cycle == CredentialRecord.cycle,
            ),
        )
        .where(
            CurrencyRecord.current_until.between(sa.bindparam("first"), sa.bindparam("last")),
            Account.active,
            ~has_later,
        )
        .order_by(CurrencyRecord.current_until, CredentialRecord.id)
    )


# Composed once: building a statement costs more than running it.
_CANDIDATES = _candidates()


def _letter(session: Session, held: Attested, today: date, addresses: Addresses) -> mail.Letter:
    credential, window = held.credential, window_of(session, held)
    return mail.letter(
        "reminder-renewal",
        credential=credential,
        left=(credential.current_until - today).days,
        opens_on=window.opens_on if window.opens_on > today else None,
        address=addresses.renewal(credential.serial),
        stop=addresses.stop(held.account_id),
    )


def wants_reminders(session: Session, account_id: int) -> bool:
    """Whether somebody gets reminders: everybody does until they stop them."""
    query = sa.select(ReminderChoice.wanted).where(ReminderChoice.account_id == account_id)
    latest = session.scalar(query.order_by(ReminderChoice.id.desc()).limit(1))
    return latest is None or latest


def choose_reminders(session: Session, account_id: int, *, wanted: bool, now: datetime) -> bool:
    """Stop or resume somebody's reminders; return whether that changed anything."""
    db.lock(session)
    if wants_reminders(session, account_id) == wanted:
        return False
    session.add(ReminderChoice(account_id=account_id, wanted=wanted, chosen_at=now))
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        programme_id=None,
        act="reminders.resumed" if wanted else "reminders.stopped",
        subject=f"account {account_id}",
    )
    return True


def stop_token(secret: str, account_id: int) -> str:
    """Return what an address carries so that its reader may stop reminders without signing in.

    It does nothing else: not even the person's name is told for it.
    """
    return f"{account_id}-{_mac(secret, account_id)}"


def account_of_token(secret: str, token: str) -> int | None:
    """Return whose reminders a token stops, None for one that was not made here."""
    name, _, mac = token.partition("-")
    if not (name.isascii() and name.isdigit() and len(name) <= 18):
        return None
    genuine = hmac.compare_digest(_mac(secret, int(name)).encode(), mac.encode())
    return int(name) if genuine else None


def _mac(secret: str, account_id: int) -> str:
    said = f"stop reminders of renewal {account_id}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]
