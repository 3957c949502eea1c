"""The whole analysis of a table of marks: paper, items and what to keep in mind."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from quizzes.analysis.intervals import SMALL_GROUP
from quizzes.analysis.item_statistics import ItemStatistics, item_statistics
from quizzes.analysis.marks import MarkTable
from quizzes.analysis.paper_statistics import PaperStatistics, paper_statistics

BOOTSTRAP_ROUNDS = 1000
BOOTSTRAP_WORK = 60_000_000
"""Learners x items x rounds that a bootstrap may take: a second or so."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Paper and items of one table; `remarks` are sentences on how far to trust the figures."""

    paper: PaperStatistics
    items: tuple[ItemStatistics, ...]
    remarks: tuple[str, ...]


def analyse(
    table: MarkTable,
    *,
    cut_percent: Fraction | None = None,
    guesses: Mapping[str, float | None] | None = None,
    seed: int = 0,
) -> Analysis:
    """Analyse a table of marks; the same table, in any order of learners, gives the same figures.

    `cut_percent` adds passes and decision consistency, `guesses` (item -> share of the maximum)
    the random-guess score. The bootstrap of alpha draws with `seed`, 1,000 rounds for small
    tables, none for large ones, where Feldt's interval holds. ValueError for a cut score outside
    0 to 100.
    """
    work = table.values.size * BOOTSTRAP_ROUNDS
    rounds = BOOTSTRAP_ROUNDS if work <= BOOTSTRAP_WORK else 0
    paper = paper_statistics(table, cut_percent=cut_percent, rounds=rounds, seed=seed)
    return Analysis(paper, item_statistics(table, guesses), _remarks(table, paper))


def _remarks(table: MarkTable, paper: PaperStatistics) -> tuple[str, ...]:
    said = [paper.caution] if paper.caution else []
    if not table.complete:
        gaps = int((~table.met).sum())
        said.append(
            f"Gaps among the {table.values.size} cells: {gaps}. These are items that a learner did "
            "not meet, not items left unanswered. Totals are shares of the marks within each "
            "learner's reach, and alpha is that of an average paper."
        )
    few = sum(0 < learners < SMALL_GROUP for learners in table.met.sum(axis=0))
    if few and table.learners >= SMALL_GROUP:
        said.append(f"{few} items were met by fewer than {SMALL_GROUP} learners.")
    alpha = paper.reliability.alpha
    if alpha is None:
        said.append("Reliability is not determined: it takes two items, two learners and variance.")
    elif alpha < 0:
        said.append("Alpha is below 0: the items work against each other; check the key.")
    return tuple(said)
