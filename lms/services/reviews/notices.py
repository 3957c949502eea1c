"""Notices of a ruling: drafted for each group, edited by a person, filled in for each reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

# How a ruling changes an attempt, as its learner sees it.
Change = Literal["passes", "fails", "moves"]
CHANGES: tuple[Change, ...] = get_args(Change)
PLACEHOLDERS = ("{name}", "{quiz}", "{attempt}", "{before}", "{after}")
SUBJECT = "Your result in “{quiz}” has changed"
LONGEST = 4000

_OPENING = "Dear {name},\n\nwe have reviewed a question of the quiz “{quiz}” and decided: "
_RESULT = "Your attempt {attempt} now counts {after} instead of {before}."
_ENDINGS: Mapping[Change, str] = {
    "passes": "With this you have passed the quiz. Nothing is asked of you.",
    "fails": (
        "With this the attempt no longer passes. We are sorry: the question should have been "
        "right from the beginning. If a certificate rests on this attempt, it stays valid until "
        "an administrator has decided about it, and you will hear from us first."
    ),
    "moves": "Whether you passed does not change. Nothing is asked of you.",
}
REMEDY_WORDS = {
    "new-key": "it is marked by another key",
    "full-credit": "everybody gets full credit for it",
    "drop": "it no longer counts",
    "as-published": "it counts as it was first published",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What is different from one reader of a notice to the next."""

    name: str
    quiz: str
    attempt: int
    before: str
    after: str


def draft(change: Change, remedy: str, reason: str, programme: str, appeal_days: int) -> str:
    """Return the notice for one group, with placeholders for what differs by reader."""
    return (
        f"{_OPENING}{REMEDY_WORDS[remedy]}. The reason: {reason}\n\n{_RESULT} "
        f"{_ENDINGS[change]}\n\nBoth scores stay on record. You find the result under your "
        "attempts when you are signed in, and you can appeal it there within "
        f"{appeal_days} days.\n\n{programme}\n"
    )


def filled(text: str, reader: Reader) -> str:
    """Return a notice with its placeholders filled in; anything else stays as it was written."""
    values = (reader.name, reader.quiz, str(reader.attempt), reader.before, reader.after)
    # Piece by piece: a name that looks like a placeholder is not filled in again.
    pieces = [text]
    for placeholder, value in zip(PLACEHOLDERS, values, strict=True):
        split: list[str] = []
        for n, piece in enumerate(pieces):
            parts = [piece] if n % 2 else piece.split(placeholder)
            for k, part in enumerate(parts):
                split += [value, part] if k else [part]
        pieces = split
    return "".join(pieces)


def score_words(points: Fraction, maximum: int) -> str:
    """Return “7.5 of 10”: points to the hundredth, never rounded up."""
    hundredths = int(points * 100)
    whole, rest = divmod(hundredths, 100)
    number = f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)
    return f"{number} of {maximum}"
