"""What is asked: options, items, the specification and the bank, as frozen values and documents.

A key of a document that has its default value is not written, so that the hash of an item written
before there was such a key stays what it is.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal, get_args

from quizzes.citations import citations_in
from quizzes.kinds.details import Details, Kind, texts_of
from quizzes.kinds.documents import details_from_document, details_to_document
from quizzes.rules import DEFAULT_RULES, Rules, rules_from_document, rules_to_document

Level = Literal["recall", "application", "analysis"]
LEVELS: tuple[Level, ...] = get_args(Level)
OPTION_IDS = "abcdefgh"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer offered; `id` is its letter by place in the file, texts are Markdown source.

    `anchored` keeps its place when the others are shuffled ("All of these are safe").
    """

    id: str
    text: str
    key: bool
    rationale: str
    anchored: bool = False


# Without slots, so that its hash is worked out once.
@dataclass(frozen=True)
class Item:
    """One question: stem, lead-in and options, the facts its key stands on, and its review.

    `details` holds what the kind needs beyond the options. An item of a vignette set names the
    vignette and the stage (from 1) up to which the case has unfolded when it is asked.
    """

    id: str
    objective: str
    level: Level
    safety_critical: bool
    stem: str
    lead_in: str
    options: tuple[Option, ...]
    facts: tuple[str, ...]
    author: str
    reviewed_on: date
    review_by: date
    fixed_order: bool = False
    kind: Kind = "single"
    details: Details | None = None
    domain: str = ""
    vignette: str | None = None
    stage: int = 0

    @property
    def key(self) -> Option:
        """The best answer of an item with one key; ValueError unless exactly one is marked."""
        if len(self.keys) != 1:
            raise ValueError(f"item {self.id} has {len(self.keys)} keys instead of one")
        return self.keys[0]

    @property
    def keys(self) -> tuple[Option, ...]:
        """Every option marked as key, in file order."""
        return tuple(option for option in self.options if option.key)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the item's canonical JSON: any change of content changes it."""
        return _digest(item_to_document(self))


@dataclass(frozen=True, slots=True)
class Vignette:
    """A case that unfolds: stage 1 stands above the first items, later ones are added to it."""

    id: str
    title: str
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many items a paper holds of one objective, and of what sort.

    Level, safety-criticality and bank narrow the choice where they are given. A cell that names
    a vignette has no objective and takes the whole set; `items` is then the size of the set. With
    `parallel` it takes one of several sets of that size, so that a retake may meet another case.
    """

    objective: str
    items: int
    level: Level | None = None
    safety_critical: bool | None = None
    bank: str | None = None
    vignette: str | None = None
    parallel: tuple[str, ...] = ()

    @property
    def vignettes(self) -> tuple[str, ...]:
        """The sets of which the cell takes one; empty for a cell that takes single items."""
        return () if self.vignette is None else (self.vignette, *self.parallel)


@dataclass(frozen=True, slots=True)
class Specification:
    """What every paper of a bank must hold, the cut score with its basis, and the rules."""

    cells: tuple[Cell, ...]
    cut_percent: int
    cut_basis: str
    rules: Rules = DEFAULT_RULES

    @property
    def length(self) -> int:
        """Number of items on a paper."""
        return sum(cell.items for cell in self.cells)


# Without slots, so that what follows from its items is worked out once.
@dataclass(frozen=True)
class Bank:
    """All items of one quiz with their specification.

    An examination is a bank over the items of others: `draws_from` names those banks, `origins`
    says from which of them each item comes (item id -> bank id). Both are empty otherwise.
    `lines` says where in the file each item begins (item id -> line). It is a help for messages
    only, and has no part in equality, documents or hashes.
    """

    id: str
    title: str
    language: str
    specification: Specification
    items: tuple[Item, ...]
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    vignettes: tuple[Vignette, ...] = ()
    draws_from: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict, hash=False)

    def item(self, item_id: str) -> Item:
        """The item of that id, the first of those; KeyError when the bank has none."""
        return self._by_id[item_id]

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in reversed(self.items)}

    def vignette(self, vignette_id: str) -> Vignette:
        """The vignette of that id; KeyError when the bank has none."""
        for vignette in self.vignettes:
            if vignette.id == vignette_id:
                return vignette
        raise KeyError(vignette_id)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the bank's canonical JSON."""
        return _digest(bank_to_document(self))


def cited_facts(item: Item) -> tuple[str, ...]:
    """Every fact id an item names, each once: what its key stands on, then what its texts cite."""
    texts = [item.stem, item.lead_in]
    for option in item.options:
        texts += [option.text, option.rationale]
    texts += texts_of(item.details)
    cited = [fact for text in texts for fact in citations_in(text)]
    return tuple(dict.fromkeys([*item.facts, *cited]))


def item_to_document(item: Item) -> dict[str, Any]:
    """The item as JSON-able data."""
    document: dict[str, Any] = {
        "id": item.id,
        "objective": item.objective,
        "level": item.level,
        "safety_critical": item.safety_critical,
        "stem": item.stem,
        "lead_in": item.lead_in,
        "options": [_option_to_document(option) for option in item.options],
        "facts": list(item.facts),
        "author": item.author,
        "reviewed_on": item.reviewed_on.isoformat(),
        "review_by": item.review_by.isoformat(),
        "fixed_order": item.fixed_order,
    }
    if item.kind != "single":
        document["kind"] = item.kind
    if item.details is not None:
        document["details"] = details_to_document(item.details)
    if item.domain:
        document["domain"] = item.domain
    if item.vignette is not None:
        document["vignette"] = item.vignette
    if item.stage:
        document["stage"] = item.stage
    return document


def _option_to_document(option: Option) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": option.id,
        "text": option.text,
        "key": option.key,
        "rationale": option.rationale,
    }
    return document | ({"anchored": True} if option.anchored else {})


def item_from_document(document: Mapping[str, Any]) -> Item:
    """The item of a document written by `item_to_document`; KeyError or ValueError if damaged."""
    kind = document.get("kind", "single")
    return Item(
        id=document["id"],
        objective=document["objective"],
        level=document["level"],
        safety_critical=document["safety_critical"],
        stem=document["stem"],
        lead_in=document["lead_in"],
        options=tuple(
            Option(
                id=option["id"],
                text=option["text"],
                key=option["key"],
                rationale=option["rationale"],
                anchored=option.get("anchored", False),
            )
            for option in document["options"]
        ),
        facts=tuple(document["facts"]),
        author=document["author"],
        reviewed_on=date.fromisoformat(document["reviewed_on"]),
        review_by=date.fromisoformat(document["review_by"]),
        fixed_order=document["fixed_order"],
        kind=kind,
        details=details_from_document(kind, document.get("details")),
        domain=document.get("domain", ""),
        vignette=document.get("vignette"),
        stage=document.get("stage", 0),
    )


def bank_to_document(bank: Bank) -> dict[str, Any]:
    """The bank as JSON-able data, without the lines of its file."""
    document: dict[str, Any] = {
        "id": bank.id,
        "title": bank.title,
        "language": bank.language,
        "specification": _specification_to_document(bank.specification),
        "items": [item_to_document(item) for item in bank.items],
    }
    if bank.vignettes:
        document["vignettes"] = [
            {"id": each.id, "title": each.title, "stages": list(each.stages)}
            for each in bank.vignettes
        ]
    if bank.draws_from:
        document["draws_from"] = list(bank.draws_from)
    if bank.origins:
        document["origins"] = dict(bank.origins)
    return document


def _specification_to_document(specification: Specification) -> dict[str, Any]:
    document: dict[str, Any] = {
        "cells": [_cell_to_document(cell) for cell in specification.cells],
        "cut_percent": specification.cut_percent,
        "cut_basis": specification.cut_basis,
    }
    rules = rules_to_document(specification.rules)
    return document | ({"rules": rules} if rules else {})


def _cell_to_document(cell: Cell) -> dict[str, Any]:
    narrowing = {
        "level": cell.level,
        "safety_critical": cell.safety_critical,
        "bank": cell.bank,
        "vignette": cell.vignette,
    }
    given = {key: value for key, value in narrowing.items() if value is not None}
    sets = {"parallel": list(cell.parallel)} if cell.parallel else {}
    return {"objective": cell.objective, "items": cell.items, **given, **sets}


def _cell_from_document(document: Mapping[str, Any]) -> Cell:
    return Cell(**{**document, "parallel": tuple(document.get("parallel", ()))})


def bank_from_document(document: Mapping[str, Any]) -> Bank:
    """The bank of a document written by `bank_to_document`; KeyError or ValueError if damaged."""
    specification = document["specification"]
    return Bank(
        id=document["id"],
        title=document["title"],
        language=document["language"],
        specification=Specification(
            cells=tuple(_cell_from_document(cell) for cell in specification["cells"]),
            cut_percent=specification["cut_percent"],
            cut_basis=specification["cut_basis"],
            rules=rules_from_document(specification.get("rules", {})),
        ),
        items=tuple(item_from_document(item) for item in document["items"]),
        vignettes=tuple(
            Vignette(each["id"], each["title"], tuple(each["stages"]))
            for each in document.get("vignettes", ())
        ),
        draws_from=tuple(document.get("draws_from", ())),
        origins=dict(document.get("origins", {})),
    )


def _digest(document: dict[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
