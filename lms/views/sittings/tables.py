"""Sittings as tables to take away: windows, accommodations, exceptions, what holds for whom.

What an accommodation grants is in them, as on the pages; its reason is in neither.
"""

from flask import Response
from flask_babel import gettext as _

import quizzes
from lms import clock, exports
from lms.access import rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import sittings
from lms.services.cohorts import RunCohort
from lms.views.sittings.place import administered, pages

WORDS = "sittings/_words.html"


def given(table: Table, format: str, found: RunCohort) -> Response:
    """Hand a table of a cohort out in the zone of its programme."""
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


@pages.get("/manage/cohorts/<int:cohort>/sittings/table.<format>")
@rule("overseer")
def cohort_table(cohort: int, format: str) -> Response:
    """Give the quizzes of a cohort with what holds for most learners."""
    found = administered(cohort)
    table = Table(
        _("Sittings of %(cohort)s", cohort=found.title),
        (
            Column(_("Quiz")),
            Column(_("Opens"), _("empty where it may begin at any time"), "moment"),
            Column(_("Closes"), _("empty where it never closes"), "moment"),
            Column(_("Time"), _("minutes; empty without a limit"), "minutes"),
            Column(_("Attempts"), _("empty for any number"), "number"),
            Column(_("Exceptions"), _("set for groups and learners"), "number"),
            Column(_("Incidents"), _("that gave everybody extra time"), "number"),
            Column(_("Under way"), _("attempts at this moment"), "number"),
        ),
        [
            (
                line.title,
                line.terms.opens_at.value,
                line.terms.closes_at.value,
                line.terms.limit_minutes.value,
                line.terms.attempts.value,
                line.exceptions,
                line.incidents,
                line.running,
            )
            for line in sittings.list_sittings(db.session, found)
        ],
    )
    return given(table, format, found)


@pages.get("/manage/cohorts/<int:cohort>/accommodations/table.<format>")
@rule("overseer")
def accommodated_table(cohort: int, format: str) -> Response:
    """Give who of a cohort has an accommodation that is valid today, and what it grants."""
    found = administered(cohort)
    today = clock.today_in(found.time_zone)
    table = Table(
        _("Accommodations in %(cohort)s", cohort=found.title),
        (
            Column(_("Learner")),
            Column(_("Granted"), _("what it gives; its reason is kept apart")),
            Column(_("Valid until"), _("its last day; empty without an end"), "day"),
        ),
        [
            (line.name, exports.words_of(WORDS, "granted_words", line.given), line.valid_until)
            for line in sittings.list_accommodated(db.session, found, today)
        ],
    )
    return given(table, format, found)


@pages.get("/manage/cohorts/<int:cohort>/sittings/<module>/exceptions/table.<format>")
@rule("overseer")
def exceptions_table(cohort: int, module: str, format: str) -> Response:
    """Give what groups and learners get instead of a sitting's window."""
    found = administered(cohort)
    quiz, _bank = sittings.quiz_of(db.session, found.release_id, module)
    rules = sittings.list_rules(db.session, found, module)

    def row(line: sittings.RuleLine) -> tuple[Cell, ...]:
        of_group = line.target.group_id is not None
        what = (line.given, found.time_zone, quizzes.UNBOUNDED)
        return (
            line.name,
            str(_("Group") if of_group else _("Learner")),
            exports.words_of(WORDS, "override_words", *what),
        )

    table = Table(
        _("Exceptions in %(quiz)s, %(cohort)s", quiz=quiz.title, cohort=found.title),
        (
            Column(_("For whom")),
            Column(_("Kind"), _("a group or one learner")),
            Column(_("What"), _("what they get instead")),
        ),
        [row(line) for line in rules if line.target != sittings.WHOLE_COHORT],
    )
    return given(table, format, found)


@pages.get("/manage/cohorts/<int:cohort>/sittings/<module>/table.<format>")
@rule("overseer")
def module_table(cohort: int, module: str, format: str) -> Response:
    """Give what holds for each learner in a sitting, and where it comes from."""
    found, now = administered(cohort), clock.now()
    quiz, _bank = sittings.quiz_of(db.session, found.release_id, module)
    learners = sittings.list_learners(db.session, found.id)
    running = {
        each.enrolment_id: each for each in sittings.list_running(db.session, found.id, module)
    }
    begun = {enrolment: each.started_at for enrolment, each in running.items()}
    people = [
        sittings.Who(each.enrolment_id, each.account_id, begun.get(each.enrolment_id))
        for each in learners
    ]
    place = sittings.place_of(db.session, found, module)
    terms = sittings.terms_of(db.session, place, people, now)

    def row(learner: sittings.Learner) -> tuple[Cell, ...]:
        theirs, attempt = terms[learner.enrolment_id], running.get(learner.enrolment_id)
        paused = attempt is not None and attempt.paused_at is not None
        return (
            learner.name,
            "" if attempt is None else str(_("Paused") if paused else _("Under way")),
            None if attempt is None else attempt.closes_at,
            theirs.starts_until.value,
            why(theirs.starts_until.sources),
            theirs.closes_at.value,
            why(theirs.closes_at.sources),
            theirs.limit_minutes.value,
            why(theirs.limit_minutes.sources),
            theirs.attempts.value,
        )

    table = Table(
        _("%(quiz)s in %(cohort)s", quiz=quiz.title, cohort=found.title),
        (
            Column(_("Learner")),
            Column(_("Attempt"), _("whether one is under way")),
            Column(_("Attempt ends"), "", "moment"),
            Column(_("Begin before"), "", "moment"),
            Column(_("Begin before: source")),
            Column(_("Closes"), "", "moment"),
            Column(_("Closes: source")),
            Column(_("Time"), _("minutes; empty without a limit"), "minutes"),
            Column(_("Time: source")),
            Column(_("Attempts"), _("empty for any number"), "number"),
        ),
        [row(learner) for learner in learners],
    )
    return given(table, format, found)


def why(sources: object) -> str:
    """Say where a term comes from, as the page does."""
    return exports.words_of(WORDS, "why", sources, True)


@pages.get("/manage/cohorts/<int:cohort>/groups/table.<format>")
@rule("overseer")
def groups_table(cohort: int, format: str) -> Response:
    """Give the groups of a cohort with how many learners each has."""
    found = administered(cohort)
    table = Table(
        _("Groups of %(cohort)s", cohort=found.title),
        (Column(_("Group")), Column(_("Learners"), "", "number")),
        [(group.name, len(group.members)) for group in sittings.list_groups(db.session, found.id)],
    )
    return given(table, format, found)
