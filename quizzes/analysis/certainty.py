"""How sure learners were and whether they were right: above all, where they were surely wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from quizzes.analysis.intervals import SMALL_GROUP, Interval, wilson

LEVELS = (1, 2, 3)
SURE = 3


@dataclass(frozen=True, slots=True)
class CertaintyLevel:
    """The answers given at one certainty (1 guess, 2 fairly sure, 3 certain)."""

    certainty: int
    answers: int
    right: int
    share_right: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class CertaintyTable:
    """Right and wrong answers by certainty, of `answers` that came with one.

    `confidently_wrong` counts the wrong answers given as certain; its rate is their share of all
    `answers`. `caution` is a sentence for few answers, else empty.
    """

    answers: int
    levels: tuple[CertaintyLevel, ...]
    confidently_wrong: int
    confidently_wrong_rate: float | None
    confidently_wrong_interval: Interval | None
    caution: str


def certainty_table(answers: Sequence[tuple[int | None, bool]]) -> CertaintyTable:
    """Tabulate answers, each with its certainty (None: not asked) and whether it was right.

    Answers without a certainty are left out. An answer is right when it earned its full mark.
    ValueError for a certainty outside 1 to 3.
    """
    told = [(certainty, right) for certainty, right in answers if certainty is not None]
    if strange := [certainty for certainty, _ in told if certainty not in LEVELS]:
        raise ValueError(f"certainty {strange[0]} is not 1, 2 or 3")
    wrong = sum(certainty == SURE and not right for certainty, right in told)
    few = f"Only {len(told)} answers: read the interval, not the rate."
    return CertaintyTable(
        answers=len(told),
        levels=tuple(_level(level, [r for c, r in told if c == level]) for level in LEVELS),
        confidently_wrong=wrong,
        confidently_wrong_rate=wrong / len(told) if told else None,
        confidently_wrong_interval=wilson(wrong, len(told)) if told else None,
        caution=few if len(told) < SMALL_GROUP else "",
    )


def _level(certainty: int, rights: Sequence[bool]) -> CertaintyLevel:
    count, right = len(rights), sum(rights)
    share = right / count if count else None
    return CertaintyLevel(certainty, count, right, share, wilson(right, count) if count else None)
