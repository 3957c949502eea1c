"""The row behind every signed-in browser: begun, looked up, ended."""

import secrets
from typing import Any

import flask_login
from flask import Flask, Response, after_this_request, g, request
from flask import session as browser
from flask_security import password_changed, password_reset, user_confirmed

from lms import clock
from lms.db import db
from lms.identity.library import commit
from lms.models.accounts import Account
from lms.services import accounts

SIGN_IN = "sign_in"  # where the Flask session keeps the random token of the sign-in
KEEPS_SESSION = "security.change_password"  # signs in anew, for as long as the session before


def load_person(uniquifier: str) -> Account | None:
    """Return whoever holds this browser's sign-in: the one query a page spends on its person."""
    token = browser.get(SIGN_IN)
    if not isinstance(token, str):
        return None
    person = accounts.find_signed_in(
        db.session, token=token, uniquifier=uniquifier, now=clock.now()
    )
    if person is not None:
        g.fs_authn_via = "session"
    return person


def follow(app: Flask) -> None:
    """Do our part whenever the library signs somebody in or out or changes a password."""
    flask_login.user_logged_in.connect(_begin_sign_in, app)
    flask_login.user_logged_out.connect(_end_sign_in, app)
    password_changed.connect(_note_change, app)
    password_reset.connect(_note_reset, app)
    user_confirmed.connect(_note_confirmation, app)


def _begin_sign_in(_app: Flask, user: Account, **_rest: Any) -> None:
    """Renew the session: nothing from before the sign-in survives it but the library's marks."""
    lasting = browser.permanent if request.endpoint == KEEPS_SESSION else "keep" in request.form
    before = browser.get(SIGN_IN)
    for key in set(browser) - {"_user_id", "_fresh", "_id"}:
        browser.pop(key)
    g.pop("csrf_token", None)
    now = clock.now()
    if isinstance(before, str):
        accounts.end_sign_in_of(db.session, before, now)
    token = secrets.token_urlsafe(32)
    device = device_words(request.user_agent.string)
    user.sign_in_id = accounts.begin_sign_in(
        db.session, user.id, token=token, device=device, now=now
    )
    browser[SIGN_IN] = token
    browser.permanent = lasting


def _end_sign_in(_app: Flask, **_rest: Any) -> None:
    token = browser.get(SIGN_IN)
    browser.clear()
    if isinstance(token, str):
        accounts.end_sign_in_of(db.session, token, clock.now())
        after_this_request(commit)


def _note_change(_app: Flask, user: Account, **_rest: Any) -> None:
    accounts.change_password(db.session, user, "account.password-changed", clock.now())


def _note_reset(_app: Flask, user: Account, **_rest: Any) -> None:
    now = clock.now()
    if user.confirmed_at is None:  # the message with the link reached its owner
        user.confirmed_at = now
    user.sign_in_id = 0
    accounts.change_password(db.session, user, "account.password-reset", now)


def _note_confirmation(_app: Flask, user: Account, **_rest: Any) -> None:
    accounts.note(db.session, user, "account.confirmed", clock.now())


def clear_after_sign_out(response: Response) -> Response:
    """Have the browser forget pages, cookies and storage once somebody signed out."""
    if request.endpoint == "security.logout" and response.status_code in (302, 303):
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
# Most browsers also claim to be the ones after them.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)


def device_words(user_agent: str) -> str:
    """Return “Firefox on Windows”: enough to know one's own devices again."""
    program = next((name for mark, name in BROWSERS if mark in user_agent), None)
    device = next((name for mark, name in DEVICES if mark in user_agent), None)
    if program and device:
        return f"{program} on {device}"
    return program or device or "Unknown device"
