"""The results of an evaluation as tables to take away: exactly what the page shows."""

from collections.abc import Iterator

from lms.downloads import Cell, Column, Table
from lms.services.evaluations.results import Results


def results_table(results: Results, programme: str, zone: str) -> Table:
    """Return the counts as a table; what is hidden on the page is hidden here."""
    return Table(
        name=f"evaluation {results.course} {results.label}",
        columns=(
            Column("Question"),
            Column("Kind", "A scale from 1 to 5, or a choice."),
            Column("Answer", "Points of the scale, or the option."),
            Column(
                "Count", "Empty where it is hidden because it could tell a small group.", "number"
            ),
            Column("Evaluations", "How many evaluations the counts rest on.", "number"),
        ),
        rows=list(_rows(results)),
        notes=_notes(results, programme, zone),
    )


def _rows(results: Results) -> Iterator[tuple[Cell, ...]]:
    for each in results.questions:
        asked = each.question
        for band in each.bands:
            points = str(band.low) if band.low == band.high else f"{band.low} to {band.high}"
            yield asked.text, asked.kind, points, band.count, results.count
        for option in each.options:
            yield asked.text, asked.kind, option.text, option.count, results.count


def words_table(results: Results, programme: str, zone: str) -> Table:
    """Return the words as a table, none while the evaluations are too few."""
    return Table(
        name=f"evaluation words {results.course} {results.label}",
        columns=(Column("Question"), Column("Words")),
        rows=[(each.question.text, words) for each in results.questions for words in each.words],
        notes=_notes(results, programme, zone),
    )


def _notes(results: Results, programme: str, zone: str) -> tuple[str, ...]:
    shown = results.chosen.months if results.chosen else ()
    period = f"{shown[0]} to {shown[-1]}" if shown else "All periods that may be shown"
    return (
        f"{programme}; {results.course}, release {results.label}",
        f"{period}; months of {zone}; {results.count} evaluations",
        "Counts below 5 are hidden or put together with their neighbours, and with them whatever "
        "would give them away. A month that is not over is not shown.",
    )
