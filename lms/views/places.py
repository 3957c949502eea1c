"""Where staff are: the tabs of a cohort, a learner and a programme, alike on all their pages."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from lms import access
from lms.services import accounts


def init_app(app: Flask) -> None:
    """Let templates draw the tabs."""
    app.add_template_global(cohort_tabs)
    app.add_template_global(learner_tabs)
    app.add_template_global(programme_tabs)


@pass_context
def cohort_tabs(context: Context, cohort: int, here: str) -> Markup:
    """Return the tabs of a cohort's pages; `here` is the endpoint of the one that is open.

    Where the page knows its `cohort` with the reader's role, only the tabs that open to that role.
    """
    role = getattr(context.get("cohort"), "role", "")
    places = (
        ("reports.cohort", _("Overview")),
        ("debriefs.objectives", _("Objectives")),
        ("watch.cohort", _("At risk")),
        ("live.cohort", _("Live sessions")),
        ("practice.cohort", _("Practice")),
        ("sittings.cohort", _("Sittings")),
        ("messages.cohort", _("Messages")),
        ("cohorts.places", _("Places")),
        ("cohorts.settings", _("Settings")),
    )
    shown = [place for place in places if not role or _opens(role, place[0])]
    return _tabs(_("Parts of the cohort"), shown, here, {"cohort": cohort})


def learner_tabs(cohort: int, enrolment: int, role: str, here: str) -> Markup:
    """Return the tabs of a learner's record, those that somebody of this role can open."""
    places = (
        ("reports.learner", _("At a glance")),
        ("reports.learner_history", _("Attempts and history")),
        ("reports.learner_hours", _("Hours and skills")),
        ("reports.learner_messages", _("Messages")),
        ("reports.learner_notes", _("Notes")),
    )
    shown = [place for place in places if _opens(role, place[0])]
    values = {"cohort": cohort, "enrolment": enrolment}
    return _tabs(_("Parts of the record"), shown, here, values)


def programme_tabs(programme: int, role: str, here: str, name: str = "") -> Markup:
    """Return the tabs of a programme's pages, those that somebody of this role can open.

    Give its `name` where several programmes stand on one page.
    """
    places = (
        ("inbox.programme", _("Work queue")),
        ("faculty.people", _("People")),
        ("qualifications.programme", _("Qualifications")),
        ("evaluations.results", _("Evaluations")),
        ("saved.index", _("Reports")),
        ("messages.rules", _("Reminders")),
        ("reporting.index", _("Completion reports")),
        ("packs.index", _("Evidence packs")),
        ("audit.trail", _("Audit trail")),
        ("faculty.settings", _("Settings")),
    )
    shown = [place for place in places if _opens(role, place[0])]
    label = _("Parts of %(name)s", name=name) if name else _("Parts of the programme")
    return _tabs(label, shown, here, {"programme": programme})


def _opens(role: str, endpoint: str) -> bool:
    """Whether somebody of this role is let in where the endpoint leads, as it declares itself."""
    return accounts.satisfies(role, access.rule_of(current_app, endpoint, "GET") or "")


def _tabs(
    label: str, places: Iterable[tuple[str, str]], here: str, values: dict[str, Any]
) -> Markup:
    # Through the macro, so that tabs look the same wherever they are drawn.
    macros = current_app.jinja_env.get_template("macros/navigation.html").module
    items = [
        {"label": text, "url": url_for(endpoint, **values), "current": endpoint == here}
        for endpoint, text in places
    ]
    return Markup(macros.tabs(items, label))  # type: ignore[attr-defined]  # noqa: S704
