"""What the pages of reviews share: their blueprint, and what a result's page says of them."""

from typing import Any

from flask import Blueprint, current_app
from flask_babel import lazy_gettext as lazy

from lms import clock
from lms.db import db
from lms.services import reviews
from lms.services.assessment import Sitting

pages = Blueprint("reviews", __name__)

REMEDY_WORDS = {
    "new-key": lazy("It is marked by another key."),
    "full-credit": lazy("Everybody gets full credit for it."),
    "drop": lazy("It no longer counts, neither in points nor in the maximum."),
    "as-published": lazy("It counts as it was first published."),
}


def verify_address() -> str:
    """Return the public address under which serials are looked up."""
    address: str = current_app.config["SETTINGS"].verify_address
    return address


def reviews_of(sitting: Sitting) -> reviews.OnResult:
    """Return what reviews say about an attempt; who may see it, its page has asked already."""
    return reviews.on_result(db.session, sitting, clock.now())


@pages.app_context_processor
def on_results() -> dict[str, Any]:
    """Let any page of an attempt include what reviews say about it."""
    return {"reviews_of": reviews_of, "remedy_words": REMEDY_WORDS}
