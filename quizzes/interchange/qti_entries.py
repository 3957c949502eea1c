"""QTI interactions with an answer to write: text entry and extended text."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from quizzes.interchange import building
from quizzes.interchange.building import number
from quizzes.interchange.drafts import CannotRead, Draft, Notes
from quizzes.interchange.margins import numeric
from quizzes.interchange.markdown_out import to_markdown
from quizzes.interchange.own_parts import order_of, with_exact_values
from quizzes.interchange.qti_parts import Parts, content
from quizzes.interchange.residue import Residue
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import from_plain
from quizzes.kinds.details import Constructed, Criterion

_NUMBERS = ("float", "integer")


def text_entry(parts: Parts, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """A number with its margins, or words, whose accepted forms become the model answer."""
    if parts.declaration.base_type not in _NUMBERS:
        notes.lose("marking by comparing words", "a short answer is marked by a person")
        accepted = list(parts.declaration.right)
        accepted += [key for key, worth in parts.declaration.mapping.items() if worth > 0]
        model = "; ".join(from_plain(each) for each in dict.fromkeys(accepted))
        return replace(draft, kind="constructed", details=Constructed((), 0, model))
    bands = list(_bands(parts, notes))
    order = order_of(residue, len(bands) - 1)
    names = ["rationale", *(f"near-{place + 1}" for place in order)]
    keys = ["R", *(f"N{place + 1}" for place in order)]
    answers = []
    for (text, share), name, key in zip(bands, names, keys, strict=False):
        node = parts.feedback.get(key) or (parts.feedback.get("correct") if key == "R" else None)
        answers.append((text, share, residue.source(name, node, notes) if node else ""))
    details = with_exact_values(numeric(answers, notes), residue)
    return replace(draft, kind="numeric", details=details)


def extended_text(parts: Parts, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """A text marked by a person; criteria come from the scorers' rubric where it has points."""
    scoring = [each for each in parts.rubrics if "scorer" in each.get("view").split()]
    lines = [line for rubric in scoring for line in rubric.within("li") if line.get("data-points")]
    criteria = tuple(
        Criterion(str(place), residue.source(f"criterion-{place}", line, notes), _points(line))
        for place, line in enumerate(lines, start=1)
    )
    told = parts.feedback.get("M")
    model = residue.source("model", told, notes) if told else ""
    if not criteria and scoring:
        model = "\n\n".join(to_markdown(content(each), notes) for each in scoring)
        notes.keep("the scorers' rubric, as the model answer: turn it into criteria")
    details = Constructed(criteria, residue.whole("max_words"), model)
    return replace(draft, kind="constructed", details=details)


def _points(line: Node) -> int:
    value = number(line.get("data-points"))
    return int(value) if value is not None and 0 < value <= 1000 else 1


def _bands(parts: Parts, notes: Notes) -> Iterator[tuple[str, Fraction]]:
    """Each "value:margin" of the scoring with its share of the best one's worth."""
    found = [] if parts.processing is None else list(_scored(parts, parts.processing, notes))
    if not found:
        found = [(f"{key}:0", worth) for key, worth in parts.declaration.mapping.items()]
    if not found:
        found = [(f"{value}:0", Fraction(1)) for value in parts.declaration.right[:1]]
    best = max((worth for _, worth in found), default=Fraction(0))
    if best <= 0:
        raise CannotRead("It does not say which number is right.")
    yield from ((text, worth / best) for text, worth in found)


def _scored(parts: Parts, processing: Node, notes: Notes) -> Iterator[tuple[str, Fraction]]:
    for branch in processing.within("response-if", "response-else-if"):
        equals = branch.nodes("equal", "match")
        worth = [
            value
            for node in branch.nodes("set-outcome-value")
            if node.get("identifier") == "SCORE" and (value := _base(node)) is not None
        ]
        if len(equals) == 1:
            text = _margin(equals[0], parts, notes)
            if text:
                yield text, worth[0] if worth else Fraction(1)


def _margin(equal: Node, parts: Parts, notes: Notes) -> str:
    base = equal.first("base-value")
    text = base.text().strip() if base else next(iter(parts.declaration.right), "")
    value = number(text)
    margins = [number(part) for part in equal.get("tolerance").split()]
    if value is None:
        return ""
    mode = equal.get("tolerance-mode", "exact")
    if mode == "exact" or not margins or None in margins:
        return f"{text}:0"
    widest = max(margin for margin in margins if margin is not None)
    if any(margin != margins[0] for margin in margins):
        notes.lose("a margin that differs above and below", "a tolerance holds both ways")
    return f"{text}:{abs(value) * widest / 100 if mode == 'relative' else widest}"


def _base(node: Node) -> Fraction | None:
    base = node.first("base-value")
    value = number(base.text()) if base else None
    return None if value is None else Fraction(value).limit_denominator(building.FINEST_SHARE)
