"""The form of a brand: colour, logo, signatories with their signatures, statement, paper."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

MOST_SIGNATORIES = 4
LONGEST_STATEMENT = 600


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def lower(value: str | None) -> str:
    """Trim, and write in small letters."""
    return (value or "").strip().lower()


def printable(_form: Form, field: Any) -> None:
    """Refuse control characters, which no certificate could show."""
    if not field.data.isprintable():
        raise ValidationError(_("Use letters, digits and ordinary signs only."))


class SignatoryForm(Form):  # type: ignore[misc]
    """One person who signs; a row without a name is nobody."""

    full_name = StringField(_("Name"), validators=[Length(max=120), printable], filters=[tidy])
    role = StringField(_("Role"), validators=[Length(max=120), printable], filters=[tidy])
    signature = FileField(_("Picture of the signature"))
    drop_signature = BooleanField(_("Remove the picture of the signature"))

    def validate_role(self, field: Any) -> None:
        """Ask for the role of whoever signs, and for the name to a role."""
        if bool(field.data) != bool(self.full_name.data):
            raise ValidationError(_("Give a name and a role, or neither."))


class BrandForm(FlaskForm):  # type: ignore[misc]
    """What a programme's certificates look like."""

    primary = StringField(
        _("Colour"),
        validators=[
            InputRequired(_("Choose a colour.")),
            Regexp(r"#[0-9a-f]{6}\Z", message=_("Write the colour as #14594f.")),
        ],
        filters=[lower],
    )
    logo = FileField(_("Logo"))
    drop_logo = BooleanField(_("Remove the logo"))
    logo_alt = StringField(
        _("What the logo shows"), validators=[Length(max=160), printable], filters=[tidy]
    )
    statement = TextAreaField(
        _("Accreditation statement"),
        validators=[Length(max=LONGEST_STATEMENT), printable],
        filters=[tidy],
    )
    paper = RadioField(
        _("Paper"),
        choices=[SelectChoice("a4", _("A4")), SelectChoice("letter", _("US Letter"))],
        validators=[InputRequired(_("Choose a paper."))],
    )
    people = FieldList(
        FormField(SignatoryForm), min_entries=MOST_SIGNATORIES, max_entries=MOST_SIGNATORIES
    )
