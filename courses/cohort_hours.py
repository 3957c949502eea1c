"""A group's minutes against one jurisdiction: how they spread, and how many reach each topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from courses.crosswalk import Crosswalk
from courses.hours import TopicHours, hours
from courses.live import LiveMinutes, live_by_topic
from courses.outline import Course


@dataclass(frozen=True, slots=True)
class TopicSpread:
    """What a group has earned towards one requirement, in minutes.

    `topic` says what is required and what the curriculum offers; its `earned` is nobody's. A
    quarter of the group has at most `low`, half at most `median`, three quarters at most `high`.
    `reached` have earned what the stated rule requires; None where that is unknown.
    """

    topic: TopicHours
    low: int
    median: int
    high: int
    reached: int | None


@dataclass(frozen=True, slots=True)
class GroupHours:
    """A group of `learners` against one jurisdiction, topic by topic, and in all."""

    title: str
    learners: int
    total: TopicSpread
    topics: tuple[TopicSpread, ...]


def group_hours(
    crosswalk: Crosswalk,
    course: Course,
    rulebook_id: str,
    done: Sequence[Collection[str]],
    live: Sequence[Sequence[LiveMinutes]] = (),
) -> GroupHours:
    """What learners who have done these units (keys) earned by topic of a jurisdiction.

    `live` is what each of the same learners was credited of live sessions; empty where nobody was.
    KeyError for a jurisdiction of which no topics are on record. Quartiles are values that
    somebody has: the smallest that at least that share of the group does not exceed.
    """
    book = next(
        (each for each in hours(crosswalk, course) if each.rulebook.id == rulebook_id), None
    )
    if book is None or not book.topics:
        raise KeyError(rulebook_id)
    ids = {topic.requirement.id for topic in book.topics}
    shares = _shares(course, ids)
    earned = [_earned(shares, keys) for keys in done]
    if live:
        for own, taught in zip(earned, _taught(course, ids, live), strict=True):
            own.update(taught)
    return GroupHours(
        title=book.rulebook.title,
        learners=len(done),
        total=_spread(book.total, [sum(each.values()) for each in earned]),
        topics=tuple(
            _spread(topic, [each[topic.requirement.id] for each in earned]) for topic in book.topics
        ),
    )


def _shares(course: Course, ids: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    """By unit the minutes it gives to each of these requirements."""
    found: dict[str, list[tuple[str, int]]] = {}
    for module in course.modules:
        mapped = [(lesson.key, lesson.crosswalk) for lesson in module.lessons]
        for key, shares in [*mapped, (module.quiz_key, module.quiz_crosswalk)]:
            own = [(share.requirement, share.minutes) for share in shares]
            found[key] = [each for each in own if each[0] in ids and each[1]]
    return found


def _earned(shares: dict[str, list[tuple[str, int]]], done: Collection[str]) -> Counter[str]:
    earned: Counter[str] = Counter()
    for key in done:
        for requirement, minutes in shares.get(key, ()):
            earned[requirement] += minutes
    return earned


def _taught(
    course: Course, ids: Collection[str], live: Sequence[Sequence[LiveMinutes]]
) -> list[dict[str, int]]:
    """Each learner's live minutes by topic; a group meets in the same sessions, reckoned once."""
    known = {
        each: live_by_topic(course, ids, (each,))
        for each in {each for credited in live for each in credited}
    }
    found = []
    for credited in live:
        own = dict.fromkeys(ids, 0)
        for each in credited:
            for topic, minutes in known[each].items():
                own[topic] += minutes
        found.append(own)
    return found


def _spread(topic: TopicHours, minutes: list[int]) -> TopicSpread:
    ordered = sorted(minutes)
    required = topic.required[0] if topic.required else None

    def quartile(number: int) -> int:
        return ordered[max(0, -(-number * len(ordered) // 4) - 1)] if ordered else 0

    return TopicSpread(
        topic=topic,
        low=quartile(1),
        median=quartile(2),
        high=quartile(3),
        reached=None if required is None else sum(each >= required for each in ordered),
    )
