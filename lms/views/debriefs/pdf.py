"""The handout of a debrief as PDF: one for those who teach, one that learners may take home."""

from flask import Response, request
from flask_login import current_user

import certificates
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.downloads import attachment
from lms.errors import NotFound
from lms.extensions import limiter
from lms.services import cohorts, debriefs, live, reports
from lms.views.debriefs.place import pages
from lms.views.debriefs.printed import for_learners, for_teachers


@pages.get("/manage/cohorts/<int:cohort>/debrief.pdf")
@rule("reader")
@limiter.limit("20 per minute")
def handout(cohort: int) -> Response:
    """Give the handout for the next live session; with `for=learners` the one without items."""
    now = clock.now()
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    debrief = debriefs.debrief(reports.cohort_report(db.session, found, now))
    if not any(line.learners for line in debrief.objectives):
        raise NotFound("Nobody has submitted a quiz yet, so that there is nothing to debrief.")
    is_for_learners = request.args.get("for") == "learners"
    planned = live.list_live(db.session, cohort)
    coming = [each for each in planned if each.starts_at > now and each.cancelled_at is None]
    made = (
        for_learners(debrief)
        if is_for_learners
        else for_teachers(debrief, coming[0] if coming else None)
    )
    answer = Response(certificates.render_printout(made), mimetype="application/pdf")
    name = f"{made.title} {debrief.report.today.isoformat()}.pdf"
    answer.headers["Content-Disposition"] = attachment(name)
    return answer
