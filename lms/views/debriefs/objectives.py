"""What a cohort masters, what it finds hard and what it is sure of wrongly, as a page."""

from collections.abc import Iterator

from flask import Response, render_template
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table, handed_out
from lms.services import cohorts, debriefs, reports
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
    )
    notes = (_("First answers only, as of %(now)s UTC.", now=f"{now:%Y-%m-%d %H:%M}"),)
    name = _("Objectives of %(cohort)s", cohort=found.title)
    return handed_out(Table(name, columns, _rows(made), notes), format)


def _rows(made: debriefs.Debrief) -> Iterator[tuple[Cell, ...]]:
    for line in made.objectives:
        counts = (line.learners, line.mastered, line.answers, line.right)
        wrong = (line.surely_wrong, line.safety)
        yield line.module.title, line.objective.id, line.objective.text, *counts, *wrong
