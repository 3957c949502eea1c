"""Forms of what comes before an award."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length


class SeenForm(FlaskForm):  # type: ignore[misc]
    """That the disclosures of this digest were read."""

    digest = HiddenField(validators=[Length(max=64)])


class AttestForm(FlaskForm):  # type: ignore[misc]
    """A name typed under the code of ethics of this digest."""

    digest = HiddenField(validators=[Length(max=64)])
    typed_name = StringField(
        _("Your name, as it will stand on the certificate"),
        validators=[DataRequired(_("Type your name.")), Length(max=120)],
    )


class EvaluationForm(FlaskForm):  # type: ignore[misc]
    """The token alone: what is asked comes from the course."""


class DisclosureForm(FlaskForm):  # type: ignore[misc]
    """What one person who controls content disclosed."""

    person = StringField(
        _("Name"), validators=[DataRequired(_("Say whose disclosure it is.")), Length(max=120)]
    )
    role = StringField(
        _("Role"),
        description=_("Such as lead educator, author of the items, member of the planning group."),
        validators=[DataRequired(_("Say what this person does here.")), Length(max=120)],
    )
    made_on = DateField(
        _("Disclosed on"), validators=[InputRequired(_("Give the day, such as 2026-11-22."))]
    )
    interests = TextAreaField(
        _("Financial relationships of the past 24 months"),
        description=_(
            "One a line: company; nature; since; until; what was done about it. "
            "Leave empty if there is nothing to disclose."
        ),
        validators=[Length(max=6000)],
    )
