"""What a cohort masters, what it finds hard and what it is sure of wrongly, as a page."""

from collections.abc import Iterable, Iterator

from flask import Response, render_template
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, debriefs, reports
from lms.services.cohorts import RunCohort
from lms.views.debriefs.place import pages

HARDEST = 12
"""Items shown as the hardest: as many as a session has time for."""


@pages.get("/manage/cohorts/<int:cohort>/objectives")
@rule("reader")
def objectives(cohort: int) -> str:
    """Show which objectives a cohort masters, its hardest items and its misconceptions."""
    now = clock.now()
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    report = reports.cohort_report(db.session, found, now)
    return render_template(
        "debriefs/objectives.html",
        cohort=found,
        programme_name=found.programme_name,
        report=report,
        debrief=debriefs.debrief(report),
        names={line.enrolment_id: line.name for line in report.lines},
        most=HARDEST,
    )


@pages.get("/manage/cohorts/<int:cohort>/objectives/table.<format>")
@rule("reader")
def objectives_table(cohort: int, format: str) -> Response:
    """Give the objectives as the page shows them as a file; it names no learner."""
    now = clock.now()
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    made = debriefs.debrief(reports.cohort_report(db.session, found, now))
    columns = (
        Column(_("Module")),
        Column(_("Objective")),
        Column(_("Text")),
        Column(_("Learners"), _("who met items of it"), "number"),
        Column(_("Master it"), _("who reach the cut score on the items they met first"), "number"),
        Column(_("Answers"), _("to items of it, first ones only"), "number"),
        Column(_("Right"), "", "number"),
        Column(_("Wrong and certain"), "", "number"),
        Column(_("Of these on safety-critical items"), "", "number"),
        Column(_("Taught in")),
    )
    notes = (_("First answers only."),)
    name = _("Objectives of %(cohort)s", cohort=found.title)
    table = Table(name, columns, list(_rows(made)), notes)
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


def _rows(made: debriefs.Debrief) -> Iterator[tuple[Cell, ...]]:
    for line in made.objectives:
        counts = (line.learners, line.mastered, line.answers, line.right)
        wrong = (line.surely_wrong, line.safety)
        taught = "; ".join(lesson.title for lesson in line.lessons)
        yield line.module.title, line.objective.id, line.objective.text, *counts, *wrong, taught


@pages.get("/manage/cohorts/<int:cohort>/misconceptions/table.<format>")
@rule("reader")
def misconceptions_table(cohort: int, format: str) -> Response:
    """Give the items that one in ten answered wrongly and were certain of."""
    found, made = debriefed(cohort)
    name = _("Dangerous misconceptions of %(cohort)s", cohort=found.title)
    return items_given(found, made.misconceptions, name, format)


@pages.get("/manage/cohorts/<int:cohort>/hardest/table.<format>")
@rule("reader")
def hardest_table(cohort: int, format: str) -> Response:
    """Give the items that the fewest got right."""
    found, made = debriefed(cohort)
    name = _("Hardest items of %(cohort)s", cohort=found.title)
    return items_given(found, made.hardest(HARDEST), name, format)


def debriefed(cohort: int) -> tuple[RunCohort, debriefs.Debrief]:
    """Return a cohort with what it answered, to whoever may what the open address declares."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    return found, debriefs.debrief(reports.cohort_report(db.session, found, clock.now()))


def items_given(
    found: RunCohort, lines: Iterable[debriefs.ItemLine], name: str, format: str
) -> Response:
    """Hand out items with how they were answered; no learner is named."""
    columns = (
        Column(_("Item")),
        Column(_("Safety-critical")),
        Column(_("Answers"), _("first ones only"), "number"),
        Column(_("Right"), "", "number"),
        Column(_("Right from"), _("95 % interval of the true share, per cent"), "percent"),
        Column(_("Right to"), _("95 % interval of the true share, per cent"), "percent"),
        Column(_("Answers with a certainty"), "", "number"),
        Column(_("Wrong and certain"), "", "number"),
        Column(_("They chose instead"), _("the wrong answers given most, with how many")),
        Column(_("Taught in")),
    )
    table = Table(name, columns, [_item_row(line) for line in lines])
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


def _item_row(line: debriefs.ItemLine) -> tuple[Cell, ...]:
    within, sure = line.interval, line.certainty
    chose = ", ".join(f"{answer} ({count})" for answer, count in line.wrong_answers[:2])
    return (
        line.item.id,
        str(_("yes") if line.item.safety_critical else _("no")),
        line.answers,
        line.right,
        round(100 * within.low),
        round(100 * within.high),
        sure.answers,
        sure.confidently_wrong,
        chose,
        "; ".join(lesson.title for lesson in line.lessons),
    )
