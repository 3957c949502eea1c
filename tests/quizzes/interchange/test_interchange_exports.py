"""What others get: packages that hold together, and the marks that this project gives."""

import io
import zipfile
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from quizzes import (
    Bank,
    Item,
    Numeric,
    Specification,
    lost_elsewhere,
    mark,
    write_moodle,
    write_qti3,
)
from tests.extent import IN_FULL
from tests.quizzes.interchange.generated import FIGURES, banks, items

ENOUGH = settings(
    max_examples=100 if IN_FULL else 10,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
ASI = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
# The elements of QTI 3.0 that are written, and the HTML within them.
VOCABULARY = {
    *("assessment-item", "response-declaration", "correct-response", "value", "mapping"),
    *("map-entry", "outcome-declaration", "assessment-stimulus-ref", "item-body", "prompt"),
    *("choice-interaction", "order-interaction", "match-interaction", "hotspot-interaction"),
    *("text-entry-interaction", "extended-text-interaction", "simple-choice", "rubric-block"),
    *("simple-match-set", "simple-associable-choice", "hotspot-choice", "content-body"),
    *("response-processing", "response-condition", "response-if", "response-else-if"),
    *("response-else", "match", "equal", "variable", "correct", "base-value", "multiple"),
    *("set-outcome-value", "map-response", "modal-feedback"),
}
HTML = {
    *("p", "div", "ul", "ol", "li", "em", "strong", "code", "a", "br", "hr", "blockquote"),
    *("table", "thead", "tbody", "tr", "th", "td", "img"),
}
# The order in which the schema wants the parts of an item.
ORDER = (
    *("response-declaration", "outcome-declaration", "assessment-stimulus-ref", "item-body"),
    *("response-processing", "modal-feedback"),
)


def unzipped(bank: Bank) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(write_qti3(bank, FIGURES))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def bank_of(item: Item) -> Bank:
    return Bank("drawn", "Drawn", "en-GB", Specification((), 80, "None."), (item,))


@given(banks())
@ENOUGH
def test_a_package_names_every_file_it_holds_and_holds_every_file_it_names(bank: Bank) -> None:
    files = unzipped(bank)
    root = ElementTree.fromstring(files["imsmanifest.xml"])
    resources = [node for node in root.iter() if node.tag.endswith("}resource")]
    named = {node.get("href") for resource in resources for node in resource if node.get("href")}
    assert named == set(files) - {"imsmanifest.xml"}
    identifiers = [resource.get("identifier") for resource in resources]
    assert len(identifiers) == len(set(identifiers))
    needed = [node.get("identifierref") for node in root.iter() if node.get("identifierref")]
    assert set(needed) <= set(identifiers)


@given(banks())
@ENOUGH
def test_an_item_speaks_only_the_vocabulary_of_qti_and_in_its_order(bank: Bank) -> None:
    for name, content in unzipped(bank).items():
        if not name.startswith("items/"):
            continue
        root = ElementTree.fromstring(content)
        for node in root.iter():
            word = node.tag.removeprefix(ASI)
            assert word.removeprefix("qti-") in VOCABULARY or word in HTML, word
        places = [ORDER.index(child.tag.removeprefix(f"{ASI}qti-")) for child in root]
        assert places == sorted(places)


@pytest.mark.parametrize("kind", ["single", "multiple", "matching", "concordance", "hotspot"])
@given(data=st.data())
@ENOUGH
def test_qti_scores_choices_as_this_project_does(kind: str, data: st.DataObject) -> None:
    item = data.draw(items(kind))
    answer = data.draw(answers(item))
    scored = qti_score(root_of(item), qti_response(item, answer))
    assert abs(scored - mark(item, answer)) < Fraction(1, 10**6)


@given(data=st.data())
@ENOUGH
def test_qti_scores_numbers_as_this_project_does(data: st.DataObject) -> None:
    item = data.draw(items("numeric"))
    assert isinstance(item.details, Numeric)
    values = [item.details.value, *(near.value for near in item.details.near)]
    value = data.draw(st.sampled_from(values)) + data.draw(st.decimals(-100, 100, places=2))
    answer = f"{value:f} {item.details.unit}".strip()
    scored = qti_score(root_of(item), [f"{value:f}"])
    assert abs(scored - mark(item, answer)) < Fraction(1, 10**6)


@pytest.mark.parametrize("kind", ["single", "multiple", "concordance"])
@given(data=st.data())
@ENOUGH
def test_moodle_adds_up_to_the_mark_of_this_project(kind: str, data: st.DataObject) -> None:
    item = data.draw(items(kind))
    answer = data.draw(answers(item))
    root = ElementTree.fromstring(write_moodle(bank_of(item), FIGURES))
    fractions = [Fraction(Decimal(node.get("fraction", ""))) / 100 for node in root.iter("answer")]
    shares = dict(zip((option.id for option in item.options), fractions, strict=True))
    total = max(Fraction(0), sum((shares[letter] for letter in answer.split(",")), Fraction(0)))
    assert abs(total - mark(item, answer)) < Fraction(1, 10**5)


@given(items("numeric"))
@ENOUGH
def test_moodle_meets_the_near_value_that_earns_most_first(item: Item) -> None:
    root = ElementTree.fromstring(write_moodle(bank_of(item), FIGURES))
    fractions = [Decimal(node.get("fraction", "")) for node in root.iter("answer")]
    assert fractions == sorted(fractions, reverse=True)


@pytest.mark.parametrize("target", ["qti3", "moodle"])
@given(bank=banks())
@settings(ENOUGH, max_examples=5)
def test_an_export_tells_for_every_item_what_others_do_not_show(target: str, bank: Bank) -> None:
    told = lost_elsewhere(bank, target)  # type: ignore[arg-type]
    assert set(told) == {item.id for item in bank.items}
    assert all(losses for losses in told.values())


@st.composite
def answers(draw, item: Item) -> str:  # type: ignore[no-untyped-def]
    """A canonical answer to an item with choices."""
    letters = [option.id for option in item.options]
    if item.kind == "multiple":
        return ",".join(sorted(draw(st.sets(st.sampled_from(letters), min_size=1))))
    if item.kind == "matching":
        chosen = [f"{p.id}{draw(st.sampled_from(letters))}" for p in item.details.prompts]  # type: ignore[union-attr]
        return ",".join(chosen)
    return str(draw(st.sampled_from(letters)))


def qti_response(item: Item, answer: str) -> list[str]:
    """The answer as a QTI player would hold it."""
    parts = answer.split(",")
    return [f"P{part[0]} {part[1]}" for part in parts] if item.kind == "matching" else parts


def root_of(item: Item) -> Element:
    (name,) = [name for name in unzipped(bank_of(item)) if name.startswith("items/")]
    return ElementTree.fromstring(unzipped(bank_of(item))[name])


def qti_score(root: Element, response: list[str]) -> Fraction:
    """SCORE by the item's own response processing: a player in thirty lines."""
    score = Fraction(0)
    for rule in root.find(f"{ASI}qti-response-processing") or ():
        if rule.tag == f"{ASI}qti-set-outcome-value" and rule.get("identifier") == "SCORE":
            score = mapped(root, response)
        if rule.tag == f"{ASI}qti-response-condition":
            branches = (b for b in rule if b.tag.endswith("else") or holds(root, b[0], response))
            values = next(branches).iter(f"{ASI}qti-base-value")
            score = Fraction(Decimal(list(values)[-1].text or ""))
    return score


def holds(root: Element, test: Element, response: list[str]) -> bool:
    right = [node.text or "" for node in root.iter(f"{ASI}qti-value")]
    if test.tag == f"{ASI}qti-match":
        return sorted(right) == sorted(response)
    value = Decimal(test.find(f"{ASI}qti-base-value").text or "")  # type: ignore[union-attr]
    below, above = (Decimal(part) for part in test.get("tolerance", "").split())
    return value - below <= Decimal(response[0]) <= value + above


def mapped(root: Element, response: list[str]) -> Fraction:
    (mapping,) = root.iter(f"{ASI}qti-mapping")
    worth = {e.get("map-key"): Fraction(Decimal(e.get("mapped-value", ""))) for e in mapping}
    total = sum((worth.get(part, Fraction(0)) for part in response), Fraction(0))
    low, high = mapping.get("lower-bound"), mapping.get("upper-bound")
    total = total if low is None else max(total, Fraction(low))
    return total if high is None else min(total, Fraction(high))
