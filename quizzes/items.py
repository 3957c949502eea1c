"""What is asked: options, items, the specification and the bank, as frozen values and documents."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from quizzes.citations import citations_in

Level = Literal["recall", "application", "analysis"]
LEVELS: tuple[Level, ...] = get_args(Level)
OPTION_IDS = "abcde"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer offered; `id` is its letter by place in the file, texts are Markdown source."""

    id: str
    text: str
    key: bool
    rationale: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question: stem, lead-in and options, the facts its key stands on, and its review."""

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

    @property
    def key(self) -> Option:
        """The best answer; ValueError unless exactly one option is marked as key."""
        keys = [option for option in self.options if option.key]
        if len(keys) != 1:
            raise ValueError(f"item {self.id} has {len(keys)} keys instead of one")
        return keys[0]

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the item's canonical JSON: any change of content changes it."""
        return _digest(item_to_document(self))


@dataclass(frozen=True, slots=True)
class Cell:
    """How many items of one objective a paper holds."""

    objective: str
    items: int


@dataclass(frozen=True, slots=True)
class Specification:
    """What every paper of a bank must hold, and the cut score with the basis it rests on."""

    cells: tuple[Cell, ...]
    cut_percent: int
    cut_basis: str

    @property
    def length(self) -> int:
        """Number of items on a paper."""
        return sum(cell.items for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Bank:
    """All items of one quiz with their specification.

    `lines` says where in the file each item begins (item id -> line). It is a help for messages
    only, and has no part in equality, documents or hashes.
    """

    id: str
    title: str
    language: str
    specification: Specification
    items: tuple[Item, ...]
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def item(self, item_id: str) -> Item:
        """The item of that id; KeyError when the bank has none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the bank's canonical JSON."""
        return _digest(bank_to_document(self))


def cited_facts(item: Item) -> tuple[str, ...]:
    """Every fact id an item names, each once: what its key stands on, then what its texts cite."""
    texts = [item.stem, item.lead_in]
    for option in item.options:
        texts += [option.text, option.rationale]
    cited = [fact for text in texts for fact in citations_in(text)]
    return tuple(dict.fromkeys([*item.facts, *cited]))


def item_to_document(item: Item) -> dict[str, Any]:
    """The item as JSON-able data."""
    return {
        "id": item.id,
        "objective": item.objective,
        "level": item.level,
        "safety_critical": item.safety_critical,
        "stem": item.stem,
        "lead_in": item.lead_in,
        "options": [
            {
                "id": option.id,
                "text": option.text,
                "key": option.key,
                "rationale": option.rationale,
            }
            for option in item.options
        ],
        "facts": list(item.facts),
        "author": item.author,
        "reviewed_on": item.reviewed_on.isoformat(),
        "review_by": item.review_by.isoformat(),
        "fixed_order": item.fixed_order,
    }


def item_from_document(document: Mapping[str, Any]) -> Item:
    """The item of a document written by `item_to_document`; KeyError or ValueError if damaged."""
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
            )
            for option in document["options"]
        ),
        facts=tuple(document["facts"]),
        author=document["author"],
        reviewed_on=date.fromisoformat(document["reviewed_on"]),
        review_by=date.fromisoformat(document["review_by"]),
        fixed_order=document["fixed_order"],
    )


def bank_to_document(bank: Bank) -> dict[str, Any]:
    """The bank as JSON-able data, without the lines of its file."""
    return {
        "id": bank.id,
        "title": bank.title,
        "language": bank.language,
        "specification": {
            "cells": [
                {"objective": cell.objective, "items": cell.items}
                for cell in bank.specification.cells
            ],
            "cut_percent": bank.specification.cut_percent,
            "cut_basis": bank.specification.cut_basis,
        },
        "items": [item_to_document(item) for item in bank.items],
    }


def bank_from_document(document: Mapping[str, Any]) -> Bank:
    """The bank of a document written by `bank_to_document`; KeyError or ValueError if damaged."""
    specification = document["specification"]
    return Bank(
        id=document["id"],
        title=document["title"],
        language=document["language"],
        specification=Specification(
            cells=tuple(
                Cell(objective=cell["objective"], items=cell["items"])
                for cell in specification["cells"]
            ),
            cut_percent=specification["cut_percent"],
            cut_basis=specification["cut_basis"],
        ),
        items=tuple(item_from_document(item) for item in document["items"]),
    )


def _digest(document: dict[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
