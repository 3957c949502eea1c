"""What a course amounts to: lessons, words, minutes, what covers each objective, facts in use."""

from collections.abc import Iterable, Mapping
from typing import Any

from courses.outline import Course, Module


def overview(
    course: Course, fact_ids: Iterable[str], items: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """The course in figures, as JSON-able values.

    `fact_ids` are all facts there are, `items` the ids of the items by the objective they test.
    """
    cited = {fact for lesson in course.lessons for fact in lesson.citations}
    cited |= {fact for module in course.modules for fact in module.citations_beside}
    known = set(fact_ids)
    return {
        "course": course.slug,
        "title": course.title,
        "modules": [_module(module, items) for module in course.modules],
        "lessons": len(course.lessons),
        "words": sum(lesson.words for lesson in course.lessons),
        "minutes": course.minutes,
        "claims_judged": sorted({claim for each in course.lessons for claim in each.claims}),
        "facts_cited": sorted(known & cited),
        "facts_uncited": sorted(known - cited),
    }


def _module(module: Module, items: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    return {
        "module": module.key,
        "title": module.title,
        "lessons": [
            {"lesson": lesson.slug, "words": lesson.words, "minutes": lesson.minutes}
            for lesson in module.lessons
        ],
        "words": sum(lesson.words for lesson in module.lessons),
        "minutes": module.minutes,
        "job_aids": [aid.slug for aid in module.job_aids],
        "terms": len(module.terms),
        "objectives": [
            {
                "objective": aim.id,
                "lessons": [each.slug for each in module.lessons if aim.id in each.objectives],
                "items": sorted(items.get(aim.id, ())),
            }
            for aim in module.objectives
        ],
    }
