"""Reads GIFT, the text format for questions that Moodle teachers write by hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from quizzes.interchange import building
from quizzes.interchange.building import Choice, Ids
from quizzes.interchange.drafts import CannotRead, Draft, Entry, Loss, Notes, Reading
from quizzes.interchange.html_tree import parse_html
from quizzes.interchange.limits import MAX_ITEMS
from quizzes.interchange.margins import numeric
from quizzes.interchange.markdown_out import to_markdown
from quizzes.interchange.texts import from_plain, one_line, split_question, told_harmless
from quizzes.kinds.details import Constructed

# A character after a backslash has no meaning of its own. It waits in the private use area while
# the text is taken apart.
_SHELTER = 0xE000
_ESCAPED = re.compile(r"\\([\\~=#{}:n])")
_SHELTERED = re.compile("[\ue000-\ue0ff]")
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%\s*(-?[\d.,]+)\s*%")
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_HTML_LIKE = re.compile(r"</?[A-Za-z][^<>]*>|&[A-Za-z]+;|&#\d+;")
_CONTINUES = ("~", "=", "}", "#")
_BLANK = "_____"


@dataclass(frozen=True, slots=True)
class _Block:
    line: int
    text: str


def looks_like_gift(text: str) -> bool:
    """Whether a text has a question with answers in braces, or a title between colons."""
    return re.search(r"(?<!\\)\{[^{}]*\}|^\s*::.*::", text, re.MULTILINE) is not None


def read_gift(text: str) -> Reading:
    """Every question of a GIFT text as a draft, and what of each was not kept; never raises."""
    losses: list[Loss] = []
    entries: list[Entry] = []
    title = ""
    ids = Ids("GIFT")
    for block in _blocks(text):
        category, body = _category(block.text)
        title = title or category
        if not body.strip():
            continue
        if len(entries) >= MAX_ITEMS:
            losses.append(Loss("all further questions", f"a bank holds {MAX_ITEMS} at most"))
            break
        entries.append(_entry(_Block(block.line, body), ids, len(entries) + 1))
    return Reading("GIFT", tuple(entries), tuple(losses), title=title)


def _blocks(text: str) -> Iterator[_Block]:
    """The pieces between empty lines; an empty line amid the answers does not count."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = ["" if line.lstrip().startswith("//") else line for line in lines]
    comment = [not line.strip() for line in lines]
    gathered: list[str] = []
    first = 1
    for index, line in enumerate(lines):
        if not comment[index]:
            if not gathered:
                first = index + 1
            gathered.append(line)
        elif gathered and not _goes_on(gathered, lines[index + 1 :]):
            yield _Block(first, "\n".join(gathered))
            gathered = []
    if gathered:
        yield _Block(first, "\n".join(gathered))


def _goes_on(gathered: list[str], following: list[str]) -> bool:
    bare = _ESCAPED.sub("", "\n".join(gathered))
    if bare.count("{") <= bare.count("}"):
        return False
    after = next((line.strip() for line in following if line.strip()), "")
    return after.startswith(_CONTINUES)


def _category(text: str) -> tuple[str, str]:
    lines = text.split("\n")
    found = [line for line in lines if line.startswith("$CATEGORY:")]
    rest = "\n".join(line for line in lines if not line.startswith("$CATEGORY:"))
    name = found[0].partition(":")[2].strip().rpartition("/")[2] if found else ""
    return one_line(name), rest


def _entry(block: _Block, ids: Ids, number: int) -> Entry:
    notes = Notes()
    place = f"line {block.line}"
    sheltered = _ESCAPED.sub(lambda m: chr(_SHELTER + ord(m.group(1))), block.text)
    title = _TITLE.match(sheltered)
    name = one_line(_open(title.group(1))) if title else ""
    body = sheltered[title.end() :] if title else sheltered
    try:
        draft = _question(body, notes)
    except CannotRead as error:
        notes.lose("the question", error.why)
        return Entry(place, name or one_line(_open(body)), None, (), tuple(notes.losses))
    draft = replace(draft, id=ids.of(name, number))
    return Entry(
        place, name or one_line(draft.lead_in), draft, tuple(notes.kept), tuple(notes.losses)
    )


def _question(body: str, notes: Notes) -> Draft:
    asks, brace, rest = body.partition("{")
    if not brace:
        raise CannotRead("It is a text without answers in braces, which asks nothing.")
    answers, closing, after = rest.partition("}")
    if not closing:
        raise CannotRead("Its answers are not closed with a brace.")
    style = _FORMAT.match(asks)
    mode = style.group(1).lower() if style else "moodle"
    asks = asks[style.end() :] if style else asks
    if after.strip(" \t\n.?!"):
        asks = f"{asks.rstrip(' ')} {_BLANK} {after.strip()}".replace(f"{_BLANK} .", f"{_BLANK}.")
    else:
        asks = asks.rstrip() + (after.strip() if asks.rstrip()[-1:] not in ".?!" else "")
    stem, lead_in = split_question(_prose(asks, mode, notes))
    answers, general, _ = _parted(answers, "####")
    draft = _answers(Draft("", "single", stem, lead_in), answers.strip(), mode, notes)
    return _with_general(draft, _prose(general, mode, notes), notes)


def _answers(draft: Draft, answers: str, mode: str, notes: Notes) -> Draft:
    if not answers:
        return replace(draft, kind="constructed", details=Constructed((), 0, ""))
    if answers.startswith("#"):
        return replace(
            draft, kind="numeric", details=numeric(_numbers(answers, mode, notes), notes)
        )
    if truth := _TRUTH.fullmatch(answers):
        return _truth(draft, truth, mode, notes)
    choices = _choices(answers, mode, notes)
    if not choices:
        raise CannotRead("Its answers begin with neither = nor ~.")
    if not re.search("~", answers):
        pairs = [text for _, text, _ in _pieces(answers)]
        if all("->" in pair for pair in pairs):
            return _matching(draft, pairs, mode, notes)
        return _short(draft, choices, notes)
    if building.is_single(choices):
        return replace(draft, kind="single", options=building.single(choices, notes))
    return replace(draft, kind="multiple", options=building.multiple(choices, notes))


def _pieces(answers: str) -> list[tuple[str, str, str]]:
    """Mark (= or ~), text and feedback of each answer."""
    found = re.findall(r"([=~])([^=~]*)", answers)
    return [(mark, *_parted(text, "#")[:2]) for mark, text in found]


def _choices(answers: str, mode: str, notes: Notes) -> list[Choice]:
    choices = []
    for mark, text, feedback in _pieces(answers):
        weight = _WEIGHT.match(text)
        share = building.share_of_percent(weight.group(1)) if weight else Fraction(mark == "=")
        text = text[weight.end() :] if weight else text
        shown = _prose(text, mode, notes)
        choices.append(Choice(shown, share, _prose(feedback, mode, notes)))
    return choices


def _numbers(answers: str, mode: str, notes: Notes) -> list[tuple[str, Fraction, str]]:
    """Text, share and feedback of each number, as written after the sign of numbers."""
    inside = answers[1:].strip()
    if not inside.startswith("="):
        text, feedback, _ = _parted(inside, "#")
        return [(_open(text), Fraction(1), _prose(feedback, mode, notes))]
    found = []
    for _, text, feedback in _pieces(inside):
        weight = _WEIGHT.match(text)
        share = building.share_of_percent(weight.group(1)) if weight else Fraction(1)
        value = text[weight.end() :] if weight else text
        found.append((_open(value), share, _prose(feedback, mode, notes)))
    return found


def _truth(draft: Draft, truth: "re.Match[str]", mode: str, notes: Notes) -> Draft:
    is_true = truth.group(1).upper().startswith("T")
    wrong, right, _ = _parted(truth.group(2) or "", "#")
    told = {True: _prose(right, mode, notes), False: _prose(wrong, mode, notes)}
    options = building.true_or_false(is_true, told[is_true], told[not is_true])
    return replace(draft, kind="single", options=options, fixed_order=True)


def _matching(draft: Draft, pairs: list[str], mode: str, notes: Notes) -> Draft:
    parted = [pair.partition("->") for pair in pairs]
    texts = [(_prose(a, mode, notes), _prose(b, mode, notes)) for a, _, b in parted]
    options, details = building.matched(texts)
    return replace(draft, kind="matching", options=options, details=details)


def _short(draft: Draft, choices: list[Choice], notes: Notes) -> Draft:
    notes.lose("marking by comparing words", "a short answer is marked by a person with a rubric")
    accepted = "; ".join(choice.text for choice in choices if choice.share > 0)
    told = "\n\n".join(choice.rationale for choice in choices if choice.rationale)
    if told:
        notes.lose(f"feedback on answers ({one_line(told)})", building.NO_PLACE)
    return replace(draft, kind="constructed", details=Constructed((), 0, accepted))


def _with_general(draft: Draft, general: str, notes: Notes) -> Draft:
    """The draft, its key explained by the feedback for all where it has no rationale of its own."""
    if not general:
        return draft
    keys = [option for option in draft.options if option.key]
    if len(keys) != 1 or keys[0].rationale:
        notes.lose(f"general feedback ({one_line(general)})", building.NO_PLACE)
        return draft
    options = (replace(o, rationale=general) if o.key else o for o in draft.options)
    notes.keep("general feedback, as the rationale of the key")
    return replace(draft, options=tuple(options))


def _prose(text: str, mode: str, notes: Notes) -> str:
    style = _FORMAT.match(text)
    if style:
        mode, text = style.group(1).lower(), text[style.end() :]
    text = _open(text).strip()
    if mode == "markdown":
        return told_harmless(text, notes)
    if mode == "html" or (mode == "moodle" and _HTML_LIKE.search(text)):
        return to_markdown(parse_html(text), notes)
    return from_plain(text)


def _parted(text: str, mark: str) -> tuple[str, str, str]:
    before, _, after = text.partition(mark)
    first, _, rest = after.partition(mark) if mark == "#" else (after, "", "")
    return before, first, rest


def _open(text: str) -> str:
    """The text with its escaped characters back in place."""
    return _SHELTERED.sub(lambda m: _unsheltered(chr(ord(m.group()) - _SHELTER)), text)


def _unsheltered(character: str) -> str:
    return "\n" if character == "n" else character
