"""The shape of a bank file: its keys, types and bounds, and what to say when they do not hold."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from quizzes.bank_yaml import Location
from quizzes.citations import FACT_ID
from quizzes.items import OPTION_IDS, Cell, Item, Level, Option, Specification


def _storable(text: str) -> str:
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) == "Cc":
            raise PydanticCustomError(
                "control_character",
                "must hold no control character (found U+{code})",
                {"code": f"{ord(character):04X}"},
            )
    return text


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_storable)
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_storable)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=40)]
FactId = Annotated[str, StringConstraints(pattern=rf"^{FACT_ID}$", max_length=40)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class OptionEntry(_Entry):
    """One option as written."""

    text: Line
    rationale: Line
    key: bool = False


class ItemEntry(_Entry):
    """One item as written; option letters come from the order."""

    id: Name
    objective: Name
    level: Level
    safety_critical: bool
    lead_in: Line
    options: list[OptionEntry] = Field(min_length=3, max_length=5)
    facts: list[FactId] = Field(min_length=1)
    author: Line
    reviewed_on: date
    review_by: date
    stem: Prose = ""
    fixed_order: bool = False

    def to_item(self) -> Item:
        """The item this entry describes."""
        return Item(
            id=self.id,
            objective=self.objective,
            level=self.level,
            safety_critical=self.safety_critical,
            stem=self.stem,
            lead_in=self.lead_in,
            options=tuple(
                Option(letter, entry.text, entry.key, entry.rationale)
                for letter, entry in zip(OPTION_IDS, self.options, strict=False)
            ),
            facts=tuple(self.facts),
            author=self.author,
            reviewed_on=self.reviewed_on,
            review_by=self.review_by,
            fixed_order=self.fixed_order,
        )


class CellEntry(_Entry):
    """One cell of the specification as written."""

    objective: Name
    items: int = Field(ge=1)


class SpecificationEntry(_Entry):
    """The specification as written."""

    cut_percent: int = Field(ge=1, le=100)
    cut_basis: Line
    cells: list[CellEntry] = Field(min_length=1)

    def to_specification(self) -> Specification:
        """The specification this entry describes."""
        cells = tuple(Cell(cell.objective, cell.items) for cell in self.cells)
        return Specification(cells, self.cut_percent, self.cut_basis)


class BankEntry(_Entry):
    """A bank as written, its items still unread, so that each can be judged by itself."""

    title: Line
    language: Language
    specification: SpecificationEntry
    items: list[Any] = Field(min_length=1)


def complaints(error: ValidationError) -> Iterator[tuple[Location, str, str]]:
    """Each thing a validation found: where, a short code, and a sentence's end for the author."""
    for detail in error.errors(include_url=False):
        code = _code(detail)
        yield detail["loc"], code, _sentence(detail)


def describe(location: Location) -> str:
    """A location in an author's words: `("options", 2, "rationale")` is "option c, rationale"."""
    words: list[str] = []
    for step in location:
        if isinstance(step, str):
            words.append(step)
        elif words and words[-1] == "options":
            letter = OPTION_IDS[step] if step < len(OPTION_IDS) else str(step + 1)
            words[-1] = f"option {letter}"
        elif words:
            words[-1] = f"{words[-1]} {step + 1}"
    return ", ".join(words)


_CODES = {
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "invalid_key": "unknown-key",
    "string_too_short": "empty",
    "control_character": "control-character",
    "string_unicode": "control-character",
}

_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a key a bank knows here",
    "invalid_key": "is not a key a bank knows here",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_unicode": "must hold no half of a character (an escape such as \\ud800)",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "date_type": "must be a date such as 2026-11-22",
    "list_type": "must be a list",
    "model_type": "must be a block of keys",
    "dict_type": "must be a block of keys",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "too_short": "must have at least {min_length}, and has {actual_length}",
    "too_long": "must have at most {max_length}, and has more",
    "string_too_long": "must be at most {max_length} characters long",
    "string_pattern_mismatch": "is not written as it should be ({pattern})",
}


def _code(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in {"too_short", "too_long"} and detail["loc"][-1:] == ("options",):
        return "option-count"
    return _CODES.get(kind, "wrong-type" if kind.endswith("_type") else "wrong-value")


def _sentence(detail: ErrorDetails) -> str:
    sentence = _SENTENCES.get(detail["type"])
    return detail["msg"] if sentence is None else sentence.format(**detail.get("ctx", {}))
