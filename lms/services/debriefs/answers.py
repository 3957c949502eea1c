"""What a cohort answered, by item and by objective: what it masters and what it is sure of wrongly.

Everything rests on first attempts in this cohort, so that learning by retaking flatters nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import courses
import quizzes
from lms.services import catalogue, psychometrics
from lms.services.psychometrics import CohortAttempt, Given
from lms.services.reports import CohortReport

FEWEST = 5
"""Answers below which an item is not called hard: a convention."""
SURELY_WRONG = 0.1
"""Share of answers, wrong and certain, from which an item is a misconception: a convention."""


@dataclass(frozen=True)
class ItemLine:
    """One item as the cohort met it: each learner by their first answer to it.

    `answers` were given or left out, `right` of them earned the full mark. `wrong_answers` are the
    wrong ones with how many gave each, texts of one's own and what was left out excepted.
    """

    item: quizzes.Item
    bank_id: str
    answers: int
    right: int
    certainty: quizzes.CertaintyTable
    wrong_answers: tuple[tuple[str, int], ...]
    lessons: tuple[courses.Lesson, ...]

    @cached_property
    def interval(self) -> quizzes.Interval:
        """The range of the true share of right answers, at 95 in 100."""
        return quizzes.wilson(self.right, self.answers)

    @property
    def is_misconception(self) -> bool:
        """Whether at least one answer in ten was wrong and certain.

        Where the answers are few, by the lower end of the interval.
        """
        rate, range_ = self.certainty.confidently_wrong_rate, None
        if self.certainty.caution:
            range_ = self.certainty.confidently_wrong_interval
            rate = range_.low if range_ else None
        return rate is not None and rate >= SURELY_WRONG


@dataclass(frozen=True)
class ObjectiveLine:
    """One objective in the cohort: `mastered` of `learners` who met items of it reach the cut.

    Somebody masters it who earned at least `cut_percent` of the marks of the items of it that they
    met at first. `answers` and `right` count items answered; `surely_wrong` were wrong and certain,
    `safety` of these on items where somebody may be at stake. Nobody met one: `learners` is 0.
    """

    objective: courses.Objective
    module: courses.Module
    cut_percent: int
    learners: int
    mastered: int
    answers: int
    right: int
    surely_wrong: int
    safety: int
    lessons: tuple[courses.Lesson, ...]
    not_mastered: tuple[int, ...]

    @property
    def percent(self) -> int:
        """Share of learners who master it, rounded down; 0 where nobody met it."""
        return 100 * self.mastered // self.learners if self.learners else 0


Meeting = tuple[int, str, Given]
"""Who met an item at first, in the quiz of which module, and what they did with it."""


@dataclass(frozen=True)
class Debrief:
    """What a cohort answered, by item hash and learner; each part is worked out when asked for."""

    report: CohortReport
    met: Mapping[str, Mapping[int, Meeting]]

    @cached_property
    def items(self) -> tuple[ItemLine, ...]:
        """Every item that somebody met, by its id."""
        lines = [self._line(key, meetings) for key, meetings in self.met.items()]
        return tuple(sorted(lines, key=lambda line: line.item.id))

    @cached_property
    def objectives(self) -> tuple[ObjectiveLine, ...]:
        """Every objective of the course, in its order."""
        known = psychometrics.items_by_hash(self.report.content)
        answers: dict[str, list[tuple[quizzes.Item, Meeting]]] = {}
        for key, meetings in self.met.items():
            own = answers.setdefault(known[key].objective, [])
            own += [(known[key], meeting) for meeting in meetings.values()]
        return tuple(_objectives(self.report.content, answers))

    @cached_property
    def misconceptions(self) -> tuple[ItemLine, ...]:
        """Items that one in ten got wrong and was certain of: safety first, then the surest."""

        def danger(line: ItemLine) -> tuple[bool, float, str]:
            interval = line.certainty.confidently_wrong_interval
            return (not line.item.safety_critical, -(interval.low if interval else 0), line.item.id)

        # The lower end of an interval is below its rate: whatever has not the rate is none.
        lines = [
            self._line(key, meetings)
            for key, meetings in self.met.items()
            if _surely_wrong_rate(meetings.values()) >= SURELY_WRONG
        ]
        return tuple(sorted((each for each in lines if each.is_misconception), key=danger))

    def hardest(self, most: int) -> list[ItemLine]:
        """The items that surely few got right: by the upper end of the interval."""
        judged = [line for line in self.items if line.answers >= FEWEST]
        return sorted(judged, key=lambda line: (line.interval.high, line.item.id))[:most]

    def weakest(self, most: int) -> list[ObjectiveLine]:
        """The objectives that the fewest master, where some have not; the worst first."""
        met = [line for line in self.objectives if line.learners and line.not_mastered]
        return sorted(met, key=lambda line: (line.percent, -line.learners, line.objective.id))[
            :most
        ]

    def _line(self, item_hash: str, meetings: Mapping[int, Meeting]) -> ItemLine:
        item = psychometrics.items_by_hash(self.report.content)[item_hash]
        return _item_line(self.report.content, item, list(meetings.values()))


def debrief(report: CohortReport) -> Debrief:
    """Gather what a cohort answered; its report has read all that is needed."""
    return Debrief(report, _first_meetings(report.attempts))


def _surely_wrong_rate(meetings: Iterable[Meeting]) -> float:
    """The share of answers that were wrong and certain, of those that came with a certainty."""
    told = [given for _, _, given in meetings if given.certainty is not None]
    return sum(map(psychometrics.is_surely_wrong, told)) / len(told) if told else 0.0


def _first_meetings(attempts: Iterable[CohortAttempt]) -> dict[str, dict[int, Meeting]]:
    """By item and learner the answer that counts: the first, or the first that came with certainty.

    An item may be met in a quiz that asks no certainty and again in an examination that does.
    """
    met: dict[str, dict[int, Meeting]] = {}
    for attempt in sorted(attempts, key=lambda each: each.started_at):
        for given in attempt.given:
            mine = met.setdefault(given.item_hash, {})
            known = mine.get(attempt.enrolment_id)
            if known is None or (known[2].certainty is None and given.certainty is not None):
                mine[attempt.enrolment_id] = (attempt.enrolment_id, attempt.module_key, given)
    return met


def _item_line(
    content: catalogue.ReleaseContent, item: quizzes.Item, meetings: Sequence[Meeting]
) -> ItemLine:
    given = [each for _, _, each in meetings]
    wrong: Counter[str] = Counter()
    if item.kind != "constructed":
        wrong.update(each.answer for each in given if each.mark < 1 and each.answer)
    module = content.course.module(meetings[0][1])
    rights = [each.mark == 1 for each in given]
    return ItemLine(
        item=item,
        bank_id=module.quiz or "",
        answers=len(given),
        right=sum(rights),
        certainty=quizzes.certainty_table(
            [(each.certainty, right) for each, right in zip(given, rights, strict=True)]
        ),
        wrong_answers=tuple(sorted(wrong.items(), key=lambda each: (-each[1], each[0]))),
        lessons=psychometrics.lessons_on(content.course, item.objective),
    )


def _objectives(
    content: catalogue.ReleaseContent,
    by_objective: dict[str, list[tuple[quizzes.Item, Meeting]]],
) -> Iterable[ObjectiveLine]:
    for module in content.course.modules:
        cut = content.banks[module.quiz].specification.cut_percent if module.quiz else 0
        for objective in module.objectives:
            answers = by_objective.get(objective.id, [])
            marks: dict[int, list[Fraction]] = {}
            for _item, (enrolment, _module, given) in answers:
                marks.setdefault(enrolment, []).append(given.mark)
            missing = [
                enrolment
                for enrolment, own in marks.items()
                if sum(own, Fraction(0)) * 100 < cut * len(own)
            ]
            surely = [
                item for item, (_, _, given) in answers if psychometrics.is_surely_wrong(given)
            ]
            yield ObjectiveLine(
                objective=objective,
                module=module,
                cut_percent=cut,
                learners=len(marks),
                mastered=len(marks) - len(missing),
                answers=len(answers),
                right=sum(given.mark == 1 for _, (_, _, given) in answers),
                surely_wrong=len(surely),
                safety=sum(item.safety_critical for item in surely),
                lessons=psychometrics.lessons_on(content.course, objective.id),
                not_mastered=tuple(missing),
            )
