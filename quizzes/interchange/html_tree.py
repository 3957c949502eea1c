"""HTML text -> the same plain tree that XML gives, leniently, without what could act."""

from html.parser import HTMLParser

from quizzes.interchange.limits import MAX_XML_DEPTH
from quizzes.interchange.safe_xml import Node

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
# What stands between these tags is code or data and is no text for a learner.
SILENT = frozenset(
    ("script", "style", "template", "noscript", "iframe", "object", "applet", "svg", "head")
)
_CLOSED_BY_NEXT = {"p": {"p"}, "li": {"li"}, "tr": {"tr", "td", "th"}, "td": {"td", "th"}}
_CLOSED_BY_NEXT["th"] = _CLOSED_BY_NEXT["td"]


def parse_html(text: str) -> Node:
    """The tree of a piece of HTML under a `div`; never raises, whatever the text."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("div")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for closed in _CLOSED_BY_NEXT.get(tag, ()):
            if self._open[-1].tag == closed:
                self._open.pop()
        node = Node(tag, {name: value or "" for name, value in attrs})
        if len(self._open) >= MAX_XML_DEPTH:
            return
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, 0, -1):
            if self._open[index].tag == tag:
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)
