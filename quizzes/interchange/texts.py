"""Texts from elsewhere -> Markdown source that shows the same and can do nothing else."""

import html
import re
import unicodedata

from quizzes.interchange.drafts import CannotRead, Notes
from quizzes.interchange.limits import MAX_TEXT

_SPECIAL = re.compile(r"\\|`|\*|\[|(?<!_)_{1,2}(?!_)")
# `<https://…>` is a link in Markdown; any other tag would only look like one.
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])(?!https://[^\s<>]+>)")
_ENTITY_LIKE = re.compile(r"&(?=#?\w+;)")
_LINE_MARK = re.compile(r"^(\s*)(?:([#>+|-]|_(?=__+\s*$))|(\d+)([.)]))", re.MULTILINE)
_TARGET = re.compile(r"(\]\(|\]:)((?:[^()\n]|\([^()\n]*\))*)")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def plain(text: str) -> str:
    """The text without control characters and half characters, its ends stripped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    found = "".join(kept).strip()
    if len(found) > MAX_TEXT:
        raise CannotRead(f"It has a text of more than {MAX_TEXT} characters.")
    return found


def squeezed(text: str) -> str:
    """The text with every run of blanks and line ends as one blank, as HTML shows it."""
    return _BLANKS.sub(" ", text)


def is_blank(text: str) -> bool:
    """Whether a text is nothing but blanks."""
    return not text.strip()


def one_line(text: str, most: int = 120) -> str:
    """A text short enough to name something by."""
    line = " ".join(plain(text[: 4 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def escape(text: str) -> str:
    """Plain text within a line as Markdown that shows exactly it."""
    return escape_html(escape_marks(text))


def escape_marks(text: str) -> str:
    """The text with the marks of Markdown taken as the characters they are."""
    return _SPECIAL.sub(lambda match: "".join(f"\\{c}" for c in match.group()), text)


def escape_html(text: str) -> str:
    """The text with what looks like a tag or an entity taken as the characters they are.

    A whole line at once: a tag may be put together from pieces that look harmless apart.
    """
    return _TAG_LIKE.sub("&lt;", _ENTITY_LIKE.sub("&amp;", text))


def escape_line_starts(text: str) -> str:
    """Markdown whose lines do not begin a list, a heading, a quotation or a table."""
    return _LINE_MARK.sub(_marked, text)


def from_plain(text: str) -> str:
    """Plain text as Markdown; an empty line parts paragraphs, other line ends are blanks."""
    paragraphs = re.split(r"\n[ \t]*\n", plain(text))
    return "\n\n".join(escape_line_starts(escape(squeezed(each).strip())) for each in paragraphs)


def harmless(text: str) -> str:
    """Markdown from elsewhere, its raw tags made text and its links of other schemes cut off."""
    return _TARGET.sub(_checked_target, _TAG_LIKE.sub("&lt;", plain(text)))


def told_harmless(text: str, notes: Notes) -> str:
    """The same, with what was made harmless noted as a loss."""
    safe = harmless(text)
    if safe != plain(text):
        notes.lose("raw HTML and links that are not https", "they are kept as plain text")
    return safe


def split_question(text: str) -> tuple[str, str]:
    """Stem and lead-in of a text that holds both: the last paragraph asks, if it is one."""
    stem, _, lead_in = text.rpartition("\n\n")
    if not stem or lead_in.startswith(("- ", "|", ">", "1. ")):
        return ("", text) if not stem else (text, "")
    return stem, lead_in


def _marked(match: re.Match[str]) -> str:
    space, mark, number, point = match.groups()
    return f"{space}\\{mark}" if mark else f"{space}{number}\\{point}"


def _checked_target(match: re.Match[str]) -> str:
    target = re.sub(r"[\s\x00-\x20]", "", html.unescape(match.group(2))).lstrip("<")
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target)
    if scheme is None or scheme.group().lower() == "https:":
        return match.group()
    return f"{match.group(1)}#"
