"""The shape of an item in a bank file, one class a kind, and the item it becomes."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from pydantic import Field

from quizzes.bank_fields import (
    Entry,
    FactId,
    Factor,
    FigureFile,
    Line,
    Name,
    Number,
    Prose,
    Share,
    UnitName,
)
from quizzes.items import OPTION_IDS, Item, Level, Option
from quizzes.kinds.details import (
    Concordance,
    Constructed,
    Criterion,
    Details,
    Hotspot,
    Kind,
    Matching,
    Near,
    Numeric,
    Prompt,
    Region,
    Shape,
    Unit,
)


class PlainOption(Entry):
    """One option as written, of a kind without a key among its options."""

    text: Line
    rationale: Line

    def to_option(self, letter: str) -> Option:
        """The option under its letter."""
        return Option(letter, self.text, False, self.rationale)


class AnchoredOption(PlainOption):
    """One option that may ask to keep its place."""

    anchored: bool = False

    def to_option(self, letter: str) -> Option:
        """The option under its letter."""
        return Option(letter, self.text, False, self.rationale, self.anchored)


class KeyedOption(AnchoredOption):
    """One option that may be a key."""

    key: bool = False

    def to_option(self, letter: str) -> Option:
        """The option under its letter."""
        return Option(letter, self.text, self.key, self.rationale, self.anchored)


class RegionEntry(Entry):
    """Where an option lies on the figure."""

    shape: Shape
    coords: list[int] = Field(min_length=3, max_length=40)


class RegionOption(PlainOption):
    """One region of a figure as an option."""

    region: RegionEntry
    key: bool = False

    def to_option(self, letter: str) -> Option:
        """The option under its letter."""
        return Option(letter, self.text, self.key, self.rationale)


class ItemEntry(Entry):
    """What an item of every kind has; option letters come from the order."""

    id: Name
    objective: Name
    level: Level
    safety_critical: bool
    lead_in: Line
    facts: list[FactId] = Field(min_length=1)
    author: Line
    reviewed_on: date
    review_by: date
    stem: Prose = ""
    kind: Kind = "single"
    domain: Prose = ""
    vignette: Name | None = None
    stage: int = Field(default=0, ge=0)

    def to_item(self, domain: str = "") -> Item:
        """The item this entry describes; `domain` is that of its bank."""
        return Item(
            id=self.id,
            objective=self.objective,
            level=self.level,
            safety_critical=self.safety_critical,
            stem=self.stem,
            lead_in=self.lead_in,
            options=self.to_options(),
            facts=tuple(self.facts),
            author=self.author,
            reviewed_on=self.reviewed_on,
            review_by=self.review_by,
            fixed_order=self.keeps_order(),
            kind=self.kind,
            details=self.to_details(),
            domain=self.domain or domain,
            vignette=self.vignette,
            stage=self.stage,
        )

    def to_options(self) -> tuple[Option, ...]:
        """The options under their letters."""
        return ()

    def to_details(self) -> Details | None:
        """What the kind holds beyond the options."""
        return None

    def keeps_order(self) -> bool:
        """Whether the options are shown in the order of the file."""
        return False


class SingleEntry(ItemEntry):
    """Single best answer."""

    options: list[KeyedOption] = Field(min_length=3, max_length=5)
    fixed_order: bool = False

    def to_options(self) -> tuple[Option, ...]:
        """The options under their letters."""
        return _lettered(self.options)

    def keeps_order(self) -> bool:
        """Whether the options are shown in the order of the file."""
        return self.fixed_order


class MultipleEntry(SingleEntry):
    """Multiple response."""

    options: list[KeyedOption] = Field(min_length=3, max_length=len(OPTION_IDS))


class PromptEntry(Entry):
    """One line to match."""

    text: Line
    key: str = Field(pattern=r"^[a-h]$")
    rationale: Line


class MatchingEntry(ItemEntry):
    """Extended matching."""

    options: list[AnchoredOption] = Field(min_length=3, max_length=len(OPTION_IDS))
    prompts: list[PromptEntry] = Field(min_length=2, max_length=9)
    fixed_order: bool = False

    def to_options(self) -> tuple[Option, ...]:
        """The shared list under its letters."""
        return _lettered(self.options)

    def to_details(self) -> Matching:
        """The prompts under their numbers."""
        numbered = enumerate(self.prompts, start=1)
        return Matching(
            tuple(Prompt(str(n), each.text, each.key, each.rationale) for n, each in numbered)
        )

    def keeps_order(self) -> bool:
        """Whether prompts and options are shown in the order of the file."""
        return self.fixed_order


class OrderingEntry(ItemEntry):
    """Ordering: the file holds the steps in the right order."""

    options: list[PlainOption] = Field(min_length=3, max_length=len(OPTION_IDS))

    def to_options(self) -> tuple[Option, ...]:
        """The steps under their letters."""
        return _lettered(self.options)


class UnitEntry(Entry):
    """A further unit an answer may be given in."""

    name: UnitName
    factor: Factor


class NearEntry(Entry):
    """A value that earns a share."""

    value: Number
    tolerance: Number
    share: Share
    rationale: Line


class NumericEntry(ItemEntry):
    """A number with unit and tolerance."""

    value: Number
    tolerance: Number
    rationale: Line
    unit: UnitName | None = None
    units: list[UnitEntry] = Field(default=[], max_length=6)
    near: list[NearEntry] = Field(default=[], max_length=6)

    def to_details(self) -> Numeric:
        """The value, with its own unit first among those an answer may name."""
        own = () if self.unit is None else (Unit(self.unit, Fraction(1)),)
        return Numeric(
            value=self.value,
            tolerance=self.tolerance,
            unit=self.unit or "",
            units=(*own, *(Unit(each.name, each.factor) for each in self.units)),
            rationale=self.rationale,
            near=tuple(
                Near(each.value, each.tolerance, each.share, each.rationale) for each in self.near
            ),
        )


class ConcordanceEntry(ItemEntry):
    """Script concordance."""

    options: list[PlainOption] = Field(min_length=3, max_length=7)
    panel: list[int] = Field(min_length=3, max_length=7)

    def to_options(self) -> tuple[Option, ...]:
        """The scale under its letters."""
        return _lettered(self.options)

    def to_details(self) -> Concordance:
        """The votes of the panel."""
        return Concordance(tuple(self.panel))

    def keeps_order(self) -> bool:
        """A scale is always shown in its order."""
        return True


class HotspotEntry(ItemEntry):
    """Hot spot on a figure."""

    figure: FigureFile
    alt: Line
    width: int = Field(ge=1, le=4000)
    height: int = Field(ge=1, le=4000)
    options: list[RegionOption] = Field(min_length=3, max_length=len(OPTION_IDS))

    def to_options(self) -> tuple[Option, ...]:
        """The regions in words, under their letters."""
        return _lettered(self.options)

    def to_details(self) -> Hotspot:
        """The figure with its regions."""
        regions = zip(OPTION_IDS, (each.region for each in self.options), strict=False)
        return Hotspot(
            self.figure,
            self.alt,
            self.width,
            self.height,
            tuple(Region(letter, each.shape, tuple(each.coords)) for letter, each in regions),
        )


class CriterionEntry(Entry):
    """One line of the rubric."""

    text: Line
    points: int = Field(ge=1, le=20)


class ConstructedEntry(ItemEntry):
    """Short constructed answer."""

    criteria: list[CriterionEntry] = Field(min_length=1, max_length=9)
    max_words: int = Field(ge=5, le=500)
    model: Line

    def to_details(self) -> Constructed:
        """The rubric under its numbers."""
        numbered = enumerate(self.criteria, start=1)
        criteria = tuple(Criterion(str(n), each.text, each.points) for n, each in numbered)
        return Constructed(criteria, self.max_words, self.model)


_ENTRIES: dict[Kind, type[ItemEntry]] = {
    "single": SingleEntry,
    "multiple": MultipleEntry,
    "matching": MatchingEntry,
    "ordering": OrderingEntry,
    "numeric": NumericEntry,
    "concordance": ConcordanceEntry,
    "hotspot": HotspotEntry,
    "constructed": ConstructedEntry,
}


def read_item(raw: Any, domain: str = "") -> Item:
    """The item in a bank's plain data; pydantic's ValidationError says what its shape lacks."""
    return _entry_for(raw).model_validate(raw).to_item(domain)


def _entry_for(raw: Any) -> type[ItemEntry]:
    written = raw.get("kind") if isinstance(raw, dict) else None
    # An unknown kind is judged as the first, whose own check of `kind` then names them all.
    return next((entry for kind, entry in _ENTRIES.items() if kind == written), SingleEntry)


def _lettered(entries: Sequence[PlainOption]) -> tuple[Option, ...]:
    return tuple(
        entry.to_option(letter) for letter, entry in zip(OPTION_IDS, entries, strict=False)
    )
