"""Attempts: replay, what may happen next, and two stale tabs that retry after lost replies."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from quizzes import (
    Advance,
    Paper,
    Response,
    Rules,
    Slot,
    Step,
    Submission,
    decide_advance,
    decide_response,
    decide_submission,
    replay,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAPER = Paper("set-and-setting", tuple(Slot(f"SS-{n}", "0" * 64, tuple("cab")) for n in "123"), 80)
SLOTS = st.integers(1, 3)
OPTIONS = st.sampled_from("abc")

LATER = NOON + timedelta(minutes=1)


def the_first(option: str = "a", slot: int = 1) -> Response:
    return Response(slot, 1, option, NOON)


def test_an_attempt_begins_empty_and_open() -> None:
    state = replay([])
    assert dict(state.responses) == {}
    assert state.submitted_at is None
    assert state.unanswered(PAPER) == (1, 2, 3)


def test_the_latest_response_of_each_slot_stands() -> None:
    state = replay([the_first("a"), the_first("b", slot=2), Response(1, 2, "c", LATER)])
    assert {slot: r.answer for slot, r in state.responses.items()} == {1: "c", 2: "b"}
    assert state.unanswered(PAPER) == (3,)


@pytest.mark.parametrize(
    ("steps", "slot", "sequence", "option", "kind"),
    [
        ([], 1, 1, "a", "accept"),
        ([the_first()], 1, 2, "b", "accept"),
        ([the_first()], 1, 2, "a", "accept"),  # the same choice, made anew
        ([the_first()], 2, 1, "a", "accept"),
        ([the_first()], 1, 1, "a", "repeat"),
        ([the_first()], 1, 1, "b", "conflict"),  # another tab was first
        ([the_first()], 1, 3, "b", "conflict"),  # skipped
        ([the_first()], 1, 0, "b", "conflict"),
        ([], 1, 2, "a", "conflict"),
        ([the_first(), Response(1, 2, "b", LATER)], 1, 1, "a", "conflict"),
        ([], 0, 1, "a", "invalid"),
        ([], 4, 1, "a", "invalid"),
        ([], -1, 1, "a", "invalid"),
        ([], 1, 1, "", "invalid"),
        ([the_first(), Submission(LATER)], 1, 2, "b", "closed"),
        ([the_first(), Submission(LATER)], 2, 1, "b", "closed"),
        ([the_first(), Submission(LATER)], 1, 1, "b", "closed"),
        ([the_first(), Submission(LATER)], 1, 1, "a", "repeat"),
    ],
)
def test_what_may_happen_next(
    steps: list[Step], slot: int, sequence: int, option: str, kind: str
) -> None:
    decision = decide_response(PAPER, replay(steps), slot, sequence, option)
    assert decision.kind == kind
    assert decision.message


def test_a_conflict_shows_the_response_that_stands() -> None:
    stored = the_first("a")
    assert decide_response(PAPER, replay([stored]), 1, 1, "b").stored == stored


def test_a_second_submission_repeats_the_first() -> None:
    assert decide_submission(replay([])) == "accept"
    assert decide_submission(replay([Submission(NOON)])) == "repeat"
    assert replay([Submission(NOON), Submission(LATER)]).submitted_at == NOON


def test_no_response_counts_after_submission() -> None:
    state = replay([the_first("a"), Submission(NOON), Response(1, 2, "b", LATER)])
    assert state.responses[1].answer == "a"


def test_a_locked_slot_keeps_its_answer_and_the_others_do_not_care() -> None:
    steps: list[Step] = [the_first("a"), Advance(1, 2, NOON)]
    state = replay([*steps, Response(1, 2, "b", LATER), Response(3, 1, "c", LATER)])
    assert {slot: r.answer for slot, r in state.responses.items()} == {1: "a", 3: "c"}
    assert decide_response(PAPER, state, 1, 2, "b").kind == "locked"
    assert decide_response(PAPER, state, 1, 1, "a").kind == "repeat"
    assert decide_response(PAPER, state, 2, 1, "b").kind == "locked"
    assert decide_response(PAPER, state, 3, 2, "b").kind == "accept"


def test_a_changed_certainty_is_a_step_of_its_own() -> None:
    state = replay([Response(1, 1, "a", NOON, 2)])
    assert decide_response(PAPER, state, 1, 1, "a", 2).kind == "repeat"
    assert decide_response(PAPER, state, 1, 1, "a", 3).kind == "conflict"
    assert decide_response(PAPER, state, 1, 2, "a", 3).kind == "accept"
    assert decide_response(PAPER, state, 1, 2, "a", 4).kind == "invalid"
    assert decide_response(PAPER, state, 1, 2, "a", 0).kind == "invalid"


CASE = Paper(
    "a-bank",
    tuple(Slot(f"C-{n}", "0" * 64, ("a",), "case", stage) for n, stage in enumerate((1, 1, 2))),
    80,
)


def test_going_on_with_a_case_locks_what_came_before_once() -> None:
    state = replay([the_first("a")])
    assert [state.hidden_by(CASE, slot) for slot in (1, 2, 3)] == [None, None, (1, 2)]
    assert decide_advance(CASE, state, 2).kind == "repeat"
    assert decide_advance(CASE, state, 3).kind == "accept"
    after = replay([the_first("a"), Advance(1, 2, NOON)])
    assert after.hidden_by(CASE, 3) is None
    assert decide_advance(CASE, after, 3).kind == "repeat"
    assert decide_advance(CASE, after, 4).kind == "invalid"
    assert decide_advance(CASE, after, 0).kind == "invalid"


def test_a_forward_only_paper_opens_slot_by_slot() -> None:
    paper = Paper("a-bank", PAPER.slots, 80, Rules(navigation="forward"))
    steps: list[Step] = [Advance(1, 1, NOON)]
    assert [replay(steps).hidden_by(paper, slot) for slot in (1, 2, 3)] == [None, None, (1, 2)]
    assert decide_advance(paper, replay(steps), 3).kind == "accept"


def test_after_submission_all_is_open_to_look_at_and_nothing_goes_on() -> None:
    state = replay([Submission(NOON), Advance(1, 2, LATER)])
    assert state.locked == frozenset()
    assert state.hidden_by(CASE, 3) is None
    assert decide_advance(CASE, state, 3).kind == "closed"


STEPS = st.lists(
    st.one_of(
        st.builds(
            Response,
            SLOTS,
            st.integers(1, 4),
            OPTIONS,
            st.just(NOON),
            st.sampled_from([None, 1, 2, 3]),
        ),
        st.builds(lambda a, b: Advance(min(a, b), max(a, b), NOON), SLOTS, SLOTS),
        st.builds(Submission, st.just(LATER)),
    ),
    max_size=12,
)


@given(STEPS)
def test_replaying_any_steps_twice_over_changes_nothing(steps: list[Step]) -> None:
    once = replay(steps)
    assert replay(steps) == once
    assert replay([step for step in steps for _ in range(2)]) == once


@given(STEPS)
def test_a_sequence_never_falls_as_steps_are_added(steps: list[Step]) -> None:
    before: dict[int, int] = {}
    for length in range(len(steps) + 1):
        now = {slot: r.sequence for slot, r in replay(steps[:length]).responses.items()}
        assert all(now.get(slot, 0) >= sequence for slot, sequence in before.items())
        before = now


@given(STEPS)
def test_what_is_locked_stays_locked_with_the_answer_it_has(steps: list[Step]) -> None:
    before = replay([])
    for length in range(len(steps) + 1):
        now = replay(steps[:length])
        assert now.locked >= before.locked
        assert all(now.responses.get(n) == before.responses.get(n) for n in before.locked)
        before = now


@given(STEPS, st.integers(-1, 5), st.integers(-1, 6), st.sampled_from(["a", "b", "d", ""]))
def test_accepting_stores_just_that_and_a_retry_is_a_repeat(
    steps: list[Step], slot: int, sequence: int, option: str
) -> None:
    state = replay(steps)
    decision = decide_response(PAPER, state, slot, sequence, option)
    if decision.kind == "accept":
        assert state.submitted_at is None
        after = replay([*steps, Response(slot, sequence, option, LATER)])
        assert after.responses[slot] == Response(slot, sequence, option, LATER)
        others = {n: r for n, r in state.responses.items() if n != slot}
        assert {n: r for n, r in after.responses.items() if n != slot} == others
        assert decide_response(PAPER, after, slot, sequence, option).kind == "repeat"
    elif decision.kind == "repeat":
        assert replay([*steps, Response(slot, sequence, option, LATER)]) == state


class TwoTabs(RuleBasedStateMachine):
    """Two tabs of one learner: each knows only what it last saw, retries, and may lose replies."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.seen: list[dict[int, int]] = [{}, {}]
        self.sent: list[tuple[int, int, int, str]] = []
        self.acknowledged: list[tuple[int, int, str]] = []

    def deliver(self, tab: int, slot: int, sequence: int, option: str, *, reply: bool) -> None:
        state = replay(self.steps)
        decision = decide_response(PAPER, state, slot, sequence, option)
        if decision.kind == "accept":
            assert state.submitted_at is None
            latest = state.responses.get(slot)
            assert sequence == (latest.sequence if latest else 0) + 1
            self.steps.append(Response(slot, sequence, option, NOON))
        if not reply:
            return
        if decision.kind in ("accept", "repeat"):
            self.acknowledged.append((slot, sequence, option))
            self.seen[tab][slot] = sequence
        elif decision.stored is not None:
            self.seen[tab][slot] = decision.stored.sequence

    @rule(tab=st.integers(0, 1), slot=SLOTS, option=OPTIONS, reply=st.booleans())
    def choose(self, tab: int, slot: int, option: str, reply: bool) -> None:
        sequence = self.seen[tab].get(slot, 0) + 1
        self.sent.append((tab, slot, sequence, option))
        self.deliver(tab, slot, sequence, option, reply=reply)

    @rule(data=st.data(), reply=st.booleans())
    def send_again(self, data: st.DataObject, reply: bool) -> None:
        if self.sent:
            before = list(self.steps)
            known = {(s.slot, s.sequence) for s in before if isinstance(s, Response)}
            tab, slot, sequence, option = data.draw(st.sampled_from(self.sent))
            self.deliver(tab, slot, sequence, option, reply=reply)
            assert (slot, sequence) not in known or self.steps == before

    @rule(tab=st.integers(0, 1))
    def reload(self, tab: int) -> None:
        state = replay(self.steps)
        self.seen[tab] = {slot: r.sequence for slot, r in state.responses.items()}

    @rule()
    def submit(self) -> None:
        if decide_submission(replay(self.steps)) == "accept":
            self.steps.append(Submission(LATER))

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        stored = {(s.slot, s.sequence, s.answer) for s in self.steps if isinstance(s, Response)}
        assert set(self.acknowledged) <= stored
        state = replay(self.steps)
        for slot, sequence, option in self.acknowledged:
            stands = state.responses[slot]
            assert stands.sequence >= sequence
            assert stands.sequence > sequence or stands.answer == option

    @invariant()
    def each_slot_counts_without_gap_or_double(self) -> None:
        for slot in (1, 2, 3):
            counted = [s.sequence for s in self.steps if isinstance(s, Response) and s.slot == slot]
            assert counted == list(range(1, len(counted) + 1))

    @invariant()
    def at_most_one_submission_and_it_is_last(self) -> None:
        places = [n for n, step in enumerate(self.steps) if isinstance(step, Submission)]
        assert places in ([], [len(self.steps) - 1])


TestTwoTabs = TwoTabs.TestCase
TestTwoTabs.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
