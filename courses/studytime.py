"""How long a module takes to study: Mergener's formula, shared among its lessons and its quiz.

Mergener MA (1991), A preliminary study to determine the amount of continuing education credit to
award for home study programs, Am J Pharm Educ 55:263-266; recalled, not read for this project.
It is an estimate that providers of home study use, and no regulator's rule.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FACTOR = 0.9
CONSTANT = -22.3
MINUTES_A_WORD = 0.00209
MINUTES_A_QUESTION = 2.78
MINUTES_A_STEP_OF_DIFFICULTY = 15.5

# How far a stated figure may lie from its estimate, as a share of it. The bands are the curriculum
# team's choice: a fifth either way for a whole module, what the formula was made for, and a third
# down to a half up for a lesson or a quiz, whose share of the module is rougher.
WHOLE = (0.8, 1.25)
ONE_PART = (0.67, 1.5)


@dataclass(frozen=True, slots=True)
class Part:
    """A lesson or a quiz: the words read and the questions answered in it."""

    words: int
    questions: int


def activity_minutes(words: int, questions: int, difficulty: float) -> float:
    """Minutes for a whole activity of that many words and questions, of mean difficulty 1 to 5."""
    per_activity = CONSTANT + MINUTES_A_STEP_OF_DIFFICULTY * difficulty
    return FACTOR * (per_activity + MINUTES_A_WORD * words + MINUTES_A_QUESTION * questions)


def shared_minutes(parts: Sequence[Part], difficulty: float) -> list[float]:
    """Minutes for each part: its own words and questions, and an even share of the rest.

    They sum to `activity_minutes` of the whole. Raises ValueError without a part.
    """
    if not parts:
        raise ValueError("a module without parts takes no time")
    rest = activity_minutes(0, 0, difficulty) / len(parts)
    own = [
        FACTOR * (MINUTES_A_WORD * part.words + MINUTES_A_QUESTION * part.questions)
        for part in parts
    ]
    return [minutes + rest for minutes in own]


def plausible(estimate: float, band: tuple[float, float]) -> tuple[int, int]:
    """The least and the most whole minutes that are in line with an estimate; never below 1."""
    least = max(1, math.floor(band[0] * estimate))
    return least, max(least, math.ceil(band[1] * estimate))
