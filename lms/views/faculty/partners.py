"""Site partners: a learner lets one see, or not; a partner sees who does."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.faculty import ConsentForm
from lms.services import cohorts, faculty
from lms.views.faculty.place import ROLE_WORDS, STATUS_WORDS, pages

# Where somebody from outside finds their part of a programme, by role.
PLACES = {"partner": "faculty.partner", "supervisor": "practice.supervision"}


@pages.get("/learn/<int:enrolment>/partners")
@rule("learner")
def consents(enrolment: int) -> str:
    """Show a learner which site partners there are, and which of them may see them."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    return render_template(
        "faculty/consents.html",
        seat=seat,
        programme_name=seat.programme_name,
        partners=faculty.list_partners(db.session, seat),
    )


@pages.post("/learn/<int:enrolment>/partners/<int:person>")
@rule("learner")
def consent(enrolment: int, person: int) -> ResponseReturnValue:
    """Let a partner see one's status from now on, or take that back at once."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    form = ConsentForm()
    if not form.validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    may_see = form.may_see.data == "yes"
    faculty.say(db.session, seat, person, is_given=may_see, now=clock.now())
    db.session.commit()
    flash(
        _("From now on this partner sees your name, cohort and status.")
        if may_see
        else _("From now on this partner sees nothing of you."),
        "success",
    )
    return redirect(url_for("faculty.consents", enrolment=enrolment), 303)


@pages.get("/manage/programmes/<int:programme>/partner")
@rule("partner")
def partner(programme: int) -> str:
    """Show a site partner the learners who let them see: name, cohort and status, no more."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    return render_template(
        "faculty/partner.html",
        programme_id=programme,
        programme_name=found.name,
        contact=found.contact_email,
        site=faculty.site_of(db.session, programme, current_user.id),
        lines=faculty.list_consented(db.session, current_user.id, programme),
        words=STATUS_WORDS,
    )


@pages.get("/visiting")
@rule("member")
def visiting() -> str:
    """Show somebody the programmes that they visit from outside, and where their part of it is."""
    return render_template(
        "faculty/visiting.html",
        programmes=faculty.list_own_programmes(db.session, current_user.id),
        words=ROLE_WORDS,
        places={
            role: endpoint
            for role, endpoint in PLACES.items()
            if endpoint in current_app.view_functions
        },
    )
