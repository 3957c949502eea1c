"""Certificates in doubt: their ground has gone, and an administrator decides about each."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import certificates
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.forms.reviews import DoubtForm
from lms.services import cohorts, reviews
from lms.views.reviews.place import pages


@pages.get("/manage/programmes/<int:programme>/doubts")
@rule("overseer")
def doubts(programme: int) -> str:
    """Show the certificates that somebody has to decide about, and those decided."""
    return doubts_page(programme)


def doubts_page(programme: int, sent: tuple[int, DoubtForm] | None = None) -> str:
    """Draw the list, with the form that was sent wrongly as it was sent."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = reviews.list_concerns(db.session, programme)
    forms = {
        line.id: DoubtForm(formdata=None, prefix=f"c{line.id}") for line in lines if line.is_open
    }
    if sent is not None:
        forms[sent[0]] = sent[1]
    return render_template(
        "reviews/doubts.html",
        programme=found,
        programme_name=found.name,
        lines=lines,
        forms=forms,
        sent=sent and sent[1],
        serials={line.id: certificates.format_serial(line.serial) for line in lines},
        me=current_user.id,
    )


@pages.post("/manage/doubts/<int:concern>/decision")
@rule("administrator")
def decide_doubt(concern: int) -> ResponseReturnValue:
    """Decide whether a certificate stands, or propose to revoke it."""
    line = reviews.concern_for(db.session, current_user.id, concern)
    form = DoubtForm(prefix=f"c{line.id}")
    if not form.validate_on_submit():
        return doubts_page(line.programme_id, (line.id, form)), 422
    reviews.decide_concern(
        db.session,
        current_user.id,
        concern,
        outcome=form.outcome.data,
        words=form.words.data or "",
        now=clock.now(),
    )
    db.session.commit()
    if form.outcome.data == "stands":
        flash(_("Decided. The holder is told."), "success")
    else:
        flash(_("Proposed. It is revoked once a second administrator approves it."), "info")
    return redirect(url_for("reviews.doubts", programme=line.programme_id), 303)
