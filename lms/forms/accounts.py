"""Forms of people: registering, signing in, passwords, one's own details, and set-up."""

import re
import zoneinfo
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    RegisterFormV2,
    ResetPasswordForm,
    SendConfirmationForm,
)
from flask_security.forms import (
    EmailValidation,
    IsString,
    email_required,
    password_required,
    unique_user_email,
    valid_user_email,
)
from flask_security.utils import hash_password
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, Regexp, StopValidation, ValidationError

from lms import passwords

# Regions of the IANA time zone names; the rest are older names of the same places.
REGIONS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe")
) | {"Indian", "Pacific"}
LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1.3, less the brackets


class AtMost:
    """Refuses a longer value before any later check spends time on it."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, form: FlaskForm, field: Any) -> None:
        if field.data is not None and len(field.data) > self.longest:
            raise StopValidation(_("Use at most %(n)s characters.", n=self.longest))


class OneLine:
    """Refuses control characters, so that a value can stand in a header, a name or a table."""

    def __call__(self, form: FlaskForm, field: Any) -> None:
        if field.data and not field.data.isprintable():
            raise StopValidation(_("Use letters, digits and ordinary signs only."))


def tidy(value: str | None) -> str | None:
    """Trim, and turn every run of spaces into one; nothing but spaces is nothing."""
    return " ".join(value.split()) or None if value else None


def email_field(*checks: Any, label: Any = None) -> EmailField:
    """An e-mail address, capped before anything parses it."""
    first = (IsString(), email_required, AtMost(LONGEST_EMAIL), OneLine())
    return EmailField(label or _("E-mail address"), validators=[*first, *checks])


def secret_field(label: Any) -> PasswordField:
    """A password somebody has, capped before anything hashes it."""
    return PasswordField(
        label, validators=[IsString(), password_required, AtMost(passwords.LONGEST)]
    )


def new_secret_field(label: Any) -> PasswordField:
    """A password to be; its rules, length included, are those of `lms.passwords`."""
    return PasswordField(label, validators=[IsString(), password_required])


def text_field(
    label: Any,
    longest: int,
    missing: Any = None,
    *checks: Any,
    kind: type[StringField] = StringField,
) -> StringField:
    """A text without line breaks; optional unless `missing` says what to enter."""
    needed = DataRequired(missing) if missing else Optional()
    rules = [needed, AtMost(longest), OneLine(), *checks]
    return kind(label, filters=[tidy], validators=rules)


def name_field(label: Any) -> StringField:
    """A person's name: as they write it, with at least one letter."""
    in_letters = Regexp(r".*[^\W\d_]", message=_("Enter the name in letters."))
    return text_field(label, 120, _("Enter the name."), in_letters)


class Details:
    """The fields in which a person says who they are."""

    full_name = name_field(_("Full name"))
    profession = text_field(_("Profession"), 120, _("Enter your profession."))
    licence_number = text_field(_("Licence number"), 60)
    licence_jurisdiction = text_field(_("Licensed in"), 80)


class SignInForm(LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    email = email_field(EmailValidation(verify=False))
    password = secret_field(_("Password"))
    keep = BooleanField(_("Keep me signed in on this device for 14 days"))
    remember = None  # the library's own cookie; ours is the sign-in that can be ended
    submit = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""  # the page has its own way to a forgotten password

    def validate_next(self, field: Any) -> None:
        """Sign in all the same: where it may lead is checked again when it is followed."""


class DetailsForm(Details, FlaskForm):  # type: ignore[misc]
    """What a person says about themselves."""


class RegistrationForm(Details, RegisterFormV2):  # type: ignore[misc]
    """An account of one's own."""

    email = email_field(EmailValidation(verify=True), unique_user_email)
    password = new_secret_field(_("Password"))
    submit = None


class ConfirmationForm(SendConfirmationForm):  # type: ignore[misc]
    """Where to send the confirmation again."""

    email = email_field(EmailValidation(verify=True), valid_user_email)
    submit = None

    def validate(self, **kwargs: Any) -> bool:
        """Take as long for an address nobody has as for one that gets a message."""
        if super().validate(**kwargs):
            return True
        hash_password("nobody")
        return False


class ResetRequestForm(ForgotPasswordForm):  # type: ignore[misc]
    """Where to send the way to a new password."""

    email = email_field(EmailValidation(verify=True), valid_user_email)
    submit = None

    def validate(self, **kwargs: Any) -> bool:
        """Serve unconfirmed accounts too: whoever can read the message owns the address."""
        return bool(FlaskForm.validate(self, **kwargs) and self.user.is_active)


class NewPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """A new password for somebody who followed the link in the message."""

    password = new_secret_field(_("New password"))
    password_confirm = None
    submit = None


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc]
    """A new password for somebody who knows the present one."""

    password = secret_field(_("Present password"))
    new_password = new_secret_field(_("New password"))
    new_password_confirm = None
    submit = None


class SetupForm(FlaskForm):  # type: ignore[misc]
    """The first administrator and the programme they found."""

    full_name = name_field(_("Your full name"))
    profession = text_field(_("Your profession"), 120, _("Enter your profession."))
    email = email_field(EmailValidation(verify=True))
    password = new_secret_field(_("Password"))
    password_again = new_secret_field(_("The same password again"))
    name = text_field(_("Name of the programme"), 120, _("Enter the name of the programme."))
    summary = text_field(
        _("The programme in one paragraph"), 1200, _("Describe the programme."), kind=TextAreaField
    )
    time_zone = SelectField(_("Time zone"), validators=[DataRequired(_("Choose the time zone."))])
    web = text_field(_("Web address"), 200)
    contact_email = email_field(
        EmailValidation(verify=True), label=_("E-mail address of the programme")
    )
    director_name = name_field(_("Programme director"))
    director_title = text_field(_("Director's title"), 120, _("Enter the director's title."))
    educator_name = text_field(_("Lead educator"), 120)
    educator_title = text_field(_("Lead educator's title"), 120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = time_zones()

    def validate_password(self, field: Any) -> None:
        """Apply the rules for passwords, knowing what else was entered."""
        site = current_app.config["SETTINGS"].site_name
        about = (self.full_name.data, self.email.data, self.name.data, site)
        problem = passwords.problem(field.data, [text for text in about if text])
        if problem:
            raise ValidationError(problem)

    def validate_password_again(self, field: Any) -> None:
        """There may be no mail yet to reset a mistyped password with: ask twice."""
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords differ."))

    def validate_web(self, field: Any) -> None:
        """Only addresses that a reader can safely follow."""
        if not re.fullmatch(r"https?://[^\s/$.?#].[^\s]*", field.data or ""):
            raise ValidationError(_("Enter a full web address that begins with https://"))

    def validate_educator_name(self, field: Any) -> None:
        """A name on a certificate needs its title."""
        if not self.educator_title.data:
            raise ValidationError(_("Enter the lead educator's title too, or neither."))

    def validate_educator_title(self, field: Any) -> None:
        """A title alone names nobody."""
        if not self.educator_name.data:
            raise ValidationError(_("Enter the lead educator's name too, or neither."))


def time_zones() -> list[SelectChoice]:
    """Return the IANA time zones a programme may live by, grouped by region; none is given."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in REGIONS)
    return [
        SelectChoice("", _("Choose")),
        SelectChoice("UTC"),
        *(_zone(name) for name in names if "/" in name),
    ]


def _zone(name: str) -> SelectChoice:
    region, place = name.split("/", 1)
    return SelectChoice(name, place.replace("_", " ").replace("/", ", "), optgroup=region)
