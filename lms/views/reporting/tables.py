"""Completions, reports and their lines as tables to take away: without what consents cover."""

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Column, Table
from lms.errors import NotFound
from lms.services import cohorts, reporting
from lms.services.reporting import ReportLineView
from lms.views.reporting.place import pages
from lms.views.reporting.programme import STATES

STATE_WORDS = {
    "ready": lazy("Ready"),
    "no-consent": lazy("No consent"),
    "rejected": lazy("Came back"),
    "reported": lazy("Reported"),
}


@pages.get("/manage/programmes/<int:programme>/reporting/table.<format>")
@rule("overseer")
def completions_table(programme: int, format: str) -> Response:
    """Give the completions of the course and the state that the address names, as the page does."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    now = clock.now()
    courses = reporting.list_courses(db.session, programme, now)
    slug = request.args.get("course", courses[0].slug if courses else "")
    course = next((each for each in courses if each.slug == slug), None)
    if course is None:
        raise NotFound()
    shown = request.args.get("show", "")
    lines = reporting.list_completions(db.session, programme, slug, now)
    table = Table(
        _("Completions of %(course)s", course=course.title),
        (
            Column(_("Holder")),
            Column(_("Completed"), "", "day"),
            Column(_("How far it is"), _("ready, no consent, came back or reported")),
            Column(_("Report"), _("the number of the report in which it stands"), "number"),
            Column(_("Reason"), _("what came back with the last line")),
        ),
        [
            (
                each.holder,
                each.completed_on,
                str(STATE_WORDS[each.state]),
                each.report_id,
                each.rejection,
            )
            for each in lines
            if shown not in STATES or each.state == shown
        ],
        (_("Only: %(state)s", state=STATE_WORDS[shown]),) if shown in STATES else (),
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/reporting/reports/table.<format>")
@rule("overseer")
def reports_table(programme: int, format: str) -> Response:
    """Give the reports made so far, the latest first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    table = Table(
        _("Completion reports of %(name)s", name=found.name),
        (
            Column(_("Report"), "", "number"),
            Column(_("Made"), "", "moment"),
            Column(_("By")),
            Column(_("Activity ID"), _("the number by which the accreditor knows the activity")),
            Column(_("Lines"), "", "number"),
            Column(_("Came back"), _("lines that the accreditor rejected"), "number"),
            Column(_("Open"), _("of these, those that are not settled"), "number"),
        ),
        [
            (
                each.id,
                each.made_at,
                each.made_by,
                each.activity_id,
                each.lines,
                each.rejected,
                each.unsettled,
            )
            for each in reporting.list_reports(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/reports/<int:report>/table.<format>")
@rule("overseer")
def lines_table(report: int, format: str) -> Response:
    """Give the lines of a report with what became of each; the file to send is another."""
    found = reporting.report_for(db.session, current_user.id, report, asked())

    def state(line: ReportLineView) -> str:
        if line.rejection:
            return str(_("Settled") if line.settled_at else _("Came back"))
        return str(_("Reported") if line.is_covered else _("Consent taken back"))

    table = Table(
        _("Lines of report %(n)s", n=found.id),
        (
            Column(_("Reference"), _("ours: a rejection is found by it")),
            Column(_("Holder")),
            Column(_("Completed"), "", "day"),
            Column(_("What became of it")),
            Column(_("Reason"), _("what came back with it")),
            Column(_("Settled"), "", "moment"),
        ),
        [
            (
                line.reference,
                line.holder,
                line.completed_on,
                state(line),
                line.rejection,
                line.settled_at,
            )
            for line in reporting.list_lines(db.session, found.id, clock.now())
        ],
    )
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)
