"""Forms of the practice log: rows in days, hours and choices; signatures; a programme's lists."""

from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional

ROLE_WORDS = {
    "observe": _l("Observed"),
    "assist": _l("Assisted"),
    "lead": _l("Led"),
    "role-play": _l("Role-play, without a client"),
}
SUBSTANCE_WORDS = {
    "classic": _l("Classic psychedelic (such as psilocybin, LSD)"),
    "entactogen": _l("Entactogen (MDMA)"),
    "dissociative": _l("Dissociative (ketamine, esketamine)"),
    "none": _l("None"),
}
REASON_WORDS = {
    "typing": _l("A slip of the pen"),
    "minutes": _l("The hours were wrong"),
    "day": _l("The day was wrong"),
    "supervisor": _l("Another supervisor was there"),
    "site": _l("It was at another site"),
    "other": _l("Something else was wrong"),
}
RETURN_WORDS = {
    "not-there": _l("I did not supervise this"),
    "minutes": _l("The hours or sessions are not right"),
    "details": _l("Another detail is not right"),
}


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def minutes_of(hours: str | None) -> int:
    """Return the whole minutes of a number of hours such as “6.5”, 0 for none; else ValueError."""
    text = (hours or "").strip().replace(",", ".")
    if not text:
        return 0
    if len(text) > 6 or not text.replace(".", "", 1).isdecimal() or not text.isascii():
        raise ValueError(text)
    minutes = Fraction(text) * 60
    if minutes.denominator != 1:
        raise ValueError(text)
    return int(minutes)


def hours_of(minutes: int) -> str:
    """Return minutes as the hours that a field shows; nothing for none."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".") if minutes else ""


def is_hours(_form: FlaskForm, field: Any) -> None:
    """Refuse what is no number of hours that makes whole minutes."""
    try:
        minutes_of(field.data)
    except ValueError as error:
        raise ValidationError(_l("Enter a number of hours, such as 6 or 1.25.")) from error


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


def is_chosen(message: Any) -> Any:
    """Return a validator that refuses the first line of a list, which chooses nothing."""

    def check(_form: FlaskForm, field: Any) -> None:
        if not field.data:
            raise ValidationError(message)

    return check


def hours_field(label: Any) -> StringField:
    """Return a field for a number of hours, which may be left empty."""
    return StringField(label, validators=[is_hours], filters=[tidy])


class _EntryForm(FlaskForm):  # type: ignore[misc]
    practised_on = Day(_l("Day"), validators=[InputRequired(_l("Enter the day."))])
    supervisor = SelectField(
        _l("Supervisor"),
        coerce=number_or_nothing,
        validators=[InputRequired(), is_chosen(_l("Choose who signs for it."))],
    )
    competencies = SelectMultipleField(_l("Competencies practised"), validators=[Optional()])
    reason = SelectField(_l("Why the row is corrected"), validators=[Optional()])
    ticket = HiddenField()


class PracticumForm(_EntryForm):
    """A day of practicum at a site."""

    site = SelectField(
        _l("Site"),
        coerce=number_or_nothing,
        validators=[InputRequired(), is_chosen(_l("Choose where it was."))],
    )
    role = RadioField(
        _l("What you did"),
        choices=[SelectChoice(key, words) for key, words in ROLE_WORDS.items()],
        validators=[InputRequired(_l("Choose one."))],
    )
    substance = RadioField(
        _l("Class of substance"),
        choices=[SelectChoice(key, words) for key, words in SUBSTANCE_WORDS.items()],
        validators=[InputRequired(_l("Choose one."))],
    )
    administration_hours = hours_field(_l("Hours in administration sessions"))
    other_hours = hours_field(_l("Other hours of practice"))
    dosing_sessions = IntegerField(
        _l("Number of dosing sessions"),
        default=0,
        validators=[Optional(), NumberRange(0, 10, _l("Enter a number from 0 to 10."))],
    )
    consented = BooleanField(_l("Every client had consented in writing to my presence"))

    def validate_administration_hours(self, field: Any) -> None:
        """Refuse a row without any time, and sessions that take none."""
        minutes = minutes_or_none(field.data)
        if minutes is None:
            return
        if not minutes and not minutes_or_none(self.other_hours.data):
            raise ValidationError(_l("Enter hours here or under other hours of practice."))
        if self.dosing_sessions.data and not minutes:
            raise ValidationError(_l("A dosing session takes time: enter its hours."))

    def validate_role(self, field: Any) -> None:
        """Refuse role-play with a substance or a session in it."""
        if field.data != "role-play":
            return
        if minutes_or_none(self.administration_hours.data) or self.dosing_sessions.data:
            raise ValidationError(
                _l("Role-play is no administration session: enter it as other hours.")
            )
        if self.substance.data not in (None, "none"):
            raise ValidationError(_l("In role-play nobody is given anything: choose “None” below."))

    def validate_consented(self, field: Any) -> None:
        """Refuse practice with clients without their written consent."""
        if self.role.data != "role-play" and not field.data:
            raise ValidationError(
                _l("Without every client's written consent this does not count. Do not enter it.")
            )


class ConsultationForm(_EntryForm):
    """A consultation on practice, alone or in a group."""

    hours = StringField(
        _l("Hours"),
        filters=[tidy],
        validators=[DataRequired(_l("Enter the hours.")), is_hours],
    )
    group_size = IntegerField(
        _l("People who were consulted, you included"),
        validators=[
            InputRequired(_l("Enter how many took part.")),
            NumberRange(1, 99, _l("Enter a number from 1 to 99.")),
        ],
    )

    def validate_hours(self, field: Any) -> None:
        """Refuse a consultation without any time."""
        if minutes_or_none(field.data) == 0:
            raise ValidationError(_l("Enter the hours."))


def minutes_or_none(hours: str | None) -> int | None:
    """Return the minutes of a field, None when it is no number of hours."""
    try:
        return minutes_of(hours)
    except ValueError:
        return None


class SignForm(FlaskForm):  # type: ignore[misc]
    """A supervisor's typed name under a row."""

    typed_name = StringField(
        _l("Your name, typed as your signature"),
        filters=[tidy],
        validators=[DataRequired(_l("Type your name.")), Length(max=120)],
    )
    digest = HiddenField()


class ReturnForm(FlaskForm):  # type: ignore[misc]
    """Why a supervisor gives a row back."""

    reason = RadioField(
        _l("Why you do not sign"),
        choices=[SelectChoice(key, words) for key, words in RETURN_WORDS.items()],
        validators=[InputRequired(_l("Choose one."))],
    )


def line_field(label: Any, most: int) -> StringField:
    """Return a field for one line of text that has to be there."""
    return StringField(
        label, filters=[tidy], validators=[DataRequired(_l("Fill this in.")), Length(max=most)]
    )


class SiteForm(FlaskForm):  # type: ignore[misc]
    """A site of practice."""

    name = line_field(_l("Name of the site"), 120)
    place = line_field(_l("Town and country"), 120)


class SupervisorForm(FlaskForm):  # type: ignore[misc]
    """Somebody who signs for learners."""

    name = line_field(_l("Name"), 120)
    email = StringField(
        _l("E-mail address"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Fill this in.")),
            Email(_l("Enter a whole e-mail address.")),
            Length(max=254),
        ],
    )
    licence_number = line_field(_l("Licence number"), 60)
    licence_jurisdiction = line_field(_l("Licensed in"), 80)


SWITCHES = {"course": None, "yes": True, "no": False}


class SwitchForm(FlaskForm):  # type: ignore[misc]
    """What the credential waits for."""

    log = RadioField(
        _l("The signed log"),
        choices=[
            SelectChoice("course", _l("As the course says")),
            SelectChoice("yes", _l("The credential waits until nothing is short")),
            SelectChoice("no", _l("The credential does not wait for it")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    ratings = RadioField(
        _l("Observed skills"),
        choices=[
            SelectChoice("yes", _l("The credential waits until every skill was seen and met")),
            SelectChoice("no", _l("The credential does not wait for them")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button alone."""
