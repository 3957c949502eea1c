"""What a change of the facts touches: found exactly, in both directions, and nothing besides."""

from dataclasses import replace
from datetime import date
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from courses import (
    Checklist,
    ChecklistLine,
    Course,
    Fact,
    Practice,
    PracticeRule,
    Requirement,
    Standing,
    Teaching,
    compare_facts,
    impact,
    standings_of,
)
from tests.courses.course_samples import course, fact, lesson, module

IDS = [f"SET-{number:03}" for number in range(6)]
VARIANTS = st.builds(
    fact,
    id=st.none(),
    statement=st.sampled_from(["One.", "Two."]),
    strength=st.sampled_from(["RCT", "observational"]),
    status=st.sampled_from(["seen", "recalled"]),
    review_by=st.sampled_from([date(2027, 1, 1), date(2028, 1, 1)]),
)


@st.composite
def sheets(draw: st.DrawFn) -> dict[str, Fact]:
    chosen = draw(st.lists(st.sampled_from(IDS), unique=True))
    return {key: replace(draw(VARIANTS), id=key) for key in chosen}


STANDINGS = st.lists(
    st.builds(
        Standing,
        kind=st.sampled_from(["lesson", "item"]),
        key=st.sampled_from(["a", "b", "c"]),
        title=st.sampled_from(["Then", "Now"]),
        facts=st.frozensets(st.sampled_from(IDS)),
    ),
    max_size=6,
    unique_by=lambda standing: (standing.kind, standing.key),
).map(tuple)
TEACHINGS = st.builds(Teaching, facts=sheets(), standings=STANDINGS)


def sheet(*facts: Fact) -> dict[str, Fact]:
    return {each.id: each for each in facts}


def test_each_field_that_a_reader_would_notice_is_named() -> None:
    before = fact(statement="Then.", strength="RCT")
    after = fact(statement="Now.", strength="observational")
    (change,) = compare_facts(sheet(before), sheet(after))
    assert (change.fact_id, change.how, change.fields) == (
        "SET-001",
        "changed",
        ("statement", "strength"),
    )
    assert (change.before, change.after) == (before, after)


def test_a_later_review_date_changes_nothing_that_was_taught() -> None:
    reviewed = fact(as_of=date(2027, 1, 1), review_by=date(2029, 1, 1), links=("https://a.b",))
    assert compare_facts(sheet(fact()), sheet(reviewed)) == ()


def test_a_withdrawn_fact_touches_the_lesson_that_no_longer_names_it() -> None:
    before = Teaching(sheet(fact()), (Standing("lesson", "m/a", "Then", frozenset({"SET-001"})),))
    after = Teaching({}, (Standing("lesson", "m/a", "Now", frozenset()),))
    found = impact(before, after)
    assert [change.how for change in found.changes] == ["withdrawn"]
    assert [(each.key, each.title, each.facts) for each in found.touched] == [
        ("m/a", "Now", ("SET-001",))
    ]


def test_everything_of_a_course_that_cites_stands_on_its_facts() -> None:
    made: Course = course(
        replace(module(), lessons=(lesson("first", 1, citations=("SET-001", "SET-002")),))
    )
    standings = {(each.kind, each.key): each.facts for each in standings_of(made)}
    assert standings == {
        ("lesson", "first/lesson-1"): {"SET-001", "SET-002"},
        ("objective", "M1-1"): {"SET-001"},
    }


def practised() -> Course:
    """A course with one line of a checklist and one rule of practice."""
    line = ChecklistLine("PREP-1", "Explains it.", ("SET-001",))
    checklist = Checklist("preparation", "Preparation", "Watch.", date(2026, 11, 22), (line,))
    rule = PracticeRule("practicum-hours", 40, ("CO-PRAC",))
    return replace(course(), practice=Practice(rules=(rule,), checklists=(checklist,)))


def row(rule: str, confidence: Literal["seen", "recalled"] = "seen") -> Requirement:
    return Requirement("CO-PRAC", "Practicum", rule, "A rule", confidence, "issuer")


def test_a_changed_fact_reaches_the_line_by_which_somebody_is_judged() -> None:
    standings = standings_of(practised())
    before = Teaching(sheet(fact(statement="Then.")), standings)
    after = Teaching(sheet(fact(statement="Now.")), standings)
    (line,) = impact(before, after).of_kind("checklist-line")
    assert (line.key, line.title, line.facts) == (
        "preparation/PREP-1",
        "Preparation",
        ("SET-001",),
    )
    assert impact(before, after).of_kind("practice-rule") == ()


def test_a_changed_row_of_the_crosswalk_reaches_the_rule_that_rests_on_it() -> None:
    standings = standings_of(practised())

    def touched(then: dict[str, Requirement], now: dict[str, Requirement]) -> list[str]:
        found = impact(Teaching({}, standings, then), Teaching({}, standings, now))
        assert found.changes == ()
        return [each.key for each in found.touched]

    stated = {"CO-PRAC": row("h>=40")}
    assert touched(stated, stated) == []
    for other in ({"CO-PRAC": row("h>=50")}, {"CO-PRAC": row("h>=40", "recalled")}, {}):
        assert touched(stated, other) == touched(other, stated) == ["practicum-hours"]


@given(TEACHINGS)
def test_nothing_changes_against_itself(state: Teaching) -> None:
    found = impact(state, state)
    assert found.changes == () and found.touched == ()


@given(TEACHINGS, TEACHINGS)
def test_what_is_touched_is_exactly_what_stands_on_a_change(
    before: Teaching, after: Teaching
) -> None:
    found = impact(before, after)
    expected = {
        (each.kind, each.key)
        for each in (*before.standings, *after.standings)
        if each.facts & found.fact_ids
    }
    assert {(each.kind, each.key) for each in found.touched} == expected
    assert len(found.touched) == len(expected)
    for each in found.touched:
        assert set(each.facts) <= found.fact_ids and each.facts == tuple(sorted(each.facts))


@given(TEACHINGS, TEACHINGS)
def test_going_back_touches_the_same(before: Teaching, after: Teaching) -> None:
    there, back = impact(before, after), impact(after, before)
    assert there.fact_ids == back.fact_ids
    turned = {"added": "withdrawn", "withdrawn": "added", "changed": "changed"}
    assert [turned[change.how] for change in there.changes] == [c.how for c in back.changes]
    assert {(each.kind, each.key, each.facts) for each in there.touched} == {
        (each.kind, each.key, each.facts) for each in back.touched
    }


@given(sheets(), sheets())
def test_applying_the_changes_leads_from_one_sheet_to_the_other(
    before: dict[str, Fact], after: dict[str, Fact]
) -> None:
    """Up to what no reader would notice: dates and links."""
    patched = dict(before)
    for change in compare_facts(before, after):
        if change.after is None:
            del patched[change.fact_id]
        else:
            patched[change.fact_id] = change.after
    assert compare_facts(patched, after) == ()
