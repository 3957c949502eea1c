"""Whether papers of a bank test what safety hangs on, and more than memory.

Whether a bank fills every cell of its specification twice, the bank reader says, with the cell's
line.
"""

from collections import defaultdict
from collections.abc import Iterator

from quizzes.cells import fits, sort_in
from quizzes.items import Bank, Cell, Item
from quizzes.problems import Problem

# A bank that is still being written says little with fewer.
ENOUGH_TO_JUDGE = 5


def coverage(bank: Bank) -> list[Problem]:
    """Objectives tested by recall alone, and papers without what the rules ask for."""
    found = [*_recall_only(bank), *_safety_by_chance(bank)]
    return [
        Problem(f"{bank.id}.yaml", line, "coverage", message, "warning") for line, message in found
    ]


def _recall_only(bank: Bank) -> Iterator[tuple[int, str]]:
    """An examination is not asked: its items are judged in the banks they come from."""
    grouped: dict[str, list[Item]] = defaultdict(list)
    for item in () if bank.draws_from else bank.items:
        grouped[item.objective].append(item)
    for objective, items in grouped.items():
        if len(items) >= ENOUGH_TO_JUDGE and all(item.level == "recall" for item in items):
            message = f"Objective {objective} is tested by recall alone ({len(items)} items)."
            yield bank.lines.get(items[0].id, 1), message


def _safety_by_chance(bank: Bank) -> Iterator[tuple[int, str]]:
    """A rule that no safety-critical miss may pass means little on a paper without such items."""
    specification = bank.specification
    if specification.rules.safety != "must-resolve":
        return
    if not any(_sure_critical(bank, cell) for cell in specification.cells):
        yield (
            1,
            "No safety-critical miss may stay unresolved, and a paper may hold no safety-critical "
            "item at all; add cells with safety_critical: true.",
        )


def _sure_critical(bank: Bank, cell: Cell) -> int:
    """How many safety-critical items a cell brings to every paper, whatever chance decides."""
    others = sum(not item.safety_critical for item in bank.items if fits(cell, sort_in(bank, item)))
    return max(0, cell.items - others)
