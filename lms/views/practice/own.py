"""A learner's own log: what is signed, what waits, what is missing, and new rows."""

import re
import secrets
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.downloads import handed_out
from lms.errors import NotFound, Refused
from lms.exports import in_zone
from lms.extensions import limiter
from lms.forms.practice import (
    REASON_WORDS,
    ActForm,
    ConsultationForm,
    PracticumForm,
    hours_of,
    minutes_of,
)
from lms.services import catalogue, cohorts, practice
from lms.services.cohorts import Seat
from lms.services.practice import Entry, Stated
from lms.views.practice.place import pages, rows_of_rules

_TICKET = re.compile(r"[0-9a-f]{32}")
ASKING = "20 per hour"
MOST_SHOWN = 100


def own_seat(enrolment: int) -> Seat:
    """Return the seat of the learner who asks, or refuse."""
    return cohorts.seat_for(db.session, current_user.id, enrolment)


@pages.get("/learn/<int:enrolment>/practice")
@rule("learner")
def own(enrolment: int) -> str:
    """Show a learner their log, and what is still missing."""
    seat = own_seat(enrolment)
    entries = practice.list_entries(db.session, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    standing = practice.standing_with(db.session, seat.release_id, entries)
    return render_template(
        "practice/own.html",
        seat=seat,
        programme_name=seat.programme_name,
        practice=content.course.practice,
        rules=rows_of_rules(content, standing),
        standing=standing,
        demands=practice.demands_of(db.session, seat),
        waiting=[entry for entry in entries if entry.is_open],
        others=[entry for entry in entries if not entry.is_open],
        has_lists=has_lists(seat),
        most=MOST_SHOWN,
        form=ActForm(),
    )


def has_lists(seat: Seat) -> bool:
    """Whether the programme has entered anybody who signs."""
    found = practice.list_supervisors(db.session, seat.programme_id)
    return any(each.is_open for each in found)


@pages.get("/learn/<int:enrolment>/practice/table.<format>")
@rule("learner")
def own_table(enrolment: int, format: str) -> Response:
    """Hand a learner their whole log."""
    seat = own_seat(enrolment)
    entries = practice.list_entries(db.session, enrolment)
    name = f"Practice log of {current_user.full_name} in {seat.cohort_title}"
    return handed_out(in_zone(practice.log_table(entries, name=name), seat.time_zone), format)


@pages.route("/learn/<int:enrolment>/practice/new/<kind>", methods=["GET", "POST"])
@rule("learner")
def new(enrolment: int, kind: str) -> ResponseReturnValue:
    """Enter a day of practicum or a consultation."""
    if kind not in practice.KINDS:
        raise NotFound()
    return entered(own_seat(enrolment), kind, None)


@pages.route("/learn/<int:enrolment>/practice/<int:entry>/correct", methods=["GET", "POST"])
@rule("learner")
def correct(enrolment: int, entry: int) -> ResponseReturnValue:
    """Correct a row by a new one."""
    seat = own_seat(enrolment)
    former = practice.own_entry(db.session, seat, entry)
    return entered(seat, former.stated.kind, former)


def entered(seat: Seat, kind: str, former: Entry | None) -> ResponseReturnValue:
    """Show the form of a row, or put what was sent into the log."""
    form: Any = PracticumForm() if kind == "practicum" else ConsultationForm()
    offer(form, seat, former)
    if form.validate_on_submit():
        try:
            practice.enter(
                db.session,
                seat,
                stated_in(form, kind),
                ticket=ticket_of(form),
                now=clock.now(),
                corrects=former,
                reason=form.reason.data if former else None,
            )
            db.session.commit()
            flash(_("Entered. Ask for the signature when your log is up to date."), "success")
            return redirect(url_for("practice.own", enrolment=seat.enrolment_id), 303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.message)
    elif not form.is_submitted() and former is not None:
        fill(form, former.stated)
    form.ticket.data = ticket_of(form)
    page = render_template(
        "practice/entry.html",
        seat=seat,
        programme_name=seat.programme_name,
        kind=kind,
        form=form,
        former=former,
    )
    return page, 422 if form.errors else 200


def ticket_of(form: Any) -> str:
    """Return the ticket of a form, a new one where it has none."""
    sent = form.ticket.data or ""
    return sent if _TICKET.fullmatch(sent) else secrets.token_hex(16)


def offer(form: Any, seat: Seat, former: Entry | None) -> None:
    """Fill the choices of a form from the programme's lists."""
    supervisors = practice.list_supervisors(db.session, seat.programme_id)
    form.supervisor.choices = [(0, _("Choose…"))] + [
        (each.id, f"{each.name} ({each.licence})")
        for each in supervisors
        if each.is_open and each.account_id != seat.account_id
    ]
    form.competencies.choices = practice.list_competencies(db.session, seat)
    if hasattr(form, "site"):
        sites = practice.list_sites(db.session, seat.programme_id)
        form.site.choices = [(0, _("Choose…"))] + [
            (each.id, f"{each.name}, {each.place}") for each in sites if each.is_open
        ]
    if former is None:
        del form.reason
    else:
        form.reason.choices = list(REASON_WORDS.items())


def stated_in(form: Any, kind: str) -> Stated:
    """Return what a form states."""
    chosen = tuple(form.competencies.data or ())
    if kind == "consultation":
        return Stated(
            kind="consultation",
            practised_on=form.practised_on.data,
            supervisor_id=form.supervisor.data,
            consultation_minutes=minutes_of(form.hours.data),
            group_size=form.group_size.data,
            competencies=chosen,
        )
    return Stated(
        kind="practicum",
        practised_on=form.practised_on.data,
        supervisor_id=form.supervisor.data,
        site_id=form.site.data,
        role=form.role.data,
        substance=form.substance.data,
        administration_minutes=minutes_of(form.administration_hours.data),
        other_minutes=minutes_of(form.other_hours.data),
        dosing_sessions=form.dosing_sessions.data or 0,
        competencies=chosen,
        consented=bool(form.consented.data) and form.role.data != "role-play",
    )


def fill(form: Any, stated: Stated) -> None:
    """Begin a correction with what the row states."""
    form.practised_on.data = stated.practised_on
    form.supervisor.data = stated.supervisor_id
    form.competencies.data = list(stated.competencies)
    if stated.kind == "consultation":
        form.hours.data = hours_of(stated.consultation_minutes)
        form.group_size.data = stated.group_size
        return
    form.site.data = stated.site_id
    form.role.data = stated.role
    form.substance.data = stated.substance
    form.administration_hours.data = hours_of(stated.administration_minutes)
    form.other_hours.data = hours_of(stated.other_minutes)
    form.dosing_sessions.data = stated.dosing_sessions
    form.consented.data = stated.consented


@pages.post("/learn/<int:enrolment>/practice/<int:entry>/withdraw")
@rule("learner")
def withdraw(enrolment: int, entry: int) -> ResponseReturnValue:
    """Take a row out of what counts."""
    seat = own_seat(enrolment)
    refuse_stale(ActForm())
    practice.withdraw(db.session, seat, entry, clock.now())
    db.session.commit()
    flash(_("Withdrawn. The row stays on record and counts no more."), "success")
    return redirect(url_for("practice.own", enrolment=enrolment), 303)


@pages.post("/learn/<int:enrolment>/practice/ask")
@rule("learner")
@limiter.limit(ASKING)
def ask(enrolment: int) -> ResponseReturnValue:
    """Ask the supervisors of all waiting rows for their signatures."""
    seat = own_seat(enrolment)
    refuse_stale(ActForm())
    # Never the host of the request: who asks could name one of theirs and be sent the link.
    public: str = current_app.config["SETTINGS"].public_url
    asked = practice.ask(
        db.session,
        seat,
        page=public + url_for("practice.supervision", programme=seat.programme_id),
        link=lambda token: public + url_for("practice.by_link", token=token),
        now=clock.now(),
    )
    db.session.commit()
    if asked:
        names = ", ".join(each.name for each in asked)
        flash(_("We have written to %(names)s.", names=names), "success")
    else:
        flash(_("Everybody was asked today already. Ask again tomorrow."), "info")
    return redirect(url_for("practice.own", enrolment=enrolment), 303)


def refuse_stale(form: ActForm) -> None:
    """Refuse a button whose token is gone."""
    if not form.validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))


def told_of(signed: int) -> str:
    """Say how many rows were signed."""
    return str(ngettext("One row is signed.", "%(num)s rows are signed.", signed))
