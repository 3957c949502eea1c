"""Debriefs: first answers count, few answers accuse nobody, and safety comes first."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

import quizzes
from lms.models.assessment import Attempt, ResponseStep
from lms.services import catalogue, cohorts, debriefs, psychometrics, reports
from tests.cast import THEN, Cast
from tests.lms import report_samples as sample

DECEMBER = datetime(2026, 12, 2, 12, tzinfo=UTC)


def bank_of(session: Session, cast: Cast) -> quizzes.Bank:
    return catalogue.release(session, cast.release).banks["small-course"]


def answer(
    session: Session, cast: Cast, seat: int, answers: list[tuple[str, int | None]], number: int = 1
) -> None:
    """Sit the quiz: for each item "right", "wrong" or "" (left out), and how sure."""
    bank = bank_of(session, cast)
    items = [item for item in bank.items if item.kind == "single"][: len(answers)]
    order = tuple(option.id for option in items[0].options)
    slots = tuple(quizzes.Slot(item.id, item.content_hash, order) for item in items)
    points = sum(given == "right" for given, _ in answers)
    attempt = sample.sit(
        session, seat, min(points, 3), number=number, at=THEN + timedelta(days=number)
    )
    paper = quizzes.Paper(bank.id, slots, 60)
    row = session.get_one(Attempt, attempt)
    row.paper = json.dumps(quizzes.paper_to_document(paper), sort_keys=True)
    for slot, (item, (given, certainty)) in enumerate(zip(items, answers, strict=True), start=1):
        if not given:
            continue
        wrong = next(option.id for option in item.options if not option.key)
        session.add(
            ResponseStep(
                attempt_id=attempt, slot=slot, sequence=1, certainty=certainty,
                answer=item.key.id if given == "right" else wrong, recorded_at=THEN,
            )
        )  # fmt: skip
    session.flush()


def debrief_of(session: Session, cast: Cast) -> debriefs.Debrief:
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "reader")
    return debriefs.debrief(reports.cohort_report(session, cohort, DECEMBER))


def test_a_learner_counts_once_by_their_first_answer(session: Session, cast: Cast) -> None:
    answer(session, cast, cast.lena_seat, [("wrong", 3), ("right", 3)])
    answer(session, cast, cast.lena_seat, [("right", 3), ("right", 3)], number=2)
    answer(session, cast, cast.leo_seat, [("", None), ("right", 2)])
    first, second = sorted(debrief_of(session, cast).items, key=lambda line: line.right)
    assert (first.answers, first.right, first.certainty.confidently_wrong) == (2, 0, 1)
    assert (second.answers, second.right, second.certainty.confidently_wrong) == (2, 2, 0)
    assert [count for _, count in first.wrong_answers] == [1], "what was left out is no answer"


def test_what_is_mastered_and_by_whom_it_is_not(session: Session, cast: Cast) -> None:
    items = [item for item in bank_of(session, cast).items if item.kind == "single"][:2]
    answer(session, cast, cast.lena_seat, [("right", 3), ("right", 3)])
    answer(session, cast, cast.leo_seat, [("wrong", 3), ("right", 1)])
    found = {line.objective.id: line for line in debrief_of(session, cast).objectives}
    line = found[items[0].objective]
    assert (line.learners, line.mastered, line.not_mastered) == (2, 1, (cast.leo_seat,))
    assert line.surely_wrong == 1
    never = [line for line in found.values() if not line.answers]
    assert all((line.learners, line.percent) == (0, 0) for line in never)
    weakest = debrief_of(session, cast).weakest(3)
    assert [line.objective.id for line in weakest] == [items[0].objective]


def test_one_of_two_is_no_misconception_and_half_of_forty_is(session: Session, cast: Cast) -> None:
    answer(session, cast, cast.lena_seat, [("wrong", 3)])
    answer(session, cast, cast.leo_seat, [("right", 3)])
    assert debrief_of(session, cast).misconceptions == ()
    assert debrief_of(session, cast).hardest(5) == [], "two answers make no item hard"
    for number in range(1, 39):
        seat = sample.learner(session, cast, f"Learner {number}", number=number)
        answer(session, cast, seat, [("wrong" if number % 2 else "right", 3)])
    (line,) = debrief_of(session, cast).misconceptions
    assert (line.certainty.confidently_wrong, line.answers) == (20, 40)
    assert debrief_of(session, cast).hardest(5) == [line]
    assert line.interval.low < 0.5 < line.interval.high


def test_a_guess_that_missed_is_no_misconception(session: Session, cast: Cast) -> None:
    for number in range(1, 39):
        seat = sample.learner(session, cast, f"Learner {number}", number=number)
        answer(session, cast, seat, [("wrong", 1 if number % 2 else None)])
    assert debrief_of(session, cast).misconceptions == ()


def test_safety_stands_before_what_is_surer(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = [
        sample.learner(session, cast, f"Learner {number}", number=number) for number in range(1, 41)
    ]
    for place, seat in enumerate(seats):
        answer(session, cast, seat, [("wrong", 3), ("wrong" if place % 2 else "right", 3)])
    found = debrief_of(session, cast)
    surer, less = found.misconceptions
    assert surer.certainty.confidently_wrong > less.certainty.confidently_wrong
    items = psychometrics.items_by_hash(found.report.content)
    turned = {
        key: replace(item, safety_critical=item.id == less.item.id) for key, item in items.items()
    }
    monkeypatch.setattr(psychometrics, "items_by_hash", lambda _content: turned)
    again = debrief_of(session, cast).misconceptions
    assert [line.item.id for line in again] == [less.item.id, surer.item.id]


def test_the_voided_and_the_withdrawn_count_for_nothing(session: Session, cast: Cast) -> None:
    answer(session, cast, cast.lena_seat, [("wrong", 3)])
    answer(session, cast, cast.leo_seat, [("wrong", 3)])
    row = session.query(Attempt).filter_by(enrolment_id=cast.lena_seat).one()
    row.voided_at, row.void_reason = THEN, "A mistake"
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "instructor")
    cohorts.change_state(
        session, cohort, cast.leo_seat, "withdraw", reason="Moved", by=cast.ada, now=DECEMBER
    )
    session.flush()
    found = debrief_of(session, cast)
    assert found.items == ()
