"""Quiet hours: when a programme's mail may leave, on the programme's own clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Refused
from lms.models.mail import MINUTES_A_DAY, QuietHours

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes after midnight: nothing leaves from `begins` up to `ends`; digests at `digest_at`.

    Quiet hours may lie across midnight; two equal times mean that there are none.
    """

    begins: int
    ends: int
    digest_at: int

    def is_quiet(self, minute: int) -> bool:
        """Whether a minute of the day lies in the quiet hours."""
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


# From eight in the evening to eight in the morning: ours, where a programme has set none.
DEFAULT = Hours(begins=20 * 60, ends=8 * 60, digest_at=8 * 60)


def after_quiet(at: datetime, zone: str, hours: Hours) -> datetime:
    """Return the first instant from `at` on that is not quiet on the clocks of `zone`."""
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if not hours.is_quiet(minute):
        return at
    day = local.date() if minute < hours.ends else local.date() + A_DAY
    return _instant(day, hours.ends, zone, at)


def next_digest(at: datetime, zone: str, hours: Hours) -> datetime:
    """Return when the next digest leaves, not in quiet hours and not before `at`."""
    day = at.astimezone(ZoneInfo(zone)).date()
    leaves = _instant(day, hours.digest_at, zone)
    if leaves < at:
        leaves = _instant(day + A_DAY, hours.digest_at, zone)
    return after_quiet(leaves, zone, hours)


def _instant(day: date, minute: int, zone: str, after: datetime | None = None) -> datetime:
    """Return the instant of a minute of a day; where clocks show it twice, the one past `after`.

    A minute that the clocks leap over is the instant as far after the leap (PEP 495).
    """
    local = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone))
    instant = local.astimezone(UTC)
    if after is not None and instant <= after:
        return local.replace(fold=1).astimezone(UTC)
    return instant


def hours_of(session: Session, programme_id: int) -> Hours:
    """Return a programme's quiet hours, the usual ones where it has set none."""
    row = session.get(QuietHours, programme_id)
    return DEFAULT if row is None else Hours(row.begins, row.ends, row.digest_at)


def set_hours(session: Session, programme_id: int, hours: Hours, *, by: int, now: datetime) -> bool:
    """Set a programme's quiet hours; return whether that changed anything.

    Refused for hours that would let nothing leave, or a minute that is none of a day.
    """
    if not all(0 <= each < MINUTES_A_DAY for each in (hours.begins, hours.ends, hours.digest_at)):
        raise Refused("Give times between 00:00 and 23:59.")
    if (hours.ends - hours.begins) % MINUTES_A_DAY > 20 * 60:
        raise Refused("Leave at least four hours of the day in which mail may leave.")
    db.lock(session)
    if hours_of(session, programme_id) == hours:
        return False
    known = session.scalar(sa.select(QuietHours).where(QuietHours.programme_id == programme_id))
    row = known or QuietHours(programme_id=programme_id)
    row.begins, row.ends, row.digest_at = hours.begins, hours.ends, hours.digest_at
    row.set_by, row.set_at = by, now
    session.add(row)
    return True
