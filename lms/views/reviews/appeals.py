"""Appeals: a learner files and follows them, staff look into them and decide."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.reviews import AppealForm, DecisionForm, FindingForm
from lms.services import accounts, assessment, cohorts, reviews
from lms.services.reviews import ANSWER_DAYS, APPEAL_DAYS, Act, AppealLine
from lms.views.reviews.place import pages


@pages.route("/attempts/<int:attempt>/appeals", methods=["GET", "POST"])
@rule("learner")
def appeals(attempt: int) -> ResponseReturnValue:
    """Let a learner appeal a result, and follow what becomes of it."""
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    form, problem = AppealForm(), None
    form.slot.choices = slot_choices(len(sitting.paper.slots))
    if form.validate_on_submit():
        try:
            line = reviews.file_appeal(
                db.session,
                current_user.id,
                attempt,
                slot=form.slot.data,
                ground=form.ground.data or "",
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            day = f"{line.answer_by.day} {line.answer_by:%B %Y}"
            flash(_("We have your appeal. You will have an answer by %(day)s.", day=day), "success")
            return redirect(url_for("reviews.appeals", attempt=attempt), 303)
    window = reviews.window_of(db.session, sitting, clock.now())
    left = [each for each in form.slot.choices if each.value not in window.appealed]
    form.slot.choices = left
    page = render_template(
        "reviews/appeals.html",
        sitting=sitting,
        programme_name=sitting.seat.programme_name,
        module=sitting.content.course.module(sitting.module_key),
        window=window,
        lines=reviews.list_of_attempt(db.session, attempt),
        appeal_days=APPEAL_DAYS,
        answer_days=ANSWER_DAYS,
        form=form,
        problem=problem,
    )
    return page, 422 if problem or form.errors else 200


def slot_choices(count: int) -> list[SelectChoice]:
    """Return what of a result can be appealed: all of it, or one item."""
    items = [SelectChoice(n, _("Item %(n)s", n=n)) for n in range(1, count + 1)]
    return [SelectChoice(0, _("The whole result")), *items]


@pages.get("/manage/programmes/<int:programme>/appeals")
@rule("reader")
def queue(programme: int) -> str:
    """Show the appeals of a programme: those that wait, the oldest first, then those decided."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = reviews.list_appeals(db.session, programme)
    return render_template(
        "reviews/queue.html",
        programme=found,
        programme_name=found.name,
        is_administrator=oversees(programme),
        waiting=[line for line in lines if not line.is_decided],
        decided=[line for line in reversed(lines) if line.is_decided],
        today=clock.today_in(found.time_zone),
        answer_days=ANSWER_DAYS,
    )


def oversees(programme: int) -> bool:
    """Return whether the person who asks administers a programme or audits it."""
    held = accounts.role_in(db.session, current_user.id, programme)
    return accounts.satisfies(held, "overseer")


@pages.get("/manage/appeals/<int:appeal>")
@rule("reader")
def appeal(appeal: int) -> str:
    """Show an appeal to staff, with the step that they may take."""
    return appeal_page(reviews.appeal_for(db.session, current_user.id, appeal, asked()))


def appeal_page(
    line: AppealLine,
    finding: FindingForm | None = None,
    decision: DecisionForm | None = None,
    problem: str | None = None,
) -> str:
    """Draw the page of an appeal, with the form that was sent wrongly as it was sent."""
    found = cohorts.cohort_for(db.session, current_user.id, line.cohort_id, asked())
    sitting = assessment.sitting_of(db.session, line.attempt_id)
    acts = reviews.list_acts_on(db.session, line, sitting)
    kind: reviews.StepKind = "found" if line.step("found") is None else "decided"
    decision = decision or DecisionForm(formdata=None)
    decision.link.choices = link_choices(reviews.changes_since(line, acts))
    return render_template(
        "reviews/appeal.html",
        cohort=found,
        programme_name=found.programme_name,
        line=line,
        sitting=sitting,
        module=sitting.content.course.module(line.module_key),
        today=clock.today_in(found.time_zone),
        acts=acts,
        is_marked_by_hand=is_marked_by_hand(sitting),
        changes=reviews.changes_since(line, acts),
        act_words=act_words,
        hindrance=reviews.hindrance(line, acts, current_user.id, kind),
        kind=kind,
        finding=finding or FindingForm(formdata=None),
        decision=decision,
        problem=problem,
    )


def is_marked_by_hand(sitting: assessment.Sitting) -> bool:
    """Return whether an attempt holds an answer to which people give points."""
    return any(sitting.item_at(n).kind == "constructed" for n in sitting.state.responses)


def link_choices(changes: list[Act]) -> list[SelectChoice]:
    """Return the acts a changed result can rest on, the latest first, and nothing for none."""
    told = [SelectChoice(act.link, act_words(act)) for act in reversed(changes)]
    return [SelectChoice("", _("Nothing: the result is upheld")), *told]


def act_words(act: Act) -> str:
    """Say what an act did, and who did it."""
    what = {
        "ruling": _("Ruling on item %(what)s", what=act.what),
        "mark": _("Points for item %(what)s of the paper", what=act.what),
        "void": _("The attempt was voided"),
        "restore": _("The attempt was restored"),
    }[act.kind]
    return str(_("%(what)s, by %(name)s", what=what, name=act.done_by))


@pages.post("/manage/appeals/<int:appeal>/finding")
@rule("instructor")
def find(appeal: int) -> ResponseReturnValue:
    """Leave what the first person found, for the second."""
    line = reviews.appeal_for(db.session, current_user.id, appeal)
    form = FindingForm()
    if not form.validate_on_submit():
        return appeal_page(line, finding=form), 422
    reviews.look_into(
        db.session,
        current_user.id,
        appeal,
        outcome=form.outcome.data,
        words=form.words.data or "",
        now=clock.now(),
    )
    db.session.commit()
    flash(_("Noted. A second person decides."), "success")
    return redirect(url_for("reviews.appeal", appeal=appeal), 303)


@pages.post("/manage/appeals/<int:appeal>/decision")
@rule("instructor")
def decide(appeal: int) -> ResponseReturnValue:
    """Decide an appeal, as the second person, and answer the learner."""
    line = reviews.appeal_for(db.session, current_user.id, appeal)
    form = DecisionForm()
    if not form.validate_on_submit():
        return appeal_page(line, decision=form), 422
    try:
        reviews.decide_appeal(
            db.session,
            current_user.id,
            appeal,
            outcome=form.outcome.data,
            words=form.words.data or "",
            link=form.link.data or "",
            now=clock.now(),
        )
    except Refused as refused:
        db.session.rollback()
        return appeal_page(line, decision=form, problem=refused.message), 422
    db.session.commit()
    flash(_("Decided. The learner is told in your words."), "success")
    return redirect(url_for("reviews.queue", programme=line.programme_id), 303)
