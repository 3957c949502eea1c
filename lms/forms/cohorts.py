"""Forms of cohorts: opening one, setting it, inviting into it, and acts on a place in it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

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
            raise ValueError(_l("Enter a whole number.")) from error


class Ticked(SelectMultipleField):  # type: ignore[misc]
    """Some of several, each with a box to tick."""


class SettingsForm(FlaskForm):  # type: ignore[misc]
    """What a cohort is set to, but for the days of single modules."""

    title = StringField(
        _l("Title"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Give the cohort a title.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
            printable,
        ],
    )
    starts_on = Day(_l("Starts on"), validators=[InputRequired(_l("Enter the first day."))])
    due_on = Day(_l("Due on"), validators=[InputRequired(_l("Enter the last day."))])
    enrols_until = Day(_l("Enrolment open until"), validators=[Optional()])
    capacity = Count(
        _l("Places"),
        validators=[
            Optional(),
            NumberRange(1, 100_000, _l("Enter a number from 1 to 100,000.")),
        ],
    )
    has_waiting_list = BooleanField(_l("When it is full, people may wait for a place"))
    cadence_weeks = Count(
        _l("A module every so many weeks"),
        validators=[Optional(), NumberRange(1, 52, _l("Enter a number from 1 to 52."))],
    )
    faculty = Ticked(_l("Who teaches this cohort"), coerce=int, validators=[Optional()])


class DaysForm(FlaskForm):  # type: ignore[misc]
    """Which modules are on the plan of a cohort, and the days of their own that some have."""


def days_form(titles: Iterable[str]) -> DaysForm:
    """Return a form with three fields for each module: `required_1`, `on_1`, `days_1`, and so on.

    The fields are named by the module's number in the course.
    """

    class OfCourse(DaysForm):
        """The fields of one course's modules."""

    for number, title in enumerate(titles, start=1):
        plan = BooleanField(_l("%(title)s is on the plan", title=title))
        on = Day(_l("%(title)s: due on", title=title), validators=[Optional()])
        days = Count(
            _l("%(title)s: days after the first", title=title),
            validators=[Optional(), NumberRange(1, 3650, _l("Enter a number from 1 to 3,650."))],
        )
        setattr(OfCourse, f"required_{number}", plan)
        setattr(OfCourse, f"on_{number}", on)
        setattr(OfCourse, f"days_{number}", days)
    return OfCourse()


def reason_field(label: Any, of: str, *, is_asked: bool = True) -> StringField:
    """Return the field for why something was done; it stands in the trail.

    `of` tells it from the same field of another form on the page.
    """
    asked = DataRequired(_l("Say why: whoever reads the record later needs to know."))
    return StringField(
        label,
        id=f"{of}-reason",
        filters=[tidy],
        validators=[
            asked if is_asked else Optional(),
            Length(max=500, message=_l("Use at most 500 characters.")),
            printable,
        ],
    )


class StateForm(FlaskForm):  # type: ignore[misc]
    """Pause a place, resume it, withdraw it or take it again."""

    act = SelectField(_l("What happens"), validators=[InputRequired(_l("Choose what happens."))])
    reason = reason_field(_l("Reason"), "state")


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Move a place into another cohort."""

    to = SelectField(_l("To"), coerce=int, validators=[InputRequired(_l("Choose another cohort."))])
    reason = reason_field(_l("Reason for the move"), "move")


class ExtensionForm(FlaskForm):  # type: ignore[misc]
    """More time for one learner, in a module or in the whole course (“*”)."""

    module = SelectField(_l("For"), validators=[InputRequired(_l("Choose for what."))])
    until = Day(_l("Until"), validators=[InputRequired(_l("Enter the new last day."))])
    reason = reason_field(_l("Reason for more time"), "extension")


class InvitationForm(FlaskForm):  # type: ignore[misc]
    """A code that lets some people join."""

    label = StringField(
        _l("For whom"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Say for whom it is, so that you know it again.")),
            Length(max=80, message=_l("Use at most 80 characters.")),
            printable,
        ],
    )
    most_uses = Count(
        _l("How many people"),
        default=1,
        validators=[
            InputRequired(_l("Enter how many people.")),
            NumberRange(1, 1000, _l("Enter a number from 1 to 1,000.")),
        ],
    )
    last_on = Day(_l("Valid until"), validators=[InputRequired(_l("Enter the last day."))])


class JoinForm(FlaskForm):  # type: ignore[misc]
    """The code of an invitation."""

    code = StringField(
        _l("Code of your invitation"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Enter the code you got.")),
            Length(max=40, message=_l("A code has twelve letters and digits.")),
        ],
    )


class LeaveForm(FlaskForm):  # type: ignore[misc]
    """Give up one's own place, or wait no more."""

    reason = reason_field(_l("Why, for the programme"), "leave", is_asked=False)


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button of its own: take somebody in, end an invitation."""
