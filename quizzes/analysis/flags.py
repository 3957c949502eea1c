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
    def facility_interval(self) -> Interval | None: ...
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

    Below facility 0.3 an item is hard, above 0.95 easy; discrimination below 0.2 is weak: Ebel,
    R. L. and Frisbie, D. A. (1991), Essentials of Educational Measurement, chapter 13. In a small
    group an item is flagged only when its whole interval is on the wrong side of the line.
    """
    small = figures.learners < SMALL_GROUP
    found = ["small-group"] if small else []
    if figures.sd == 0:
        found.append("no-variance")
    low, high = _sides(figures.facility, figures.facility_interval, small)
    if high is not None and high < HARD:
        found.append("hard")
    if low is not None and low > EASY:
        found.append("easy")
    if high is not None and figures.random_guess and high <= figures.random_guess:
        found.append("no-better-than-guessing")
    _, high = _sides(figures.discrimination, figures.discrimination_interval, small)
    if high is not None and high < 0:
        found.append("negative-discrimination")
    elif high is not None and high < WEAK:
        found.append("weak-discrimination")
    if against_total and not small:
        found.append("against-total")
    return tuple(found)


def _sides(
    value: float | None, interval: Interval | None, small: bool
) -> tuple[float | None, float | None]:
    """The figure twice, or in a small group the ends of its interval."""
    if not small:
        return value, value
    return (interval.low, interval.high) if interval else (None, None)
