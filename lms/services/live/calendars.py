"""Sessions in people's own calendars: a file for each, and a feed at a secret address."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.live import CalendarAddress, LiveSession
from lms.services import audit
from lms.services.live.schedule import Live, live_of

if TYPE_CHECKING:
    from icalendar import Event

# How far back a feed reaches, and how often a calendar should ask for it (RFC 7986, 5.7).
KEPT = timedelta(days=90)
ASK_AGAIN = timedelta(hours=4)
_BYTES = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A session as a calendar shows it; `page` is where its reader finds everything about it."""

    live: Live
    cohort_title: str
    programme_name: str
    page: str


def calendar_file(entries: Iterable[Entry], host: str, name: str = "") -> bytes:
    """Return sessions as an iCalendar file (RFC 5545), times in UTC.

    A session keeps its name for ever, so that a calendar changes it in place; one that was
    cancelled says so. Who attends is not in it.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//PAT Education//live sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, host))
    file: bytes = calendar.to_ical()
    return file


def _event(entry: Entry, host: str) -> "Event":
    from icalendar import Event

    live, event = entry.live, Event()
    event.add("uid", f"{live.uid}@{host}")
    event.add("sequence", live.revision)
    event.add("dtstamp", live.changed_at.replace(microsecond=0))
    event.add("dtstart", live.starts_at)
    event.add("dtend", live.ends_at)
    event.add("summary", f"{live.title} ({entry.cohort_title})")
    where = live.place if live.mode == "in-person" else entry.page
    event.add("location", f"{live.place}, or online" if live.mode == "hybrid" else where)
    event.add("description", f"{entry.programme_name}. Everything about it: {entry.page}")
    event.add("url", entry.page)
    event.add("status", "CANCELLED" if live.cancelled_at else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def feed_token(session: Session, account_id: int, secret: str) -> str | None:
    """Return the secret part of somebody's calendar address, None as long as they have none."""
    serial = session.scalar(
        sa.select(CalendarAddress.serial).where(CalendarAddress.account_id == account_id)
    )
    return None if serial is None else f"{account_id}-{_mac(secret, account_id, serial)}"


def _mac(secret: str, account_id: int, serial: str) -> str:
    said = f"calendar address {account_id} {serial}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:40]


def renew_address(session: Session, account_id: int, now: datetime) -> None:
    """Give somebody a calendar address; one they had answers no more."""
    db.lock(session)
    session.execute(_own(account_id))
    session.add(
        CalendarAddress(account_id=account_id, serial=secrets.token_hex(_BYTES), made_at=now)
    )
    session.flush()
    _record(session, "calendar.address-made", account_id, now)


def drop_address(session: Session, account_id: int, now: datetime) -> None:
    """Take somebody's calendar address away; there may be none."""
    db.lock(session)
    session.execute(_own(account_id))
    _record(session, "calendar.address-dropped", account_id, now)


def _own(account_id: int) -> sa.Delete:
    return sa.delete(CalendarAddress).where(CalendarAddress.account_id == account_id)


def _record(session: Session, act: str, account_id: int, now: datetime) -> None:
    audit.record(session, at=now, actor_id=account_id, act=act, subject=f"account {account_id}")


def find_feed(session: Session, token: str, secret: str) -> int | None:
    """Return whose calendar address a token is; None for none, and for people who have left."""
    name, dash, mac = token.partition("-")
    if not dash or len(name) > 18 or not (name.isascii() and name.isdigit()):
        return None
    serial = session.scalar(
        sa.select(CalendarAddress.serial)
        .join(Account, Account.id == CalendarAddress.account_id)
        .where(Account.id == int(name), Account.active)
    )
    wanted = _mac(secret, int(name), serial or "")
    if serial is None or not hmac.compare_digest(wanted.encode(), mac.encode()):
        return None
    return int(name)


def list_feed(
    session: Session, account_id: int, page: Callable[[int], str], now: datetime
) -> list[Entry]:
    """Return the sessions of every cohort somebody learns in, cancelled ones too.

    `page` gives the address of an enrolment's page of live sessions.
    """
    query = (
        sa.select(LiveSession, Cohort.title, Programme.name, Enrolment.id)
        .join(Cohort, Cohort.id == LiveSession.cohort_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Enrolment.account_id == account_id, Enrolment.state != "withdrawn")
        .where(LiveSession.ends_at > now - KEPT)
        .order_by(LiveSession.starts_at, LiveSession.id)
        .limit(1000)
    )
    return [
        Entry(live_of(row), cohort, programme, page(enrolment))
        for row, cohort, programme, enrolment in session.execute(query)
    ]
