"""The quiz: what to expect, one item a page, a look back before submission, and the result."""

import functools
import secrets
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

import courses
import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import NotFound, Refused
from lms.forms.assessment import AnswerForm, StartForm, SubmitForm
from lms.services import assessment, catalogue, cohorts, credentials, learning
from lms.services.assessment import Sitting

pages = Blueprint("assessment", __name__)

LETTERS = "ABCDEFGH"
STATUS = {
    "accept": 200,
    "repeat": 200,
    "conflict": 409,
    "closed": 409,
    "locked": 409,
    "invalid": 422,
}


@pages.get("/learn/<int:enrolment>/<module>/quiz")
@rule("learner")
def quiz(enrolment: int, module: str) -> str:
    """Say what the quiz asks, what passes it, and how earlier attempts went."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    here, bank = assessment.module_with_quiz(content, module)
    specification = bank.specification
    return render_template(
        "assessment/quiz.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=content,
        module=here,
        specification=specification,
        needed=quizzes.needed_points(specification.length, specification.cut_percent),
        bank=bank,
        state=learning.progress_of(db.session, seat).state_of(f"{module}/quiz"),
        attempts=assessment.list_attempts(db.session, enrolment, module),
    )


@pages.post("/learn/<int:enrolment>/<module>/quiz/start")
@rule("learner")
def start(enrolment: int, module: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the one that is open."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    if not StartForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    attempt = assessment.start(db.session, seat, module, seed=secrets.randbits(62), now=clock.now())
    db.session.commit()
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    unanswered = sitting.state.unanswered(sitting.paper)
    if not unanswered:
        return redirect(url_for("assessment.review", attempt=attempt), 303)
    return redirect(url_for("assessment.item", attempt=attempt, number=unanswered[0]), 303)


@pages.get("/attempts/<int:attempt>/items/<int:number>")
@rule("learner")
def item(attempt: int, number: int) -> ResponseReturnValue:
    """Show one item, with the answer as it is stored."""
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    if sitting.state.submitted_at is not None:
        return redirect(url_for("assessment.result", attempt=attempt))
    if not 1 <= number <= len(sitting.paper.slots):
        raise NotFound()
    hidden = sitting.state.hidden_by(sitting.paper, number)
    if hidden is not None:
        # What is asked later gives away what is asked now.
        return redirect(url_for("assessment.item", attempt=attempt, number=hidden[1]))
    slot = sitting.paper.slots[number - 1]
    shown = sitting.content.shown[slot.item_id]
    stored = sitting.state.responses.get(number)
    return render_template(
        "assessment/item.html",
        sitting=sitting,
        module=sitting.content.course.module(sitting.module_key),
        number=number,
        total=len(sitting.paper.slots),
        shown=shown,
        options=[{"value": key, "html": shown.options[key]} for key in slot.option_order],
        stored=stored,
        sequence=1 if stored is None else stored.sequence + 1,
        trail=trail(sitting),
    )


def trail(sitting: Sitting) -> list[dict[str, Any]]:
    """Return the way through the paper: each item, its address, whether it is answered."""
    label = _("Item %(n)s")
    return [
        {
            "label": label % {"n": number},
            "url": _item_address(sitting.attempt_id, number),
            "state": "answered" if number in sitting.state.responses else "open",
        }
        for number in range(1, len(sitting.paper.slots) + 1)
    ]


# A sitting names the address of each of its items on each of its pages.
@functools.lru_cache(maxsize=8192)
def _item_address(attempt: int, number: int) -> str:
    return url_for("assessment.item", attempt=attempt, number=number)


@pages.post("/attempts/<int:attempt>/items/<int:number>")
@rule("learner")
def answer(attempt: int, number: int) -> ResponseReturnValue:
    """Save an answer from a page without script, and go where the pressed button leads."""
    form = AnswerForm()
    if not form.validate_on_submit():
        raise Refused(_("That answer could not be read. Go back, reload, choose again."))
    given = given_answer(attempt, number)
    if given is not None:
        decision = assessment.save_response(
            db.session,
            current_user.id,
            attempt,
            slot=number,
            sequence=form.sequence.data,
            answer=given,
            certainty=form.certainty.data,
            now=clock.now(),
        )
        db.session.commit()
        if decision.kind == "closed":
            return redirect(url_for("assessment.result", attempt=attempt), 303)
        if decision.kind == "invalid":
            raise Refused(decision.message)
        if decision.kind == "locked":
            flash(decision.message, "caution")
        if decision.kind == "conflict":
            flash(
                _("This answer was changed in another window. What is marked is saved."), "caution"
            )
            return redirect(url_for("assessment.item", attempt=attempt, number=number), 303)
    return redirect(onward(attempt, number, form.go.data), 303)


def given_answer(attempt: int, number: int) -> str | None:
    """Return the answer in the fields of the form, None when they are empty."""
    item = assessment.item_for(db.session, current_user.id, attempt, number)
    try:
        return quizzes.answer_from_fields(item, request.form.to_dict(flat=False))
    except quizzes.UnreadableAnswer as error:
        raise Refused(error.message) from error


def onward(attempt: int, number: int, go: str | None) -> str:
    """Return the address that a button of the quiz leads to."""
    if go == "review":
        return url_for("assessment.review", attempt=attempt)
    step = -1 if go == "back" else 1
    return url_for("assessment.item", attempt=attempt, number=max(1, number + step))


@pages.post("/attempts/<int:attempt>/items/<int:number>/response")
@rule("learner")
def save(attempt: int, number: int) -> ResponseReturnValue:
    """Save an answer as it is chosen; a reply of 200 means that it is stored durably."""
    body = request.get_json(silent=True)
    sent = body if isinstance(body, dict) else {}
    sequence, given, certainty = (sent.get(key) for key in ("sequence", "answer", "certainty"))
    if type(sequence) is not int or not isinstance(given, str) or not is_certainty(certainty):
        return jsonify(error=_('Send {"sequence": 1, "answer": "a", "certainty": null}.')), 400
    decision = assessment.save_response(
        db.session,
        current_user.id,
        attempt,
        slot=number,
        sequence=sequence,
        answer=given,
        certainty=certainty,
        now=clock.now(),
    )
    db.session.commit()
    stored = decision.stored
    reply = {
        "kind": decision.kind,
        "message": decision.message,
        "stored": stored
        and {
            "sequence": stored.sequence,
            "answer": stored.answer,
            "certainty": stored.certainty,
        },
        "saved_at": stored.at.isoformat() if stored else None,
    }
    return jsonify(reply), STATUS[decision.kind]


def is_certainty(value: object) -> bool:
    """Return whether a value says how sure the learner is, or that it was not asked."""
    return value is None or (type(value) is int and 1 <= value <= 3)


@pages.get("/attempts/<int:attempt>/review")
@rule("learner")
def review(attempt: int) -> ResponseReturnValue:
    """Show what is answered and what is not, before the attempt is submitted."""
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    if sitting.state.submitted_at is not None:
        return redirect(url_for("assessment.result", attempt=attempt))
    return render_template(
        "assessment/review.html",
        sitting=sitting,
        module=sitting.content.course.module(sitting.module_key),
        unanswered=sitting.state.unanswered(sitting.paper),
        trail=trail(sitting),
    )


@pages.post("/attempts/<int:attempt>/submit")
@rule("learner")
def submit(attempt: int) -> ResponseReturnValue:
    """Close the attempt, score it, and award what it completes, in one transaction."""
    if not SubmitForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    now = clock.now()
    seat = assessment.submit(db.session, current_user.id, attempt, now)
    credentials.award_if_complete(
        db.session,
        seat,
        now=now,
        verify_address=current_app.config["SETTINGS"].verify_address,
    )
    db.session.commit()
    return redirect(url_for("assessment.result", attempt=attempt), 303)


@pages.get("/attempts/<int:attempt>/result")
@rule("learner")
def result(attempt: int) -> ResponseReturnValue:
    """Show score, outcome, and the rationale of every option with its sources."""
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
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
