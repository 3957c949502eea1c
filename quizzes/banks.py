"""Reads the folder of item banks and reports every problem, each with its file and line."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from quizzes.bank_cells import (
    check_cells,
    check_places,
    check_rules,
    check_strays,
    check_vignettes,
    raw_sorts,
)
from quizzes.bank_checks import check_item, check_keys
from quizzes.bank_complaints import complaints, describe
from quizzes.bank_files import UnreadableFile, read_text
from quizzes.bank_items import read_item
from quizzes.bank_kinds import check_kind
from quizzes.bank_remarks import Remark, name_of
from quizzes.bank_schema import BankEntry, ExaminationEntry, SpecificationEntry, cell_entry_for
from quizzes.bank_yaml import Location, UnreadableYaml, line_of, load_tree, to_plain
from quizzes.examinations import compose
from quizzes.flaws import lint_between, lint_items
from quizzes.items import Bank, Cell, Item, Specification
from quizzes.kinds.details import Hotspot
from quizzes.problems import Problem, Severity

FIGURES = "figures"


def read_banks(root: Path) -> tuple[dict[str, Bank], list[Problem]]:
    """All banks of a folder by id (the file's name), and every problem found on the way.

    Never raises for what the files hold. A bank with an error is left out; one with warnings only
    is there, its `lines` filled in. Examinations are read last, over the banks that are there.
    """
    if not root.is_dir():
        return {}, [Problem(".", 1, "no-folder", f"There is no folder {root.name}.")]
    banks: dict[str, Bank] = {}
    readings = [_Reading(root, path) for path in sorted(root.iterdir()) if _is_bank(path)]
    for reading in readings:
        _keep(banks, reading, reading.read())
    plain = dict(banks)
    for reading in readings:
        _keep(banks, reading, reading.read_examination(plain))
    problems = [problem for reading in readings for problem in reading.sorted_problems()]
    problems += lint_between(banks)
    return {key: banks[key] for key in sorted(banks)}, problems


def _is_bank(path: Path) -> bool:
    return not (path.name.startswith(".") or path.name in ("README.md", FIGURES))


def _keep(banks: dict[str, Bank], reading: "_Reading", bank: Bank | None) -> None:
    if bank is not None and not any(p.severity == "error" for p in reading.problems):
        banks[bank.id] = bank


class _Reading:
    """One file on its way to a bank, with the problems met so far."""

    def __init__(self, root: Path, path: Path) -> None:
        self.root = root
        self.path = path
        self.file = path.name.encode("utf-8", "backslashreplace").decode()
        self.problems: list[Problem] = []
        self.tree: Any = None
        self.data: Any = None

    def sorted_problems(self) -> list[Problem]:
        """The problems by line."""
        return sorted(self.problems, key=lambda problem: (problem.line, problem.code))

    def read(self) -> Bank | None:
        """The bank, as far as it can be read; None when there is too little, or for examinations"""
        try:
            self.tree = load_tree(read_text(self.root, self.path))
        except UnreadableFile as error:
            self._add(error.line, error.code, error.message)
            return None
        except UnreadableYaml as error:
            self._add(error.line, error.code, f"The file {error.message}")
            return None
        self.data = to_plain(self.tree)
        return None if self._is_examination() else self._bank()

    def read_examination(self, banks: Mapping[str, Bank]) -> Bank | None:
        """The examination over the items of these banks; None when the file holds none."""
        if not self._is_examination():
            return None
        try:
            entry = ExaminationEntry.model_validate(self.data)
        except ValidationError as error:
            self._complain((), "The examination", error)
            return None
        cells = self._cells(entry.specification, {})
        if cells is None:
            return None
        bank, remarks = compose(self.path.stem, entry, cells, banks)
        self._remark(remarks)
        if bank is not None:
            self._remark(check_rules(bank.specification))
        return bank

    def _is_examination(self) -> bool:
        return isinstance(self.data, dict) and "draws_from" in self.data

    def _bank(self) -> Bank | None:
        header: BankEntry | None = None
        try:
            header = BankEntry.model_validate(self.data)
        except ValidationError as error:
            self._complain((), "The bank", error)
        raw_items = self.data.get("items") if isinstance(self.data, dict) else None
        if not isinstance(raw_items, list):
            return None
        items, lines = self._items(raw_items, (header and header.domain) or "")
        self.problems += lint_items(self.file, header.language if header else "", items, lines)
        if header is None:
            return None
        specification = self._specification(header, raw_items)
        if specification is None:
            return None
        return Bank(
            self.path.stem,
            header.title,
            header.language,
            specification,
            tuple(items),
            lines,
            tuple(entry.to_vignette() for entry in header.vignettes),
        )

    def _specification(self, header: BankEntry, raw_items: Sequence[Any]) -> Specification | None:
        sorts = raw_sorts(raw_items, self.path.stem)
        sizes = {v.id: sum(sort.vignette == v.id for sort in sorts) for v in header.vignettes}
        self._remark(check_vignettes(header.vignettes, raw_items))
        cells = self._cells(header.specification, sizes)
        if cells is None:
            return None
        specification = header.specification.to_specification(cells)
        self._remark(check_places(specification, sizes, ()))
        self._remark(check_cells(specification, sorts))
        self._remark(check_strays(specification, raw_items, sorts))
        self._remark(check_rules(specification))
        return specification

    def _cells(
        self, entry: SpecificationEntry, set_sizes: Mapping[str, int]
    ) -> tuple[Cell, ...] | None:
        cells: list[Cell] = []
        for index, raw in enumerate(entry.cells):
            try:
                cells.append(cell_entry_for(raw).model_validate(raw).to_cell(set_sizes))
            except ValidationError as error:
                at: Location = ("specification", "cells", index)
                self._complain(at, f"The bank, specification, cells {index + 1}", error)
        return tuple(cells) if len(cells) == len(entry.cells) else None

    def _items(self, raw_items: Sequence[Any], domain: str) -> tuple[list[Item], dict[str, int]]:
        items: list[Item] = []
        lines: dict[str, int] = {}
        for index, raw in enumerate(raw_items):
            line = line_of(self.tree, ("items", index))
            name = name_of(index, raw)
            if name in lines:
                self._add(line, "repeated-id", f"{name}: line {lines[name]} has this id already.")
            lines.setdefault(name, line)
            self._remark(check_item(index, raw))
            try:
                item = read_item(raw, domain)
            except ValidationError as error:
                self._complain(("items", index), name, error)
                self._remark(check_keys(index, raw))
                continue
            items.append(item)
            self._judge(index, item)
        return items, lines

    def _judge(self, index: int, item: Item) -> None:
        at: Location = ("items", index)
        for remark in check_kind(item):
            message = f"{item.id}: {remark.message}"
            self._remark([Remark((*at, *remark.at), remark.code, message, remark.severity)])
        if isinstance(item.details, Hotspot):
            figure = self.root / FIGURES / item.details.figure
            if not figure.is_file():
                message = f"{item.id}: there is no file {FIGURES}/{item.details.figure}."
                self._remark([Remark((*at, "figure"), "figure-missing", message)])

    def _remark(self, remarks: Iterable[Remark]) -> None:
        for remark in remarks:
            line = line_of(self.tree, remark.at)
            self._add(line, remark.code, remark.message, remark.severity)

    def _complain(self, at: Location, name: str, error: ValidationError) -> None:
        for location, code, sentence in complaints(error):
            where = f"{name}, {describe(location)}" if location else name
            self._add(line_of(self.tree, (*at, *location)), code, f"{where}: {sentence}.")

    def _add(self, line: int, code: str, message: str, severity: Severity = "error") -> None:
        # A message may quote an escape such as \ud800, which no page and no log can print.
        printable = message.encode("utf-8", "backslashreplace").decode()
        self.problems.append(Problem(self.file, line, code, printable, severity))
