"""The frozen paper that one attempt shows: its slots, its rules, and its document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quizzes.rules import DEFAULT_RULES, Rules, rules_from_document, rules_to_document


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on a paper: the item, pinned by its content hash, and the order of its parts.

    An item of a vignette set carries the vignette and its stage, a matching item the order of its
    prompts.
    """

    item_id: str
    item_hash: str
    option_order: tuple[str, ...]
    vignette: str | None = None
    stage: int = 0
    prompt_order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """The frozen set that one attempt shows; slots are numbered from 1."""

    bank_id: str
    slots: tuple[Slot, ...]
    cut_percent: int
    rules: Rules = DEFAULT_RULES

    @property
    def can_lock(self) -> bool:
        """Whether going on may lock any of the slots for good."""
        is_forward = self.rules.navigation == "forward"
        return is_forward or any(slot.vignette is not None for slot in self.slots)

    def slots_before(self, number: int) -> range:
        """Numbers of the slots that must be locked for good before slot `number` may be seen.

        On a forward-only paper those are all before it; in a vignette set, those of its earlier
        stages. Empty for any other slot. IndexError unless the paper has the slot.
        """
        if not 1 <= number <= len(self.slots):
            raise IndexError(f"the paper has no slot {number}")
        if self.rules.navigation == "forward":
            return range(1, number)
        here = self.slots[number - 1]
        earlier = [
            n
            for n, slot in enumerate(self.slots[: number - 1], start=1)
            if here.vignette is not None
            and slot.vignette == here.vignette
            and slot.stage < here.stage
        ]
        return range(earlier[0], earlier[-1] + 1) if earlier else range(0)


def paper_to_document(paper: Paper) -> dict[str, Any]:
    """The paper as JSON-able data; what has its default value is not written."""
    document: dict[str, Any] = {
        "bank_id": paper.bank_id,
        "cut_percent": paper.cut_percent,
        "slots": [_slot_to_document(slot) for slot in paper.slots],
    }
    rules = rules_to_document(paper.rules)
    return document | ({"rules": rules} if rules else {})


def _slot_to_document(slot: Slot) -> dict[str, Any]:
    document: dict[str, Any] = {
        "item_id": slot.item_id,
        "item_hash": slot.item_hash,
        "option_order": list(slot.option_order),
    }
    if slot.vignette is not None:
        document |= {"vignette": slot.vignette, "stage": slot.stage}
    if slot.prompt_order:
        document["prompt_order"] = list(slot.prompt_order)
    return document


def paper_from_document(document: Mapping[str, Any]) -> Paper:
    """The paper of a document written by `paper_to_document`; KeyError if damaged."""
    return Paper(
        bank_id=document["bank_id"],
        slots=tuple(
            Slot(
                item_id=slot["item_id"],
                item_hash=slot["item_hash"],
                option_order=tuple(slot["option_order"]),
                vignette=slot.get("vignette"),
                stage=slot.get("stage", 0),
                prompt_order=tuple(slot.get("prompt_order", ())),
            )
            for slot in document["slots"]
        ),
        cut_percent=document["cut_percent"],
        rules=rules_from_document(document.get("rules", {})),
    )
