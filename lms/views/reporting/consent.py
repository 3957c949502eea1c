"""A learner's consent to have completions reported: given, seen again, taken back."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.forms.reporting import ActForm, ConsentForm
from lms.services import cohorts, reporting
from lms.services.cohorts import Seat
from lms.services.reporting import Particulars
from lms.views.reporting.place import pages, secret


@pages.route("/learn/<int:enrolment>/reporting", methods=["GET", "POST"])
@rule("learner")
def consent(enrolment: int) -> ResponseReturnValue:
    """Show what would be reported, and take a consent."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    found = reporting.find_consent(db.session, seat.programme_id, seat.account_id, secret())
    form = ConsentForm(obj=found.told if found else None, data=None if found else known())
    if form.validate_on_submit() and given(seat, form):
        flash(_("Kept, encrypted. You can change it or take it back here."), "success")
        return redirect(url_for("reporting.consent", enrolment=enrolment), 303)
    page = render_template(
        "reporting/consent.html",
        seat=seat,
        programme_name=seat.programme_name,
        found=found,
        form=form,
        act_form=ActForm(),
        wording=reporting.wording_for(seat.programme_name),
    )
    return page, 422 if form.errors else 200


def known() -> dict[str, str]:
    """Return what the account already says, to be looked at and corrected."""
    first, _space, last = current_user.full_name.rpartition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "licence_jurisdiction": current_user.licence_jurisdiction or "",
        "licence_number": current_user.licence_number or "",
    }


def given(seat: Seat, form: ConsentForm) -> bool:
    """Keep what a form holds, or say at its fields what an accreditor would reject."""
    told = Particulars(
        first_name=form.first_name.data,
        last_name=form.last_name.data,
        licence_jurisdiction=form.licence_jurisdiction.data,
        licence_number=form.licence_number.data,
        board=form.board.data,
        board_id=form.board_id.data,
        birth_month=form.birth_month.data,
        birth_day=form.birth_day.data,
    )
    problems = reporting.problems_with(told)
    for field, problem in problems.items():
        form[field].errors = [problem]
    if problems:
        return False
    reporting.give(db.session, seat, told, secret=secret(), now=clock.now())
    db.session.commit()
    return True


@pages.post("/learn/<int:enrolment>/reporting/withdraw")
@rule("learner")
def withdraw(enrolment: int) -> ResponseReturnValue:
    """Take a consent back, and erase what it covered."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    reporting.withdraw(db.session, seat, clock.now())
    db.session.commit()
    flash(_("Taken back. What you had entered is erased; nothing more is reported."), "success")
    return redirect(url_for("reporting.consent", enrolment=enrolment), 303)
