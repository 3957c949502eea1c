"""Appeals, doubts, rulings and attempts as tables to take away."""

from collections.abc import Iterator

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

import certificates
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, reviews
from lms.services.reviews import AttemptLine, ConcernLine
from lms.views.reviews.place import REMEDY_WORDS, pages
from lms.views.reviews.rulings import bank_of

PARTS = "reviews/_parts.html"
CHANGE_WORDS = {
    "passes": lazy("Now passes"),
    "fails": lazy("No longer passes"),
    "moves": lazy("Score alone"),
    None: lazy("Voided"),
}


@pages.get("/manage/programmes/<int:programme>/appeals/table.<format>")
@rule("reader")
def appeals_table(programme: int, format: str) -> Response:
    """Give the appeals of a programme: those that wait, the oldest first, then those decided."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = reviews.list_appeals(db.session, programme)
    shown = [line for line in lines if not line.is_decided]
    shown += [line for line in reversed(lines) if line.is_decided]
    today = clock.today_in(found.time_zone)
    table = Table(
        _("Appeals in %(name)s", name=found.name),
        (
            Column(_("Learner")),
            Column(_("Cohort")),
            Column(_("Against"), _("the whole result, or one item of the paper")),
            Column(_("State")),
            Column(_("Filed"), "", "moment"),
            Column(_("Answer by"), _("the day that learners are promised"), "day"),
        ),
        [
            (
                line.learner,
                line.cohort_title,
                exports.words_of(PARTS, "appeal_subject", line),
                exports.words_of(PARTS, "appeal_state", line, today),
                line.filed_at,
                line.answer_by,
            )
            for line in shown
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/doubts/table.<format>")
@rule("overseer")
def doubts_table(programme: int, format: str) -> Response:
    """Give the certificates in doubt: those open, the oldest first, then those decided."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = reviews.list_concerns(db.session, programme)
    shown = [line for line in reversed(lines) if line.is_open]
    shown += [line for line in lines if not line.is_open]
    table = Table(
        _("Certificates in doubt in %(name)s", name=found.name),
        (
            Column(_("Holder")),
            Column(_("Certificate"), _("its number")),
            Column(_("Since"), "", "moment"),
            Column(_("What happened")),
            Column(_("Outcome"), _("empty as long as nobody has decided")),
            Column(_("Why")),
            Column(_("By")),
            Column(_("When"), "", "moment"),
        ),
        [
            (
                line.holder,
                certificates.format_serial(line.serial),
                line.raised_at,
                line.reason,
                outcome_of(line),
                line.words,
                line.decided_by,
                line.decided_at,
            )
            for line in shown
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


def outcome_of(line: ConcernLine) -> str:
    """Say how a doubt was decided, in the words of the page."""
    if line.is_open:
        return ""
    if line.outcome == "stands":
        return str(_("Stands"))
    return str(_("Revoked") if line.is_revoked else _("Revocation proposed"))


@pages.get("/manage/programmes/<int:programme>/rulings/table.<format>")
@rule("overseer")
def rulings_table(programme: int, format: str) -> Response:
    """Give the rulings of a programme, the newest first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    table = Table(
        _("Rulings of %(name)s", name=found.name),
        (
            Column(_("Item")),
            Column(_("State")),
            Column(_("What"), _("how the item counts from then on")),
            Column(_("Why")),
            Column(_("By"), _("who confirmed it, or as long as nobody has, who proposed it")),
            Column(_("When"), "", "moment"),
        ),
        [
            (
                line.item_id,
                exports.words_of(PARTS, "ruling_state", line),
                str(REMEDY_WORDS[line.remedy]),
                line.reason,
                line.confirmed_by or line.proposed_by,
                line.confirmed_at or line.proposed_at,
            )
            for line in reviews.list_rulings(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/rulings/<int:release>/<bank>/table.<format>")
@rule("overseer")
def items_table(programme: int, release: int, bank: str, format: str) -> Response:
    """Give the items of a quiz with what each asks."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    content, chosen = bank_of(programme, release, bank)
    table = Table(
        _("Items of %(title)s", title=chosen.title),
        (
            Column(_("Item")),
            Column(_("Asks"), _("its question, without the case before it")),
            Column(_("Sort"), _("whether it is critical to safety")),
        ),
        [
            (
                each.id,
                exports.plain(content.shown[each.id].lead_in),
                str(_("Safety-critical")) if each.safety_critical else "",
            )
            for each in chosen.items
        ],
        (_("Release %(label)s", label=content.label),),
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/rulings/<int:ruling>/table.<format>")
@rule("overseer")
def ruling_table(ruling: int, format: str) -> Response:
    """Give whom a ruling reaches that is not confirmed yet, certificates among them."""
    line = reviews.ruling_for(db.session, current_user.id, ruling, asked())
    found = cohorts.programme_for(db.session, current_user.id, line.programme_id, asked())
    run = reviews.dry_run(db.session, line, clock.now()) if line.is_open else None
    table = Table(
        _("Dry run of the ruling on %(item)s", item=line.item_id),
        (
            Column(_("Learner")),
            Column(_("Quiz")),
            Column(_("Attempt"), "", "number"),
            Column(_("Before")),
            Column(_("After")),
            Column(_("Change"), _("whether a result crosses the cut score, and certificates")),
        ),
        list(reached(run)) if run else [],
        (_("Nothing has happened yet: this is what confirming it would do."),),
    )
    return exports.given(table, format, programme_id=found.id, zone=found.time_zone)


def reached(run: reviews.DryRun) -> Iterator[tuple[Cell, ...]]:
    """Return the rows of a dry run in the order of its page."""
    gone = [each for each in run.rescored if each.change is None]
    for each in (*run.group("passes"), *run.group("fails"), *run.group("moves"), *gone):
        told = each.reader
        word = str(CHANGE_WORDS[each.change])
        yield each.sat.name, each.quiz, each.sat.number, told.before, told.after, word
    for gain in run.effects.gains:
        yield gain.name, None, None, None, None, str(_("A certificate is awarded at once"))
    for held in run.effects.doubtful:
        told_of = str(_("The certificate is in doubt"))
        yield held.credential.holder_name, None, None, None, None, told_of


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/attempts/table.<format>")
@rule("overseer")
def attempts_table(cohort: int, enrolment: int, format: str) -> Response:
    """Give a learner's attempts, each with its standing."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    name, lines = reviews.list_attempts_of(db.session, found, enrolment)
    table = Table(
        _("Attempts of %(name)s", name=name),
        (
            Column(_("Quiz")),
            Column(_("Attempt"), "", "number"),
            Column(_("State")),
            Column(_("Points"), _("empty without a score"), "number"),
            Column(_("Of"), _("the most that could be reached"), "number"),
            Column(_("Begun"), "", "moment"),
            Column(_("Submitted"), "", "moment"),
        ),
        [attempt_row(line) for line in lines],
    )
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


def attempt_row(line: AttemptLine) -> tuple[Cell, ...]:
    """Return an attempt as a row; points to the hundredth, never rounded up."""
    each = line.attempt
    score = None if each.points is None else int(each.points * 100) / 100
    return (
        line.quiz,
        each.number,
        exports.words_of(PARTS, "attempt_state", each),
        score,
        each.maximum,
        each.started_at,
        each.submitted_at,
    )
