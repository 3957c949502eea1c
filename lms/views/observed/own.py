"""Observed skills as learners and raters meet them: the checklists, results, one's own sheet."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import courses
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.observed import ActForm, read_judgements
from lms.services import accounts, catalogue, cohorts, credentials, observed
from lms.services.observed import Sheet
from lms.views.observed.place import pages


@pages.get("/learn/<int:enrolment>/observed")
@rule("learner")
def own(enrolment: int) -> str:
    """Show a learner what raters look for, and what came of their observations."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    practice = content.course.practice
    return render_template(
        "observed/own.html",
        seat=seat,
        programme_name=seat.programme_name,
        skills=observed.skills_of(db.session, seat),
        results=observed.own_results(db.session, seat),
        facts=[content.facts[fact] for fact in practice.citations if fact in content.facts],
    )


@pages.route("/observations/sheets/<int:rating>", methods=["GET", "POST"])
@rule("judge")
def sheet(rating: int) -> ResponseReturnValue:
    """Show a rater their own sheet, and keep what they judge."""
    found = observed.sheet_for(db.session, current_user.id, rating)
    problem, judged, missing = None, dict(found.own), set[str]()
    if ActForm().validate_on_submit():
        judged = read_judgements(request.form, [line.id for line in found.lines])
        hand_in = request.form.get("act") == "hand-in"
        try:
            observed.judge(db.session, found, judged, hand_in=hand_in, now=clock.now())
            if hand_in:
                award_what_is_complete(found)
            db.session.commit()
            flash(_("Handed in. Thank you.") if hand_in else _("Saved."), "success")
            return redirect(url_for("observed.sheet", rating=rating), 303)
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
            missing = {line.id for line in found.lines if hand_in and line.id not in judged}
    content = catalogue.release(db.session, found.observed.release_id)
    cited = dict.fromkeys(fact for line in found.lines for fact in line.citations)
    page = render_template(
        "observed/sheet.html",
        found=found,
        seen=found.observed,
        programme_name=found.observed.programme_name,
        judged=judged,
        problem=problem,
        missing=missing,
        back=way_back(found),
        judgements=courses.JUDGEMENTS,
        facts=[content.facts[fact] for fact in cited if fact in content.facts],
    )
    return page, 422 if problem else 200


def way_back(found: Sheet) -> str:
    """Return the page on which a rater finds their sheets, which for a supervisor is another."""
    seen = found.observed
    if accounts.role_in(db.session, current_user.id, seen.programme_id) == "supervisor":
        return url_for("practice.supervision", programme=seen.programme_id)
    return url_for("observed.cohort", cohort=seen.cohort_id)


def award_what_is_complete(found: Sheet) -> None:
    """Award the credential that waited for this result, if nothing else is missing."""
    seen = found.observed
    credentials.award_if_complete(
        db.session,
        cohorts.seat_for(db.session, seen.learner_account_id, seen.enrolment_id),
        now=clock.now(),
        verify_address=current_app.config["SETTINGS"].verify_address,
    )
