"""What the pages of completion reports share: their blueprint, and the key that opens consents."""

from flask import Blueprint, current_app

from lms.config import Settings

pages = Blueprint("reporting", __name__)


def secret() -> str:
    """Return the secret key of this installation, from which the key of consents is derived."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.secret()
