"""The blueprint of the pages of messages, and words that several of them show."""

from flask import Blueprint
from flask_babel import gettext as _

from lms.errors import Refused
from lms.forms.messages import PressForm

pages = Blueprint("messages", __name__)


def refuse_unless_pressed() -> None:
    """Refuse a form that was not sent from a page of ours."""
    if not PressForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
