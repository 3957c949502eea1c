"""Rulings: an item is chosen, a remedy proposed, its dry run read, and then confirmed."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice

import quizzes
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import NotFound, Refused
from lms.forms.reviews import NoticesForm, RulingForm
from lms.services import catalogue, cohorts, reviews
from lms.services.reviews import APPEAL_DAYS, CHANGES, DryRun, RulingLine
from lms.views.reviews.place import pages, verify_address

# Kinds whose right answers are chosen from the options; others are written out.
EACH_ALONE, TOGETHER = ("single", "hotspot"), ("multiple",)


@pages.get("/manage/programmes/<int:programme>/rulings")
@rule("overseer")
def rulings(programme: int) -> str:
    """Show the rulings of a programme, and the quizzes whose items can be ruled on."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    contents = [
        catalogue.release(db.session, release)
        for release in reviews.list_taught(db.session, programme)
    ]
    return render_template(
        "reviews/rulings.html",
        programme=found,
        programme_name=found.name,
        rulings=reviews.list_rulings(db.session, programme),
        contents=contents,
    )


@pages.get("/manage/programmes/<int:programme>/rulings/<int:release>/<bank>")
@rule("overseer")
def items(programme: int, release: int, bank: str) -> str:
    """List the items of a quiz, to choose one."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    content, chosen = bank_of(programme, release, bank)
    return render_template(
        "reviews/items.html",
        programme=found,
        programme_name=found.name,
        content=content,
        bank=chosen,
        leads={each.id: safe(content.shown[each.id].lead_in) for each in chosen.items},
    )


def bank_of(programme: int, release: int, bank: str) -> tuple[Any, quizzes.Bank]:
    """Return a bank of a release that the programme teaches, or raise NotFound."""
    if release not in reviews.list_taught(db.session, programme):
        raise NotFound()
    content = catalogue.release(db.session, release)
    if bank not in content.banks:
        raise NotFound()
    return content, content.banks[bank]


def safe(text: str) -> Markup:
    """Return a text of a release as it is shown."""
    return Markup(text)  # noqa: S704 -- cleaned when it was frozen


@pages.route(
    "/manage/programmes/<int:programme>/rulings/<int:release>/<bank>/<item>",
    methods=["GET", "POST"],
)
@rule("administrator")
def propose(programme: int, release: int, bank: str, item: str) -> ResponseReturnValue:
    """Write down what is to be done about an item, for a dry run."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    chosen, of_bank = reviews.item_in(db.session, programme, release, bank, item)
    form, problem = RulingForm(), None
    form.options.choices = [SelectChoice(each.id, each.id.upper()) for each in of_bank.options]
    if of_bank.kind in quizzes.KEYLESS:
        form.remedy.choices = [each for each in form.remedy.choices if each.value != "new-key"]
    if form.validate_on_submit():
        try:
            ruling = reviews.propose(
                db.session,
                current_user.id,
                programme,
                release_id=release,
                bank_id=bank,
                item_id=item,
                remedy=form.remedy.data,
                keys=keys_in(form, of_bank),
                keeps_passes=bool(form.keeps_passes.data),
                reason=form.reason.data or "",
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            return redirect(url_for("reviews.ruling", ruling=ruling), 303)
    content = catalogue.release(db.session, release)
    shown = content.shown[item]
    page = render_template(
        "reviews/propose.html",
        programme=found,
        programme_name=found.name,
        content=content,
        bank=chosen,
        item=of_bank,
        stem=safe(shown.stem),
        lead_in=safe(shown.lead_in),
        options=[{"id": each.id, "html": safe(shown.options[each.id])} for each in of_bank.options],
        key=quizzes.key_text(of_bank),
        is_chosen_from_options=of_bank.kind in (*EACH_ALONE, *TOGETHER),
        is_together=of_bank.kind in TOGETHER,
        is_keyless=of_bank.kind in quizzes.KEYLESS,
        form=form,
        problem=problem,
    )
    return page, 422 if problem or form.errors else 200


def keys_in(form: RulingForm, item: quizzes.Item) -> list[str]:
    """Return the right answers that a form gives for an item."""
    ticked = form.options.data or []
    if item.kind in TOGETHER:
        return [",".join(ticked)]
    if item.kind in EACH_ALONE:
        return list(ticked)
    return (form.keys.data or "").splitlines()


@pages.get("/manage/rulings/<int:ruling>")
@rule("overseer")
def ruling(ruling: int) -> str:
    """Show a ruling: its dry run while it is open, what it is once it is in force."""
    line = reviews.ruling_for(db.session, current_user.id, ruling, asked())
    run = reviews.dry_run(db.session, line, clock.now()) if line.is_open else None
    return ruling_page(line, run)


@pages.post("/manage/rulings/<int:ruling>/confirm")
@rule("administrator")
def confirm(ruling: int) -> ResponseReturnValue:
    """Put a ruling in force, if nothing has changed since its dry run was read."""
    line = reviews.ruling_for(db.session, current_user.id, ruling, asked())
    now, form = clock.now(), NoticesForm()
    if not form.validate_on_submit():
        return ruling_page(line, reviews.dry_run(db.session, line, now), form), 422
    try:
        done = reviews.confirm(
            db.session,
            current_user.id,
            ruling,
            token=form.token.data or "",
            words={change: form[change].data or "" for change in CHANGES},
            now=now,
            verify_address=verify_address(),
        )
    except Refused as refused:
        db.session.rollback()
        line = reviews.ruling_for(db.session, current_user.id, ruling, asked())
        run = reviews.dry_run(db.session, line, now) if line.is_open else None
        return ruling_page(line, run, form, problem=refused.message), 422
    if done.kind == "stale":
        db.session.rollback()
        return ruling_page(line, done.dry_run, form, is_stale=True), 409
    db.session.commit()
    if done.kind == "confirmed":
        flash(_("The ruling is in force. New scores and notices are written."), "success")
    else:
        flash(_("This ruling was in force already; nothing changed."), "caution")
    return redirect(url_for("reviews.ruling", ruling=ruling), 303)


def ruling_page(
    line: RulingLine,
    run: DryRun | None,
    form: NoticesForm | None = None,
    *,
    problem: str | None = None,
    is_stale: bool = False,
) -> str:
    """Draw the page of a ruling, with its notices as they were drafted or as they were sent."""
    found = cohorts.programme_for(db.session, current_user.id, line.programme_id, asked())
    content = catalogue.release(db.session, line.release_id)
    form = form or NoticesForm()
    if run is not None:
        form.token.data = run.token
        for change, text in reviews.drafts(db.session, run, APPEAL_DAYS).items():
            form[change].data = form[change].data or text
            form[change].flags.required = True
    return render_template(
        "reviews/ruling.html",
        programme=found,
        programme_name=found.name,
        line=line,
        run=run,
        bank=content.banks[line.bank_id],
        content=content,
        form=form,
        problem=problem,
        is_stale=is_stale,
        placeholders=reviews.PLACEHOLDERS,
    )


@pages.post("/manage/rulings/<int:ruling>/set-aside")
@rule("administrator")
def set_aside(ruling: int) -> ResponseReturnValue:
    """Drop a proposal that is not needed."""
    line = reviews.ruling_for(db.session, current_user.id, ruling, asked())
    reviews.set_aside(db.session, current_user.id, ruling, clock.now())
    db.session.commit()
    flash(_("Set aside. Nothing was scored again."), "success")
    return redirect(url_for("reviews.rulings", programme=line.programme_id), 303)
