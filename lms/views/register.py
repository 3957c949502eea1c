"""The public register: keys, status lists and the log as files, and a page that explains them.

Everything here is for programs of other people: public, cacheable, readable from any site.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, render_template, request

import certificates
from lms import clock, keys
from lms.access import rule
from lms.config import Settings
from lms.db import db
from lms.extensions import limiter
from lms.services import register

pages = Blueprint("register", __name__)

READINGS = "1200 per minute"
# A witness reads the whole log, two tiles for every 256 leaves.
TILES = "6000 per minute"
LISTINGS = "120 per minute"
A_FEW_SECONDS, MINUTES, AN_HOUR, FOR_EVER = 5, 300, 3600, 31_536_000
LIST_NAME = re.compile(r"(revocation|suspension)-([1-9][0-9]{0,5})")


def settings_now() -> Settings:
    """Return the settings of the application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


@pages.after_request
def open_to_all(response: Response) -> Response:
    """Let any site's program read what is published."""
    if response.mimetype != "text/html":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@pages.get("/.well-known/did.json")
@rule("public")
@limiter.limit(READINGS)
def did() -> Response:
    """Publish the issuer's identity with its keys, as wallets look them up (did:web)."""
    settings = settings_now()
    published = keys.keys_of(settings).published
    document = certificates.did_document(settings.public_url, published)
    return lasting(as_json(document), MINUTES)


@pages.get("/.well-known/jwks.json")
@rule("public")
@limiter.limit(READINGS)
def key_set() -> Response:
    """Publish the keys that sign badges, as a JSON Web Key Set."""
    document = certificates.jwks(keys.keys_of(settings_now()).published)
    return lasting(as_json(document), MINUTES)


@pages.get("/register/keys.json")
@rule("public")
@limiter.limit(READINGS)
def published_keys() -> Response:
    """Publish every key there ever was with its time of use: what a check without us needs."""
    return lasting(as_json(keys.published_document(settings_now())), MINUTES)


@pages.get("/register/status/<listing>")
@rule("public")
@limiter.limit(LISTINGS)
def status(listing: str) -> Response:
    """Publish a signed status list as it stands, or stood at `?timestamp=`."""
    named = LIST_NAME.fullmatch(listing)
    if named is None:
        abort(404)
    now = clock.now()
    at = instant_asked_for()
    purpose: Any = named[1]
    found = register.status_list(db.session, settings_now(), purpose, int(named[2]), now, at)
    if found is None:
        abort(404)
    return lasting(as_json(found, "application/vc"), MINUTES if at is None else AN_HOUR)


def instant_asked_for() -> datetime | None:
    """Return the past instant of the query, to the second; 400 for one that is none."""
    text = request.args.get("timestamp")
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        abort(400)
    if at.tzinfo is None:
        abort(400)
    return at.astimezone(UTC).replace(microsecond=0)


@pages.get("/log/checkpoint")
@rule("public")
@limiter.limit(READINGS)
def checkpoint() -> Response:
    """Publish what the log signed last (c2sp.org/tlog-checkpoint)."""
    found = register.latest_checkpoint(db.session)
    if found is None:
        abort(404)
    return lasting(Response(found.note, mimetype="text/plain"), A_FEW_SECONDS)


@pages.get("/log/tile/<path:tile_path>")
@rule("public")
@limiter.limit(TILES)
def tile(tile_path: str) -> Response:
    """Publish the tree in tiles and the entries in bundles (c2sp.org/tlog-tiles)."""
    signed = register.latest_checkpoint(db.session)
    data = signed and register.published_tile(db.session, tile_path, signed.size)
    if not data:
        abort(404)
    return lasting(Response(data, mimetype="application/octet-stream"), FOR_EVER)


@pages.get("/register/<any('verify_credential.py', 'witness.py'):program_name>")
@rule("public")
@limiter.limit(READINGS)
def program(program_name: str) -> Response:
    """Hand out a program of one file that checks without this site."""
    answer = Response(certificates.script(program_name), mimetype="text/x-python")
    answer.headers["Content-Disposition"] = f'attachment; filename="{program_name}"'
    return lasting(answer, AN_HOUR)


@pages.get("/register/credentials")
@rule("public")
@limiter.limit(LISTINGS)
def index() -> str:
    """Explain to a person how certificates can be checked with this site gone."""
    g.indexable = True
    settings = settings_now()
    known = keys.keys_of(settings)
    numbers = range(1, register.count_lists(db.session) + 1)
    return render_template(
        "register/index.html",
        signed=register.latest_checkpoint(db.session),
        origin=register.origin_of(settings),
        vkey=register.verifier_key_of(settings),
        did=certificates.did_of(settings.public_url),
        known=sorted(known.published, key=lambda key: (key.purpose, key.valid_from)),
        lists=[
            certificates.status_list_address(settings.public_url, purpose, number)
            for number in numbers
            for purpose in register.PURPOSES
        ],
        public_url=settings.public_url,
    )


def as_json(document: Any, media_type: str = "application/json") -> Response:
    """Return a document as an answer, in the letters it was signed in."""
    return Response(json.dumps(document, ensure_ascii=False, indent=1), mimetype=media_type)


def lasting(answer: Response, seconds: int) -> Response:
    """Let anybody keep an answer for so long, for ever if it can never change."""
    kept = f"public, max-age={seconds}"
    answer.headers["Cache-Control"] = f"{kept}, immutable" if seconds == FOR_EVER else kept
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
