"""Forms of qualifications: stating one with its proof, checking it, what a programme asks for."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

KIND_WORDS = {
    "life-support": _l("Basic life support"),
    "licence": _l("Professional licence"),
    "insurance": _l("Liability insurance"),
    "background": _l("Background check"),
    "other": _l("Another qualification"),
}
STATE_WORDS = {
    "waiting": _l("Waits for its check"),
    "refused": _l("Not confirmed"),
    "valid": _l("Valid"),
    "expiring": _l("Expires soon"),
    "expired": _l("Expired"),
}


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


class Ticked(SelectMultipleField):  # type: ignore[misc]
    """Some of several, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def choices() -> list[Any]:
    """Return the kinds that can be chosen, in words."""
    return [SelectChoice(kind, words) for kind, words in KIND_WORDS.items()]


class StateForm(FlaskForm):  # type: ignore[misc]
    """A qualification as its holder states it."""

    kind = SelectField(_l("Kind"), choices=choices(), validators=[InputRequired(_l("Choose one."))])
    number = StringField(
        _l("Number"),
        filters=[tidy],
        validators=[Length(max=60, message=_l("Use at most 60 characters."))],
    )
    issuer = StringField(
        _l("Issued by"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Write it as it stands on the qualification.")),
            Length(max=200, message=_l("Use at most 200 characters.")),
        ],
    )
    issued_on = Day(_l("Issued on"), validators=[InputRequired(_l("Enter the day."))])
    expires_on = Day(_l("Last day"), validators=[InputRequired(_l("Enter the day."))])
    proof = FileField(_l("Proof"), validators=[FileRequired(_l("Choose a file."))])
    ticket = HiddenField()


class CheckForm(FlaskForm):  # type: ignore[misc]
    """What staff found when they looked at a proof."""

    outcome = RadioField(
        _l("What you found"),
        choices=[
            SelectChoice("confirmed", _l("The proof shows what is stated")),
            SelectChoice("not-confirmed", _l("It could not be confirmed")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    words = TextAreaField(_l("Words for the holder"), validators=[Length(max=500)], filters=[tidy])


class DemandForm(FlaskForm):  # type: ignore[misc]
    """Which kinds a programme asks its learners for."""

    kinds = Ticked(_l("Asked of every learner"), choices=choices())


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button alone."""
