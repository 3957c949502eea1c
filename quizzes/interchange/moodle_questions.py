"""Each type of question of Moodle XML -> the kind of item that asks the same."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from quizzes.interchange import building
from quizzes.interchange.building import Choice, number, share_of_percent
from quizzes.interchange.drafts import CannotRead, Draft, Notes
from quizzes.interchange.limits import MAX_FIGURE_BYTES
from quizzes.interchange.margins import numeric
from quizzes.interchange.moodle_texts import first_text, prose
from quizzes.interchange.own_figures import hotspot_of, is_figure_name
from quizzes.interchange.own_parts import (
    concordance_of,
    criteria_of,
    with_exact_values,
    with_prompt_rationales,
    with_rationales,
)
from quizzes.interchange.residue import Residue
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import from_plain, harmless, one_line, plain
from quizzes.items import Option
from quizzes.kinds.details import Constructed, Hotspot, Numeric, Unit

# Sixty minutes are one hour, though a file says 0.0166666667.
_FINEST_FACTOR = 10_000


def choices(question: Node, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """Multiple choice with one answer or several, and the scales of this project."""
    read = [_choice(answer, notes) for answer in question.nodes("answer")]
    if not read:
        raise CannotRead("It has no answers.")
    fixed = first_text(question.first("shuffleanswers"), direct=True).strip() in ("false", "0")
    draft = replace(draft, fixed_order=fixed)
    details = concordance_of(residue, len(read))
    if residue.words("kind") == "concordance" and details is not None:
        options = with_rationales(building.options_of(read, ()), residue)
        return replace(draft, kind="concordance", options=options, details=details)
    says_single = first_text(question.first("single"), direct=True).strip() in ("true", "1")
    if says_single or (question.first("single") is None and building.is_single(read)):
        return replace(draft, options=with_rationales(building.single(read, notes), residue))
    options = with_rationales(building.multiple(read, notes), residue)
    return replace(draft, kind="multiple", options=options)


def true_or_false(question: Node, draft: Draft, _residue: Residue, notes: Notes) -> Draft:
    """A statement to judge, as two options in a fixed order."""
    told: dict[str, str] = {}
    right = ""
    for answer in question.nodes("answer"):
        word = first_text(answer).strip().lower()
        told[word] = prose(answer.first("feedback"), notes)
        right = word if _share(answer) >= 1 else right
    if right not in ("true", "false"):
        raise CannotRead("It does not say whether the statement is true or false.")
    options = building.true_or_false(right == "true", told.get("true", ""), told.get("false", ""))
    return replace(draft, options=options, fixed_order=True)


def short_answer(question: Node, draft: Draft, _residue: Residue, notes: Notes) -> Draft:
    """A short answer, whose accepted words become the model answer of a constructed one."""
    notes.lose("marking by comparing words", "a short answer is marked by a person with a rubric")
    accepted = []
    for answer in question.nodes("answer"):
        if _share(answer) > 0:
            accepted.append(from_plain(first_text(answer)))
        if told := prose(answer.first("feedback"), notes):
            notes.lose(f"feedback on an answer ({one_line(told)})", building.NO_PLACE)
    return replace(draft, kind="constructed", details=Constructed((), 0, "; ".join(accepted)))


def numerical(question: Node, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """A number with margins and units."""
    answers = []
    for answer in question.nodes("answer"):
        margin = first_text(answer.first("tolerance"), direct=True).strip() or "0"
        text = first_text(answer).strip()
        told = prose(answer.first("feedback"), notes)
        if text == "*" and told:
            notes.lose(f"feedback on all other answers ({one_line(told)})", building.NO_PLACE)
        answers.append((f"{text}:{margin}" if text != "*" else "*", _share(answer), told))
    details = _with_units(numeric(answers, notes), question, notes)
    return replace(draft, kind="numeric", details=with_exact_values(details, residue))


def matching(question: Node, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """Lines to match with a shared list."""
    pairs = []
    for part in question.nodes("subquestion"):
        raw = first_text(part.first("answer"))
        pairs.append((prose(part, notes), harmless(raw) if residue else from_plain(raw)))
    order = [harmless(text) for text in residue.list("options", str)]
    if sorted(order) == sorted({answer for _, answer in pairs if answer}):
        # Pairs without a prompt only name an option: they set the order and change nothing.
        pairs = [("", answer) for answer in order] + pairs
    options, details = building.matched(pairs)
    return replace(
        draft,
        kind="matching",
        options=with_rationales(options, residue),
        details=with_prompt_rationales(details, residue),
        fixed_order=_is_fixed(question) if residue else False,
    )


def ordering(question: Node, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """Steps to bring into order; they stand in the right one."""
    steps = [Choice(prose(answer, notes), Fraction(0)) for answer in question.nodes("answer")]
    if len(steps) < 2:
        raise CannotRead("It has fewer than two steps to order.")
    options = with_rationales(building.options_of(steps, ()), residue)
    return replace(draft, kind="ordering", options=options)


def essay(question: Node, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """A text marked by a person; what graders were told becomes the model answer."""
    limit = number(first_text(question.first("maxwordlimit"), direct=True) or "0") or Decimal(0)
    words = residue.whole("max_words") or int(limit)
    texts = residue.part("texts")
    model = texts.text("model") or prose(question.first("graderinfo"), notes)
    if model and not residue:
        notes.keep("information for graders, as the model answer")
    if prose(question.first("responsetemplate"), notes):
        notes.lose("the template for the answer", building.NO_PLACE)
    if first_text(question.first("attachments"), direct=True).strip() not in ("", "0"):
        notes.lose("files handed in with the answer", "an answer is text")
    return replace(
        draft, kind="constructed", details=Constructed(criteria_of(residue), words, model)
    )


def marker(question: Node, draft: Draft, residue: Residue, _notes: Notes) -> Draft:
    """A marker to set on a figure; only this project's own know the regions that are wrong."""
    details = hotspot_of(residue)
    if details is None:
        why = "the file says where the right place is, and not which other places are offered"
        raise CannotRead(f"Questions with markers on a picture are not read: {why}.")
    keys, texts = residue.part("figure").list("keys", str), residue.part("texts")
    options = tuple(
        Option(each.option, texts.text(f"option-{each.option}"), each.option in keys, "")
        for each in details.regions
    )
    return replace(
        draft, kind="hotspot", options=with_rationales(options, residue), details=details
    )


def figures_of(question: Node, draft: Draft, notes: Notes) -> Mapping[str, bytes]:
    """The figure of a hot spot, by the name its item gives it."""
    if not isinstance(draft.details, Hotspot):
        return {}
    for file in question.nodes("file"):
        name = file.get("name")
        if name == draft.details.figure and is_figure_name(name):
            return _decoded(name, file.text(), notes)
    notes.lose(f"the figure {one_line(draft.details.figure, 60)}", "the file does not hold it")
    return {}


def _decoded(name: str, text: str, notes: Notes) -> Mapping[str, bytes]:
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        notes.lose(f"the figure {name}", "its data are damaged")
        return {}
    if len(content) > MAX_FIGURE_BYTES:
        notes.lose(f"the figure {name}", f"it is larger than {MAX_FIGURE_BYTES // 1024} KiB")
        return {}
    return {name: content}


def _choice(answer: Node, notes: Notes) -> Choice:
    return Choice(prose(answer, notes), _share(answer), prose(answer.first("feedback"), notes))


def _share(answer: Node) -> Fraction:
    return share_of_percent(answer.get("fraction", "0"))


def _is_fixed(question: Node) -> bool:
    return first_text(question.first("shuffleanswers"), direct=True).strip() in ("false", "0")


def _factor(multiplier: Decimal) -> Fraction:
    """What a number in the unit is worth; a simple fraction where a file rounded one."""
    exact = 1 / Fraction(multiplier)
    simple = exact.limit_denominator(_FINEST_FACTOR)
    return simple if abs(simple - exact) * 10**6 < exact else exact


def _with_units(details: Numeric, question: Node, notes: Notes) -> Numeric:
    units: list[Unit] = []
    for unit in question.within("unit"):
        multiplier = number(first_text(unit.first("multiplier"), direct=True))
        name = plain(first_text(unit.first("unit_name"), direct=True))
        if multiplier is None or multiplier <= 0 or not name:
            notes.lose(f"the unit {one_line(name, 20)}", "its multiplier is no positive number")
        else:
            units.append(Unit(name, _factor(multiplier)))
    base = [unit for unit in units if unit.factor == 1]
    if units and not base:
        notes.lose("the units", "none of them is the unit of the value")
        return details
    ordered = tuple(sorted(units, key=lambda unit: unit not in base[:1]))
    return replace(details, unit=base[0].name, units=ordered) if base else details
