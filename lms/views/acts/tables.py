"""Appeals of holders and acts that wait for a second person as tables to take away."""

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

import certificates
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Column, Table
from lms.services import cohorts, credentials
from lms.views.acts.place import DONE, PROPOSED, pages

PARTS = "acts/_parts.html"


@pages.get("/manage/programmes/<int:programme>/credential-appeals/table.<format>")
@rule("reader")
def appeals_table(programme: int, format: str) -> Response:
    """Give the appeals of holders: those that wait, the oldest first, then those decided."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = credentials.list_credential_appeals(db.session, programme)
    shown = [line for line in lines if not line.is_decided]
    shown += [line for line in reversed(lines) if line.is_decided]
    today = clock.today_in(found.time_zone)
    table = Table(
        _("Appeals of holders in %(name)s", name=found.name),
        (
            Column(_("Holder")),
            Column(_("Certificate"), _("its number")),
            Column(_("Against"), _("what was done to the certificate")),
            Column(_("Done"), "", "moment"),
            Column(_("State")),
            Column(_("Filed"), "", "moment"),
            Column(_("Answer by"), _("the day that holders are promised"), "day"),
        ),
        [
            (
                line.holder,
                certificates.format_serial(line.serial),
                str(DONE[line.act_kind]),
                line.acted_at,
                exports.words_of(PARTS, "appeal_state", line, today),
                line.filed_at,
                line.answer_by,
            )
            for line in shown
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/credentials/waiting/table.<format>")
@rule("overseer")
def waiting_table(programme: int, format: str) -> Response:
    """Give the acts on certificates that wait for a second person, and who can answer."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    table = Table(
        _("Acts that wait in %(name)s", name=found.name),
        (
            Column(_("Holder")),
            Column(_("Certificate"), _("its number")),
            Column(_("Proposed")),
            Column(_("Reason"), _("in the words of the public page")),
            Column(_("By")),
            Column(_("Since"), "", "moment"),
            Column(_("Who can answer")),
        ),
        [
            (
                line.holder,
                certificates.format_serial(line.serial),
                str(PROPOSED[line.kind]["button"]),
                line.words,
                line.proposed_by,
                line.proposed_at,
                ", ".join(credentials.list_approvers(db.session, line)),
            )
            for line in credentials.list_waiting(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)
