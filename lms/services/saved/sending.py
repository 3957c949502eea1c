"""Sending reports on schedule: a letter with the address, never the data.

A report names people; a letter lies in a mailbox for ever and is forwarded. So it carries the
address, which asks for the right each time it is opened.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort
from lms.models.saved import SavedReport
from lms.services import accounts, mail
from lms.services.saved.definitions import from_text
from lms.services.saved.sources import SOURCES

SENT_AT = time(7, 0)
LATE = timedelta(days=3)
"""A letter that could not be written for so long is not written any more: the next one comes."""


def last_day(schedule: str, weekday: int, today: date) -> date | None:
    """Return the latest day up to `today` on which a report is sent; None if it never is."""
    if schedule == "weekly":
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    return today.replace(day=1) if schedule == "monthly" else None


def send_due(session: Session, public_url: str, now: datetime) -> int:
    """Write the letters that are due; return how many. Each is written once for its day."""
    query = (
        sa.select(SavedReport, Programme.time_zone, Cohort.title, Account.full_name, Account.email)
        .join(Programme, Programme.id == SavedReport.programme_id)
        .join(Cohort, Cohort.id == SavedReport.cohort_id)
        .join(Account, Account.id == SavedReport.saved_by)
        .where(SavedReport.removed_at.is_(None), SavedReport.schedule != "never", Account.active)
    )
    written = 0
    for row, zone, cohort, name, email in session.execute(query).all():
        day = _due_day(row, ZoneInfo(zone), now)
        source = SOURCES.get(from_text(row.definition).source)
        if day is None or source is None:
            continue
        role = accounts.role_in(session, row.saved_by, row.programme_id)
        if not accounts.satisfies(role, source.asked):
            continue
        told = mail.letter(
            "saved-report",
            name=name,
            title=row.title,
            cohort=cohort,
            address=f"{public_url}/manage/saved/{row.id}",
        )
        written += mail.write(
            session,
            recipient=email,
            subject=told.subject,
            body=told.body,
            at=now,
            kind="report",
            account_id=row.saved_by,
            programme_id=row.programme_id,
            key=f"saved report {row.id} {day.isoformat()}",
        )
    return written


def _due_day(row: SavedReport, zone: ZoneInfo, now: datetime) -> date | None:
    local = now.astimezone(zone)
    today = local.date() if local.time() >= SENT_AT else local.date() - timedelta(days=1)
    day = last_day(row.schedule, row.weekday, today)
    if day is None:
        return None
    due = datetime.combine(day, SENT_AT, zone)
    return day if row.saved_at <= due and now - due <= LATE else None
