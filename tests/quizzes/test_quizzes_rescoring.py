"""Rulings on flawed items: what each remedy does, and the laws that hold for any attempt."""

import dataclasses
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import (
    REMEDIES,
    AttemptState,
    Awaiting,
    Item,
    NothingLeft,
    Paper,
    Response,
    Rules,
    Ruling,
    Score,
    Slot,
    UnfitRuling,
    key_text,
    read_ruling,
    replay,
    rescore,
    score,
)
from tests.quizzes.kind_samples import ITEMS, PLAIN, options

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LETTERS = "abcd"


def an_item(number: int, key: str = "b", *, safety_critical: bool = False) -> Item:
    return dataclasses.replace(
        PLAIN,
        id=f"SS-{number:03}",
        options=options(LETTERS, key),
        safety_critical=safety_critical,
    )


def a_paper(items: list[Item], cut_percent: int = 80, rules: Rules | None = None) -> Paper:
    slots = tuple(Slot(item.id, item.content_hash, tuple(LETTERS)) for item in items)
    return Paper("set-and-setting", slots, cut_percent, rules or Rules())


def answered(given: dict[int, str], certainty: int | None = None) -> AttemptState:
    return replay(Response(n, 1, answer, NOON, certainty) for n, answer in given.items())


def by_id(items: list[Item]) -> dict[str, Item]:
    return {item.id: item for item in items}


@dataclasses.dataclass(frozen=True)
class Sat:
    """An attempt, as much of it as scoring needs."""

    paper: Paper
    items: dict[str, Item]
    state: AttemptState

    def under(self, *rulings: Ruling) -> Score:
        found = rescore(self.paper, self.items, self.state, None, rulings)
        assert isinstance(found, Score)
        return found


def ten(right: int, cut_percent: int = 80, **rules: object) -> Sat:
    """Ten items, the first so many of them right."""
    items = [an_item(n) for n in range(1, 11)]
    state = answered({n: "b" if n <= right else "a" for n in range(1, 11)})
    return Sat(a_paper(items, cut_percent, Rules(**rules)), by_id(items), state)  # type: ignore[arg-type]


# --- what each remedy does --------------------------------------------------------------------


def test_full_credit_gives_the_mark_whatever_was_answered() -> None:
    found = ten(7).under(Ruling("SS-010", "full-credit"))
    assert (found.points, found.maximum, found.passed) == (8, 10, True)


def test_full_credit_reaches_who_left_the_item_out() -> None:
    items = [an_item(1), an_item(2)]
    sat = Sat(a_paper(items, 50), by_id(items), answered({}))
    assert sat.under(Ruling("SS-001", "full-credit")).points == 1


def test_a_dropped_item_is_in_neither_points_nor_maximum() -> None:
    found = ten(8).under(Ruling("SS-010", "drop"))
    assert (found.points, found.maximum, found.marks[9]) == (8, 9, 0)
    assert len(found.marks) == 10


def test_a_drop_can_cost_a_pass_unless_passes_are_kept() -> None:
    """8 of 10 are 80 %, but 7 of 9 are 77.8 %: who had the dropped item right may fall below."""
    sat = ten(8)
    assert not sat.under(Ruling("SS-001", "drop", keeps_passes=False)).passed
    kept = sat.under(Ruling("SS-001", "drop"))
    assert (kept.points, kept.maximum, kept.passed) == (7, 9, True)


def test_a_new_key_marks_by_it_alone_and_several_keys_by_any() -> None:
    sat = ten(7)
    assert sat.under(Ruling("SS-010", "new-key", ("a",))).points == 8
    assert sat.under(Ruling("SS-001", "new-key", ("a",))).points == 6
    assert sat.under(Ruling("SS-001", "new-key", ("a", "b"))).points == 7


def test_of_several_rulings_on_an_item_the_last_holds() -> None:
    sat = ten(7)
    dropped = Ruling("SS-001", "drop", keeps_passes=False)
    assert sat.under(dropped, Ruling("SS-001", "full-credit")).points == 7
    back = Ruling("SS-001", "as-published", keeps_passes=False)
    assert sat.under(dropped, back) == sat.under()


def test_full_credit_pays_a_whole_point_however_unsure_the_learner_was() -> None:
    items = [an_item(1), an_item(2)]
    paper = a_paper(items, 50, Rules(certainty="marked"))
    sat = Sat(paper, by_id(items), answered({1: "a", 2: "b"}, certainty=1))
    assert sat.under().points == Fraction(1, 3)
    assert sat.under(Ruling("SS-001", "full-credit")).points == Fraction(4, 3)


def test_a_safety_miss_falls_with_its_item() -> None:
    items = [an_item(1, safety_critical=True), an_item(2), an_item(3)]
    paper = a_paper(items, 50, Rules(safety="must-resolve"))
    sat = Sat(paper, by_id(items), answered({1: "a", 2: "b", 3: "b"}, certainty=3))
    assert not sat.under().passed
    assert sat.under().confident_misses == ("SS-001",)
    for remedy in ("drop", "full-credit"):
        found = sat.under(Ruling("SS-001", remedy))
        assert (found.passed, found.missed_safety, found.confident_misses) == (True, (), ())


def test_a_miss_that_was_made_good_does_not_come_back_with_a_ruling() -> None:
    items = [an_item(1, safety_critical=True), an_item(2), an_item(3), an_item(4)]
    paper = a_paper(items, 50, Rules(safety="must-resolve"))
    state = answered({1: "a", 2: "b", 3: "b", 4: "a"})
    ruling = Ruling("SS-004", "full-credit", keeps_passes=False)
    for made_good, passed in (((), False), (("SS-001",), True)):
        found = rescore(paper, by_id(items), state, None, [ruling], made_good)
        assert isinstance(found, Score)
        assert (found.points, found.passed) == (3, passed)


def test_a_pass_that_rests_on_a_re_check_is_kept_too() -> None:
    items = [an_item(1, safety_critical=True), an_item(2)]
    paper = a_paper(items, 50, Rules(safety="must-resolve"))
    ruling = Ruling("SS-002", "new-key", ("a",))
    found = rescore(paper, by_id(items), answered({1: "a", 2: "b"}), None, [ruling], ["SS-001"])
    assert isinstance(found, Score)
    assert (found.points, found.passed) == (0, True)


def test_an_answer_that_awaits_its_marker_no_longer_does_once_its_item_is_dropped() -> None:
    items = [an_item(1), dataclasses.replace(ITEMS["constructed"], id="SS-002")]
    sat = (a_paper(items), by_id(items), answered({1: "b", 2: "A text."}), None)
    assert rescore(*sat) == Awaiting((2,))
    found = rescore(*sat, [Ruling("SS-002", "drop")])
    assert isinstance(found, Score)
    assert (found.points, found.maximum, found.passed) == (1, 1, True)


def test_dropping_every_item_is_refused() -> None:
    items = [an_item(1), an_item(2)]
    sat = Sat(a_paper(items), by_id(items), answered({1: "b"}))
    with pytest.raises(NothingLeft):
        sat.under(Ruling("SS-001", "drop"), Ruling("SS-002", "drop"))


# --- reading a ruling -------------------------------------------------------------------------


def other_key(item: Item) -> str:
    """A whole answer that is not the key: the key read backwards, or the next letter."""
    key = key_text(item) or ""
    if item.kind == "ordering":
        return ",".join(reversed(key.split(",")))
    if item.kind == "matching":
        letters = sorted({part[1:] for part in key.split(",")})
        return ",".join(
            part[0] + letters[(letters.index(part[1:]) + 1) % len(letters)]
            for part in key.split(",")
        )
    if item.kind == "numeric":
        return "500 ms"
    return next(option.id for option in item.options if not option.key)


@pytest.mark.parametrize(
    "kind", ["single", "multiple", "numeric", "matching", "ordering", "hotspot"]
)
def test_a_new_key_earns_full_marks_and_the_old_one_no_longer(kind: str) -> None:
    item = ITEMS[kind]
    new, old = other_key(item), key_text(item)
    assert old is not None
    ruling = read_ruling(item, "new-key", [new, f" {new} "], keeps_passes=False)
    assert ruling.keys == (new,)
    paper = a_paper([item], 100)
    for answer, passed in ((new, True), (old, False)):
        found = rescore(paper, by_id([item]), answered({1: answer}), None, [ruling])
        assert isinstance(found, Score)
        assert found.passed is passed


@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_the_key_of_every_kind_earns_full_marks_or_there_is_none(kind: str) -> None:
    item = ITEMS[kind]
    key = key_text(item)
    if key is None:
        assert kind in ("concordance", "constructed")
        with pytest.raises(UnfitRuling, match="no key"):
            read_ruling(item, "new-key", ["a"])
        return
    found = score(a_paper([item], 100), by_id([item]), answered({1: key}))
    assert isinstance(found, Score)
    assert found.passed
    with pytest.raises(UnfitRuling, match="already"):
        read_ruling(item, "new-key", [key])


@pytest.mark.parametrize(
    ("kind", "keys", "why"),
    [
        ("single", [], "one right answer"),
        ("single", ["z"], "no such option"),
        ("matching", ["1a"], "whole item"),
        ("numeric", ["1 s"], "own unit"),
        ("numeric", ["soon"], "digits"),
    ],
)
def test_a_key_that_cannot_be_is_explained(kind: str, keys: list[str], why: str) -> None:
    with pytest.raises(UnfitRuling, match=why):
        read_ruling(ITEMS[kind], "new-key", keys)


# --- laws -------------------------------------------------------------------------------------

SIZE = 5
ANSWERS = st.lists(
    st.tuples(st.sampled_from([*LETTERS, None]), st.sampled_from([None, 1, 2, 3])),
    min_size=SIZE,
    max_size=SIZE,
)


@st.composite
def sats(draw: st.DrawFn) -> Sat:
    items = [an_item(n, safety_critical=draw(st.booleans())) for n in range(1, SIZE + 1)]
    rules = Rules(
        certainty=draw(st.sampled_from(["off", "asked", "marked"])),
        safety=draw(st.sampled_from(["reported", "must-resolve"])),
    )
    steps = [
        Response(n, 1, answer, NOON, certainty)
        for n, (answer, certainty) in enumerate(draw(ANSWERS), start=1)
        if answer is not None
    ]
    return Sat(a_paper(items, draw(st.integers(1, 100)), rules), by_id(items), replay(steps))


@st.composite
def rulings(draw: st.DrawFn, **fixed: object) -> Ruling:
    remedy = fixed.get("remedy") or draw(st.sampled_from(REMEDIES))
    keys = draw(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=2, unique=True))
    kept = fixed.get("keeps_passes")
    return Ruling(
        f"SS-{draw(st.integers(1, SIZE - 1)):03}",  # one item always stays, so that a score is left
        remedy,  # type: ignore[arg-type]
        tuple(keys) if remedy == "new-key" else (),
        draw(st.booleans()) if kept is None else bool(kept),
    )


MANY = st.lists(rulings(), max_size=4)


@given(sats())
def test_without_a_ruling_it_is_the_score(sat: Sat) -> None:
    assert sat.under() == score(sat.paper, sat.items, sat.state)


@given(sats(), MANY)
def test_a_score_stays_within_bounds_and_is_the_same_each_time(
    sat: Sat, many: list[Ruling]
) -> None:
    found = sat.under(*many)
    assert 0 <= found.points <= found.maximum <= SIZE
    assert len(found.marks) == SIZE
    assert sat.under(*many) == found


@given(sats(), MANY, rulings())
def test_a_ruling_applied_twice_changes_nothing(sat: Sat, many: list[Ruling], one: Ruling) -> None:
    assert sat.under(*many, one, one) == sat.under(*many, one)


@given(sats(), MANY, rulings(keeps_passes=True))
def test_nobody_fails_by_a_ruling_that_keeps_passes(
    sat: Sat, many: list[Ruling], one: Ruling
) -> None:
    assert sat.under(*many, one).passed >= sat.under(*many).passed


@given(sats(), rulings(remedy="full-credit", keeps_passes=False))
def test_full_credit_lowers_no_score_and_fails_nobody_even_so(sat: Sat, one: Ruling) -> None:
    before, after = sat.under(), sat.under(one)
    assert after.points >= before.points
    assert after.maximum == before.maximum
    assert after.passed >= before.passed
    assert set(after.missed_safety) <= set(before.missed_safety)


@given(sats(), rulings(remedy="drop", keeps_passes=False))
def test_a_drop_touches_no_mark_but_its_own(sat: Sat, one: Ruling) -> None:
    before, after = sat.under(), sat.under(one)
    gone = int(one.item_id.removeprefix("SS-")) - 1
    assert after.maximum == before.maximum - 1
    assert [m for n, m in enumerate(after.marks) if n != gone] == [
        m for n, m in enumerate(before.marks) if n != gone
    ]


@given(sats(), rulings(remedy="drop", keeps_passes=False))
def test_dropping_an_item_somebody_had_wrong_never_fails_them(sat: Sat, one: Ruling) -> None:
    gone = int(one.item_id.removeprefix("SS-")) - 1
    before = sat.under()
    if before.marks[gone] == 0:
        assert sat.under(one).passed >= before.passed


@given(sats(), rulings(remedy="new-key", keeps_passes=False), st.sampled_from(LETTERS))
def test_another_right_answer_beside_those_there_are_takes_no_mark_away(
    sat: Sat, one: Ruling, letter: str
) -> None:
    wider = dataclasses.replace(one, keys=(*one.keys, letter))
    assert all(b >= a for a, b in zip(sat.under(one).marks, sat.under(wider).marks, strict=True))


@given(sats(), MANY, st.integers(1, SIZE))
def test_taking_a_ruling_back_restores_the_marks(sat: Sat, many: list[Ruling], n: int) -> None:
    item = f"SS-{n:03}"
    others = [each for each in many if each.item_id != item]
    back = sat.under(*many, Ruling(item, "as-published", keeps_passes=False))
    assert (back.marks, back.points) == (sat.under(*others).marks, sat.under(*others).points)


@given(sats(), st.permutations([1, 2, 3]))
def test_rulings_on_different_items_may_come_in_any_order(sat: Sat, order: list[int]) -> None:
    each = {
        1: Ruling("SS-001", "drop", (), False),
        2: Ruling("SS-002", "full-credit", (), False),
        3: Ruling("SS-003", "new-key", ("a",), False),
    }
    assert sat.under(*(each[n] for n in order)) == sat.under(*each.values())
