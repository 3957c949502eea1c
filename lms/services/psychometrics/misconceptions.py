"""Dangerous misconceptions: where learners were wrong and certain, and which lesson teaches it.

A learner counts once an item: by the first answer that came with a certainty, else by the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

import courses
import quizzes
from lms.errors import NotFound
from lms.services.psychometrics.findings import (
    SafetyMiss,
    is_surely_wrong,
    places_surely_wrong,
)
from lms.services.psychometrics.gathering import Given, Sat, fingerprint, gather
from lms.services.psychometrics.kept import Kept
from lms.services.psychometrics.pools import (
    CohortChoice,
    Examined,
    Version,
    examined,
    lessons_on,
    objective_texts,
)


@dataclass(frozen=True, slots=True)
class Misconception:
    """An item that somebody answered wrongly and certain.

    `missed` of `learners` had less than the full mark. `wrong_answers` are the answers given so,
    with how many gave each; texts of one's own are left out. `by_cohort` has an entry for each
    cohort in which somebody said how sure they were: (cohort, confidently wrong, answers).
    """

    item: quizzes.Item
    bank_id: str
    learners: int
    missed: int
    certainty: quizzes.CertaintyTable
    wrong_answers: tuple[tuple[str, int], ...]
    by_cohort: tuple[tuple[CohortChoice, int, int], ...]
    lessons: tuple[courses.Lesson, ...]


@dataclass(frozen=True, slots=True)
class ObjectiveLine:
    """The answers to all items of an objective, with the lessons that teach it."""

    objective: str
    text: str
    certainty: quizzes.CertaintyTable
    safety_misses: int
    lessons: tuple[courses.Lesson, ...]


@dataclass(frozen=True, slots=True)
class Misconceptions:
    """What a programme's learners, or those of one cohort, were wrong and certain about.

    Items and objectives come with the most dangerous first: safety-critical ones, then by rate, for
    items by the lower end of its interval.
    `learners` sat something, `answers` came with a certainty. `safety_misses` are those of each
    learner's latest attempts.
    """

    items: tuple[Misconception, ...]
    objectives: tuple[ObjectiveLine, ...]
    cohorts: tuple[CohortChoice, ...]
    learners: int
    answers: int
    safety_misses: tuple[SafetyMiss, ...] = ()


def misconceptions(
    session: Session, programme_id: int, *, cohort_id: int | None = None
) -> Misconceptions:
    """Return the misconceptions by item and objective; who may see them is for the caller to ask.

    NotFound for a cohort that the programme does not have.
    """
    found = examined(session, programme_id)
    if cohort_id not in {None, *(cohort.id for cohort in found.cohorts)}:
        raise NotFound()
    state = fingerprint(session, programme_id)
    newest = found.contents[-1].id if found.contents else 0
    key = (session.get_bind().engine, programme_id, cohort_id, state, newest, found.cohorts)
    report: Misconceptions | None = _kept.get(key)
    if report is None:
        report = _worked_out(session, programme_id, cohort_id, found)
        _kept.keep(key, report)
    return report


def _worked_out(
    session: Session, programme_id: int, cohort_id: int | None, found: Examined
) -> Misconceptions:
    banks = {bank for content in found.contents for bank in content.banks}
    versions = found.versions(banks)
    items = {key: version.item for key, version in versions.items()}
    attempts = gather(session, programme_id, items, cohort_id=cohort_id).attempts
    met = first_meetings(attempts, versions)
    if not found.contents:
        return Misconceptions((), (), found.cohorts, 0, 0)
    latest = gather(session, programme_id, items, cohort_id=cohort_id, which="latest")
    course = found.contents[-1].course
    newest = {version.column: version.item for version in versions.values()}
    lines = [_line(newest[column], each, found.cohorts, course) for column, each in met.items()]
    return Misconceptions(
        items=tuple(sorted((line for line in lines if _is_one(line)), key=_danger)),
        objectives=tuple(_objectives(newest, met, course)),
        cohorts=found.cohorts,
        learners=len({sat.account_id for sat in attempts}),
        answers=sum(line.certainty.answers for line in lines),
        safety_misses=_safety_misses(latest.attempts, items, course),
    )


def _safety_misses(
    attempts: Iterable[Sat], items: Mapping[str, quizzes.Item], course: courses.Course
) -> tuple[SafetyMiss, ...]:
    return tuple(
        SafetyMiss(attempt, slot, items[item], lessons_on(course, items[item].objective))
        for attempt, slot, item in places_surely_wrong(attempts)
        if items[item].safety_critical
    )


Meeting = tuple[Sat, Given]


def first_meetings(
    attempts: Iterable[Sat], versions: Mapping[str, Version]
) -> dict[str, list[Meeting]]:
    """Return by column the answer that counts of each learner, in the order attempts were begun.

    An item may be met in a quiz that asks no certainty and again in an examination that does.
    """
    met: dict[str, dict[int, Meeting]] = {}
    for sat in attempts:
        for given in sat.given:
            column = met.setdefault(versions[given.item_hash].column, {})
            known = column.get(sat.account_id)
            if known is None or (known[1].certainty is None and given.certainty is not None):
                column[sat.account_id] = (sat, given)
    return {column: list(meetings.values()) for column, meetings in met.items()}


def _line(
    item: quizzes.Item,
    meetings: Sequence[Meeting],
    cohorts: Sequence[CohortChoice],
    course: courses.Course,
) -> Misconception:
    surely = [(sat, given) for sat, given in meetings if is_surely_wrong(given)]
    wrong: dict[str, int] = {}
    for _sat, given in surely:
        if given.answer and item.kind != "constructed":
            wrong[given.answer] = wrong.get(given.answer, 0) + 1
    by_cohort = []
    for cohort in cohorts:
        asked = sum(sat.cohort_id == cohort.id and _is_asked(given) for sat, given in meetings)
        if asked:
            count = sum(sat.cohort_id == cohort.id for sat, _given in surely)
            by_cohort.append((cohort, count, asked))
    return Misconception(
        item=item,
        bank_id=meetings[0][0].bank_id,
        learners=len(meetings),
        missed=sum(given.mark < 1 for _, given in meetings),
        certainty=_table(given for _, given in meetings),
        wrong_answers=tuple(sorted(wrong.items(), key=lambda each: (-each[1], each[0]))),
        by_cohort=tuple(by_cohort),
        lessons=lessons_on(course, item.objective),
    )


def _objectives(
    newest: Mapping[str, quizzes.Item], met: Mapping[str, list[Meeting]], course: courses.Course
) -> list[ObjectiveLine]:
    texts = objective_texts(course)
    answers: dict[str, list[Given]] = {}
    safety: dict[str, int] = {}
    for column, meetings in met.items():
        item = newest[column]
        given = [each for _, each in meetings]
        answers.setdefault(item.objective, []).extend(given)
        if item.safety_critical:
            surely = sum(map(is_surely_wrong, given))
            safety[item.objective] = safety.get(item.objective, 0) + surely
    lines = [
        ObjectiveLine(
            objective,
            texts.get(objective, ""),
            _table(given),
            safety.get(objective, 0),
            lessons_on(course, objective),
        )
        for objective, given in answers.items()
    ]
    return sorted(
        (line for line in lines if line.certainty.confidently_wrong),
        key=lambda line: (
            not line.safety_misses,
            -(line.certainty.confidently_wrong_rate or 0),
            line.objective,
        ),
    )


def _table(given: Iterable[Given]) -> quizzes.CertaintyTable:
    return quizzes.certainty_table([(each.certainty, each.mark == 1) for each in given])


def _is_asked(given: Given) -> bool:
    return given.certainty is not None


def _is_one(line: Misconception) -> bool:
    return line.certainty.confidently_wrong > 0


def _danger(line: Misconception) -> tuple[bool, float, str]:
    """Safety-critical items first, then those whose rate is surely high: one of one is little."""
    interval = line.certainty.confidently_wrong_interval
    least = interval.low if interval else 0.0
    return (not line.item.safety_critical, -least, line.item.id)


_kept = Kept(24)
