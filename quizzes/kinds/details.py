"""What an item of each kind holds beyond stem, lead-in and options, as frozen values."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

Kind = Literal[
    "single",
    "multiple",
    "matching",
    "ordering",
    "numeric",
    "concordance",
    "hotspot",
    "constructed",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Shape = Literal["rect", "circle", "poly"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One line to match; `id` is "1" to "9", `key` the id of the option that belongs to it."""

    id: str
    text: str
    key: str
    rationale: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Extended matching: each prompt takes one option of the item's shared list."""

    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit an answer may be given in; `factor` times the number gives the key's own unit.

    A fraction, since sixty minutes have to be one hour exactly.
    """

    name: str
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Near:
    """A value that is not right but earns a share of the mark, in the key's own unit."""

    value: Decimal
    tolerance: Decimal
    share: Fraction
    rationale: str


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number: right within `tolerance` of `value`, both in `unit` (empty: a plain number)."""

    value: Decimal
    tolerance: Decimal
    unit: str
    units: tuple[Unit, ...]
    rationale: str
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class Concordance:
    """Script concordance: how many panellists chose each option, in the order of the scale."""

    panel: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """The place of an option on a figure, in the units of its view box.

    `coords` are x, y, width, height for "rect"; centre x, y and radius for "circle"; x, y pairs
    of the corners for "poly".
    """

    option: str
    shape: Shape
    coords: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A figure with a region for each option; the option's text says the region in words."""

    figure: str
    alt: str
    width: int
    height: int
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric; `id` counts from "1", `points` is the most it can earn."""

    id: str
    text: str
    points: int


@dataclass(frozen=True, slots=True)
class Constructed:
    """A short text, marked by a person against the rubric; `model` is an answer for full marks."""

    criteria: tuple[Criterion, ...]
    max_words: int
    model: str

    @property
    def points(self) -> int:
        """The most the rubric can give."""
        return sum(criterion.points for criterion in self.criteria)


Details = Matching | Numeric | Concordance | Hotspot | Constructed
DETAILS_OF: dict[Kind, type[Details] | None] = {
    "single": None,
    "multiple": None,
    "ordering": None,
    "matching": Matching,
    "numeric": Numeric,
    "concordance": Concordance,
    "hotspot": Hotspot,
    "constructed": Constructed,
}


def texts_of(details: Details | None) -> tuple[str, ...]:
    """Every text of the details that may cite a fact, in order."""
    match details:
        case Matching(prompts):
            return tuple(text for each in prompts for text in (each.text, each.rationale))
        case Numeric():
            return (details.rationale, *(near.rationale for near in details.near))
        case Constructed():
            return (*(criterion.text for criterion in details.criteria), details.model)
    return ()
