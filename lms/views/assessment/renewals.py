"""The re-check of a renewal: one safety-critical item after the other, each until it is right."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import courses
import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.assessment import PlainForm, RecheckForm
from lms.services import catalogue, cohorts, credentials, learning
from lms.services.credentials import Asked, Standing
from lms.views.assessment.fields import fields_of
from lms.views.assessment.place import pages
from lms.views.assessment.reviewed import Answered, rows_of


@pages.route("/credentials/<serial>/renewal/items/<int:number>", methods=["GET", "POST"])
@rule("learner")
def renewal_item(serial: str, number: int) -> ResponseReturnValue:
    """Show an item of the re-check, take its answer once, and say what came of it."""
    standing = credentials.standing_for(db.session, current_user.id, serial, clock.now())
    if standing.begun is None or standing.state != "open":
        return redirect(url_for("renewals.renewal", serial=serial))
    asked = credentials.safety_item_of(db.session, standing, number)
    form = RecheckForm()
    if form.validate_on_submit():
        # A page of an earlier item must not answer a later one.
        is_this = form.recheck.data == asked.row_id and asked.is_right is None
        given = given_answer(asked) if is_this else None
        if given is not None and settle(serial, asked, given):
            flash(
                _("Renewed. The new certificate is ready; the former stays on record."), "success"
            )
            return redirect(url_for("credentials.index"), 303)
        if given is not None or not is_this:
            return redirect(url_for("assessment.renewal_item", serial=serial, number=number), 303)
    return render_template(
        "assessment/renewal_item.html",
        **page_of(standing, asked),
        serial=serial,
        number=number,
        is_empty=form.is_submitted(),
    )


@pages.post("/credentials/<serial>/renewal/items/<int:number>/again")
@rule("learner")
def renewal_item_again(serial: str, number: int) -> ResponseReturnValue:
    """After a miss, ask another item of the same objective."""
    now = clock.now()
    standing = credentials.standing_for(db.session, current_user.id, serial, now)
    if not PlainForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    if standing.begun is None or standing.state != "open":
        return redirect(url_for("renewals.renewal", serial=serial), 303)
    credentials.ask_safety_item_again(db.session, current_user.id, serial, number, now)
    db.session.commit()
    return redirect(url_for("assessment.renewal_item", serial=serial, number=number), 303)


def given_answer(asked: Asked) -> str | None:
    """Return the answer in the fields of the form, None when they are empty."""
    try:
        return quizzes.answer_from_fields(asked.item, request.form.to_dict(flat=False))
    except quizzes.UnreadableAnswer as error:
        raise Refused(error.message) from error


def settle(serial: str, asked: Asked, given: str) -> str | None:
    """Mark the answer, and renew when it was the last thing missing, in one transaction."""
    renewed = credentials.answer_safety_item(
        db.session,
        current_user.id,
        serial,
        asked,
        given,
        now=clock.now(),
        verify_address=current_app.config["SETTINGS"].verify_address,
    )
    db.session.commit()
    return renewed


def page_of(standing: Standing, asked: Asked) -> dict[str, Any]:
    """Return what the page of an item says; its reasons only once it is answered."""
    content = catalogue.release(db.session, standing.release_id)
    item = asked.item
    shown = content.shown[item.id]
    prompts = item.details.prompts if isinstance(item.details, quizzes.Matching) else ()
    slot = quizzes.Slot(
        item.id,
        item.content_hash,
        asked.option_order,
        prompt_order=tuple(prompt.id for prompt in prompts),
    )
    is_over = asked.is_right is not None
    items = credentials.list_safety_items(db.session, standing)
    following = [each.slot for each in items if not each.is_right and each.slot != asked.slot]
    return {
        "standing": standing,
        "asked": asked,
        "shown": shown,
        "fields": fields_of(item, slot, shown, asked.answer),
        "lessons": lessons_of(standing, asked),
        "reviewed": rows_of(Answered(item, slot, shown, asked.answer, {})) if is_over else None,
        # The next one after this, else the first that is left.
        "following": next((one for one in following if one > asked.slot), None)
        or next(iter(following), None),
    }


def lessons_of(standing: Standing, asked: Asked) -> list[dict[str, str]]:
    """Return the lessons that teach an item, as the holder can still open them."""
    enrolment = standing.held.enrolment_id
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    own = catalogue.release(db.session, seat.release_id).course
    known = learning.progress_of(db.session, seat)
    return [
        {"title": lesson.title, "url": address_of(lesson, enrolment)}
        for lesson in asked.lessons
        if own.find_lesson(lesson.key) is not None and known.state_of(lesson.key).state != "locked"
    ]


def address_of(lesson: courses.Lesson, enrolment: int) -> str:
    """Return the address of a lesson for the learner of an enrolment."""
    module, _slash, slug = lesson.key.partition("/")
    return url_for("learning.lesson", enrolment=enrolment, module=module, lesson=slug)
