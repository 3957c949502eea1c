"""Reads one item of QTI 2.0 to 3.0 as a draft, by the kind of interaction it has."""

from collections.abc import Callable
from dataclasses import replace

from quizzes.interchange import qti_choices, qti_entries
from quizzes.interchange.building import NO_PLACE
from quizzes.interchange.drafts import CannotRead, Draft, Notes
from quizzes.interchange.markdown_out import to_markdown
from quizzes.interchange.qti_parts import Parts, canonical, take_apart, told_feedback
from quizzes.interchange.residue import Residue, restore_header
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import split_question

LEAD_IN, ANSWER = "pat-lead-in", "pat-answer"
_READERS: dict[str, Callable[[Parts, Draft, Residue, Notes], Draft]] = {
    "choice-interaction": qti_choices.choice,
    "inline-choice-interaction": qti_choices.choice,
    "order-interaction": qti_choices.order,
    "match-interaction": qti_choices.match,
    "hotspot-interaction": qti_choices.hotspot,
    "text-entry-interaction": qti_entries.text_entry,
    "extended-text-interaction": qti_entries.extended_text,
}


def read_item(item: Node, residue: Residue, notes: Notes) -> tuple[Draft, Parts]:
    """The draft of an item's root element, and its parts; CannotRead says why there is none."""
    parts = take_apart(canonical(item), notes)
    kind = parts.interaction.tag
    reader = _READERS.get(kind)
    if reader is None:
        name = kind.removesuffix("-interaction")
        raise CannotRead(f"Its {name} interaction has no kind of item like it.")
    stem, lead_in = _question(parts, residue, notes)
    draft = Draft("", "single", stem, lead_in, **restore_header(residue))
    draft = reader(parts, draft, residue, notes)
    if not residue:
        draft = _with_feedback(draft, parts, notes)
    return draft, parts


def _question(parts: Parts, residue: Residue, notes: Notes) -> tuple[str, str]:
    """Stem and lead-in: the interaction's prompt asks, else what stands before it does."""
    prompt = parts.interaction.first("prompt")
    marked = [node for node in parts.asks.walk() if LEAD_IN in node.get("class").split()]
    asks = marked[0] if marked else prompt
    stem = _without_marked(parts.asks)
    if asks is not None and (residue or to_markdown(asks)):
        return residue.source("stem", stem, notes), residue.source("lead-in", asks, notes)
    return split_question(to_markdown(stem, notes))


def _without_marked(node: Node) -> Node:
    kept = [
        child if isinstance(child, str) else _without_marked(child)
        for child in node.children
        if isinstance(child, str) or not {LEAD_IN, ANSWER} & set(child.get("class").split())
    ]
    return Node(node.tag, node.attributes, kept, node.space)


def _with_feedback(draft: Draft, parts: Parts, notes: Notes) -> Draft:
    """The draft, its one key explained by the feedback for the right answer if by nothing else."""
    used = {choice.get("identifier") for choice in parts.interaction.nodes()}
    spare = {name: node for name, node in parts.feedback.items() if name not in used}
    keys = [option for option in draft.options if option.key]
    if len(keys) == 1 and not keys[0].rationale and "correct" in spare:
        told = to_markdown(spare.pop("correct"), notes)
        options = (replace(o, rationale=told) if o.key else o for o in draft.options)
        draft = replace(draft, options=tuple(options))
        notes.keep("feedback on the right answer, as the rationale of the key")
    if spare:
        notes.lose(told_feedback(list(spare)), NO_PLACE)
    return draft
