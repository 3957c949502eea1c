"""The people of a cohort: their places, what becomes of them, and more time for one of them."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock, exports
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.cohorts import ActForm, ExtensionForm, MoveForm, StateForm
from lms.services import catalogue, cohorts
from lms.services.cohorts import RunCohort
from lms.views.cohorts.place import last_days, pages, run_for

STATES = ("active", "paused", "withdrawn")
# What the form of an extension calls the whole course; no module has such a key.
WHOLE_COURSE = "*"


@pages.get("/manage/cohorts/<int:cohort>/places")
@rule("reader")
def places(cohort: int) -> str:
    """Show who has a place in a cohort, who waits for one, and how full it is."""
    found = run_for(cohort)
    state, words = filters()
    page = cohorts.list_places(
        db.session,
        found,
        state=state,
        words=words,
        after=request.args.get("after", type=int),
    )
    return render_template(
        "cohorts/places.html",
        cohort=found,
        programme_name=found.programme_name,
        page=page,
        counts=cohorts.count_states(db.session, found.id),
        room=cohorts.rooms(db.session, [found.id])[found.id],
        waiting=cohorts.list_waiting(db.session, found.id),
        states=STATES,
        state=state,
        words=words,
        is_continued="after" in request.args,
    )


def filters() -> tuple[str | None, str]:
    """Return the state and the words that the list is to be narrowed to."""
    state = request.args.get("state", "")
    return state if state in STATES else None, request.args.get("q", "").strip()[:100]


@pages.get("/manage/cohorts/<int:cohort>/places/table.<format>")
@rule("reader")
def places_table(cohort: int, format: str) -> Response:
    """Hand the places out as a table for a spreadsheet, with the filters of the page."""
    found = run_for(cohort)
    state, words = filters()
    return exports.noted(
        cohorts.places_table(db.session, found, state=state, words=words, now=clock.now()),
        format,
        programme_id=found.programme_id,
        zone=found.time_zone,
        act="places.exported",
        subject=f"cohort {found.id}",
        detail={"format": format, "state": state, "words": words},
    )


@pages.get("/manage/cohorts/<int:cohort>/places/<int:enrolment>")
@rule("reader")
def one_place(cohort: int, enrolment: int) -> str:
    """Show one place: its state, the days that hold, and everything done to it."""
    return place_page(run_for(cohort), enrolment)


@pages.post("/manage/cohorts/<int:cohort>/places/<int:enrolment>/state")
@rule("administrator")
def change_state(cohort: int, enrolment: int) -> ResponseReturnValue:
    """Pause a place, resume it, withdraw it or take it again."""
    found = run_for(cohort)
    line, _due = cohorts.place_for(db.session, found, enrolment)
    form = StateForm()
    form.act.choices = state_choices()
    if form.validate_on_submit():
        try:
            after = cohorts.change_state(
                db.session,
                found,
                enrolment,
                form.act.data,
                reason=form.reason.data,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            form.act.errors = [refused.message]
        else:
            db.session.commit()
            words = {"active": _("active"), "paused": _("paused"), "withdrawn": _("withdrawn")}
            flash(
                _("The place of %(name)s is %(state)s now.", name=line.name, state=words[after]),
                "success",
            )
            return redirect(url_for("cohorts.one_place", cohort=cohort, enrolment=enrolment), 303)
    return place_page(found, enrolment, state=form), 422


@pages.post("/manage/cohorts/<int:cohort>/places/<int:enrolment>/move")
@rule("administrator")
def move(cohort: int, enrolment: int) -> ResponseReturnValue:
    """Move a place into another cohort of the same course."""
    found = run_for(cohort)
    line, _due = cohorts.place_for(db.session, found, enrolment)
    form = MoveForm()
    targets = cohorts.list_targets(db.session, found)
    form.to.choices = [SelectChoice(key, title) for key, title in targets]
    if form.validate_on_submit():
        try:
            cohorts.move(
                db.session,
                found,
                enrolment,
                to=form.to.data,
                reason=form.reason.data,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            form.to.errors = [refused.message]
        else:
            db.session.commit()
            flash(
                _("%(name)s learns in this cohort now, with everything.", name=line.name), "success"
            )
            return redirect(
                url_for("cohorts.one_place", cohort=form.to.data, enrolment=enrolment), 303
            )
    return place_page(found, enrolment, move=form), 422


@pages.post("/manage/cohorts/<int:cohort>/places/<int:enrolment>/extensions")
@rule("instructor")
def give_extension(cohort: int, enrolment: int) -> ResponseReturnValue:
    """Give one learner more time for a module, or for the whole course."""
    found, form = run_for(cohort), ExtensionForm()
    form.module.choices = module_choices(found)
    if form.validate_on_submit():
        try:
            cohorts.extend(
                db.session,
                found,
                enrolment,
                module_key=None if form.module.data == WHOLE_COURSE else form.module.data,
                until=form.until.data,
                reason=form.reason.data,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            form.until.errors = [refused.message]
        else:
            db.session.commit()
            flash(
                _("Given. The learner sees the new days and that they are an extension."), "success"
            )
            return redirect(url_for("cohorts.one_place", cohort=cohort, enrolment=enrolment), 303)
    return place_page(found, enrolment, extension=form), 422


@pages.post("/manage/cohorts/<int:cohort>/places/<int:enrolment>/extensions/end")
@rule("instructor")
def end_extension(cohort: int, enrolment: int) -> ResponseReturnValue:
    """Take an extension back that was a slip; the days before it hold again."""
    found = run_for(cohort)
    sent()
    cohorts.extend(
        db.session,
        found,
        enrolment,
        module_key=request.form.get("module") or None,
        until=None,
        reason=_("Taken back."),
        by=current_user.id,
        now=clock.now(),
    )
    db.session.commit()
    flash(_("Taken back. The days before it hold again."), "success")
    return redirect(url_for("cohorts.one_place", cohort=cohort, enrolment=enrolment), 303)


@pages.post("/manage/cohorts/<int:cohort>/waiting/<int:waiting>/take")
@rule("administrator")
def take_in(cohort: int, waiting: int) -> ResponseReturnValue:
    """Give somebody who waits a place, whoever is before them."""
    found = run_for(cohort)
    sent()
    enrolment = cohorts.take_in(db.session, found, waiting, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("They have a place and were written to."), "success")
    return redirect(url_for("cohorts.one_place", cohort=cohort, enrolment=enrolment), 303)


@pages.post("/manage/cohorts/<int:cohort>/waiting/<int:waiting>/remove")
@rule("administrator")
def remove_waiting(cohort: int, waiting: int) -> ResponseReturnValue:
    """Take somebody off the waiting list."""
    found = run_for(cohort)
    sent()
    cohorts.remove_waiting(db.session, found, waiting, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("They no longer wait for this cohort."), "success")
    return redirect(url_for("cohorts.places", cohort=cohort), 303)


def sent() -> None:
    """Refuse a button whose token is no longer this session's."""
    if not ActForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))


def state_choices() -> list[SelectChoice]:
    """Return the acts on a place, in words."""
    return [
        SelectChoice("pause", _("Pause: keeps the place, nothing is due")),
        SelectChoice("resume", _("Resume: the days of the pause are given back")),
        SelectChoice("withdraw", _("Withdraw: frees the place, keeps the record")),
        SelectChoice("rejoin", _("Take in again: goes on where they left")),
    ]


def module_choices(found: RunCohort) -> list[SelectChoice]:
    """Return what an extension may be for, in words."""
    course = catalogue.release(db.session, found.release_id).course
    return [
        SelectChoice(WHOLE_COURSE, _("The whole course")),
        *(SelectChoice(module.key, module.title) for module in course.modules),
    ]


def place_page(
    found: RunCohort,
    enrolment: int,
    *,
    state: StateForm | None = None,
    move: MoveForm | None = None,
    extension: ExtensionForm | None = None,
) -> str:
    """Draw the page of a place, with the form that was sent wrongly as it was sent."""
    line, due = cohorts.place_for(db.session, found, enrolment)
    content = catalogue.release(db.session, found.release_id)
    targets = cohorts.list_targets(db.session, found)
    state, move, extension = state or StateForm(), move or MoveForm(), extension or ExtensionForm()
    state.act.choices = [
        choice for choice in state_choices() if line.state in cohorts.BEFORE[choice.value]
    ]
    move.to.choices = [SelectChoice(key, title) for key, title in targets]
    extension.module.choices = module_choices(found)
    return render_template(
        "cohorts/place.html",
        cohort=found,
        programme_name=found.programme_name,
        line=line,
        content=content,
        due=due,
        last_of=last_days(content.course, due),
        acts=cohorts.list_acts(db.session, enrolment),
        extensions=cohorts.list_extensions(db.session, enrolment),
        state_form=state,
        move_form=move,
        extension_form=extension,
        problems=[form for form in (state, move, extension) if form.errors],
    )
