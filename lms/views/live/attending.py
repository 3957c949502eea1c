"""One session as staff see it: its roster, what the codes tell, and corrections."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import clock, exports
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.live import ATTENDED, CorrectionForm, RosterForm
from lms.services import live
from lms.services.cohorts import RunCohort
from lms.services.live import Live
from lms.views.live.place import held, module_choices, module_title, pages, words

PAGE = 100


@pages.get("/manage/cohorts/<int:cohort>/live/<int:live>")
@rule("reader")
def session(cohort: int, live: int) -> ResponseReturnValue:
    """Show a session with its roster."""
    return shown(*held(cohort, live))


@pages.post("/manage/cohorts/<int:cohort>/live/<int:live>/roster")
@rule("instructor")
def tick(cohort: int, live: int) -> ResponseReturnValue:
    """Credit those who are ticked on the roster."""
    return ticked(*held(cohort, live))


def ticked(found: RunCohort, session: Live) -> ResponseReturnValue:
    """Answer the form of the roster."""
    form = roster_form(session)
    here = [int(key) for key in request.form.getlist("here") if key.isascii() and key.isdigit()]
    if not form.validate_on_submit():
        return shown(found, session, form, here)
    try:
        credited, refused = live.tick(
            db.session,
            found,
            session,
            here,
            mode=form.mode.data,
            minutes=form.minutes.data,
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refusal:
        db.session.rollback()
        form.form_errors.append(refusal.message)
        return shown(found, session, form, here)
    db.session.commit()
    for sentence in refused:
        flash(sentence, "caution")
    flash(
        ngettext("%(num)s learner is credited.", "%(num)s learners are credited.", credited),
        "success" if credited else "info",
    )
    page = request.args.get("page", 1, type=int)
    return redirect(url_for("live.session", cohort=found.id, live=session.id, page=page), 303)


def roster_form(session: Live) -> RosterForm:
    """Return the form of a session's roster."""
    form = RosterForm()
    form.mode.choices = [(each, ATTENDED[each]) for each in live.ATTENDED_AS[session.mode]]
    if form.mode.data is None:
        form.mode.data = live.ATTENDED_AS[session.mode][0]
    if not form.is_submitted():
        form.minutes.data = session.minutes
    return form


def shown(
    found: RunCohort, session: Live, form: RosterForm | None = None, here: list[int] | None = None
) -> ResponseReturnValue:
    """Return the page of a session, with a form that was sent wrongly as it was sent."""
    now = clock.now()
    entries = live.list_entries(db.session, session.id)
    roster = live.list_roster(db.session, session, entries)
    last = max(1, -(-len(roster) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), last)
    form = form or roster_form(session)
    drawn = render_template(
        "live/session.html",
        cohort=found,
        programme_name=found.programme_name,
        live=session,
        roster=roster[(page - 1) * PAGE : page * PAGE],
        learners=len(roster),
        credited=sum(line.minutes > 0 for line in roster),
        page=page,
        last=last,
        form=form,
        here=here or [],
        signs=live.signs_of(db.session, session),
        corrections=[each for each in entries if each.is_correction],
        names={line.enrolment_id: line.name for line in roster},
        before={each.id: each for each in entries},
        module_title=module_title(found, session.module_key),
        now=now,
        **words(),
    )
    return drawn, 422 if form.errors else 200


@pages.route(
    "/manage/cohorts/<int:cohort>/live/<int:live>/hours/<int:entry>", methods=["GET", "POST"]
)
@rule("instructor")
def entry(cohort: int, live: int, entry: int) -> ResponseReturnValue:
    """Put an entry of the ledger right by a new one."""
    return corrected(*held(cohort, live), entry)


def corrected(found: RunCohort, session: Live, entry_id: int) -> ResponseReturnValue:
    """Answer the form that corrects an entry."""
    entry = live.entry_for(db.session, session, entry_id)
    form = CorrectionForm(
        data={"minutes": entry.minutes, "mode": entry.mode, "module": entry.module_key or ""}
    )
    form.module.choices = module_choices(found)
    form.mode.choices = [(each, ATTENDED[each]) for each in live.ATTENDED_AS[session.mode]]
    if form.validate_on_submit():
        try:
            live.correct(
                db.session,
                session,
                found,
                entry_id,
                mode=form.mode.data,
                minutes=form.minutes.data,
                module_key=form.module.data,
                reason=form.reason.data,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refusal:
            db.session.rollback()
            form.form_errors.append(refusal.message)
        else:
            db.session.commit()
            flash(_("Corrected. The earlier entry is kept beside it."), "success")
            return redirect(url_for("live.session", cohort=found.id, live=session.id), 303)
    roster = live.list_roster(db.session, session)
    page = render_template(
        "live/correct.html",
        cohort=found,
        programme_name=found.programme_name,
        live=session,
        entry=entry,
        module_title=module_title(found, entry.module_key),
        name=next(line.name for line in roster if line.enrolment_id == entry.enrolment_id),
        form=form,
        **words(),
    )
    return page, 422 if form.errors else 200


@pages.get("/manage/cohorts/<int:cohort>/live/<int:live>/table.<format>")
@rule("reader")
def table(cohort: int, live: int, format: str) -> Response:
    """Give the roster of a session as a file for a spreadsheet."""
    return exported(*held(cohort, live), format)


def exported(found: RunCohort, session: Live, form: str) -> Response:
    """Return the roster of a session as a file; that it was taken stands in the trail."""
    return exports.noted(
        live.roster_table(db.session, found, session, clock.now()),
        form,
        programme_id=found.programme_id,
        zone=found.time_zone,
        act="attendance.exported",
        subject=f"live session {session.id}",
    )
