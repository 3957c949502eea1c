"""A tree of HTML -> Markdown source: paragraphs, lists, tables, emphasis and https links."""

import re

from quizzes.interchange.drafts import Notes
from quizzes.interchange.html_tree import SILENT
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import (
    escape_html,
    escape_line_starts,
    escape_marks,
    plain,
    squeezed,
)

_LISTS = frozenset(("ul", "ol"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = frozenset(
    [
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html"),
        *("li", "main", "nav", "p", "pre", "section", "table"),
        # The blocks of QTI that hold HTML.
        *("content-body", "item-body", "prompt", "rubric-block", "stimulus-body"),
    ]
)
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "cite": "*", "dfn": "*", "var": "*"}
_PICTURES = frozenset(("img", "image", "picture", "canvas", "svg", "object"))
_MEDIA = frozenset(("audio", "video", "iframe", "embed", "applet", "math"))
_SCRIPTS = {
    "sup": str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ"),
    "sub": str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎"),
}
_WEB = re.compile(r"https://[^\s<>\"()\[\]\\`*]+")
_BREAK = "\x00"


def to_markdown(node: Node, notes: Notes | None = None) -> str:
    """The Markdown of everything inside a node; what cannot be said is noted as a loss."""
    return plain("\n\n".join(_Writer(notes or Notes()).blocks(node)))


class _Writer:
    """Walks the tree; a block gives lines, what stands within a line gives text."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def blocks(self, node: Node) -> list[str]:
        """The Markdown of each block inside a node."""
        found: list[str] = []
        line: list[Node | str] = []
        for child in node.children:
            if isinstance(child, Node) and _is_block(child):
                self._close(line, found)
                found += self._block(child)
            else:
                line.append(child)
        self._close(line, found)
        return found

    def _close(self, line: list[Node | str], found: list[str]) -> None:
        text = self._line(line)
        line.clear()
        if text:
            found.append(escape_line_starts(text))

    def _block(self, node: Node) -> list[str]:
        if node.tag in SILENT:
            self._silent(node)
            return []
        if node.tag in _LISTS:
            return [self._list(node)] if node.nodes("li") else self.blocks(node)
        if node.tag == "table":
            return self._table(node)
        if node.tag == "blockquote":
            quoted = "\n\n".join(self.blocks(node))
            return (
                ["\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))] if quoted else []
            )
        if node.tag in _HEADINGS:
            text = self._line(node.children).replace("*", "")
            return [f"**{text}**"] if text else []
        return self.blocks(node)

    def _list(self, node: Node) -> str:
        lines: list[str] = []
        for number, entry in enumerate(node.nodes("li"), start=1):
            mark = "- " if node.tag == "ul" else f"{number}. "
            text = "\n\n".join(self.blocks(entry))
            # Python-Markdown wants four blanks for whatever belongs to an entry.
            lines.append(mark + text.replace("\n", "\n    "))
        return "\n".join(re.sub(r"^ +$", "", line, flags=re.MULTILINE) for line in lines)

    def _table(self, node: Node) -> list[str]:
        rows = [
            [self._line(cell.children).replace("|", "\\|") for cell in row.nodes("td", "th")]
            for row in node.within("tr")
        ]
        rows = [row for row in rows if row]
        if not rows or any(n.tag in {*_LISTS, "table"} for n in node.walk() if n is not node):
            return [text for cell in node.within("td", "th") for text in self.blocks(cell)]
        width = max(len(row) for row in rows)
        rows = [row + [""] * (width - len(row)) for row in rows]
        lines = [rows[0], ["---"] * width, *rows[1:]]
        return ["\n".join(f"| {' | '.join(row)} |" for row in lines)]

    def _line(self, children: list[Node | str]) -> str:
        raw = escape_html("".join(self._inline(child) for child in children))
        lines = [line.strip() for line in squeezed(raw).split(_BREAK)]
        return "  \n".join(lines).strip()

    def _inline(self, child: Node | str) -> str:
        if isinstance(child, str):
            return escape_marks(child.replace(_BREAK, ""))
        if child.tag in SILENT or child.tag in _PICTURES or child.tag in _MEDIA:
            return self._silent(child)
        if child.tag == "br":
            return _BREAK
        inside = "".join(self._inline(each) for each in child.children)
        if child.tag in _MARKS:
            return _around(inside, _MARKS[child.tag])
        if child.tag in ("code", "kbd", "samp", "tt"):
            return self._code(child, inside)
        if child.tag in _SCRIPTS:
            return self._raised(child, inside)
        if child.tag == "a":
            return self._link(child, inside)
        if child.tag in ("del", "s", "strike"):
            self.notes.lose("struck-out text", "it is kept as plain text")
        return inside

    def _silent(self, node: Node) -> str:
        if node.tag in _PICTURES and node.tag != "svg":
            alt = node.get("alt") or node.text()
            name = escape_marks(squeezed(alt).strip()) or "without a description"
            self.notes.lose("a picture", "a text holds no pictures; its description is kept")
            return f"(picture: {name})"
        what = "a formula" if node.tag == "math" else f"<{node.tag}>"
        if node.tag in ("script", "style", "head", "template", "noscript"):
            self.notes.lose(what, "code and styles are never taken over")
        else:
            self.notes.lose(what, "a text holds words only")
        return ""

    def _code(self, node: Node, inside: str) -> str:
        text = squeezed(node.text()).strip()
        return f"`{text}`" if text and not set(text) & set("`<&") else inside

    def _raised(self, node: Node, inside: str) -> str:
        text, table = node.text().strip(), _SCRIPTS[node.tag]
        if all(ord(character) in table for character in text):
            return text.translate(table)
        self.notes.lose(f"{node.tag}erscript" if node.tag == "sup" else "subscript", _FLAT)
        return inside

    def _link(self, node: Node, inside: str) -> str:
        target = node.get("href").strip()
        if _WEB.fullmatch(target) and inside.strip():
            return f"[{inside.strip().replace(']', chr(92) + ']')}]({target})"
        if target:
            self.notes.lose("a link", "only links to https:// addresses are kept; its words are")
        return inside


_FLAT = "there is no such character; it is kept in the line"


def _is_block(node: Node) -> bool:
    return node.tag in _BLOCKS or node.tag in _LISTS or node.tag in _HEADINGS


def _around(text: str, mark: str) -> str:
    """The text between marks, its outer blanks outside of them, where Markdown wants them."""
    inner = text.strip(" \t\r\n\f")
    if not inner or _BREAK in inner or inner.startswith("*") or inner.endswith("*"):
        return text
    start = text.index(inner)
    return f"{text[:start]}{mark}{inner}{mark}{text[start + len(inner) :]}"
