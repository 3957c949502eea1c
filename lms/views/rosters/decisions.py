"""Decisions on a roster: apply, discard, undo, invite again."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from flask_security.utils import hash_password

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Conflict, Refused
from lms.extensions import limiter
from lms.forms.rosters import ActForm
from lms.services import rosters
from lms.views.rosters.place import pages


@pages.post("/manage/rosters/<int:roster>/apply")
@rule("administrator")
def apply(roster: int) -> ResponseReturnValue:
    """Do what the draft says."""
    rosters.roster_for(db.session, current_user.id, roster, asked())
    # Of a secret that nobody keeps; hashed first, so that no writer waits for it.
    unknown = hash_password(secrets.token_urlsafe(32))
    try:
        rosters.apply(
            db.session, roster, password_hash=unknown, by=current_user.id, now=clock.now()
        )
    except Conflict as changed:
        db.session.rollback()
        rosters.try_again(db.session, roster)
        db.session.commit()
        flash(changed.message, "caution")
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
    else:
        db.session.commit()
        flash(_("Applied. The messages leave within minutes; this page shows how far."), "success")
    return redirect(url_for("rosters.roster", roster=roster), 303)


@pages.post("/manage/rosters/<int:roster>/discard")
@rule("administrator")
def discard(roster: int) -> ResponseReturnValue:
    """Delete the rows of a draft."""
    found = rosters.roster_for(db.session, current_user.id, roster, asked())
    try:
        rosters.discard(db.session, roster, by=current_user.id, now=clock.now())
    except Conflict as decided:
        db.session.rollback()
        flash(decided.message, "caution")
        return redirect(url_for("rosters.roster", roster=roster), 303)
    db.session.commit()
    flash(_("Discarded: nothing was done, and its rows are deleted."), "success")
    return redirect(url_for("rosters.cohort", cohort=found.cohort_id), 303)


@pages.route("/manage/rosters/<int:roster>/undo", methods=["GET", "POST"])
@rule("administrator")
def undo(roster: int) -> ResponseReturnValue:
    """Ask once more, then take back what nothing rests on."""
    found = rosters.roster_for(db.session, current_user.id, roster, asked())
    form = ActForm()
    if request.method == "GET" or not form.validate_on_submit():
        return render_template(
            "rosters/undo.html", roster=found, programme_name=found.programme_name, form=form
        )
    try:
        ends = rosters.undo(db.session, roster, by=current_user.id, now=clock.now())
    except (Conflict, Refused) as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
        return redirect(url_for("rosters.roster", roster=roster), 303)
    db.session.commit()
    gone = ngettext("One row is undone.", "%(num)s rows are undone.", ends["undone"])
    kept = ngettext("One row stays.", "%(num)s rows stay.", ends["stays"])
    flash(f"{gone} {kept}" if ends["stays"] else gone, "success")
    return redirect(url_for("rosters.roster", roster=roster), 303)


@pages.post("/manage/rosters/<int:roster>/invite")
@rule("administrator")
@limiter.limit("10 per hour")
def invite(roster: int) -> ResponseReturnValue:
    """Write again to whoever has not answered."""
    rosters.roster_for(db.session, current_user.id, roster, asked())
    try:
        count = rosters.send_again(db.session, roster, by=current_user.id, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
        return redirect(url_for("rosters.roster", roster=roster), 303)
    db.session.commit()
    flash(
        ngettext("One person is written to again.", "%(num)s people are written to again.", count),
        "success",
    )
    return redirect(url_for("rosters.roster", roster=roster), 303)
