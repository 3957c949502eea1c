"""Where a cut score comes from: a panel's modified Angoff study, and Hofstee as a check on it.

Every judge says for each item which share of barely competent candidates would get it right, once
alone and once more after seeing what the panel and, where there are any, real candidates made of
it. All figures that may decide a pass are exact fractions.

Sources: Angoff, W. H. (1971), Scales, norms, and equivalent scores, in Thorndike, R. L. (ed.),
Educational Measurement, 2nd ed., 508-600; Hofstee, W. K. B. (1983), The case for compromise in
educational selection and grading, in Anderson, S. B. and Helmick, J. S. (eds.), On Educational
Testing, 109-127; on two rounds and on Hofstee as a reality check: doi:10.1186/s12909-016-0656-7
and doi:10.1186/s12909-020-02418-5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

FEWEST_JUDGES = 6
SAME_RATING = Decimal("0.05")
"""Spread of a judge's ratings below which the judge has told the items apart hardly at all."""

Ratings = Mapping[str, Mapping[str, Fraction | Decimal]]
"""Judge -> item -> the share, 0 to 1, of barely competent candidates who would get it right."""


class UnusableRatings(ValueError):
    """The ratings make no study; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class ItemFeedback:
    """What the panel made of an item in a round, all as shares of 0 to 1.

    `spread` is the standard deviation between judges (divisor n - 1). `facility` is what real
    candidates earned, None where nobody has answered it yet.
    """

    item: str
    mean: Fraction
    lowest: Fraction
    middle: Fraction
    highest: Fraction
    spread: Decimal
    facility: Fraction | None


@dataclass(frozen=True, slots=True)
class JudgeFeedback:
    """What a judge's ratings come to: the cut they alone would set, and how far from the panel's.

    `distance` is the judge's cut less the panel's.
    """

    judge: str
    cut: Fraction
    distance: Fraction


@dataclass(frozen=True, slots=True)
class AngoffRound:
    """One round of an Angoff study: the panel's cut as a share, and what judges see of it.

    `standard_error` is the spread of the judges' cuts / sqrt(judges): how far the cut would move
    with another panel of the same kind on the same items.
    """

    cut: Fraction
    standard_error: Decimal
    items: tuple[ItemFeedback, ...]
    judges: tuple[JudgeFeedback, ...]


@dataclass(frozen=True, slots=True)
class HofsteeBounds:
    """What one judge can accept, in shares of 0 to 1: cuts and rates of failure, least and most."""

    lowest_cut: Fraction
    highest_cut: Fraction
    lowest_failing: Fraction
    highest_failing: Fraction


@dataclass(frozen=True, slots=True)
class Hofstee:
    """The compromise between acceptable cuts and acceptable failing.

    `bounds` are the panel's means. `cut` is where the line through the corners meets the share of
    candidates failing; None when it passes outside the box, and `verdict` says on which side.
    """

    bounds: HofsteeBounds
    cut: Fraction | None
    failing: Fraction | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Standard:
    """The result of a study, to be approved and cited by a specification.

    `cut` is exact, `cut_percent` the nearest whole percent (halves up, at least 1),
    `standard_error` a share. `failing` is the share of the candidates given who would fail at
    `cut_percent`. `provisional` gives the reasons for which the standard should not yet be called
    final: with none it stands.
    `remarks` are what the panel ought to look at.
    """

    cut: Fraction
    cut_percent: int
    standard_error: Decimal
    first: AngoffRound
    second: AngoffRound | None
    hofstee: Hofstee | None
    failing: Fraction | None
    provisional: tuple[str, ...]
    remarks: tuple[str, ...]


def angoff_round(ratings: Ratings, facilities: Mapping[str, Fraction] | None = None) -> AngoffRound:
    """One round: each judge's cut is the mean of their ratings, the panel's the mean of judges'.

    `facilities` (item -> share earned by real candidates) are shown beside the ratings, and do
    not enter the cut. Raises UnusableRatings when nobody rated anything, a rating is not within
    0 to 1, or a judge left out an item that another rated.
    """
    items = _checked(ratings)
    cuts = {
        judge: _mean([Fraction(rated[item]) for item in items]) for judge, rated in ratings.items()
    }
    cut = _mean(list(cuts.values()))
    spread = _spread(list(cuts.values()))
    return AngoffRound(
        cut=cut,
        standard_error=spread / Decimal(len(cuts)).sqrt(),
        items=tuple(_item(item, ratings, (facilities or {}).get(item)) for item in items),
        judges=tuple(JudgeFeedback(judge, own, own - cut) for judge, own in sorted(cuts.items())),
    )


def set_standard(
    first: Ratings,
    second: Ratings | None = None,
    *,
    facilities: Mapping[str, Fraction] | None = None,
    bounds: Sequence[HofsteeBounds] = (),
    scores: Sequence[Fraction] = (),
) -> Standard:
    """The standard a panel set: the cut of the second round, or of the first until there is one.

    `bounds` (one a judge) and `scores` (the shares that candidates earned) add Hofstee's check.
    Raises UnusableRatings, also when the second round has other judges or items than the first.
    """
    opening = angoff_round(first, facilities)
    closing = None if second is None else angoff_round(second, facilities)
    if second is not None:
        _check_same_panel(first, second)
    last = closing or opening
    percent = max(1, _nearest_percent(last.cut))
    check = hofstee(bounds, scores) if bounds and scores else None
    failing = _failing(scores, Fraction(percent, 100)) if scores else None
    return Standard(
        cut=last.cut,
        cut_percent=percent,
        standard_error=last.standard_error,
        first=opening,
        second=closing,
        hofstee=check,
        failing=failing,
        provisional=_provisional(len(first), closing is not None),
        remarks=_remarks(second or first, Fraction(percent, 100), failing, check),
    )


def hofstee(bounds: Sequence[HofsteeBounds], scores: Sequence[Fraction]) -> Hofstee:
    """Hofstee's compromise for the panel's mean bounds and the shares that candidates earned.

    The share failing at a cut is that of scores below it. The line runs from (lowest cut, highest
    failing) to (highest cut, lowest failing). Raises UnusableRatings without bounds or scores, or
    for bounds that are out of order or of 0 to 1.
    """
    if not bounds or not scores:
        raise UnusableRatings("Hofstee's method needs bounds from judges, and candidates' scores.")
    for each in bounds:
        pairs = (each.lowest_cut, each.highest_cut), (each.lowest_failing, each.highest_failing)
        if any(not 0 <= low <= high <= 1 for low, high in pairs):
            raise UnusableRatings("Bounds run from lowest to highest, within 0 to 1.")
    box = HofsteeBounds(
        *(_mean([getattr(each, name) for each in bounds]) for name in HofsteeBounds.__slots__)
    )
    if _failing(scores, box.lowest_cut) > box.highest_failing:
        return Hofstee(box, None, None, "Too many fail even at the lowest acceptable cut.")
    if _failing(scores, box.highest_cut) < box.lowest_failing:
        return Hofstee(box, None, None, "Too few fail even at the highest acceptable cut.")
    cut = _crossing(box, scores)
    verdict = "The panel's bounds and the candidates' scores agree on a cut."
    return Hofstee(box, cut, _failing(scores, cut), verdict)


def _crossing(box: HofsteeBounds, scores: Sequence[Fraction]) -> Fraction:
    """The lowest cut in the box at which at least as many fail as the falling line allows.

    Failing changes only just above a score: on each step the line is met within it, or at its
    upper end, where the next step begins.
    """
    width = box.highest_cut - box.lowest_cut
    drop = box.highest_failing - box.lowest_failing
    within = sorted({score for score in scores if box.lowest_cut <= score < box.highest_cut})
    start = box.lowest_cut
    for end in [*within, box.highest_cut]:
        # Constant on the step that ends with `end`, itself included.
        failing = _failing(scores, end)
        if drop == 0:
            reached = start if failing >= box.lowest_failing else None
        else:
            reached = box.lowest_cut + width * (box.highest_failing - failing) / drop
        if reached is not None and reached <= end:
            return max(start, reached)
        start = end
    return box.highest_cut


def _checked(ratings: Ratings) -> list[str]:
    items = sorted({item for rated in ratings.values() for item in rated})
    if not items:
        raise UnusableRatings("There are no ratings.")
    for judge, rated in ratings.items():
        if missing := [item for item in items if item not in rated]:
            raise UnusableRatings(f"{judge} has not rated {missing[0]}.")
        for item, rating in rated.items():
            if not 0 <= rating <= 1:
                raise UnusableRatings(f"{judge}'s rating of {item} is not within 0 to 1.")
    return items


def _check_same_panel(first: Ratings, second: Ratings) -> None:
    if set(first) != set(second):
        other = sorted(set(first) ^ set(second))[0]
        raise UnusableRatings(f"{other} took part in one round only.")
    if _checked(first) != _checked(second):
        raise UnusableRatings("The two rounds rate different items.")


def _item(item: str, ratings: Ratings, facility: Fraction | None) -> ItemFeedback:
    given = sorted(Fraction(rated[item]) for rated in ratings.values())
    return ItemFeedback(
        item=item,
        mean=_mean(given),
        lowest=given[0],
        middle=median(given),
        highest=given[-1],
        spread=_spread(given),
        facility=facility,
    )


def _provisional(judges: int, two_rounds: bool) -> tuple[str, ...]:
    reasons = []
    if judges < FEWEST_JUDGES:
        reasons.append(f"The panel has {judges} judges; a standard rests on six to eight at least.")
    if not two_rounds:
        reasons.append("The second round, after feedback, has not been held.")
    return tuple(reasons)


def _remarks(
    ratings: Ratings, cut: Fraction, failing: Fraction | None, check: Hofstee | None
) -> tuple[str, ...]:
    said = []
    for judge, rated in sorted(ratings.items()):
        spread = _spread([Fraction(rating) for rating in rated.values()])
        if len(rated) > 1 and spread < SAME_RATING:
            said.append(f"{judge} gave nearly the same rating to every item.")
    if check is None:
        return tuple(said)
    if check.cut is None:
        said.append(check.verdict)
    box = check.bounds
    if not box.lowest_cut <= cut <= box.highest_cut:
        said.append("The cut lies outside what the judges called acceptable beforehand.")
    if failing is not None and not box.lowest_failing <= failing <= box.highest_failing:
        said.append("At this cut a share fails that the judges called unacceptable beforehand.")
    return tuple(said)


def _nearest_percent(share: Fraction) -> int:
    """The nearest whole percent, halves up."""
    return int(share * 100 + Fraction(1, 2))


def _failing(scores: Sequence[Fraction], cut: Fraction) -> Fraction:
    return Fraction(sum(score < cut for score in scores), len(scores))


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _spread(values: Sequence[Fraction]) -> Decimal:
    """Standard deviation with divisor n - 1; 0 for a single value."""
    if len(values) < 2:
        return Decimal(0)
    mean = _mean(values)
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)
    return (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
