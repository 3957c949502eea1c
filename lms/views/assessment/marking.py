"""Marking by hand: the answers that wait, without their authors' names, and the rubric for each."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import quizzes
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Column, Table
from lms.errors import Refused
from lms.forms.assessment import MarkForm
from lms.services import assessment, catalogue, cohorts, credentials
from lms.services.assessment import Sitting
from lms.views.assessment.fields import safe
from lms.views.assessment.place import pages


@pages.get("/manage/cohorts/<int:cohort>/marking")
@rule("reader")
def to_mark(cohort: int) -> str:
    """List the attempts of a cohort that wait for a marker, the longest waiting first."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    course = catalogue.release(db.session, found.release_id).course
    return render_template(
        "assessment/to_mark.html",
        cohort=found,
        programme_name=found.programme_name,
        lines=[
            {"line": line, "title": course.module(line.module_key).title}
            for line in assessment.list_to_mark(db.session, current_user.id, cohort)
        ],
        quizzes=[module for module in course.modules if module.quiz is not None],
    )


@pages.get("/manage/cohorts/<int:cohort>/marking/table.<format>")
@rule("reader")
def to_mark_table(cohort: int, format: str) -> Response:
    """Give the papers that wait for a marker; they are marked blind, so that no name is in it."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    course = catalogue.release(db.session, found.release_id).course
    table = Table(
        _("Answers to mark in %(cohort)s", cohort=found.title),
        (
            Column(_("Paper"), _("its number; it is marked without the name"), "number"),
            Column(_("Quiz")),
            Column(_("Waiting since"), "", "moment"),
        ),
        [
            (line.attempt_id, course.module(line.module_key).title, line.submitted_at)
            for line in assessment.list_to_mark(db.session, current_user.id, cohort)
        ],
    )
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


@pages.get("/manage/attempts/<int:attempt>/marking")
@rule("instructor")
def marking(attempt: int) -> str:
    """Show the constructed answers of a submitted attempt with their rubrics, but no name."""
    return marking_page(assessment.to_mark_for(db.session, current_user.id, attempt))


def marking_page(sitting: Sitting, number: int = 0, given: Mapping[str, int] | None = None) -> str:
    """Draw the page; with a number, that answer's points as they were given, some left out."""
    answers = answers_of(sitting)
    for each in answers:
        each["is_lacking"] = each["number"] == number
        for line in each["criteria"] if each["is_lacking"] else ():
            line["given"] = (given or {}).get(line["id"])
    waiting = [each for each in answers if each["waits"]]
    others = assessment.list_to_mark(db.session, current_user.id, sitting.seat.cohort_id)
    return render_template(
        "assessment/marking.html",
        sitting=sitting,
        programme_name=sitting.seat.programme_name,
        module=sitting.content.course.module(sitting.module_key),
        answers=answers,
        waiting=waiting,
        following=None if waiting or not others else others[0].attempt_id,
        others=len(others),
    )


def answers_of(sitting: Sitting) -> list[dict[str, Any]]:
    """Return the constructed answers of an attempt, each with its rubric and the points so far."""
    given = assessment.points_given(db.session, sitting.attempt_id)
    rows = []
    for number, slot in enumerate(sitting.paper.slots, start=1):
        details = sitting.item_at(number).details
        response = sitting.state.responses.get(number)
        if not isinstance(details, quizzes.Constructed) or response is None:
            continue
        shown, points = sitting.content.shown[slot.item_id], given.get(number, {})
        rows.append(
            {
                "number": number,
                "shown": shown,
                "answer": response.answer,
                "words": len(response.answer.split()),
                "most": details.max_words,
                "waits": points.keys() != {each.id for each in details.criteria},
                "criteria": [
                    {
                        "id": each.id,
                        "text": safe(shown.criteria[each.id]),
                        "most": each.points,
                        "given": points.get(each.id),
                    }
                    for each in details.criteria
                ],
            }
        )
    return rows


@pages.post("/manage/attempts/<int:attempt>/items/<int:number>/marking")
@rule("instructor")
def give_points(attempt: int, number: int) -> ResponseReturnValue:
    """Record the points for one answer; score the attempt once none waits, and award."""
    sitting = assessment.to_mark_for(db.session, current_user.id, attempt)
    if not MarkForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    points, is_whole = points_in_form(sitting, number)
    if not is_whole:
        return marking_page(sitting, number, points), 422
    now = clock.now()
    seat = assessment.give_points(
        db.session, current_user.id, attempt, slot=number, points=points, now=now
    )
    address = current_app.config["SETTINGS"].verify_address
    credentials.award_if_complete(db.session, seat, now=now, verify_address=address)
    db.session.commit()
    flash(_("The points are recorded."), "success")
    return redirect(url_for("assessment.marking", attempt=attempt), 303)


def points_in_form(sitting: Sitting, number: int) -> tuple[dict[str, int], bool]:
    """Return the points given for the criteria of an answer, and whether none was left out."""
    details = sitting.item_at(number).details
    criteria = details.criteria if isinstance(details, quizzes.Constructed) else ()
    given = {each.id: request.form.get(f"points-{each.id}", "") for each in criteria}
    points = {
        key: int(value)
        for key, value in given.items()
        if value.isascii() and value.isdigit() and len(value) < 4
    }
    return points, points.keys() == given.keys()


@pages.get("/manage/cohorts/<int:cohort>/quizzes/<module>/feedback")
@rule("reader")
def feedback(cohort: int, module: str) -> str:
    """Show what a learner of a quiz will see when, under its preset and under the others."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    content = catalogue.release(db.session, found.release_id)
    here, bank = assessment.module_with_quiz(content, module)
    rules = bank.specification.rules
    return render_template(
        "assessment/feedback.html",
        cohort=found,
        programme_name=found.programme_name,
        module=here,
        rules=rules,
        has_constructed=any(item.kind == "constructed" for item in bank.items),
        presets=[
            {
                "name": preset,
                "open": quizzes.feedback(preset, is_settled=False),
                "settled": quizzes.feedback(preset, is_settled=True),
            }
            for preset in quizzes.PRESETS
        ],
    )
