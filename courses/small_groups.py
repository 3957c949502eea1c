"""What may be shown of answers that nobody signed, so that no small group can be read out of it.

Three measures work together. Answers are shown in whole blocks of months, each with enough of
them, so that no view is the difference of two others but for whole blocks, nor is today's view and
yesterday's. Of the counts within a view small ones are hidden, and with them further ones
(complementary suppression), so that subtraction does not bring them back. On a scale, neighbours
are put together instead of hidden.

Hiding counts below a threshold, with complements, is the usual rule for tables of frequencies
(Hundepool et al., Statistical Disclosure Control, Wiley 2012); how well it holds here, tests show.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST_SHOWN = 5
LEAST_WITH_WORDS = 10


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive months ("2026-09") whose answers are shown together, and how many there are."""

    months: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Band:
    """Neighbouring points of a scale, from `low` to `high`, and how many chose one of them."""

    low: int
    high: int
    count: int


def closed_blocks(counts: Mapping[str, int], before: str, least: int = LEAST_SHOWN) -> list[Block]:
    """The blocks of months that may be shown, from the oldest on.

    Months are put together until they hold `least` answers. A month that is not over (`before` is
    the current one) belongs to none, and neither do the last months while they are too few: so a
    block never changes once it is there. `counts` holds the number of answers by month.
    """
    blocks: list[Block] = []
    months: list[str] = []
    held = 0
    for month in sorted(counts):
        if month >= before:
            break
        months.append(month)
        held += counts[month]
        if held >= least:
            blocks.append(Block(tuple(months), held))
            months, held = [], 0
    return blocks


def hide_small(counts: Sequence[int], least: int = LEAST_SHOWN) -> tuple[int | None, ...]:
    """The counts of unordered options with the small ones hidden, as None.

    A count from 1 to `least` - 1 is hidden; then the smallest of the others, with all that equal
    it, until the hidden ones do not tell each other. If nobody is left to be shown, nothing is.
    The order of the options plays no part: whoever knows these rules cannot tell hidden counts
    from each other. What nobody chose is no person: 0 may be shown.
    """
    hidden = {count for count in counts if 0 < count < least}
    others = sorted({count for count in counts if count >= least})
    while hidden and others and _tell_each_other([n for n in counts if n in hidden], least):
        hidden.add(others.pop(0))
    if hidden and not others:
        return (None,) * len(counts)
    return tuple(None if count in hidden else count for count in counts)


def _tell_each_other(hidden: Sequence[int], least: int) -> bool:
    """Whether the hidden counts follow from their sum, which the others and the total give away.

    One alone does; so do small ones whose sum is the least or the largest they can have. Fewer
    than `least` people in all are a small group themselves.
    """
    total, number = sum(hidden), len(hidden)
    extremes = (number, number * (least - 1))
    return number < 2 or total < least or (max(hidden) < least and total in extremes)


def banded(counts: Mapping[int, int], least: int = LEAST_SHOWN) -> tuple[Band, ...]:
    """The counts of a scale, with neighbours put together until no band holds 1 to `least` - 1.

    From the low end on; what is left over at the high end joins the band before it. With fewer
    than `least` answers in all there is one band.
    """
    bands: list[Band] = []
    points = sorted(counts)
    start, held = None, 0
    for point in points:
        start = point if start is None else start
        held += counts[point]
        if held == 0 or held >= least:
            bands.append(Band(start, point, held))
            start, held = None, 0
    if start is not None:
        bands = _joined(bands, Band(start, points[-1], held))
    return tuple(bands)


def _joined(bands: Iterable[Band], rest: Band) -> list[Band]:
    """Join what is left over with the last band that holds anybody, and what lies between."""
    kept = list(bands)
    while kept:
        last = kept.pop()
        rest = Band(last.low, rest.high, last.count + rest.count)
        if last.count:
            break
    return [*kept, rest]


def hide_alike(
    periods: Sequence[Sequence[int]], least: int = LEAST_SHOWN
) -> list[tuple[int | None, ...]]:
    """The counts of unordered options of several periods, the same options hidden in each.

    An option that one period hides (`hide_small`) is hidden in all: else it would be what all
    periods together show of it, less what the others show.
    """
    shown = [hide_small(counts, least) for counts in periods]
    hidden = {place for counts in shown for place, count in enumerate(counts) if count is None}
    return [
        tuple(None if place in hidden else count for place, count in enumerate(counts))
        for counts in periods
    ]


def banded_alike(
    periods: Sequence[Mapping[int, int]], least: int = LEAST_SHOWN
) -> list[tuple[Band, ...]]:
    """The counts of a scale of several periods, in the finest bands that every period can show.

    All periods together may be shown in finer ones: what the others leave of it is no finer than
    these.
    """
    ends = [{band.high for band in banded(counts, least)} for counts in periods]
    common = sorted(set.intersection(*ends)) if ends else []
    return [_cut(counts, common) for counts in periods]


def _cut(counts: Mapping[int, int], ends: Iterable[int]) -> tuple[Band, ...]:
    bands, low = [], min(counts)
    for high in ends:
        held = sum(count for point, count in counts.items() if low <= point <= high)
        bands.append(Band(low, high, held))
        low = high + 1
    return tuple(bands)
