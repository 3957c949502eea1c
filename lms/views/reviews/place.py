"""What the pages of reviews share: their blueprint, and what a result's page says of them."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app
from flask_babel import gettext as _
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


@dataclass(frozen=True, slots=True)
class OnResult:
    """What reviews have to say about a result, to the learner whose it is."""

    appeals: list[reviews.AppealLine]
    window: reviews.Window
    rulings: list[tuple[str, reviews.RulingLine]]


def reviews_of(sitting: Sitting) -> OnResult:
    """Return what reviews say about an attempt; who may see it, its page has asked already."""
    numbers = {slot.item_hash: n for n, slot in enumerate(sitting.paper.slots, start=1)}
    rulings = [
        (_("Item %(n)s", n=numbers[line.item_hash]), line)
        for line in reviews.list_in_force(db.session, sitting.seat.programme_id, sitting.paper)
    ]
    return OnResult(
        reviews.list_of_attempt(db.session, sitting.attempt_id),
        reviews.window_of(db.session, sitting, clock.now()),
        rulings,
    )


@pages.app_context_processor
def on_results() -> dict[str, Any]:
    """Let any page of an attempt include what reviews say about it."""
    return {"reviews_of": reviews_of, "remedy_words": REMEDY_WORDS}
