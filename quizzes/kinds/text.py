"""The text of an answer as it arrives: bounded, storable, in one form, or refused."""

import unicodedata
from collections.abc import Mapping, Sequence

from quizzes.items import Item

MAX_CHARACTERS = 4000

Fields = Mapping[str, Sequence[str]]


class UnreadableAnswer(ValueError):
    """An answer that cannot be taken as one; `message` is a sentence for the learner."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def tidy(text: str) -> str:
    """The text in NFC, with plain line ends and nothing at its end; UnreadableAnswer for others."""
    # Composing can lengthen a text, so a hopeless one is refused before it costs anything.
    if len(text) > 2 * MAX_CHARACTERS:
        raise UnreadableAnswer(f"An answer may have at most {MAX_CHARACTERS:,} characters.")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in plain):
        raise UnreadableAnswer("The answer holds a character that cannot be stored.")
    plain = unicodedata.normalize("NFC", plain).rstrip()
    if not plain:
        raise UnreadableAnswer("The answer is empty.")
    if len(plain) > MAX_CHARACTERS:
        raise UnreadableAnswer(f"An answer may have at most {MAX_CHARACTERS:,} characters.")
    return plain


def listed(text: str) -> list[str]:
    """The parts of a text between commas, without the space around them."""
    return [part.strip() for part in text.split(",")]


def only(fields: Fields, name: str) -> str:
    """The first value of a field, without space around it; empty when there is none."""
    values = fields.get(name) or ("",)
    return values[0].strip()


def option_ids(item: Item) -> tuple[str, ...]:
    """The letters of an item's options, in file order."""
    return tuple(option.id for option in item.options)
