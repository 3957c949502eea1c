"""Practice as the staff of a cohort see it: every learner, and one learner's log."""

from flask import Response, render_template, request
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.errors import NotFound
from lms.services import catalogue, cohorts, practice
from lms.services.cohorts import RunCohort
from lms.services.practice import LearnerPractice
from lms.views.practice.place import pages, rows_of_rules

MOST_SHOWN, A_PAGE = 100, 50


def run_cohort(cohort: int) -> RunCohort:
    """Return a cohort that the person who asks may look at, or refuse."""
    return cohorts.cohort_for(db.session, current_user.id, cohort, asked())


@pages.get("/manage/cohorts/<int:cohort>/practice", endpoint="cohort")
@rule("reader")
def of_cohort(cohort: int) -> str:
    """Show how the logs of a cohort's learners stand."""
    found = run_cohort(cohort)
    learners = practice.list_learners(db.session, found)
    pages_of = max(1, -(-len(learners) // A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages_of)
    return render_template(
        "practice/cohort.html",
        cohort=found,
        programme_name=found.programme_name,
        practice=catalogue.release(db.session, found.release_id).course.practice,
        learners=learners[(page - 1) * A_PAGE : page * A_PAGE],
        totals=totals(learners),
        page=page,
        pages=pages_of,
    )


def totals(learners: list[LearnerPractice]) -> dict[str, int]:
    """Return what matters of all learners: who is short of nothing, and rows that wait."""
    return {
        "learners": len(learners),
        "enough": sum(each.standing.is_enough for each in learners),
        "begun": sum(
            bool(each.standing.administration_minutes or each.standing.other_minutes)
            for each in learners
        ),
        "waiting": sum(each.waiting for each in learners),
    }


@pages.get("/manage/cohorts/<int:cohort>/practice/table.<format>")
@rule("reader")
def cohort_table(cohort: int, format: str) -> Response:
    """Hand out the table of a cohort's practice."""
    found = run_cohort(cohort)
    return exports.noted(
        practice.practice_table(db.session, found, clock.now()),
        format,
        programme_id=found.programme_id,
        zone=found.time_zone,
        act="practice.exported",
        subject=f"cohort {found.id}",
        detail={"format": format},
    )


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/practice")
@rule("reader")
def of_learner(cohort: int, enrolment: int) -> str:
    """Show one learner's log to the staff of the cohort."""
    found = run_cohort(cohort)
    learner = learner_of(found, enrolment)
    entries = practice.list_entries(db.session, enrolment)
    content = catalogue.release(db.session, found.release_id)
    standing = practice.standing_with(db.session, found.release_id, entries)
    return render_template(
        "practice/learner.html",
        cohort=found,
        programme_name=found.programme_name,
        learner=learner,
        practice=content.course.practice,
        rules=rows_of_rules(content, standing),
        standing=standing,
        entries=entries,
        most=MOST_SHOWN,
    )


def learner_of(cohort: RunCohort, enrolment: int) -> LearnerPractice:
    """Return a learner of a cohort, or raise NotFound."""
    for each in practice.list_learners(db.session, cohort):
        if each.enrolment_id == enrolment:
            return each
    raise NotFound()
