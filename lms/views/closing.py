"""What comes before an award: disclosures read, a code of ethics attested, the course judged."""

from collections.abc import Iterator
from datetime import date

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

import courses
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.errors import Refused
from lms.forms.closing import AttestForm, DisclosureForm, EvaluationForm, SeenForm
from lms.services import catalogue, closing, cohorts, credentials, learning
from lms.services.cohorts import Seat

pages = Blueprint("closing", __name__)

PREFIX = "q-"
PARTS = 5
ROLE_WORDS = {
    "director": lazy_gettext("Director"),
    "educator": lazy_gettext("Lead educator"),
    "instructor": lazy_gettext("Instructor"),
}


@pages.get("/learn/<int:enrolment>/disclosures")
@rule("learner")
def disclosures(enrolment: int) -> str:
    """Show who controls what is taught, and what they disclosed."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    found = closing.list_disclosed_to(db.session, seat)
    return render_template(
        "closing/disclosures.html",
        seat=seat,
        programme_name=seat.programme_name,
        found=found,
        digest=closing.digest_of(found),
        is_seen="disclosures" not in closing.list_open(db.session, seat),
    )


@pages.post("/learn/<int:enrolment>/disclosures")
@rule("learner")
def see(enrolment: int) -> ResponseReturnValue:
    """Note that the learner has seen the disclosures as they stand."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    form = SeenForm()
    if not form.validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    closing.mark_seen(db.session, seat, form.digest.data or "", clock.now())
    words = _("Noted. You have seen the disclosures.")
    first = learning.progress_of(db.session, seat)
    unit = first.next_unit
    if first.started_at is not None or unit is None or unit.kind != "lesson":
        return go_on(seat, words)
    # Whoever was stopped on the way to the first lesson goes on to it.
    db.session.commit()
    flash(words, "success")
    module, lesson = unit.key.split("/", 1)
    return redirect(
        url_for("learning.lesson", enrolment=enrolment, module=module, lesson=lesson), 303
    )


@pages.route("/learn/<int:enrolment>/code-of-ethics", methods=["GET", "POST"])
@rule("learner")
def code_of_ethics(enrolment: int) -> ResponseReturnValue:
    """Show the code of ethics, and take the learner's name under it."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    code = content.course.closing.code
    if code is None:
        return nothing_asked(seat, _("Code of ethics"))
    form = AttestForm()
    if form.validate_on_submit():
        try:
            closing.attest(
                db.session,
                seat,
                typed_name=form.typed_name.data,
                digest=form.digest.data or "",
                now=clock.now(),
            )
            return go_on(seat, _("Attested. Your name stands under the code of ethics."))
        except Refused as refusal:
            db.session.rollback()
            form.typed_name.errors = [str(refusal)]
    page = render_template(
        "closing/code_of_ethics.html",
        seat=seat,
        programme_name=seat.programme_name,
        code=code,
        form=form,
        name=current_user.full_name,
        facts=[content.facts[fact] for fact in code.citations],
        is_attested="attestation" not in closing.list_open(db.session, seat),
    )
    return page, 422 if form.errors else 200


@pages.route("/learn/<int:enrolment>/evaluation", methods=["GET", "POST"])
@rule("learner")
def evaluation(enrolment: int) -> ResponseReturnValue:
    """Ask what the learner thinks of the course; the answers are kept without them."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    asked = catalogue.release(db.session, seat.release_id).course.closing.evaluation
    if asked is None:
        return nothing_asked(seat, _("Evaluation"))
    given = {
        question.id: request.form.get(PREFIX + question.id, "") for question in asked.questions
    }
    faults: dict[str, str] = {}
    if EvaluationForm().validate_on_submit():
        try:
            closing.evaluate(db.session, seat, given, clock.now())
            return go_on(seat, _("Thank you. Your answers are stored without your name."))
        except courses.UnreadableEvaluation as error:
            faults = error.faults
    page = render_template(
        "closing/evaluation.html",
        seat=seat,
        programme_name=seat.programme_name,
        asked=asked,
        given=given,
        faults=faults,
        scale=courses.SCALE,
        is_complete=learning.progress_of(db.session, seat).is_complete,
        is_given="evaluation" not in closing.list_open(db.session, seat),
    )
    return page, 422 if faults else 200


def nothing_asked(seat: Seat, title: str) -> str:
    """Say that the course does not ask for this."""
    return render_template(
        "closing/nothing.html", seat=seat, programme_name=seat.programme_name, title=title
    )


def go_on(seat: Seat, words: str) -> ResponseReturnValue:
    """Commit, award what is complete now, and lead back to what is still missing."""
    serial = credentials.award_if_complete(
        db.session,
        seat,
        now=clock.now(),
        verify_address=current_app.config["SETTINGS"].verify_address,
    )
    db.session.commit()
    flash(words, "success")
    if serial is not None:
        return redirect(url_for("credentials.index"), 303)
    return redirect(url_for("learning.progress", enrolment=seat.enrolment_id), 303)


@pages.route("/manage/programmes/<int:programme>/disclosures", methods=["GET", "POST"])
@rule("overseer", post="administrator")
def manage_disclosures(programme: int) -> ResponseReturnValue:
    """List what those who control content disclosed, and record what somebody discloses."""
    known = cohorts.programme_for(db.session, current_user.id, programme, asked())
    today = clock.today_in(known.time_zone)
    missing = closing.list_undisclosed(db.session, programme, today)
    form = DisclosureForm(data=begun_for(missing, today))
    if form.validate_on_submit():
        interests, faults = read_interests(form.interests.data or "")
        if not faults:
            try:
                closing.disclose(
                    db.session,
                    programme,
                    person=" ".join(form.person.data.split()),
                    role=" ".join(form.role.data.split()),
                    interests=interests,
                    made_on=form.made_on.data,
                    by=current_user.id,
                    now=clock.now(),
                )
                db.session.commit()
                flash(_("Recorded. Learners are shown it from now on."), "success")
                return redirect(url_for("closing.manage_disclosures", programme=programme), 303)
            except Refused as refusal:
                db.session.rollback()
                form.made_on.errors = [str(refusal)]
        form.interests.errors = faults
    page = render_template(
        "closing/manage_disclosures.html",
        programme=known,
        programme_name=known.name,
        form=form,
        found=closing.list_disclosures(db.session, programme),
        missing=missing,
        words=ROLE_WORDS,
    )
    return page, 422 if form.errors else 200


@pages.get("/manage/programmes/<int:programme>/disclosures/table.<format>")
@rule("overseer")
def disclosures_table(programme: int, format: str) -> Response:
    """Give what is disclosed, a row for each relationship, then who has not disclosed."""
    known = cohorts.programme_for(db.session, current_user.id, programme, asked())
    today = clock.today_in(known.time_zone)
    table = Table(
        _("Disclosures of %(name)s", name=known.name),
        (
            Column(_("Person")),
            Column(_("Role")),
            Column(_("State"), _("disclosed, nothing to disclose, or missing")),
            Column(_("Disclosed on"), "", "day"),
            Column(_("Company")),
            Column(_("Nature")),
            Column(_("Since"), _("as stated")),
            Column(_("Until"), _("as stated; empty while it lasts")),
            Column(_("What was done about it")),
        ),
        [*disclosed_rows(programme), *missing_rows(programme, today)],
    )
    return exports.given(table, format, programme_id=programme, zone=known.time_zone)


def disclosed_rows(programme: int) -> Iterator[tuple[Cell, ...]]:
    """Return a row for each relationship, or one for somebody who has nothing to disclose."""
    for line in closing.list_disclosures(db.session, programme):
        if not line.interests:
            told = str(_("Nothing to disclose"))
            yield line.person, line.role, told, line.made_on, None, None, None, None, None
        for each in line.interests:
            who = (line.person, line.role, str(_("Disclosed")), line.made_on)
            yield *who, each.company, each.nature, each.since, each.until, each.mitigation


def missing_rows(programme: int, today: date) -> Iterator[tuple[Cell, ...]]:
    """Return a row for everybody whose disclosure is missing or older than 24 months."""
    for each in closing.list_undisclosed(db.session, programme, today):
        role = str(ROLE_WORDS.get(each.role, each.role))
        yield each.name, role, str(_("Missing")), None, None, None, None, None, None


def begun_for(missing: list[closing.Undisclosed], today: date) -> dict[str, object]:
    """Return what the form of a disclosure begins with: whoever the address or the list names."""
    asked_for = request.args.get("for", "")
    for each in missing:
        if each.name == asked_for or (not asked_for and len(missing) == 1):
            role = str(ROLE_WORDS.get(each.role, each.role))
            return {"person": each.name, "role": role, "made_on": today}
    return {"made_on": today}


def read_interests(text: str) -> tuple[list[closing.Interest], list[str]]:
    """Return the relationships written one a line, and what is wrong, line by line."""
    interests, faults = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split(";")]
        if len(parts) != PARTS:
            faults.append(
                _(
                    "Line %(number)s has %(found)s parts between semicolons instead of 5: "
                    "company; nature; since; until; what was done.",
                    number=number,
                    found=len(parts),
                )
            )
        elif not all(parts[place] for place in (0, 1, 2, 4)):
            faults.append(
                _("Line %(number)s: only “until” may be empty, while it lasts.", number=number)
            )
        else:
            interests.append(closing.Interest(*parts))
    return interests, faults


@pages.post("/manage/programmes/<int:programme>/disclosures/<int:disclosure>/end")
@rule("administrator")
def end_disclosure(programme: int, disclosure: int) -> ResponseReturnValue:
    """Take a disclosure off the list."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    if not EvaluationForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    closing.end_disclosure(db.session, programme, disclosure, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Taken off the list."), "success")
    return redirect(url_for("closing.manage_disclosures", programme=programme), 303)
