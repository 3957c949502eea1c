"""Forms of a transcript: a certificate from elsewhere, asking for its check, answering it."""

from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

LONGEST_NAME, LONGEST_WORDS = 200, 500


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


class Day(DateField):  # type: ignore[misc]
    """A day, with a sentence for what is not one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day the browser sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_l("Enter a day, such as 2026-09-01.")) from error


def minutes_of(hours: str) -> int:
    """Return the whole minutes of a number of hours such as “6.5”; ValueError for any other."""
    text = hours.strip().replace(",", ".")
    if len(text) > 8 or not text.replace(".", "", 1).isdecimal():
        raise ValueError(hours)
    minutes = Fraction(text) * 60
    if minutes.denominator != 1:
        raise ValueError(hours)
    return int(minutes)


def is_hours(_form: FlaskForm, field: Any) -> None:
    """Refuse what is no number of hours that makes whole minutes."""
    try:
        minutes_of(field.data)
    except ValueError as error:
        raise ValidationError(_l("Enter a number of hours, such as 6 or 1.5.")) from error


def name_field(label: Any) -> StringField:
    """Return a field for the title of a certificate or the name of who issued it."""
    return StringField(
        label,
        filters=[tidy],
        validators=[
            DataRequired(_l("Write it as it stands on the certificate.")),
            Length(max=LONGEST_NAME, message=_l("Use at most 200 characters.")),
        ],
    )


class ExternalForm(FlaskForm):  # type: ignore[misc]
    """A certificate that somebody else issued."""

    title = name_field(_l("Title of the course or event"))
    issuer = name_field(_l("Issued by"))
    completed_on = Day(_l("Completed on"), validators=[InputRequired(_l("Enter the day."))])
    expires_on = Day(_l("Expires on"), validators=[Optional()])
    hours = StringField(
        _l("Hours"), validators=[DataRequired(_l("Enter the hours it states.")), is_hours]
    )
    credit = SelectField(_l("Kind of credit"), validators=[InputRequired(_l("Choose one."))])
    proof = FileField(_l("Proof"))
    ticket = HiddenField()


class AskCheckForm(FlaskForm):  # type: ignore[misc]
    """Which programme is asked to check a certificate."""

    programme = SelectField(
        _l("Programme"), coerce=int, validators=[InputRequired(_l("Choose a programme."))]
    )


class DecideForm(FlaskForm):  # type: ignore[misc]
    """What a programme found when it checked a certificate."""

    outcome = RadioField(
        _l("What you found"),
        choices=[
            SelectChoice("confirmed", _l("The proof shows what is stated")),
            SelectChoice("not-confirmed", _l("It could not be confirmed")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    words = TextAreaField(
        _l("Words for the holder"), validators=[Length(max=LONGEST_WORDS)], filters=[tidy]
    )


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button alone."""
