"""The item linter: item-writing flaws, near-duplicates and gaps, as far as a machine can see them.

The flaws are those of the NBME list tabled in doi:10.1186/s12909-016-0559-7. What a machine can
decide is an error; what it can only suspect is a warning that names the words.
docs/item-writing.md explains each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from quizzes.flaws import (
    across,
    cues,
    difficulty,
    figures,
    lists,
    measures,
    reading,
    rubrics,
    wording,
)
from quizzes.flaws.cases import lint_cases
from quizzes.flaws.coverage import coverage
from quizzes.flaws.duplicates import near_duplicates
from quizzes.flaws.findings import Check, Finding, Surroundings
from quizzes.flaws.texts import bare, telling_words
from quizzes.items import Bank, Item
from quizzes.kinds.details import Kind
from quizzes.problems import Problem

_ALL = (*difficulty.EVERY_KIND, *wording.EVERY_KIND, *reading.EVERY_KIND)
_LISTED = (*_ALL, *difficulty.ONE_QUESTION, *cues.EVERY_LIST, *difficulty.OPTIONS)
_CHOSEN = (*_LISTED, *cues.DISTRACTORS)
CHECKS_OF: dict[Kind, tuple[Check, ...]] = {
    "single": (*_CHOSEN, *cues.ONE_KEY),
    "multiple": (*_CHOSEN, *lists.MULTIPLE),
    "matching": (*_LISTED, cues.absolute_terms, *lists.MATCHING),
    "ordering": (*_ALL, *cues.EVERY_LIST, *lists.ORDERING),
    "numeric": (*_ALL, *difficulty.ONE_QUESTION, *measures.NUMERIC),
    "concordance": (*_ALL, *difficulty.ONE_QUESTION, *measures.CONCORDANCE),
    "hotspot": (
        *_ALL,
        *difficulty.ONE_QUESTION,
        *cues.EVERY_LIST,
        cues.echoed_word,
        *figures.CHECKS,
    ),
    "constructed": (*_ALL, *rubrics.CHECKS),
}
BANK_CHECKS = (across.key_lengths, across.key_places, across.keys_in_one_place)


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


def lint_between(banks: Mapping[str, Bank]) -> list[Problem]:
    """What shows only in whole banks: near-duplicates, gaps in coverage, flaws in shared cases.

    The items of an examination are those of other banks and are compared there.
    """
    own = [bank for bank in banks.values() if not bank.draws_from]
    gaps = [problem for bank in banks.values() for problem in coverage(bank)]
    cases = [problem for bank in own for problem in lint_cases(bank, _ALL)]
    problems = [*near_duplicates(own), *gaps, *cases]
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.code))


def _findings(item: Item, surroundings: Surroundings) -> Iterator[Finding]:
    for check in CHECKS_OF[item.kind]:
        yield from check(item, surroundings)


def _common_roots(items: Sequence[Item]) -> frozenset[str]:
    """Words that a quarter of the bank's questions use: its subject, which gives nothing away."""
    times = Counter(
        root for item in items for root in telling_words(bare(f"{item.stem} {item.lead_in}"))
    )
    return frozenset(root for root, count in times.items() if count >= max(3, len(items) // 4))
