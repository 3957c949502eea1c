"""Cohorts, who waits for a place, and invitations as tables to take away."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Column, Table
from lms.services import cohorts, reports
from lms.services.cohorts import InvitationLine
from lms.views.cohorts.place import pages, run_for


@pages.get("/manage/programmes/<int:programme>/cohorts/table.<format>")
@rule("reader")
def cohorts_table(programme: int, format: str) -> Response:
    """Give the cohorts of a programme as their list shows them."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines, now = cohorts.list_cohorts(db.session, [programme]), clock.now()
    today = now.astimezone(ZoneInfo(found.time_zone)).date()
    pulse = reports.pulse(db.session, [line.id for line in lines], now)
    table = Table(
        _("Cohorts of %(name)s", name=found.name),
        (
            Column(_("Cohort")),
            Column(_("Begins"), "", "day"),
            Column(_("Due"), _("the last day of the course"), "day"),
            Column(_("Now"), _("the week of the course that it is today")),
            Column(_("Release"), _("of the curriculum, to which the cohort is bound")),
            Column(_("Enrolment open until"), _("empty where it is closed"), "day"),
            Column(_("Learners"), _("the withdrawn are not among them"), "number"),
            Column(_("Active this week"), _("did a lesson or began a quiz"), "number"),
            Column(_("Complete"), "", "number"),
            Column(_("At risk"), _("learners with an open flag"), "number"),
        ),
        [
            (
                line.title,
                line.starts_on,
                line.due_on,
                week_of(line.starts_on, line.due_on, today),
                line.release_label,
                line.enrols_until if line.enrols_until and line.enrols_until >= today else None,
                line.learners,
                pulse[line.id].active,
                pulse[line.id].complete,
                pulse[line.id].at_risk,
            )
            for line in lines
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


def week_of(first: date, last: date, today: date) -> str:
    """Say which week of a course it is, as the list of cohorts does."""
    weeks = (cohorts.week_on(first, today), cohorts.week_on(first, last))
    return exports.words_of("cohorts/_when.html", "when", *weeks)


@pages.get("/manage/cohorts/<int:cohort>/waiting/table.<format>")
@rule("reader")
def waiting_table(cohort: int, format: str) -> Response:
    """Give who waits for a place in a cohort, whoever is next first."""
    found = run_for(cohort)
    table = Table(
        _("Waiting list of %(cohort)s", cohort=found.title),
        (
            Column(_("Who waits")),
            Column(_("E-mail")),
            Column(_("Position"), _("1 is next"), "number"),
            Column(_("Since"), "", "moment"),
        ),
        [
            (line.name, line.email, line.position, line.joined_at)
            for line in cohorts.list_waiting(db.session, cohort)
        ],
    )
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


@pages.get("/manage/cohorts/<int:cohort>/invitations/table.<format>")
@rule("reader")
def invitations_table(cohort: int, format: str) -> Response:
    """Give the invitations into a cohort, never their codes."""
    found, now = run_for(cohort), clock.now()

    def state(line: InvitationLine) -> str:
        if line.is_open(now):
            return str(_("Open"))
        if line.ended_at:
            return str(_("Ended"))
        return str(_("Used up") if line.uses >= line.most_uses else _("Over"))

    table = Table(
        _("Invitations to %(cohort)s", cohort=found.title),
        (
            Column(_("For whom")),
            Column(_("Ends in"), _("the last signs of the code; the code itself is not kept")),
            Column(_("State"), _("open, ended by somebody, used up, or over by its last day")),
            Column(_("Used"), _("people who joined by it"), "number"),
            Column(_("People at most"), "", "number"),
            Column(_("Valid until"), _("its last day"), "day"),
            Column(_("Made by")),
            Column(_("Made"), "", "moment"),
        ),
        [
            (
                line.label,
                line.hint,
                state(line),
                line.uses,
                line.most_uses,
                line.last_on(found.time_zone),
                line.made_by,
                line.made_at,
            )
            for line in cohorts.list_invitations(db.session, cohort)
        ],
    )
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)
