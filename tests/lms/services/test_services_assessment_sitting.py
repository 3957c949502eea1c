"""Sitting an examination: ends and sweeps, pauses, findings and re-checks, and races on each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import quizzes
from lms import jobs
from lms.db import db
from lms.errors import LmsError, NotFound, Refused
from lms.models.assessment import (
    AdvanceStep,
    Attempt,
    ManualMark,
    ResponseStep,
    SafetyRecheck,
    ScoreRecord,
    SlotFlag,
)
from lms.models.sittings import AttemptPause
from lms.services import assessment, cohorts, sittings
from tests.cast import THEN, Cast
from tests.kinds_course import RIGHT, give_every_kind
from tests.races import at_once
from tests.stories import read_all, rows_of

LATER = THEN + timedelta(days=1)
MODULE = "first-module"
Begin = Callable[..., assessment.Sitting]


@pytest.fixture
def begin(session: Session, cast: Cast, tmp_path: Path) -> Begin:
    """Begin Lena's attempt over every kind of item, under the rules given."""

    def begun(rules: str = "", pauses: int = 0) -> assessment.Sitting:
        give_every_kind(session, tmp_path, cast, rules)
        read_all(session, cast.lena, cast.lena_seat, THEN)
        if pauses:
            autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
            sittings.grant(
                session,
                sittings.learner_for(session, autumn, cast.lena_seat),
                quizzes.Accommodation(pause_minutes=pauses),
                valid_from=THEN.date(),
                valid_until=None,
                reason="A letter.",
                by=cast.ada,
                now=THEN,
            )
        seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
        attempt = assessment.start(session, seat, MODULE, seed=7, now=LATER)
        session.commit()
        return assessment.sitting_for(session, cast.lena, attempt)

    return begun


def slot_of(sitting: assessment.Sitting, item_id: str) -> int:
    return [slot.item_id for slot in sitting.paper.slots].index(item_id) + 1


def save(
    session: Session, sitting: assessment.Sitting, item_id: str, answer: str, **how: object
) -> quizzes.Decision:
    values: dict = {"sequence": 1, "now": LATER, **how}
    slot = slot_of(sitting, item_id)
    return assessment.save_response(
        session, sitting.seat.account_id, sitting.attempt_id, slot=slot, answer=answer, **values
    )


def finish(
    session: Session, sitting: assessment.Sitting, cast: Cast, given: dict[str, str], **how: object
) -> None:
    """Answer, submit and mark."""
    for item_id, answer in given.items():
        assert save(session, sitting, item_id, answer, **how).kind == "accept"
    assessment.submit(session, cast.lena, sitting.attempt_id, LATER)
    if "K-TXT" in given:
        slot = slot_of(sitting, "K-TXT")
        points = {"1": 2, "2": 1}
        assessment.give_points(
            session, cast.ivo, sitting.attempt_id, slot=slot, points=points, now=LATER
        )
    session.commit()


# --- the end --------------------------------------------------------------------------------

LIMIT = "{time_limit_minutes: 30, grace_seconds: 10}"
END = LATER + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("late", "kind"), [(-1, "accept"), (0, "accept"), (10, "accept"), (11, "closed")]
)
def test_the_last_second_counts_and_the_one_after_the_grace_does_not(
    session: Session, begin: Begin, late: int, kind: str
) -> None:
    sitting = begin(LIMIT)
    decision = save(session, sitting, "K-SIN", "a", now=END + timedelta(seconds=late))
    assert decision.kind == kind
    assert rows_of(session, ResponseStep) == (kind == "accept")


def closed_at(session: Session, attempt: int) -> tuple[datetime | None, int, int]:
    row = session.get_one(Attempt, attempt, populate_existing=True)
    score = session.scalars(sa.select(ScoreRecord)).one()
    return row.submitted_at, score.points, score.revision


def test_an_overdue_attempt_is_closed_at_its_end_whenever_somebody_notices(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin(LIMIT)
    save(session, sitting, "K-SIN", "a")
    save(session, sitting, "K-HOT", "a", now=END + timedelta(seconds=9))
    soon = END + timedelta(seconds=10)
    assert assessment.close_overdue(session, sitting.attempt_id, soon) is None
    seat = assessment.close_overdue(session, sitting.attempt_id, END + timedelta(days=3))
    assert seat is not None
    assert closed_at(session, sitting.attempt_id) == (END, 2, 1)
    again = assessment.close_overdue(session, sitting.attempt_id, END + timedelta(days=4))
    assert again is None
    assert closed_at(session, sitting.attempt_id) == (END, 2, 1)


def test_an_end_that_was_moved_is_honoured(session: Session, begin: Begin, cast: Cast) -> None:
    sitting = begin(LIMIT)
    autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    sittings.declare_incident(
        session, autumn, MODULE, minutes=15, description="Fire alarm.", ticket="1" * 32,
        by=cast.ada, now=LATER + timedelta(minutes=5),
    )  # fmt: skip
    over = END + timedelta(minutes=5)
    assert assessment.close_overdue(session, sitting.attempt_id, over) is None
    assert assessment.end_of(session, sitting.attempt_id) == END + timedelta(minutes=15)


def test_the_sweep_closes_what_is_over_and_nothing_else(
    session: Session, app: Flask, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = begin(LIMIT)
    save(session, sitting, "K-SIN", "a")
    session.commit()
    monkeypatch.setattr("lms.jobs.clock.now", lambda: END)
    assert jobs.close_overdue(app) == 0
    monkeypatch.setattr("lms.jobs.clock.now", lambda: END + timedelta(seconds=11))
    assert jobs.close_overdue(app) == 1
    assert jobs.close_overdue(app) == 0
    session.expire_all()
    assert closed_at(session, sitting.attempt_id) == (END, 1, 1)


# --- pauses ---------------------------------------------------------------------------------


def test_a_paused_attempt_takes_no_answer_and_ends_later(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin(LIMIT, pauses=20)
    minutes = timedelta(minutes=1)
    sittings.pause(session, sitting.seat, sitting.attempt_id, LATER + 5 * minutes)
    assert save(session, sitting, "K-SIN", "a", now=LATER + 6 * minutes).kind == "paused"
    later = slot_of(sitting, "K-CA2")
    gone_on = assessment.advance(
        session, cast.lena, sitting.attempt_id, slot=later, now=LATER + 6 * minutes
    )
    assert gone_on.kind == "paused"
    sittings.resume(session, sitting.seat, sitting.attempt_id, LATER + 15 * minutes)
    assert save(session, sitting, "K-SIN", "a", now=LATER + 16 * minutes).kind == "accept"
    assert assessment.end_of(session, sitting.attempt_id) == END + 10 * minutes


# --- findings -------------------------------------------------------------------------------

SURE = "{certainty: asked}"
MUST = "{certainty: asked, safety: must-resolve}"
UNSAFE = {**RIGHT, "K-SIN": "b", "K-HOT": "c"}


def findings(session: Session, cast: Cast, attempt: int) -> list[assessment.Finding]:
    return assessment.findings_of(session, assessment.sitting_for(session, cast.lena, attempt))


def test_only_a_certain_miss_is_a_finding_where_misses_are_reported(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin(SURE)
    save(session, sitting, "K-SIN", "b", certainty=3)
    finish(session, sitting, cast, {"K-HOT": "c"}, certainty=2)
    (finding,) = findings(session, cast, sitting.attempt_id)
    assert (finding.item_id, finding.is_confident, finding.must_resolve) == ("K-SIN", True, False)
    assert [lesson.key for lesson in finding.lessons] == ["first-module/lesson-1"]


def test_nothing_is_found_before_submission(session: Session, begin: Begin, cast: Cast) -> None:
    sitting = begin(MUST)
    save(session, sitting, "K-SIN", "b", certainty=3)
    assert findings(session, cast, sitting.attempt_id) == []
    with pytest.raises(NotFound):
        assessment.begin_recheck(
            session, cast.lena, sitting.attempt_id, slot=slot_of(sitting, "K-SIN"), now=LATER
        )


def recheck(
    session: Session, sitting: assessment.Sitting, cast: Cast, item: str, right: bool
) -> None:
    """Take the re-check of an item, right or wrong."""
    slot = slot_of(sitting, item)
    assessment.begin_recheck(session, cast.lena, sitting.attempt_id, slot=slot, now=LATER)
    found = assessment.recheck_for(session, cast.lena, sitting.attempt_id, slot)
    assert found is not None
    answers = {**RIGHT, "wrong": "b" if found.item.kind == "single" else "c"}
    answer = answers[found.item.id] if right else {"K-NUM": "1 h", "K-MUL": "c", "K-MAT": "1d",
        "K-ORD": "d,c,b,a"}.get(found.item.id, answers["wrong"])  # fmt: skip
    assessment.answer_recheck(session, cast.lena, found, answer, LATER)
    session.commit()


def test_the_last_resolved_miss_passes_the_attempt_and_adds_no_point(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin(MUST)
    finish(session, sitting, cast, UNSAFE)
    assert not assessment.result_for(session, cast.lena, sitting.attempt_id).passed
    assert [each.item_id for each in findings(session, cast, sitting.attempt_id)] == [
        slot.item_id for slot in sitting.paper.slots if slot.item_id in ("K-SIN", "K-HOT")
    ]
    recheck(session, sitting, cast, "K-SIN", right=False)
    recheck(session, sitting, cast, "K-SIN", right=True)
    assert not assessment.result_for(session, cast.lena, sitting.attempt_id).passed
    recheck(session, sitting, cast, "K-HOT", right=True)
    result = assessment.result_for(session, cast.lena, sitting.attempt_id)
    assert (result.points, result.maximum, result.passed) == (8, 10, True)
    reasons = session.scalars(sa.select(ScoreRecord.reason).order_by(ScoreRecord.revision)).all()
    assert reasons[1:] == ["Every safety-critical miss was resolved by a re-check."]
    slot = slot_of(sitting, "K-SIN")
    with pytest.raises(Refused, match="resolved"):
        assessment.begin_recheck(session, cast.lena, sitting.attempt_id, slot=slot, now=LATER)


def test_resolving_does_not_pass_what_misses_the_cut(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin(MUST)
    finish(session, sitting, cast, {"K-SIN": "b", "K-HOT": "a"})
    recheck(session, sitting, cast, "K-SIN", right=True)
    assert not assessment.result_for(session, cast.lena, sitting.attempt_id).passed
    assert rows_of(session, ScoreRecord) == 1


def test_a_recheck_asks_for_the_same_objective_in_another_item(
    session: Session, begin: Begin, cast: Cast
) -> None:
    sitting = begin(MUST)
    finish(session, sitting, cast, UNSAFE)
    slot = slot_of(sitting, "K-SIN")
    assessment.begin_recheck(session, cast.lena, sitting.attempt_id, slot=slot, now=LATER)
    found = assessment.recheck_for(session, cast.lena, sitting.attempt_id, slot)
    assert found is not None
    assert found.item.id != "K-SIN"
    assert found.item.objective == "T-1"
    assert (found.item.vignette, found.item.kind in ("constructed", "concordance")) == (None, False)


def test_nobody_elses_finding_can_be_rechecked(session: Session, begin: Begin, cast: Cast) -> None:
    sitting = begin(MUST)
    finish(session, sitting, cast, UNSAFE)
    slot = slot_of(sitting, "K-SIN")
    for stranger in (cast.leo, cast.ivo, cast.otto):
        with pytest.raises(LmsError):
            assessment.begin_recheck(session, stranger, sitting.attempt_id, slot=slot, now=LATER)
    assert rows_of(session, SafetyRecheck) == 0


# --- fifty at once --------------------------------------------------------------------------


def test_fifty_starts_begin_no_more_attempts_than_there_are(
    session: Session, app: Flask, begin: Begin, cast: Cast
) -> None:
    sitting = begin("{attempts: 2}")
    finish(session, sitting, cast, {"K-SIN": "b"})
    session.close()

    def start(theirs: Session, number: int) -> int:
        seat = cohorts.seat_for(theirs, cast.lena, cast.lena_seat)
        attempt = assessment.start(theirs, seat, MODULE, seed=number, now=LATER)
        assessment.submit(theirs, cast.lena, attempt, LATER)
        return attempt

    answers = at_once(app, start)
    assert len({each for each in answers if isinstance(each, int)}) == 1
    with app.app_context():
        assert rows_of(db.session, Attempt) == 2


def test_fifty_advances_lock_once_and_no_answer_slips_in_behind(
    session: Session, app: Flask, begin: Begin, cast: Cast
) -> None:
    sitting = begin()
    first, later = slot_of(sitting, "K-CA1"), slot_of(sitting, "K-CA2")
    session.close()

    def act(theirs: Session, number: int) -> str:
        if number % 2:
            return assessment.advance(
                theirs, cast.lena, sitting.attempt_id, slot=later, now=LATER
            ).kind
        return assessment.save_response(
            theirs, cast.lena, sitting.attempt_id, slot=first, sequence=1,
            answer="abc"[number % 3], now=LATER,
        ).kind  # fmt: skip

    kinds = at_once(app, act)
    assert kinds.count("accept") <= 2
    with app.app_context():
        assert rows_of(db.session, AdvanceStep) == 1
        assert rows_of(db.session, ResponseStep) == (
            "accept" in kinds and kinds.count("accept") - 1
        )


def test_fifty_flags_leave_one_row(session: Session, app: Flask, begin: Begin, cast: Cast) -> None:
    sitting = begin()
    session.close()

    def flag(theirs: Session, _number: int) -> None:
        assessment.set_flag(theirs, cast.lena, sitting.attempt_id, slot=1, flagged=True, now=LATER)

    at_once(app, flag)
    with app.app_context():
        assert rows_of(db.session, SlotFlag) == 1


def test_fifty_pauses_are_one(session: Session, app: Flask, begin: Begin, cast: Cast) -> None:
    sitting = begin(LIMIT, pauses=20)
    session.close()
    answers = at_once(
        app, lambda theirs, _: sittings.pause(theirs, sitting.seat, sitting.attempt_id, LATER)
    )
    assert answers.count(True) == 1
    with app.app_context():
        assert rows_of(db.session, AttemptPause) == 1


def test_fifty_who_notice_the_end_close_it_once(
    session: Session, app: Flask, begin: Begin, cast: Cast
) -> None:
    """The learner submits in the last second while sweeps and late answers arrive."""
    sitting = begin(LIMIT)
    session.close()
    over = END + timedelta(seconds=11)

    def act(theirs: Session, number: int) -> str:
        if number % 3 == 0:
            return str(assessment.close_overdue(theirs, sitting.attempt_id, over) is not None)
        if number % 3 == 1:
            assessment.submit(theirs, cast.lena, sitting.attempt_id, END)
            return "submitted"
        slot = slot_of(sitting, "K-SIN")
        return assessment.save_response(
            theirs, cast.lena, sitting.attempt_id, slot=slot, sequence=1, answer="a", now=over
        ).kind

    answers = at_once(app, act)
    assert answers.count("True") <= 1
    assert "accept" not in answers
    with app.app_context():
        assert closed_at(db.session, sitting.attempt_id) == (END, 0, 1)


def test_fifty_answers_to_a_recheck_are_marked_once(
    session: Session, app: Flask, begin: Begin, cast: Cast
) -> None:
    sitting = begin(MUST)
    finish(session, sitting, cast, {**RIGHT, "K-SIN": "b"})
    slot = slot_of(sitting, "K-SIN")
    assessment.begin_recheck(session, cast.lena, sitting.attempt_id, slot=slot, now=LATER)
    session.commit()
    session.close()

    def act(theirs: Session, _number: int) -> None:
        found = assessment.recheck_for(theirs, cast.lena, sitting.attempt_id, slot)
        assert found is not None
        assessment.answer_recheck(theirs, cast.lena, found, RIGHT[found.item.id], LATER)

    at_once(app, act)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.max(ScoreRecord.revision))) == 2
        assert rows_of(db.session, SafetyRecheck) == 1
        assert rows_of(db.session, ManualMark) == 2
