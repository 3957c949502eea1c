"""Near-duplicates: two items, in one bank or in two, that ask the same in nearly the same words."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rapidfuzz import fuzz

from quizzes.flaws.parts import answer_text
from quizzes.flaws.texts import bare, telling_words
from quizzes.items import Bank, Item
from quizzes.problems import Problem

# Two items are near when at least half of the words that carry meaning in either stand in both.
NEAR = Fraction(1, 2)
# Shorter items share half of their few words by their subject alone.
FEWEST_WORDS = 8
# They ask the same when lead-in and key agree like this (0 to 100), if the key says enough.
SAME_QUESTION = 90.0
FEWEST_KEY_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Entry:
    bank: Bank
    item: Item
    roots: frozenset[str]
    question: str
    key_words: int


def near_duplicates(banks: Sequence[Bank]) -> list[Problem]:
    """Every pair of near items of these banks, reported at the later one and naming the earlier.

    Nearness is the share of common words (Jaccard) in stem, lead-in and key, by word roots. Items
    of one vignette set share their case by design, and are compared by question only.
    """
    entries = [_entry(bank, item) for bank in banks for item in bank.items]
    problems = []
    for first, second in sorted(_candidates(entries)):
        if reason := _near(entries[first], entries[second]):
            problems.append(_problem(entries[second], entries[first], reason))
    return problems


def _entry(bank: Bank, item: Item) -> _Entry:
    key = bare(answer_text(item))
    text = bare(f"{_case_of(bank, item)} {item.stem} {item.lead_in}")
    roots = frozenset(telling_words(text)) | frozenset(telling_words(key))
    question = f"{bare(item.lead_in)} {key}".lower()
    return _Entry(bank, item, roots, question, len(telling_words(key)))


def _case_of(bank: Bank, item: Item) -> str:
    """The case of a vignette's item as far as it has unfolded; empty for an item by itself."""
    stages = next((each.stages for each in bank.vignettes if each.id == item.vignette), ())
    return " ".join(stages[: item.stage])


def _candidates(entries: Sequence[_Entry]) -> set[tuple[int, int]]:
    """The pairs worth comparing: alike in one of their rarest words, or with the same question.

    If two sets share half of their union, then of the words of each, sorted by how rare they are,
    one of the first n - ceil(n / 2) + 1 is shared (the prefix filter of set joins); all other pairs
    need no look, and a thousand items take no longer than they must.
    """
    frequency = Counter(root for entry in entries for root in entry.roots)
    holders: dict[object, list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for number, entry in enumerate(entries):
        ranked = sorted(entry.roots, key=lambda root: (frequency[root], root))
        shared = -(-len(ranked) * NEAR.numerator // NEAR.denominator)
        marks: list[object] = [*ranked[: len(ranked) - shared + 1]]
        if entry.key_words >= FEWEST_KEY_WORDS:
            marks += [("key", root) for root in _rarest(entry, frequency)]
        for mark in marks:
            pairs.update((other, number) for other in holders[mark])
            holders[mark].append(number)
    return pairs


def _rarest(entry: _Entry, frequency: Mapping[str, int]) -> list[str]:
    roots = telling_words(entry.question)
    return sorted(roots, key=lambda root: (frequency[root], root))[:3]


def _near(first: _Entry, second: _Entry) -> str:
    """Why two items are near-duplicates; empty when they are not."""
    common = len(first.roots & second.roots)
    together = len(first.roots) + len(second.roots) - common
    same_set = first.item.vignette is not None and (
        first.bank.id,
        first.item.vignette,
    ) == (second.bank.id, second.item.vignette)
    enough = min(len(first.roots), len(second.roots)) >= FEWEST_WORDS
    if enough and common >= NEAR * together and not same_set:
        return f"{common} of the {together} words that carry meaning are the same"
    if min(first.key_words, second.key_words) >= FEWEST_KEY_WORDS:
        alike = fuzz.token_sort_ratio(first.question, second.question, score_cutoff=SAME_QUESTION)
        if alike:
            return f"lead-in and key are the same question ({alike:.0f} of 100)"
    return ""


def _problem(second: _Entry, first: _Entry, reason: str) -> Problem:
    place = f"{first.bank.id}.yaml:{first.bank.lines.get(first.item.id, 1)}"
    return Problem(
        f"{second.bank.id}.yaml",
        second.bank.lines.get(second.item.id, 1),
        "near-duplicate",
        f"{second.item.id} is nearly {first.item.id} ({place}): {reason}. One paper may hold both.",
        "warning",
    )
