"""Forms of faculty: roles, competences, a programme's settings, conferrals, consent to partners."""

import re
from typing import Any

from flask_babel import lazy_gettext as _
from flask_security.forms import EmailValidation
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError


def tidy(value: str | None) -> str:
    """Trim, and turn every run of spaces into one."""
    return " ".join((value or "").split())


def line(label: str, most: int, missing: str | None = None) -> StringField:
    """Return a field of one line; without `missing`, the words for an empty one, it is optional."""
    needed = [DataRequired(missing)] if missing else [Optional()]
    return StringField(label, filters=[tidy], validators=[*needed, Length(max=most)])


def one_line(_form: FlaskForm, field: Any) -> None:
    """Refuse control characters, so that a value can stand in a header, a letter or a table."""
    if field.data and not field.data.isprintable():
        raise ValidationError(_("Use letters, digits and ordinary signs only."))


class RoleForm(FlaskForm):  # type: ignore[misc]
    """Who is to work for the programme, and as what; a partner's site is named."""

    full_name = StringField(
        _("Name"),
        description=_("For the greeting of the message; they can change it."),
        filters=[tidy],
        validators=[Optional(), Length(max=120), one_line],
    )
    email = EmailField(
        _("E-mail address"),
        filters=[tidy],
        validators=[
            DataRequired(_("Enter the e-mail address.")),
            Length(max=254),
            one_line,
            EmailValidation(verify=False),
        ],
    )
    role = SelectField(
        _("Role"),
        validators=[DataRequired(_("Choose a role."))],
        choices=[
            SelectChoice("instructor", _("Instructor: sees cohorts and acts on learners")),
            SelectChoice("educator", _("Lead educator: instructor who answers for the teaching")),
            SelectChoice(
                "administrator", _("Administrator: also cohorts, people and certificates")
            ),
            SelectChoice("director", _("Director: administrator who confers completion")),
            SelectChoice("supervisor", _("Supervisor: signs the practice of their learners")),
            SelectChoice("auditor", _("Auditor: reads everything, changes nothing")),
            SelectChoice("partner", _("Site partner: sees the status of learners who consent")),
        ],
    )
    site = StringField(
        _("Site"),
        description=_("For a site partner only: the clinic or organisation, as learners know it."),
        filters=[tidy],
        validators=[Length(max=120), one_line],
    )

    def validate_site(self, field: Any) -> None:
        """Learners are asked by the name of the site."""
        if self.role.data == "partner" and not field.data:
            raise ValidationError(_("Name the site: learners are asked whether it may see them."))


class CompetenceForm(FlaskForm):  # type: ignore[misc]
    """What somebody may teach, on what ground."""

    module = SelectField(_("Module"), validators=[DataRequired(_("Choose a module."))])
    basis = SelectField(
        _("On the ground of"),
        validators=[DataRequired(_("Choose a ground."))],
        choices=[
            SelectChoice("degree", _("Degree")),
            SelectChoice("licence", _("Licence")),
            SelectChoice("training", _("Training")),
            SelectChoice("experience", _("Experience")),
        ],
    )
    evidence = TextAreaField(
        _("What shows it"),
        description=_("Such as the degree and its year, the licence and its number, the course."),
        filters=[tidy],
        validators=[DataRequired(_("Say what shows it.")), Length(max=500)],
    )
    valid_until = DateField(
        _("Valid until"),
        description=_("The last day on which it counts. Leave empty if it does not end."),
        validators=[Optional()],
    )


class SettingsForm(FlaskForm):  # type: ignore[misc]
    """What a programme says of itself, and what it demands."""

    name = line(_("Name of the programme"), 120, _("Enter the name of the programme."))
    summary = TextAreaField(
        _("The programme in one paragraph"),
        filters=[tidy],
        validators=[DataRequired(_("Describe the programme.")), Length(max=1200)],
    )
    time_zone = SelectField(
        _("Time zone"),
        description=_("The days of cohorts begin and end by it: changing it moves due dates."),
        validators=[DataRequired(_("Choose the time zone."))],
    )
    web = line(_("Web address"), 200, _("Enter a full web address that begins with https://"))
    contact_email = EmailField(
        _("E-mail address of the programme"),
        filters=[tidy],
        validators=[DataRequired(_("Enter the e-mail address.")), Length(max=254)],
    )
    director_name = line(_("Programme director"), 120, _("Enter the director's name."))
    director_title = line(_("Director's title"), 120, _("Enter the director's title."))
    educator_name = line(_("Lead educator"), 120)
    educator_title = line(_("Lead educator's title"), 120)
    director_confers = BooleanField(
        _("A director confers completion"),
        description=_(
            "A certificate then waits, when everything else is done, until a director has "
            "conferred completion on its learner."
        ),
    )

    def validate_web(self, field: Any) -> None:
        """Only addresses that a reader can safely follow."""
        if not re.fullmatch(r"https?://[^\s/$.?#].[^\s]*", field.data or ""):
            raise ValidationError(_("Enter a full web address that begins with https://"))

    def validate_contact_email(self, field: Any) -> None:
        """One address, to which learners can write."""
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", field.data or ""):
            raise ValidationError(_("Enter an e-mail address, such as office@example.org."))

    def validate_educator_title(self, field: Any) -> None:
        """A name on a certificate needs its title, and a title its name."""
        if bool(field.data) != bool(self.educator_name.data):
            raise ValidationError(_("Enter the lead educator's name and title, or neither."))


class ConferForm(FlaskForm):  # type: ignore[misc]
    """On whom completion is conferred."""

    learners = SelectMultipleField(
        _("Learners"), coerce=int, validators=[DataRequired(_("Choose at least one learner."))]
    )


class ConsentForm(FlaskForm):  # type: ignore[misc]
    """Whether a partner may see the learner's status."""

    may_see = SelectField(choices=[SelectChoice("yes"), SelectChoice("no")])


class EndForm(FlaskForm):  # type: ignore[misc]
    """The token alone."""
