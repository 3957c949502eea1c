"""The other parts of a learner's record: history, hours and skills, messages, notes."""

import secrets

from flask_babel import lazy_gettext as lazy

from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import (
    dossiers,
    observed,
    practice,
    psychometrics,
    qualifications,
    reports,
    sittings,
    watch,
)
from lms.views.reports.learner import is_own, page_of, placed_at, today_at
from lms.views.reports.place import pages

MOST_MESSAGES = 20
LATEST_EVENTS = 15
MODE_WORDS = {
    "in-person": lazy("In person"),
    "live-online": lazy("Live online"),
    "asynchronous": lazy("Alone, in their own time"),
}
QUALIFICATION_WORDS = {
    "life-support": lazy("Life support"),
    "licence": lazy("Professional licence"),
    "insurance": lazy("Insurance"),
    "background": lazy("Background check"),
    "other": lazy("Qualification"),
}
HELD_WORDS = {
    "waiting": ("due", lazy("Not checked yet")),
    "refused": ("failed", lazy("Not confirmed")),
    "valid": ("valid", lazy("Confirmed")),
    "expiring": ("due", lazy("Confirmed, expires soon")),
    "expired": ("late", lazy("Expired")),
}


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/history")
@rule("reader")
def learner_history(cohort: int, enrolment: int) -> str:
    """Show a learner's attempts at quizzes, and all that happened."""
    placed, now = placed_at(cohort, enrolment), clock.now()
    report = reports.learner_report(db.session, placed, now)
    credential = reports.credential_of(db.session, report, now)
    programme = placed.cohort.programme_id
    return page_of(
        "reports/learner_history.html",
        report,
        bases=psychometrics.cut_bases(db.session, programme, report.content.banks),
        events=reports.events_of(report, credential),
        latest_events=LATEST_EVENTS,
    )


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/hours")
@rule("reader")
def learner_hours(cohort: int, enrolment: int) -> str:
    """Show a learner's hours by mode, signed practice, observed skills and qualifications."""
    placed, now = placed_at(cohort, enrolment), clock.now()
    report = reports.learner_report(db.session, placed, now)
    minutes = {mode: report.facts.live_minutes.get(mode, 0) for mode in MODE_WORDS}
    minutes["asynchronous"] += report.progress.minutes_done
    entries = practice.list_entries(db.session, enrolment)
    return page_of(
        "reports/learner_hours.html",
        report,
        minutes=minutes,
        practice=practice.standing_with(db.session, placed.seat.release_id, entries),
        rows_waiting=sum(entry.is_open for entry in entries),
        skills=observed.skills_of(db.session, placed.seat),
        qualifications=qualifications.list_of_learner(db.session, placed.seat),
        today=today_at(placed, now),
        mode_words=MODE_WORDS,
        qualification_words=QUALIFICATION_WORDS,
        held_words=HELD_WORDS,
    )


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/messages")
@rule("overseer")
def learner_messages(cohort: int, enrolment: int) -> str:
    """Show what the programme wrote to a learner, and what it granted them.

    Why it was granted is nobody's to read here.
    """
    placed, now = placed_at(cohort, enrolment), clock.now()
    report = reports.learner_report(db.session, placed, now)
    account, programme = placed.seat.account_id, placed.cohort.programme_id
    today = today_at(placed, now)
    granted = sittings.list_accommodations(db.session, account, programme)
    return page_of(
        "reports/learner_messages.html",
        report,
        messages=dossiers.messages_to(db.session, programme, account, MOST_MESSAGES),
        most_messages=MOST_MESSAGES,
        granted=[each for each in granted if each.state_on(today) in ("valid", "coming")],
        today=today,
    )


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/notes")
@rule("reader")
def learner_notes(cohort: int, enrolment: int) -> str:
    """Show what colleagues noted about a learner, and let one leave a note."""
    placed, now = placed_at(cohort, enrolment), clock.now()
    own = is_own(placed)
    return page_of(
        "reports/learner_notes.html",
        reports.learner_report(db.session, placed, now),
        is_own=own,
        # What colleagues note about somebody is not for them, were they on the staff themselves.
        notes=[] if own else watch.list_notes(db.session, enrolment),
        ticket=secrets.token_hex(16),
    )
