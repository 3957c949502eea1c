"""What the pages of faculty share: their blueprint, the words of roles, today in a programme."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask_babel import lazy_gettext as _

from lms import clock

pages = Blueprint("faculty", __name__)

ROLE_WORDS = {
    "director": _("Director"),
    "administrator": _("Administrator"),
    "educator": _("Lead educator"),
    "instructor": _("Instructor"),
    "supervisor": _("Supervisor"),
    "auditor": _("Auditor"),
    "partner": _("Site partner"),
}
BASIS_WORDS = {
    "degree": _("Degree"),
    "licence": _("Licence"),
    "training": _("Training"),
    "experience": _("Experience"),
}
STATUS_WORDS = {
    "not-started": _("Not started"),
    "in-progress": _("In progress"),
    "certified": _("Certified"),
    "paused": _("Paused"),
    "withdrawn": _("Withdrawn"),
}


def today_in(zone: str) -> date:
    """Return the day it is on a programme's clocks."""
    return clock.now().astimezone(ZoneInfo(zone)).date()
