"""Hot spots: regions that overlap, cover the figure, cannot be hit, or are told by the text."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from quizzes.flaws.findings import Check, Finding, Surroundings, lone_key, sure, suspect
from quizzes.flaws.texts import bare
from quizzes.items import Item
from quizzes.kinds.details import Hotspot, Region

Box = tuple[float, float, float, float]

# Points sampled along each side of a box when areas are weighed.
_SAMPLES = 40
# A figure as wide as a small phone shows it, and the smallest target there (WCAG 2.2, 2.5.8).
PHONE_WIDTH = 320
SMALLEST_TARGET = 24
LARGEST_SHARE = 0.5


def region_size(item: Item, _: Surroundings) -> Iterator[Finding]:
    """Regions that cover most of the figure, or are too small for a finger."""
    details = item.details
    if not isinstance(details, Hotspot) or details.width <= 0 or details.height <= 0:
        return
    scale = min(1.0, PHONE_WIDTH / details.width)
    for region in details.regions:
        left, top, right, bottom = box = box_of(region)
        area = covered([region], box) * (right - left) * (bottom - top)
        share = area / (details.width * details.height)
        if share > LARGEST_SHARE:
            yield suspect(
                "region",
                f"the region of option {region.option} covers {share:.0%} of the figure; a blind "
                "click hits it.",
            )
        if min(right - left, bottom - top) * scale < SMALLEST_TARGET:
            yield suspect(
                "region",
                f"the region of option {region.option} is smaller than {SMALLEST_TARGET} pixels "
                "on a phone.",
            )


def overlapping_regions(item: Item, _: Surroundings) -> Iterator[Finding]:
    """Regions that share ground: one click, two answers."""
    if not isinstance(item.details, Hotspot):
        return
    key = lone_key(item)
    for one, other in combinations(item.details.regions, 2):
        if one.option == other.option or not _overlap(one, other):
            continue
        named = f"the regions of options {one.option} and {other.option} overlap"
        if key is not None and key.id in (one.option, other.option):
            yield sure("region", f"{named}, and one is the key: a click there is two answers.")
        else:
            yield suspect("region", f"{named}.")


def telling_alternative(item: Item, _: Surroundings) -> Iterator[Finding]:
    """A text alternative that names the key and no other region."""
    key = lone_key(item)
    if not isinstance(item.details, Hotspot) or key is None:
        return
    alt = bare(item.details.alt).lower()
    named = [o.id for o in item.options if bare(o.text).lower().rstrip(".") in alt]
    if named == [key.id] and len(item.options) > 1:
        yield suspect("region", "the text alternative names the key and no other region.")


def box_of(region: Region) -> Box:
    """The smallest upright box around a region: left, top, right, bottom."""
    coords = region.coords
    if region.shape == "rect":
        x, y, width, height = coords
        return x, y, x + width, y + height
    if region.shape == "circle":
        x, y, radius = coords
        return x - radius, y - radius, x + radius, y + radius
    return min(coords[::2]), min(coords[1::2]), max(coords[::2]), max(coords[1::2])


def covered(regions: Sequence[Region], box: Box) -> float:
    """The share of a box that lies in all these regions, by sampling the middles of a grid."""
    left, top, right, bottom = box
    across, down = (right - left) / _SAMPLES, (bottom - top) / _SAMPLES
    inside = sum(
        all(_holds(region, left + (i + 0.5) * across, top + (j + 0.5) * down) for region in regions)
        for i in range(_SAMPLES)
        for j in range(_SAMPLES)
    )
    return inside / _SAMPLES**2


def _overlap(one: Region, other: Region) -> bool:
    first, second = box_of(one), box_of(other)
    left, top = max(first[0], second[0]), max(first[1], second[1])
    right, bottom = min(first[2], second[2]), min(first[3], second[3])
    if right <= left or bottom <= top:
        return False
    return covered([one, other], (left, top, right, bottom)) > 0


def _holds(region: Region, x: float, y: float) -> bool:
    if region.shape == "rect":
        return True  # its box is all of it, and only points of the box are asked about
    if region.shape == "circle":
        centre_x, centre_y, radius = region.coords
        return (x - centre_x) ** 2 + (y - centre_y) ** 2 < radius**2
    corners = list(zip(region.coords[::2], region.coords[1::2], strict=True))
    crossings = 0
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossings += 1
    return crossings % 2 == 1


CHECKS: tuple[Check, ...] = (region_size, overlapping_regions, telling_alternative)
