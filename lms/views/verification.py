"""The pages on which anyone checks a certificate: by its number, without an account."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import certificates
from lms import clock
from lms.access import rule
from lms.db import db
from lms.extensions import limiter
from lms.services import credentials

pages = Blueprint("verification", __name__)

LOOK_UPS = "60 per minute"


@pages.get("/verify")
@rule("public")
@limiter.limit(LOOK_UPS)
def lookup() -> ResponseReturnValue:
    """Take a typed number to its page; without one, offer the form."""
    typed = request.args.get("serial", "").strip()
    if not typed:
        return render_template("verification/lookup.html", tried=False)
    serial = certificates.parse_serial(typed)
    if serial is None:
        return unknown()
    return redirect(url_for("verification.verify", serial=serial))


@pages.get("/v/<serial>")
@rule("public")
@limiter.limit(LOOK_UPS)
def verify(serial: str) -> ResponseReturnValue:
    """Say whether a certificate is genuine and current, and what it does not authorise."""
    now = clock.now()
    found = credentials.find_by_serial(db.session, serial, now)
    if found is None:
        return unknown()
    return render_template(
        "verification/verify.html",
        found=found,
        now=now,
        programme_name=found.credential.programme,
        serial=certificates.format_serial(found.credential.serial),
    )


def unknown() -> tuple[str, int]:
    """Give the one calm answer to every unknown or malformed number."""
    return render_template("verification/lookup.html", tried=True), 404
