"""What an import brings: drafts, as far as the file told them, and a report item by item."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from quizzes.items import LEVELS, Item, Level, Option, Vignette
from quizzes.kinds.details import (
    Concordance,
    Constructed,
    Details,
    Hotspot,
    Kind,
    Matching,
    Numeric,
)

Standing = Literal["whole", "draft", "refused"]


class CannotRead(Exception):
    """A file or an item that is not read; `why` is a sentence for the person who imports it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that was not kept, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An item as far as its file told it; empty text, None and no facts mean "still to be said"."""

    id: str
    kind: Kind
    stem: str
    lead_in: str
    options: tuple[Option, ...] = ()
    details: Details | None = None
    fixed_order: bool = False
    objective: str = ""
    level: Level | None = None
    safety_critical: bool | None = None
    facts: tuple[str, ...] = ()
    author: str = ""
    reviewed_on: date | None = None
    review_by: date | None = None
    domain: str = ""
    vignette: str | None = None
    stage: int = 0

    @property
    def present(self) -> tuple[str, ...]:
        """What the file said of the item, in the words of a bank file."""
        keys = [each for each in self.options if each.key]
        counted = {
            "stem": bool(self.stem),
            "lead_in": bool(self.lead_in),
            f"{len(self.options)} options": bool(self.options),
            "key" if len(keys) == 1 else f"{len(keys)} keys": bool(keys),
            _WORDS.get(type(self.details), ""): self.details is not None,
            "fixed_order": self.fixed_order,
        }
        found = [name for name, is_there in counted.items() if is_there]
        rationales = sum(bool(each.rationale) for each in self.options)
        found += [f"{rationales} rationales"] if rationales else []
        head = ("objective", "level", "facts", "author", "reviewed_on", "review_by", "domain")
        return (*found, *(name for name in (*head, "vignette") if getattr(self, name)))

    @property
    def missing(self) -> tuple[str, ...]:
        """What an author must still add, in the words of a bank file."""
        return (*self._missing_keys(), *self._missing_rationales())

    def _missing_keys(self) -> tuple[str, ...]:
        keys = {
            "objective": self.objective,
            "level": self.level in LEVELS,
            "safety_critical": self.safety_critical is not None,
            "lead_in": self.lead_in,
            "facts": self.facts,
            "author": self.author,
            "reviewed_on": self.reviewed_on,
            "review_by": self.review_by,
        }
        return tuple(name for name, value in keys.items() if not value)

    def _missing_rationales(self) -> tuple[str, ...]:
        found = [f"rationale of option {each.id}" for each in self.options if not each.rationale]
        match self.details:
            case Matching(prompts):
                found += [
                    f"rationale of prompt {each.id}" for each in prompts if not each.rationale
                ]
            case Numeric():
                found += [] if self.details.rationale else ["rationale"]
                near = enumerate(self.details.near, start=1)
                found += [f"rationale of near value {n}" for n, each in near if not each.rationale]
            case Hotspot(figure, alt):
                found += [] if figure else ["figure"]
                found += [] if alt else ["alt"]
                found += [f"words for region {o.id}" for o in self.options if not o.text]
            case Constructed():
                found += [] if self.details.model else ["model answer"]
                found += [] if self.details.criteria else ["criteria"]
                found += [] if self.details.max_words else ["max_words"]
        return tuple(found)

    def to_item(self) -> Item | None:
        """The item, or None while something is missing."""
        if (
            self.missing
            or self.level is None
            or self.safety_critical is None
            or self.reviewed_on is None
            or self.review_by is None
        ):
            return None
        return Item(
            id=self.id,
            objective=self.objective,
            level=self.level,
            safety_critical=self.safety_critical,
            stem=self.stem,
            lead_in=self.lead_in,
            options=self.options,
            facts=self.facts,
            author=self.author,
            reviewed_on=self.reviewed_on,
            review_by=self.review_by,
            fixed_order=self.fixed_order,
            kind=self.kind,
            details=self.details,
            domain=self.domain,
            vignette=self.vignette,
            stage=self.stage,
        )


_WORDS = {
    Matching: "prompts",
    Numeric: "value and tolerance",
    Concordance: "panel",
    Hotspot: "figure and regions",
    Constructed: "marking",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a file: where it stands, what became of it, what was not kept and why.

    `found_place` tells what was kept in another place than it had. `draft` is None when the item
    was refused; its last loss then says why.
    """

    place: str
    name: str
    draft: Draft | None
    found_place: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        """Everything that was kept, with what stands in another place now."""
        return () if self.draft is None else (*self.draft.present, *self.found_place)

    @property
    def standing(self) -> Standing:
        """Whether the item is whole, a draft to complete, or refused."""
        if self.draft is None:
            return "refused"
        return "draft" if self.draft.missing else "whole"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held. `refused` is empty, or says why nothing could be read.

    `specification` is the raw data of a bank that this project exported, `figures` maps the name
    of each figure to its SVG source.
    """

    format: str
    entries: tuple[Entry, ...] = ()
    losses: tuple[Loss, ...] = ()
    refused: str = ""
    title: str = ""
    language: str = ""
    specification: Mapping[str, Any] | None = None
    vignettes: tuple[Vignette, ...] = ()
    figures: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Every item that could be read, whole or not."""
        return tuple(entry.draft for entry in self.entries if entry.draft is not None)

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that are whole."""
        found = (draft.to_item() for draft in self.drafts)
        return tuple(item for item in found if item is not None)

    @property
    def is_whole_file_read(self) -> bool:
        """Whether every item of the file was read, if not in all its parts."""
        return not self.refused and all(entry.draft is not None for entry in self.entries)

    @property
    def is_everything_kept(self) -> bool:
        """Whether nothing at all was lost."""
        lost = any(entry.losses for entry in self.entries) or bool(self.losses)
        return self.is_whole_file_read and not lost


class Notes:
    """What reading one item found worth telling, collected on the way."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.losses: list[Loss] = []

    def keep(self, what: str) -> None:
        """Note that something was kept."""
        if what not in self.kept:
            self.kept.append(what)

    def lose(self, what: str, why: str) -> None:
        """Note that something was not kept, and why."""
        loss = Loss(what, why)
        if loss not in self.losses:
            self.losses.append(loss)
