"""The table of a cohort as a file for a spreadsheet: exactly what the page shows, every unit."""

from collections.abc import Iterable, Iterator

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

import certificates
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, reports
from lms.services.reports import CohortReport, LearnerLine
from lms.views.reports.choice import Choice, choice
from lms.views.reports.place import cell_word, pace_word, pages

VERDICT_WORDS = {
    "valid": lazy("Valid"),
    "update-outstanding": lazy("Valid, update outstanding"),
    "past-currency": lazy("Past its currency date"),
    "suspended": lazy("Suspended"),
    "superseded": lazy("Superseded"),
    "revoked": lazy("Revoked"),
    "not-yet-issued": lazy("Not yet issued"),
}


@pages.get("/manage/cohorts/<int:cohort>/table.<format>")
@rule("reader")
def cohort_table(cohort: int, format: str) -> Response:
    """Give the table as shown, with the same choice and order, as a file for a spreadsheet."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    report = reports.cohort_report(db.session, found, clock.now())
    chosen = choice()
    lines = reports.arranged(report.selected(chosen.shown), chosen.sort, chosen.descending)
    return exports.noted(
        table(report, lines, chosen),
        format,
        programme_id=found.programme_id,
        zone=found.time_zone,
        act="cohort.exported",
        subject=found.title,
        detail={"learners": len(lines), "shown": chosen.shown, "format": format},
    )


def table(report: CohortReport, lines: Iterable[LearnerLine], chosen: Choice) -> Table:
    """Return learners unit by unit as a table to take away, with the choice of the page beside."""
    name = f"{report.cohort.title} {report.today.isoformat()}"
    notes = (_("Only: %(state)s.", state=chosen.shown),) if chosen.shown != "all" else ()
    return Table(name, tuple(_columns(report)), [_row(line) for line in lines], notes)


def _columns(report: CohortReport) -> Iterator[Column]:
    yield Column(_("Learner"))
    yield Column(_("E-mail"))
    yield Column(_("Profession"))
    yield Column(_("State"), _("against the plan of the cohort"))
    yield Column(_("Units late"), "", "number")
    yield Column(_("Minutes credited"), _("of lessons and quizzes"), "minutes")
    yield Column(_("Minutes in all"), _("of the course"), "minutes")
    for unit in report.content.course.units:
        label = _("%(n)s. %(unit)s", n=unit.number, unit=unit.title)
        yield Column(label, _("done, late, not passed, in progress or not started"))
        if unit.kind == "quiz":
            score = _("%(n)s. %(unit)s, score in percent", n=unit.number, unit=unit.title)
            yield Column(score, _("of the passing attempt, else of the best"), "percent")
    yield Column(_("Enrolled"), "", "moment")
    yield Column(_("Last seen"), "", "moment")
    yield Column(_("Completed"), _("when every lesson was read and every quiz passed"), "moment")
    yield Column(_("Certificate"), _("its number"))
    yield Column(_("Certificate status"))


def _row(line: LearnerLine) -> tuple[Cell, ...]:
    moments = (line.enrolled_at, line.last_seen_at, line.progress.completed_at)
    return (*_who_and_how_far(line), *_units(line), *moments, *_attested(line))


def _who_and_how_far(line: LearnerLine) -> list[str | int]:
    progress = line.progress
    who: list[str | int] = [line.name, line.email, line.profession, pace_word(line)]
    return [*who, len(line.pace.late), progress.minutes_done, progress.minutes_total]


def _units(line: LearnerLine) -> Iterator[Cell]:
    for state, cell in zip(line.progress.units, line.cells, strict=True):
        yield cell_word(cell)
        if state.unit.kind == "quiz":
            yield cell.percent


def _attested(line: LearnerLine) -> list[str]:
    if line.credential is None:
        return ["", ""]
    number = certificates.format_serial(line.credential.credential.serial)
    return [number, str(VERDICT_WORDS[line.credential.verdict.status])]
