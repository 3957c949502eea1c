"""How people come to join a cohort: invitations, the queue, and giving a place up again."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import LmsError, NotFound, Refused
from lms.extensions import limiter
from lms.forms.cohorts import InvitationForm, JoinForm, LeaveForm
from lms.services import cohorts
from lms.views.cohorts.place import pages, run_for
from lms.views.cohorts.places import sent

USUAL_DAYS = 14
# A class that joins at once from one address is let through: only wrong codes count.
WRONG_CODES = "10 per minute; 60 per hour"


@pages.route("/manage/cohorts/<int:cohort>/invitations", methods=["GET", "POST"])
@rule("reader", post="administrator")
def invitations(cohort: int) -> ResponseReturnValue:
    """Show the invitations into a cohort, and make one: its code is shown this once."""
    found, form, now = run_for(cohort), InvitationForm(), clock.now()
    zone = ZoneInfo(found.time_zone)
    made = None
    if not form.is_submitted():
        form.last_on.data = now.astimezone(zone).date() + timedelta(days=USUAL_DAYS)
    if form.validate_on_submit():
        try:
            made = cohorts.make_invitation(
                db.session,
                found,
                current_app.config["SETTINGS"].secret(),
                label=form.label.data,
                most_uses=form.most_uses.data or 0,
                # The day itself is still in time, on the programme's clocks.
                expires_at=datetime.combine(form.last_on.data + timedelta(days=1), time(), zone),
                by=current_user.id,
                now=now,
            )
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.message)
        else:
            db.session.commit()
            form = InvitationForm(formdata=None)
            form.last_on.data = now.astimezone(zone).date() + timedelta(days=USUAL_DAYS)
    page = render_template(
        "cohorts/invitations.html",
        cohort=found,
        programme_name=found.programme_name,
        form=form,
        made=made,
        link=link_of(made) if made else None,
        lines=cohorts.list_invitations(db.session, found.id),
        now=now,
    )
    return page, 422 if form.errors else 200


def link_of(code: str) -> str:
    """Return the address that an invitation is sent as."""
    public: str = current_app.config["SETTINGS"].public_url
    return public + url_for("cohorts.join", code=code)


@pages.post("/manage/cohorts/<int:cohort>/invitations/<int:invitation>/end")
@rule("administrator")
def end_invitation(cohort: int, invitation: int) -> ResponseReturnValue:
    """Let an invitation let nobody in any more."""
    found = run_for(cohort)
    sent()
    cohorts.end_invitation(db.session, found, invitation, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Ended. Who has joined by it stays."), "success")
    return redirect(url_for("cohorts.invitations", cohort=cohort), 303)


def was_wrong(answer: Response) -> bool:
    """Whether an answer tells that a code was not right: those are counted, nothing else."""
    return answer.status_code in (404, 422)


@pages.get("/join")
@rule("public")
@limiter.limit(WRONG_CODES, deduct_when=was_wrong)
def join() -> ResponseReturnValue:
    """Show what a code invites to, or ask for one."""
    form = JoinForm(request.args, meta={"csrf": False})
    if "code" not in request.args:
        return render_template("cohorts/join.html", form=form, invited=None)
    return join_page(form, *looked_up(form.code.data or ""))


@pages.post("/join")
@rule("member")
@limiter.limit(WRONG_CODES, deduct_when=was_wrong)
def accept() -> ResponseReturnValue:
    """Join the cohort that a code invites to, or its queue."""
    form = JoinForm()
    if not form.validate_on_submit():
        return render_template("cohorts/join.html", form=form, invited=None), 422
    now, secret = clock.now(), current_app.config["SETTINGS"].secret()
    try:
        taken = cohorts.accept(db.session, current_user.id, form.code.data, secret, now)
    except (NotFound, Refused) as error:
        db.session.rollback()
        return join_page(form, None, error)
    db.session.commit()
    return welcome(taken)


def looked_up(code: str) -> tuple[cohorts.Invited | None, LmsError | None]:
    """Return what a code invites to, or why it does not."""
    who = current_user.id if current_user.is_authenticated else None
    secret = current_app.config["SETTINGS"].secret()
    try:
        return cohorts.find_invited(db.session, code, secret, clock.now(), who), None
    except (NotFound, Refused) as error:
        return None, error


def join_page(
    form: JoinForm, invited: cohorts.Invited | None, error: LmsError | None
) -> ResponseReturnValue:
    """Draw the page of an invitation, or what is wrong with its code."""
    if error is not None:
        form.code.errors = [error.message]
    page = render_template("cohorts/join.html", form=form, invited=invited)
    return page, 200 if error is None else error.status


def welcome(taken: cohorts.Taken) -> ResponseReturnValue:
    """Say what somebody got who wanted to join, on the page where they go on."""
    if taken.enrolment_id is None:
        flash(
            _(
                "The cohort is full. You are number %(position)s on its waiting list, and we write "
                "to you as soon as a place is yours.",
                position=taken.position,
            ),
            "info",
        )
        return redirect(url_for("learning.home"), 303)
    flash(_("You are enrolled. Your place is kept here whenever you come back."), "success")
    return redirect(url_for("learning.home", enrolment=taken.enrolment_id), 303)


@pages.post("/cohorts/<int:cohort>/enrol")
@rule("member")
def enrol(cohort: int) -> ResponseReturnValue:
    """Take a place in an open cohort, or wait for one."""
    sent()
    now = clock.now()
    zone = cohorts.zone_of(db.session, cohort)
    taken = cohorts.take_place(
        db.session,
        account_id=current_user.id,
        cohort_id=cohort,
        now=now,
        today=now.astimezone(ZoneInfo(zone)).date(),
    )
    db.session.commit()
    return welcome(taken)


@pages.post("/cohorts/<int:cohort>/waiting/leave")
@rule("member")
def leave_queue(cohort: int) -> ResponseReturnValue:
    """Wait no more for a cohort."""
    sent()
    cohorts.leave_queue(db.session, current_user.id, cohort, clock.now())
    db.session.commit()
    flash(_("You no longer wait for this cohort."), "success")
    return redirect(url_for("learning.home"), 303)


@pages.route("/learn/<int:enrolment>/withdraw", methods=["GET", "POST"])
@rule("learner")
def leave(enrolment: int) -> ResponseReturnValue:
    """Say what giving up a place means, and give it up."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    form = LeaveForm()
    if form.validate_on_submit():
        cohorts.withdraw_oneself(db.session, seat, reason=form.reason.data or "", now=clock.now())
        db.session.commit()
        flash(_("You have withdrawn. Everything you did is kept."), "success")
        return redirect(url_for("learning.home", enrolment=enrolment), 303)
    page = render_template(
        "cohorts/leave.html", seat=seat, programme_name=seat.programme_name, form=form
    )
    return page, 422 if form.errors else 200
