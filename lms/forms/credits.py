"""Forms of continuing education: approvals that a programme holds, and claims by them."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

import certificates


class ApprovalForm(FlaskForm):  # type: ignore[misc]
    """An approval as provider, with what its body prescribes."""

    body = StringField(
        _("Who gave the approval"), validators=[DataRequired(_("Name the body.")), Length(max=160)]
    )
    number = StringField(
        _("Provider number"),
        validators=[
            DataRequired(_("Give the number: without it nothing is shown.")),
            Length(max=80),
        ],
    )
    statement = TextAreaField(
        _("Approval statement, word for word"),
        description=_("Exactly as the body prescribes it; it is printed on the statement."),
        validators=[
            DataRequired(_("Give the statement that the body prescribes.")),
            Length(max=900),
        ],
    )
    valid_from = DateField(_("First day"), validators=[InputRequired(_("Give the first day."))])
    valid_until = DateField(_("Last day"), validators=[InputRequired(_("Give the last day."))])
    unit = StringField(
        _("Unit of credit"),
        description=_("As the body names it, such as contact hour."),
        validators=[DataRequired(_("Name the unit.")), Length(max=80)],
    )
    unit_minutes = IntegerField(
        _("Minutes of a unit"),
        default=60,
        validators=[InputRequired(_("Give the minutes.")), NumberRange(1, 600)],
    )
    step = SelectField(
        _("Smallest part that is given"),
        choices=[SelectChoice(str(step), str(step)) for step in certificates.CREDIT_STEPS],
        default="0.25",
    )


class ClaimForm(FlaskForm):  # type: ignore[misc]
    """How many credits the holder claims, and that they spent the time."""

    amount = StringField(
        _("Credits you claim"), validators=[DataRequired(_("Give a number.")), Length(max=20)]
    )
    spent = BooleanField(
        _("I claim only credits for time that I spent in this course."),
        validators=[InputRequired(_("Confirm this, or claim less."))],
    )


class EndForm(FlaskForm):  # type: ignore[misc]
    """The token alone."""
