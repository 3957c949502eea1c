"""Attempts over every kind of item: parts of marks, locks, ends, voids, flags, and markers."""

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import quizzes
from lms.db import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.assessment import AdvanceStep, Attempt, ManualMark, ResponseStep, ScoreRecord
from lms.models.audit import AuditEntry
from lms.services import assessment, catalogue, cohorts, learning
from tests.cast import THEN, Cast
from tests.kinds_course import RIGHT, give_every_kind
from tests.races import at_once
from tests.stories import read_all, rows_of

LATER = THEN + timedelta(days=1)
WRONG = {**RIGHT, "K-MUL": "a,c", "K-MAT": "1a,2a,3a", "K-NUM": "5 h", "K-CON": "b"}
Begin = Callable[..., assessment.Sitting]


@pytest.fixture
def begin(session: Session, cast: Cast, tmp_path: Path) -> Begin:
    """Begin Lena's attempt over every kind of item, under the rules given."""

    def begun(rules: str = "") -> assessment.Sitting:
        give_every_kind(session, tmp_path, cast, rules)
        read_all(session, cast.lena, cast.lena_seat, THEN)
        seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
        attempt = assessment.start(session, seat, "first-module", seed=7, now=LATER)
        session.commit()
        return assessment.sitting_for(session, cast.lena, attempt)

    return begun


def slot_of(sitting: assessment.Sitting, item_id: str) -> int:
    return [slot.item_id for slot in sitting.paper.slots].index(item_id) + 1


def save(
    session: Session, sitting: assessment.Sitting, item_id: str, answer: str, **how: object
) -> quizzes.Decision:
    values: dict = {"sequence": 1, "now": LATER, **how}
    return assessment.save_response(
        session,
        sitting.seat.account_id,
        sitting.attempt_id,
        slot=slot_of(sitting, item_id),
        answer=answer,
        **values,
    )


def answer_all(
    session: Session, sitting: assessment.Sitting, answers: dict[str, str], **how: object
) -> None:
    for item_id, answer in answers.items():
        assert save(session, sitting, item_id, answer, **how).kind == "accept", item_id


def submit(session: Session, sitting: assessment.Sitting) -> None:
    assessment.submit(session, sitting.seat.account_id, sitting.attempt_id, LATER)


# --- answers and scores ---------------------------------------------------------------------


def test_answers_of_every_kind_are_stored_in_their_canonical_text(
    session: Session, begin: Begin
) -> None:
    sitting = begin()
    decision = save(session, sitting, "K-NUM", " 6.0H ")
    assert decision.stored is not None
    assert decision.stored.answer == "6 h"
    assert save(session, sitting, "K-NUM", "6 h").kind == "repeat"
    assert save(session, sitting, "K-MUL", "b, a").kind == "accept"
    stored = set(session.scalars(sa.select(ResponseStep.answer)))
    assert stored == {"6 h", "a,b"}
    unreadable = save(session, sitting, "K-ORD", "a,b")
    assert (unreadable.kind, unreadable.stored) == ("invalid", None)
    assert "each of them once" in unreadable.message


def test_partial_credit_is_kept_exactly_in_parts_of_a_mark(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin()
    answer_all(session, sitting, {**WRONG, "K-TXT": RIGHT["K-TXT"]})
    submit(session, sitting)
    slot = slot_of(sitting, "K-TXT")
    points = {"1": 2, "2": 0}
    assessment.give_points(
        session, cast.ivo, sitting.attempt_id, slot=slot, points=points, now=LATER
    )
    # 0 of a multiple response with a wrong choice, 1/3 matched, 1/2 near, 3/8 of the panel, 2/3.
    expected = 5 + Fraction(1, 3) + Fraction(1, 2) + Fraction(3, 8) + Fraction(2, 3)
    row = session.scalars(sa.select(ScoreRecord)).one()
    assert (Fraction(row.points, row.parts), row.maximum) == (expected, 10 * row.parts)
    result = assessment.result_for(session, cast.lena, sitting.attempt_id)
    assert (result.points, result.maximum, result.passed) == (expected, 10, True)
    state = learning.progress_of(session, sitting.seat).state_of("first-module/quiz")
    assert state.result is not None
    assert (state.result.points, state.result.maximum) == (expected, 10)
    (line,) = assessment.list_attempts(session, cast.lena_seat, "first-module")
    assert (line.points, line.maximum, line.awaits_marker) == (expected, 10, False)


def test_certainty_is_kept_only_where_the_paper_asks_for_it(session: Session, begin: Begin) -> None:
    sitting = begin()
    saved = save(session, sitting, "K-SIN", "a", certainty=3).stored
    assert saved is not None
    assert saved.certainty is None


def test_a_confident_miss_is_in_the_trail_and_a_changed_certainty_is_a_step(
    session: Session, begin: Begin
) -> None:
    sitting = begin("{certainty: asked}")
    right = {key: answer for key, answer in RIGHT.items() if key != "K-TXT"}
    answer_all(session, sitting, {**right, "K-SIN": "b"}, certainty=2)
    assert save(session, sitting, "K-SIN", "b", sequence=2, certainty=3).kind == "accept"
    assert save(session, sitting, "K-SIN", "b", sequence=3, certainty=3).kind == "repeat"
    assert save(session, sitting, "K-SIN", "b", sequence=3, certainty=4).kind == "invalid"
    submit(session, sitting)
    query = sa.select(AuditEntry.detail).where(AuditEntry.act == "attempt.scored")
    detail = json.loads(session.scalars(query).one())
    assert detail["missed_safety"] == detail["confident_misses"] == ["K-SIN"]


# --- going on -------------------------------------------------------------------------------


def test_a_case_that_has_moved_on_keeps_its_earlier_answers(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin()
    first, later = slot_of(sitting, "K-CA1"), slot_of(sitting, "K-CA2")
    assert save(session, sitting, "K-CA1", "b").kind == "accept"
    assert sitting.state.hidden_by(sitting.paper, later) == (first, first)
    gone_on = [
        assessment.advance(session, cast.lena, sitting.attempt_id, slot=slot, now=LATER).kind
        for slot in (first, later, later, 99)
    ]
    assert gone_on == ["repeat", "accept", "repeat", "invalid"]
    assert save(session, sitting, "K-CA1", "a", sequence=2).kind == "locked"
    assert save(session, sitting, "K-CA1", "b").kind == "repeat"
    assert save(session, sitting, "K-CA2", "a").kind == "accept"
    now = assessment.sitting_for(session, cast.lena, sitting.attempt_id)
    assert now.state.locked == {first}
    assert now.state.hidden_by(now.paper, later) is None
    assert now.state.responses[first].answer == "b"


def test_fifty_saves_race_the_case_and_none_comes_after_it(
    app: Flask, begin: Begin, cast: Cast
) -> None:
    """No answer to an earlier stage is accepted once the lock is committed."""
    sitting = begin()
    later = slot_of(sitting, "K-CA2")

    def act(session: Session, number: int) -> str:
        if number == 25:
            return assessment.advance(
                session, cast.lena, sitting.attempt_id, slot=later, now=LATER
            ).kind
        seen = assessment.sitting_for(session, cast.lena, sitting.attempt_id).state.responses
        stored = seen.get(later - 1)
        sequence = 1 if stored is None else stored.sequence + 1
        return save(session, sitting, "K-CA1", "abc"[number % 3], sequence=sequence).kind

    at_once(app, act)
    with app.app_context():
        gone_on = db.session.scalars(sa.select(AdvanceStep)).one()
        state = assessment.sitting_for(db.session, cast.lena, sitting.attempt_id).state
        steps = rows_of(db.session, ResponseStep)
        assert (gone_on.first_slot, gone_on.last_slot) == (later - 1, later - 1)
        sequence = state.responses[later - 1].sequence + 1 if steps else 1
        late = save(db.session, sitting, "K-CA1", "c", sequence=sequence)
        assert late.kind == "locked"


def test_a_forward_only_paper_locks_slot_by_slot(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin("{navigation: forward}")
    first = sitting.paper.slots[0].item_id
    assert save(session, sitting, first, RIGHT[first]).kind == "accept"
    decision = assessment.advance(session, cast.lena, sitting.attempt_id, slot=3, now=LATER)
    assert decision.kind == "accept"
    again = "b" if first in ("K-SIN", "K-CA1", "K-HOT") else RIGHT[first]
    assert save(session, sitting, first, again, sequence=2).kind == "locked"


# --- the end --------------------------------------------------------------------------------

LIMITED = "{time_limit_minutes: 30, grace_seconds: 20}"
END = LATER + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (END, "accept"),
        (END + timedelta(seconds=1), "accept"),
        (END + timedelta(seconds=20), "accept"),
        (END + timedelta(seconds=20, microseconds=1), "closed"),
        (END + timedelta(days=1), "closed"),
    ],
)
@pytest.mark.parametrize("item_id", ["K-SIN", "K-CA1"])
def test_an_answer_counts_until_the_end_and_its_grace_and_no_longer(
    session: Session, begin: Begin, now: datetime, kind: str, item_id: str
) -> None:
    sitting = begin(LIMITED)
    assert (sitting.closes_at, sitting.grace_seconds) == (END, 20)
    decision = save(session, sitting, item_id, "a", now=now)
    assert decision.kind == kind
    assert rows_of(session, ResponseStep) == (kind == "accept")


def test_what_was_saved_in_time_is_acknowledged_again_after_the_end(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin(LIMITED)
    after = END + timedelta(hours=1)
    save(session, sitting, "K-SIN", "a")
    assert save(session, sitting, "K-SIN", "a", now=after).kind == "repeat"
    assert save(session, sitting, "K-SIN", "b", sequence=2, now=after).kind == "closed"
    slot = slot_of(sitting, "K-CA2")
    gone_on = assessment.advance(session, cast.lena, sitting.attempt_id, slot=slot, now=after)
    assert gone_on.kind == "closed"


def test_a_moved_end_holds_at_once(session: Session, begin: Begin) -> None:
    sitting = begin(LIMITED)
    later = END + timedelta(minutes=10)
    session.execute(sa.update(Attempt).values(closes_at=later, grace_seconds=0))
    assert save(session, sitting, "K-SIN", "a", now=later).kind == "accept"
    beyond = later + timedelta(seconds=1)
    assert save(session, sitting, "K-MUL", "a", now=beyond).kind == "closed"


@pytest.mark.parametrize("item_id", ["K-SIN", "K-CA1"])
def test_a_voided_attempt_takes_no_answer_and_no_submission(
    session: Session, begin: Begin, cast: Cast, item_id: str
) -> None:
    sitting = begin()
    session.execute(sa.update(Attempt).values(voided_at=LATER, void_reason="A fire alarm."))
    assert save(session, sitting, item_id, "a").kind == "closed"
    submit(session, sitting)
    assert rows_of(session, ScoreRecord) == rows_of(session, ResponseStep) == 0


# --- flags ----------------------------------------------------------------------------------


def test_a_flag_is_set_and_taken_away_by_its_learner_alone(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin()

    def flag(who: int, slot: int, flagged: bool) -> None:
        assessment.set_flag(session, who, sitting.attempt_id, slot=slot, flagged=flagged, now=LATER)

    flag(cast.lena, 2, True)
    flag(cast.lena, 3, True)
    flag(cast.lena, 2, False)
    assert assessment.flagged_slots(session, sitting.attempt_id) == {3}
    with pytest.raises(NotFound):
        flag(cast.lena, 99, True)
    with pytest.raises(NotFound):
        flag(cast.leo, 1, True)


# --- retakes --------------------------------------------------------------------------------


def fail(session: Session, sitting: assessment.Sitting) -> None:
    """Submit with one objective right and the other missed."""
    right = {key: RIGHT[key] for key in ("K-SIN", "K-HOT")}
    answer_all(session, sitting, right)
    submit(session, sitting)


def test_a_retake_waits_for_its_cool_down(session: Session, begin: Begin) -> None:
    sitting = begin("{cool_down_hours: 24}")
    fail(session, sitting)
    soon = LATER + timedelta(hours=24)
    just_before = soon - timedelta(seconds=1)
    assert assessment.retake_of(session, sitting.seat, "first-module", just_before) == (
        assessment.Retake(soon, ())
    )
    with pytest.raises(Refused, match="3 September 2026 at 09:00 BST"):
        assessment.start(session, sitting.seat, "first-module", seed=8, now=just_before)
    assert assessment.start(session, sitting.seat, "first-module", seed=8, now=soon) > (
        sitting.attempt_id
    )


def test_a_retake_waits_for_the_lessons_of_what_was_missed(session: Session, begin: Begin) -> None:
    sitting = begin("{remedial: true}")
    fail(session, sitting)
    later = LATER + timedelta(hours=1)
    retake = assessment.retake_of(session, sitting.seat, "first-module", later)
    assert retake.not_before is None
    assert retake.lessons
    with pytest.raises(Refused, match=f"“{retake.lessons[0].title}”"):
        assessment.start(session, sitting.seat, "first-module", seed=8, now=later)
    for lesson in retake.lessons:
        learning.keep_place(session, sitting.seat, lesson, "", later)
    assert assessment.start(session, sitting.seat, "first-module", seed=8, now=later)


def test_a_voided_attempt_uses_none_up(session: Session, begin: Begin) -> None:
    sitting = begin("{attempts: 1}")
    fail(session, sitting)
    with pytest.raises(Refused, match="used up"):
        assessment.start(session, sitting.seat, "first-module", seed=8, now=LATER)
    session.execute(sa.update(Attempt).values(voided_at=LATER, void_reason="A fire alarm."))
    assert assessment.start(session, sitting.seat, "first-module", seed=8, now=LATER)


# --- marking --------------------------------------------------------------------------------


def test_an_attempt_waits_for_its_marker_and_no_other_begins_meanwhile(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin()
    answer_all(session, sitting, RIGHT)
    submit(session, sitting)
    assert rows_of(session, ScoreRecord) == 0
    assert assessment.find_result(session, _again(session, sitting)) is None
    with pytest.raises(Refused, match="with its marker"):
        assessment.result_for(session, cast.lena, sitting.attempt_id)
    with pytest.raises(Refused, match="with its marker"):
        assessment.start(session, sitting.seat, "first-module", seed=8, now=LATER)
    (waiting,) = assessment.list_to_mark(session, cast.ivo, cast.autumn)
    assert waiting.attempt_id == sitting.attempt_id


def _again(session: Session, sitting: assessment.Sitting) -> assessment.Sitting:
    return assessment.sitting_of(session, sitting.attempt_id)


def test_the_last_points_make_the_score_and_a_correction_a_further_one(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin()
    answer_all(session, sitting, RIGHT)
    submit(session, sitting)
    slot = slot_of(sitting, "K-TXT")

    def give(points: dict[str, int]) -> None:
        assessment.give_points(
            session, cast.ivo, sitting.attempt_id, slot=slot, points=points, now=LATER
        )

    give({"1": 2})
    assert rows_of(session, ScoreRecord) == 0
    give({"2": 1})
    assert assessment.result_for(session, cast.lena, sitting.attempt_id).points == 10
    assert assessment.list_to_mark(session, cast.ivo, cast.autumn) == []
    give({"1": 0})
    result = assessment.result_for(session, cast.lena, sitting.attempt_id)
    assert result.points == 9 + Fraction(1, 3)
    revisions = session.scalars(sa.select(ScoreRecord.revision).order_by(ScoreRecord.id)).all()
    assert revisions == [1, 2]
    assert rows_of(session, ManualMark) == 3


def test_markers_are_instructors_of_the_programme_and_never_the_learner(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin()
    answer_all(session, sitting, RIGHT)
    slot = slot_of(sitting, "K-TXT")

    def give(who: int, slot: int = slot, points: dict[str, int] | None = None) -> None:
        assessment.give_points(
            session,
            who,
            sitting.attempt_id,
            slot=slot,
            points={"1": 2, "2": 1} if points is None else points,
            now=LATER,
        )

    with pytest.raises(Refused, match="submitted"):
        give(cast.ivo)
    submit(session, sitting)
    for who, refusal in ((cast.lena, Forbidden), (cast.olga, NotFound), (cast.otto, NotFound)):
        with pytest.raises(refusal):
            give(who)
    with pytest.raises(Refused, match="rubric"):
        give(cast.ivo, points={"1": 3})
    with pytest.raises(NotFound):
        give(cast.ivo, slot=slot_of(sitting, "K-SIN"))
    assert rows_of(session, ManualMark) == 0


# --- papers and what is shown ---------------------------------------------------------------


def test_items_shown_too_often_are_known_to_the_next_paper(
    session: Session, begin: Begin, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = begin("{exposure_percent: 50}")
    asked: list[object] = []
    draw = quizzes.draw_paper
    monkeypatch.setattr(quizzes, "draw_paper", lambda *all: asked.append(all[3]) or draw(*all))
    read_all(session, cast.leo, cast.leo_seat, THEN)
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    assessment.start(session, seat, "first-module", seed=9, now=LATER)
    assert asked == [{slot.item_id: Fraction(1) for slot in sitting.paper.slots}]


def test_a_release_holds_the_html_of_every_kind_and_of_the_case(
    session: Session, begin: Begin
) -> None:
    sitting = begin()
    shown = sitting.content.shown
    assert shown["K-MAT"].prompts == {"1": "A blanket", "2": "A lamp", "3": "A speaker"}
    assert shown["K-HOT"].figure.startswith('<svg role="img" aria-label="A room from above')
    assert set(shown["K-TXT"].criteria) == {"1", "2"}
    assert "CANARY-WHY numeric" in shown["K-NUM"].rationale
    case = sitting.content.cases["small-course"]["case-1"]
    assert case.title == "An early guest"
    assert [stage.startswith("<p>") for stage in case.stages] == [True, True]
    before = ("stem", "lead_in", "options", "prompts", "figure")
    for item in shown.values():
        read_first = " ".join(str(getattr(item, name)) for name in before)
        assert "CANARY" not in read_first
        others = {field.name for field in dataclasses.fields(item)} - set(before)
        assert any("CANARY" in str(getattr(item, name)) for name in others)


def test_a_release_of_single_items_has_no_cases(session: Session, cast: Cast) -> None:
    assert catalogue.release(session, cast.release).cases == {}
