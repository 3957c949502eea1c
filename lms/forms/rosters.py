"""Forms of rosters: sending a file, deciding on a draft, accepting an invitation."""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp, ValidationError

from lms import passwords

LONGEST_NAME = 120


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def one_line(_form: FlaskForm, field: Any) -> None:
    """Refuse control characters, so that a value can stand in a header, a name or a table."""
    if not field.data.isprintable():
        raise ValidationError(_("Use letters, digits and ordinary signs only."))


class SendForm(FlaskForm):  # type: ignore[misc]
    """The file of a roster."""

    file = FileField(_("File"), validators=[FileRequired(_("Choose the file."))])


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button alone."""


class AcceptForm(FlaskForm):  # type: ignore[misc]
    """What somebody new says about themselves, and their password."""

    full_name = StringField(
        _("Full name"),
        filters=[tidy],
        validators=[
            DataRequired(_("Enter the name.")),
            Length(max=LONGEST_NAME, message=_("Use at most 120 characters.")),
            one_line,
            Regexp(r".*[^\W\d_]", message=_("Enter the name in letters.")),
        ],
    )
    profession = StringField(
        _("Profession"),
        filters=[tidy],
        validators=[
            DataRequired(_("Enter your profession.")),
            Length(max=LONGEST_NAME, message=_("Use at most 120 characters.")),
            one_line,
        ],
    )
    password = PasswordField(_("Password"), validators=[InputRequired(_("Enter a password."))])

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def validate_password(self, field: Any) -> None:
        """Apply the rules for passwords, knowing what else was entered."""
        site = current_app.config["SETTINGS"].site_name
        problem = passwords.problem(field.data, [self.full_name.data, self._email, site])
        if problem:
            raise ValidationError(problem)
