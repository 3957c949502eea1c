"""Whether a bank tests more than memory.

Whether it fills every cell of its specification twice, the bank reader says, with the cell's line.
"""

from collections import defaultdict

from quizzes.items import Bank, Item
from quizzes.problems import Problem


def coverage(bank: Bank) -> list[Problem]:
    """Objectives that a bank tests by recall alone, each at the line of its first item."""
    grouped: dict[str, list[Item]] = defaultdict(list)
    for item in bank.items:
        grouped[item.objective].append(item)
    return [
        Problem(
            f"{bank.id}.yaml",
            bank.lines.get(items[0].id, 1),
            "coverage",
            f"Objective {objective} is tested by recall alone ({len(items)} items).",
            "warning",
        )
        for objective, items in grouped.items()
        if len(items) > 1 and all(item.level == "recall" for item in items)
    ]
