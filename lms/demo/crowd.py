"""The crowd of the demonstration: hundreds who study, sit and retake, written down by the pen.

What comes of it is decided as ever: papers are drawn and scored by the core, and awards are made by
their service. Only the writing is done for many at once.
"""

import json
import random
from collections import Counter, deque
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

import courses
import quizzes
from lms.demo.habits import READ_AGAIN, Habit, answer
from lms.demo.pen import Pen
from lms.models.assessment import ResponseStep, SafetyRecheck, ScoreRecord
from lms.models.learning import LessonCompletion
from lms.services import assessment, catalogue
from lms.services.assessment.attempts import RECENT_PAPERS
from lms.services.assessment.findings import RESOLVED, parallel_item
from lms.services.cohorts import Seat

MOST_TRIES = 4
GIVES_UP = 0.04  # the chance of it after a failed attempt
MOST_RECHECKS = 4
GIVEN = """Amara|Beatriz|Camille|Devika|Emeka|Farah|Grigor|Hana|Ifeoma|Jelena|Kofi|Leila|Magnus
Nadia|Omar|Paulina|Rasmus|Saoirse|Tendai|Ulrike|Vesna|Wiremu|Yara|Zainab|Anton|Bronwyn"""
FAMILY = """Achterberg|Balogun|Castellví|Drăgulescu|Eriksen|Fagerholm|Guðjónsson|Hakimi|Ivanova
Jayasuriya|Kowalczyk|Laaksonen|Moreira|Nakagawa|Ogunleye|Pereira|Quispe|Rautio|Szabó|Tkachenko
Uzun|Vandenberghe|Whitcombe|Xydis|Yıldırım|Zimmermann"""


def names(count: int, chance: random.Random) -> list[str]:
    """Return so many different invented names."""
    given, family = (text.replace("\n", "|").split("|") for text in (GIVEN, FAMILY))
    return chance.sample([f"{first} {last}" for first in given for last in family], count)


@dataclass(slots=True)
class Studying:
    """Somebody of the crowd as the story follows them: what they met, and who they are."""

    pen: Pen
    seat: Seat
    content: catalogue.ReleaseContent
    habit: Habit
    chance: random.Random
    recent: dict[str, deque[quizzes.Paper]]
    met: Counter[str] = field(default_factory=Counter)

    def entry(self, at: datetime, act: str, subject: str, **detail: object) -> None:
        """Put an act of theirs on the list for the trail."""
        seat = self.seat
        self.pen.entry(at, seat.programme_id, act, subject, detail, seat.account_id)


def study(person: Studying, at: datetime) -> Generator[datetime, None, datetime | None]:
    """Yield the instant of each next act; return when they were through, None if they stopped."""
    for count, unit in enumerate(person.content.course.units):
        if count >= person.habit.stops_after:
            return None
        at += timedelta(days=person.habit.pace_days * person.chance.uniform(0.4, 1.6))
        yield at
        if unit.kind == "lesson":
            _read(person, person.content.course.lesson(unit.key), at)
            continue
        is_passed = False
        for number in range(1, MOST_TRIES + 1):
            at, is_passed, missed = yield from _sit(person, unit.module_key, number, at)
            if is_passed or person.chance.random() < GIVES_UP:
                break
            rules = person.content.banks[_bank_of(person, unit.module_key)].specification.rules
            at += timedelta(hours=rules.cool_down_hours, days=person.chance.uniform(1, 4))
            yield at
            for lesson in person.content.course.lessons:
                if missed.intersection(lesson.objectives):
                    _open(person, lesson, at)
        if not is_passed:
            return None
    return at


def _bank_of(person: Studying, module_key: str) -> str:
    module = next(each for each in person.content.course.modules if each.key == module_key)
    return module.quiz or ""


def _open(person: Studying, lesson: courses.Lesson, at: datetime) -> None:
    heading = person.chance.choice(lesson.headings).id if lesson.headings else ""
    person.pen.seen(person.seat.enrolment_id, lesson.key, heading, at)


def _read(person: Studying, lesson: courses.Lesson, at: datetime) -> None:
    _open(person, lesson, at)
    enrolment = person.seat.enrolment_id
    person.pen.add(
        LessonCompletion,
        enrolment_id=enrolment,
        lesson_key=lesson.key,
        minutes=lesson.minutes,
        completed_at=at,
    )
    done = {"lesson": lesson.key, "minutes": lesson.minutes}
    person.entry(at, "lesson.completed", f"enrolment {enrolment}", **done)


def _sit(
    person: Studying, module_key: str, number: int, at: datetime
) -> Generator[datetime, None, tuple[datetime, bool, set[str]]]:
    """Sit a quiz; return when it was over, whether it is passed, and the objectives missed.

    Yields its end, so that what others do meanwhile stands before it in the trail.
    """
    bank = person.content.banks[_bank_of(person, module_key)]
    paper, attempt, closes_at = _begin(person, bank, module_key, number, at)
    steps: list[quizzes.Step] = []
    began = at
    for slot, asked in enumerate(paper.slots, start=1):
        at += timedelta(seconds=person.chance.uniform(30, 80))
        text, sure = answer(bank.item(asked.item_id), person.habit.skill, person.chance)
        certainty = None if paper.rules.certainty == "off" else sure
        steps.append(quizzes.Response(slot, 1, text, at, certainty))
    at = at if closes_at is None else min(at, closes_at)
    yield at
    for step in steps:
        assert isinstance(step, quizzes.Response)
        person.pen.add(
            ResponseStep,
            attempt_id=attempt,
            slot=step.slot,
            sequence=1,
            answer=step.answer,
            certainty=step.certainty,
            recorded_at=min(step.at, at),
        )
    person.pen.submit(attempt, at)
    state = quizzes.replay([*steps, quizzes.Submission(at)])
    items = {item.id: item for item in bank.items}
    score = quizzes.rescore(paper, items, state)
    if isinstance(score, quizzes.Awaiting):
        subject, waiting = f"attempt {attempt}", list(score.slots)
        person.entry(
            at, "attempt.submitted", subject, enrolment=person.seat.enrolment_id, to_mark=waiting
        )
        return at, False, set()
    _score(person, attempt, score, 1, assessment.FIRST_SCORE, at)
    sitting = _as_sitting(person, bank, paper, state, attempt, number, module_key, began)
    resolved = _recheck(person, sitting, score, at)
    is_passed = score.passed
    if resolved and paper.rules.safety == "must-resolve" and not score.passed:
        again = quizzes.rescore(paper, items, state, None, (), resolved)
        if isinstance(again, quizzes.Score) and again.passed:
            _score(person, attempt, again, 2, RESOLVED, at)
            is_passed = True
    missed = {
        bank.item(paper.slots[place].item_id).objective
        for place, mark in enumerate(score.marks)
        if mark < 1
    }
    return at, is_passed, missed


def _begin(
    person: Studying, bank: quizzes.Bank, module_key: str, number: int, at: datetime
) -> tuple[quizzes.Paper, int, datetime | None]:
    seed = person.chance.getrandbits(62)
    paper = quizzes.draw_paper(bank, seed, person.met, _exposure(person, bank))
    person.met.update(slot.item_id for slot in paper.slots)
    person.recent.setdefault(bank.id, deque(maxlen=RECENT_PAPERS)).append(paper)
    terms = quizzes.effective_terms(bank.specification.rules, started_at=at)
    closes_at = quizzes.ending(at, terms).at
    attempt = person.pen.begin(
        enrolment_id=person.seat.enrolment_id,
        module_key=module_key,
        number=number,
        bank_id=bank.id,
        seed=seed,
        paper=json.dumps(quizzes.paper_to_document(paper), sort_keys=True),
        started_at=at,
        closes_at=closes_at,
        grace_seconds=terms.grace_seconds,
    )
    begun = {"enrolment": person.seat.enrolment_id, "module": module_key, "number": number}
    person.entry(at, "attempt.started", f"attempt {attempt}", **begun)
    return paper, attempt, closes_at


def _exposure(person: Studying, bank: quizzes.Bank) -> dict[str, Fraction]:
    if bank.specification.rules.exposure_percent is None:
        return {}
    papers = person.recent.get(bank.id, ())
    times = Counter(slot.item_id for paper in papers for slot in paper.slots)
    return {item: Fraction(count, len(papers)) for item, count in times.items()}


def _score(
    person: Studying, attempt: int, score: quizzes.Score, revision: int, why: str, at: datetime
) -> None:
    points, parts = score.points, score.points.denominator
    person.pen.add(
        ScoreRecord,
        attempt_id=attempt,
        revision=revision,
        points=points.numerator,
        maximum=score.maximum * parts,
        parts=parts,
        cut_percent=score.cut_percent,
        passed=score.passed,
        reason=why,
        scored_at=at,
    )
    sure = {"confident_misses": list(score.confident_misses)} if score.confident_misses else {}
    person.entry(
        at,
        "attempt.scored",
        f"attempt {attempt}",
        enrolment=person.seat.enrolment_id,
        points=int(points) if parts == 1 else str(points),
        maximum=score.maximum,
        passed=score.passed,
        missed_safety=list(score.missed_safety),
        **sure,
    )


def _recheck(
    person: Studying, sitting: assessment.Sitting, score: quizzes.Score, at: datetime
) -> set[str]:
    """Go through the safety findings of an attempt; return the items whose miss is made good."""
    must = sitting.paper.rules.safety == "must-resolve"
    missed = set(score.missed_safety if must else score.confident_misses)
    resolved = set()
    for slot, asked in enumerate(sitting.paper.slots, start=1):
        if asked.item_id not in missed:
            continue
        used: list[str] = []
        for number in range(1, MOST_RECHECKS + 1):
            item = parallel_item(sitting, slot, used)
            used.append(item.id)
            text, _sure = answer(item, READ_AGAIN, person.chance)
            is_right = quizzes.mark(item, quizzes.read_answer(item, text)) == 1
            person.pen.add(
                SafetyRecheck,
                attempt_id=sitting.attempt_id,
                slot=slot,
                number=number,
                item_id=item.id,
                begun_at=at,
                answer=text,
                is_right=is_right,
                answered_at=at,
            )
            done = {"enrolment": person.seat.enrolment_id, "slot": slot, "resolved": is_right}
            person.entry(at, "finding.rechecked", f"attempt {sitting.attempt_id}", **done)
            if is_right:
                resolved.add(asked.item_id)
                break
            if person.chance.random() < 0.3:
                break
    return resolved


def _as_sitting(
    person: Studying,
    bank: quizzes.Bank,
    paper: quizzes.Paper,
    state: quizzes.AttemptState,
    attempt: int,
    number: int,
    module_key: str,
    at: datetime,
) -> assessment.Sitting:
    return assessment.Sitting(
        attempt_id=attempt,
        number=number,
        module_key=module_key,
        seat=person.seat,
        paper=paper,
        state=state,
        bank=bank,
        content=person.content,
        started_at=at,
        closes_at=None,
        grace_seconds=0,
        paused_at=None,
        voided_at=None,
        void_reason=None,
        is_accommodated=False,
        flagged=frozenset(),
    )
