"""What a programme has issued: the list of its credentials, and what waits for somebody."""

from flask import render_template, request
from flask_login import current_user

import certificates
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.services import cohorts, credentials
from lms.views.acts.place import pages, today_in

LONGEST_WORDS = 120


@pages.get("/manage/programmes/<int:programme>/credentials")
@rule("overseer")
def issued(programme: int) -> str:
    """Show what a programme has issued, and first what waits for a second person."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    words = request.args.get("q", "")[:LONGEST_WORDS]
    before = request.args.get("before", type=int)
    page = credentials.list_issued(
        db.session, programme, words=words, before=before, now=clock.now()
    )
    waiting = credentials.list_waiting(db.session, programme)
    appeals = credentials.list_credential_appeals(db.session, programme)
    return render_template(
        "acts/issued.html",
        programme=found,
        programme_name=found.name,
        page=page,
        words=words,
        is_continued=before is not None,
        waiting=waiting,
        me=current_user.id,
        approvers={line.id: credentials.list_approvers(db.session, line) for line in waiting},
        appeals_waiting=sum(not line.is_decided for line in appeals),
        today=today_in(found.time_zone),
        number=certificates.format_serial,
    )
