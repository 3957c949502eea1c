"""Reads the folder of item banks and reports every problem, each with its file and line."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from quizzes.bank_checks import Remark, check_cells, check_item, check_keys, name_of
from quizzes.bank_schema import BankEntry, ItemEntry, complaints, describe
from quizzes.bank_yaml import Location, UnreadableYaml, line_of, load_tree, to_plain
from quizzes.flaws import lint_items
from quizzes.items import Bank, Item
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
        self.file = file.encode("utf-8", "backslashreplace").decode()
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
        self._remark(check_cells(specification, raw_items))
        return Bank(bank_id, header.title, header.language, specification, tuple(items), lines)

    def _items(self, raw_items: list[Any]) -> tuple[list[Item], dict[str, int]]:
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
                items.append(ItemEntry.model_validate(raw).to_item())
            except ValidationError as error:
                self._complain(("items", index), name, error)
                self._remark(check_keys(index, raw))
        return items, lines

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
