"""The rosters that were sent to a cohort as a table to take away."""

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from lms import exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Column, Table
from lms.services import cohorts, rosters
from lms.views.rosters.place import pages


@pages.get("/manage/cohorts/<int:cohort>/rosters/table.<format>")
@rule("overseer")
def cohort_table(cohort: int, format: str) -> Response:
    """Give the rosters of a cohort with what came of each."""
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    table = Table(
        _("Rosters of %(cohort)s", cohort=run.title),
        (
            Column(_("File")),
            Column(_("Sent"), "", "moment"),
            Column(_("By")),
            Column(_("Rows"), _("that were read"), "number"),
            Column(_("State")),
            Column(_("Applied"), "", "moment"),
            Column(_("Undone"), "", "moment"),
        ),
        [
            (
                each.title,
                each.sent_at,
                each.sent_by,
                each.rows_read,
                exports.words_of("rosters/_parts.html", "state_pill", each),
                each.applied_at,
                each.undone_at,
            )
            for each in rosters.list_rosters(db.session, cohort)
        ],
    )
    return exports.given(table, format, programme_id=run.programme_id, zone=run.time_zone)
