"""Who lapses soon: an administrator's list of credentials about to pass their currency date."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.credentials import CredentialRecord
from lms.models.renewals import CurrencyRecord, Renewal, RenewalReminder
from lms.services.credentials.attested import Attested, list_of_ids
from lms.services.credentials.currency import today_of, window_of

DAYS_AHEAD = 90


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A credential that is about to pass its currency date, and what its holder has done.

    `reminded` holds the days before that date for which letters were written; `opens_on` is the
    first day of the window for renewal, `begun_at` when its holder began.
    """

    held: Attested
    name: str
    email: str
    days_left: int
    opens_on: date
    begun_at: datetime | None
    reminded: tuple[int, ...]

    @property
    def updates_open(self) -> int:
        """How many safety-critical updates the holder has not confirmed."""
        return sum(each.is_required and each.done_at is None for each in self.held.updates)


def list_lapsing(session: Session, programme_id: int, now: datetime) -> list[Lapsing]:
    """Return the credentials of a programme that lapse within 90 days, the next one first.

    Neither renewed ones nor those that are suspended, revoked or superseded are among them. Days
    are counted on the programme's clocks.
    """
    today = today_of(session, programme_id, now)
    last = today + timedelta(days=DAYS_AHEAD)
    asked = {"programme": programme_id, "first": today, "last": last}
    rows = {row.id: row for row in session.execute(_LAPSING, asked)}
    reminded = _reminders(session, programme_id)
    found = []
    for held in list_of_ids(session, list(rows), now):
        row = rows[held.id]
        if held.verdict.status not in ("valid", "update-outstanding"):
            continue
        found.append(
            Lapsing(
                held,
                row.full_name,
                row.email,
                (row.current_until - today).days,
                window_of(session, held).opens_on,
                row.begun_at,
                tuple(reminded.get((row.account_id, row.course_slug, row.cycle), ())),
            )
        )
    return sorted(found, key=lambda each: (each.days_left, each.name, each.held.id))


def _reminders(session: Session, programme_id: int) -> dict[tuple[int, str, int], list[int]]:
    query = (
        sa.select(
            RenewalReminder.account_id,
            RenewalReminder.course_slug,
            RenewalReminder.cycle,
            RenewalReminder.days,
        )
        .where(RenewalReminder.programme_id == programme_id)
        .order_by(RenewalReminder.days.desc())
    )
    found: dict[tuple[int, str, int], list[int]] = {}
    for account_id, course_slug, cycle, days in session.execute(query):
        found.setdefault((account_id, course_slug, cycle), []).append(days)
    return found


def _lapsing() -> sa.Select[*tuple[Any, ...]]:
    later = so.aliased(CredentialRecord)
    renewed = sa.exists().where(
        later.account_id == CredentialRecord.account_id,
        later.programme_id == CredentialRecord.programme_id,
        later.course_slug == CredentialRecord.course_slug,
        later.cycle > CredentialRecord.cycle,
    )
    return (
        sa.select(
            CredentialRecord.id,
            CredentialRecord.account_id,
            CredentialRecord.course_slug,
            CredentialRecord.cycle,
            CurrencyRecord.current_until,
            Account.full_name,
            Account.email,
            Renewal.begun_at,
        )
        .join(CurrencyRecord, CurrencyRecord.credential_id == CredentialRecord.id)
        .join(Account, Account.id == CredentialRecord.account_id)
        .outerjoin(
            Renewal,
            sa.and_(
                Renewal.account_id == CredentialRecord.account_id,
                Renewal.programme_id == CredentialRecord.programme_id,
                Renewal.course_slug == CredentialRecord.course_slug,
                Renewal.cycle == CredentialRecord.cycle + 1,
            ),
        )
        .where(
            CredentialRecord.programme_id == sa.bindparam("programme"),
            CurrencyRecord.current_until.between(sa.bindparam("first"), sa.bindparam("last")),
            ~renewed,
        )
    )


# Composed once: building a statement costs more than running it.
_LAPSING = _lapsing()
