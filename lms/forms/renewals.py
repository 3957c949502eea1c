"""The forms of renewal: buttons guarded by their token."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired


class RenewForm(FlaskForm):  # type: ignore[misc]
    """Begin a renewal, or renew when nothing is missing."""


class RemindersForm(FlaskForm):  # type: ignore[misc]
    """Whether reminders are wanted."""

    wanted = StringField(validators=[InputRequired(), AnyOf(["yes", "no"])])


class StopForm(FlaskForm):  # type: ignore[misc]
    """Stop reminders, from a letter, without signing in."""
