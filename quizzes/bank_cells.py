"""Whether specification, vignettes and items of a bank fit each other."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from quizzes.bank_checks import check_citations
from quizzes.bank_remarks import Remark, name_of, text_at
from quizzes.bank_schema import VignetteEntry
from quizzes.bank_yaml import Location
from quizzes.cells import Sort, fits, sure_items
from quizzes.items import LEVELS, Cell, Specification

_CELLS: Location = ("specification", "cells")


def raw_sorts(raw_items: Sequence[Any], bank_id: str) -> list[Sort]:
    """The sort of each item as far as its raw data tells, so that a broken item still counts."""
    return [
        Sort(
            text_at(raw, "objective"),
            next((level for level in LEVELS if level == text_at(raw, "level")), "recall"),
            isinstance(raw, dict) and raw.get("safety_critical") is True,
            bank_id,
            text_at(raw, "vignette") or None,
        )
        for raw in raw_items
    ]


def check_cells(specification: Specification, sorts: Sequence[Sort]) -> Iterator[Remark]:
    """Whether every cell finds items enough, for a first paper and for a retake."""
    cells = specification.cells
    sure = sure_items(cells, sorts)
    for index, cell in enumerate(cells):
        at: Location = (*_CELLS, index)
        if name_of_cell(cell) in {name_of_cell(earlier) for earlier in cells[:index]}:
            yield Remark(at, "repeated-cell", f"{name_of_cell(cell)} has two cells.")
            continue
        if cell.vignette is not None:
            yield from _check_parallel(at, cell, sorts)
            continue
        has = f"{name_of_cell(cell)}: {sure[index]} written, its cell takes"
        if sure[index] < cell.items:
            yield Remark(at, "too-few-items", f"{has} {cell.items}.")
        elif sure[index] < 2 * cell.items:
            message = f"{has} {cell.items}; a retake with other items needs {2 * cell.items}."
            yield Remark(at, "few-items", message, "warning")


def _check_parallel(at: Location, cell: Cell, sorts: Sequence[Sort]) -> Iterator[Remark]:
    """Whether the sets of which a cell takes one ask as much of the same objectives and safety."""

    def asked_by(name: str) -> Counter[tuple[str, bool]]:
        return Counter((s.objective, s.safety_critical) for s in sorts if s.vignette == name)

    first = asked_by(cell.vignettes[0])
    for name in cell.parallel:
        if asked_by(name) and asked_by(name) != first:
            message = (
                f"Vignettes {cell.vignette} and {name} are not parallel: they ask different "
                "numbers of items of an objective, or differ in what is safety-critical."
            )
            yield Remark((*at, "parallel"), "parallel-sets", message)


def check_places(
    specification: Specification, vignettes: Collection[str], banks: Collection[str]
) -> Iterator[Remark]:
    """Whether the vignettes and banks that cells name are there; a plain bank has no `banks`."""
    taken: set[str] = set()
    for index, cell in enumerate(specification.cells):
        at: Location = (*_CELLS, index)
        for name in cell.vignettes:
            key = "vignette" if name == cell.vignette else "parallel"
            if name not in vignettes:
                message = f"There is no vignette {name} to take."
                yield Remark((*at, key), "vignette", message)
            elif name in taken:
                message = f"Vignette {name} is named twice; a paper can hold it once."
                yield Remark((*at, key), "vignette", message)
            taken.add(name)
        if cell.bank is not None and cell.bank not in banks:
            message = (
                f"The cell names the bank {cell.bank}; draws_from does not."
                if banks
                else "Only a cell of an examination (with draws_from) names a bank."
            )
            yield Remark((*at, "bank"), "cell-bank", message)


def check_rules(specification: Specification) -> Iterator[Remark]:
    """Rules that have no effect together."""
    rules = specification.rules
    at: Location = ("specification", "rules")
    if rules.grace_seconds and rules.time_limit_minutes is None:
        message = "The rule grace_seconds needs a time_limit_minutes to follow."
        yield Remark((*at, "grace_seconds"), "rules", message)
    if rules.attempts == 1 and (rules.cool_down_hours or rules.remedial):
        message = "One attempt leaves no retake for cool_down_hours or remedial to rule."
        yield Remark((*at, "attempts"), "rules", message)


def check_strays(
    specification: Specification, raw_items: Sequence[Any], sorts: Sequence[Sort]
) -> Iterator[Remark]:
    """Items that no paper can show, since no cell takes them."""
    for index, (raw, sort) in enumerate(zip(raw_items, sorts, strict=True)):
        if not sort.objective or any(fits(cell, sort) for cell in specification.cells):
            continue
        if sort.vignette:
            where, what = "vignette", f"vignette {sort.vignette}"
        else:
            where, what = "objective", f"objective {sort.objective}"
        message = f"{name_of(index, raw)}: {what} is in no cell, so no paper can show the item."
        yield Remark(("items", index, where), "outside-specification", message, "warning")


def check_vignettes(entries: Sequence[VignetteEntry], raw_items: Sequence[Any]) -> Iterator[Remark]:
    """Whether every vignette is used by items, stage by stage, and every item's vignette exists."""
    stages = {entry.id: len(entry.stages) for entry in entries}
    asked: set[tuple[str, Any]] = set()
    for index, raw in enumerate(raw_items):
        for key, message in _place_in_case(raw, stages):
            yield Remark(("items", index, key), "vignette", f"{name_of(index, raw)}: {message}")
        if isinstance(raw, dict):
            asked.add((text_at(raw, "vignette"), raw.get("stage")))
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        at: Location = ("vignettes", index)
        if entry.id in seen:
            yield Remark((*at, "id"), "repeated-id", f"Two vignettes have the id {entry.id}.")
        seen.add(entry.id)
        for stage, text in enumerate(entry.stages):
            yield from check_citations(f"vignette {entry.id}", at, ("stages", stage), text)
            if (entry.id, stage + 1) not in asked:
                message = f"Vignette {entry.id}: no item is asked at stage {stage + 1}."
                yield Remark((*at, "stages", stage), "vignette", message)


def _place_in_case(raw: Any, stages: dict[str, int]) -> Iterator[tuple[str, str]]:
    """What is wrong with an item's vignette and stage: the key at fault, and a sentence."""
    if not isinstance(raw, dict):
        return
    vignette, stage = raw.get("vignette"), raw.get("stage")
    if vignette is None:
        if stage is not None:
            yield "stage", "has a stage and names no vignette."
    elif isinstance(vignette, str) and vignette not in stages:
        yield "vignette", f"there is no vignette {vignette} in this bank."
    elif isinstance(vignette, str) and not (type(stage) is int and 1 <= stage <= stages[vignette]):
        yield "stage", f"needs a stage from 1 to {stages[vignette]} of vignette {vignette}."


def name_of_cell(cell: Cell) -> str:
    """What to call a cell in a message."""
    if cell.vignette is not None:
        return f"Vignette {cell.vignette}"
    safety = {None: None, True: "safety-critical", False: "not safety-critical"}
    narrowing = [cell.level, safety[cell.safety_critical], cell.bank and f"bank {cell.bank}"]
    return ", ".join([f"Objective {cell.objective}", *(word for word in narrowing if word)])
