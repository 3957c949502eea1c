"""Forms of completion reports: a learner's consent, an activity's number, a file that came back."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

MONTHS = [
    SelectChoice(1, _("January")),
    SelectChoice(2, _("February")),
    SelectChoice(3, _("March")),
    SelectChoice(4, _("April")),
    SelectChoice(5, _("May")),
    SelectChoice(6, _("June")),
    SelectChoice(7, _("July")),
    SelectChoice(8, _("August")),
    SelectChoice(9, _("September")),
    SelectChoice(10, _("October")),
    SelectChoice(11, _("November")),
    SelectChoice(12, _("December")),
]
MOST_DAYS = 31


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def short_text(label: Any, longest: int, *checks: Any) -> StringField:
    """A text of one line."""
    limit = Length(max=longest, message=_("Use at most %(n)s characters.", n=longest))
    return StringField(label, filters=[tidy], validators=[*checks, limit])


class ConsentForm(FlaskForm):  # type: ignore[misc]
    """What somebody agrees to have reported."""

    first_name = short_text(_("First name"), 60, DataRequired(_("Enter your first name.")))
    last_name = short_text(_("Last name"), 60, DataRequired(_("Enter your last name.")))
    licence_jurisdiction = short_text(_("Licensed in"), 60)
    licence_number = short_text(_("Licence number"), 40)
    board = short_text(_("Board"), 60)
    board_id = short_text(_("Board ID"), 40)
    birth_month = SelectField(
        _("Month of birth"),
        coerce=int,
        choices=[SelectChoice(0, _("Choose")), *MONTHS],
        validators=[DataRequired(_("Choose the month."))],
    )
    birth_day = SelectField(
        _("Day of birth"),
        coerce=int,
        choices=[
            SelectChoice(0, _("Choose")),
            *(SelectChoice(day, str(day)) for day in range(1, MOST_DAYS + 1)),
        ],
        validators=[DataRequired(_("Choose the day."))],
    )
    agrees = BooleanField(
        _("I agree to this"), validators=[InputRequired(_("Tick it, or leave the page."))]
    )


class ActivityForm(FlaskForm):  # type: ignore[misc]
    """The number by which an accreditor knows a course."""

    course = StringField(validators=[InputRequired()])
    activity_id = short_text(
        _("Activity ID"), 60, DataRequired(_("Enter the number as the accreditor shows it."))
    )


class CourseForm(FlaskForm):  # type: ignore[misc]
    """Which course is reported."""

    course = StringField(validators=[InputRequired()])


class RejectionsForm(FlaskForm):  # type: ignore[misc]
    """The file that came back."""

    file = FileField(_("File"), validators=[FileRequired(_("Choose the file."))])


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button alone."""
