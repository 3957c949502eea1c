"""Forms of acts on credentials: proposing one, declining a proposal, and appeals."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

SAY_WHY = _("Say why.")


def words(label: Any, most: int) -> TextAreaField:
    """Return a field for words that have to be given."""
    return TextAreaField(label, validators=[DataRequired(SAY_WHY), Length(max=most)])


class ProposalForm(FlaskForm):  # type: ignore[misc]
    """Why something is to be done to a credential: for the public, and for the programme."""

    reason = RadioField(
        _("Reason shown to the public"), validators=[InputRequired(_("Choose a reason."))]
    )
    note = words(_("Note for the programme"), 2000)


class ReissueForm(ProposalForm):
    """Why a credential is issued again, and what the new one says of its holder."""

    holder_name = StringField(
        _("Name on the new certificate"),
        validators=[DataRequired(_("Give the name.")), Length(max=120)],
    )
    holder_profession = StringField(
        _("Profession on the new certificate"), validators=[Length(max=120)]
    )


class DeclineForm(FlaskForm):  # type: ignore[misc]
    """Why a proposal is declined."""

    words = words(_("Why you decline"), 2000)


class HolderAppealForm(FlaskForm):  # type: ignore[misc]
    """What a holder appeals against, and on which ground."""

    act = SelectField(
        _("What you appeal against"), coerce=int, validators=[InputRequired(_("Choose one."))]
    )
    ground = words(_("Your ground"), 4000)


class AppealFindingForm(FlaskForm):  # type: ignore[misc]
    """What the first person found, for the second."""

    outcome = RadioField(
        _("Your finding"),
        choices=[
            SelectChoice("upheld", _("What was done should stand")),
            SelectChoice("changed", _("The appeal should be allowed")),
        ],
        validators=[InputRequired(_("Choose one."))],
    )
    words = words(_("What you found"), 4000)


class AppealDecisionForm(FlaskForm):  # type: ignore[misc]
    """What the second person decides, in words for the holder."""

    outcome = RadioField(
        _("Your decision"),
        choices=[
            SelectChoice("upheld", _("What was done stands")),
            SelectChoice("changed", _("The appeal is allowed")),
        ],
        validators=[InputRequired(_("Choose one."))],
    )
    words = words(_("Your answer to the holder"), 4000)
