"""Appeals against acts: a holder files and follows them, staff look into them and decide."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

import certificates
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.acts import AppealDecisionForm, AppealFindingForm, HolderAppealForm
from lms.services import accounts, cohorts, credentials
from lms.services.credentials import (
    ANSWER_DAYS,
    APPEAL_DAYS,
    Appealable,
    CredentialAppealLine,
)
from lms.views.acts.place import DONE, pages, verify_address


@pages.route("/credentials/<serial>/appeal", methods=["GET", "POST"])
@rule("learner")
def appeal(serial: str) -> ResponseReturnValue:
    """Let a holder appeal what was done to their credential, and follow what becomes of it."""
    now = clock.now()
    found = credentials.own_credential_for(db.session, current_user.id, serial, now)
    form, problem = HolderAppealForm(), None
    open_acts = credentials.list_appealable(db.session, found, now)
    form.act.choices = [act_choice(act) for act in open_acts]
    if form.validate_on_submit():
        try:
            line = credentials.file_credential_appeal(
                db.session,
                current_user.id,
                serial,
                act=form.act.data,
                ground=form.ground.data or "",
                now=now,
            )
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            day = f"{line.answer_by.day} {line.answer_by:%B %Y}"
            flash(_("We have your appeal. You will have an answer by %(day)s.", day=day), "success")
            return redirect(url_for("acts.appeal", serial=found.credential.serial), 303)
    zone = credentials.time_zone_of(db.session, found)
    page = render_template(
        "acts/own_appeals.html",
        found=found,
        programme_name=found.credential.programme,
        lines=credentials.list_appeals_on(db.session, found.id),
        open_acts=open_acts,
        zone=zone,
        today=clock.today_in(zone),
        appeal_days=APPEAL_DAYS,
        answer_days=ANSWER_DAYS,
        form=form,
        problem=problem,
        number=certificates.format_serial,
    )
    return page, 422 if problem or form.errors else 200


def act_choice(act: Appealable) -> SelectChoice:
    """Name an act in a list: what was done, on which day, and why."""
    day = f"{act.done_at.day} {act.done_at:%B %Y}"
    what = _("%(what)s on %(day)s: %(why)s", what=DONE[act.kind], day=day, why=act.words)
    return SelectChoice(act.number, what)


@pages.get("/manage/programmes/<int:programme>/credential-appeals")
@rule("reader")
def queue(programme: int) -> str:
    """Show the appeals in a programme: those that wait, the oldest first, then those decided."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = credentials.list_credential_appeals(db.session, programme)
    role = accounts.role_in(db.session, current_user.id, programme)
    return render_template(
        "acts/appeals.html",
        programme=found,
        programme_name=found.name,
        is_administrator=accounts.satisfies(role, "overseer"),
        waiting=[line for line in lines if not line.is_decided],
        decided=[line for line in reversed(lines) if line.is_decided],
        today=clock.today_in(found.time_zone),
        answer_days=ANSWER_DAYS,
        number=certificates.format_serial,
    )


@pages.get("/manage/credential-appeals/<int:appeal>")
@rule("reader")
def one_appeal(appeal: int) -> str:
    """Show an appeal to staff, with the step that they may take."""
    line = credentials.credential_appeal_for(db.session, current_user.id, appeal, asked())
    return appeal_page(line)


def appeal_page(
    line: CredentialAppealLine,
    finding: AppealFindingForm | None = None,
    decision: AppealDecisionForm | None = None,
    problem: str | None = None,
) -> str:
    """Draw the page of an appeal, with the form that was sent wrongly as it was sent."""
    found = cohorts.programme_for(db.session, current_user.id, line.programme_id, asked())
    kind: credentials.StepKind = "found" if line.step("found") is None else "decided"
    role = accounts.role_in(db.session, current_user.id, line.programme_id)
    return render_template(
        "acts/appeal.html",
        programme=found,
        programme_name=found.name,
        is_administrator=accounts.satisfies(role, "overseer"),
        line=line,
        attested=credentials.find_by_serial(db.session, line.serial, clock.now()),
        today=clock.today_in(found.time_zone),
        hindrance=credentials.appeal_hindrance(line, current_user.id, kind),
        deciders=credentials.list_deciders(db.session, line),
        kind=kind,
        finding=finding or AppealFindingForm(formdata=None),
        decision=decision or AppealDecisionForm(formdata=None),
        problem=problem,
        number=certificates.format_serial,
    )


@pages.post("/manage/credential-appeals/<int:appeal>/finding")
@rule("instructor")
def find(appeal: int) -> ResponseReturnValue:
    """Leave what the first person found, for the second."""
    line = credentials.credential_appeal_for(db.session, current_user.id, appeal)
    form = AppealFindingForm()
    if not form.validate_on_submit():
        return appeal_page(line, finding=form), 422
    credentials.look_into_credential_appeal(
        db.session,
        current_user.id,
        appeal,
        outcome=form.outcome.data,
        words=form.words.data or "",
        now=clock.now(),
    )
    db.session.commit()
    flash(_("Noted. A second person decides."), "success")
    return redirect(url_for("acts.one_appeal", appeal=appeal), 303)


@pages.post("/manage/credential-appeals/<int:appeal>/decision")
@rule("instructor")
def decide(appeal: int) -> ResponseReturnValue:
    """Decide an appeal as the second person, answer the holder, and do what follows."""
    line = credentials.credential_appeal_for(db.session, current_user.id, appeal)
    form = AppealDecisionForm()
    if not form.validate_on_submit():
        return appeal_page(line, decision=form), 422
    credentials.decide_credential_appeal(
        db.session,
        current_user.id,
        appeal,
        outcome=form.outcome.data,
        words=form.words.data or "",
        now=clock.now(),
        verify_address=verify_address(),
    )
    db.session.commit()
    flash(_("Decided. The holder is told in your words."), "success")
    return redirect(url_for("acts.one_appeal", appeal=appeal), 303)
