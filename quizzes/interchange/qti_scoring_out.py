"""Declares an item's answer in QTI 3.0 and scores it there by the rule that holds here."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from quizzes.interchange.own_parts import near_order
from quizzes.interchange.xml_out import element
from quizzes.items import Item
from quizzes.kinds.details import Concordance, Constructed, Matching, Numeric

_CARDINALITY = {"multiple": "multiple", "matching": "multiple", "ordering": "ordered"}
_BASE = {"matching": "directedPair", "numeric": "float", "constructed": "string"}
# Each choice made shows its own feedback; elsewhere all feedback is shown after the answer.
_CHOSEN = ("single", "multiple", "concordance", "hotspot")


def declarations(item: Item) -> list[Element]:
    """What the response is, which one is right, what each part of it earns, and the outcomes."""
    response = element(
        "qti-response-declaration",
        identifier="RESPONSE",
        cardinality=_CARDINALITY.get(item.kind, "single"),
        base_type=_BASE.get(item.kind, "identifier"),
    )
    right = _right_values(item)
    if right:
        response.append(
            element("qti-correct-response", "", *(element("qti-value", value) for value in right))
        )
    entries = _mapping(item)
    if entries:
        response.append(_mapped(entries, bounded=item.kind == "multiple"))
    score = element(
        "qti-outcome-declaration", identifier="SCORE", cardinality="single", base_type="float"
    )
    score.set("normal-maximum", str(_maximum(item)))
    if item.kind == "constructed":
        score.set("external-scored", "human")
    feedback = element(
        "qti-outcome-declaration",
        identifier="FEEDBACK",
        cardinality="single" if _is_one_choice(item) else "multiple",
        base_type="identifier",
    )
    return [response, score, feedback]


def processing(item: Item) -> Element:
    """How the response becomes the score."""
    root = element("qti-response-processing")
    match item.details:
        case Numeric():
            root.append(_numeric(item.details))
        case Constructed():
            pass
        case _:
            root.append(_mapped_score() if _mapping(item) else _right_or_not())
    shown = _variable() if item.kind in _CHOSEN else _all_feedback(item)
    root.append(element("qti-set-outcome-value", "", shown, identifier="FEEDBACK"))
    return root


def feedbacks(item: Item) -> dict[str, str]:
    """The rationales by the name of the feedback that shows each."""
    found = {option.id: option.rationale for option in item.options}
    match item.details:
        case Matching(prompts):
            found |= {f"P{each.id}": each.rationale for each in prompts}
        case Numeric():
            found["R"] = item.details.rationale
            near = enumerate(item.details.near, start=1)
            found |= {f"N{number}": each.rationale for number, each in near}
        case Constructed():
            found["M"] = item.details.model
    return found


def as_float(share: Fraction) -> str:
    """A share as QTI writes numbers."""
    return f"{float(share):.10g}"


def _right_values(item: Item) -> list[str]:
    match item.details:
        case Matching(prompts):
            return [f"P{prompt.id} {prompt.key}" for prompt in prompts]
        case Numeric(value=value):
            return [str(value)]
    if item.kind == "ordering":
        return [option.id for option in item.options]
    return [option.id for option in item.keys]


def _mapping(item: Item) -> list[tuple[str, Fraction]]:
    """What each part of a response earns; empty where only the whole response counts."""
    match item.details:
        case Matching(prompts):
            return [(f"P{each.id} {each.key}", Fraction(1, len(prompts))) for each in prompts]
        case Concordance(panel):
            most = max(1, *panel)
            pairs = zip(item.options, panel, strict=True)
            return [(option.id, Fraction(votes, most)) for option, votes in pairs]
    if item.kind != "multiple":
        return []
    part = Fraction(1, max(1, len(item.keys)))
    return [(option.id, part if option.key else -part) for option in item.options]


def _mapped(entries: Iterable[tuple[str, Fraction]], *, bounded: bool) -> Element:
    made = element("qti-mapping", default_value="0")
    if bounded:
        made.set("lower-bound", "0")
        made.set("upper-bound", "1")
    for key, value in entries:
        made.append(element("qti-map-entry", map_key=key, mapped_value=as_float(value)))
    return made


def _mapped_score() -> Element:
    mapped = element("qti-map-response", identifier="RESPONSE")
    return element("qti-set-outcome-value", "", mapped, identifier="SCORE")


def _right_or_not() -> Element:
    asked = element("qti-match", "", _variable(), element("qti-correct", identifier="RESPONSE"))
    condition = element("qti-response-condition")
    condition.append(element("qti-response-if", "", asked, _set_score(Fraction(1))))
    condition.append(element("qti-response-else", "", _set_score(Fraction(0))))
    return condition


def _numeric(details: Numeric) -> Element:
    condition = element("qti-response-condition")
    bands = [(details.value, details.tolerance, Fraction(1))]
    ordered = (details.near[place] for place in near_order(details))
    bands += [(near.value, near.tolerance, near.share) for near in ordered]
    for number, (value, tolerance, share) in enumerate(bands):
        branch = SubElement(condition, "qti-response-else-if" if number else "qti-response-if")
        branch.append(_within(value, tolerance))
        branch.append(_set_score(share))
    condition.append(element("qti-response-else", "", _set_score(Fraction(0))))
    return condition


def _within(value: Decimal, tolerance: Decimal) -> Element:
    return element(
        "qti-equal",
        "",
        element("qti-base-value", str(value), base_type="float"),
        _variable(),
        tolerance_mode="absolute",
        tolerance=f"{tolerance} {tolerance}",
    )


def _set_score(share: Fraction) -> Element:
    value = element("qti-base-value", as_float(share), base_type="float")
    return element("qti-set-outcome-value", "", value, identifier="SCORE")


def _variable() -> Element:
    return element("qti-variable", identifier="RESPONSE")


def _all_feedback(item: Item) -> Element:
    names = (element("qti-base-value", name, base_type="identifier") for name in feedbacks(item))
    return element("qti-multiple", "", *names)


def _is_one_choice(item: Item) -> bool:
    return item.kind in _CHOSEN and item.kind != "multiple"


def _maximum(item: Item) -> int:
    return item.details.points if isinstance(item.details, Constructed) else 1
