"""Minutes of live sessions by topic: one held for a module counts where that module is mapped.

A module's own minutes (its lessons and quiz) say in which proportion; whole minutes only. What of a
module is mapped to no topic stays so, and a session for the whole course counts by mode alone.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from courses.outline import Course, Module


@dataclass(frozen=True, slots=True)
class LiveMinutes:
    """Minutes of one live session that somebody was credited, and the module it was held for.

    `module_key` is None for a session that belongs to no module.
    """

    module_key: str | None
    minutes: int


def live_by_topic(
    course: Course, topics: Collection[str], credited: Iterable[LiveMinutes]
) -> dict[str, int]:
    """The minutes of these sessions by topic (ids of one jurisdiction's requirements).

    Each session is apportioned by itself, so that another one never takes a minute from a topic.
    Within a jurisdiction a minute counts once: the topics of a session have at most its minutes.
    A module that the course does not have counts for none.
    """
    modules = {module.key: module for module in course.modules}
    found = dict.fromkeys(topics, 0)
    for each in credited:
        module = modules.get(each.module_key or "")
        if module is not None:
            for topic, minutes in apportioned(module, topics, each.minutes).items():
                found[topic] += minutes
    return found


def apportioned(module: Module, topics: Collection[str], minutes: int) -> dict[str, int]:
    """`minutes` among the topics that a module's own minutes are mapped to, in their proportion.

    Largest remainders get the minutes that whole numbers leave over; what is mapped to no topic
    takes part like a topic, and wins a tie, so that a minute in doubt counts nowhere.
    """
    weights = _mapped(module, topics)
    whole = max(module.minutes, sum(weights.values()))
    if not whole:
        return {}
    # The share without a topic comes first: sorting keeps the order of equals.
    parts: list[tuple[str | None, int]] = [(None, whole - sum(weights.values())), *weights.items()]
    given = {topic: minutes * weight // whole for topic, weight in parts}
    left = minutes - sum(given.values())
    for topic, _weight in sorted(parts, key=lambda part: -(minutes * part[1] % whole))[:left]:
        given[topic] += 1
    return {topic: share for topic, share in given.items() if topic is not None}


def _mapped(module: Module, topics: Collection[str]) -> dict[str, int]:
    """The minutes of a module's lessons and quiz by topic, in their order."""
    shares = [share for lesson in module.lessons for share in lesson.crosswalk]
    found: dict[str, int] = {}
    for share in [*shares, *module.quiz_crosswalk]:
        if share.requirement in topics:
            found[share.requirement] = found.get(share.requirement, 0) + share.minutes
    return found
