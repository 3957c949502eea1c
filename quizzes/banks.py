"""Reads the folder of item banks and reports every problem, each with its file and line."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from quizzes.bank_schema import BankEntry, ItemEntry, complaints, describe
from quizzes.bank_yaml import Location, UnreadableYaml, line_of, load_tree, to_plain
from quizzes.citations import broken_citations, citations_in
from quizzes.flaws import lint_items
from quizzes.items import Bank, Item, Specification
from quizzes.problems import Problem, Severity

MAX_BYTES = 1024 * 1024
_BANK_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.yaml")


def read_banks(root: Path) -> tuple[dict[str, Bank], list[Problem]]:
    """All banks of a folder by id (the file's name), and every problem found on the way.

    Never raises for what the files hold. A bank with an error is left out; one with warnings only
    is there, its `lines` filled in.
    """
    if not root.is_dir():
        return {}, [Problem(".", 1, "no-folder", f"There is no folder {root.name}.")]
    banks: dict[str, Bank] = {}
    problems: list[Problem] = []
    for path in sorted(root.iterdir()):
        if path.name.startswith(".") or path.name == "README.md":
            continue
        reading = _Reading(path.name)
        bank = reading.read(root, path)
        problems += sorted(reading.problems, key=lambda problem: (problem.line, problem.code))
        if bank is not None and not any(p.severity == "error" for p in reading.problems):
            banks[bank.id] = bank
    return banks, problems


class _Reading:
    """One file on its way to a bank, with the problems met so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.tree: Any = None

    def read(self, root: Path, path: Path) -> Bank | None:
        """The bank, as far as it can be read; None when there is too little of it."""
        text = self._text(root, path)
        if text is None:
            return None
        try:
            self.tree = load_tree(text)
        except UnreadableYaml as error:
            self._add(error.line, error.code, f"The file {error.message}")
            return None
        return self._bank(path.stem, to_plain(self.tree))

    def _text(self, root: Path, path: Path) -> str | None:
        if not _BANK_FILE.fullmatch(path.name):
            self._add(1, "file-name", "A bank's file is named like set-and-setting.yaml.")
            return None
        try:
            inside = path.resolve(strict=True).is_relative_to(root.resolve())
            if not inside:
                self._add(1, "outside-root", "The file is a link that leaves the banks' folder.")
                return None
            if not path.is_file():
                self._add(1, "not-a-file", "A bank is an ordinary file.")
                return None
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "a link that leads nowhere"
            self._add(1, "unreadable", f"The file cannot be opened: {reason}.")
            return None
        if len(raw) > MAX_BYTES:
            self._add(1, "too-large", "The file is larger than 1 MiB.")
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            self._add(line, "not-utf-8", "The file is not UTF-8 text.")
            return None

    def _bank(self, bank_id: str, data: Any) -> Bank | None:
        header: BankEntry | None = None
        try:
            header = BankEntry.model_validate(data)
        except ValidationError as error:
            self._complain((), "The bank", error)
        raw_items = data.get("items") if isinstance(data, dict) else None
        if not isinstance(raw_items, list):
            return None
        items, lines = self._items(raw_items)
        self.problems += lint_items(self.file, header.language if header else "", items, lines)
        if header is None:
            return None
        specification = header.specification.to_specification()
        self._check_cells(specification, raw_items)
        return Bank(bank_id, header.title, header.language, specification, tuple(items), lines)

    def _items(self, raw_items: list[Any]) -> tuple[list[Item], dict[str, int]]:
        items: list[Item] = []
        lines: dict[str, int] = {}
        for index, raw in enumerate(raw_items):
            line = line_of(self.tree, ("items", index))
            name = _text_at(raw, "id") or f"item {index + 1}"
            if name in lines:
                self._add(line, "repeated-id", f"{name}: line {lines[name]} has this id already.")
            else:
                lines[name] = line
            try:
                item = ItemEntry.model_validate(raw).to_item()
            except ValidationError as error:
                self._complain(("items", index), name, error)
                continue
            self._check_item(index, item)
            items.append(item)
        return items, lines

    def _check_item(self, index: int, item: Item) -> None:
        at: Location = ("items", index)
        if item.review_by < item.reviewed_on:
            line = line_of(self.tree, (*at, "review_by"))
            self._add(line, "review-dates", f"{item.id}: review_by lies before reviewed_on.")
        if not item.stem and item.level != "recall":
            line = line_of(self.tree, (*at, "stem"))
            self._add(line, "empty", f"{item.id}: only a recall item may do without a stem.")
        for fact, times in Counter(item.facts).items():
            if times > 1:
                line = line_of(self.tree, (*at, "facts"))
                self._add(line, "repeated-fact", f"{item.id}: names {fact} {times} times.")
        for location, text in _texts(item):
            self._check_citations(item.id, (*at, *location), location, text)

    def _check_citations(self, name: str, at: Location, location: Location, text: str) -> None:
        where = f"{name}, {describe(location)}"
        for piece in broken_citations(text):
            message = f"{where}: {piece!r} is not a citation such as [@SET-001; @SET-004]."
            self._add(line_of(self.tree, at), "citation", message)
        if location[-1] != "rationale" and (cited := citations_in(text)):
            message = (
                f"{where}: cites {', '.join(cited)}; a source shown here can give the key away."
            )
            self._add(line_of(self.tree, at), "citation-shown", message, "warning")

    def _check_cells(self, specification: Specification, raw_items: list[Any]) -> None:
        # Counted on what is written, so that an item with another fault is not also "missing".
        written = Counter(_text_at(raw, "objective") for raw in raw_items)
        seen: set[str] = set()
        for index, cell in enumerate(specification.cells):
            line = line_of(self.tree, ("specification", "cells", index))
            if cell.objective in seen:
                self._add(line, "repeated-cell", f"Objective {cell.objective} has two cells.")
            seen.add(cell.objective)
            has = written[cell.objective]
            says = f"Objective {cell.objective} has {has} items for a cell of {cell.items}"
            if has < cell.items:
                self._add(line, "too-few-items", f"{says}.")
            elif has < 2 * cell.items:
                says += f"; a retake with other items needs {2 * cell.items}."
                self._add(line, "few-items", says, "warning")
        for index, raw in enumerate(raw_items):
            objective = _text_at(raw, "objective")
            if objective and objective not in seen:
                line = line_of(self.tree, ("items", index, "objective"))
                name = _text_at(raw, "id") or f"item {index + 1}"
                says = (
                    f"{name}: objective {objective} is in no cell, so no paper can show the item."
                )
                self._add(line, "outside-specification", says, "warning")

    def _complain(self, at: Location, name: str, error: ValidationError) -> None:
        for location, code, sentence in complaints(error):
            where = f"{name}, {describe(location)}" if location else name
            self._add(line_of(self.tree, (*at, *location)), code, f"{where}: {sentence}.")

    def _add(self, line: int, code: str, message: str, severity: Severity = "error") -> None:
        self.problems.append(Problem(self.file, line, code, message, severity))


def _text_at(raw: Any, key: str) -> str:
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, str) else ""


def _texts(item: Item) -> Iterator[tuple[Location, str]]:
    yield ("stem",), item.stem
    yield ("lead_in",), item.lead_in
    for index, option in enumerate(item.options):
        yield ("options", index, "text"), option.text
        yield ("options", index, "rationale"), option.rationale
