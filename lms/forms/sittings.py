"""Forms of sittings: accommodations, windows and exceptions, groups, incidents."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

DAY_OF_MINUTES = 1440
WEEK_OF_MINUTES = 10080
# Usual shares of the time come as choices; any other is written out.
SHARES = ("125", "150", "200")


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def printable(_form: FlaskForm, field: Any) -> None:
    """Refuse control characters, so that a text can stand in a heading, a table and a trail."""
    if not field.data.isprintable():
        raise ValidationError(_("Use letters, digits and ordinary signs only."))


class Day(DateField):  # type: ignore[misc]
    """A day, with a sentence for what is not one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day the browser sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a day, such as 2026-09-01.")) from error


class Moment(DateTimeLocalField):  # type: ignore[misc]
    """A day and time on the programme's clocks, with a sentence for what is not one."""

    def __init__(self, label: Any, **more: Any) -> None:
        # The first is what the field shows, as HTML asks of it; the others it takes as well.
        forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(label, format=forms, **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time the browser sent."""
        if valuelist and not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a day and time, such as 2026-09-01 10:00.")) from error


class Count(IntegerField):  # type: ignore[misc]
    """A whole number, with a sentence for what is not one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number the browser sent."""
        if valuelist and not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a whole number.")) from error


class Ticked(SelectMultipleField):  # type: ignore[misc]
    """Some of several, each with a box to tick."""


class AccommodationForm(FlaskForm):  # type: ignore[misc]
    """What somebody is granted for all their sittings, from when until when, and why."""

    extra = RadioField(
        _("Extra time"),
        choices=[
            SelectChoice("none", _("None")),
            SelectChoice("125", _("Time and a quarter (×\u202f1.25)")),
            SelectChoice("150", _("Time and a half (×\u202f1.5)")),
            SelectChoice("200", _("Double time (×\u202f2)")),
            SelectChoice("percent", _("Another share of the usual time")),
            SelectChoice("minutes", _("So many minutes")),
            SelectChoice("unlimited", _("Unlimited time")),
        ],
        default="none",
        validators=[InputRequired(_("Choose how much."))],
    )
    amount = Count(_("Which share, or how many minutes"))
    pause_minutes = Count(
        _("Pauses, minutes in all"),
        validators=[
            Optional(),
            NumberRange(1, DAY_OF_MINUTES, _("Enter minutes from 1 to 1,440.")),
        ],
    )
    pauses_move_window = BooleanField(_("The closing of the window waits for pauses too"))
    larger_spacing = BooleanField(_("Larger text and spacing on the pages of the examination"))
    valid_from = Day(_("Valid from"), validators=[InputRequired(_("Enter the first day."))])
    valid_until = Day(_("Valid until"), validators=[Optional()])
    reason = TextAreaField(
        _("Reason"),
        filters=[lambda value: (value or "").strip()],
        validators=[
            DataRequired(_("Say why: whoever reviews this later needs to know.")),
            Length(max=2000, message=_("Use at most 2,000 characters.")),
        ],
    )

    def validate_amount(self, field: Any) -> None:
        """A share lies above the usual time; minutes are at most a day."""
        if self.extra.data not in ("percent", "minutes"):
            return
        if field.data is None:
            raise ValidationError(_("Enter how much."))
        if self.extra.data == "percent" and not 101 <= field.data <= 400:
            raise ValidationError(_("Enter a share from 101 to 400 percent of the usual time."))
        if self.extra.data == "minutes" and not 1 <= field.data <= DAY_OF_MINUTES:
            raise ValidationError(_("Enter minutes from 1 to 1,440."))

    def validate_valid_until(self, field: Any) -> None:
        """The last day does not come before the first."""
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(_("The last day has to come after the first."))

    @property
    def percent(self) -> int:
        """The share of the usual time, 100 for none."""
        chosen = str(self.extra.data)
        if chosen == "percent":
            return self.amount.data or 100
        return int(chosen) if chosen in SHARES else 100

    @property
    def minutes(self) -> int:
        """The extra minutes."""
        return (self.amount.data or 0) if self.extra.data == "minutes" else 0


class WindowForm(FlaskForm):  # type: ignore[misc]
    """When a cohort sits a quiz, and what differs from the examination's own rules."""

    opens = Moment(_("Opens"), validators=[Optional()])
    closes = Moment(_("Closes"), validators=[Optional()])
    limit = Count(
        _("Time limit in minutes"),
        validators=[
            Optional(),
            NumberRange(1, WEEK_OF_MINUTES, _("Enter minutes from 1 to 10,080.")),
        ],
    )
    lifts_limit = BooleanField(_("No time limit"))
    attempts = Count(
        _("Attempts"),
        validators=[Optional(), NumberRange(1, 100, _("Enter a number from 1 to 100."))],
    )
    lifts_attempts = BooleanField(_("Any number of attempts"))

    def validate_closes(self, field: Any) -> None:
        """A window closes after it opens."""
        opens, closes = self.opens.data, field.data
        if isinstance(opens, datetime) and isinstance(closes, datetime) and closes <= opens:
            raise ValidationError(_("It has to close after it opens."))

    def validate_lifts_limit(self, field: Any) -> None:
        """A limit is set or lifted."""
        if field.data and self.limit.data is not None:
            raise ValidationError(_("Leave the minutes empty, or the box."))

    def validate_lifts_attempts(self, field: Any) -> None:
        """Attempts are counted or not."""
        if field.data and self.attempts.data is not None:
            raise ValidationError(_("Leave the number empty, or the box."))


class ExceptionForm(WindowForm):
    """What a group or a learner gets instead; what is left empty stays as it is."""

    target = SelectField(_("For whom"), validators=[InputRequired(_("Choose for whom."))])
    lifts_opening = BooleanField(_("May begin at any time"))
    lifts_closing = BooleanField(_("Never closes"))

    def validate_lifts_opening(self, field: Any) -> None:
        """An opening is set or lifted."""
        if field.data and self.opens.data is not None:
            raise ValidationError(_("Leave the time empty, or the box."))

    def validate_lifts_closing(self, field: Any) -> None:
        """A closing is set or lifted."""
        if field.data and self.closes.data is not None:
            raise ValidationError(_("Leave the time empty, or the box."))


class IncidentForm(FlaskForm):  # type: ignore[misc]
    """Give everybody in a sitting the same extra time."""

    minutes = Count(
        _("Minutes for everybody"),
        validators=[
            InputRequired(_("Enter how many minutes.")),
            NumberRange(1, DAY_OF_MINUTES, _("Enter minutes from 1 to 1,440.")),
        ],
    )
    description = StringField(
        _("What happened"),
        filters=[tidy],
        validators=[
            DataRequired(_("Say what happened: the learners read it beside their new end.")),
            Length(max=200, message=_("Use at most 200 characters.")),
            printable,
        ],
    )
    ticket = HiddenField(
        validators=[Regexp(r"^[0-9a-f]{16,36}$", message=_("Reload the page, then try again."))]
    )


class GroupForm(FlaskForm):  # type: ignore[misc]
    """The name of a new group."""

    name = StringField(
        _("Name"),
        filters=[tidy],
        validators=[
            DataRequired(_("Give the group a name.")),
            Length(max=60, message=_("Use at most 60 characters.")),
            printable,
        ],
    )


class MembersForm(FlaskForm):  # type: ignore[misc]
    """Who carries a group's label."""

    members = Ticked(_("Learners in this group"), coerce=int, validators=[Optional()])
