"""What was announced to a learner, for whoever missed the message."""

from flask import render_template
from flask_login import current_user

from lms.access import rule
from lms.db import db
from lms.services import cohorts, mail, messages
from lms.views.messages.blueprint import pages

pages.add_app_template_global(mail.letter_blocks, "letter_blocks")


@pages.get("/learn/<int:enrolment>/announcements")
@rule("learner")
def learner(enrolment: int) -> str:
    """Show what was announced to a learner's cohort and programme, the latest first."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    return render_template(
        "messages/learner.html",
        seat=seat,
        programme_name=seat.programme_name,
        zone=seat.time_zone,
        lines=messages.list_for(db.session, seat),
    )
