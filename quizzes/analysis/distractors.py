"""What each option drew: how often it was chosen, by whom, and how that changes with the score."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quizzes.analysis.intervals import Interval, wilson
from quizzes.analysis.marks import DUST, Flags, Numbers

IDLE_SHARE = 0.05
GROUPS, GROUP_AT_LEAST = 5, 10


@dataclass(frozen=True, slots=True)
class OptionStatistics:
    """One option: chosen by `chosen` learners, `share` of those who met the item.

    `mean_rest` is the mean total without this item of those who chose it, `discrimination` the
    correlation of choosing it with that total (None without variance). `by_group` is the share in
    each score group, lowest first. `flag` is "idle" for a distractor that fewer than one in
    twenty chose, "attracts-the-able" for one that better learners choose more, "key-repels-the-
    able" for a key that they choose less, else empty.
    """

    option: str
    is_key: bool
    chosen: int
    share: float
    share_interval: Interval
    mean_rest: float | None
    discrimination: float | None
    by_group: tuple[float, ...]
    flag: str


@dataclass(frozen=True, slots=True)
class DistractorTable:
    """The options of one item, in order; `omitted` met the item and chose none.

    `groups` gives the number of learners in each score group; it is empty where there are too few
    for two groups of ten.
    """

    learners: int
    omitted: int
    groups: tuple[int, ...]
    options: tuple[OptionStatistics, ...]


def distractor_table(
    options: Sequence[str],
    keys: Collection[str],
    chosen: Sequence[Collection[str] | None],
    rests: Sequence[float] | Numbers,
) -> DistractorTable:
    """What each of `options` drew, from what each learner chose and their total without the item.

    `chosen` is empty for an answer left out and None where the item was not met; `rests` may be
    the item's column of `MarkTable.rests`. Learners with equal totals are never parted, so groups
    may differ in size. ValueError when the lists differ in length or nobody met the item.
    A distractor below 5 % does no work: Haladyna, T. M. and Downing, S. M. (1993), Educ. Psychol.
    Meas. 53:999-1010.
    """
    if len(chosen) != len(rests):
        raise ValueError(f"{len(chosen)} answers, {len(rests)} totals")
    met = [number for number, each in enumerate(chosen) if each is not None]
    if not met:
        raise ValueError("nobody met the item")
    picks = [chosen[number] or () for number in met]
    totals = np.asarray(rests, dtype=np.float64)[met]
    groups = score_groups(totals)
    sizes = tuple(int(size) for size in np.bincount(groups)) if len(groups) else ()
    found = tuple(
        _option(each, each in keys, np.array([each in pick for pick in picks]), totals, groups)
        for each in options
    )
    return DistractorTable(len(met), sum(not pick for pick in picks), sizes, found)


def score_groups(totals: Numbers) -> NDArray[np.int64]:
    """The group (0 is lowest) of each learner: up to five of equal size, ties together.

    Empty when there are too few learners for two groups of ten, or the ties leave one group.
    """
    wanted = min(GROUPS, len(totals) // GROUP_AT_LEAST)
    if wanted < 2 or np.isnan(totals).any():
        return np.array([], dtype=np.int64)
    ordered = np.sort(totals)
    below = np.searchsorted(ordered, totals, side="left")
    above = np.searchsorted(ordered, totals, side="right")
    middle = (below + above) / (2 * len(totals))
    groups = np.minimum((middle * wanted).astype(np.int64), wanted - 1)
    # Ties may leave a group empty: the others close ranks.
    filled, packed = np.unique(groups, return_inverse=True)
    return packed.astype(np.int64) if len(filled) > 1 else np.array([], dtype=np.int64)


def _option(
    option: str,
    is_key: bool,
    picked: Flags,
    totals: Numbers,
    groups: NDArray[np.int64],
) -> OptionStatistics:
    count, learners = int(picked.sum()), len(picked)
    discrimination = _correlation(picked, totals)
    curve: tuple[float, ...] = ()
    if len(groups):
        hits = np.bincount(groups, weights=picked) / np.bincount(groups)
        curve = tuple(float(share) for share in hits)
    return OptionStatistics(
        option=option,
        is_key=is_key,
        chosen=count,
        share=count / learners,
        share_interval=wilson(count, learners),
        mean_rest=float(totals[picked].mean()) if count else None,
        discrimination=discrimination,
        by_group=curve,
        flag=_flag(is_key, count / learners, discrimination),
    )


def _flag(is_key: bool, share: float, discrimination: float | None) -> str:
    if is_key:
        return "key-repels-the-able" if (discrimination or 0) < 0 else ""
    if share < IDLE_SHARE:
        return "idle"
    return "attracts-the-able" if (discrimination or 0) > 0 else ""


def _correlation(picked: Flags, totals: Numbers) -> float | None:
    known = ~np.isnan(totals)
    x, y = picked[known].astype(np.float64), totals[known]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) <= DUST * float(np.abs(y).max()):
        return None
    return float(np.corrcoef(x, y)[0, 1])
