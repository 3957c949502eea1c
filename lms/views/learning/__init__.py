"""A learner's pages: what to do next, the lessons, and what is still missing."""

import functools
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import courses
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.learning import MarkReadForm
from lms.services import catalogue, closing, cohorts, credentials, learning, notes
from lms.services.cohorts import Seat
from lms.views.learning.drawn import drawn, rail

pages = Blueprint("learning", __name__)


def unit_address(seat: Seat, unit: courses.Unit) -> str:
    """Return the address of a lesson or of a module's quiz for this learner."""
    return _unit_address(seat.enrolment_id, unit.kind, unit.key)


@functools.lru_cache(maxsize=8192)
def _unit_address(enrolment: int, kind: str, key: str) -> str:
    module, name = key.split("/", 1)
    if kind == "quiz":
        return url_for("assessment.quiz", enrolment=enrolment, module=module)
    return url_for("learning.lesson", enrolment=enrolment, module=module, lesson=name)


@pages.get("/learn")
@rule("member")
def home() -> str:
    """Show the one thing to do next, the course, and exactly what is still missing."""
    now = clock.now()
    # Where somebody still learns comes before what they have given up.
    seats = sorted(
        cohorts.list_seats(db.session, current_user.id),
        key=lambda seat: seat.state == "withdrawn",
    )
    waits = cohorts.list_own_waits(db.session, current_user.id)
    if not seats:
        programmes = catalogue.list_programmes(db.session)
        return render_template("learning/no_seat.html", programmes=programmes, waits=waits)
    enrolments = [seat.enrolment_id for seat in seats]
    wanted = request.args.get("enrolment", type=int)
    seat = next((each for each in seats if each.enrolment_id == wanted), seats[0])
    records = learning.records_of(db.session, enrolments)
    record = records.get(seat.enrolment_id, learning.StudyRecord())
    content = catalogue.release(db.session, seat.release_id)
    progress = learning.progress_with(db.session, seat, record)
    earned = credentials.list_of_enrolments(db.session, enrolments, now)
    today = now.astimezone(ZoneInfo(seat.time_zone)).date()
    due = cohorts.own_due_dates(db.session, seat)
    return render_template(
        "learning/home.html",
        seat=seat,
        waits=waits,
        others=[each for each in seats if each is not seat],
        programme_name=seat.programme_name,
        content=content,
        progress=progress,
        pace=courses.pace(content.course, progress, seat.starts_on, seat.due_on, today, due),
        record=record,
        resume=resume_point(progress, record),
        credential=earned.get(seat.enrolment_id),
        gates=closing.list_gates(db.session, seat),
        unit_address=unit_address,
        today=today,
    )


def resume_point(
    progress: courses.Progress, record: learning.StudyRecord
) -> tuple[courses.Unit, learning.Seen | None] | None:
    """Return the unit to go on with and the place in it: the last one read, else the next open."""
    if record.places:
        seen = record.places[0]
        for state in progress.units:
            if state.unit.key == seen.lesson_key and state.state == "open":
                return state.unit, seen
    return None if progress.next_unit is None else (progress.next_unit, None)


@pages.get("/learn/<int:enrolment>/<module>/<lesson>")
@rule("learner")
def lesson(enrolment: int, module: str, lesson: str) -> ResponseReturnValue:
    """Show a lesson with its place in the course, its sources, and the way on."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    text = learning.lesson_of(db.session, seat, f"{module}/{lesson}")
    progress, place = learning.standing_at(db.session, seat, text.key)
    if progress.started_at is None and closing.has_to_see(db.session, seat):
        flash(_("Before the first lesson: see who made this course, and their interests."), "info")
        return redirect(url_for("closing.disclosures", enrolment=enrolment), 303)
    content = catalogue.release(db.session, seat.release_id)
    here = content.course.module(module)
    module_state = next(each for each in progress.modules if each.module.key == module)
    today = clock.now().date()
    cited = (content.facts[fact] for fact in text.citations)
    return render_template(
        "learning/lesson.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=content,
        lesson=text,
        module=here,
        module_number=content.course.modules.index(here) + 1,
        module_state=module_state,
        rail=rail(content, module_state, text),
        state=progress.state_of(text.key),
        drawn=drawn(content, text),
        resume_at=place,
        notes=notes.list_of_lesson(db.session, seat, text),
        review_due=[fact for fact in cited if fact.is_past_review(today)],
        today=today,
    )


@pages.post("/learn/<int:enrolment>/<module>/<lesson>/complete")
@rule("learner")
def complete(enrolment: int, module: str, lesson: str) -> ResponseReturnValue:
    """Mark a lesson as read and go on to the next unit."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    text = learning.lesson_of(db.session, seat, f"{module}/{lesson}")
    if not MarkReadForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    now = clock.now()
    learning.complete_lesson(db.session, seat, text, now)
    serial = credentials.award_if_complete(
        db.session, seat, now=now, verify_address=current_app.config["SETTINGS"].verify_address
    )
    db.session.commit()
    _before, after = catalogue.release(db.session, seat.release_id).course.neighbours(text.key)
    if serial is not None and after is None:
        return redirect(url_for("credentials.index"), 303)
    if after is None:
        return redirect(url_for("learning.progress", enrolment=enrolment), 303)
    return redirect(unit_address(seat, after), 303)


@pages.post("/learn/<int:enrolment>/<module>/<lesson>/place")
@rule("learner")
def place(enrolment: int, module: str, lesson: str) -> ResponseReturnValue:
    """Remember the heading a learner has reached; the script of the lesson page reports it."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    text = learning.lesson_of(db.session, seat, f"{module}/{lesson}")
    body = request.get_json(silent=True)
    heading = body.get("heading") if isinstance(body, dict) else None
    if not isinstance(heading, str) or len(heading) > 160:
        return jsonify(error=_('Say which heading: {"heading": "…"}.')), 400
    learning.keep_place(db.session, seat, text, heading, clock.now())
    db.session.commit()
    return jsonify(kept=True)


@pages.get("/learn/<int:enrolment>/progress")
@rule("learner")
def progress(enrolment: int) -> str:
    """Show on one page exactly what is done and what is missing."""
    now = clock.now()
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    made = learning.progress_of(db.session, seat)
    today = now.astimezone(ZoneInfo(seat.time_zone)).date()
    earned = credentials.list_of_enrolments(db.session, [enrolment], now)
    return render_template(
        "learning/progress.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=content,
        progress=made,
        pace=courses.pace(
            content.course,
            made,
            seat.starts_on,
            seat.due_on,
            today,
            cohorts.own_due_dates(db.session, seat),
        ),
        credential=earned.get(enrolment),
        gates=closing.list_gates(db.session, seat),
        unit_address=unit_address,
    )
