"""Announcements, and whom a reminder would reach today, as tables to take away."""

from flask import Response, request
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, messages
from lms.services.messages import Line, Reached
from lms.views.messages.blueprint import pages

WORDS = "messages/_words.html"


@pages.get("/manage/programmes/<int:programme>/reminders/<reminder>/table.<format>")
@rule("overseer")
def preview_table(programme: int, reminder: str, format: str) -> Response:
    """Give everybody whom a rule would reach today, in the cohort that the address names."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    chosen = request.args.get("cohort", type=int)
    seen = messages.preview(db.session, programme, reminder, clock.now(), chosen)
    of_qualification = seen.rule.name == "qualification-expiring"

    def row(each: Reached) -> tuple[Cell, ...]:
        parts = [
            exports.words_of(WORDS, "kind_name", part.title) if of_qualification else part.title
            for part in each.parts
        ]
        return (
            each.name,
            each.cohort,
            "; ".join(parts),
            min((part.on for part in each.parts), default=None),
            None if each.parts else each.days,
            happens(each),
            each.written_at,
        )

    table = Table(
        _("%(rule)s today", rule=exports.words_of(WORDS, "rule_title", seen.rule.name)),
        (
            Column(_("Learner")),
            Column(_("Cohort")),
            Column(_("Why"), _("the modules or qualifications that it is about")),
            Column(_("Due"), _("the first of their days"), "day"),
            Column(_("Days"), _("since somebody was seen, or was invited"), "number"),
            Column(_("What happens")),
            Column(_("Written"), _("when this reminder was written already"), "moment"),
        ),
        [row(each) for each in seen.reached],
        (_("Cohorts: %(titles)s.", titles=", ".join(each.title for each in seen.looked_at)),)
        if seen.looked_at
        else (),
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


def happens(each: Reached) -> str:
    """Say what the round does about somebody, in the words of the page."""
    if each.written_at:
        return str(_("Written already"))
    if each.choice == "none":
        return str(_("Wants no reminders"))
    if each.is_marked:
        return str(_("Mail comes back"))
    return str(_("In the next digest") if each.choice == "daily" else _("By itself"))


@pages.get("/manage/cohorts/<int:cohort>/messages/table.<format>")
@rule("reader")
def cohort_table(cohort: int, format: str) -> Response:
    """Give what was announced to a cohort, and what is being prepared."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    lines = messages.list_announcements(db.session, found.programme_id, found.id)
    name = _("Announcements to %(cohort)s", cohort=found.title)
    table = announcements(name, lines)
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/announcements/table.<format>")
@rule("overseer")
def programme_table(programme: int, format: str) -> Response:
    """Give what was announced to everybody who learns in a programme."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = messages.list_announcements(db.session, programme)
    table = announcements(_("Announcements of %(name)s", name=found.name), lines)
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


def announcements(name: str, lines: list[Line]) -> Table:
    """Return announcements as a table: subjects, not texts, as the list shows them."""
    states = {
        "sent": _("Sent"),
        "waiting": _("On its way"),
        "recalled": _("Taken back"),
        "draft": _("Draft"),
    }
    return Table(
        name,
        (
            Column(_("Subject")),
            Column(_("Author")),
            Column(_("State")),
            Column(_("Written"), "", "moment"),
            Column(_("Leaves"), _("while it is on its way"), "moment"),
            Column(_("Sent"), "", "moment"),
            Column(_("Readers"), _("to whom it was sent"), "number"),
        ),
        [
            (
                line.subject,
                line.author,
                str(states[line.state]),
                line.written_at,
                None if line.sent_at else line.send_at,
                line.sent_at,
                line.readers if line.sent_at else None,
            )
            for line in lines
        ],
    )
