"""Hours and the regulator: what a curriculum is mapped to, and what a learner has earned of it."""

import threading
from collections.abc import Collection, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, url_for
from flask_login import current_user

import certificates
import courses
from lms.access import rule
from lms.db import db
from lms.downloads import attachment, handed_out, table_of
from lms.errors import NotFound
from lms.extensions import limiter
from lms.forms.live import ATTENDED
from lms.services import catalogue, cohorts, learning, live
from lms.services.catalogue import ReleaseContent
from lms.views.crosswalk import outline
from lms.views.crosswalk.words import basis_words, cited, least, rule_words

pages = Blueprint("crosswalk", __name__)


@pages.get("/programmes/<slug>/crosswalk")
@rule("public")
def curriculum(slug: str) -> str:
    """Show what a programme's curriculum is mapped to, by jurisdiction and by framework."""
    programme = catalogue.programme(db.session, slug)
    content = taught(programme.id)
    g.indexable = True
    return render_template(
        "crosswalk/curriculum.html",
        programme=programme,
        programme_name=programme.name,
        **mapped(content),
    )


@pages.get("/learn/<int:enrolment>/hours")
@rule("learner")
def learner(enrolment: int) -> str:
    """Show what a learner has earned towards each jurisdiction, and what is still missing."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    progress = learning.progress_of(db.session, seat)
    done = {state.unit.key for state in progress.units if state.state == "done"}
    standing = live.hours_of(db.session, seat, progress)
    return render_template(
        "crosswalk/learner.html",
        seat=seat,
        programme_name=seat.programme_name,
        standing=standing,
        attended_words=ATTENDED,
        **mapped(content, done, standing.live),
    )


def mapped(
    content: ReleaseContent,
    done: Collection[str] = (),
    taught: Sequence[courses.LiveMinutes] = (),
) -> dict[str, Any]:
    """Return what both pages show, and the words they say it in."""
    crosswalk, course = content.crosswalk, content.course
    listed = courses.hours(crosswalk, course, done, taught)
    asking = {each.rulebook.id for each in listed}
    return {
        "content": content,
        "jurisdictions": listed,
        "silent": [b for b in crosswalk.of_kind("jurisdiction") if b.id not in asking],
        "frameworks": courses.competencies(crosswalk, course, done),
        "taught_in": taught_in(content),
        "sources": crosswalk.sources,
        "rule_words": rule_words,
        "basis_words": basis_words,
        "cited": cited,
        "least": least,
    }


def taught_in(content: ReleaseContent) -> dict[str, list[courses.Unit]]:
    """Return the units that serve each requirement, by its id."""
    found: dict[str, list[courses.Unit]] = {}
    for session in courses.sessions(content.crosswalk, content.course):
        for each in session.mapped:
            found.setdefault(each.requirement.id, []).append(session.unit)
    return found


def taught(programme_id: int) -> ReleaseContent:
    """Return the release that a programme teaches or raise NotFound."""
    release = catalogue.release_taught(db.session, programme_id)
    if release is None:
        raise NotFound()
    return catalogue.release(db.session, release)


@pages.get("/programmes/<slug>/outline.<format>")
@rule("public")
def outline_table(slug: str, format: str) -> Response:
    """Give every session with its minutes, objectives and topics as a file for a spreadsheet."""
    programme = catalogue.programme(db.session, slug)
    content = taught(programme.id)
    name = f"outline {content.course.slug} {content.label}"
    return handed_out(table_of(name, outline.rows(content)), format)


@pages.get("/programmes/<slug>/outline.pdf")
@rule("public")
@limiter.limit("30 per minute")
def outline_pdf(slug: str) -> Response:
    """Give the same outline to print and to hand in."""
    programme = catalogue.programme(db.session, slug)
    content = taught(programme.id)
    public = current_app.config["SETTINGS"].public_url
    address = public + url_for("crosswalk.curriculum", slug=slug)
    pdf = printed(content, programme.name, address)
    answer = Response(pdf, mimetype="application/pdf")
    name = f"outline {content.course.slug} {content.label}.pdf"
    answer.headers["Content-Disposition"] = attachment(name)
    return answer


# A printed outline takes seconds and a few hundred kilobytes, and never changes for a release.
_printed: dict[tuple[str, str, str], bytes] = {}
_MOST_PRINTED = 16
_printing = threading.Lock()


def printed(content: ReleaseContent, programme_name: str, address: str) -> bytes:
    """Return the outline of a release as PDF, drawn once for each programme that asks."""
    key = (content.content_hash, programme_name, address)
    with _printing:
        if key not in _printed:
            if len(_printed) >= _MOST_PRINTED:
                _printed.pop(next(iter(_printed)))
            made = outline.printout(content, programme_name, address)
            _printed[key] = certificates.render_printout(made)
        return _printed[key]
