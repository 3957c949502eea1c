"""What a programme has issued: the list of its credentials, and what waits for somebody."""

from collections.abc import Iterator
from datetime import datetime

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

import certificates
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, credentials
from lms.views.acts.place import pages

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
        today=clock.today_in(found.time_zone),
        number=certificates.format_serial,
    )


@pages.get("/manage/programmes/<int:programme>/credentials/table.<format>")
@rule("overseer")
def issued_table(programme: int, format: str) -> Response:
    """Give what a programme has issued, found by the same words, as a file."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    words, now = request.args.get("q", "")[:LONGEST_WORDS], clock.now()
    columns = (
        Column(_("Number")),
        Column(_("Holder"), _("as on the certificate")),
        Column(_("Title")),
        Column(_("Issued"), "", "moment"),
        Column(_("Current until"), "", "day"),
        Column(_("Status")),
        Column(_("Cycle"), "", "number"),
    )
    notes = (_("Only where the number or the name is “%(words)s”.", words=words),) if words else ()
    table = Table(
        _("Certificates of %(name)s", name=found.name),
        columns,
        _issued_rows(programme, words, now),
        notes,
    )
    return exports.noted(
        table,
        format,
        programme_id=programme,
        zone=found.time_zone,
        act="credentials.exported",
        subject=found.name,
        detail={"format": format, "words": words},
    )


def _issued_rows(programme: int, words: str, now: datetime) -> Iterator[tuple[Cell, ...]]:
    before: int | None = None
    while True:
        page = credentials.list_issued(db.session, programme, words=words, before=before, now=now)
        for each in page.found:
            held = each.credential
            number = certificates.format_serial(held.serial)
            dates = (held.issued_at, held.current_until)
            yield number, held.holder_name, held.title, *dates, each.verdict.status, each.cycle
        if page.before is None:
            return
        before = page.before
