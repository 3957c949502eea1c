"""From a page's HTML to its plain words, cut where its headings stand.

Within a plain text a line break stands between blocks, and a tab where a source was cited or a
term can be opened: the page has something of its own there, so neither is a place to quote
across. A line that begins with a vertical tab describes a picture: it is read aloud, not seen.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

SEAM, DESCRIBED = "\t", "\v"
_BLOCK_NAMES = (
    "address aside blockquote caption dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr "
    "li ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_WITHOUT_END = frozenset(("area", "br", "col", "hr", "img", "input", "wbr"))
_SPACES = re.compile(r"[^\S\n\t\v]+")
_BREAKS = re.compile(r"[ \t]*\n[ \n\t]*")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading; `anchor` is that heading's id, empty before the first one.

    For a claim that readers judge, `claim` holds its words and `text` what can be said truly.
    """

    anchor: str
    heading: str
    claim: str
    text: str


def sections(html: str) -> list[Section]:
    """Cut a page at its headings and claims; those that hold nothing are left out."""
    cutter = _Cutter()
    cutter.feed(html)
    cutter.close()
    cut = [part.section() for part in cutter.parts]
    return [section for section in cut if section.text or section.heading or section.claim]


def plain_line(html: str) -> str:
    """Return the plain words of a short text as one line."""
    return " ".join(" ".join(section.text.split("\n")) for section in sections(html))


def shown_lines(text: str) -> tuple[str, ...]:
    """Return a plain text line by line as people read it."""
    return tuple(text.replace(SEAM, "").replace(DESCRIBED, "").split("\n"))


@dataclass(slots=True)
class _Part:
    """A section in the making."""

    anchor: str = ""
    heading: list[str] = field(default_factory=list)
    claim: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def section(self) -> Section:
        heading, claim = (" ".join("".join(each).split()) for each in (self.heading, self.claim))
        text = _BREAKS.sub("\n", _SPACES.sub(" ", "".join(self.text))).strip(" \n\t")
        return Section(self.anchor, heading, claim, text)


class _Cutter(HTMLParser):
    """Walks through the HTML that the cores wrote; each open element has a part to write to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts = [_Part()]
        # Of each open element: its tag, and where its words go; None leaves them out.
        self._open: list[tuple[str, list[str] | None]] = []
        self._current = self.parts[0]
        self._claim: _Part | None = None
        self._check_depth = 0

    @property
    def _target(self) -> list[str] | None:
        return self._open[-1][1] if self._open else self._current.text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        words = self._target
        if tag in _BLOCKS and words is not None:
            words.append("\n")
        if tag == "br" and words is not None:
            words.append("\n")
        if tag == "button" and words is not None:
            words.append(SEAM)
        if tag in _WITHOUT_END:
            self._alternative(words, given.get("alt", ""))
            return
        self._open.append((tag, self._target_within(tag, given, words)))

    def _target_within(
        self, tag: str, given: dict[str, str], words: list[str] | None
    ) -> list[str] | None:
        names = given.get("class", "").split()
        if words is None:
            return None
        if tag == "svg":
            self._alternative(words, given.get("aria-label", ""))
            return None
        if given.get("aria-hidden") == "true":
            return None
        if "cites" in names:
            words.append(SEAM)
            return None
        if tag == "fieldset" or "check-title" in names or tag == "summary":
            return None
        if "check" in names:
            return self._check(is_claim="claim" in names, words=words, given=given)
        if self._claim is not None:
            return self._claim.claim if "claim-words" in names else words
        if "check-answer" in names:
            return None
        if tag in _HEADINGS and given.get("id"):
            self._current = _Part(anchor=given["id"])
            self.parts.append(self._current)
            return self._current.heading
        return words

    def _check(self, *, is_claim: bool, words: list[str], given: dict[str, str]) -> list[str]:
        if not is_claim:
            return words
        self._claim = _Part(anchor=given.get("aria-labelledby", ""))
        self.parts.append(self._claim)
        self._check_depth = len(self._open)
        return self._claim.text

    @staticmethod
    def _alternative(words: list[str] | None, text: str) -> None:
        if words is not None and text:
            words.append(f"\n{DESCRIBED}{' '.join(text.split())}\n")

    def handle_endtag(self, tag: str) -> None:
        if tag not in (name for name, _ in self._open):
            return
        while True:
            closed, words = self._open.pop()
            if words is not None and (closed in _BLOCKS or closed == "button"):
                words.append("\n" if closed in _BLOCKS else SEAM)
            if self._claim is not None and len(self._open) == self._check_depth:
                self._claim = None
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        words = self._target
        if words is not None:
            words.append(data)
