"""What the pages of rosters share: their blueprint, larger files, where files wait."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, request
from flask_login import current_user

from lms.config import Settings
from lms.db import db
from lms.services import accounts, rosters

pages = Blueprint("rosters", __name__)

_BESIDE_THE_FILE = 50_000


@pages.url_value_preprocessor
def _allow_files(_endpoint: str | None, _values: Mapping[str, Any] | None) -> None:
    """Let people who are signed in send more to the one form that takes a file."""
    takes_files = request.endpoint == "rosters.cohort" and request.method == "POST"
    if takes_files and current_user.is_authenticated:
        # One more than is read, so that the page itself can say what is too large.
        request.max_content_length = 2 * rosters.MOST_BYTES + _BESIDE_THE_FILE


def settings() -> Settings:
    """Return the settings of this installation."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def data_folder() -> Path:
    """Return the data folder of this installation."""
    return settings().data


def may_write(programme: int) -> bool:
    """Whether whoever looks at a page of a programme may also decide there."""
    role = accounts.role_in(db.session, current_user.id, programme)
    return role in ("administrator", "director")
