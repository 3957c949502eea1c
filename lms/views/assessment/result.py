"""The result of an attempt: outcome, findings, objectives, and the items its preset shows."""

from fractions import Fraction
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import courses
import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import assessment, credentials, learning, reviewed, sittings
from lms.services.assessment import Result, Sitting
from lms.views.assessment.place import look, pages
from lms.views.assessment.reviewed import Answered, rows_of, state_of_mark


@pages.get("/attempts/<int:attempt>/result")
@rule("learner")
def result(attempt: int) -> ResponseReturnValue:
    """Show outcome, score, findings, and as much of the items as the preset allows."""
    sitting, _elsewhere = look(attempt)
    module = sitting.content.course.module(sitting.module_key)
    if sitting.voided_at is not None:
        return render_template("assessment/voided.html", sitting=sitting, module=module)
    if sitting.state.submitted_at is None:
        return redirect(url_for("assessment.review", attempt=attempt))
    found = assessment.find_result(db.session, sitting)
    if found is None:
        return render_template("assessment/awaiting.html", sitting=sitting, module=module)
    shown = quizzes.feedback(sitting.paper.rules.feedback, is_settled=is_settled(sitting, found))
    score = assessment.score_of(db.session, sitting)
    marks = marks_of(sitting, score)
    items = items_of(sitting, marks) if shown.items else []
    cited = {fact for each in items for fact in each["cited"]} if shown.reasons else set()
    earned = credentials.list_of_enrolments(db.session, [sitting.seat.enrolment_id], clock.now())
    findings = assessment.findings_of(db.session, sitting, score)
    return render_template(
        "assessment/result.html",
        result=found,
        sitting=sitting,
        module=module,
        shown=shown,
        needed=quizzes.needed_points(found.maximum, found.cut_percent),
        reaches_cut=quizzes.reaches_cut(found.points, found.maximum, found.cut_percent),
        findings=[finding_row(sitting, each) for each in findings],
        items=items,
        objectives=by_objective(sitting, marks),
        facts=[sitting.content.facts[fact] for fact in sorted(cited)],
        credential=earned.get(sitting.seat.enrolment_id),
        programme_name=sitting.seat.programme_name,
    )


def is_settled(sitting: Sitting, found: Result) -> bool:
    """Return whether nothing that an item reveals is of use for passing this quiz any more."""
    if found.passed or sitting.paper.rules.feedback != "certification":
        return True
    seat, module = sitting.seat, sitting.module_key
    if learning.progress_of(db.session, seat).state_of(f"{module}/quiz").state == "done":
        return True
    attempts = assessment.list_attempts(db.session, seat.enrolment_id, module)
    used = assessment.used_tries(db.session, seat.enrolment_id, module, attempts)
    most = sittings.terms_for(db.session, seat, module, clock.now()).attempts.value
    return most is not None and used >= most


def marks_of(sitting: Sitting, score: quizzes.Score | quizzes.Awaiting) -> list[Fraction | None]:
    """Return what each slot earned as the attempt is scored now; None for one that is left out."""
    slots = range(1, len(sitting.paper.slots) + 1)
    if not isinstance(score, quizzes.Awaiting) and len(score.marks) == len(slots):
        return list(score.marks)
    points = assessment.points_of(db.session, sitting)
    answers = {n: each.answer for n, each in sitting.state.responses.items()}
    return [quizzes.mark(sitting.item_at(n), answers.get(n), points.get(n)) for n in slots]


def items_of(sitting: Sitting, marks: list[Fraction | None]) -> list[dict[str, Any]]:
    """Return every item of a submitted paper with its answer, its mark and the reasons."""
    points = assessment.points_of(db.session, sitting)
    rulings = reviewed.rulings_in_force(db.session, sitting.seat.programme_id, sitting.paper)
    remedies = {ruling.item_id: ruling.remedy for ruling in rulings}
    rows = []
    for number, slot in enumerate(sitting.paper.slots, start=1):
        item, response = sitting.item_at(number), sitting.state.responses.get(number)
        shown = sitting.content.shown[slot.item_id]
        answer = None if response is None else response.answer
        answered = Answered(item, slot, shown, answer, points.get(number, {}))
        rows.append(
            {
                "number": number,
                "shown": shown,
                "case": _case(sitting, slot),
                "mark": marks[number - 1],
                "state": state_of_mark(marks[number - 1], answer),
                "certainty": None if response is None else response.certainty,
                "is_safety": item.safety_critical,
                "remedy": remedies.get(item.id),
                "cited": quizzes.cited_facts(item),
                **rows_of(answered),
            }
        )
    return rows


def _case(sitting: Sitting, slot: quizzes.Slot) -> dict[str, Any] | None:
    if slot.vignette is None:
        return None
    case = sitting.content.cases[sitting.paper.bank_id][slot.vignette]
    return {"title": case.title, "stage": case.stages[slot.stage - 1]}


def by_objective(sitting: Sitting, marks: list[Fraction | None]) -> list[dict[str, Any]]:
    """Return how each objective went, and where a missed one can be read up."""
    earned: dict[str, list[Fraction]] = {}
    for number, mark in enumerate(marks, start=1):
        if mark is not None:
            earned.setdefault(sitting.item_at(number).objective, []).append(mark)
    rows = []
    for objective, given in earned.items():
        text, lessons = assessment.taught_by(sitting.content.course, objective)
        total, asked = sum(given, Fraction(0)), len(given)
        missed = total < asked
        rows.append(
            {
                "text": text,
                "points": total,
                "asked": asked,
                "share": int(100 * total / asked),
                "is_missed": missed,
                "lessons": [lesson_link(sitting, each) for each in lessons if missed],
            }
        )
    return sorted(rows, key=lambda row: not row["is_missed"])


def finding_row(sitting: Sitting, finding: assessment.Finding) -> dict[str, Any]:
    """Return a finding with the addresses of its lessons."""
    return {
        "finding": finding,
        "lessons": [lesson_link(sitting, each) for each in finding.lessons],
    }


def lesson_link(sitting: Sitting, lesson: courses.Lesson) -> dict[str, str]:
    """Return the title and address of a lesson for the learner of this attempt."""
    module, _slash, slug = lesson.key.partition("/")
    address = url_for(
        "learning.lesson", enrolment=sitting.seat.enrolment_id, module=module, lesson=slug
    )
    return {"title": lesson.title, "url": address}
