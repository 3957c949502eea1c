"""Releases of the curriculum: what each changed, and whom of a programme that reaches."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

import courses
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import cohorts, updates
from lms.services.credentials import Attested

pages = Blueprint("releases", __name__)

FIELD_WORDS = {
    "statement": lazy("statement"),
    "source": lazy("source"),
    "strength": lazy("strength"),
    "status": lazy("standing"),
}
HOW_WORDS = {"changed": lazy("Changed"), "added": lazy("Added"), "withdrawn": lazy("Withdrawn")}
KIND_WORDS = {
    "lesson": lazy("Lesson"),
    "job-aid": lazy("Job aid"),
    "term": lazy("Term"),
    "objective": lazy("Objective"),
    "update": lazy("Update"),
    "code-of-ethics": lazy("Code of ethics"),
    "checklist-line": lazy("Line of a checklist"),
    "practice-rule": lazy("Rule of practice"),
    "claim": lazy("Claim"),
    "item": lazy("Item"),
}


@pages.get("/manage/programmes/<int:programme>/releases")
@rule("overseer")
def index(programme: int) -> str:
    """List the published releases of the curriculum with their kinds."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    return render_template(
        "releases/index.html",
        programme=found,
        programme_name=found.name,
        releases=updates.list_releases(db.session),
    )


@pages.get("/manage/programmes/<int:programme>/releases/<int:release>")
@rule("overseer")
def release(programme: int, release: int) -> str:
    """Show what a release changed, and whom of the programme that reaches."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    reach = updates.reach_of(db.session, programme, release, clock.now())
    return render_template(
        "releases/release.html",
        programme=found,
        programme_name=found.name,
        reach=reach,
        fields=FIELD_WORDS,
        kinds=KIND_WORDS,
    )


@pages.get("/manage/programmes/<int:programme>/releases/table.<format>")
@rule("overseer")
def index_table(programme: int, format: str) -> Response:
    """Give the published releases, the newest first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    table = Table(
        _("Releases of the curriculum"),
        (
            Column(_("Release")),
            Column(_("Kind"), _("editorial, material or safety-critical; empty without a label")),
            Column(_("Published"), "", "moment"),
            Column(_("Course")),
            Column(_("What changed")),
        ),
        [
            (
                line.label,
                exports.words_of("releases/_kind.html", "kind_pill", line.kind),
                line.published_at,
                line.course_slug,
                line.note,
            )
            for line in updates.list_releases(db.session)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/programmes/<int:programme>/releases/<int:release>/facts/table.<format>")
@rule("overseer")
def facts_table(programme: int, release: int, format: str) -> Response:
    """Give the facts that are not what they were, a row for each part that changed."""
    columns = (
        Column(_("Fact")),
        Column(_("How"), _("changed, added or withdrawn")),
        Column(_("Part"), _("of a changed fact")),
        Column(_("Before")),
        Column(_("Now")),
    )
    reach = reach_of(programme, release)
    changes = reach.difference.impact.changes if reach.difference else ()
    rows = [row for change in changes for row in change_rows(change)]
    return given(reach, programme, format, _("Facts changed"), columns, rows)


def change_rows(change: courses.FactChange) -> list[tuple[Cell, ...]]:
    """Return what changed about a fact, part by part."""
    head, before, after = (change.fact_id, str(HOW_WORDS[change.how])), change.before, change.after
    if before is None or after is None:
        was, now = (each.statement if each else None for each in (before, after))
        return [(*head, None, was, now)]
    return [
        (*head, str(FIELD_WORDS[name]), str(getattr(before, name)), str(getattr(after, name)))
        for name in change.fields
    ]


@pages.get("/manage/programmes/<int:programme>/releases/<int:release>/touched/table.<format>")
@rule("overseer")
def touched_table(programme: int, release: int, format: str) -> Response:
    """Give what of the curriculum stands on changed facts."""
    columns = (
        Column(_("What")),
        Column(_("Title")),
        Column(_("Kind")),
        Column(_("Facts"), _("the changed ones that it stands on")),
    )
    reach = reach_of(programme, release)
    touched = reach.difference.impact.touched if reach.difference else ()
    rows = [
        (each.key, each.title, str(KIND_WORDS[each.kind]), ", ".join(each.facts))
        for each in touched
    ]
    return given(reach, programme, format, _("What changed facts touch"), columns, rows)


@pages.get("/manage/programmes/<int:programme>/releases/<int:release>/attempts/table.<format>")
@rule("overseer")
def attempts_table(programme: int, release: int, format: str) -> Response:
    """Give the open attempts whose papers hold touched items."""
    columns = (
        Column(_("Learner")),
        Column(_("Cohort")),
        Column(_("Began"), "", "moment"),
        Column(_("Touched items"), _("on the paper of this attempt")),
    )
    reach = reach_of(programme, release)
    rows = [
        (each.learner, each.cohort_title, each.started_at, ", ".join(each.items))
        for each in reach.attempts
    ]
    return given(reach, programme, format, _("Open attempts"), columns, rows)


@pages.get("/manage/programmes/<int:programme>/releases/<int:release>/holders/table.<format>")
@rule("overseer")
def holders_table(programme: int, release: int, format: str) -> Response:
    """Give whom a release reaches: holders who learned changed facts, and open confirmations."""
    columns = (
        Column(_("Holder")),
        Column(_("Certified on release")),
        Column(_("Current until"), "", "day"),
        Column(_("Certificate"), _("how it stands")),
        Column(_("Facts as they no longer are"), _("that this release taught")),
        Column(_("Update outstanding"), _("that the holder has still to confirm")),
    )
    reach = reach_of(programme, release)
    rows = [(*credential_of(each.held), ", ".join(each.facts), None) for each in reach.holders] + [
        (*credential_of(held), None, update.title)
        for update in reach.updates
        if update.kind == "safety-critical"
        for held in update.waiting
    ]
    return given(reach, programme, format, _("Holders"), columns, rows)


def credential_of(held: Attested) -> tuple[Cell, ...]:
    """Return what a row says first of a holder's credential."""
    status = exports.words_of("macros/feedback.html", "pill", held.verdict.status)
    credential = held.credential
    return credential.holder_name, credential.release, credential.current_until, status


def reach_of(programme: int, release: int) -> updates.ReleaseReach:
    """Return what a release changed, to somebody who may what the open address declares."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    return updates.reach_of(db.session, programme, release, clock.now())


def given(
    reach: updates.ReleaseReach,
    programme: int,
    format: str,
    what: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
) -> Response:
    """Hand out a table of what a release changed."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    name = _("%(what)s by release %(label)s", what=what, label=reach.release.label)
    table = Table(name, tuple(columns), rows)
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)
