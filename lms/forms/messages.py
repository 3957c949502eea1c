"""Forms of messages: rules of reminders, quiet hours, announcements, and what one wants."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

CHOICES = [
    SelectChoice("each", _("Each by itself, as it comes")),
    SelectChoice("daily", _("Together, at most once a day")),
    SelectChoice("none", _("Not at all")),
]
# The most an announcement holds; the service keeps the same bounds.
LONGEST_SUBJECT = 120
LONGEST = 5000


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


class PressForm(FlaskForm):  # type: ignore[misc]
    """A button guarded by its token."""


class RuleForm(FlaskForm):  # type: ignore[misc]
    """Whether a rule is on, and its number of days."""

    is_on = BooleanField(_("Write these reminders"))
    days = IntegerField(_("Days"), validators=[InputRequired(_("Give a number of days."))])


class Clock(TimeField):  # type: ignore[misc]
    """A time of the day, with a sentence for what is not one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time the browser sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a time, such as 20:00.")) from error


class HoursForm(FlaskForm):  # type: ignore[misc]
    """When a programme's mail keeps still, and when its digests leave."""

    begins = Clock(_("Quiet from"), validators=[InputRequired(_("Enter a time."))])
    ends = Clock(_("Quiet until"), validators=[InputRequired(_("Enter a time."))])
    digest_at = Clock(_("Digests leave at"), validators=[InputRequired(_("Enter a time."))])


class AnnouncementForm(FlaskForm):  # type: ignore[misc]
    """The words of an announcement."""

    subject = StringField(
        _("Subject"),
        filters=[tidy],
        validators=[
            DataRequired(_("Give it a subject.")),
            Length(max=LONGEST_SUBJECT, message=_("Use at most 120 characters.")),
        ],
    )
    body = TextAreaField(
        _("Text"),
        validators=[
            DataRequired(_("Write what you want to say.")),
            Length(max=LONGEST, message=_("Use at most 5000 characters.")),
        ],
    )


class SendForm(FlaskForm):  # type: ignore[misc]
    """When an announcement leaves, on the programme's clocks; at once where nothing is said."""

    send_at = DateTimeLocalField(
        _("Send at"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        validators=[Optional()],
    )

    def validate_send_at(self, field: Any) -> None:
        """A year beyond the calendar is a slip."""
        if isinstance(field.data, datetime) and not 2000 <= field.data.year <= 2200:
            raise ValidationError(_("Enter a day and time, such as 2026-09-01 10:00."))


class ChoicesForm(FlaskForm):  # type: ignore[misc]
    """How each kind of mail that leaves a choice reaches somebody."""

    learning = RadioField(_("Your course"), choices=CHOICES, validators=[InputRequired()])
    reminder = RadioField(_("Reminders"), choices=CHOICES, validators=[InputRequired()])
    announcement = RadioField(_("Announcements"), choices=CHOICES, validators=[InputRequired()])
    report = RadioField(_("Reports"), choices=CHOICES, validators=[InputRequired()])
