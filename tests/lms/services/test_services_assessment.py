"""Attempts: drawn once, saved step by step, submitted once, scored once; whoever races whom."""

import json
import random
import threading
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import quizzes
from lms import clock
from lms.db import db
from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.models.assessment import Attempt, ResponseStep, ScoreRecord
from lms.models.audit import AuditEntry
from lms.services import assessment, audit, cohorts, credentials
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.stories import VERIFY, read_all, rows_of, sit

LATER = THEN + timedelta(days=1)


@pytest.fixture
def ready(app: Flask, cast: Cast) -> Cast:
    """Lena and Leo have read every lesson."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, THEN)
        read_all(db.session, cast.leo, cast.leo_seat, THEN)
        db.session.commit()
    return cast


def begin(session: Session, cast: Cast, seed: int = 1) -> int:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    return assessment.start(session, seat, "first-module", seed=seed, now=LATER)


def begun(app: Flask, cast: Cast) -> int:
    with app.app_context():
        attempt = begin(db.session, cast)
        db.session.commit()
    return attempt


def save(session: Session, cast: Cast, attempt: int, **how: object) -> quizzes.Decision:
    values: dict = {"slot": 1, "sequence": 1, "answer": "a", "now": LATER, **how}
    return assessment.save_response(session, cast.lena, attempt, **values)


# --- starting -------------------------------------------------------------------------------


def test_fifty_starts_at_once_begin_one_attempt(app: Flask, ready: Cast) -> None:
    """Invariant 8: at most one attempt is open, and everybody is led to it."""
    answers = at_once(app, lambda session, number: begin(session, ready, number))
    assert len(set(answers)) == 1
    with app.app_context():
        assert rows_of(db.session, Attempt) == 1
        assert audit.first_broken(db.session) is None


def test_without_the_lock_and_the_constraint_many_would_begin(app: Flask, ready: Cast) -> None:
    """The vulnerable twin of the race: check, then insert, with nothing to hold it."""
    with app.app_context():
        db.session.execute(sa.text("DROP INDEX one_open_attempt_at_a_time"))
        db.session.execute(sa.text("CREATE TABLE naive (id INTEGER)"))
        db.session.commit()
    everybody_looked = threading.Barrier(10)

    def naive(session: Session, number: int) -> None:
        seen = session.scalar(sa.text("SELECT count(*) FROM naive"))
        everybody_looked.wait()
        if not seen:
            session.execute(sa.text("INSERT INTO naive VALUES (1)"))

    at_once(app, naive, threads=10)
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM naive")) == 10


def test_the_quiz_stays_shut_until_every_lesson_is_read(session: Session, cast: Cast) -> None:
    with pytest.raises(Refused, match="when all lessons"):
        begin(session, cast)


def test_a_passed_quiz_cannot_be_taken_again(app: Flask, ready: Cast, session: Session) -> None:
    sit(session, ready.lena, ready.lena_seat, right=3, now=LATER)
    with pytest.raises(Refused, match="passed"):
        begin(session, ready)


def test_a_retake_meets_items_not_seen_before(session: Session, ready: Cast) -> None:
    papers = []
    for _ in range(3):
        attempt = sit(session, ready.lena, ready.lena_seat, right=0, now=LATER)
        sitting = assessment.sitting_for(session, ready.lena, attempt)
        papers.append({slot.item_id for slot in sitting.paper.slots})
    assert not papers[0] & papers[1] and not papers[1] & papers[2]
    numbers = session.scalars(sa.select(Attempt.number).order_by(Attempt.id)).all()
    assert numbers == [1, 2, 3]


def test_what_an_examination_showed_counts_as_seen_in_a_quiz(session: Session, ready: Cast) -> None:
    """And the other way round: an item is known to whoever met it, wherever that was."""
    first = sit(session, ready.lena, ready.lena_seat, right=0, now=LATER)
    shown = assessment.sitting_for(session, ready.lena, first).paper
    elsewhere = sa.update(Attempt).where(Attempt.id == first)
    session.execute(elsewhere.values(bank_id="final-examination", module_key="last-module"))
    again = sit(session, ready.lena, ready.lena_seat, right=0, now=LATER)
    paper = assessment.sitting_for(session, ready.lena, again).paper
    assert not {slot.item_id for slot in shown.slots} & {slot.item_id for slot in paper.slots}


# --- saving ---------------------------------------------------------------------------------


def test_fifty_saves_of_one_step_store_one(app: Flask, ready: Cast) -> None:
    """Invariant 13: whoever comes second with the same number meets what is stored."""
    attempt = begun(app, ready)
    decisions = at_once(app, lambda session, n: save(session, ready, attempt, answer="abcd"[n % 4]))
    kinds = [each.kind for each in decisions if isinstance(each, quizzes.Decision)]
    assert kinds.count("accept") == 1 and len(kinds) == 50
    with app.app_context():
        stored = db.session.scalars(sa.select(ResponseStep.answer)).all()
    assert len(stored) == 1
    for each in decisions:
        assert isinstance(each, quizzes.Decision)
        assert each.stored is not None and each.stored.answer == stored[0]


@pytest.mark.parametrize("chance", range(8))
def test_every_save_is_decided_as_the_core_decides_it(
    session: Session, ready: Cast, chance: int
) -> None:
    """The one statement that accepts almost every answer accepts exactly what the core accepts."""
    attempt, draw = begin(session, ready), random.Random(chance)
    paper = assessment.sitting_for(session, ready.lena, attempt).paper
    steps: list[quizzes.Step] = []
    closes_at = draw.randrange(30, 60)
    for turn in range(60):
        if turn == closes_at:
            assessment.submit(session, ready.lena, attempt, LATER)
            steps.append(quizzes.Submission(LATER))
        slot, option = draw.choice((0, 1, 1, 2, 3, 4)), draw.choice("abcde")
        state = quizzes.replay(steps)
        seen = state.responses[slot].sequence if slot in state.responses else 0
        sequence = seen + draw.choice((-1, 0, 1, 1, 1, 2))
        readable = option != "e" or slot not in (1, 2, 3)  # there are options a to d
        expected = quizzes.decide_response(paper, state, slot, sequence, option).kind
        expected = expected if readable else "invalid"
        stored = state.responses.get(slot)
        if expected == "accept" and stored is not None and stored.answer == option:
            expected = "repeat"
        decision = save(session, ready, attempt, slot=slot, sequence=sequence, answer=option)
        assert decision.kind == expected
        if expected == "accept":
            steps.append(quizzes.Response(slot, sequence, option, LATER))
    accepted = sum(isinstance(step, quizzes.Response) for step in steps)
    assert rows_of(session, ResponseStep) == accepted >= 4


def test_a_stale_tab_does_not_overwrite(session: Session, ready: Cast) -> None:
    """Invariant 13: the second tab still shows step 1 when step 2 is stored."""
    attempt = begin(session, ready)
    assert save(session, ready, attempt, sequence=1, answer="a").kind == "accept"
    assert save(session, ready, attempt, sequence=2, answer="b").kind == "accept"
    stale = save(session, ready, attempt, sequence=2, answer="c")
    assert stale.kind == "conflict"
    assert stale.stored is not None and stale.stored.answer == "b"


def test_a_lost_reply_may_be_asked_for_again(session: Session, ready: Cast) -> None:
    attempt = begin(session, ready)
    save(session, ready, attempt)
    assert save(session, ready, attempt).kind == "repeat"
    assert rows_of(session, ResponseStep) == 1


@pytest.mark.parametrize(
    "nonsense", [{"slot": 0}, {"slot": 4}, {"answer": "z"}, {"sequence": 7}, {"sequence": 0}]
)
def test_what_no_page_would_send_stores_nothing(
    session: Session, ready: Cast, nonsense: dict[str, object]
) -> None:
    attempt = begin(session, ready)
    assert save(session, ready, attempt, **nonsense).kind in ("invalid", "conflict")
    assert rows_of(session, ResponseStep) == 0


def test_saves_race_a_submission_and_the_score_counts_what_was_accepted(
    app: Flask, ready: Cast
) -> None:
    """Invariants 10 and 18: no answer is accepted after submission, and the score agrees."""
    attempt = begun(app, ready)

    def act(session: Session, number: int) -> str:
        if number == 25:
            assessment.submit(session, ready.lena, attempt, clock.now())
            return "submitted"
        slot = number % 3 + 1
        return save(session, ready, attempt, slot=slot, answer="b", now=clock.now()).kind

    kinds = at_once(app, act)
    assert kinds.count("accept") <= 3
    with app.app_context():
        assert rows_of(db.session, ScoreRecord) == 1
        assert rows_of(db.session, ResponseStep) == kinds.count("accept")
        assert save(db.session, ready, attempt, sequence=9).kind == "closed"
        assert recomputed(db.session, ready.lena, attempt) == stored_score(db.session, attempt)


def recomputed(session: Session, account: int, attempt: int) -> tuple[Fraction, int, bool]:
    sitting = assessment.sitting_for(session, account, attempt)
    items = {item.id: item for item in sitting.bank.items}
    score = quizzes.score(sitting.paper, items, sitting.state)
    assert isinstance(score, quizzes.Score)
    return score.points, score.maximum, score.passed


def stored_score(session: Session, attempt: int) -> tuple[Fraction, int, bool]:
    query = sa.select(ScoreRecord.points, ScoreRecord.maximum, ScoreRecord.passed)
    points, maximum, passed = session.execute(query.where(ScoreRecord.attempt_id == attempt)).one()
    return points, maximum, passed


# --- submitting -----------------------------------------------------------------------------


def test_fifty_submissions_are_one_score_and_one_credential(app: Flask, ready: Cast) -> None:
    """Invariants 9, 26 and 32: scored once, awarded once, both in the trail once."""
    attempt = begun(app, ready)
    with app.app_context():
        sitting = assessment.sitting_for(db.session, ready.lena, attempt)
        for number, slot in enumerate(sitting.paper.slots, start=1):
            key = sitting.bank.item(slot.item_id).key.id
            save(db.session, ready, attempt, slot=number, answer=key)
        db.session.commit()

    def act(session: Session, _number: int) -> str | None:
        seat = assessment.submit(session, ready.lena, attempt, clock.now())
        return credentials.award_if_complete(session, seat, now=clock.now(), verify_address=VERIFY)

    serials = at_once(app, act)
    assert len(set(serials)) == 1 and isinstance(serials[0], str)
    with app.app_context():
        assert rows_of(db.session, ScoreRecord) == 1
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("attempt.scored") == acts.count("credential.awarded") == 1
        assert audit.first_broken(db.session) is None


# One row per learner: how many of three they get right, points, passed (the cut is 60 %).
@pytest.mark.parametrize(
    ("right", "points", "passed"), [(0, 0, False), (1, 1, False), (2, 2, True), (3, 3, True)]
)
def test_an_attempt_is_scored_against_the_cut(
    session: Session, ready: Cast, right: int, points: int, passed: bool
) -> None:
    attempt = sit(session, ready.lena, ready.lena_seat, right=right, now=LATER)
    result = assessment.result_for(session, ready.lena, attempt)
    assert (result.points, result.maximum, result.passed) == (points, 3, passed)


def test_a_paper_left_empty_scores_nothing_and_is_not_passed(session: Session, ready: Cast) -> None:
    """Invariant 4: looking at the solution by handing in nothing ends the attempt."""
    attempt = begin(session, ready)
    assessment.submit(session, ready.lena, attempt, LATER)
    assert assessment.result_for(session, ready.lena, attempt).points == 0
    assert save(session, ready, attempt).kind == "closed"


def test_the_result_is_refused_before_submission(session: Session, ready: Cast) -> None:
    attempt = begin(session, ready)
    with pytest.raises(Refused):
        assessment.result_for(session, ready.lena, attempt)


# --- whose it is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("leo", NotFound), ("otto", NotFound), ("olga", NotFound), ("ivo", Forbidden)],
)
def test_an_attempt_is_its_learners_alone(
    session: Session, ready: Cast, who: str, refusal: type[LmsError]
) -> None:
    """Invariant 15: an attempt's number opens nothing to anybody else."""
    attempt = begin(session, ready)
    account = getattr(ready, who)
    for act in (
        lambda: assessment.sitting_for(session, account, attempt),
        lambda: assessment.submit(session, account, attempt, LATER),
        lambda: assessment.save_response(
            session, account, attempt, slot=1, sequence=1, answer="a", now=LATER
        ),
    ):
        with pytest.raises(refusal):
            act()
    assert rows_of(session, ResponseStep) == rows_of(session, ScoreRecord) == 0


def test_a_submitted_attempt_never_changes_with_the_bank(session: Session, ready: Cast) -> None:
    """Invariant 18: the paper pins its items by their hash; another text is not scored."""
    attempt = begin(session, ready)
    paper = json.loads(session.scalars(sa.select(Attempt.paper)).one())
    sitting = assessment.sitting_for(session, ready.lena, attempt)
    assert all(
        slot["item_hash"] == sitting.bank.item(slot["item_id"]).content_hash
        for slot in paper["slots"]
    )
