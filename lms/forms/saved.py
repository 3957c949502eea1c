"""Forms of reports: choosing what a table shows, and keeping it under a title."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

TITLE_LENGTH = 120


class KeepForm(FlaskForm):  # type: ignore[misc]
    """What a report is called, and when its address is sent; the definition comes from the page."""

    definition = HiddenField(validators=[InputRequired(), Length(max=4000)])
    title = StringField(
        _l("Title"),
        filters=[lambda text: " ".join((text or "").split())],
        validators=[
            DataRequired(_l("Give the report a title.")),
            Length(max=TITLE_LENGTH, message=_l("Use at most 120 characters.")),
        ],
    )
    schedule = SelectField(
        _l("Send me its address"),
        choices=[
            SelectChoice("never", _l("Never")),
            SelectChoice("weekly", _l("Every week")),
            SelectChoice("monthly", _l("On the first of each month")),
        ],
    )
    weekday = SelectField(
        _l("On"),
        coerce=int,
        choices=[
            SelectChoice(0, _l("Monday")),
            SelectChoice(1, _l("Tuesday")),
            SelectChoice(2, _l("Wednesday")),
            SelectChoice(3, _l("Thursday")),
            SelectChoice(4, _l("Friday")),
            SelectChoice(5, _l("Saturday")),
            SelectChoice(6, _l("Sunday")),
        ],
    )


class ActForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the token."""
