"""The form that opens a cohort."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

# A due date further off is taken for a slip in the year.
LONGEST_YEARS = 5


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def printable(_form: FlaskForm, field: Any) -> None:
    """Refuse control characters, so that a title can stand in a heading, a table and a file."""
    if not field.data.isprintable():
        raise ValidationError(_l("Use letters, digits and ordinary signs only."))


class Day(DateField):  # type: ignore[misc]
    """A day, with a sentence for what is not one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day the browser sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_l("Enter a day, such as 2026-09-01.")) from error


class CohortForm(FlaskForm):  # type: ignore[misc]
    """A group that learns one release between two days."""

    title = StringField(
        _l("Title"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Give the cohort a title.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
            printable,
        ],
    )
    release = SelectField(
        _l("Curriculum"), coerce=int, validators=[InputRequired(_l("Choose what is taught."))]
    )
    starts_on = Day(_l("Starts on"), validators=[InputRequired(_l("Enter the first day."))])
    due_on = Day(_l("Due on"), validators=[InputRequired(_l("Enter the last day."))])
    enrols_until = Day(_l("Enrolment open until"), validators=[Optional()])

    def validate_due_on(self, field: Any) -> None:
        """The last day comes after the first, and not a century later."""
        first, last = self.starts_on.data, field.data
        if not isinstance(first, date) or not isinstance(last, date):
            return
        if last <= first:
            raise ValidationError(_l("The due date has to come after the start."))
        if last.year - first.year > LONGEST_YEARS:
            raise ValidationError(_l("That is more than five years after the start."))

    def validate_enrols_until(self, field: Any) -> None:
        """Nobody can join a cohort that is over."""
        closes, last = field.data, self.due_on.data
        if isinstance(closes, date) and isinstance(last, date) and closes > last:
            raise ValidationError(_l("Enrolment has to close by the due date."))
