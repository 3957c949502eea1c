"""What the verification pages share: one limit on looking, one count of looks, one open door."""

import functools
import re
from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from flask_login import current_user
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from lms import clock
from lms.db import db
from lms.extensions import limiter
from lms.services import register, sharing
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
    headers = request.headers
    purpose = f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')}"
    return "prefetch" in purpose or _says_so(headers.get("User-Agent", "")[:300])


@functools.lru_cache(maxsize=1024)
def _says_so(agent: str) -> bool:
    return not agent or _NOBODY.search(agent) is not None


def wants_record() -> bool:
    """Whether the request prefers JSON to a page; one that says nothing gets the page."""
    return _prefers_json(request.headers.get("Accept", "")[:300])


@functools.lru_cache(maxsize=1024)
def _prefers_json(accept: str) -> bool:
    wanted = parse_accept_header(accept, MIMEAccept)
    return wanted.best_match(["text/html", "application/json"]) == "application/json"


class LoggedTimes:
    """When awards were logged, as asked within the last minute: a page that is opened often.

    An award that waits for its first signed tree has a time that will still change.
    """

    LASTS = timedelta(minutes=1)
    MOST = 4096

    def __init__(self) -> None:
        self._asked: dict[int, tuple[datetime, datetime | None]] = {}

    def of(self, credential_id: int, now: datetime) -> datetime | None:
        """Return when a credential's award was logged, None where it was not."""
        asked = self._asked.get(credential_id)
        if asked is not None and now - asked[0] < self.LASTS:
            return asked[1]
        found = register.logged_at(db.session, credential_id)
        if len(self._asked) >= self.MOST:
            self._asked.clear()
        self._asked[credential_id] = (now, found)
        return found


def logged(credential_id: int, now: datetime) -> datetime | None:
    """Return when a credential's award was logged, None where it was not."""
    times: LoggedTimes = current_app.extensions["logged_times"]
    return times.of(credential_id, now)


def tally() -> sharing.Tally:
    """Return the look-ups that this process has counted and not kept yet."""
    found: sharing.Tally = current_app.extensions["look_ups"]
    return found


@pages.record_once
def begin_to_count(state: BlueprintSetupState) -> None:
    """Give the application its tally, and a memory for what it asks the register."""
    state.app.extensions["look_ups"] = sharing.Tally()
    state.app.extensions["logged_times"] = LoggedTimes()


@pages.after_request
def open_to_other_sites(response: Response) -> Response:
    """Let scripts of other sites read what is made for machines; no cookie goes with it."""
    response.headers.add("Vary", "Accept")
    if response.mimetype == "application/json":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
