"""A cohort at a glance: four numbers, who is where, who needs a person, and what comes of it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import get_locale
from flask_login import current_user
from markupsafe import Markup

import courses
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.services import accounts, cohorts, debriefs, reports
from lms.services.cohorts import RunCohort
from lms.services.reports import CohortReport, LearnerLine
from lms.views.reports.choice import ROWS, Choice, choice
from lms.views.reports.place import local_to, pace_word, pages

MOST_OPEN = 8
"""Learners named in the forecast: those whose finishing is the most open."""


@pages.get("/manage/cohorts/<int:cohort>")
@rule("reader")
def cohort(cohort: int) -> str:
    """Show where everybody in a cohort stands and who needs a person."""
    now = clock.now()
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    chosen = choice()
    state = reports.state_of(db.session, found, now)
    key = (db.engine, str(get_locale()), found, state, chosen)
    body = drawn.get(key) or drawn.keep(key, lambda: draw(found, chosen, now))
    return render_template(
        "reports/cohort.html", cohort=found, programme_name=found.programme_name, drawn=body
    )


@dataclass(frozen=True, slots=True)
class Leaf:
    """The learners on one page of the table, with the pages there are; `all` of them on page 0."""

    lines: Sequence[LearnerLine]
    number: int
    count: int
    all: int


def leaf_of(lines: Sequence[LearnerLine], page: int) -> Leaf:
    """Cut the chosen learners into pages; a page beyond the last is the last."""
    count = max(1, -(-len(lines) // ROWS))
    number = min(page, count)
    shown = lines if number == 0 else lines[(number - 1) * ROWS : number * ROWS]
    return Leaf(shown, number, count, len(lines))


def draw(found: RunCohort, chosen: Choice, now: datetime) -> Markup:
    """Draw what is the same for everybody who holds the same role in a cohort."""
    report = reports.cohort_report(db.session, found, now)
    selected = report.selected(chosen.shown)
    body = render_template(
        "reports/_cohort.html",
        cohort=found,
        report=report,
        leaf=leaf_of(reports.arranged(selected, chosen.sort, chosen.descending), chosen.page),
        chosen=chosen,
        concerned=report.needing_a_person(),
        verdicts=[line.credential.verdict.status for line in report.lines if line.credential],
        misconceptions=debriefs.debrief(report).misconceptions,
        outlook=reports.outlook(report),
        most_open=MOST_OPEN,
        timeline=reports.timeline(report),
        quiz_times=reports.quiz_times(report),
        oversees=accounts.satisfies(found.role, "overseer"),
        address=lambda anchor="who", **change: chosen.address(found.id, anchor, **change),
        pace_word=pace_word,
        local=local_to(found.time_zone),
        **hours(report, chosen.place),
    )
    return Markup(body)  # noqa: S704 -- a template's own output, escaped where it was made


def hours(report: CohortReport, place: str) -> dict[str, Any]:
    """Return the cohort's hours against the chosen jurisdiction, and those one may choose."""
    content = report.content
    places = [
        each.rulebook for each in courses.hours(content.crosswalk, content.course) if each.topics
    ]
    if not places:
        return {"places": [], "hours": None}
    known = {book.id for book in places}
    chosen = place if place in known else places[0].id
    done = [
        {state.unit.key for state in line.progress.units if state.state == "done"}
        for line in report.lines
    ]
    taught = [line.live for line in report.lines]
    spread = courses.group_hours(content.crosswalk, content.course, chosen, done, taught)
    return {"places": places, "jurisdiction": chosen, "hours": spread}


class Drawings:
    """The latest drawings of cohorts: most visits find nothing changed since the last one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()
        self._turn = threading.Lock()
        self._pen = threading.Lock()

    def get(self, key: Hashable) -> Markup | None:
        """Return the drawing of exactly this state, if it is kept."""
        with self._turn:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, make: Callable[[], Markup]) -> Markup:
        """Make a drawing and keep it in place of the one that was not asked for longest.

        One is made at a time: whoever waited for the same one is given it.
        """
        with self._pen:
            body = self.get(key)
            if body is None:
                body = make()
                with self._turn:
                    self._kept[key] = body
                    while len(self._kept) > self._most:
                        self._kept.popitem(last=False)
            return body


# A drawing of a page of learners takes about a fifth of a megabyte.
drawn = Drawings(24)
