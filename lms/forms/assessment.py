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


class PlainForm(FlaskForm):  # type: ignore[misc]
    """Nothing but its token: a button that does one thing."""


class RecheckForm(FlaskForm):  # type: ignore[misc]
    """The answer to a re-check; its own fields differ by the kind of item."""

    recheck = IntegerField(validators=[InputRequired()])


class MarkForm(FlaskForm):  # type: ignore[misc]
    """Points for an answer; its fields `points-1` and so on differ by the rubric."""


class RereadForm(FlaskForm):  # type: ignore[misc]
    """A lesson to be read again before a retake."""

    lesson = StringField(validators=[InputRequired(), Length(max=200)])


class SubmitForm(FlaskForm):  # type: ignore[misc]
    """Close the attempt and have it scored."""
