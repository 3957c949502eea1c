"""The item linter: the NBME item-writing flaws, as far as a machine can see them.

The list is the one tabled in doi:10.1186/s12909-016-0559-7. What a machine can decide is an error;
what it can only suspect is a warning that names the words. docs/item-writing.md explains each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from quizzes.flaws import across, cues, difficulty, wording
from quizzes.flaws.findings import Check, Finding, Surroundings
from quizzes.flaws.texts import bare, telling_words
from quizzes.items import Bank, Item
from quizzes.problems import Problem

ITEM_CHECKS: tuple[Check, ...] = (*cues.CHECKS, *difficulty.CHECKS, *wording.CHECKS)
BANK_CHECKS = (across.keys_too_long, across.keys_in_one_place)


def lint_bank(bank: Bank, lines: Mapping[str, int] | None = None) -> list[Problem]:
    """Every item-writing flaw seen in a bank, by line; `lines` says where each item begins."""
    where = bank.lines if lines is None else lines
    return lint_items(f"{bank.id}.yaml", bank.language, bank.items, where)


def lint_items(
    file: str, language: str, items: Sequence[Item], lines: Mapping[str, int]
) -> list[Problem]:
    """Every flaw seen in these items, whether or not they make a whole bank yet."""
    surroundings = Surroundings(
        language=language,
        item_ids=frozenset(item.id for item in items),
        common_roots=_common_roots(items),
    )
    problems = [
        Problem(
            file, lines.get(item.id, 1), found.code, f"{item.id}: {found.message}", found.severity
        )
        for item in items
        for found in _findings(item, surroundings)
    ]
    for check in BANK_CHECKS:
        for found in check(items):
            message = found.message[:1].upper() + found.message[1:]
            problems.append(Problem(file, 1, found.code, message, found.severity))
    return sorted(problems, key=lambda problem: (problem.line, problem.code))


def _findings(item: Item, surroundings: Surroundings) -> Iterator[Finding]:
    for check in ITEM_CHECKS:
        yield from check(item, surroundings)


def _common_roots(items: Sequence[Item]) -> frozenset[str]:
    """Words that a quarter of the bank's questions use: its subject, which gives nothing away."""
    times = Counter(
        root for item in items for root in telling_words(bare(f"{item.stem} {item.lead_in}"))
    )
    return frozenset(root for root, count in times.items() if count >= max(3, len(items) // 4))
