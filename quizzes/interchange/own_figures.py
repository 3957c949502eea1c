"""Hot spots in the extension of this project: the figure, its size and every region."""

import re
from typing import Any

from quizzes.interchange.residue import Residue
from quizzes.items import OPTION_IDS
from quizzes.kinds.details import Hotspot, Region, Shape

_FIGURE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\.svg")
_SHAPES: dict[str, Shape] = {"rect": "rect", "circle": "circle", "poly": "poly"}
_MOST_COORDS = 40


def is_figure_name(name: str) -> bool:
    """Whether a name is one a bank's figure can have, and nothing else."""
    return len(name) <= 80 and _FIGURE.fullmatch(name) is not None


def figure_name(address: str) -> str:
    """The name under which a bank can hold the figure at an address, empty when it cannot."""
    name = address.replace("\\", "/").rpartition("/")[2].lower().replace("_", "-")
    return name if is_figure_name(name) else ""


def hotspot_of(residue: Residue) -> Hotspot | None:
    """The figure with its regions, None when the file has none that could be used."""
    part = residue.part("figure")
    regions = [_region(value) for value in part.list("regions", list)]
    whole = [region for region in regions if region is not None]
    name = part.words("name")
    if not whole or len(whole) < len(regions) or not is_figure_name(name):
        return None
    size = part.whole("width"), part.whole("height")
    return Hotspot(name, part.words("alt"), *size, tuple(whole))


def _region(value: list[Any]) -> Region | None:
    if len(value) != 3 or value[0] not in list(OPTION_IDS) or value[1] not in list(_SHAPES):
        return None
    option, shape, coords = value
    if not isinstance(coords, list) or not 3 <= len(coords) <= _MOST_COORDS:
        return None
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in coords):
        return None
    return Region(option, _SHAPES[shape], tuple(coords))
