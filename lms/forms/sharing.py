"""The forms with which holders decide what others see."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

NAMES = [
    SelectChoice("full", _l("Your name as on the certificate")),
    SelectChoice("initials", _l("Your initials")),
    SelectChoice("none", _l("No name")),
]
SPANS = [
    SelectChoice("7", _l("7 days")),
    SelectChoice("30", _l("30 days")),
    SelectChoice("90", _l("90 days")),
]


class DisplayForm(FlaskForm):  # type: ignore[misc]
    """What the public page of a credential shows."""

    is_published = BooleanField(
        _l("Publish the page"),
        description=_l(
            "While it is hidden, everybody who looks the number up gets the answer that an unknown "
            "number gets."
        ),
    )
    shown_name = RadioField(_l("Your name there"), choices=NAMES, validators=[DataRequired()])
    shows_profession = BooleanField(_l("Show your profession"))
    shows_hours = BooleanField(_l("Show the hours and dates of study"))
    shows_assessment = BooleanField(_l("Show how it was assessed"))


class LinkForm(FlaskForm):  # type: ignore[misc]
    """A link to chosen credentials, for a time."""

    serials = SelectMultipleField(
        _l("Credentials it shows"),
        validators=[DataRequired(_l("Choose at least one."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    label = StringField(
        _l("For whom"),
        description=_l("Only you see this. Name the place or the purpose, so that you know later."),
        validators=[Optional(), Length(max=120)],
    )
    shown_name = RadioField(
        _l("Your name there"), choices=NAMES, default="full", validators=[DataRequired()]
    )
    days = RadioField(
        _l("How long it works"), choices=SPANS, default="30", validators=[DataRequired()]
    )


class EndLinkForm(FlaskForm):  # type: ignore[misc]
    """End a link."""
