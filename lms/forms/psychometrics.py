"""Forms of standard-setting studies: opening one, its panel, ratings, withdrawing it."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def printable(_form: FlaskForm, field: StringField) -> None:
    """Refuse control characters, so that a text can stand in a heading, a table and a trail."""
    if not field.data.isprintable():
        raise ValidationError(_("Use letters, digits and ordinary signs only."))


class StudyForm(FlaskForm):  # type: ignore[misc]
    """What a study is to be about."""

    examination = SelectField(
        _("Examination and release"), validators=[InputRequired(_("Choose an examination."))]
    )
    label = StringField(
        _("Name of the study"),
        filters=[tidy],
        validators=[
            DataRequired(_("Give the study a name.")),
            Length(max=120, message=_("Use at most 120 characters.")),
            printable,
        ],
    )
    borderline = TextAreaField(
        _("Who is barely competent?"),
        filters=[lambda value: (value or "").strip()],
        validators=[
            DataRequired(_("Describe the clinician who only just deserves to pass.")),
            Length(max=4000, message=_("Use at most 4,000 characters.")),
        ],
    )
    scope = RadioField(
        _("What the panel rates"),
        choices=[
            SelectChoice(value="paper", label=_("One paper, drawn by the specification")),
            SelectChoice(value="bank", label=_("Every item of the bank")),
        ],
        default="paper",
        validators=[InputRequired(_("Choose what the panel rates."))],
    )


class JudgeForm(FlaskForm):  # type: ignore[misc]
    """Who sits on the panel: by the e-mail of somebody of the programme, or by name."""

    email = StringField(
        _("E-mail of their account"),
        filters=[lambda value: (value or "").strip().lower()],
        validators=[Length(max=254, message=_("Use at most 254 characters."))],
    )
    name = StringField(
        _("Name"),
        filters=[tidy],
        validators=[Length(max=120, message=_("Use at most 120 characters.")), printable],
    )
    qualifications = StringField(
        _("Qualifications"),
        filters=[tidy],
        validators=[
            DataRequired(_("Say what qualifies them: the report names it.")),
            Length(max=300, message=_("Use at most 300 characters.")),
            printable,
        ],
    )

    def validate_name(self, field: StringField) -> None:
        """A judge has a name or an account."""
        if not field.data and not self.email.data:
            raise ValidationError(_("Enter a name, or the e-mail of an account."))


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    """Why a study ends without a result."""

    reason = StringField(
        _("Reason"),
        filters=[tidy],
        validators=[
            DataRequired(_("Say why: the study stays on record with it.")),
            Length(max=300, message=_("Use at most 300 characters.")),
            printable,
        ],
    )


class RatingForm(FlaskForm):  # type: ignore[misc]
    """The token of a sheet of ratings; its numbers are read by `read_ratings`."""


BOUNDS = ("lowest_cut", "highest_cut", "lowest_failing", "highest_failing")


def read_ratings(
    sent: Mapping[str, str], items: Iterable[str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return the ratings sent as “item-<id>”, and by field what is wrong with the others.

    An empty field is no rating and no error.
    """
    ratings: dict[str, int] = {}
    problems: dict[str, str] = {}
    for item in items:
        text = sent.get(f"item-{item}", "").strip()
        if not text:
            continue
        if _is_percent(text):
            ratings[item] = int(text)
        else:
            problems[f"item-{item}"] = gettext(
                "%(item)s: enter a whole number from 0 to 100.", item=item
            )
    return ratings, problems


def read_bounds(
    sent: Mapping[str, str],
) -> tuple[tuple[int, int, int, int] | None, dict[str, str]]:
    """Return Hofstee's four bounds in percent, None while any is missing, and what is wrong."""
    texts = {name: sent.get(name, "").strip() for name in BOUNDS}
    problems = {
        name: gettext("Enter a whole number from 0 to 100.")
        for name, text in texts.items()
        if text and not _is_percent(text)
    }
    if problems or not all(texts.values()):
        return None, problems
    lowest_cut, highest_cut, lowest_failing, highest_failing = (int(texts[each]) for each in BOUNDS)
    if lowest_cut > highest_cut:
        problems["highest_cut"] = gettext("The highest cut cannot lie below the lowest.")
    if lowest_failing > highest_failing:
        problems["highest_failing"] = gettext("The most failing cannot be fewer than the least.")
    if problems:
        return None, problems
    return (lowest_cut, highest_cut, lowest_failing, highest_failing), {}


def _is_percent(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100
