"""Credentials: the holder's list and PDF, and revocation."""

from typing import Any

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
from wtforms.fields.choices import SelectChoice

import certificates
from lms import clock
from lms.access import rule
from lms.db import db
from lms.extensions import limiter
from lms.forms.credentials import RevokeForm
from lms.services import credentials

pages = Blueprint("credentials", __name__)


@pages.get("/credentials")
@rule("member")
def index() -> str:
    """Show a person their own credentials."""
    found = credentials.list_of_holder(db.session, current_user.id, clock.now())
    return render_template(
        "credentials/index.html",
        found=found,
        serials={
            each.credential.serial: certificates.format_serial(each.credential.serial)
            for each in found
        },
        verify_address=verify_address(),
    )


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
    if found.verdict.status == "revoked":
        flash(_("A revoked certificate cannot be downloaded."), "error")
        return redirect(url_for("credentials.index"), 303)
    stored = credentials.certificate_file(
        db.session, found, current_app.config["SETTINGS"], now=clock.now()
    )
    answer = Response(stored.content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{stored.name}"'
    return answer


@pages.route("/manage/credentials/<serial>/revoke", methods=["GET", "POST"])
@rule("administrator")
def revoke(serial: str) -> ResponseReturnValue:
    """Let an administrator propose to end a credential, with a reason."""
    now = clock.now()
    found = credentials.credential_for_administrator(db.session, current_user.id, serial, now)
    form = RevokeForm()
    form.reason.choices = reason_choices()
    back = url_for("reports.learner", enrolment=found.enrolment_id, cohort=found.cohort_id)
    if found.verdict.status != "revoked" and form.validate_on_submit():
        proposal = credentials.Proposal("revoke", form.reason.data, form.note.data)
        credentials.propose(db.session, current_user.id, serial, proposal, now=now)
        db.session.commit()
        flash(_("Proposed. It takes effect once a second administrator approves it."), "success")
        return redirect(back, 303)
    number = certificates.format_serial(found.credential.serial)
    page = render_template(
        "credentials/revoke.html", found=found, form=form, serial=number, back=back
    )
    return page, 422 if form.errors else 200


def reason_choices() -> list[Any]:
    """Return the closed list of reasons in the words the public will read."""
    return [SelectChoice(key, words) for key, words in credentials.PUBLIC_REASONS["revoke"].items()]
