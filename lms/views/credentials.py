"""Credentials: the holder's list, and their certificate as PDF."""

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
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
from lms.db import db
from lms.extensions import limiter
from lms.services import credentials
from lms.services.credentials import Attested

pages = Blueprint("credentials", __name__)


@pages.get("/credentials")
@rule("member")
def index() -> str:
    """Show a person their own credentials, each by its latest number."""
    found = credentials.list_of_holder(db.session, current_user.id, clock.now())
    return render_template(
        "credentials/index.html",
        found=[each for each in found if each.verdict.superseded_by is None],
        earlier=earlier_of(found),
        serials={
            each.credential.serial: certificates.format_serial(each.credential.serial)
            for each in found
        },
        verify_address=verify_address(),
    )


def earlier_of(found: list[Attested]) -> dict[str, list[Attested]]:
    """Return the issues before each credential, by its serial, the latest first."""
    by_serial = {each.credential.serial: each for each in found}
    earlier: dict[str, list[Attested]] = {}
    for each in found:
        before, issues = each.supersedes, []
        while before is not None:
            issues.append(by_serial[before])
            before = by_serial[before].supersedes
        earlier[each.credential.serial] = issues
    return earlier


def verify_address() -> str:
    """Return the public address under which serials are looked up."""
    address: str = current_app.config["SETTINGS"].verify_address
    return address


@pages.get("/credentials/<serial>/certificate.pdf")
@rule("learner")
@limiter.limit("30 per minute")
def certificate(serial: str) -> ResponseReturnValue:
    """Hand out the holder's signed certificate: made the first time, the same ever after."""
    found = credentials.own_credential_for(db.session, current_user.id, serial, clock.now())
    if found.verdict.status in ("suspended", "revoked"):
        flash(_("A suspended or revoked certificate cannot be downloaded."), "error")
        return redirect(url_for("credentials.index"), 303)
    stored = credentials.certificate_file(
        db.session, found, current_app.config["SETTINGS"], now=clock.now()
    )
    answer = Response(stored.content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{stored.name}"'
    return answer
