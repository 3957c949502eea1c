"""Who may come near a route: each view declares one rule, and the door checks it first.

A rule says who is let in; whether this very thing is theirs is decided where it is fetched, by the
service that finds it together with the right to it (a stranger gets 404, a member 403).
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

Rule = Literal[
    "public",
    "development",
    "member",
    "learner",
    "private",
    "judge",
    "reader",
    "overseer",
    "instructor",
    "administrator",
    "director",
    "supervisor",
    "partner",
]
RULES: dict[str, str] = {
    "public": "anybody, without an account",
    "development": "anybody on this machine, in development mode only",
    "member": "anybody signed in",
    "learner": "the learner whose enrolment, attempt or credential it is",
    "private": "the learner who wrote it; to everybody else, staff included, it is not there",
    "judge": "the judge on a panel whose ratings they are; judges rate blind",
    "reader": "staff of the programme, to look: also its auditors",
    "overseer": "administrators of the programme, and its auditors, to look",
    "instructor": "instructors, lead educators, administrators and directors of the programme",
    "administrator": "administrators and directors of the programme",
    "director": "directors of the programme",
    "supervisor": "supervisors of the programme, and who administers it",
    "partner": "the site partners of the programme",
}
View = TypeVar("View", bound=Callable[..., Any])


def rule(name: Rule, *, post: Rule | None = None) -> Callable[[View], View]:
    """Declare on a view who may use it; `post` where sending its form takes more than looking."""

    def declare(view: View) -> View:
        view.access_rule = name  # type: ignore[attr-defined]
        view.access_rule_of_posts = post or name  # type: ignore[attr-defined]
        return view

    return declare


def declare(app: Flask, endpoint: str, name: Rule) -> None:
    """Declare the rule of a view that a library registered."""
    app.view_functions[endpoint] = rule(name)(app.view_functions[endpoint])


def rule_of(app: Flask, endpoint: str, method: str = "GET") -> str | None:
    """Return the declared rule of an endpoint for a method, None when it declares none."""
    looks = method in ("GET", "HEAD", "OPTIONS")
    name = "access_rule" if looks else "access_rule_of_posts"
    return getattr(app.view_functions[endpoint], name, None)


def asked() -> str:
    """Return the role that the open page declares, to be asked of whoever opens it.

    So a page cannot declare one right and ask another.
    """
    name = rule_of(current_app, request.endpoint or "", request.method)
    assert name is not None
    return name


def guard() -> ResponseReturnValue | None:
    """Hold the door: refuse an undeclared route, and send the anonymous to sign in."""
    if request.endpoint is None:
        return None
    name = rule_of(current_app, request.endpoint, request.method)
    if name == "public":
        return None
    if name == "development":
        on_this_machine = request.remote_addr in ("127.0.0.1", "::1")
        if current_app.config["SETTINGS"].is_development and on_this_machine:
            return None
        abort(404)
    if name not in RULES:
        abort(500)
    if current_user.is_authenticated:
        return None
    if wants_json():
        abort(401)
    # What was posted is gone after signing in: only a page that opens is worth going to.
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=wanted))


def wants_json() -> bool:
    """Whether the client asked as a script, not as a person with a page."""
    return request.is_json or request.accept_mimetypes.best == "application/json"
