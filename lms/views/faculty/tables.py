"""The lists of people as tables to take away: roles, who teaches what, competences, partners."""

from collections.abc import Iterator

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, credentials, faculty
from lms.services.faculty import CompetenceLine
from lms.views.faculty.place import BASIS_WORDS, ROLE_WORDS, STATUS_WORDS, pages


@pages.get("/manage/programmes/<int:programme>/people/table.<format>")
@rule("reader")
def people_table(programme: int, format: str) -> Response:
    """Give everybody with a role, as the page lists them."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    people = faculty.list_people(db.session, programme, clock.today_in(found.time_zone))
    table = Table(
        _("People of %(programme)s", programme=found.name),
        (
            Column(_("Name")),
            Column(_("Role")),
            Column(_("Site"), _("of a site partner")),
            Column(_("May teach"), _("modules with a competence in force today"), "number"),
            Column(_("E-mail address")),
            Column(_("Since"), _("when the role was granted"), "moment"),
            Column(_("Granted by"), _("empty for the set-up")),
        ),
        [
            (
                each.name,
                str(ROLE_WORDS[each.role]),
                each.site if each.role == "partner" else None,
                None if each.role in ("auditor", "partner") else each.modules,
                each.email,
                each.granted_at,
                each.granted_by,
            )
            for each in people
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/people/invited/table.<format>")
@rule("reader")
def pending_table(programme: int, format: str) -> Response:
    """Give who is invited to work for a programme and has not answered yet."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    now = clock.now()
    words = {
        "open": _("Waits"),
        "expired": _("Expired: send it again"),
        "void": _("Its sender gives no roles any more: send it again"),
    }
    table = Table(
        _("Invited to %(programme)s", programme=found.name),
        (
            Column(_("Name"), _("empty where nobody gave one")),
            Column(_("E-mail address")),
            Column(_("Role")),
            Column(_("Site"), _("of a site partner")),
            Column(_("State")),
            Column(_("Valid until"), "", "moment"),
            Column(_("Sent"), _("how often"), "number"),
            Column(_("Sent last"), "", "moment"),
            Column(_("Sent by")),
        ),
        [
            (
                each.full_name,
                each.email,
                str(ROLE_WORDS[each.role]),
                each.site,
                str(words[each.state(now)]),
                each.expires_at,
                each.times_sent,
                each.sent_at,
                each.sent_by,
            )
            for each in faculty.list_pending(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/people/teaching/table.<format>")
@rule("reader")
def teaching_table(programme: int, format: str) -> Response:
    """Give who teaches the cohorts that are open, and where a competence is missing."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = faculty.list_teaching(db.session, programme, clock.today_in(found.time_zone))
    table = Table(
        _("Faculty of %(programme)s", programme=found.name),
        (
            Column(_("Name")),
            Column(_("Cohort"), _("one that is not over")),
            Column(_("Modules on record"), _("with a competence in force today"), "number"),
            Column(_("Modules without"), _("no competence in force today"), "number"),
            Column(_("Modules without a competence on record")),
        ),
        [
            (
                each.name,
                each.cohort_title,
                each.covered,
                len(each.missing),
                "; ".join(each.missing),
            )
            for each in lines
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/people/<int:person>/table.<format>")
@rule("reader")
def competences_table(programme: int, person: int, format: str) -> Response:
    """Give what somebody may teach and on what ground, the latest first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    today = clock.today_in(found.time_zone)
    shown = faculty.person_for(db.session, programme, person, today)
    titles = {
        (course.slug, module.key): module.title
        for course in faculty.list_taught_courses(db.session, programme)
        for module in course.modules
    }

    def state(line: CompetenceLine) -> str:
        if line.ended_at is not None:
            return str(_("Ended"))
        return str(_("In force") if line.covers(today) else _("Lapsed"))

    def rows() -> Iterator[tuple[Cell, ...]]:
        for line in faculty.list_competences(db.session, programme, person):
            yield (
                titles.get((line.course_slug, line.module_key), line.module_key),
                state(line),
                str(BASIS_WORDS[line.basis]),
                line.evidence,
                line.valid_until,
                line.recorded_at,
                line.recorded_by,
                line.ended_at,
                line.ended_by,
            )

    table = Table(
        _("Competence of %(name)s", name=shown.name),
        (
            Column(_("Module")),
            Column(_("State"), _("in force, lapsed by its last day, or ended by somebody")),
            Column(_("Ground"), _("degree, licence, training or experience")),
            Column(_("What shows it")),
            Column(_("Valid until"), _("its last day; empty without an end"), "day"),
            Column(_("Recorded"), "", "moment"),
            Column(_("Recorded by")),
            Column(_("Ended"), "", "moment"),
            Column(_("Ended by")),
        ),
        list(rows()),
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/conferrals/table.<format>")
@rule("overseer")
def conferrals_table(programme: int, format: str) -> Response:
    """Give who waits for a director to confer completion."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    waiting = credentials.list_to_confer(db.session, programme)
    table = Table(
        _("Completion to confer in %(programme)s", programme=found.name),
        (
            Column(_("Learner")),
            Column(_("Cohort")),
            Column(_("Complete since"), _("when everything else was done"), "moment"),
        ),
        [(each.name, each.seat.cohort_title, each.completed_at) for each in waiting],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/partner/table.<format>")
@rule("partner")
def partner_table(programme: int, format: str) -> Response:
    """Give a site partner what their page shows of those who let them see, and no more."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = faculty.list_consented(db.session, current_user.id, programme)
    table = Table(
        _("Learners of your site"),
        (
            Column(_("Name")),
            Column(_("Cohort")),
            Column(_("Status"), _("not started, in progress, certified, paused or withdrawn")),
        ),
        [(each.name, each.cohort, str(STATUS_WORDS[each.status])) for each in lines],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)
