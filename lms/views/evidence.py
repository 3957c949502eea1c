"""The evidence library: every fact that is taught, and the claims that are judged, for anybody."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_login import current_user

import courses
from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import catalogue, cohorts, evidence
from lms.services.catalogue import ReleaseContent

pages = Blueprint("evidence", __name__)

PAGE = 30
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody asked of the library, and which page of the answer they look at."""

    query: courses.FactQuery
    page: int

    def address(self, page: int) -> str:
        """The address of another page of the same answer."""
        asked = self.query
        return url_for(
            "evidence.index",
            q=asked.words or None,
            area=asked.area or None,
            strength=asked.strength or None,
            status=asked.status or None,
            review="due" if asked.past_review else None,
            page=None if page == 1 else page,
        )


def choice() -> Choice:
    """Read what was asked from the address."""
    words = " ".join(request.args.get("q", "").split())[:LONGEST_WORDS]
    query = courses.FactQuery(
        words=words,
        area=request.args.get("area", ""),
        strength=request.args.get("strength", ""),
        status=request.args.get("status", ""),
        past_review=request.args.get("review") == "due",
    )
    return Choice(query, max(request.args.get("page", 1, type=int), 1))


@pages.get("/evidence")
@rule("public")
def index() -> str:
    """List the facts of the newest release that answer what was asked, a page at a time."""
    g.indexable = not request.args
    content, today, asked = evidence.newest(db.session), clock.now().date(), choice()
    if content is None:
        return render_template("evidence/index.html", content=None)
    found = courses.find_facts(content.facts.values(), asked.query, today)
    last = max(-(-len(found) // PAGE), 1)
    page = min(asked.page, last)
    return render_template(
        "evidence/index.html",
        content=content,
        query=asked.query,
        is_asked=asked.query != courses.FactQuery(),
        is_filtered=replace(asked.query, words="") != courses.FactQuery(),
        facts=found[(page - 1) * PAGE : page * PAGE],
        count=len(found),
        due=sum(fact.is_past_review(today) for fact in found),
        page=page,
        last=last,
        address=asked.address,
        today=today,
        areas=areas(content),
        strengths=sorted({courses.strength_of(fact) for fact in content.facts.values()}),
    )


def areas(content: ReleaseContent) -> dict[str, str]:
    """Return the areas of a release's facts by name; one without a name goes by its letters."""
    letters = sorted({fact.area for fact in content.facts.values()})
    named = {each: content.areas.get(each, each) for each in letters}
    return dict(sorted(named.items(), key=lambda item: item[1]))


@pages.get("/evidence/claims")
@rule("public")
def claims() -> str:
    """List the claims in circulation, what can be said truly instead, and who judges them where."""
    g.indexable = True
    content = evidence.newest(db.session)
    if content is None:
        return render_template("evidence/claims.html", content=None)
    judged: dict[str, list[courses.Lesson]] = {}
    for lesson in content.course.lessons:
        for claim in lesson.claims:
            judged.setdefault(claim, []).append(lesson)
    return render_template(
        "evidence/claims.html",
        content=content,
        claims=sorted(content.claims.values(), key=lambda claim: claim.id),
        judged=judged,
        addresses=lesson_addresses(content),
    )


@pages.get("/evidence/<fact>")
@rule("public")
def fact(fact: str) -> str:
    """Show a fact with its source, its standing, its dates, and everything that rests on it."""
    found = evidence.find_fact(db.session, fact)
    g.indexable = not found.is_withdrawn
    return render_template(
        "evidence/fact.html",
        found=found,
        content=found.content,
        today=clock.now().date(),
        area=found.content.areas.get(found.fact.area, found.fact.area),
        modules=modules_of(found.content.course),
        addresses=lesson_addresses(found.content),
        sees_items=current_user.is_authenticated and current_user.is_staff,
    )


def modules_of(course: courses.Course) -> dict[str, str]:
    """Return the titles of a course's modules by lesson key."""
    return {lesson.key: module.title for module in course.modules for lesson in module.lessons}


def lesson_addresses(content: ReleaseContent) -> dict[str, str]:
    """Return where the reader may open each lesson; nothing for those who are not enrolled."""
    if not current_user.is_authenticated:
        return {}
    addresses: dict[str, str] = {}
    for seat in cohorts.list_seats(db.session, current_user.id):
        course = catalogue.release(db.session, seat.release_id).course
        if course.slug != content.course.slug:
            continue
        for lesson in course.lessons:
            module, name = lesson.key.split("/", 1)
            values: dict[str, Any] = {"enrolment": seat.enrolment_id, "module": module}
            addresses.setdefault(lesson.key, url_for("learning.lesson", lesson=name, **values))
    return addresses
