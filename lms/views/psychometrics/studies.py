"""Standard-setting studies: the list, opening one, its page and report, and its steps."""

import secrets
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.psychometrics import JudgeForm, StudyForm, WithdrawForm
from lms.services import accounts, cohorts, psychometrics
from lms.services.psychometrics import Examined, Study
from lms.views.psychometrics.place import pages, words


@pages.get("/manage/programmes/<int:programme>/standards")
@rule("reader")
def standards(programme: int) -> str:
    """Show what the cut scores of a programme rest on, and its studies."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    banks = psychometrics.examined(db.session, programme).banks()
    return render_template(
        "psychometrics/standards.html",
        programme=found,
        programme_name=found.name,
        is_administrator=is_administrator(programme),
        banks=banks,
        bases=psychometrics.cut_bases(db.session, programme, banks),
        studies=psychometrics.list_studies(db.session, programme),
    )


def is_administrator(programme: int) -> bool:
    """Return whether the person who asks administers a programme."""
    held = accounts.role_in(db.session, current_user.id, programme)
    return accounts.satisfies(held, "administrator")


@pages.route("/manage/programmes/<int:programme>/standards/new", methods=["GET", "POST"])
@rule("administrator")
def new_study(programme: int) -> ResponseReturnValue:
    """Open a study."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    form = StudyForm()
    form.examination.choices = examinations(psychometrics.examined(db.session, programme))
    if form.validate_on_submit():
        release, bank = form.examination.data.split(":", 1)
        try:
            study = psychometrics.open_study(
                db.session,
                programme,
                release_id=int(release),
                bank_id=bank,
                label=form.label.data,
                borderline=form.borderline.data,
                whole_bank=form.scope.data == "bank",
                seed=secrets.randbits(62),
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            form.label.errors = [refused.message]
        else:
            db.session.commit()
            flash(_("The study is open. Add the judges of its panel."), "success")
            return redirect(url_for("psychometrics.study", study=study), 303)
    page = render_template(
        "psychometrics/new_study.html", programme=found, programme_name=found.name, form=form
    )
    return page, 422 if form.is_submitted() else 200


def examinations(examined: Examined) -> list[SelectChoice]:
    """Return every bank of every release that the programme uses, the newest release first."""
    found = []
    for content in reversed(examined.contents):
        for module in content.course.modules:
            if module.quiz is not None:
                title = content.banks[module.quiz].title
                words = _("%(bank)s, release %(label)s", bank=title, label=content.label)
                found.append(SelectChoice(value=f"{content.id}:{module.quiz}", label=words))
    return found


@pages.get("/manage/standards/<int:study>")
@rule("reader")
def study(study: int) -> str:
    """Show a study: its steps to administrators, its report to all staff once it is approved."""
    return study_page(psychometrics.study_for(db.session, current_user.id, study, asked()))


def study_page(found: Study, **forms: Any) -> str:
    """Draw the page of a study; `forms` are those that were refused."""
    administers = accounts.satisfies(found.role, "administrator")
    standard = psychometrics.standard_of(db.session, found)
    is_shown = standard is not None and (administers or found.approved_at is not None)
    return render_template(
        "psychometrics/study.html",
        study=found,
        programme={"id": found.programme_id, "name": found.programme_name},
        programme_name=found.programme_name,
        site=current_app.config["SETTINGS"].public_url,
        administers=administers,
        standard=standard if is_shown else None,
        items={item.id: item for item in found.items},
        lines=psychometrics.lines_for_bank_file(found, standard) if standard and is_shown else "",
        may_approve=found.opened_by != current_user.id,
        own=next((each for each in found.judges if each.account_id == current_user.id), None),
        judge_form=forms.get("judge_form") or JudgeForm(),
        withdraw_form=forms.get("withdraw_form") or WithdrawForm(),
        **words(),
    )


def administered(study: int) -> Study:
    """Return a study of a programme that the person who asks administers, or refuse."""
    return psychometrics.study_for(db.session, current_user.id, study, asked())


def back_to(study: int, said: str) -> ResponseReturnValue:
    """Commit, say what happened and show the study."""
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("psychometrics.study", study=study), 303)


@pages.post("/manage/standards/<int:study>/judges")
@rule("administrator")
def add_judge(study: int) -> ResponseReturnValue:
    """Put somebody on the panel."""
    found, form = administered(study), JudgeForm()
    if form.validate_on_submit():
        try:
            psychometrics.add_judge(
                db.session,
                found,
                name=form.name.data,
                qualifications=form.qualifications.data,
                email=form.email.data,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            form.email.errors = [refused.message]
        else:
            return back_to(study, told_judges(study) or _("The judge is on the panel."))
    return study_page(administered(study), judge_form=form), 422


def told_judges(study: int) -> str | None:
    """Write to the judges who have yet to rate where they do it; return who was written to."""
    own = url_for("psychometrics.own_ratings", judge=0).removesuffix("0")
    site = current_app.config["SETTINGS"].public_url
    asked = psychometrics.ask_judges(
        db.session, administered(study), lambda judge: f"{site}{own}{judge}", clock.now()
    )
    if not asked:
        return None
    names = ", ".join(judge.name for judge in asked)
    said: str = _("The judge is on the panel. We have written to %(names)s.", names=names)
    return said


@pages.post("/manage/standards/<int:study>/judges/<int:judge>/remove")
@rule("administrator")
def remove_judge(study: int, judge: int) -> ResponseReturnValue:
    """Take somebody off the panel."""
    psychometrics.remove_judge(
        db.session, administered(study), judge, by=current_user.id, now=clock.now()
    )
    return back_to(study, _("The judge is off the panel; the study counts without them."))


@pages.post("/manage/standards/<int:study>/second-round")
@rule("administrator")
def second_round(study: int) -> ResponseReturnValue:
    """Open the second round."""
    psychometrics.begin_second_round(
        db.session, administered(study), by=current_user.id, now=clock.now()
    )
    told_judges(study)
    return back_to(study, _("The second round is open: judges now see what the panel made of it."))


@pages.post("/manage/standards/<int:study>/approve")
@rule("administrator")
def approve(study: int) -> ResponseReturnValue:
    """Approve what a study found."""
    psychometrics.approve(db.session, administered(study), by=current_user.id, now=clock.now())
    return back_to(study, _("Approved. Put the two lines into the bank’s file."))


@pages.post("/manage/standards/<int:study>/withdraw")
@rule("administrator")
def withdraw(study: int) -> ResponseReturnValue:
    """End a study without a result."""
    found, form = administered(study), WithdrawForm()
    if form.validate_on_submit():
        psychometrics.withdraw_study(
            db.session, found, reason=form.reason.data, by=current_user.id, now=clock.now()
        )
        return back_to(study, _("The study is withdrawn."))
    return study_page(found, withdraw_form=form), 422
