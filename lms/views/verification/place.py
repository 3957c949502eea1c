"""What the verification pages share: one limit on looking, one count of looks, one open door."""

import re

from flask import Blueprint, Response, current_app, request
from flask_login import current_user

from lms import clock
from lms.extensions import limiter
from lms.services import sharing
from lms.services.sharing import Kind

pages = Blueprint("verification", __name__)

# One allowance for every way of trying numbers and links, not one for each.
look_ups = limiter.shared_limit("60 per minute", scope="look-ups")

# Programs that fetch an address because somebody was sent it, or to index it: nobody looked.
_NOBODY = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|prefetch|scan|monitor|facebookexternalhit|whatsapp|"
    r"embedly|flipboard|pinterest|vkshare|outbrain|quora link|headless|lighthouse",
    re.IGNORECASE,
)


def count_look_up(kind: Kind, identity: int, holder: int) -> None:
    """Count that somebody looked: not a program, not a mere HEAD, and not the holder."""
    if request.method != "GET" or is_nobody():
        return
    if current_user.is_authenticated and current_user.id == holder:
        return
    tally().add(kind, identity, clock.now().date())


def is_nobody() -> bool:
    """Whether a preview, a crawler or a prefetching browser asks, as far as they say so."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return not agent or "prefetch" in purpose or _NOBODY.search(agent) is not None


def tally() -> sharing.Tally:
    """Return the look-ups that this process has counted and not kept yet."""
    found: sharing.Tally = current_app.extensions["look_ups"]
    return found


@pages.record_once
def begin_to_count(state: object) -> None:
    """Give the application its tally."""
    state.app.extensions["look_ups"] = sharing.Tally()  # type: ignore[attr-defined]


@pages.after_request
def open_to_other_sites(response: Response) -> Response:
    """Let scripts of other sites read what is made for machines; no cookie goes with it."""
    response.headers.add("Vary", "Accept")
    if response.mimetype == "application/json":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
