"""Forms of live sessions: planning one, typing its code, the roster, a correction."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

MODES = (
    ("in-person", _l("In person")),
    ("online", _l("Online")),
    ("hybrid", _l("In person and online at once")),
)
ATTENDED = {
    "in-person": _l("In person"),
    "live-online": _l("Live online"),
    "asynchronous": _l("Watched the recording"),
}


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def tidy_or_none(value: str | None) -> str | None:
    """Trim; nothing is None."""
    return tidy(value) or None


class Moment(DateTimeLocalField):  # type: ignore[misc]
    """A day and time on the programme's clocks, with a sentence for what is not one."""

    data: Any

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
            raise ValueError(_l("Enter a day and time, such as 2026-09-01 10:00.")) from error


class Count(IntegerField):  # type: ignore[misc]
    """A whole number, with a sentence for what is not one."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number the browser sent."""
        if valuelist and not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_l("Enter a whole number.")) from error


class PlanForm(FlaskForm):  # type: ignore[misc]
    """What is planned of a session."""

    title = StringField(
        _l("Title"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Give it a title, such as “Consultation: touch and consent”.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
        ],
    )
    starts = Moment(_l("Starts"), validators=[InputRequired(_l("Enter when it starts."))])
    ends = Moment(_l("Ends"), validators=[InputRequired(_l("Enter when it ends."))])
    minutes = Count(
        _l("Minutes it credits"),
        validators=[Optional(), NumberRange(1, 720, _l("Enter minutes from 1 to 720."))],
    )
    mode = RadioField(
        _l("How it is held"),
        choices=[SelectChoice(*each) for each in MODES],
        validators=[InputRequired(_l("Choose how it is held."))],
    )
    place = StringField(
        _l("Place"),
        filters=[tidy],
        validators=[Optional(), Length(max=200, message=_l("Use at most 200 characters."))],
    )
    link = StringField(
        _l("Address to join online"),
        filters=[tidy],
        validators=[Optional(), Length(max=500, message=_l("Use at most 500 characters."))],
    )
    capacity = Count(
        _l("Places"),
        validators=[Optional(), NumberRange(1, 10_000, _l("Enter a number from 1 on."))],
    )
    led_by = StringField(
        _l("Led by"),
        filters=[tidy],
        validators=[Optional(), Length(max=120, message=_l("Use at most 120 characters."))],
    )
    module = SelectField(_l("Counts for"), filters=[tidy_or_none], validators=[Optional()])
    weeks = Count(
        _l("Weekly sessions in all"),
        default=1,
        validators=[Optional(), NumberRange(1, 52, _l("Enter a number from 1 to 52."))],
    )

    @property
    def credited(self) -> int:
        """The minutes to credit: those given, else the time from start to end."""
        if self.minutes.data is not None:
            return int(self.minutes.data)
        starts, ends = self.starts.data, self.ends.data
        assert isinstance(starts, datetime) and isinstance(ends, datetime)
        return int((ends - starts).total_seconds()) // 60


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code of the room, and the session and way it is for where there are several."""

    code = StringField(
        _l("Code"), filters=[tidy], validators=[DataRequired(_l("Enter the six digits."))]
    )
    session = SelectField(
        _l("Session"), coerce=int, validators=[InputRequired(_l("Choose the session."))]
    )
    mode = RadioField(
        _l("How you attend"), validators=[InputRequired(_l("Choose how you attend."))]
    )


class RosterForm(FlaskForm):  # type: ignore[misc]
    """How, and for how long, those ticked on the roster attended."""

    mode = RadioField(_l("How they attended"), validators=[InputRequired(_l("Choose how."))])
    minutes = Count(_l("Minutes"), validators=[InputRequired(_l("Enter the minutes."))])


class CorrectionForm(FlaskForm):  # type: ignore[misc]
    """What an entry of the ledger should say, and why."""

    minutes = Count(_l("Minutes"), validators=[InputRequired(_l("Enter the minutes."))])
    mode = RadioField(_l("How they attended"), validators=[InputRequired(_l("Choose how."))])
    module = SelectField(_l("Counts for"), filters=[tidy_or_none], validators=[Optional()])
    reason = StringField(
        _l("Why"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Say why: the earlier entry is kept beside it.")),
            Length(max=300, message=_l("Use at most 300 characters.")),
        ],
    )


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button alone."""
