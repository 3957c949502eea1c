"""One learner's record, for the people who teach them: what matters at once, and the head of all.

The other parts of the record stand in `parts`.
"""

from collections.abc import Iterator
from datetime import date, datetime

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

import certificates
import courses
from lms import clock
from lms.access import asked, rule, rule_of
from lms.db import db
from lms.services import accounts, cohorts, reports, watch
from lms.services.cohorts import Placed
from lms.services.reports import LearnerReport
from lms.views.reports.place import local_to, pages

LATEST_EVENTS = 5


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>")
@rule("reader")
def learner(cohort: int, enrolment: int) -> str:
    """Show how a learner stands: flags, what is missing, certificate, latest events, ledger."""
    placed, now = placed_at(cohort, enrolment), clock.now()
    report = reports.learner_report(db.session, placed, now)
    award = reports.award_of(db.session, report, now)
    events = reports.events_of(report, award.credential)
    return page_of(
        "reports/learner.html",
        report,
        award=award,
        serial=None
        if award.credential is None
        else certificates.format_serial(award.credential.credential.serial),
        # What colleagues think and do about somebody is not for them, were they staff themselves.
        flags=[] if is_own(placed) else watch.flags_of_learner(db.session, enrolment),
        today=today_at(placed, now),
        events=events[:LATEST_EVENTS],
        events_in_all=len(events),
        elsewhere=list(elsewhere(report)),
        unit_address=unit_place,
    )


def placed_at(cohort: int, enrolment: int) -> Placed:
    """Return the learner whose page is asked for, with the right that the page declares."""
    return cohorts.learner_for(db.session, current_user.id, cohort, enrolment, asked())


def is_own(placed: Placed) -> bool:
    """Whether the person who asks is the learner: staff may learn in their own programme."""
    return bool(placed.seat.account_id == current_user.id)


def today_at(placed: Placed, now: datetime) -> date:
    """Return the day that it is on the programme's clocks."""
    return local_to(placed.cohort.time_zone)(now).date()


def page_of(template: str, report: LearnerReport, **told: object) -> str:
    """Draw a part of a learner's record below the head that all parts share."""
    found = report.cohort
    return render_template(
        template,
        cohort=found,
        programme_name=found.programme_name,
        report=report,
        oversees=accounts.satisfies(found.role, "overseer"),
        local=local_to(found.time_zone),
        opens=lambda endpoint: opens(found.role, endpoint),
        **told,
    )


def elsewhere(report: LearnerReport) -> Iterator[tuple[str, str]]:
    """Return the other pages about a learner that the person who asks can open."""
    places = (
        ("cohorts.one_place", _("Place, more time, moving")),
        ("transcripts.of_learner", _("Transcript")),
    )
    for endpoint, label in places:
        if opens(report.cohort.role, endpoint):
            yield label, url_for(endpoint, cohort=report.cohort.id, enrolment=report.enrolment_id)


def opens(role: str, endpoint: str) -> bool:
    """Whether somebody of this role is let in where an endpoint leads, as it declares itself."""
    return accounts.satisfies(role, rule_of(current_app, endpoint) or "")


def unit_place(_report: object, unit: courses.Unit) -> str:
    """Return where a unit stands on the learner's page: its lesson is the learner's to open."""
    return f"#unit-{unit.number}"
