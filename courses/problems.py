"""What can be wrong with a content file, and where: one frozen value per finding."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in a content folder.

    `file` is relative to the checked root with forward slashes, `line` counts from 1, `code` is a
    short stable word for programs, `message` a sentence for people. An `error` keeps the course
    from being published; a `warning` asks the author to look again.
    """

    file: str
    line: int
    code: str
    message: str
    severity: str = "error"

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.message} [{self.code}]"
