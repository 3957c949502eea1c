"""The sheet of ratings: a judge's own, and the one an administrator enters for a judge on paper."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.psychometrics import BOUNDS, RatingForm, read_bounds, read_ratings
from lms.services import psychometrics
from lms.services.psychometrics import RatingSheet
from lms.views.psychometrics.place import pages, words


@pages.route("/panels/<int:judge>", methods=["GET", "POST"])
@rule("judge")
def own_ratings(judge: int) -> ResponseReturnValue:
    """Show a judge their sheet, and keep what they rate."""
    here = url_for("psychometrics.own_ratings", judge=judge)
    return answer(psychometrics.own_sheet(db.session, current_user.id, judge), here)


@pages.route("/manage/panels/<int:named>", methods=["GET", "POST"])
@rule("administrator")
def entered_ratings(named: int) -> ResponseReturnValue:
    """Let an administrator enter the ratings of a judge without an account."""
    here = url_for("psychometrics.entered_ratings", named=named)
    return answer(psychometrics.entered_sheet(db.session, current_user.id, named), here)


def answer(sheet: RatingSheet, here: str) -> ResponseReturnValue:
    """Show the sheet, or keep what was sent; what cannot be kept is shown again with the reason."""
    form = RatingForm()
    if not form.validate_on_submit():
        return sheet_page(sheet, stored_values(sheet), {})
    ratings, problems = read_ratings(request.form, [item.id for item in sheet.study.items])
    bounds, doubts = (None, {}) if sheet.study.round == 2 else read_bounds(request.form)
    problems |= doubts
    hand_in = request.form.get("act") == "hand-in"
    if not problems:
        try:
            psychometrics.save_ratings(
                db.session,
                sheet,
                ratings,
                bounds,
                round=request.form.get("round", 0, type=int),
                hand_in=hand_in,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            problems = {"": refused.message}
    if problems:
        return sheet_page(sheet, dict(request.form.items()), problems), 422
    db.session.commit()
    flash(_("Handed in. Thank you.") if hand_in else _("Saved."), "success")
    return redirect(here, 303)


def stored_values(sheet: RatingSheet) -> dict[str, str]:
    """Return what the fields begin with: in the second round the ratings of the first."""
    own = sheet.own or sheet.before
    values = {f"item-{item}": str(percent) for item, percent in own.items()}
    bounds = sheet.judge.bounds
    if bounds is not None:
        values |= {name: str(int(getattr(bounds, name) * 100)) for name in BOUNDS}
    return values


def sheet_page(sheet: RatingSheet, values: dict[str, str], problems: dict[str, str]) -> str:
    """Draw the sheet with the values of its fields."""
    return render_template(
        "psychometrics/ratings.html",
        sheet=sheet,
        study=sheet.study,
        programme_name=sheet.study.programme_name,
        shown=sheet.study.content.shown,
        values=values,
        problems=problems,
        **words(),
    )
