"""An item of QTI 2 or 3 taken apart: declarations, body, the one interaction, feedback, scoring."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from quizzes.interchange.building import number
from quizzes.interchange.drafts import CannotRead, Notes
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import one_line, plain

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
# What may stand in a body and is no part of the question's text.
_ASIDE = ("rubric-block", "feedback-block", "template-block", "template-inline", "stylesheet")
_ASIDE_TOLD = {
    "feedback-block": "feedback within the question",
    "feedback-inline": "feedback within the question",
    "template-block": "parts drawn by a template",
    "template-inline": "parts drawn by a template",
}
_BLANK = "_____"
_INLINE = ("text-entry-interaction", "inline-choice-interaction")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a response is, which one is right, and what each part earns."""

    cardinality: str
    base_type: str
    right: tuple[str, ...]
    mapping: dict[str, Fraction]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an item; `asks` is its body without the interaction and what stands aside."""

    name: str
    language: str
    asks: Node
    interaction: Node
    declaration: Declaration
    feedback: dict[str, Node]
    rubrics: tuple[Node, ...]
    processing: Node | None
    stimuli: tuple[str, ...]

    @property
    def is_all_or_nothing(self) -> bool:
        """Whether only the whole right response earns marks, as far as one can tell."""
        template = self.processing.get("template") if self.processing else ""
        if template:
            return "match_correct" in template or "CC2_match" in template
        return not self.declaration.mapping


def canonical(node: Node) -> Node:
    """The tree with QTI 3's names without their prefix, and QTI 2's written in the same way."""
    tag = _CAPITAL.sub(r"-\1", node.tag).lower()
    attributes = {_CAPITAL.sub(r"-\1", name).lower(): v for name, v in node.attributes.items()}
    children = [each if isinstance(each, str) else canonical(each) for each in node.children]
    return Node(tag.removeprefix("qti-"), attributes, children, node.space)


def take_apart(item: Node, notes: Notes) -> Parts:
    """The parts of a canonical item; CannotRead when it asks nothing, or more than one thing."""
    body = item.first("item-body")
    if body is None:
        raise CannotRead("It has no body.")
    if item.nodes("template-declaration"):
        raise CannotRead("Its texts or numbers are drawn anew by a template for each learner.")
    interactions = [node for node in body.walk() if node.tag.endswith("-interaction")]
    if not interactions:
        raise CannotRead("It has nothing to answer.")
    if len(interactions) > 1:
        raise CannotRead(f"It asks {len(interactions)} things at once; an item asks one.")
    _tell_the_rest(item, notes)
    interaction = interactions[0]
    rubrics = tuple(body.within("rubric-block"))
    return Parts(
        name=item.get("identifier") or item.get("title"),
        language=item.get("lang"),
        asks=_without(body, interaction, notes),
        interaction=interaction,
        declaration=_declaration(item, interaction),
        feedback=_feedback(item),
        rubrics=rubrics,
        processing=item.first("response-processing"),
        stimuli=tuple(ref.get("href") for ref in item.nodes("assessment-stimulus-ref")),
    )


def content(node: Node) -> Node:
    """The body of a block that may have one of its own."""
    return node.first("content-body") or node


def without_feedback(choice: Node) -> tuple[Node, Node | None]:
    """A choice without the feedback that QTI 2 may put inside it, and that feedback."""
    inside = choice.within("feedback-inline")
    children = [c for c in choice.children if isinstance(c, str) or c.tag != "feedback-inline"]
    return Node(choice.tag, choice.attributes, children), inside[0] if inside else None


def _without(body: Node, interaction: Node, notes: Notes) -> Node:
    children: list[Node | str] = []
    for child in body.children:
        if isinstance(child, str):
            children.append(child)
        elif child is interaction:
            children += [_BLANK] if child.tag in _INLINE else []
        elif child.tag in _ASIDE or child.tag == "feedback-inline":
            if child.tag in _ASIDE_TOLD:
                notes.lose(_ASIDE_TOLD[child.tag], "an item tells its reasons after the answer")
        else:
            children.append(_without(child, interaction, notes))
    return Node(body.tag, body.attributes, children, body.space)


def _declaration(item: Node, interaction: Node) -> Declaration:
    wanted = interaction.get("response-identifier")
    for node in item.nodes("response-declaration"):
        if node.get("identifier") == wanted:
            return _read_declaration(node)
    return Declaration("single", "identifier", (), {})


def _read_declaration(node: Node) -> Declaration:
    correct = node.first("correct-response")
    values = correct.nodes("value") if correct else []
    entries = [entry for mapping in node.nodes("mapping") for entry in mapping.nodes("map-entry")]
    worth = {entry.get("map-key"): number(entry.get("mapped-value")) for entry in entries}
    return Declaration(
        cardinality=node.get("cardinality", "single"),
        base_type=node.get("base-type", "identifier"),
        right=tuple(value.text().strip() for value in values),
        mapping={key: Fraction(value) for key, value in worth.items() if value is not None},
    )


def _feedback(item: Node) -> dict[str, Node]:
    return {node.get("identifier"): content(node) for node in item.nodes("modal-feedback")}


def _tell_the_rest(item: Node, notes: Notes) -> None:
    if item.get("adaptive") == "true":
        notes.lose("its adaptive course", "an item is answered once")
    if item.nodes("stylesheet") or item.within("stylesheet"):
        notes.lose("style sheets", "every item looks alike here")
    if item.within("catalog-info"):
        notes.lose("catalogs of supports", "an item has no place for them")
    if item.nodes("companion-materials-info"):
        notes.lose("companion materials", "an item has no place for them")


def words_of(tree: Node) -> str:
    """The words of a tree in one line, as an attribute can hold them."""
    return " ".join(plain(tree.text()).split())


def told_feedback(names: Sequence[str]) -> str:
    """How to name pieces of feedback in a report."""
    return f"feedback ({', '.join(one_line(name, 20) for name in names[:8])})"
