"""What the pages of faculty share: their blueprint and their words."""

from flask import Blueprint
from flask_babel import lazy_gettext as _

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
