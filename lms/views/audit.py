"""The audit trail of a programme: who did what to whom, and when."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from lms import exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import accounts, audit, cohorts, reports

pages = Blueprint("audit", __name__)
ENTRIES_AT_ONCE = 500


@pages.get("/manage/programmes/<int:programme>/audit")
@rule("overseer")
def trail(programme: int) -> str:
    """Show the acts of a programme, newest first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    before = request.args.get("before", type=int)
    return render_template(
        "audit/trail.html",
        programme=found,
        programme_name=found.name,
        role=accounts.role_in(db.session, current_user.id, programme),
        page=reports.trail(db.session, programme, before),
        is_continued=before is not None,
    )


@pages.get("/manage/programmes/<int:programme>/audit/table.<format>")
@rule("overseer")
def trail_table(programme: int, format: str) -> Response:
    """Give the whole trail of a programme as a file, with the hashes that chain its entries."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    columns = (
        Column(_("Entry"), _("its number in the trail of all programmes"), "number"),
        Column(_("When"), "", "moment"),
        Column(_("Who"), _("empty for the system")),
        Column(_("Act")),
        Column(_("Subject")),
        Column(_("Detail"), _("as JSON")),
        Column(_("Hash"), _("of this entry and the one before it, SHA-256")),
        Column(_("Hash before"), _("of the entry before it, whichever programme’s it is")),
    )
    name = _("Audit trail of %(name)s", name=found.name)
    return exports.noted(
        Table(name, columns, _rows(programme)),
        format,
        programme_id=programme,
        zone=found.time_zone,
        act="trail.exported",
        subject=found.name,
        detail={"format": format},
    )


def _rows(programme: int) -> Iterator[tuple[Cell, ...]]:
    before: int | None = None
    while True:
        found = audit.list_entries(db.session, programme, before=before, limit=ENTRIES_AT_ONCE)
        for entry, name in found:
            told = (entry.at, name, entry.act, entry.subject, entry.detail)
            yield entry.id, *told, entry.hash, entry.previous_hash
        if len(found) < ENTRIES_AT_ONCE:
            return
        before = found[-1][0].id
        db.session.expunge_all()
