"""The results of a release's evaluation: by question, for all periods or one, nobody told."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.errors import NotFound
from lms.models.closing import EvaluationAnswers
from lms.services import catalogue


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A release that learners of a programme have evaluated; whether anything may be shown yet."""

    release_id: int
    course: str
    label: str


@dataclass(frozen=True, slots=True)
class Period:
    """Months whose answers are shown together, and how many evaluations they hold."""

    months: tuple[str, ...]
    count: int

    @property
    def key(self) -> str:
        """What names it in an address: its last month."""
        return self.months[-1]


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a choice and how many chose it; None where the number is hidden."""

    text: str
    count: int | None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What was answered to a question: bands of a scale, options of a choice, or words.

    Words come in an order that tells nothing, and only from ten evaluations on.
    """

    question: courses.Question
    bands: tuple[courses.Band, ...] = ()
    options: tuple[Option, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a release for one period or all: `count` evaluations, each question.

    `is_waiting` says that there are evaluations that cannot be shown yet. `words_count` is the
    number of evaluations that the words are taken from, 0 while they are too few.
    """

    release_id: int
    course: str
    label: str
    periods: tuple[Period, ...]
    chosen: Period | None
    count: int
    questions: tuple[QuestionResult, ...]
    words_count: int
    is_waiting: bool


def list_evaluated(session: Session, programme_id: int) -> list[Evaluated]:
    """Return the releases that learners of a programme have evaluated, the latest first."""
    query = (
        sa.select(EvaluationAnswers.release_id)
        .where(EvaluationAnswers.programme_id == programme_id)
        .distinct()
        .order_by(EvaluationAnswers.release_id.desc())
    )
    return [
        Evaluated(release_id, content.course.title, content.label)
        for release_id in session.scalars(query)
        for content in [catalogue.release(session, release_id)]
    ]


def find_results(
    session: Session,
    programme_id: int,
    release_id: int,
    zone: str,
    now: datetime,
    period: str | None = None,
) -> Results:
    """Return what a programme's learners said of a release, for the period named or for all.

    NotFound for a release that nobody there evaluated and for a period that is not shown.
    """
    counts = _counts(session, programme_id, release_id)
    if not counts:
        raise NotFound()
    content = catalogue.release(session, release_id)
    evaluation = content.course.closing.evaluation
    assert evaluation is not None
    current = now.astimezone(ZoneInfo(zone)).strftime("%Y-%m")
    periods = tuple(
        Period(block.months, block.count) for block in courses.closed_blocks(counts, current)
    )
    chosen = next((each for each in periods if each.key == period), None)
    if period is not None and chosen is None:
        raise NotFound()
    months = chosen.months if chosen else tuple(m for each in periods for m in each.months)
    given = _answers(session, programme_id, release_id, months)
    # A period is shown as coarsely as every period can be: nothing is left over by subtraction.
    views = [given] + [
        _answers(session, programme_id, release_id, each.months)
        for each in periods
        if chosen and each != chosen
    ]
    # Words of one period are never shown alone: they come in blocks of ten.
    wordy = courses.closed_blocks(counts, current, courses.LEAST_WITH_WORDS) if not chosen else []
    spoken = _answers(session, programme_id, release_id, [m for each in wordy for m in each.months])
    return Results(
        release_id=release_id,
        course=content.course.title,
        label=content.label,
        periods=periods,
        chosen=chosen,
        count=len(given),
        questions=tuple(_result(each, views, spoken) for each in evaluation.questions),
        words_count=len(spoken),
        is_waiting=sum(counts.values()) > sum(each.count for each in periods),
    )


def _counts(session: Session, programme_id: int, release_id: int) -> dict[str, int]:
    """Return the number of evaluations by month."""
    query = (
        sa.select(EvaluationAnswers.month, sa.func.count().label("number"))
        .where(
            EvaluationAnswers.programme_id == programme_id,
            EvaluationAnswers.release_id == release_id,
        )
        .group_by(EvaluationAnswers.month)
    )
    return {row.month: row.number for row in session.execute(query)}


def _answers(
    session: Session, programme_id: int, release_id: int, months: Iterable[str]
) -> list[Mapping[str, Any]]:
    """Return the evaluations of some months, in the order of their random keys."""
    query = (
        sa.select(EvaluationAnswers.answers)
        .where(
            EvaluationAnswers.programme_id == programme_id,
            EvaluationAnswers.release_id == release_id,
            EvaluationAnswers.month.in_(list(months)),
        )
        .order_by(EvaluationAnswers.key)
    )
    return [json.loads(each) for each in session.scalars(query)]


def _result(
    question: courses.Question,
    views: list[list[Mapping[str, Any]]],
    spoken: list[Mapping[str, Any]],
) -> QuestionResult:
    """Return what the first of some views shows, together with which the others can be seen."""
    if question.kind == "text":
        # By the alphabet: in the order of the evaluations, the same place would be the same person.
        words = sorted(str(each[question.id]) for each in spoken if each.get(question.id))
        return QuestionResult(question, words=tuple(words))
    if not views[0]:
        return QuestionResult(question)
    counted = [Counter(each[question.id] for each in view if question.id in each) for view in views]
    if question.kind == "scale":
        scales = [{point: counts[point] for point in courses.SCALE} for counts in counted]
        return QuestionResult(question, bands=courses.banded_alike(scales)[0])
    choices = [[counts[text] for text in question.options] for counts in counted]
    shown = courses.hide_alike(choices)[0]
    return QuestionResult(
        question,
        options=tuple(
            Option(text, count) for text, count in zip(question.options, shown, strict=True)
        ),
    )
