"""Reads Aiken, the plainest text format: a question, lettered options, ANSWER and a letter."""

import re
from fractions import Fraction

from quizzes.interchange import building
from quizzes.interchange.building import Choice, Ids
from quizzes.interchange.drafts import CannotRead, Draft, Entry, Loss, Reading
from quizzes.interchange.limits import MAX_ITEMS
from quizzes.interchange.texts import from_plain, one_line, split_question

_OPTION = re.compile(r"\s*([A-Z])[.)]\s+(.*)")
_ANSWER = re.compile(r"\s*ANSWER:\s*([A-Z])\s*", re.IGNORECASE)


def looks_like_aiken(text: str) -> bool:
    """Whether a text has a line with the letter of an answer, after a lettered option."""
    lines = text.splitlines()
    return any(_OPTION.fullmatch(line) for line in lines) and any(
        re.match(r"\s*ANSWER:", line, re.IGNORECASE) for line in lines
    )


def read_aiken(text: str) -> Reading:
    """Every question of an Aiken text as a draft; what is no question is told; never raises."""
    ids = Ids("AIKEN")
    entries: list[Entry] = []
    losses: list[Loss] = []
    gathered: list[tuple[int, str]] = []
    for line, content in enumerate(text.splitlines(), start=1):
        if not content.strip():
            # Only a question that has begun its options is cut short by an empty line.
            if any(_OPTION.fullmatch(each) for _, each in gathered):
                entries.append(_entry(gathered, ids, len(entries) + 1))
                gathered = []
            continue
        gathered.append((line, content))
        if re.match(r"\s*ANSWER:", content, re.IGNORECASE):
            entries.append(_entry(gathered, ids, len(entries) + 1))
            gathered = []
        if len(entries) >= MAX_ITEMS:
            losses.append(Loss("all further questions", f"a bank holds {MAX_ITEMS} at most"))
            gathered = []
            break
    if gathered:
        entries.append(_entry(gathered, ids, len(entries) + 1))
    return Reading("Aiken", tuple(entries), tuple(losses))


def _entry(lines: list[tuple[int, str]], ids: Ids, number: int) -> Entry:
    place, name = f"line {lines[0][0]}", one_line(lines[0][1])
    try:
        draft = _question([content for _, content in lines], ids.of("", number))
    except CannotRead as error:
        return Entry(place, name, None, (), (Loss("the question", error.why),))
    return Entry(place, name, draft)


def _question(lines: list[str], item_id: str) -> Draft:
    first = next((i for i, line in enumerate(lines) if _OPTION.fullmatch(line)), len(lines))
    asks, rest = lines[:first], lines[first:]
    answer = _ANSWER.fullmatch(rest[-1]) if rest else None
    if not asks or not rest:
        raise CannotRead("It has no question or no lettered options (A. or A)).")
    if answer is None:
        raise CannotRead('It does not end with a line such as "ANSWER: B".')
    letters, texts = _options(rest[:-1])
    if answer.group(1).upper() not in letters:
        raise CannotRead(f"Its answer is {answer.group(1).upper()}, which is no option of it.")
    key = letters.index(answer.group(1).upper())
    choices = [Choice(from_plain(text), Fraction(0)) for text in texts]
    stem, lead_in = split_question(from_plain("\n".join(asks)))
    options = building.options_of(choices, [key])
    return Draft(item_id, "single", stem, lead_in, options)


def _options(lines: list[str]) -> tuple[list[str], list[str]]:
    letters: list[str] = []
    texts: list[str] = []
    for line in lines:
        option = _OPTION.fullmatch(line)
        if option is None:
            raise CannotRead(f"A line among its options is none: {one_line(line, 60)}")
        letters.append(option.group(1))
        texts.append(option.group(2))
    if len(set(letters)) < len(letters):
        raise CannotRead("Two of its options have the same letter.")
    return letters, texts
