"""Which items ask for a second look, by published rules of thumb.

A flag is a reason to read the item again, never a verdict on it.
"""

from typing import Protocol

from quizzes.analysis.intervals import SMALL_GROUP, Interval

HARD, EASY, WEAK = 0.3, 0.95, 0.2


class Figures(Protocol):
    """What the flags look at."""

    @property
    def learners(self) -> int: ...
    @property
    def facility(self) -> float | None: ...
    @property
    def sd(self) -> float | None: ...
    @property
    def discrimination(self) -> float | None: ...
    @property
    def discrimination_interval(self) -> Interval | None: ...
    @property
    def random_guess(self) -> float | None: ...


def flags_of(figures: Figures, *, against_total: bool) -> tuple[str, ...]:
    """The flags of an item, by name; each is explained in the table of explanations.

    Discrimination below 0.2 is called weak as in Ebel and Frisbie (1991), Essentials of
    Educational Measurement, chapter 13; an item below facility 0.3 is hard, above 0.95 easy.
    """
    found = []
    if figures.learners < SMALL_GROUP:
        found.append("small-group")
    if figures.sd == 0:
        found.append("no-variance")
    if figures.facility is not None:
        if figures.facility < HARD:
            found.append("hard")
        elif figures.facility > EASY:
            found.append("easy")
        if figures.random_guess and figures.facility <= figures.random_guess:
            found.append("no-better-than-guessing")
    if figures.discrimination is not None:
        if figures.discrimination < 0:
            found.append("negative-discrimination")
        elif figures.discrimination < WEAK:
            found.append("weak-discrimination")
    if against_total:
        found.append("against-total")
    return tuple(found)
