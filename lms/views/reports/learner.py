"""One learner's record, for the people who teach them."""

import secrets
from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

import certificates
import courses
from lms import clock
from lms.access import asked, rule, rule_of
from lms.db import db
from lms.services import (
    accounts,
    cohorts,
    dossiers,
    live,
    observed,
    practice,
    psychometrics,
    qualifications,
    reports,
    sittings,
    watch,
)
from lms.services.cohorts import RunCohort
from lms.services.reports import LearnerReport
from lms.views.reports.place import local_to, pages

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
    "waiting": lazy("Not checked yet"),
    "refused": lazy("Not confirmed"),
    "valid": lazy("Confirmed"),
    "expiring": lazy("Confirmed, expires soon"),
    "expired": lazy("Expired"),
}


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>")
@rule("reader")
def learner(cohort: int, enrolment: int) -> str:
    """Show all that is on record of one learner of this cohort."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    now = clock.now()
    report = reports.learner_report(db.session, found, enrolment, now)
    today = now.astimezone(ZoneInfo(found.time_zone)).date()
    oversees = accounts.satisfies(found.role, "overseer")
    is_own = report.seat.account_id == current_user.id
    serial = None
    if report.credential is not None:
        serial = certificates.format_serial(report.credential.credential.serial)
    return render_template(
        "reports/learner.html",
        cohort=found,
        programme_name=found.programme_name,
        report=report,
        **beside(report),
        **(overseen(report, today) if oversees else {}),
        flags=watch.flags_of_learner(db.session, enrolment),
        # What colleagues note about somebody is not for them, were they on the staff themselves.
        notes=[] if is_own else watch.list_notes(db.session, enrolment),
        is_own=is_own,
        elsewhere=list(elsewhere(found, enrolment)),
        oversees=oversees,
        ticket=secrets.token_hex(16),
        today=today,
        latest_events=LATEST_EVENTS,
        bases=psychometrics.cut_bases(db.session, found.programme_id, report.content.banks),
        serial=serial,
        mode_words=MODE_WORDS,
        qualification_words=QUALIFICATION_WORDS,
        qualification_states=HELD_WORDS,
        unit_address=unit_place,
        local=local_to(found.time_zone),
    )


def beside(report: LearnerReport) -> dict[str, Any]:
    """Return what stands in other books: hours by mode, practice, skills and qualifications."""
    seat = report.seat
    credited = live.minutes_by_mode(db.session, [seat.enrolment_id]).get(seat.enrolment_id, {})
    minutes = {mode: credited.get(mode, 0) for mode in MODE_WORDS}
    minutes["asynchronous"] += report.progress.minutes_done
    entries = practice.list_entries(db.session, seat.enrolment_id)
    return {
        "minutes": minutes,
        "practice": practice.standing_with(db.session, seat.release_id, entries),
        "skills": observed.skills_of(db.session, seat),
        "qualifications": qualifications.list_of_learner(db.session, seat),
    }


def overseen(report: LearnerReport, today: date) -> dict[str, Any]:
    """Return what only who oversees the programme sees: messages, and what is granted now.

    Why it is granted is nobody's to read here.
    """
    seat = report.seat
    granted = sittings.list_accommodations(db.session, seat.account_id, seat.programme_id)
    return {
        "messages": dossiers.messages_to(
            db.session, seat.programme_id, seat.account_id, MOST_MESSAGES
        ),
        "most_messages": MOST_MESSAGES,
        "granted": [each for each in granted if each.state_on(today) == "valid"],
    }


def elsewhere(found: RunCohort, enrolment: int) -> Iterator[tuple[str, str]]:
    """Return the other pages about a learner that the person who asks can open."""
    places = (
        ("watch.learner", _("Flags and what was done about them")),
        ("cohorts.one_place", _("Place, more time, moving")),
        ("practice.of_learner", _("Practice log")),
        ("transcripts.of_learner", _("Transcript")),
        ("sittings.person", _("Accommodations")),
        ("reviews.attempts", _("Void or restore attempts")),
    )
    for endpoint, label in places:
        needed = endpoint in current_app.view_functions and rule_of(current_app, endpoint)
        if needed and accounts.satisfies(found.role, needed):
            yield label, url_for(endpoint, cohort=found.id, enrolment=enrolment)


def unit_place(_report: object, unit: courses.Unit) -> str:
    """Return where a unit stands on the learner's page: its lesson is the learner's to open."""
    return f"#unit-{unit.number}"
