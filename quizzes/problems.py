"""One finding of the bank reader or the item linter, with its place."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: an error keeps a bank from being used, a warning asks for a look.

    `file` is relative to the folder that was checked, `line` counts from 1, `code` is a short
    stable name (NB-… for the item-writing flaws), `message` is a sentence for the author.
    """

    file: str
    line: int
    code: str
    message: str
    severity: Severity = "error"
