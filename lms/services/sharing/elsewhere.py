"""Taking a credential elsewhere: a profile on LinkedIn, the calendar entry of its currency date."""

import hashlib
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import certificates

LINKEDIN = "https://www.linkedin.com/profile/add"
GOOGLE_CALENDAR = "https://calendar.google.com/calendar/render"
ALARM_DAYS = (90, 60, 30, 7)
"""Days before the currency date on which the calendar reminds of it, as our messages do."""


def linkedin_address(credential: certificates.Credential, page: str) -> str:
    """Return the address that adds the credential to its holder's profile, every field filled in.

    Nothing is sent until the holder follows it. `page` is the public page of the credential. The
    parameters are those of LinkedIn's Add to Profile.
    """
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": credential.title,
        "organizationName": credential.programme,
        "issueYear": credential.issued_at.year,
        "issueMonth": credential.issued_at.month,
        "expirationYear": credential.current_until.year,
        "expirationMonth": credential.current_until.month,
        "certUrl": page,
        "certId": certificates.format_serial(credential.serial),
    }
    return f"{LINKEDIN}?{urlencode(fields)}"


def google_calendar_address(credential: certificates.Credential, renew_at: str) -> str:
    """Return the address that puts the currency date into a Google calendar.

    `renew_at` is where its holder renews it. The entry names neither holder nor number: calendars
    are seen by others.
    """
    last = credential.current_until
    fields = {
        "action": "TEMPLATE",
        "text": _summary(credential),
        "dates": f"{last:%Y%m%d}/{last + timedelta(days=1):%Y%m%d}",
        "details": _description(credential, renew_at),
    }
    return f"{GOOGLE_CALENDAR}?{urlencode(fields)}"


def calendar_entry(credential: certificates.Credential, renew_at: str) -> bytes:
    """Return the currency date as an iCalendar file (RFC 5545): one day, with four alarms.

    Like the address for Google's it names neither holder nor number; the same credential gives
    the same bytes, and a calendar that has it already changes nothing.
    """
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//PAT Education//currency date//EN")
    calendar.add("version", "2.0")
    event = Event()
    event.add("uid", f"currency-{_opaque(credential.serial)}@{_host(renew_at)}")
    event.add("dtstamp", _whole_second(credential.issued_at))
    event.add("summary", _summary(credential))
    event.add("description", _description(credential, renew_at))
    event.add("url", renew_at)
    event.add("dtstart", credential.current_until)
    event.add("dtend", credential.current_until + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    for days in ALARM_DAYS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{_summary(credential)}: {days} days left")
        alarm.add("trigger", timedelta(days=-days))
        event.add_component(alarm)
    calendar.add_component(event)
    file: bytes = calendar.to_ical()
    return file


def _summary(credential: certificates.Credential) -> str:
    return f"Last day of currency: {credential.title}"


def _description(credential: certificates.Credential, renew_at: str) -> str:
    until = _spelled(credential.current_until)
    return (
        f"Your certificate of {credential.programme} is current until {until}. "
        f"What its renewal asks for: {renew_at}"
    )


def _spelled(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _opaque(serial: str) -> str:
    # The number itself would open the page to everybody who sees the calendar.
    return hashlib.sha256(f"calendar {serial}".encode()).hexdigest()[:32]


def _host(address: str) -> str:
    return address.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]


def _whole_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
