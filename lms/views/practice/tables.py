"""The lists of practice as tables to take away: who signs, where, one log, what is supervised."""

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from lms import exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Column, Table
from lms.services import cohorts, practice
from lms.services.practice import SupervisorLine
from lms.views.practice.cohort import learner_of, run_cohort
from lms.views.practice.place import pages


@pages.get("/manage/programmes/<int:programme>/practice/supervisors/table.<format>")
@rule("reader")
def supervisors_table(programme: int, format: str) -> Response:
    """Give who signs practice, with their licence."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())

    def way(each: SupervisorLine) -> str:
        if not each.is_open:
            return str(_("Off the list"))
        if each.account_id:
            return str(_("by account"))
        return str(_("by link to %(email)s", email=each.email))

    table = Table(
        _("Supervisors of %(programme)s", programme=found.name),
        (
            Column(_("Name"), _("as they sign")),
            Column(_("Licence"), _("its number, and where it holds")),
            Column(_("Signs"), _("by an account, or by links to an address")),
        ),
        [
            (each.name, each.licence, way(each))
            for each in practice.list_supervisors(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/practice/sites/table.<format>")
@rule("reader")
def sites_table(programme: int, format: str) -> Response:
    """Give where practice happens."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    table = Table(
        _("Sites of %(programme)s", programme=found.name),
        (
            Column(_("Site")),
            Column(_("Town and country")),
            Column(_("State"), _("one that is off the list is chosen no more")),
        ),
        [
            (each.name, each.place, str(_("On the list") if each.is_open else _("Off the list")))
            for each in practice.list_sites(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/practice/table.<format>")
@rule("reader")
def learner_table(cohort: int, enrolment: int, format: str) -> Response:
    """Give one learner's log, every row of it with its state."""
    found = run_cohort(cohort)
    learner = learner_of(found, enrolment)
    entries = practice.list_entries(db.session, enrolment)
    name = _("Practice of %(name)s", name=learner.name)
    table = practice.log_table(entries, name=name)
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/supervision/table.<format>")
@rule("supervisor")
def supervision_table(programme: int, format: str) -> Response:
    """Give every row that names the person who asks as its supervisor."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    entries = practice.list_supervised(db.session, current_user.id, programme)
    table = practice.log_table(
        entries, name=_("Supervision in %(name)s", name=found.name), learner=True
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)
