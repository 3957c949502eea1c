"""Handing a table out to staff: in the zone of their programme, with its notes, on the trail."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, request
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from lms import clock
from lms.db import db
from lms.downloads import Table, handed_out
from lms.services import audit

LONGEST_FILTER = 120


def given(table: Table, form: str, *, programme_id: int, zone: str) -> Response:
    """Return a table of a programme as a file, as its page shows it; that it was taken is noted.

    As `noted`, with the filters of the address and when it was made.
    """
    made = f"{clock.now().astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
    filters = {name: value[:LONGEST_FILTER] for name, value in request.args.items() if value}
    return noted(
        replace(table, notes=(*table.notes, _("Made %(now)s.", now=made))),
        form,
        programme_id=programme_id,
        zone=zone,
        act="table.exported",
        subject=table.name,
        detail={**filters, "format": form},
    )


def noted(
    table: Table,
    form: str,
    *,
    programme_id: int,
    zone: str,
    act: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
) -> Response:
    """Return a table of a programme as a file; that it was taken is noted as `act`.

    Instants are those of `zone`, an IANA name. NotFound for an unknown format, Refused for a
    workbook with more rows than a sheet holds; neither leaves an entry.
    """
    answer = handed_out(in_zone(table, zone), form)
    audit.record(
        db.session,
        at=clock.now(),
        actor_id=current_user.id,
        programme_id=programme_id,
        act=act,
        subject=subject,
        detail=detail,
    )
    db.session.commit()
    return answer


def in_zone(table: Table, zone: str) -> Table:
    """Return a table whose instants are those of a zone, with a note that says so."""
    told = _("Times are those of %(zone)s.", zone=zone)
    return replace(table, zone=zone, notes=(*table.notes, told))


def words_of(template: str, macro: str, *values: object) -> str:
    """Return what a macro of a template says, as plain text: a file and its page say the same."""
    # Typed as any module: Jinja makes its attributes from the template.
    macros: Any = current_app.jinja_env.get_template(template).module
    return Markup(getattr(macros, macro)(*values)).striptags()  # noqa: S704 -- stripped of markup


def plain(html: str) -> str:
    """Return cleaned HTML of a release as plain text."""
    return Markup(html).striptags()  # noqa: S704 -- stripped of markup
