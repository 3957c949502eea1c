"""The dates of a credential: the rule of its course, and the window in which it may be renewed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
from lms.models.catalogue import Programme
from lms.services import catalogue
from lms.services.credentials.attested import Attested


def rule_of(course: courses.Course) -> certificates.CurrencyRule:
    """Return the rule by which a course sets the currency date of its credential."""
    stated = course.currency
    return certificates.CurrencyRule(
        kind=stated.kind,
        months=course.currency_months,
        fixed=stated.fixed_day,
        minimal_months=stated.minimal_months,
        window_months=stated.window_months,
        late_months=stated.late_months,
    )


def window_of(session: Session, held: Attested) -> certificates.RenewalWindow:
    """Return the window of a credential, as the release that its holder is up to promises it."""
    course = catalogue.release(session, held.release_id).course
    return certificates.renewal_window(rule_of(course), held.credential.current_until)


def zone_of(session: Session, programme_id: int) -> ZoneInfo:
    """Return the time zone in which a programme's days begin and end."""
    zone = sa.select(Programme.time_zone).where(Programme.id == programme_id)
    return ZoneInfo(session.scalars(zone).one())


def today_of(session: Session, programme_id: int, now: datetime) -> date:
    """Return the day on the programme's clocks."""
    return now.astimezone(zone_of(session, programme_id)).date()
