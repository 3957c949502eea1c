"""The statistics of a bank: its papers, its items, one item, and the file to take away."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

import quizzes
from lms import exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, psychometrics
from lms.services.psychometrics import BankReport, ItemLine
from lms.views.psychometrics import charts
from lms.views.psychometrics.place import flag_word, pages, words

SORTS = ("item", "facility", "discrimination", "sure", "flags")


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose attempts the figures rest on, and in which order the items stand."""

    cohort: int | None
    which: Literal["first", "latest"]
    sort: str
    descending: bool

    def query(self) -> dict[str, str | int | None]:
        """The choice as query parameters, the usual one as none."""
        return {
            "cohort": self.cohort,
            "attempts": None if self.which == "first" else self.which,
            "sort": None if self.sort == "item" else self.sort,
            "order": "descending" if self.descending else None,
        }


def choice() -> Choice:
    """Read the choice from the address; what it does not know is the usual."""
    sort = request.args.get("sort", "")
    return Choice(
        cohort=request.args.get("cohort", type=int),
        which="latest" if request.args.get("attempts") == "latest" else "first",
        sort=sort if sort in SORTS else "item",
        descending=request.args.get("order") == "descending",
    )


@pages.get("/manage/programmes/<int:programme>/assessment")
@rule("reader")
def index(programme: int) -> str:
    """Show the examinations of a programme and what is known of each."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    examined = psychometrics.examined(db.session, programme)
    return render_template(
        "psychometrics/index.html",
        programme=found,
        programme_name=found.name,
        examined=examined,
        bases=psychometrics.cut_bases(db.session, programme, examined.banks()),
        sat=defaultdict(int, psychometrics.count_sat(db.session, programme)),
    )


@pages.get("/manage/programmes/<int:programme>/assessment/<bank>")
@rule("reader")
def bank(programme: int, bank: str) -> str:
    """Show what the papers and items of a bank did."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    chosen = choice()
    report = report_of(programme, bank, chosen)
    return render_template(
        "psychometrics/bank.html",
        programme=found,
        programme_name=found.name,
        report=report,
        lines=arranged(report.items, chosen),
        chosen=chosen,
        address=lambda **change: address(programme, bank, chosen, **change),
        item_query={**chosen.query(), "sort": None, "order": None},
        plot=charts.scatter(report.items),
        basis=psychometrics.cut_basis(db.session, programme, bank, report.content.id),
        flags=sorted({flag for line in report.items for flag in line.flags}),
        charts=charts,
        **words(),
    )


@pages.get("/manage/programmes/<int:programme>/assessment/<bank>/items/<column>")
@rule("reader")
def item(programme: int, bank: str, column: str) -> str:
    """Show one item: its text and key, who chose what, certainty, versions, lesson and evidence."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    chosen = choice()
    report = report_of(programme, bank, chosen)
    line = report.line(column)
    course = report.content.course
    return render_template(
        "psychometrics/item.html",
        programme=found,
        programme_name=found.name,
        report=report,
        line=line,
        shown=report.content.shown.get(line.item.id) if line.is_current else None,
        case=report.content.cases.get(bank, {}).get(line.item.vignette or ""),
        chosen=chosen,
        address=address(programme, bank, chosen),
        curves=charts.curves(line.options),
        charts=charts,
        lessons=psychometrics.lessons_on(course, line.item.objective),
        objective=psychometrics.objective_texts(course).get(line.item.objective),
        facts=[
            report.content.facts[fact]
            for fact in quizzes.cited_facts(line.item)
            if fact in report.content.facts
        ],
        **words(),
    )


@pages.get("/manage/programmes/<int:programme>/assessment/<bank>/information")
@rule("reader")
def information(programme: int, bank: str) -> str:
    """Show at which abilities a bank measures well, where learners enough allow a model."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    chosen = choice()
    report = report_of(programme, bank, chosen)
    model = psychometrics.item_model(report)
    cut = report.bank.specification.cut_percent
    fitted = None if isinstance(model, str) else model
    return render_template(
        "psychometrics/information.html",
        programme=found,
        programme_name=found.name,
        report=report,
        model=fitted,
        reason=model if isinstance(model, str) else "",
        at_cut=fitted and psychometrics.ability_at(fitted, cut),
        chosen=chosen,
        address=address(programme, bank, chosen),
        charts=charts,
        **words(),
    )


def report_of(programme: int, bank: str, chosen: Choice) -> BankReport:
    """Return the figures for a choice."""
    return psychometrics.bank_report(
        db.session, programme, bank, cohort_id=chosen.cohort, which=chosen.which
    )


def address(programme: int, bank: str, chosen: Choice, **change: Any) -> str:
    """Return the address of the table with some of the choice changed."""
    query = cast(dict[str, Any], replace(chosen, **change).query())
    anchor = "items" if "sort" in change else None
    return url_for("psychometrics.bank", programme=programme, bank=bank, _anchor=anchor, **query)


def arranged(lines: Iterable[ItemLine], chosen: Choice) -> list[ItemLine]:
    """Return the items in the order chosen; those without the figure come last."""
    if chosen.sort == "item":
        return sorted(lines, key=lambda line: line.column, reverse=chosen.descending)
    sign = -1 if chosen.descending else 1

    def key(line: ItemLine) -> tuple[bool, float, str]:
        value = sorted_by(line, chosen.sort)
        return (value is None, 0 if value is None else sign * value, line.column)

    return sorted(lines, key=key)


def sorted_by(line: ItemLine, sort: str) -> float | None:
    """Return what an item is sorted by; in a small group no figure is known well enough."""
    if sort in ("facility", "discrimination"):
        value: float | None = getattr(line.figures, sort)
        return None if line.figures.caution else value
    if sort == "sure":
        return line.certainty.confidently_wrong_rate
    return float(len(set(line.flags) - {"small-group"}))


@pages.get("/manage/programmes/<int:programme>/assessment/<bank>/items.<format>")
@rule("reader")
def items_table(programme: int, bank: str, format: str) -> Response:
    """Give the item table as shown as a file for a spreadsheet; it names no learner."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    chosen = choice()
    report = report_of(programme, bank, chosen)
    rows = [row(line) for line in arranged(report.items, chosen)]
    table = Table(f"{report.bank.title} items", columns(), rows)
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


def columns() -> tuple[Column, ...]:
    """Return the columns of the item table, each figure with the sentence that explains it."""
    names = quizzes.FIGURES
    found = [
        Column(_("Item")),
        Column(_("Objective")),
        Column(_("Safety-critical")),
        Column(names["learners"].name, names["learners"].sentence, "number"),
    ]
    for name in MEASURED:
        found.append(Column(names[name].name, names[name].sentence, "number"))
        if name in ("facility", "discrimination"):
            within = _("95 % interval")
            title = names[name].name
            found.append(Column(_("%(figure)s from", figure=title), within, "number"))
            found.append(Column(_("%(figure)s to", figure=title), within, "number"))
    wrong = names["confidently_wrong"]
    found.append(Column(_("Answers with a certainty"), "", "number"))
    found.append(Column(wrong.name, wrong.sentence, "number"))
    return (*found, Column(_("Flags"), _("reasons to read the item again, never a verdict")))


def row(line: ItemLine) -> tuple[Cell, ...]:
    """Return an item as a row; unknown figures are empty."""
    figures, sure = line.figures, line.certainty
    cells: list[Cell] = [line.column, line.item.objective]
    cells += [_("yes") if line.item.safety_critical else _("no"), figures.learners]
    for name in MEASURED:
        # Where learners are few the page shows ranges alone: a figure would pass for a fact.
        is_known = not (figures.caution and name in RANGED)
        cells.append(plain(getattr(figures, name)) if is_known else None)
        if name in ("facility", "discrimination"):
            spread = getattr(figures, f"{name}_interval")
            cells += [plain(spread and spread.low), plain(spread and spread.high)]
    flags = "; ".join(str(flag_word(flag)) for flag in line.flags)
    return (*cells, sure.answers, plain(sure.confidently_wrong_rate), flags)


RANGED = ("facility", "discrimination", "discriminative_efficiency", "effective_weight")
MEASURED = (
    "facility",
    "sd",
    "discrimination",
    "discriminative_efficiency",
    "intended_weight",
    "effective_weight",
    "random_guess",
)


def plain(value: float | None) -> float | None:
    """Return a number for a file, empty where there is none."""
    return None if value is None else round(value, 4)
