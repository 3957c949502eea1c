"""One item a page: its case so far, its answer as it is stored, and the way through the paper."""

import functools
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import NotFound, Refused
from lms.forms.assessment import AnswerForm, FlagForm, PlainForm
from lms.services import assessment
from lms.services.assessment import Sitting
from lms.views.assessment.fields import fields_of
from lms.views.assessment.place import frame, item_address, look, pages


@pages.get("/attempts/<int:attempt>/items/<int:number>")
@rule("learner")
def item(attempt: int, number: int) -> ResponseReturnValue:
    """Show one item, with the answer as it is stored; ask first where that locks others."""
    sitting, elsewhere = look(attempt)
    if elsewhere:
        return redirect(elsewhere)
    asked = sitting.item_at(number)
    hidden = sitting.state.hidden_by(sitting.paper, number)
    is_forward = sitting.paper.rules.navigation == "forward"
    here = current_slot(sitting)
    if is_forward and (number < here or (hidden and number > here + 1)):
        return redirect(item_address(attempt, here))
    if hidden:
        return render_template(
            "assessment/continue.html", **before_going_on(sitting, number, hidden)
        )
    slot = sitting.paper.slots[number - 1]
    shown = sitting.content.shown[slot.item_id]
    stored = sitting.state.responses.get(number)
    certainty = sitting.paper.rules.certainty
    return render_template(
        "assessment/item.html",
        **frame(sitting),
        number=number,
        total=len(sitting.paper.slots),
        shown=shown,
        fields=fields_of(asked, slot, shown, stored.answer if stored else None),
        case=case_of(sitting, slot),
        stored=stored,
        sequence=1 if stored is None else stored.sequence + 1,
        asks_certainty=None if certainty == "off" else certainty,
        is_locked=number in sitting.state.locked,
        is_flagged=number in sitting.flagged,
        is_forward=is_forward,
        locks=sitting.state.hidden_by(sitting.paper, number + 1)
        if number < len(sitting.paper.slots)
        else None,
        trail=trail(sitting),
    )


def current_slot(sitting: Sitting) -> int:
    """Return the first slot that is not locked: on a forward-only paper, where one is."""
    locked = sitting.state.locked
    slots = range(1, len(sitting.paper.slots) + 1)
    return next((number for number in slots if number not in locked), slots[-1])


def case_of(sitting: Sitting, slot: quizzes.Slot) -> dict[str, Any] | None:
    """Return the case of an item of a vignette set, as far as it has unfolded there."""
    if slot.vignette is None:
        return None
    case = sitting.content.cases[sitting.paper.bank_id][slot.vignette]
    return {"title": case.title, "stages": case.stages[: slot.stage]}


def before_going_on(sitting: Sitting, number: int, hidden: tuple[int, int]) -> dict[str, Any]:
    """Return what the page says that asks before slots are locked for good."""
    first, last = hidden
    open_slots = [n for n in range(first, last + 1) if n not in sitting.state.locked]
    return {
        **frame(sitting),
        "number": number,
        "is_case": sitting.paper.rules.navigation == "free",
        "first": open_slots[0],
        "last": last,
        "answers": answers_of(sitting),
        "unanswered": [n for n in open_slots if n not in sitting.state.responses],
        "trail": trail(sitting),
    }


def answers_of(sitting: Sitting) -> dict[int, tuple[str, int | None]]:
    """Return what is stored by slot: the page compares it with what waits on the device."""
    return {n: (each.answer, each.certainty) for n, each in sitting.state.responses.items()}


def trail(sitting: Sitting) -> list[dict[str, Any]]:
    """Return the way through the paper: each item, its address, whether it is answered."""
    label = _("Item %(n)s")
    is_forward = sitting.paper.rules.navigation == "forward"
    reached = current_slot(sitting) if is_forward else 0
    rows = []
    for number in range(1, len(sitting.paper.slots) + 1):
        state = "answered" if number in sitting.state.responses else "open"
        if number in sitting.flagged and number not in sitting.state.locked:
            state = "flagged"
        is_linked = not is_forward or number == reached
        url = _address(sitting.attempt_id, number) if is_linked else None
        rows.append({"label": label % {"n": number}, "url": url, "state": state})
    return rows


# A sitting names the address of each of its items on each of its pages.
@functools.lru_cache(maxsize=8192)
def _address(attempt: int, number: int) -> str:
    return item_address(attempt, number)


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
        if decision.kind in ("locked", "paused"):
            flash(decision.message, "caution")
        if decision.kind == "conflict":
            flash(
                _("This answer was changed in another window. What is marked is saved."), "caution"
            )
            return redirect(item_address(attempt, number), 303)
    return redirect(onward(attempt, number, form.go.data), 303)


def given_answer(attempt: int, number: int) -> str | None:
    """Return the answer in the fields of the form, None when they are empty."""
    asked = assessment.item_for(db.session, current_user.id, attempt, number)
    try:
        return quizzes.answer_from_fields(asked, request.form.to_dict(flat=False))
    except quizzes.UnreadableAnswer as error:
        raise Refused(error.message) from error


def onward(attempt: int, number: int, go: str | None) -> str:
    """Do what a button of the quiz asks for, and return the address that it leads to."""
    if go in ("flag", "unflag"):
        put_flag(attempt, number, flagged=go == "flag")
        return item_address(attempt, number)
    if go == "review":
        return url_for("assessment.review", attempt=attempt)
    if go == "advance":
        go_on_if_all_is_answered(attempt, number + 1)
    step = {"back": -1, "stay": 0}.get(go or "", 1)
    return item_address(attempt, max(1, number + step))


def go_on_if_all_is_answered(attempt: int, number: int) -> None:
    """Go on to an item at once when what that locks is answered; else its page will ask."""
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    if not 1 <= number <= len(sitting.paper.slots):
        raise NotFound()
    hidden = sitting.state.hidden_by(sitting.paper, number)
    if hidden is None:
        return
    behind = set(range(hidden[0], hidden[1] + 1)) - sitting.state.locked
    if behind <= sitting.state.responses.keys():
        assessment.advance(db.session, current_user.id, attempt, slot=number, now=clock.now())
        db.session.commit()


def put_flag(attempt: int, number: int, *, flagged: bool) -> None:
    """Flag an item for another look, or take the flag away."""
    assessment.set_flag(
        db.session, current_user.id, attempt, slot=number, flagged=flagged, now=clock.now()
    )
    db.session.commit()


@pages.post("/attempts/<int:attempt>/items/<int:number>/flag")
@rule("learner")
def flag(attempt: int, number: int) -> ResponseReturnValue:
    """Flag an item, or take its flag away, without leaving its page."""
    form = FlagForm()
    if not form.validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    put_flag(attempt, number, flagged=form.flagged.data == "1")
    return "", 204


@pages.post("/attempts/<int:attempt>/items/<int:number>/advance")
@rule("learner")
def advance(attempt: int, number: int) -> ResponseReturnValue:
    """Go on to an item, which locks for good what lies before it."""
    if not PlainForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    decision = assessment.advance(
        db.session, current_user.id, attempt, slot=number, now=clock.now()
    )
    db.session.commit()
    if decision.kind == "invalid":
        raise NotFound()
    return redirect(item_address(attempt, number), 303)
