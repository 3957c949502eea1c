"""What stands on a cohort's page beside the matrix, as tables to take away: units, hours, plots."""

from collections.abc import Iterator
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, reports
from lms.services.cohorts import RunCohort
from lms.services.reports import CohortReport
from lms.views.reports.choice import choice
from lms.views.reports.cohort import hours
from lms.views.reports.place import pages


def reported(cohort: int) -> tuple[RunCohort, CohortReport]:
    """Return a cohort with its report, to whoever may what the open address declares."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    return found, reports.cohort_report(db.session, found, clock.now())


def given(found: RunCohort, table: Table, format: str) -> Response:
    """Hand a table of a cohort out in the zone of its programme."""
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


@pages.get("/manage/cohorts/<int:cohort>/units/table.<format>")
@rule("reader")
def units_table(cohort: int, format: str) -> Response:
    """Give the planned day of each module and unit, and how many learners are in which state."""
    found, report = reported(cohort)
    columns = (
        Column(_("Module")),
        Column(_("Unit"), _("empty for the module as a whole")),
        Column(_("Planned for"), _("the day until which the plan asks for it"), "day"),
        Column(_("Done"), _("learners"), "number"),
        Column(_("In progress"), _("learners"), "number"),
        Column(_("Late"), _("learners"), "number"),
        Column(_("Not passed"), _("learners"), "number"),
        Column(_("Not started"), _("learners"), "number"),
    )
    name = _("Units of %(cohort)s", cohort=found.title)
    return given(found, Table(name, columns, list(unit_rows(report))), format)


def counted(counts: Any) -> tuple[int, ...]:
    """Return how many learners stand in each state, in the order of the page."""
    order = ("done", "progress", "late", "failed", "open")
    return tuple(counts[state] for state in order)


def unit_rows(report: CohortReport) -> Iterator[tuple[Cell, ...]]:
    """Return a row for each module, each followed by those of its units."""
    course = report.content.course
    for place, module in enumerate(course.modules):
        counts = report.states_in_module(place)
        yield module.title, None, report.due_of_module(module), *counted(counts)
        for number, unit in enumerate(course.units):
            if unit.module_key == module.key:
                counts = report.states_in(number)
                title = f"{unit.number}. {unit.title}"
                day = report.due[unit.key]
                yield module.title, title, day, *counted(counts)


@pages.get("/manage/cohorts/<int:cohort>/outlook/table.<format>")
@rule("reader")
def outlook_table(cohort: int, format: str) -> Response:
    """Give the forecast: everybody on the way with their chance, the most open first."""
    found, report = reported(cohort)
    outlook = reports.outlook(report)
    chances = outlook.chances if outlook else ()
    columns = (
        Column(_("Learner")),
        Column(
            _("Chance"), _("of finishing by their last day, if all goes on as it did"), "percent"
        ),
        Column(_("Units left"), "", "number"),
        Column(_("Last day"), _("their own, extensions counted"), "day"),
    )
    rows = [
        (
            line.name,
            int(chance * 100),
            sum(unit.state != "done" for unit in line.progress.units),
            line.pace.last_on,
        )
        for line, chance in sorted(
            chances, key=lambda each: (abs(each[1] - 0.5), each[0].enrolment_id)
        )
    ]
    notes = (
        (
            _(
                "If everybody goes on so, %(middle)s finish in time; in 4 of 5 such cohorts it is "
                "%(low)s to %(high)s.",
                middle=outlook.middle,
                low=outlook.low,
                high=outlook.high,
            ),
        )
        if outlook
        else ()
    )
    name = _("Forecast for %(cohort)s", cohort=found.title)
    return given(found, Table(name, columns, rows, notes), format)


@pages.get("/manage/cohorts/<int:cohort>/hours/table.<format>")
@rule("reader")
def hours_table(cohort: int, format: str) -> Response:
    """Give what the cohort has earned by topic of the jurisdiction that the address names."""
    found, report = reported(cohort)
    spread = hours(report, choice().place)["hours"]
    columns = (
        Column(_("Topic")),
        Column(_("Required"), _("minutes; several where the rule states alternatives")),
        Column(_("In lessons and quizzes"), _("mapped to it; mapped is not approved"), "minutes"),
        Column(_("A quarter has at most"), _("minutes earned"), "minutes"),
        Column(_("Median"), _("minutes earned"), "minutes"),
        Column(_("Three quarters have at most"), _("minutes earned"), "minutes"),
        Column(_("Reached it"), _("learners; empty where the rule is not known"), "number"),
        Column(_("Learners"), "", "number"),
    )
    rows = [
        (
            _("In all") if each is spread.total else each.topic.requirement.topic,
            _(" or ").join(str(minutes) for minutes in each.topic.required) or _("unknown"),
            each.topic.covered,
            each.low,
            each.median,
            each.high,
            each.reached,
            spread.learners,
        )
        for each in ((*spread.topics, spread.total) if spread else ())
    ]
    title = spread.title if spread else ""
    name = _("Hours of %(cohort)s, %(place)s", cohort=found.title, place=title)
    return given(found, Table(name, columns, rows), format)


@pages.get("/manage/cohorts/<int:cohort>/plots/table.<format>")
@rule("reader")
def plots_table(cohort: int, format: str) -> Response:
    """Give the numbers behind the plots of a cohort's page, one below the other."""
    found, report = reported(cohort)
    columns = (
        Column(_("Plot")),
        Column(_("Where"), _("the week, the band or the quiz")),
        Column(_("What"), _("what is counted or measured there")),
        Column(_("Value"), _("empty for weeks that have not ended"), "number"),
        Column(_("Unit")),
    )
    name = _("Plots of %(cohort)s", cohort=found.title)
    return given(found, Table(name, columns, list(plotted(report))), format)


def plotted(report: CohortReport) -> Iterator[tuple[Cell, ...]]:
    """Return the numbers of each plot in the order of the page."""
    pace, percent, people = _("Pace against the plan"), _("per cent"), _("learners")
    line = reports.timeline(report)
    for week, planned, done in zip(line.weeks, line.planned, line.done, strict=True):
        where = _("Week %(n)s", n=week)
        yield pace, where, _("The plan"), planned, percent
        yield pace, where, _("The cohort, on average"), done, percent
    for low, count in zip(range(0, 100, 10), report.done_tenths, strict=True):
        yield _("Where everybody is"), band(low), _("share of the course done"), count, people
    for low, count in zip(range(0, 100, 10), report.score_tenths, strict=True):
        yield _("First-attempt scores"), band(low), _("score"), count, _("attempts")
    outlook = reports.outlook(report)
    if outlook is not None:
        told = {
            _("Finished"): outlook.complete,
            _("Likely, 4 in 5 or more"): outlook.count("likely"),
            _("Open"): outlook.count("open"),
            _("Unlikely, 1 in 5 or less"): outlook.count("unlikely"),
            _("Paused, not forecast"): outlook.paused,
        }
        for where, count in told.items():
            yield _("Who will finish in time"), where, _("forecast"), count, people
    for each in reports.quiz_times(report):
        quartiles = {
            _("A quarter took at most"): each.low,
            _("Median"): each.median,
            _("Three quarters took at most"): each.high,
        }
        for what, minutes in quartiles.items():
            yield _("Time for the quizzes"), each.module.title, what, minutes, _("minutes")


def band(low: int) -> str:
    """Return a tenth in per cent, the last of which has 100 too."""
    return f"{low}–{100 if low == 90 else low + 9} %"
