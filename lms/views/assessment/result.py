"""The result of an attempt: outcome, objectives, and every item with the reasons."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

import courses
import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import assessment, credentials
from lms.services.assessment import Sitting
from lms.views.assessment.fields import LETTERS
from lms.views.assessment.place import look, pages


@pages.get("/attempts/<int:attempt>/result")
@rule("learner")
def result(attempt: int) -> ResponseReturnValue:
    """Show score, outcome, and the rationale of every option with its sources."""
    sitting, _elsewhere = look(attempt)
    if sitting.state.submitted_at is None:
        return redirect(url_for("assessment.review", attempt=attempt))
    found = assessment.find_result(db.session, sitting)
    content = sitting.content
    module = content.course.module(sitting.module_key)
    if found is None:
        return render_template("assessment/awaiting.html", sitting=sitting, module=module)
    items = [reviewed(sitting, number) for number in range(1, len(sitting.paper.slots) + 1)]
    cited = {fact for each in items for fact in each["cited"]}
    earned = credentials.list_of_enrolments(db.session, [sitting.seat.enrolment_id], clock.now())
    return render_template(
        "assessment/result.html",
        result=found,
        sitting=sitting,
        module=module,
        needed=quizzes.needed_points(found.maximum, found.cut_percent),
        items=items,
        objectives=by_objective(sitting, module, items),
        facts=[content.facts[fact] for fact in sorted(cited)],
        credential=earned.get(sitting.seat.enrolment_id),
        programme_name=sitting.seat.programme_name,
    )


def reviewed(sitting: Sitting, number: int) -> dict[str, Any]:
    """Return an item of a submitted paper: what was chosen, what is right, and why."""
    slot = sitting.paper.slots[number - 1]
    item = sitting.bank.item(slot.item_id)
    shown = sitting.content.shown[slot.item_id]
    response = sitting.state.responses.get(number)
    answer = None if response is None else response.answer
    keys = {option.id for option in item.keys}
    chosen = set() if answer is None else set(answer.split(","))
    options = [
        {
            "letter": LETTERS[place],
            "text": Markup(shown.options[key]),  # noqa: S704 -- cleaned when it was frozen
            "why": Markup(shown.rationales[key]),  # noqa: S704 -- likewise
            "is_key": key in keys,
            "is_chosen": key in chosen,
        }
        for place, key in enumerate(slot.option_order)
    ]
    return {
        "number": number,
        "shown": shown,
        "options": options,
        "is_correct": quizzes.mark(item, answer) == 1,
        "is_answered": answer is not None,
        "is_safety": item.safety_critical,
        "objective": item.objective,
        "cited": quizzes.cited_facts(item),
    }


def by_objective(
    sitting: Sitting, module: courses.Module, items: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return how each objective went, and where a missed one can be read up."""
    rows = []
    for objective in module.objectives:
        asked = [each for each in items if each["objective"] == objective.id]
        correct = sum(each["is_correct"] for each in asked)
        teach = [each for each in module.lessons if objective.id in each.objectives]
        missed = correct < len(asked)
        if asked:
            row = {"text": objective.text, "correct": correct, "asked": len(asked)}
            rows.append(
                {**row, "lessons": [lesson_link(sitting, each) for each in teach if missed]}
            )
    return rows


def lesson_link(sitting: Sitting, lesson: courses.Lesson) -> dict[str, str]:
    """Return the title and address of a lesson for the learner of this attempt."""
    address = url_for(
        "learning.lesson",
        enrolment=sitting.seat.enrolment_id,
        module=sitting.module_key,
        lesson=lesson.slug,
    )
    return {"title": lesson.title, "url": address}
