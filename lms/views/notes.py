"""A learner's own notes and highlights: beside the lesson, all together, and as a text file."""

import re
import secrets

from flask import (
    Blueprint,
    Response,
    flash,
    get_template_attribute,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import courses
from lms import clock
from lms.access import rule, wants_json
from lms.db import db
from lms.errors import NotFound, Refused
from lms.forms.notes import ChangeNoteForm, DeleteNoteForm, NoteForm
from lms.services import catalogue, learning, notes
from lms.services.cohorts import Seat

pages = Blueprint("notes", __name__)

_TICKET = re.compile(r"[0-9a-f]{16,36}")


def new_ticket() -> str:
    """Return what tells one form from another, so that a form sent twice writes one note."""
    return secrets.token_hex(16)


@pages.get("/learn/<int:enrolment>/notes")
@rule("private")
def index(enrolment: int) -> str:
    """Show all notes of a learner in the order of the course."""
    seat = notes.seat_for(db.session, current_user.id, enrolment)
    return render_template(
        "notes/index.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=catalogue.release(db.session, seat.release_id),
        listed=notes.list_all(db.session, seat),
    )


@pages.get("/learn/<int:enrolment>/notes.txt")
@rule("private")
def export(enrolment: int) -> Response:
    """Send all notes of a learner as a text file."""
    seat = notes.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    text = render_template(
        "notes/export.txt",
        seat=seat,
        content=content,
        listed=notes.list_all(db.session, seat),
        now=clock.now(),
    )
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="notes-{content.label}.txt"'
    return answer


@pages.route("/learn/<int:enrolment>/notes/<module>/<lesson>", methods=["GET", "POST"])
@rule("private")
def lesson(enrolment: int, module: str, lesson: str) -> ResponseReturnValue:
    """Show a learner's notes on a lesson with a form for another, and write it."""
    seat = notes.seat_for(db.session, current_user.id, enrolment)
    text = learning.lesson_of(db.session, seat, f"{module}/{lesson}")
    form = NoteForm()
    form.heading.choices = [("", _("The lesson as a whole"))]
    form.heading.choices += [(each.id, each.text) for each in text.headings]
    status = 200
    if form.validate_on_submit():
        note = write(seat, text, form)
        if note is not None:
            return written(seat, text, note)
        status = 422
    if form.is_submitted() and wants_json():
        return jsonify(errors=form.errors), status if form.errors else 400
    if not form.ticket.data or status == 200:
        form.ticket.data = new_ticket()
    return lesson_page(seat, text, form), status


def write(seat: Seat, text: courses.Lesson, form: NoteForm) -> int | None:
    """Keep what a form holds; return the note's id, or None with the form's errors filled in."""
    wording = notes.Wording(
        body=form.body.data or "",
        quote=form.quote.data or "",
        before=(form.before.data or "")[-200:],
        after=(form.after.data or "")[:200],
        heading=form.heading.data or "",
    )
    ticket = form.ticket.data or ""
    if not _TICKET.fullmatch(ticket):
        ticket = new_ticket()
    try:
        note = notes.write(db.session, seat, text, wording, ticket=ticket, now=clock.now())
    except notes.Unwritten as refusal:
        db.session.rollback()
        form[refusal.field].errors = [refusal.message]
        return None
    db.session.commit()
    return note


def written(seat: Seat, text: courses.Lesson, note: int) -> ResponseReturnValue:
    """Answer that a note is kept: to a script with the list as it is now, to a person with it."""
    if not wants_json():
        flash(_("Your note is kept."), "success")
        return redirect(f"{lesson_address(seat, text)}#note-{note}", 303)
    listed = notes.list_of_lesson(db.session, seat, text)
    draw = get_template_attribute("notes/_list.html", "note_list")
    return jsonify(note=note, count=len(listed), list=str(draw(listed, seat, text))), 201


def lesson_address(seat: Seat, text: courses.Lesson) -> str:
    """Return the address of a learner's notes on a lesson."""
    module, name = text.key.split("/", 1)
    return url_for("notes.lesson", enrolment=seat.enrolment_id, module=module, lesson=name)


def lesson_page(seat: Seat, text: courses.Lesson, form: NoteForm) -> str:
    """Return the page of the notes on a lesson."""
    content = catalogue.release(db.session, seat.release_id)
    return render_template(
        "notes/lesson.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=content,
        module=content.course.module(text.key.split("/", 1)[0]),
        lesson=text,
        listed=notes.list_of_lesson(db.session, seat, text),
        form=form,
        limits=notes,
    )


@pages.route("/learn/<int:enrolment>/notes/<int:note>", methods=["GET", "POST"])
@rule("private")
def change(enrolment: int, note: int) -> ResponseReturnValue:
    """Show one note and give it other words."""
    seat = notes.seat_for(db.session, current_user.id, enrolment)
    found = notes.note_for(db.session, seat, note)
    form = ChangeNoteForm(data={"body": found.body, "seen": found.changed_at.isoformat()})
    status, elsewhere = 200, None
    if form.validate_on_submit():
        try:
            notes.change(
                db.session, seat, note, form.body.data or "",
                seen=form.seen.data or "", now=clock.now(),
            )  # fmt: skip
            db.session.commit()
            flash(_("Your note is kept."), "success")
            return redirect(f"{url_for('notes.index', enrolment=enrolment)}#note-{note}", 303)
        except notes.Unwritten as refusal:
            db.session.rollback()
            form.body.errors = [refusal.message]
            status = 422
        except notes.ChangedElsewhere as clash:
            db.session.rollback()
            form.body.errors = [
                _("%(what)s Yours is below; it is not saved yet.", what=clash.message)
            ]
            form.seen.data = clash.now.changed_at.isoformat()
            elsewhere, status = clash.now, clash.status
    page = render_template(
        "notes/change.html",
        seat=seat,
        programme_name=seat.programme_name,
        note=found,
        lesson=lesson_of(seat, found),
        form=form,
        elsewhere=elsewhere,
        limits=notes,
    )
    return page, status


def lesson_of(seat: Seat, note: notes.Note) -> courses.Lesson | None:
    """Return the lesson of a note, None when this release no longer has it."""
    try:
        return learning.lesson_of(db.session, seat, note.lesson_key)
    except NotFound:
        return None


@pages.post("/learn/<int:enrolment>/notes/<int:note>/delete")
@rule("private")
def delete(enrolment: int, note: int) -> ResponseReturnValue:
    """Delete one note."""
    seat = notes.seat_for(db.session, current_user.id, enrolment)
    if not DeleteNoteForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    notes.delete(db.session, seat, note)
    db.session.commit()
    flash(_("The note is deleted."), "success")
    return redirect(url_for("notes.index", enrolment=enrolment), 303)
