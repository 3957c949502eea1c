"""The shape of a bank or examination as a whole: its head, specification, rules and vignettes."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from quizzes.bank_fields import BankName, Entry, Language, Line, Name
from quizzes.items import Cell, Level, Specification, Vignette
from quizzes.rules import Rules


class CellEntry(Entry):
    """One cell of the specification as written."""

    objective: Name
    items: int = Field(ge=1)
    level: Level | None = None
    safety_critical: bool | None = None
    bank: BankName | None = None

    def to_cell(self, _set_sizes: Mapping[str, int]) -> Cell:
        """The cell this entry describes."""
        return Cell(self.objective, self.items, self.level, self.safety_critical, self.bank)


class SetEntry(Entry):
    """A cell that takes a whole vignette set, or one of several parallel ones."""

    vignette: Name
    parallel: list[Name] = Field(default=[], max_length=9)

    def to_cell(self, set_sizes: Mapping[str, int]) -> Cell:
        """The cell this entry describes, as large as the set."""
        size = set_sizes.get(self.vignette, 0)
        return Cell("", size, vignette=self.vignette, parallel=tuple(self.parallel))


class RulesEntry(Entry):
    """The rules as written."""

    time_limit_minutes: int | None = Field(default=None, ge=1, le=600)
    grace_seconds: int = Field(default=0, ge=0, le=600)
    attempts: int | None = Field(default=None, ge=1, le=20)
    cool_down_hours: int = Field(default=0, ge=0, le=8784)
    remedial: bool = False
    navigation: Literal["free", "forward"] = "free"
    certainty: Literal["off", "asked", "marked"] = "off"
    safety: Literal["reported", "must-resolve"] = "reported"
    feedback: Literal["learning", "certification", "secure"] = "learning"
    exposure_percent: int | None = Field(default=None, ge=1, le=100)

    def to_rules(self) -> Rules:
        """The rules this entry describes."""
        return Rules(**self.model_dump())


class SpecificationEntry(Entry):
    """The specification as written; its cells are still unread, so that each is judged alone."""

    cut_percent: int = Field(ge=1, le=100)
    cut_basis: Line
    cells: list[Any] = Field(min_length=1)
    rules: RulesEntry = RulesEntry()

    def to_specification(self, cells: tuple[Cell, ...]) -> Specification:
        """The specification this entry describes, over the cells that were read."""
        return Specification(cells, self.cut_percent, self.cut_basis, self.rules.to_rules())


class VignetteEntry(Entry):
    """A case and its stages as written."""

    id: Name
    title: Line
    stages: list[Line] = Field(min_length=1, max_length=9)

    def to_vignette(self) -> Vignette:
        """The vignette this entry describes."""
        return Vignette(self.id, self.title, tuple(self.stages))


class BankEntry(Entry):
    """A bank as written, its items still unread, so that each can be judged by itself."""

    title: Line
    language: Language
    specification: SpecificationEntry
    items: list[Any] = Field(min_length=1)
    domain: Line | None = None
    vignettes: list[VignetteEntry] = Field(default=[], max_length=40)


class ExaminationEntry(Entry):
    """An examination as written: a specification over the items of other banks."""

    title: Line
    language: Language
    specification: SpecificationEntry
    draws_from: list[BankName] = Field(min_length=1)


def cell_entry_for(raw: Any) -> type[CellEntry] | type[SetEntry]:
    """The shape a cell is to have: it takes a vignette set, or items of an objective."""
    return SetEntry if isinstance(raw, dict) and "vignette" in raw else CellEntry
