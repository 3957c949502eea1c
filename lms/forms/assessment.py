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


class FlagForm(FlaskForm):  # type: ignore[misc]
    """Whether an item is to be looked at again."""

    flagged = StringField(validators=[Optional(), Length(max=1)])


class AdvanceForm(FlaskForm):  # type: ignore[misc]
    """Go on, and leave for good what lies before."""


class PauseForm(FlaskForm):  # type: ignore[misc]
    """Stop the clock, or let it go on."""


class SubmitForm(FlaskForm):  # type: ignore[misc]
    """Close the attempt and have it scored."""
