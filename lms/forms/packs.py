"""The form that asks for an evidence pack."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired


class PackForm(FlaskForm):  # type: ignore[misc]
    """Which cohort's evidence is wanted."""

    cohort = SelectField(_l("Cohort"), coerce=int, validators=[InputRequired()])
