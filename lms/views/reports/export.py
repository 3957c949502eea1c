"""The table of a cohort as a file for a spreadsheet: exactly what the page shows, every unit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

import certificates
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.downloads import handed_out, table_of
from lms.services import audit, cohorts, reports
from lms.services.reports import CohortReport, LearnerLine
from lms.views.reports.choice import choice
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
@rule("overseer")
def cohort_table(cohort: int, format: str) -> Response:
    """Give the table as shown, with the same choice and order, as a file for a spreadsheet."""
    now = clock.now()
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    report = reports.cohort_report(db.session, found, now)
    chosen = choice()
    lines = reports.arranged(report.selected(chosen.shown), chosen.sort, chosen.descending)
    name = f"{found.title} {report.today.isoformat()}"
    answer = handed_out(table_of(name, table(report, lines)), format)
    audit.record(
        db.session,
        at=now,
        actor_id=current_user.id,
        programme_id=found.programme_id,
        act="cohort.exported",
        subject=found.title,
        detail={"learners": len(lines), "shown": chosen.shown, "format": format},
    )
    db.session.commit()
    return answer


def table(report: CohortReport, lines: Iterable[LearnerLine]) -> Iterable[Sequence[str | int]]:
    """Return the rows of the file, the header first."""
    zone = report.cohort.time_zone
    head: list[str] = [_("Learner"), _("E-mail"), _("Profession"), _("State"), _("Units late")]
    head += [_("Minutes credited"), _("Minutes in all")]
    for unit in report.content.course.units:
        head.append(_("%(n)s. %(unit)s", n=unit.number, unit=unit.title))
        if unit.kind == "quiz":
            head.append(_("%(n)s. %(unit)s, score in percent", n=unit.number, unit=unit.title))
    for what in (_("Enrolled"), _("Last seen"), _("Completed")):
        head.append(f"{what} ({zone})")
    head += [_("Certificate"), _("Certificate status")]
    yield head
    for line in lines:
        yield [*_who_and_how_far(line), *_units(line), *_moments(line, zone), *_attested(line)]


def _who_and_how_far(line: LearnerLine) -> list[str | int]:
    progress = line.progress
    who: list[str | int] = [line.name, line.email, line.profession, pace_word(line)]
    return [*who, len(line.pace.late), progress.minutes_done, progress.minutes_total]


def _units(line: LearnerLine) -> Iterable[str | int]:
    for state, cell in zip(line.progress.units, line.cells, strict=True):
        yield cell_word(cell)
        if state.unit.kind == "quiz":
            yield "" if cell.percent is None else cell.percent


def _moments(line: LearnerLine, zone: str) -> list[str]:
    moments = (line.enrolled_at, line.last_seen_at, line.progress.completed_at)
    return ["" if moment is None else iso(moment, zone) for moment in moments]


def iso(moment: datetime, zone: str) -> str:
    """Return “2026-10-14 09:02:00”: the zone stands in the header, and spreadsheets read it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def _attested(line: LearnerLine) -> list[str]:
    if line.credential is None:
        return ["", ""]
    number = certificates.format_serial(line.credential.credential.serial)
    return [number, str(VERDICT_WORDS[line.credential.verdict.status])]
