"""Markdown source -> the tree of HTML in which other systems show it."""

import markdown

from quizzes.citations import without_citations
from quizzes.interchange.html_tree import parse_html
from quizzes.interchange.limits import MAX_TEXT
from quizzes.interchange.safe_xml import Node

_MOST_OPEN = 20
# Raw HTML stays text, and pictures and code blocks are no part of an item's text.
_NO_INLINE = ("html", "image_link", "image_reference", "short_image_ref")
_NO_REFERENCES = ("reference", "short_reference")
_NO_BLOCKS = ("code", "setextheader", "hashheader", "reference")


def to_tree(text: str) -> Node:
    """The text as a tree under a `div`, its citations left out; plain where it is no Markdown.

    Never raises: a text that would keep Markdown busy, or break it, comes back as it stands.
    """
    if len(text) > MAX_TEXT or _is_tangled(text):
        return Node("div", {}, [text])
    try:
        return parse_html(_machine().convert(without_citations(text)))
    except Exception:
        # Markdown breaks in many unannounced ways on text that nobody would write.
        return Node("div", {}, [text])


def to_line(text: str) -> Node:
    """A text of one paragraph without the paragraph around it."""
    tree = to_tree(text)
    blocks = [child for child in tree.children if not isinstance(child, str) or child.strip()]
    if len(blocks) == 1 and isinstance(blocks[0], Node) and blocks[0].tag == "p":
        return blocks[0]
    return tree


def _machine() -> markdown.Markdown:
    machine = markdown.Markdown(extensions=["tables", "sane_lists"])
    machine.preprocessors.deregister("html_block")
    for name in (*_NO_INLINE, *_NO_REFERENCES):
        machine.inlinePatterns.deregister(name)
    for name in _NO_BLOCKS:
        machine.parser.blockprocessors.deregister(name)
    return machine


def _is_tangled(text: str) -> bool:
    """Whether brackets open so deep that Markdown would look for their ends for minutes."""
    for opening, closing in ("[]", "()"):
        depth = 0
        for character in text:
            depth += (character == opening) - (character == closing)
            depth = max(depth, 0)
            if depth > _MOST_OPEN:
                return True
    return False
