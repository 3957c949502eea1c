"""Updates: what has changed since somebody was certified, for them to read and confirm."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.updates import ConfirmForm
from lms.services import credentials, updates

pages = Blueprint("updates", __name__)


@pages.get("/credentials/<serial>/updates/<update>")
@rule("learner")
def read(serial: str, update: str) -> str:
    """Show what has changed since the holder's credential was earned."""
    now = clock.now()
    reading = updates.reading_for(db.session, current_user.id, serial, update, now)
    return render_template(
        "updates/read.html",
        reading=reading,
        programme_name=reading.held.credential.programme,
        facts=[reading.facts[fact] for fact in reading.update.citations],
        withdrawn=[fact for fact in reading.update.facts if fact not in reading.facts],
    )


@pages.post("/credentials/<serial>/updates/<update>/confirm")
@rule("learner")
def confirm(serial: str, update: str) -> ResponseReturnValue:
    """Note that the holder has read an update."""
    now = clock.now()
    updates.reading_for(db.session, current_user.id, serial, update, now)
    if not ConfirmForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    if updates.confirm(db.session, current_user.id, serial, update, now):
        flash(_("Noted. You have read this update."), "success")
        # It may have been the last thing that a renewal waited for.
        address = current_app.config["SETTINGS"].verify_address
        credentials.renew_if_complete(
            db.session, current_user.id, serial, now=now, verify_address=address
        )
    db.session.commit()
    return redirect(url_for("credentials.index"), 303)
