"""Re-checks: a short parallel item that resolves what was missed where somebody may be at stake."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.assessment import PlainForm, RecheckForm
from lms.services import assessment, credentials
from lms.services.assessment import Recheck
from lms.views.assessment.fields import fields_of
from lms.views.assessment.place import pages
from lms.views.assessment.result import lesson_link
from lms.views.assessment.reviewed import Answered, rows_of


@pages.post("/attempts/<int:attempt>/items/<int:number>/recheck/begin")
@rule("learner")
def begin_recheck(attempt: int, number: int) -> ResponseReturnValue:
    """Begin the re-check of a finding, or go on with the one that is open."""
    assessment.sitting_for(db.session, current_user.id, attempt)
    if not PlainForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    assessment.begin_recheck(db.session, current_user.id, attempt, slot=number, now=clock.now())
    db.session.commit()
    return redirect(url_for("assessment.recheck", attempt=attempt, number=number), 303)


@pages.route("/attempts/<int:attempt>/items/<int:number>/recheck", methods=["GET", "POST"])
@rule("learner")
def recheck(attempt: int, number: int) -> ResponseReturnValue:
    """Show the latest re-check of an item, take its answer once, and say what came of it."""
    found = assessment.recheck_for(db.session, current_user.id, attempt, number)
    form = RecheckForm()
    if found is None:
        return redirect(url_for("assessment.result", attempt=attempt))
    if form.validate_on_submit():
        # A page of an earlier re-check must not answer a later one.
        is_this = form.recheck.data == found.id and found.is_right is None
        given = given_answer(found) if is_this else None
        if given is not None:
            settle(found, given)
        if given is not None or not is_this:
            return redirect(url_for("assessment.recheck", attempt=attempt, number=number), 303)
    return render_template(
        "assessment/recheck.html", **page_of(found), number=number, is_empty=form.is_submitted()
    )


def given_answer(found: Recheck) -> str | None:
    """Return the answer in the fields of the form, None when they are empty."""
    try:
        return quizzes.answer_from_fields(found.item, request.form.to_dict(flat=False))
    except quizzes.UnreadableAnswer as error:
        raise Refused(error.message) from error


def settle(found: Recheck, given: str) -> None:
    """Mark the answer, and award what it completes, in one transaction."""
    now = clock.now()
    seat = assessment.answer_recheck(db.session, current_user.id, found, given, now)
    address = current_app.config["SETTINGS"].verify_address
    credentials.award_if_complete(db.session, seat, now=now, verify_address=address)
    db.session.commit()


def page_of(found: Recheck) -> dict[str, object]:
    """Return what the page of a re-check says; its reasons only once it is answered."""
    sitting, item = found.sitting, found.item
    shown = sitting.content.shown[item.id]
    prompts = item.details.prompts if isinstance(item.details, quizzes.Matching) else ()
    slot = quizzes.Slot(
        item.id,
        item.content_hash,
        found.option_order,
        prompt_order=tuple(prompt.id for prompt in prompts),
    )
    is_over = found.is_right is not None
    rows = rows_of(Answered(item, slot, shown, found.answer, {})) if is_over else None
    return {
        "recheck": found,
        "sitting": sitting,
        "module": sitting.content.course.module(sitting.module_key),
        "shown": shown,
        "fields": fields_of(item, slot, shown, found.answer),
        "lessons": [lesson_link(sitting, each) for each in found.finding.lessons],
        "reviewed": rows if sitting.paper.rules.feedback == "learning" else None,
    }
