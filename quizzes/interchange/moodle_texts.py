"""The texts of Moodle XML, each in the style that its `format` names, as Markdown."""

import re

from quizzes.interchange.drafts import Notes
from quizzes.interchange.html_tree import parse_html
from quizzes.interchange.markdown_out import to_markdown
from quizzes.interchange.residue import NAMESPACE, Residue
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import from_plain, split_question, told_harmless

_HTML_LIKE = re.compile(r"</?[A-Za-z][^<>]*>|&[A-Za-z]+;|&#\d+;")


def first_text(node: Node | None, *, direct: bool = False) -> str:
    """The raw text of a part: of its `text` child, or its own when it has none."""
    if node is None:
        return ""
    child = node.first("text")
    if child is None or direct:
        return "".join(each for each in node.children if isinstance(each, str))
    return child.text()


def prose(node: Node | None, notes: Notes) -> str:
    """The Markdown of a part, by its format: html, markdown, plain_text or Moodle's own."""
    raw = first_text(node)
    if node is None or not raw.strip():
        return ""
    style = node.get("format", "html")
    if style == "markdown":
        return told_harmless(raw, notes)
    if style == "plain_text":
        return from_plain(raw)
    if style == "moodle_auto_format":
        if not _HTML_LIKE.search(raw):
            return from_plain(raw)
        raw = re.sub(r"\r?\n[ \t]*\r?\n", "<p>", raw)
    return to_markdown(parse_html(raw), notes)


def question_text(question: Node, residue: Residue, notes: Notes) -> tuple[str, str]:
    """Stem and lead-in, parted where this project joined them, else before the last paragraph."""
    text = prose(question.first("questiontext"), notes)
    lead_in = residue.part("texts").text("lead-in")
    if lead_in and text == lead_in:
        return "", lead_in
    if lead_in and text.endswith(f"\n\n{lead_in}"):
        return text.removesuffix(f"\n\n{lead_in}"), lead_in
    return split_question(text)


def is_extension(node: Node) -> bool:
    """Whether an element is this project's own."""
    return node.space == NAMESPACE
