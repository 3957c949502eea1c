"""Answers and marks of every kind: canonical texts, bounds, partial credit, and no way round."""

import dataclasses
import unicodedata
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import (
    KINDS,
    Concordance,
    Item,
    UnreadableAnswer,
    answer_from_fields,
    best_answer,
    item_from_document,
    item_to_document,
    mark,
    read_answer,
)
from tests.quizzes.kind_samples import ITEMS, PLAIN_NUMBER


def test_there_is_an_item_of_every_kind_here() -> None:
    assert tuple(ITEMS) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_of_every_kind_survives_its_document(kind: str) -> None:
    placed = dataclasses.replace(ITEMS[kind], domain="Safety", vignette="case", stage=2)
    for item in (ITEMS[kind], placed):
        again = item_from_document(item_to_document(item))
        assert again == item
        assert again.content_hash == item.content_hash
    assert placed.content_hash != ITEMS[kind].content_hash


@pytest.mark.parametrize(
    ("kind", "text", "canonical"),
    [
        ("single", " b \n", "b"),
        ("concordance", "e", "e"),
        ("hotspot", "c", "c"),
        ("multiple", "c, a", "a,c"),
        ("multiple", "a,a", "a"),
        ("matching", "2c,1a", "1a,2c"),
        ("matching", "4b, 4b", "4b"),
        ("ordering", "d, c,b,a", "d,c,b,a"),
        ("numeric", "450ms", "450 ms"),
        ("numeric", "  0450.00   ms ", "450 ms"),
        ("numeric", "0.45 S", "0.45 s"),
        ("numeric", "450000 μs", "450000 µs"),  # the Greek letter for the micro sign
        ("numeric", "-.50 ms", "-0.5 ms"),
        ("numeric", "\u22125 ms", "-5 ms"),
        ("numeric", "-0 ms", "0 ms"),
        ("numeric", "+3. ms", "3 ms"),
        ("constructed", "Cafe\u0301\r\nbar  \n", "Café\nbar"),
    ],
)
def test_answers_that_mean_the_same_become_the_same_text(
    kind: str, text: str, canonical: str
) -> None:
    assert read_answer(ITEMS[kind], text) == canonical


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((kind, text) for kind in KINDS for text in ("", "  \n", "\x00", "a\x00b", "\ud800")),
        *((kind, "a" * 4001) for kind in KINDS),
        *((kind, "a" * 10**6) for kind in KINDS),
        ("single", "f"),
        ("single", "a,b"),
        ("single", "A"),
        ("hotspot", "9,9"),
        ("multiple", "a,f"),
        ("multiple", "a,"),
        ("multiple", "-"),
        ("matching", "1a,1b"),
        ("matching", "5a"),
        ("matching", "1d"),
        ("matching", "a"),
        ("matching", "1"),
        ("ordering", "a,b,c"),
        ("ordering", "a,b,c,c"),
        ("ordering", "a,b,c,d,d"),
        ("numeric", "450"),
        ("numeric", "450 mg"),
        ("numeric", "ms"),
        ("numeric", "1,200 ms"),
        ("numeric", "4e2 ms"),
        ("numeric", "nan ms"),
        ("numeric", "--4 ms"),
        ("numeric", "." + " ms"),
        ("numeric", "٤٥٠ ms"),
        ("numeric", "1234567890123 ms"),
        ("constructed", "a\x07b"),
    ],
)
def test_what_cannot_be_an_answer_gets_a_sentence(kind: str, text: str) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        read_answer(ITEMS[kind], text)
    assert caught.value.message.endswith(".")


def test_a_plain_number_takes_no_unit() -> None:
    assert read_answer(PLAIN_NUMBER, "450.0") == "450"
    with pytest.raises(UnreadableAnswer, match="without a unit"):
        read_answer(PLAIN_NUMBER, "450 ms")


ANY_TEXT = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from("abcdef"), max_size=6).map(",".join),
    st.lists(st.sampled_from(["1a", "2b", "3c", "4a", "2c"]), max_size=5).map(",".join),
    st.permutations("abcd").map(",".join),
    st.builds(
        lambda number, unit: f"{number} {unit}",
        st.decimals(-(10**6), 10**6, places=4),
        st.sampled_from(["ms", "s", "µs", "μs", ""]),
    ),
)


@given(st.sampled_from([*ITEMS.values(), PLAIN_NUMBER]), ANY_TEXT)
def test_a_canonical_answer_reads_as_itself_and_its_mark_is_within_bounds(
    item: Item, text: str
) -> None:
    try:
        answer = read_answer(item, text)
    except UnreadableAnswer:
        return
    assert answer
    assert len(answer) <= 4000
    assert read_answer(item, answer) == answer
    assert unicodedata.is_normalized("NFC", answer)
    earned = mark(item, answer, {"1": 1, "2": 1})
    assert type(earned) is Fraction
    assert 0 <= earned <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_earns_nothing(kind: str) -> None:
    assert mark(ITEMS[kind], None) == 0


@pytest.mark.parametrize(
    ("kind", "answer", "earned"),
    [
        ("single", "b", "1"),
        ("single", "a", "0"),
        ("hotspot", "c", "1"),
        ("hotspot", "a", "0"),
        ("multiple", "a,c,e", "1"),
        ("multiple", "a,c", "2/3"),
        ("multiple", "a,b,c", "1/3"),
        ("multiple", "a,b", "0"),
        ("multiple", "b,d", "0"),
        ("multiple", "a,b,c,d,e", "1/3"),
        ("matching", "1a,2b,3c,4a", "1"),
        ("matching", "1a,2b,3c,4b", "3/4"),
        ("matching", "1a", "1/4"),
        ("matching", "1c", "0"),
        ("ordering", "a,b,c,d", "1"),
        ("ordering", "b,a,c,d", "5/6"),
        ("ordering", "b,a,d,c", "2/3"),
        ("ordering", "d,a,b,c", "1/2"),
        ("ordering", "c,d,a,b", "0"),  # two pairs of six: less than chance has it
        ("ordering", "d,c,b,a", "0"),
        ("numeric", "450 ms", "1"),
        ("numeric", "460 ms", "1"),
        ("numeric", "460.000000000001 ms", "0"),
        ("numeric", "0.44 s", "1"),
        ("numeric", "449999.5 µs", "1"),
        ("numeric", "400 ms", "1/2"),  # the larger of two shares that fit
        ("numeric", "0.41 s", "1/4"),
        ("numeric", "450 s", "0"),
        ("concordance", "c", "1"),
        ("concordance", "d", "2/3"),
        ("concordance", "b", "1/3"),
        ("concordance", "a", "0"),
    ],
)
def test_partial_credit_is_what_the_rules_say(kind: str, answer: str, earned: str) -> None:
    assert read_answer(ITEMS[kind], answer) == answer
    assert mark(ITEMS[kind], answer) == Fraction(earned)


def test_a_constructed_answer_awaits_every_criterion() -> None:
    item = ITEMS["constructed"]
    assert mark(item, "It.") is None
    assert mark(item, "It.", {"1": 2}) is None
    assert mark(item, "It.", {"1": 2, "2": 0}) == Fraction(2, 3)


@pytest.mark.parametrize("manual", [{"1": 3, "2": 0}, {"1": -1, "2": 0}, {"3": 0}])
def test_points_that_the_rubric_has_not_are_refused(manual: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="SS-001"):
        mark(ITEMS["constructed"], "It.", manual)


@given(st.sets(st.sampled_from("abcde"), min_size=1), st.sampled_from("ace"))
def test_one_more_key_never_lowers_the_mark(chosen: set[str], key: str) -> None:
    item = ITEMS["multiple"]
    before, after = (mark(item, ",".join(sorted(each))) for each in (chosen, {*chosen, key}))
    assert before is not None
    assert after is not None
    assert after >= before


@given(st.sets(st.sampled_from("abcde"), min_size=1), st.sampled_from("bd"))
def test_one_more_wrong_choice_never_raises_the_mark(chosen: set[str], wrong: str) -> None:
    item = ITEMS["multiple"]
    before, after = (mark(item, ",".join(sorted(each))) for each in (chosen, {*chosen, wrong}))
    assert before is not None
    assert after is not None
    assert after <= before


@given(
    st.dictionaries(st.sampled_from("1234"), st.sampled_from("abc"), min_size=1),
    st.sampled_from("1234"),
)
def test_one_more_right_match_never_lowers_the_mark(matches: dict[str, str], prompt: str) -> None:
    item = ITEMS["matching"]
    keys = dict(zip("1234", "abca", strict=True))
    better = {**matches, prompt: keys[prompt]}
    before, after = (
        mark(item, ",".join(f"{n}{each[n]}" for n in sorted(each))) for each in (matches, better)
    )
    assert before is not None
    assert after is not None
    assert after >= before


def test_a_swap_towards_the_right_order_never_lowers_the_mark() -> None:
    item = ITEMS["ordering"]
    for order in permutations("abcd"):
        for n in range(3):
            if order[n] > order[n + 1]:
                better = (*order[:n], order[n + 1], order[n], *order[n + 2 :])
                before, after = mark(item, ",".join(order)), mark(item, ",".join(better))
                assert before is not None
                assert after is not None
                assert after >= before


@given(st.sampled_from(["single", "multiple", "matching", "hotspot", "concordance"]), st.data())
def test_where_an_option_stands_has_no_part_in_its_mark(kind: str, data: st.DataObject) -> None:
    """Papers shuffle what is shown; the letters of the file are what is stored and marked."""
    item = ITEMS[kind]
    order = data.draw(st.permutations(range(len(item.options))))
    details = item.details
    if isinstance(details, Concordance):
        details = Concordance(tuple(details.panel[n] for n in order))
    moved = dataclasses.replace(
        item, options=tuple(item.options[n] for n in order), details=details
    )
    letter = data.draw(st.sampled_from([option.id for option in item.options]))
    answer = f"1{letter}" if kind == "matching" else letter
    assert mark(moved, answer) == mark(item, answer)


@pytest.mark.parametrize(
    ("kind", "fields", "answer"),
    [
        ("single", {"answer": ["b"]}, "b"),
        ("single", {"answer": [""]}, None),
        ("single", {}, None),
        ("single", {"answer": []}, None),
        ("multiple", {"answer": ["c", "a"]}, "a,c"),
        ("multiple", {"answer": [" "]}, None),
        ("matching", {"answer-1": ["b"], "answer-3": ["a"], "answer-2": [""]}, "1b,3a"),
        ("matching", {"answer-1": [""]}, None),
        (
            "ordering",
            {"place-a": ["2"], "place-b": ["1"], "place-c": ["4"], "place-d": ["3"]},
            "b,a,d,c",
        ),
        ("ordering", {"place-a": [""], "place-b": [""]}, None),
        ("numeric", {"answer": ["450"], "unit": ["ms"]}, "450 ms"),
        ("numeric", {"answer": ["0.45 s"], "unit": ["ms"]}, "0.45 s"),
        ("numeric", {"answer": [""], "unit": ["ms"]}, None),
        ("concordance", {"answer": ["a"]}, "a"),
        ("hotspot", {"answer": ["a"]}, "a"),
        ("constructed", {"answer": ["Two\r\nlines "]}, "Two\nlines"),
    ],
)
def test_a_form_without_script_says_the_same(
    kind: str, fields: dict[str, list[str]], answer: str | None
) -> None:
    assert answer_from_fields(ITEMS[kind], fields) == answer


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("single", {"answer": ["f"]}),
        ("multiple", {"answer": ["a", "f"]}),
        ("matching", {"answer-1": ["x"]}),
        ("ordering", {"place-a": ["1"]}),
        ("ordering", {f"place-{x}": ["1"] for x in "abcd"}),
        ("ordering", {f"place-{x}": [p] for x, p in zip("abcd", "1235", strict=True)}),
        ("numeric", {"answer": ["450"]}),
        ("numeric", {"answer": ["four"], "unit": ["ms"]}),
    ],
)
def test_a_form_filled_wrongly_gets_a_sentence(kind: str, fields: dict[str, list[str]]) -> None:
    with pytest.raises(UnreadableAnswer):
        answer_from_fields(ITEMS[kind], fields)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "constructed"])
def test_the_best_answer_earns_the_full_mark(kind: str) -> None:
    best = best_answer(ITEMS[kind])
    assert best is not None
    assert read_answer(ITEMS[kind], best) == best
    assert mark(ITEMS[kind], best) == 1


def test_only_a_marker_knows_the_best_constructed_answer() -> None:
    assert best_answer(ITEMS["constructed"]) is None
