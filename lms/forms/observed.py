"""Forms of observed skills: opening an observation, naming who decides, a plan."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

PREFIX = "line-"
SETTING_WORDS = {
    "role-play": _l("Role-play"),
    "simulation": _l("Simulation"),
    "session": _l("A session with a client who consented in writing"),
    "recording": _l("A recording made with written consent"),
}


class Day(DateField):  # type: ignore[misc]
    """A day, with a sentence for what is not one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day the browser sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_l("Enter a day, such as 2026-09-01.")) from error


def number_or_nothing(value: str) -> int:
    """Return the number of a choice, 0 for none."""
    return int(value or 0)


def choice_field(label: Any, message: Any) -> SelectField:
    """Return a list to choose from, whose first line chooses nothing."""

    def is_chosen(_form: FlaskForm, field: Any) -> None:
        if not field.data:
            raise ValidationError(message)

    return SelectField(label, coerce=number_or_nothing, validators=[InputRequired(), is_chosen])


class OpenForm(FlaskForm):  # type: ignore[misc]
    """Who is observed, at what, and by whom."""

    learner = choice_field(_l("Learner"), _l("Choose a learner."))
    checklist = SelectField(_l("Checklist"), validators=[InputRequired(_l("Choose a checklist."))])
    setting = RadioField(
        _l("What is observed"),
        choices=[SelectChoice(key, words) for key, words in SETTING_WORDS.items()],
        validators=[InputRequired(_l("Choose one."))],
    )
    observed_on = Day(_l("Day"), validators=[InputRequired(_l("Enter the day."))])
    first = choice_field(_l("First rater"), _l("Choose a rater."))
    second = choice_field(_l("Second rater"), _l("Choose a rater."))
    ticket = HiddenField()


class ThirdForm(FlaskForm):  # type: ignore[misc]
    """Who decides the lines on which two raters differ."""

    third = choice_field(_l("Who decides"), _l("Choose a third person."))


class PlanForm(FlaskForm):  # type: ignore[misc]
    """What a learner does about what was not met."""

    steps = TextAreaField(
        _l("What the learner does"),
        validators=[
            DataRequired(_l("Say what the learner does.")),
            Length(max=1000, message=_l("Use at most 1000 characters.")),
        ],
    )
    due_on = Day(_l("Until"), validators=[InputRequired(_l("Enter the day."))])


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button alone."""


def read_judgements(form: Mapping[str, str], lines: Iterable[str]) -> dict[str, str]:
    """Return the judgement that was sent for each line; lines without one are left out."""
    return {line: form[PREFIX + line] for line in lines if form.get(PREFIX + line)}
