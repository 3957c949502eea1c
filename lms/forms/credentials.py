"""The form that revokes a credential."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length


class RevokeForm(FlaskForm):  # type: ignore[misc]
    """Why a credential ends: a reason for the public, a note for the programme."""

    reason = RadioField(_l("Reason shown to the public"), validators=[DataRequired()])
    note = TextAreaField(
        _l("Note for the programme"),
        validators=[
            DataRequired(_l("Say what happened, so that the audit trail explains itself.")),
            Length(max=2000),
        ],
    )
