"""Forms of who is at risk: the numbers of the rules, what came of a flag, notes."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

MOST = 2000


class Day(DateField):  # type: ignore[misc]
    """A day, with a sentence for what is not one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day the browser sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a day, such as 2026-09-01.")) from error


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


def number(label: Any) -> Count:
    """Return a field for the number of a rule."""
    return Count(label, validators=[Optional(), NumberRange(1, 365, _("Enter 1 to 365."))])


class RulesForm(FlaskForm):  # type: ignore[misc]
    """Which rules speak, and from which number on."""

    safety_on = BooleanField(_("Say so"))
    safety = number(_("Times missed since it was last right"))
    certain_on = BooleanField(_("Say so"))
    certain = number(_("Items wrong and certain in the latest attempts"))
    window_on = BooleanField(_("Say so"))
    window = number(_("Days before it closes"))
    behind_on = BooleanField(_("Say so"))
    behind = number(_("Days by which the earliest unit is late"))
    silent_on = BooleanField(_("Say so"))
    silent = number(_("Days without a trace"))


class OwnerForm(FlaskForm):  # type: ignore[misc]
    """Who takes flags: somebody of the staff, or nobody."""

    owner = SelectField(_("Give to"), coerce=int)


class FlagNoteForm(FlaskForm):  # type: ignore[misc]
    """A note on a flag, for colleagues."""

    words = TextAreaField(
        _("Note for colleagues"), validators=[DataRequired(_("Write a note.")), Length(max=MOST)]
    )


class OutcomeForm(FlaskForm):  # type: ignore[misc]
    """What came of a flag, and from when it asks again."""

    outcome = SelectField(
        _("What came of it"),
        choices=[
            SelectChoice("contacted", _("Spoke with them")),
            SelectChoice("plan", _("Agreed a plan")),
            SelectChoice("extension", _("Gave more time")),
            SelectChoice("teaching", _("Taught it again")),
            SelectChoice("no-action", _("No action needed")),
        ],
    )
    again_on = Day(_("Look again on"), validators=[Optional()])
    words = TextAreaField(_("In a few words"), validators=[Length(max=MOST)])


class NoteForm(FlaskForm):  # type: ignore[misc]
    """A note about a learner, for colleagues."""

    ticket = HiddenField(validators=[DataRequired(), Length(max=36)])
    words = TextAreaField(
        _("Note for colleagues"), validators=[DataRequired(_("Write a note.")), Length(max=MOST)]
    )
