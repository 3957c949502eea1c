"""Reports: where a cohort stands, as a page and as a file, and one learner's record."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user
from markupsafe import Markup

import certificates
import courses
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.downloads import as_csv, attachment
from lms.services import audit, cohorts, psychometrics, reports
from lms.services.cohorts import RunCohort
from lms.services.reports import Cell, CohortReport, LearnerLine, Roll

pages = Blueprint("reports", __name__)

PACE_WORDS = {
    "complete": lazy("Complete"),
    "on-pace": lazy("On pace"),
    "not-started": lazy("Not started"),
    "overdue": lazy("Overdue"),
}
CELL_WORDS = {
    "done": lazy("Done"),
    "failed": lazy("Not passed"),
    "late": lazy("Late"),
    "progress": lazy("In progress"),
    "open": lazy("Not started"),
}
VERDICT_WORDS = {
    "valid": lazy("Valid"),
    "update-outstanding": lazy("Valid, update outstanding"),
    "past-currency": lazy("Past its currency date"),
    "suspended": lazy("Suspended"),
    "superseded": lazy("Superseded"),
    "revoked": lazy("Revoked"),
    "not-yet-issued": lazy("Not yet issued"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which learners of a cohort are shown, and in which order."""

    shown: str
    sort: str
    descending: bool

    def query(self) -> dict[str, str | None]:
        """The choice as query parameters, the usual one as none."""
        return {
            "show": None if self.shown == "all" else self.shown,
            "sort": None if self.sort == "name" else self.sort,
            "order": "descending" if self.descending else None,
        }


def choice() -> Choice:
    """Read the choice from the address; what it does not know is the usual."""
    shown = request.args.get("show", "")
    sort = request.args.get("sort", "")
    return Choice(
        shown if shown in reports.SHOWN else "all",
        sort if sort in reports.SORTS else "name",
        request.args.get("order") == "descending",
    )


@pages.get("/manage/cohorts/<int:cohort>")
@rule("reader")
def cohort(cohort: int) -> str:
    """Show where everybody in a cohort stands and who needs a person."""
    now = clock.now()
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    chosen = choice()
    place = (db.engine, str(get_locale()))
    roll = reports.roll_of(db.session, found, now)
    body = drawn.get((place, found, roll.state, chosen))
    if body is None:
        body = draw(found, chosen, now, roll)
        drawn.keep((place, found, roll.state, chosen), body)
    return render_template(
        "reports/cohort.html", cohort=found, programme_name=found.programme_name, drawn=body
    )


def draw(found: RunCohort, chosen: Choice, now: datetime, roll: Roll) -> Markup:
    """Draw what is the same for everybody who holds the same role in a cohort."""
    report = reports.cohort_report(db.session, found, now, roll)
    body = render_template(
        "reports/_cohort.html",
        cohort=found,
        report=report,
        lines=reports.arranged(report.selected(chosen.shown), chosen.sort, chosen.descending),
        chosen=chosen,
        concerned=report.needing_a_person(),
        verdicts=[line.credential.verdict.status for line in report.lines if line.credential],
        address=lambda **change: address(found.id, chosen, **change),
        pace_word=pace_word,
        local=local_to(found.time_zone),
    )
    return Markup(body)  # noqa: S704 -- a template's own output, escaped where it was made


class Drawings:
    """The latest drawings of cohorts: most visits find nothing changed since the last one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, key: Hashable) -> Markup | None:
        """Return the drawing of exactly this state, if it is kept."""
        with self._turn:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, body: Markup) -> None:
        """Keep a drawing in place of the one that was not asked for longest."""
        with self._turn:
            self._kept[key] = body
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


# A drawing of 200 learners takes about a third of a megabyte.
drawn = Drawings(24)


def local_to(zone: str) -> Callable[[datetime], datetime]:
    """Return what turns an instant into the time on the programme's clocks."""
    return lambda moment: moment.astimezone(ZoneInfo(zone))


def address(cohort: int, chosen: Choice, **change: str | bool) -> str:
    """Return the address of the table with some of the choice changed."""
    query = replace(chosen, **change).query()  # type: ignore[arg-type]
    return url_for("reports.cohort", cohort=cohort, **query, _anchor="who")  # type: ignore[arg-type]


@pages.get("/manage/cohorts/<int:cohort>/table.csv")
@rule("overseer")
def cohort_csv(cohort: int) -> Response:
    """Give the table as shown, with the same choice and order, as a file for a spreadsheet."""
    now = clock.now()
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    report = reports.cohort_report(db.session, found, now)
    chosen = choice()
    lines = reports.arranged(report.selected(chosen.shown), chosen.sort, chosen.descending)
    body = as_csv(table(report, lines))
    audit.record(
        db.session,
        at=now,
        actor_id=current_user.id,
        programme_id=found.programme_id,
        act="cohort.exported",
        subject=found.title,
        detail={"learners": len(lines), "shown": chosen.shown},
    )
    db.session.commit()
    answer = Response(body, content_type="text/csv; charset=utf-8")
    name = f"{found.title} {report.today.isoformat()}.csv"
    answer.headers["Content-Disposition"] = attachment(name)
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


def pace_word(line: LearnerLine) -> str:
    """Say how a learner stands against the plan."""
    late = len(line.pace.late)
    if line.pace.state == "late":
        return str(ngettext("%(num)s late", "%(num)s late", late))
    if line.pace.state == "not-started" and late:
        return str(ngettext("Not started, %(num)s late", "Not started, %(num)s late", late))
    return str(PACE_WORDS[line.pace.state])


def cell_word(cell: Cell) -> str:
    """Say how a learner stands in a unit."""
    return str(CELL_WORDS[cell.state])


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>")
@rule("reader")
def learner(cohort: int, enrolment: int) -> str:
    """Show all that is on record of one learner of this cohort."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    report = reports.learner_report(db.session, found, enrolment, clock.now())
    serial = None
    if report.credential is not None:
        serial = certificates.format_serial(report.credential.credential.serial)
    return render_template(
        "reports/learner.html",
        cohort=found,
        programme_name=found.programme_name,
        report=report,
        bases=psychometrics.cut_bases(db.session, found.programme_id, report.content.banks),
        serial=serial,
        unit_address=unit_place,
        local=local_to(found.time_zone),
    )


def unit_place(_report: object, unit: courses.Unit) -> str:
    """Return where a unit stands on the learner's page: its lesson is the learner's to open."""
    return f"#unit-{unit.number}"
