"""`lms items analyse`: the statistics of any table of marks, for people and for machines."""

# Annotations stay unread, so that naming a type of the analysis does not load NumPy.
from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from typing import Any, BinaryIO

import click

import quizzes


class Percent(click.ParamType):  # type: ignore[type-arg]
    """A cut score in percent, exact: "66.7" is 667/1000 of the maximum."""

    name = "percent"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fraction:
        """Read a plain decimal number above 0 and at most 100."""
        text = str(value).strip().removesuffix("%").replace(",", ".")
        whole, _, part = text.partition(".")
        digits = whole + part
        if not (digits.isascii() and digits.isdigit() and whole and len(digits) <= 12):
            self.fail(f"{text[:20]!r} is no percentage", param, ctx)
        cut = Fraction(text)
        if not 0 < cut <= 100:
            self.fail("a cut score is above 0 and at most 100", param, ctx)
        return cut


@click.command()
@click.argument("marks", type=click.File("rb"), metavar="MARKS.csv")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--cut", type=Percent(), help="The cut score in percent: adds passes at the cut.")
@click.option(
    "--maxima-first",
    is_flag=True,
    help="The row below the header holds the maximal marks though it does not say so.",
)
@click.pass_context
def analyse(
    context: click.Context,
    marks: BinaryIO,
    as_json: bool,
    cut: Fraction | None,
    maxima_first: bool,
) -> None:
    """Analyse a table of marks: a row a learner, a column an item, a header row of item ids.

    A first column of names and a row "max" with the maximal marks may be there. An empty cell is
    an item that the learner did not meet; an item left out has 0. docs/statistics.md states the
    format and explains every number. The exit status is 1 when the file cannot be read, and then
    nothing is analysed. A file named - is read from the standard input.
    """
    # One byte more than is read at all: an endless file is refused and does not fill the memory.
    data = marks.read(quizzes.LARGEST_MARKS_FILE + 1)
    try:
        found = quizzes.read_marks(data, maxima_first=maxima_first)
    except quizzes.UnreadableMarks as error:
        _refuse(error, as_json)
        context.exit(1)
    analysis = quizzes.analyse(found.table, cut_percent=cut)
    if as_json:
        click.echo(json.dumps(as_document(found, analysis), indent=2, ensure_ascii=False))
        return
    for line in as_lines(found, analysis):
        click.echo(line)


def _refuse(error: quizzes.UnreadableMarks, as_json: bool) -> None:
    if as_json:
        report = {"problems": [asdict(each) for each in error.problems], "more": error.more}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
        return
    for each in error.problems:
        place = [f"row {each.row}"] * bool(each.row) + [f"column {each.column}"] * bool(each.column)
        click.echo(": ".join([*([", ".join(place)] if place else []), each.message]), err=True)
    if error.more:
        click.echo(f"… and {error.more} more problems.", err=True)


def as_document(found: quizzes.MarksFile, analysis: quizzes.Analysis) -> dict[str, Any]:
    """Return the analysis as JSON-able values, with what the file was taken for."""
    return {
        "read": {
            "learners": found.table.learners,
            "items": len(found.table.items),
            "delimiter": found.delimiter,
            "first_column": "learners" if found.names_learners else "item",
            "maximal_marks": found.maxima,
            "complete": found.table.complete,
        },
        "paper": asdict(analysis.paper),
        "items": [asdict(item) for item in analysis.items],
        "remarks": [*found.remarks, *analysis.remarks],
    }


def as_lines(found: quizzes.MarksFile, analysis: quizzes.Analysis) -> list[str]:
    """Return the analysis as the lines in which a terminal tells it."""
    return [
        *_told_about_file(found),
        "",
        *_told_about_paper(analysis.paper),
        "",
        *_told_about_items(analysis.items),
        *_told_about_flags(analysis.items),
        *(["", *found.remarks, *analysis.remarks] if found.remarks or analysis.remarks else []),
    ]


def _told_about_file(found: quizzes.MarksFile) -> list[str]:
    taken = {
        "given": "maximal marks from the file",
        "one": "1 mark an item",
        "largest seen": "maximal marks guessed from the marks",
    }
    column = "the first column names the learners" if found.names_learners else "no names"
    count = f"{found.table.learners} learners, {len(found.table.items)} items"
    return [f"{count}; {column}, {taken[found.maxima]}."]


def _told_about_paper(paper: quizzes.PaperStatistics) -> list[str]:
    reliability = paper.reliability
    lines = [
        ("Maximum", _number(paper.maximum, 2)),
        ("Mean", f"{_number(paper.mean, 2)}{_range(paper.mean_interval, 2)}"),
        ("Median", _number(paper.median, 2)),
        ("Standard deviation", _number(paper.sd, 2)),
        ("Skewness", _number(paper.skewness, 2)),
        ("Kurtosis", _number(paper.kurtosis, 2)),
        (
            f"Reliability ({reliability.name})",
            f"{_number(reliability.alpha, 3)}{_range(reliability.interval, 3)}",
        ),
        ("Standard error of measurement", _number(paper.standard_error, 2)),
    ]
    if paper.passed is not None:
        share = f"{paper.passed} of {paper.learners}"
        if paper.pass_interval is not None:
            low, high = paper.pass_interval.low, paper.pass_interval.high
            share += f" ({_percent(low)} to {_percent(high)})"
        lines.append((f"Passed at {paper.cut_percent:g} %", share))
    if paper.consistency is not None:
        told = paper.consistency
        lines += [
            ("Same decision on a second paper", _percent(told.consistency)),
            ("Decision as deserved", _percent(told.accuracy)),
            ("Undeserved passes", _percent(told.false_pass)),
            ("Undeserved fails", _percent(told.false_fail)),
        ]
    return [f"{name:<32} {value}" for name, value in lines]


def _told_about_items(items: tuple[quizzes.ItemStatistics, ...]) -> list[str]:
    """The table of items; with few learners, ranges stand where figures would mislead."""
    head = ("Item", "Learners", "Facility", "SD", "Discrim.", "Effic. %", "Weight %", "Effective %")
    rows = [
        (
            _short(item.item),
            str(item.learners),
            _trusted(item.facility, item.facility_interval, item.caution),
            _number(item.sd, 2),
            _trusted(item.discrimination, item.discrimination_interval, item.caution),
            "" if item.caution else _number(item.discriminative_efficiency, 0),
            _number(item.intended_weight, 1),
            "" if item.caution else _number(item.effective_weight, 1),
        )
        for item in items
    ]
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]


def _told_about_flags(items: tuple[quizzes.ItemStatistics, ...]) -> list[str]:
    """Each flag with its meaning and the items that carry it."""
    carriers: dict[str, list[str]] = {}
    for item in items:
        for flag in item.flags:
            if flag != "small-group":
                carriers.setdefault(flag, []).append(_short(item.item))
    lines = []
    for flag, explanation in quizzes.FLAGS.items():
        if names := carriers.get(flag):
            lines += ["", f"{explanation.name}. {explanation.sentence}", f"  {', '.join(names)}"]
    return lines


def _trusted(value: float | None, interval: quizzes.Interval | None, caution: str) -> str:
    if value is None or not caution:
        return _number(value, 2)
    return f"{interval.low:.2f} to {interval.high:.2f}" if interval else "?"


def _number(value: float | None, digits: int) -> str:
    return "none" if value is None else f"{value:.{digits}f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _range(interval: quizzes.Interval | None, digits: int) -> str:
    if interval is None:
        return ""
    return f" ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"
