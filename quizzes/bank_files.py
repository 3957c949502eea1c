"""The text of a bank's file, or the reason why it cannot be had."""

import re
from pathlib import Path

MAX_BYTES = 1024 * 1024
_BANK_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.yaml")


class UnreadableFile(Exception):
    """The file is not one a bank can stand in; `line` counts from 1."""

    def __init__(self, line: int, code: str, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.code = code
        self.message = message


def read_text(root: Path, path: Path) -> str:
    """The text of a bank's file below `root`; UnreadableFile says what is in the way."""
    if not _BANK_FILE.fullmatch(path.name):
        message = "A bank's file is named like set-and-setting.yaml."
        raise UnreadableFile(1, "file-name", message)
    raw = _bytes(root, path)
    if len(raw) > MAX_BYTES:
        raise UnreadableFile(1, "too-large", "The file is larger than 1 MiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(line, "not-utf-8", "The file is not UTF-8 text.") from None


def _bytes(root: Path, path: Path) -> bytes:
    try:
        if not path.resolve(strict=True).is_relative_to(root.resolve()):
            message = "The file is a link that leaves the banks' folder."
            raise UnreadableFile(1, "outside-root", message)
        if not path.is_file():
            raise UnreadableFile(1, "not-a-file", "A bank is an ordinary file.")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "a link that leads nowhere"
        message = f"The file cannot be opened: {reason}."
        raise UnreadableFile(1, "unreadable", message) from error
