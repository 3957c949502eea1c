"""A course as JSON-able values and back, so that a release can freeze it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from courses.closing import closing_from_document, closing_to_document
from courses.outline import (
    Author,
    Course,
    Heading,
    JobAid,
    Lesson,
    Module,
    Objective,
    Share,
    Term,
    Update,
)
from courses.practice import practice_from_document, practice_to_document
from courses.renewal import renewal_from_document, renewal_to_document


def course_to_document(course: Course) -> dict[str, Any]:
    """The course as JSON-able values; `course_from_document` gives back an equal course."""
    return {
        "slug": course.slug,
        "title": course.title,
        "summary": course.summary,
        "language": course.language,
        "audience": course.audience,
        "certifies": course.certifies,
        "not_certified": course.not_certified,
        "currency_months": course.currency_months,
        "authors": [{"name": author.name, "role": author.role} for author in course.authors],
        "modules": [_module_to_document(module) for module in course.modules],
        "updates": [_update_to_document(update) for update in course.updates],
        **renewal_to_document(course.currency, course.currency_months, course.renewal),
        **closing_to_document(course.closing),
        **practice_to_document(course.practice),
    }


def course_from_document(document: Mapping[str, Any]) -> Course:
    """The course that `course_to_document` wrote down; KeyError or ValueError on anything else."""
    currency, asks = renewal_from_document(document, document["currency_months"])
    return Course(
        slug=document["slug"],
        title=document["title"],
        summary=document["summary"],
        language=document["language"],
        audience=document["audience"],
        certifies=document["certifies"],
        not_certified=document["not_certified"],
        currency_months=document["currency_months"],
        authors=tuple(Author(author["name"], author["role"]) for author in document["authors"]),
        modules=tuple(_module_from_document(module) for module in document["modules"]),
        updates=tuple(_update_from_document(update) for update in document.get("updates", ())),
        currency=currency,
        renewal=asks,
        closing=closing_from_document(document),
        practice=practice_from_document(document),
    )


def _module_to_document(module: Module) -> dict[str, Any]:
    return {
        "key": module.key,
        "title": module.title,
        "summary": module.summary,
        "objectives": [
            {"id": objective.id, "text": objective.text, "facts": list(objective.facts)}
            for objective in module.objectives
        ],
        "quiz": module.quiz,
        "quiz_minutes": module.quiz_minutes,
        "prerequisites": list(module.prerequisites),
        "lessons": [_lesson_to_document(lesson) for lesson in module.lessons],
        "job_aids": [_job_aid_to_document(aid) for aid in module.job_aids],
        "terms": [_term_to_document(term) for term in module.terms],
        "quiz_crosswalk": _shares_to_document(module.quiz_crosswalk),
        "quiz_competencies": list(module.quiz_competencies),
    }


def _module_from_document(document: Mapping[str, Any]) -> Module:
    return Module(
        key=document["key"],
        title=document["title"],
        summary=document["summary"],
        objectives=tuple(
            Objective(objective["id"], objective["text"], tuple(objective["facts"]))
            for objective in document["objectives"]
        ),
        quiz=document["quiz"],
        quiz_minutes=document["quiz_minutes"],
        prerequisites=tuple(document["prerequisites"]),
        lessons=tuple(_lesson_from_document(lesson) for lesson in document["lessons"]),
        # Releases frozen before there were companions or mappings have none.
        job_aids=tuple(_job_aid_from_document(aid) for aid in document.get("job_aids", ())),
        terms=tuple(_term_from_document(term) for term in document.get("terms", ())),
        quiz_crosswalk=_shares_from_document(document.get("quiz_crosswalk", ())),
        quiz_competencies=tuple(document.get("quiz_competencies", ())),
    )


def _lesson_to_document(lesson: Lesson) -> dict[str, Any]:
    return {
        "key": lesson.key,
        "slug": lesson.slug,
        "number": lesson.number,
        "title": lesson.title,
        "summary": lesson.summary,
        "minutes": lesson.minutes,
        "difficulty": lesson.difficulty,
        "objectives": list(lesson.objectives),
        "safety_critical": lesson.safety_critical,
        "reviewed_on": lesson.reviewed_on.isoformat(),
        "content_note": lesson.content_note,
        "key_points": list(lesson.key_points),
        "html": lesson.html,
        "headings": _headings_to_document(lesson.headings),
        "citations": list(lesson.citations),
        "words": lesson.words,
        "claims": list(lesson.claims),
        "terms": list(lesson.terms),
        "crosswalk": _shares_to_document(lesson.crosswalk),
        "competencies": list(lesson.competencies),
    }


def _lesson_from_document(document: Mapping[str, Any]) -> Lesson:
    return Lesson(
        key=document["key"],
        slug=document["slug"],
        number=document["number"],
        title=document["title"],
        summary=document["summary"],
        minutes=document["minutes"],
        difficulty=document["difficulty"],
        objectives=tuple(document["objectives"]),
        safety_critical=document["safety_critical"],
        reviewed_on=date.fromisoformat(document["reviewed_on"]),
        content_note=document["content_note"],
        key_points=tuple(document["key_points"]),
        html=document["html"],
        headings=_headings_from_document(document["headings"]),
        citations=tuple(document["citations"]),
        words=document["words"],
        claims=tuple(document.get("claims", ())),
        terms=tuple(document.get("terms", ())),
        crosswalk=_shares_from_document(document.get("crosswalk", ())),
        competencies=tuple(document.get("competencies", ())),
    )


def _shares_to_document(shares: tuple[Share, ...]) -> list[list[Any]]:
    return [[share.requirement, share.minutes] for share in shares]


def _shares_from_document(document: Iterable[tuple[str, int]]) -> tuple[Share, ...]:
    return tuple(Share(requirement, minutes) for requirement, minutes in document)


def _headings_to_document(headings: Iterable[Heading]) -> list[dict[str, Any]]:
    return [{"id": each.id, "level": each.level, "text": each.text} for each in headings]


def _headings_from_document(document: Iterable[Mapping[str, Any]]) -> tuple[Heading, ...]:
    return tuple(Heading(each["id"], each["level"], each["text"]) for each in document)


def _job_aid_to_document(aid: JobAid) -> dict[str, Any]:
    return {
        "slug": aid.slug,
        "title": aid.title,
        "summary": aid.summary,
        "safety_critical": aid.safety_critical,
        "reviewed_on": aid.reviewed_on.isoformat(),
        "html": aid.html,
        "citations": list(aid.citations),
    }


def _job_aid_from_document(document: Mapping[str, Any]) -> JobAid:
    return JobAid(
        slug=document["slug"],
        title=document["title"],
        summary=document["summary"],
        safety_critical=document["safety_critical"],
        reviewed_on=date.fromisoformat(document["reviewed_on"]),
        html=document["html"],
        citations=tuple(document["citations"]),
    )


def _term_to_document(term: Term) -> dict[str, Any]:
    return {
        "term": term.term,
        "also": list(term.also),
        "html": term.html,
        "citations": list(term.citations),
        "found_as": list(term.found_as),
    }


def _term_from_document(document: Mapping[str, Any]) -> Term:
    return Term(
        term=document["term"],
        also=tuple(document["also"]),
        html=document["html"],
        citations=tuple(document["citations"]),
        found_as=tuple(document.get("found_as", ())),
    )


def _update_to_document(update: Update) -> dict[str, Any]:
    return {
        "slug": update.slug,
        "dated_on": update.dated_on.isoformat(),
        "title": update.title,
        "summary": update.summary,
        "minutes": update.minutes,
        "kind": update.kind,
        "facts": list(update.facts),
        "html": update.html,
        "headings": _headings_to_document(update.headings),
        "citations": list(update.citations),
        "words": update.words,
    }


def _update_from_document(document: Mapping[str, Any]) -> Update:
    return Update(
        slug=document["slug"],
        dated_on=date.fromisoformat(document["dated_on"]),
        title=document["title"],
        summary=document["summary"],
        minutes=document["minutes"],
        kind=document["kind"],
        facts=tuple(document["facts"]),
        html=document["html"],
        headings=_headings_from_document(document["headings"]),
        citations=tuple(document["citations"]),
        words=document["words"],
    )
