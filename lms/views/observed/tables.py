"""One observation line by line, and how far raters agree, as tables to take away."""

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from lms import exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import observed
from lms.services.observed import Observed
from lms.views.observed.place import pages
from lms.views.observed.staff import run_cohort

PARTS = "observed/_parts.html"


@pages.get("/manage/cohorts/<int:cohort>/observed/agreement/table.<format>")
@rule("reader")
def agreement_table(cohort: int, format: str) -> Response:
    """Give how far two raters agree, checklist by checklist."""
    found = run_cohort(cohort)
    lines = observed.agreements(observed.list_observations(db.session, found))

    def figures(line: observed.RaterAgreement) -> tuple[Cell, ...]:
        # Where the page shows no kappa, the file shows none.
        each = line.agreement
        if each.is_too_small or each.kappa is None:
            return None, None, None
        bounds = (each.low, each.high)
        return (
            round(float(each.kappa), 2),
            *(None if value is None else round(float(value), 2) for value in bounds),
        )

    table = Table(
        _("Agreement of raters in %(cohort)s", cohort=found.title),
        (
            Column(_("Checklist")),
            Column(_("Observations"), _("that both raters have handed in"), "number"),
            Column(_("Lines"), _("judged by both"), "number"),
            Column(_("Judged alike"), _("share of the lines in per cent"), "percent"),
            Column(
                _("Kappa"), _("Cohen’s; empty under 30 lines, or where it says nothing"), "number"
            ),
            Column(_("Kappa from"), _("95 % interval"), "number"),
            Column(_("Kappa to"), _("95 % interval"), "number"),
        ),
        [
            (
                line.checklist.title,
                line.observations,
                line.agreement.lines,
                line.agreement.percent,
                *figures(line),
            )
            for line in lines
        ],
    )
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


@pages.get("/manage/observations/<int:observation>/table.<format>")
@rule("reader")
def observation_table(observation: int, format: str) -> Response:
    """Give an observation line by line; nothing before both raters have handed in."""
    seen = observed.observation_for(db.session, current_user.id, observation, asked())
    table = Table(
        _("%(skill)s of %(name)s", skill=seen.checklist.title, name=seen.learner),
        (
            Column(_("Line")),
            Column(_("Has to be seen"), _("a line without which the skill is not met")),
            Column(_("Rater 1")),
            Column(_("Rater 2")),
            Column(_("Result"), _("what both judged, else what a third decided")),
        ),
        judged(seen) if seen.pair else [],
    )
    return exports.given(table, format, programme_id=seen.programme_id, zone=seen.time_zone)


def judged(seen: Observed) -> list[tuple[Cell, ...]]:
    """Return the lines of an observation with what each rater judged."""
    assert seen.pair is not None

    def word(value: str) -> str:
        return exports.words_of(PARTS, "judgement_word", value)

    rows: list[tuple[Cell, ...]] = []
    for line, first, second in zip(seen.checklist.lines, *seen.pair, strict=True):
        if seen.result is not None:
            result = word(seen.result[line.id])
        else:
            result = str(_("Disputed")) if line.id in seen.disputed else word(first)
        must = str(_("yes") if line.is_critical else _("no"))
        rows.append((exports.plain(line.html), must, word(first), word(second), result))
    return rows
