"""The assessment pages as tables to take away: examinations, items, misconceptions, standards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from flask_login import current_user

import courses
import quizzes
from lms import exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, psychometrics
from lms.services.psychometrics import ItemLine
from lms.views.psychometrics.place import flag_word, pages
from lms.views.psychometrics.statistics import choice, report_of

PARTS = "psychometrics/_parts.html"


def given(
    programme: int,
    format: str,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    notes: tuple[str, ...] = (),
) -> Response:
    """Hand out a table of a programme."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    table = Table(name, tuple(columns), list(rows), notes)
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


def allowed(programme: int) -> None:
    """Refuse whoever may not what the open address declares, before anything is worked out."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())


@pages.get("/manage/programmes/<int:programme>/assessment/table.<format>")
@rule("reader")
def examinations_table(programme: int, format: str) -> Response:
    """Give the examinations of a programme and what their cut scores rest on."""
    allowed(programme)
    banks = psychometrics.examined(db.session, programme).banks()
    bases = psychometrics.cut_bases(db.session, programme, banks)
    sat = defaultdict(int, psychometrics.count_sat(db.session, programme))
    columns = (
        Column(_("Examination")),
        Column(_("Learners"), _("who submitted a paper"), "number"),
        Column(_("Items"), "", "number"),
        Column(_("Safety-critical"), _("items"), "number"),
        Column(_("On a paper"), _("items"), "number"),
        Column(_("Cut score"), _("per cent"), "percent"),
        Column(_("Rests on")),
    )
    rows = [
        (
            bank.title,
            sat[bank.id],
            len(bank.items),
            sum(item.safety_critical for item in bank.items),
            bank.specification.length,
            bank.specification.cut_percent,
            exports.words_of(PARTS, "basis_words", bases[bank.id]),
        )
        for bank in banks.values()
    ]
    return given(programme, format, _("Examinations"), columns, rows)


@pages.get("/manage/programmes/<int:programme>/assessment/<bank>/information/table.<format>")
@rule("reader")
def information_table(programme: int, bank: str, format: str) -> Response:
    """Give the items on the scale of a model, from the easiest to the hardest."""
    allowed(programme)
    report = report_of(programme, bank, choice())
    model = psychometrics.item_model(report)
    columns = (
        Column(_("Item")),
        Column(_("Difficulty"), quizzes.FIGURES["difficulty"].sentence, "number"),
        Column(_("Standard error"), _("of the difficulty"), "number"),
        Column(_("Slope"), quizzes.FIGURES["slope"].sentence, "number"),
    )
    items = [] if isinstance(model, str) else sorted(model.items, key=lambda each: each.difficulty)
    rows = [
        (each.item, rounded(each.difficulty), rounded(each.difficulty_error), rounded(each.slope))
        for each in items
    ]
    name = _("Items of %(bank)s on the scale", bank=report.bank.title)
    return given(programme, format, name, columns, rows)


def rounded(value: float | None) -> float | None:
    """Return a figure as the page shows it, to two decimals."""
    return None if value is None else round(float(value), 2)


@pages.get("/manage/programmes/<int:programme>/assessment/<bank>/items/<column>/table.<format>")
@rule("reader")
def item_table(programme: int, bank: str, column: str, format: str) -> Response:
    """Give what the answers to one item were: its options, or the most frequent answers."""
    allowed(programme)
    report = report_of(programme, bank, choice())
    columns = (
        Column(_("Table"), _("answers, certainty or versions")),
        Column(_("What"), _("the answer, how sure, or the releases")),
        Column(_("Key"), _("whether it is the right answer")),
        Column(_("Learners"), "", "number"),
        Column(_("Right"), _("of these, by certainty"), "number"),
        Column(_("Mark of 1"), _("for an answer in words or numbers"), "number"),
        Column(_("Share from"), _("per cent; 95 % interval where learners are few"), "percent"),
        Column(_("Share to"), _("per cent"), "percent"),
        Column(_("Mean of the rest"), quizzes.FIGURES["mean_rest"].sentence, "number"),
        Column(_("Discrimination"), _("empty where learners are few"), "number"),
        Column(_("Flag")),
    )
    rows = item_rows(report.line(column))
    return given(programme, format, _("Answers to %(item)s", item=column), columns, rows)


def item_rows(line: ItemLine) -> Iterable[tuple[Cell, ...]]:
    """Return the tables of an item's page one below the other."""
    small = bool(line.figures.caution)
    answers, sure, versions = _("Answers"), _("Certainty"), _("Versions")
    for option in line.options.options if line.options else ():
        key = str(_("yes") if option.is_key else _("no"))
        between = shares(option.share, option.share_interval, small)
        tells = None if small else rounded(option.discrimination)
        flag = str(flag_word(option.flag)) if option.flag and not small else ""
        rest = None if option.mean_rest is None else round(float(option.mean_rest), 1)
        what = option.option.upper()
        yield answers, what, key, option.chosen, None, None, *between, rest, tells, flag
    if line.options and line.options.omitted:
        share = line.options.omitted / line.options.learners
        between = shares(share, None, False)
        what = str(_("Left unanswered"))
        yield answers, what, None, line.options.omitted, None, None, *between, None, None, ""
    for answer, learners, mark in () if line.options else line.others:
        worth = int(mark * 100) / 100
        yield answers, answer, None, learners, None, worth, None, None, None, None, ""
    names = {1: _("A guess"), 2: _("Fairly sure"), 3: _("Certain")}
    for level in line.certainty.levels if line.certainty.answers else ():
        between = shares(level.share_right, level.interval, small)
        count = (level.answers, level.right, None)
        yield sure, names[level.certainty], None, *count, *between, None, None, ""
    for version, learners in line.versions:
        labels = ", ".join(version.labels)
        yield versions, labels, None, learners, None, None, None, None, None, None, ""


def shares(
    share: float | None, interval: quizzes.Interval | None, small: bool
) -> tuple[int | None, int | None]:
    """Return a share in whole per cent as the page shows it: as a range where learners are few."""
    if small:
        return (None, None) if interval is None else per_cent(interval)
    whole = None if share is None else round(100 * float(share))
    return whole, whole


def per_cent(interval: quizzes.Interval) -> tuple[int, int]:
    """Return the bounds of an interval in whole per cent."""
    return round(100 * interval.low), round(100 * interval.high)


@pages.get("/manage/programmes/<int:programme>/misconceptions/table.<format>")
@rule("reader")
def misconceptions_table(programme: int, format: str) -> Response:
    """Give the items that somebody answered wrongly and certain, safety-critical ones first."""
    report = misconceived(programme)
    columns = (
        Column(_("Item")),
        Column(_("Asks")),
        Column(_("Safety-critical")),
        *certain_columns(),
        Column(_("Missed in all"), _("learners with less than the full mark"), "number"),
        Column(_("Learners"), "", "number"),
        Column(_("They chose"), _("the wrong answers given most, with how many")),
        Column(_("By cohort"), _("wrong and certain, of answers with a certainty")),
        Column(_("Taught in")),
    )
    rows = [
        (
            line.item.id,
            line.item.lead_in,
            str(_("yes") if line.item.safety_critical else _("no")),
            *certain(line.certainty),
            line.missed,
            line.learners,
            ", ".join(f"{answer} ({count})" for answer, count in line.wrong_answers[:2]),
            "; ".join(
                _("%(cohort)s: %(n)s of %(of)s", cohort=cohort.title, n=count, of=answers)
                for cohort, count, answers in line.by_cohort
                if count
            ),
            taught(line.lessons),
        )
        for line in report.items
    ]
    return given(programme, format, _("Dangerous misconceptions"), columns, rows)


@pages.get("/manage/programmes/<int:programme>/misconceptions/objectives/table.<format>")
@rule("reader")
def objectives_table(programme: int, format: str) -> Response:
    """Give the objectives with answers that were wrong and certain."""
    report = misconceived(programme)
    columns = (
        Column(_("Objective")),
        Column(_("Text")),
        *certain_columns(),
        Column(_("Of these safety-critical"), "", "number"),
        Column(_("Taught in")),
    )
    rows = [
        (
            line.objective,
            line.text,
            *certain(line.certainty),
            line.safety_misses,
            taught(line.lessons),
        )
        for line in report.objectives
    ]
    return given(programme, format, _("Misconceptions by objective"), columns, rows)


@pages.get("/manage/programmes/<int:programme>/misconceptions/learners/table.<format>")
@rule("reader")
def findings_table(programme: int, format: str) -> Response:
    """Give who was certain and wrong about safety, and has not resolved it since."""
    report = misconceived(programme)
    columns = (
        Column(_("Learner")),
        Column(_("Item")),
        Column(_("Asks")),
        Column(_("Taught in")),
    )
    rows = [
        (each.learner, each.miss.item.id, each.miss.item.lead_in, taught(each.miss.lessons))
        for each in psychometrics.open_findings(db.session, report.safety_misses)
    ]
    return given(programme, format, _("Certain and wrong about safety"), columns, rows)


def misconceived(programme: int) -> psychometrics.Misconceptions:
    """Return the misconceptions of the cohort that the address names, or of all."""
    allowed(programme)
    chosen = request.args.get("cohort", type=int)
    return psychometrics.misconceptions(db.session, programme, cohort_id=chosen)


def certain_columns() -> tuple[Column, ...]:
    """Return the columns of answers that came with a certainty."""
    return (
        Column(_("Wrong and certain"), _("answers"), "number"),
        Column(_("Answers with a certainty"), "", "number"),
        Column(_("Wrong and certain from"), _("per cent, 95 % interval"), "percent"),
        Column(_("Wrong and certain to"), _("per cent, 95 % interval"), "percent"),
    )


def certain(table: quizzes.CertaintyTable) -> tuple[Cell, ...]:
    """Return how many of the answers with a certainty were wrong and certain, with the range."""
    within = table.confidently_wrong_interval
    bounds = (None, None) if within is None else per_cent(within)
    return table.confidently_wrong, table.answers, *bounds


def taught(lessons: Iterable[courses.Lesson]) -> str:
    """Name the lessons that teach something."""
    return "; ".join(lesson.title for lesson in lessons)
