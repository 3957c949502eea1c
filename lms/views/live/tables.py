"""The live sessions of a cohort as a table to take away."""

from flask import Response
from flask_babel import gettext as _

from lms import clock, exports
from lms.access import rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import live
from lms.services.live import Live
from lms.views.live.place import MODE_WORDS, pages, run


@pages.get("/manage/cohorts/<int:cohort>/live/table.<format>")
@rule("reader")
def cohort_table(cohort: int, format: str) -> Response:
    """Give the sessions of a cohort: those to come in their order, then those over, latest first.

    The address of an online room is not in it: the list does not show it either.
    """
    found, now = run(cohort), clock.now()
    sessions = live.list_live(db.session, found.id)
    coming = [each for each in sessions if each.ends_at >= now]
    past = [each for each in reversed(sessions) if each.ends_at < now]
    credited = live.count_attendance(db.session, found.id)
    taken = live.count_places(db.session, found.id)

    def state(each: Live) -> str:
        if each.cancelled_at:
            return str(_("Cancelled"))
        if each.starts_at <= now <= each.ends_at:
            return str(_("Now"))
        return str(_("Planned") if each.starts_at > now else _("Held"))

    def row(each: Live) -> tuple[Cell, ...]:
        return (
            each.title,
            each.led_by,
            each.starts_at,
            each.ends_at,
            str(MODE_WORDS[each.mode]),
            each.place if each.mode != "online" else "",
            each.minutes,
            taken.get(each.id, 0) if each.capacity else None,
            each.capacity,
            credited.get(each.id, 0),
            state(each),
        )

    table = Table(
        _("Live sessions of %(cohort)s", cohort=found.title),
        (
            Column(_("Session")),
            Column(_("Led by")),
            Column(_("Begins"), "", "moment"),
            Column(_("Ends"), "", "moment"),
            Column(_("How"), _("in person, online or both")),
            Column(_("Where")),
            Column(_("Credits"), _("minutes"), "minutes"),
            Column(_("Places taken"), _("where places are limited"), "number"),
            Column(_("Places"), _("empty where everybody can come"), "number"),
            Column(_("Credited"), _("learners with minutes on record"), "number"),
            Column(_("State"), _("planned, now, held or cancelled")),
        ),
        [row(each) for each in coming + past],
    )
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)
