"""Badges: what a holder takes to a wallet or shows on a page, and what machines may fetch."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import certificates
from lms import clock
from lms.access import rule
from lms.config import Settings
from lms.db import db
from lms.extensions import limiter
from lms.services import credentials, sharing
from lms.services.credentials import Attested, Badge

pages = Blueprint("badges", __name__)

VC = "application/vc"
# Of these nobody gets a copy: not of what has ended, nor of what is not to be relied on now.
WITHHELD = ("suspended", "revoked", "superseded")


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a badge: what it is called, and how it is made of the badge and its words."""

    media_type: str
    make: Callable[[Badge, tuple[str, str, str]], bytes]


FORMS = {
    "json": Form(VC, lambda badge, _words: badge.text.encode("utf-8")),
    "jwt": Form("application/jwt", lambda badge, _words: badge.jwt.encode("ascii")),
    "png": Form(
        "image/png",
        lambda badge, words: certificates.bake_png(certificates.badge_png(*words), badge.document),
    ),
    "svg": Form(
        "image/svg+xml",
        lambda badge, words: certificates.bake_svg(certificates.badge_svg(*words), badge.document),
    ),
}


@pages.get("/credentials/<serial>/badge")
@rule("learner")
def badge(serial: str) -> ResponseReturnValue:
    """Show the holder what their badge is, what it says, and where it can go."""
    found = own(serial)
    return render_template(
        "badges/badge.html",
        found=found,
        withheld=found.verdict.status in WITHHELD,
        display=sharing.display_of(db.session, found.id),
        number=certificates.format_serial(found.credential.serial),
        issuer=certificates.did_of(settings().public_url),
        public_address=f"{settings().verify_address}/{found.credential.serial}/badge.json",
    )


@pages.get("/credentials/<serial>/badge/picture.svg")
@rule("learner")
def picture(serial: str) -> Response:
    """Draw the picture by itself, without the badge in it."""
    words = credentials.picture_words(own(serial).credential)
    return Response(certificates.badge_svg(*words), mimetype="image/svg+xml")


@pages.get("/credentials/<serial>/badge.<any(json, jwt, png, svg):form>")
@rule("learner")
@limiter.limit("30 per minute")
def download(serial: str, form: str) -> ResponseReturnValue:
    """Hand the holder their badge: the document, the token, or a picture with it inside."""
    now = clock.now()
    found = own(serial)
    if found.verdict.status in WITHHELD:
        flash(_("Its badge cannot be downloaded: the certificate is not to be relied on."), "error")
        return redirect(url_for("credentials.index"), 303)
    made = credentials.badge_of(db.session, found, settings(), now)
    db.session.commit()
    words = credentials.picture_words(found.credential)
    answer = Response(FORMS[form].make(made, words), mimetype=FORMS[form].media_type)
    name = f"badge-{found.credential.serial}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@pages.get("/v/<serial>/badge.json")
@rule("public")
@limiter.limit("60 per minute")
def published(serial: str) -> ResponseReturnValue:
    """Give machines the badge of a credential that its holder shows whole.

    The same answer for unknown, malformed and hidden numbers, and for those of which a part is
    held back: a badge says all or nothing. Nothing is kept of who asks, nor because of it.
    """
    now = clock.now()
    seen = sharing.find_published(db.session, serial)
    # Of what is hidden nothing is read: the time that the answer takes tells nothing either.
    is_whole = seen is not None and seen.display.shows_all
    found = credentials.find_by_serial(db.session, serial, now) if is_whole else None
    if found is None:
        return open_to_all(jsonify(version=1, status="unknown")), 404
    if found.verdict.status in WITHHELD:
        return open_to_all(jsonify(version=1, status=found.verdict.status)), 404
    kept = credentials.find_badge(db.session, found)
    badge = kept or credentials.unkept_badge(db.session, found, settings(), now)
    return open_to_all(Response(badge.text, mimetype=VC))


def open_to_all(answer: Response) -> Response:
    """Let scripts of other sites read an answer for machines; no cookie goes with it."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def own(serial: str) -> Attested:
    """Return the credential of the person who asks, or refuse."""
    return credentials.own_credential_for(db.session, current_user.id, serial, clock.now())


def settings() -> Settings:
    """Return what the operator decided."""
    decided: Settings = current_app.config["SETTINGS"]
    return decided
