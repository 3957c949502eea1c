"""Reads text files of a content folder, whatever stands in them, and says what is wrong."""

import os
import re
import stat
from pathlib import Path

from courses.problems import Problem

LARGEST_FILE = 1024 * 1024

# Everything that no editor writes into prose: controls but tab and line feed, line separators
# that would make line numbers differ between tools, and the private use area, which the prose
# renderer needs for itself.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ue000-\uf8ff\ufeff\ufffe\uffff]")


class Folder:
    """A content folder under examination, collecting problems as its files are read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.real_root = root.resolve()
        self.problems: list[Problem] = []

    def name(self, path: Path) -> str:
        """The path as people are told it: relative to the root, in characters that print."""
        relative = path.relative_to(self.root).as_posix()
        return os.fsencode(relative).decode("utf-8", "replace")

    def report(
        self, path: Path, line: int, code: str, message: str, severity: str = "error"
    ) -> None:
        """Add a problem in the file or folder at `path`."""
        self.problems.append(Problem(self.name(path), line, code, message, severity))

    def entries(self, path: Path) -> list[Path]:
        """What stands in a folder, by name, without hidden entries; empty if it cannot be read."""
        try:
            found = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
        except OSError as error:
            self.report(path, 1, "unreadable", f"this folder cannot be read: {error.strerror}")
            return []
        return sorted(found, key=lambda entry: os.fsencode(entry.name))

    def is_folder(self, path: Path) -> bool:
        """Whether `path` is a folder inside the root; a link that leads out is reported."""
        return self._stays_inside(path) and path.is_dir()

    def text(self, path: Path) -> str | None:
        """The text of a file with plain line feeds; None after reporting why there is none."""
        if not self._stays_inside(path):
            return None
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                self.report(path, 1, "not-a-file", "this is not an ordinary file")
                return None
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except OSError as error:
            code = "missing-file" if isinstance(error, FileNotFoundError) else "unreadable"
            self.report(path, 1, code, f"this file cannot be read: {error.strerror}")
            return None
        return self._decoded(path, data)

    def _stays_inside(self, path: Path) -> bool:
        try:
            real = path.resolve()
        except (OSError, RuntimeError):
            self.report(path, 1, "link", "this link leads round in a circle")
            return False
        if real.is_relative_to(self.real_root):
            return True
        self.report(path, 1, "link", "this link leads out of the content folder")
        return False

    def _decoded(self, path: Path, data: bytes) -> str | None:
        if len(data) > LARGEST_FILE:
            self.report(path, 1, "too-large", "this file is larger than 1 MiB")
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.report(path, line, "not-utf-8", "this file is not UTF-8 text")
            return None
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            self.report(path, 1, "empty", "this file is empty")
            return None
        unwanted = _UNWANTED.search(text)
        if unwanted:
            line = text.count("\n", 0, unwanted.start()) + 1
            character = f"U+{ord(unwanted.group()):04X}"
            self.report(path, line, "control-character", f"there is a {character} in this file")
            return None
        return text
