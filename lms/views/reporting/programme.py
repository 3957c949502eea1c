"""Completion reports of a programme: its courses, what is ready, and what was made."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.reporting import ActivityForm, CourseForm
from lms.services import accounts, cohorts, reporting
from lms.views.reporting.place import pages

PAGE = 50


@pages.get("/manage/programmes/<int:programme>/reporting")
@rule("overseer")
def index(programme: int) -> str:
    """Show the completions of a course, how far each is reported, and the reports made."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    now = clock.now()
    courses = reporting.list_courses(db.session, programme, now)
    slug = request.args.get("course", courses[0].slug if courses else "")
    course = next((each for each in courses if each.slug == slug), None)
    listed = reporting.list_completions(db.session, programme, slug, now) if course else []
    counts = {state: sum(each.state == state for each in listed) for state in STATES}
    shown = request.args.get("show", "")
    rows = [each for each in listed if each.state == shown] if shown in STATES else listed
    last = max(1, -(-len(rows) // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), last)
    return render_template(
        "reporting/index.html",
        programme=found,
        programme_name=found.name,
        role=accounts.role_in(db.session, current_user.id, programme),
        courses=courses,
        course=course,
        counts=counts,
        rows=rows[(page - 1) * PAGE : page * PAGE],
        page=page,
        last=last,
        shown=shown if shown in STATES else "",
        reports=reporting.list_reports(db.session, programme),
        form=ActivityForm(formdata=None),
        course_form=CourseForm(formdata=None),
    )


STATES = ("ready", "no-consent", "rejected", "reported")


@pages.post("/manage/programmes/<int:programme>/reporting/activity")
@rule("administrator")
def activity(programme: int) -> ResponseReturnValue:
    """Keep the number by which the accreditor knows a course."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    form = ActivityForm()
    known = {each.slug for each in reporting.list_courses(db.session, programme, clock.now())}
    if not form.validate_on_submit() or form.course.data not in known:
        flash(_("Enter the number of the activity as the accreditor shows it."), "error")
        return redirect(url_for("reporting.index", programme=programme), 303)
    try:
        reporting.set_activity(
            db.session,
            programme,
            form.course.data,
            form.activity_id.data,
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
    else:
        db.session.commit()
        flash(_("Kept. It stands in every line that is reported from now on."), "success")
    here = url_for("reporting.index", programme=programme, course=form.course.data)
    return redirect(here, 303)


@pages.post("/manage/programmes/<int:programme>/reporting/make")
@rule("administrator")
def make(programme: int) -> ResponseReturnValue:
    """Make a report of everything that is ready."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    form = CourseForm()
    if not form.validate_on_submit():
        return redirect(url_for("reporting.index", programme=programme), 303)
    try:
        report = reporting.make(
            db.session, programme, form.course.data, by=current_user.id, now=clock.now()
        )
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
        return redirect(url_for("reporting.index", programme=programme), 303)
    db.session.commit()
    return redirect(url_for("reporting.report", report=report), 303)
