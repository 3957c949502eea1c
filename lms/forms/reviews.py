"""Forms of reviews: rulings and their notices, voiding, credentials in doubt, appeals."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

SAY_WHY = _("Say why.")


class Ticked(SelectMultipleField):  # type: ignore[misc]
    """Some of several, each with a box to tick."""


def why(label: Any, most: int) -> TextAreaField:
    """Return a field for a reason that has to be given."""
    return TextAreaField(label, validators=[DataRequired(SAY_WHY), Length(max=most)])


class RulingForm(FlaskForm):  # type: ignore[misc]
    """What is done about an item, and why."""

    remedy = RadioField(
        _("What is done about it"),
        choices=[
            SelectChoice("full-credit", _("Full credit: everybody gets the mark")),
            SelectChoice("drop", _("Drop: the item counts for nobody, in points or maximum")),
            SelectChoice("new-key", _("New key: answers are marked by the key given below")),
            SelectChoice("as-published", _("As published: earlier rulings on it are taken back")),
        ],
        validators=[InputRequired(_("Choose what is done."))],
    )
    options = Ticked(_("Right answers from now on"), validate_choice=False)
    keys = TextAreaField(_("Right answers from now on, one a line"), validators=[Length(max=4000)])
    keeps_passes = BooleanField(_("Nobody loses a pass by this"), default=True)
    reason = why(_("Why"), 500)


class NoticesForm(FlaskForm):  # type: ignore[misc]
    """What is written to each group of learners, resting on a dry run that was seen."""

    token = HiddenField()
    passes = TextAreaField(_("To those who now pass"), validators=[Length(max=4000)])
    fails = TextAreaField(_("To those who no longer pass"), validators=[Length(max=4000)])
    moves = TextAreaField(_("To those whose score alone changes"), validators=[Length(max=4000)])


class VoidForm(FlaskForm):  # type: ignore[misc]
    """Why an attempt counts for nothing from now on, and whether the try is given back."""

    reason = why(_("Why it is voided"), 500)
    gives_back = BooleanField(_("Give the try back"), default=True)


class RestoreForm(FlaskForm):  # type: ignore[misc]
    """Why a voided attempt counts again."""

    reason = why(_("Why it counts again"), 500)


class DoubtForm(FlaskForm):  # type: ignore[misc]
    """What is decided about a credential in doubt, and why."""

    outcome = RadioField(
        _("Decision"),
        choices=[
            SelectChoice("stands", _("The certificate stands")),
            SelectChoice("revoked", _("Propose to revoke it: it was issued in error")),
        ],
        validators=[InputRequired(_("Choose one."))],
    )
    words = why(_("Why"), 2000)


class AppealForm(FlaskForm):  # type: ignore[misc]
    """What a learner appeals against, and on which ground."""

    slot = SelectField(
        _("What you appeal against"), coerce=int, validators=[InputRequired(_("Choose one."))]
    )
    ground = why(_("Your ground"), 4000)


OUTCOMES = [
    SelectChoice("upheld", _("The result is upheld")),
    SelectChoice("changed", _("The result is to be changed")),
]


class FindingForm(FlaskForm):  # type: ignore[misc]
    """What the first person found, for the second."""

    outcome = RadioField(
        _("Your finding"), choices=OUTCOMES, validators=[InputRequired(_("Choose one."))]
    )
    words = why(_("What you found"), 4000)


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """What the second person decides, in words for the learner."""

    outcome = RadioField(
        _("Your decision"),
        choices=[
            SelectChoice("upheld", _("The result is upheld")),
            SelectChoice("changed", _("The result is changed")),
        ],
        validators=[InputRequired(_("Choose one."))],
    )
    link = SelectField(_("What changed the result"), validate_choice=False)
    words = why(_("Your answer to the learner"), 4000)
