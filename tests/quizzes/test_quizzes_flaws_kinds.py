"""The linter on kinds other than single best answer: what the corpus of examples leaves open."""

import dataclasses
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from quizzes import Item, Option
from quizzes.flaws import lint_items
from quizzes.kinds.details import (
    Constructed,
    Criterion,
    Details,
    Hotspot,
    Matching,
    Near,
    Numeric,
    Prompt,
    Region,
)

Shape = tuple[str, tuple[int, ...]]


def an_item(
    kind: str,
    options: tuple[str, ...],
    details: Details | None = None,
    lead_in: str = "Which steps should she take?",
) -> Item:
    return Item(
        id="SS-001",
        objective="M1-1",
        level="application",
        safety_critical=False,
        stem="A guest complains of glare.",
        lead_in=lead_in,
        options=tuple(
            Option(letter, text.removeprefix("*"), text.startswith("*"), "So.")
            for letter, text in zip("abcdefgh", options, strict=False)
        ),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
        kind=kind,  # type: ignore[arg-type]
        details=details,
    )


def found(item: Item) -> list[tuple[str, str]]:
    return [(p.code, p.severity) for p in lint_items("a.yaml", "en-GB", [item], {})]


@pytest.mark.parametrize(
    ("lead_in", "keys", "seen"),
    [
        ("Which steps should she take?", 2, []),
        ("Which two steps should she take?", 2, []),
        ("Which three steps should she take?", 2, [("NB-T09", "error")]),
        ("Choose 2 steps.", 3, [("NB-T09", "error")]),
        ("Which steps should she take?", 1, [("NB-T09", "warning")]),
        ("Select all that apply.", 2, []),
    ],
)
def test_a_multiple_response_has_as_many_keys_as_it_says(
    lead_in: str, keys: int, seen: list[tuple[str, str]]
) -> None:
    texts = ["Dim the lamps", "Close the window", "Move the sofa", "Call the nurse"]
    marked = tuple("*" * (n < keys) + text for n, text in enumerate(texts))
    assert found(an_item("multiple", marked, lead_in=lead_in)) == seen


def test_keys_that_are_all_longer_than_all_distractors_show() -> None:
    long = ("*Dim the lamps and wait for her to speak", "*Close the window and leave it closed")
    assert found(an_item("multiple", (*long, "Move the sofa", "Call her"))) == [
        ("NB-T04", "warning")
    ]
    assert found(an_item("multiple", (*long, "Move the sofa and open the door"))) == []


def test_a_word_of_the_question_in_every_key_and_no_distractor_shows() -> None:
    asks = "Which changes to the curtain help?"
    keys = ("*A thicker curtain", "*A darker curtain")
    assert found(an_item("multiple", (*keys, "A taller lamp"), lead_in=asks)) == [
        ("NB-T05", "warning")
    ]
    assert found(an_item("multiple", (*keys, "A longer curtain"), lead_in=asks)) == []
    mixed = ("*A thicker curtain", "*A darker shade", "A taller lamp")
    assert found(an_item("multiple", mixed, lead_in=asks)) == []


def test_a_prompt_whose_own_option_repeats_its_word_shows() -> None:
    options = ("The garden gate", "The cellar door", "The attic stair", "The hall")
    prompts = (
        Prompt("1", "It leads to the garden", "a", "So."),
        Prompt("2", "It is dark", "b", "So."),
    )
    item = an_item("matching", options, Matching(prompts), "Match each remark to its place.")
    assert found(item) == [("NB-T05", "warning")]
    swapped = Matching((dataclasses.replace(prompts[0], key="c"), prompts[1]))
    assert found(dataclasses.replace(item, details=swapped)) == []


def test_one_option_for_every_prompt_is_no_matching() -> None:
    prompts = tuple(Prompt(str(n), f"Remark {n}", "a", "So.") for n in (1, 2, 3))
    options = ("The gate", "The door", "The stair", "The hall")
    item = an_item("matching", options, Matching(prompts), "Match each remark to its place.")
    assert found(item) == [("matching-list", "warning")]


def a_hotspot(first: Shape, second: Shape, key: int = 0, width: int = 300) -> Item:
    regions = tuple(
        Region(option, shape, coords)  # type: ignore[arg-type]
        for option, (shape, coords) in zip("ab", (first, second), strict=True)
    )
    options = tuple("*" * (n == key) + text for n, text in enumerate(("The desk", "The sofa")))
    details = Hotspot("room.svg", "A plan of a room", width, 200, regions)
    return an_item("hotspot", options, details, "Where is the lamp?")


SQUARE: Shape = ("rect", (0, 0, 60, 60))


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (("rect", (60, 0, 60, 60)), False),
        (("rect", (50, 0, 60, 60)), True),
        (("rect", (10, 10, 40, 40)), True),
        (("circle", (90, 30, 30)), False),
        (("circle", (80, 30, 30)), True),
        # The box of this circle meets the square's corner, the circle does not.
        (("circle", (84, 84, 30)), False),
        (("poly", (60, 0, 140, 0, 140, 80)), False),
        (("poly", (40, 0, 140, 0, 140, 80)), True),
        # A corner cut out of an L keeps clear of the square that stands in it.
        (("poly", (0, 60, 60, 60, 60, 0, 120, 0, 120, 120, 0, 120)), False),
    ],
)
def test_regions_that_share_ground_are_an_error_where_one_is_the_key(
    other: Shape, overlaps: bool
) -> None:
    error = [("region", "error")] if overlaps else []
    assert found(a_hotspot(SQUARE, other)) == error
    assert found(a_hotspot(other, SQUARE, key=1)) == error


def test_regions_of_two_distractors_may_overlap_with_a_warning() -> None:
    item = a_hotspot(SQUARE, ("rect", (50, 0, 60, 60)))
    assert isinstance(item.details, Hotspot)
    third = Region("c", "rect", (200, 100, 60, 60))
    options = (
        *(dataclasses.replace(option, key=False) for option in item.options),
        Option("c", "The hall", True, "So."),
    )
    details = dataclasses.replace(item.details, regions=(*item.details.regions, third))
    changed: dict[str, Any] = {"options": options, "details": details}
    assert found(dataclasses.replace(item, **changed)) == [("region", "warning")]


@pytest.mark.parametrize(
    ("side", "width", "seen"),
    [(24, 300, False), (23, 300, True), (47, 640, True), (48, 640, False)],
)
def test_a_region_is_large_enough_for_a_finger_on_a_phone(
    side: int, width: int, seen: bool
) -> None:
    """A figure 640 wide is shown at half its size on a phone 320 wide."""
    item = a_hotspot(("rect", (0, 0, side, side)), ("rect", (100, 100, 60, 60)), width=width)
    assert found(item) == ([("region", "warning")] if seen else [])


@pytest.mark.parametrize(("height", "seen"), [(100, False), (104, True)])
def test_a_region_covers_half_of_the_figure_at_most(height: int, seen: bool) -> None:
    item = a_hotspot(("rect", (0, 0, 300, height)), ("rect", (100, 140, 60, 60)))
    assert found(item) == ([("region", "warning")] if seen else [])


def messages(item: Item) -> list[str]:
    return [p.message.removeprefix("SS-001: ") for p in lint_items("a.yaml", "en-GB", [item], {})]


DIMS, OFFERS = "Dims the lamp first", "Offers another chair"
MODEL = "First I would dim the lamp, and then I would offer her another chair."


@pytest.mark.parametrize(
    ("criteria", "model", "said"),
    [
        ([(DIMS, 1), (OFFERS, 1)], MODEL, ""),
        ([(DIMS, 1)], MODEL, "the rubric gives 1 points"),
        ([(DIMS, 2), (OFFERS, 0)], MODEL, "criterion 2 is worth 0 points"),
        ([(DIMS, 1), ("Another chair", 1)], MODEL, "criterion 2 (“Another chair”) says too little"),
        ([(DIMS, 1), ("Offers a good chair", 1)], MODEL, "criterion 2 is in the eye of the marker"),
        ([(DIMS, 1), (DIMS, 1)], MODEL, "criteria 1 and 2 say the same"),
        ([(DIMS, 1), (OFFERS, 1)], "…", "there is no model answer"),
        ([(DIMS, 1), (OFFERS, 1)], MODEL * 3, "the model answer has 42 words, the limit is 40"),
        ([(DIMS, 1), (OFFERS, 1)], "I would dim the lamp.", "uses no word of criterion 2"),
    ],
)
def test_a_rubric_is_complete_and_earned_by_its_model(
    criteria: list[tuple[str, int]], model: str, said: str
) -> None:
    rubric = tuple(Criterion(str(n), *each) for n, each in enumerate(criteria, start=1))
    found_here = messages(an_item("constructed", (), Constructed(rubric, 40, model)))
    assert len(found_here) == bool(said)
    assert said in "".join(found_here)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("Dim the lamp", ""),
        ("Then dim the lamp", "option b says its place: “Then”"),
        ("Dim the lamp before leaving the room", "option b holds two steps (“before leaving”)"),
        ("Dim the lamp meanwhile", "the text of option b leaves its place open: “meanwhile”"),
        ("Greet the guest", "options a and b use nearly the same words"),
    ],
)
def test_each_step_has_one_place_and_does_not_tell_it(second: str, said: str) -> None:
    options = (
        "Greet the guest kindly" if "Greet" in second else "Ask her",
        second,
        "Write it down",
    )
    item = an_item("ordering", options, lead_in="Put the steps in order.")
    if "Greet" in second:
        first = dataclasses.replace(item.options[0], text="Greet the guest.")
        item = dataclasses.replace(item, options=(first, *item.options[1:]))
        assert any(said in message for message in messages(item))
    else:
        assert len(messages(item)) == bool(said)
        assert said in "".join(messages(item))


def test_a_rationale_that_leaves_a_place_open_shows() -> None:
    item = an_item("ordering", ("Ask", "Dim", "Write"), lead_in="Put the steps in order.")
    open_one = dataclasses.replace(item.options[1], rationale="It could also come last.")
    (said,) = messages(dataclasses.replace(item, options=(item.options[0], open_one)))
    assert said.startswith("the rationale of option b leaves its place open")


PROMPTS = (Prompt("1", "The the lamp", "a", "So so."), Prompt("2", "The rug", "b", "For for her."))
NEAR = Near(Decimal(9), Decimal(1), Fraction(1, 2), "At at noon.")
LUX = Numeric(Decimal(40), Decimal(2), "lux", (), "In in the hall.", (NEAR,))
PLAN = Hotspot("room.svg", "A plan of of a room", 300, 200, ())
ESSAY = Constructed(
    (Criterion("1", "Names the the lamp", 2),), 40, "The lamp is is lit lit, to to me."
)


@pytest.mark.parametrize(
    ("kind", "details", "places"),
    [
        ("matching", PROMPTS, ["prompt 1", "rationale 2"]),
        ("numeric", LUX, ["near value 1, rationale", "rationale"]),
        ("hotspot", PLAN, ["alt"]),
        ("constructed", ESSAY, ["criterion 1", "model answer"]),
    ],
)
def test_every_text_of_a_kind_is_read_for_its_words(
    kind: str, details: Any, places: list[str]
) -> None:
    item = an_item(kind, (), Matching(details) if kind == "matching" else details)
    twice = [m for m in messages(item) if "a word stands twice" in m]
    assert sorted(message.partition(":")[0] for message in twice) == sorted(places)


@pytest.mark.parametrize("part", ["stem", "lead_in", "text", "rationale"])
def test_every_text_of_an_item_is_read_for_its_words(part: str) -> None:
    item = an_item("single", ("*Dim the lamps", "Close the window", "Move the sofa"))
    flawed = "What is is the the matter?"
    if part in ("stem", "lead_in"):
        item = dataclasses.replace(item, **{part: flawed})
    else:
        changed = dataclasses.replace(item.options[1], **{part: flawed})
        item = dataclasses.replace(item, options=(item.options[0], changed, item.options[2]))
    names = {"stem": "stem", "lead_in": "lead-in", "text": "option b", "rationale": "rationale b"}
    assert any(m.startswith(f"{names[part]}: a word stands twice") for m in messages(item))
