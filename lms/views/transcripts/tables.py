"""Checks of certificates from elsewhere as a table to take away."""

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from lms import exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Column, Table
from lms.services import cohorts, transcripts
from lms.views.transcripts.place import pages


@pages.get("/manage/programmes/<int:programme>/external/table.<format>")
@rule("overseer")
def checks_table(programme: int, format: str) -> Response:
    """Give what a programme was asked to check: what waits first, then what is answered."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())

    def answer(outcome: str | None) -> str:
        if outcome is None:
            return ""
        return str(_("Confirmed") if outcome == "confirmed" else _("Not confirmed"))

    table = Table(
        _("Certificates from elsewhere in %(name)s", name=found.name),
        (
            Column(_("Certificate"), _("as its holder states it")),
            Column(_("Issuer"), _("as its holder states it")),
            Column(_("Holder")),
            Column(_("Asked"), "", "moment"),
            Column(_("Answer"), _("empty while it waits")),
            Column(_("When"), "", "moment"),
        ),
        [
            (
                each.external.stated.title,
                each.external.stated.issuer,
                each.holder,
                each.check.asked_at,
                answer(each.check.outcome),
                each.check.decided_at,
            )
            for each in transcripts.list_checks(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)
