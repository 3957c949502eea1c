"""The forms of a quiz: start, answer, submit."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional


class StartForm(FlaskForm):  # type: ignore[misc]
    """Begin or resume an attempt."""


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """An option chosen on a page that last saw the step before `sequence`; and where to go."""

    option = StringField(validators=[Optional(), Length(max=8)])
    sequence = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=1_000_000)])
    go = StringField(validators=[Optional(), Length(max=12)])


class SubmitForm(FlaskForm):  # type: ignore[misc]
    """Close the attempt and have it scored."""
