"""The qualifications of a programme: what is asked for, what waits, who lacks what."""

from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.qualifications import CheckForm, DemandForm
from lms.services import accounts, cohorts, qualifications
from lms.views.qualifications.place import pages, proof_answer, words

MOST_NAMED = 200


@pages.get("/manage/programmes/<int:programme>/qualifications")
@rule("reader")
def programme(programme: int) -> str:
    """Show what waits for a check, what was decided, and who lacks what is asked for."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    today = clock.today_in(found.time_zone)
    held = qualifications.list_of_programme(
        db.session, programme, waiting=False, after=continued(request.args.get("after", ""))
    )
    demands = qualifications.list_demands(db.session, programme)
    lacking = qualifications.list_lacking(db.session, programme, today)
    role = accounts.role_in(db.session, current_user.id, programme) or ""
    last = held[-1] if len(held) == qualifications.PAGE else None
    return render_template(
        "qualifications/programme.html",
        programme=found,
        programme_name=found.name,
        role=role,
        may_check=accounts.satisfies(role, "instructor"),
        may_ask=accounts.satisfies(role, "administrator"),
        waiting=qualifications.list_of_programme(db.session, programme, waiting=True),
        held=held,
        after=f"{last.held.stated.expires_on.isoformat()}.{last.held.id}" if last else None,
        is_continued="after" in request.args,
        demands=demands,
        lacking=lacking[:MOST_NAMED],
        lacking_count=len(lacking),
        today=today,
        **words(),
    )


def continued(place: str) -> tuple[date, int] | None:
    """Return where a list goes on, None for its beginning and for what names no place."""
    day, dot, number = place.partition(".")
    try:
        return (date.fromisoformat(day), int(number)) if dot else None
    except ValueError:
        return None


@pages.post("/manage/programmes/<int:programme>/qualifications/asked")
@rule("administrator")
def ask(programme: int) -> ResponseReturnValue:
    """Set which kinds of qualification a programme asks for."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    form = DemandForm()
    if form.validate_on_submit():
        qualifications.ask_for(
            db.session, programme, form.kinds.data, by=current_user.id, now=clock.now()
        )
        db.session.commit()
        flash(_("Saved."), "success")
    else:
        flash(_("Choose among the listed kinds."), "error")
    return redirect(url_for("qualifications.programme", programme=programme), 303)


@pages.route("/manage/qualifications/<int:qualification>", methods=["GET", "POST"])
@rule("reader", post="instructor")
def check(qualification: int) -> ResponseReturnValue:
    """Let staff look at a qualification and decide, once."""
    found = qualifications.qualification_for(db.session, current_user.id, qualification, asked())
    form = CheckForm()
    if form.validate_on_submit():
        try:
            qualifications.decide(
                db.session,
                found,
                outcome=form.outcome.data,
                words=form.words.data,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refusal:
            db.session.rollback()
            form.form_errors.append(refusal.message)
        else:
            db.session.commit()
            flash(_("Decided. The holder has been told."), "success")
            back = url_for("qualifications.programme", programme=found.held.programme_id)
            return redirect(back, 303)
    role = accounts.role_in(db.session, current_user.id, found.held.programme_id) or ""
    page = render_template(
        "qualifications/check.html",
        found=found,
        form=form,
        me=current_user.id,
        may_check=accounts.satisfies(role, "instructor"),
        programme_name=found.programme,
        today=clock.today_in(found.time_zone),
        **words(),
    )
    return page, 422 if form.errors else 200


@pages.get("/manage/qualifications/<int:qualification>/proof")
@rule("reader")
def proof(qualification: int) -> Response:
    """Hand staff the proof of a qualification."""
    found = qualifications.qualification_for(db.session, current_user.id, qualification, asked())
    return proof_answer(found.held)


@pages.get("/manage/programmes/<int:programme>/qualifications/table.<format>")
@rule("reader")
def table(programme: int, format: str) -> Response:
    """Give the qualifications of a programme as a file for a spreadsheet."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    return exports.noted(
        qualifications.programme_table(
            db.session, programme, found.name, found.time_zone, clock.now()
        ),
        format,
        programme_id=programme,
        zone=found.time_zone,
        act="qualifications.exported",
        subject=f"programme {programme}",
    )
