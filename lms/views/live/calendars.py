"""Sessions for calendars: one session as a file, and everybody's feed at a secret address."""

from urllib.parse import urlsplit

from flask import Response, url_for
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import NotFound
from lms.extensions import limiter
from lms.services import cohorts, live
from lms.services.live import Entry
from lms.views.live.place import calendar_answer, held, pages, settings


def host() -> str:
    """Return the name of this site, which makes the names of its sessions unique."""
    return urlsplit(settings().public_url).hostname or "localhost"


@pages.get("/manage/cohorts/<int:cohort>/live/<int:live>/session.ics")
@rule("reader")
def session_file(cohort: int, live: int) -> Response:
    """Give staff a session as a calendar file."""
    found, session = held(cohort, live)
    page = f"{settings().public_url}{url_for('live.session', cohort=cohort, live=live)}"
    return file_of(Entry(session, found.title, found.programme_name, page))


@pages.get("/learn/<int:enrolment>/live/<int:live>/session.ics")
@rule("learner")
def own_file(enrolment: int, live: int) -> Response:
    """Give a learner a session as a calendar file."""
    return own_file_of(enrolment, live)


def own_file_of(enrolment: int, live_id: int) -> Response:
    """Return a session of a learner's cohort as a file."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    session = live.live_of_learner(db.session, seat, live_id)
    return file_of(Entry(session, seat.cohort_title, seat.programme_name, page_of(enrolment)))


def file_of(entry: Entry) -> Response:
    """Return one session as a calendar file to save."""
    return calendar_answer(live.calendar_file([entry], host()), f"session-{entry.live.id}")


def page_of(enrolment: int) -> str:
    """Return the whole address of an enrolment's page of live sessions."""
    return f"{settings().public_url}{url_for('live.own', enrolment=enrolment)}"


@pages.get("/calendar/<token>.ics")
@rule("public")
@limiter.limit("60 per minute")
def feed(token: str) -> Response:
    """Give a calendar the sessions of whoever this secret address belongs to.

    An address that answers no more is answered as one that never was.
    """
    account = live.find_feed(db.session, token, settings().secret())
    if account is None:
        raise NotFound()
    entries = live.list_feed(db.session, account, page_of, clock.now())
    return calendar_answer(live.calendar_file(entries, host(), settings().site_name), "sessions")
