"""What a visitor sees: the landing page, a programme's page, and the addresses machines ask."""

from flask import Blueprint, Response, g, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import catalogue, cohorts, credentials, faculty

pages = Blueprint("catalogue", __name__)

VISITED_AT = {"partner": "faculty.partner", "supervisor": "practice.supervision"}


@pages.get("/")
@rule("public")
def index() -> ResponseReturnValue:
    """Lead people to their work and a visitor to the programmes; so does signing in."""
    if current_user.is_authenticated:
        return redirect(place_of_work())
    g.indexable = True
    programmes = catalogue.list_programmes(db.session)
    return render_template("catalogue/index.html", programmes=programmes)


def place_of_work() -> str:
    """Return where somebody's work is: what they learn, else what they run, else what they visit.

    Who visits one programme from outside is led to their page of it.
    """
    comes_to_work = current_user.is_staff or current_user.is_visitor
    if not comes_to_work or cohorts.learns(db.session, current_user.id):
        return url_for("learning.home")
    if current_user.is_staff:
        return url_for("cohorts.index")
    visited = faculty.list_own_programmes(db.session, current_user.id)
    if len(visited) == 1:
        programme, _name, role = visited[0]
        return url_for(VISITED_AT[role], programme=programme)
    return url_for("faculty.visiting")


@pages.get("/programmes/<slug>")
@rule("public")
def programme(slug: str) -> str:
    """Say what a programme is, who teaches it, what it takes and what it certifies."""
    found = catalogue.programme(db.session, slug)
    today = clock.today_in(found.time_zone)
    open_cohorts = catalogue.list_open_cohorts(db.session, found.id, today)
    taught = catalogue.release_taught(db.session, found.id)
    content = None if taught is None else catalogue.release(db.session, taught)
    g.indexable = True
    return render_template(
        "catalogue/programme.html",
        programme=found,
        programme_name=found.name,
        cohorts=open_cohorts,
        rooms=cohorts.rooms(db.session, [cohort.id for cohort in open_cohorts]),
        content=content,
        assessment=credentials.assessment_of(content) if content else None,
        notice_text=credentials.NOTICE,
    )


@pages.get("/healthz")
@rule("public")
def healthz() -> ResponseReturnValue:
    """Answer 200 once the application serves and its database answers."""
    catalogue.list_latest_releases(db.session)
    return jsonify(status="ok")


@pages.get("/robots.txt")
@rule("public")
def robots() -> Response:
    """Keep search engines to the public pages; certificates are never indexed."""
    lines = ["User-agent: *", "Disallow: /v/", "Disallow: /verify", "Disallow: /learn"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@pages.get("/design")
@rule("development")
def design() -> str:
    """Show every component in every state."""
    return render_template("design/components.html")
