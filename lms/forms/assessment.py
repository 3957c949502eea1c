"""The forms of a quiz: start, answer, submit."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional


class StartForm(FlaskForm):  # type: ignore[misc]
    """Begin or resume an attempt."""


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """An answer given on a page that last saw the step before `sequence`; and where to go.

    The answer's own fields differ by the kind of item, and are read by `answer_from_fields`.
    """

    sequence = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=1_000_000)])
    certainty = IntegerField(validators=[Optional(), NumberRange(min=1, max=3)])
    go = StringField(validators=[Optional(), Length(max=12)])


class SubmitForm(FlaskForm):  # type: ignore[misc]
    """Close the attempt and have it scored."""
