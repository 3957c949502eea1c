"""Guess limits: every address that takes a secret answers only so often.

Counted before anything else looks at the request, so that neither a missing CSRF token nor a wrong
e-mail address makes a guess free. Nobody can be locked out by another: what counts against an
account counts for one network address only.
"""

import ipaddress
import time
from collections.abc import Callable

from flask import current_app, request
from flask_login import current_user
from flask_security.proxies import _security
from limits import RateLimitItem, parse_many
from werkzeug.exceptions import TooManyRequests

from lms.extensions import limiter
from lms.forms.accounts import LONGEST_EMAIL


def address() -> str:
    """The network address; of IPv6 the half that a provider hands out to one customer."""
    raw = request.remote_addr or "unknown"
    try:
        known = ipaddress.ip_address(raw)
    except ValueError:
        return raw
    if known.version == 6:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return raw


def address_and_email() -> str:
    """The network address together with the account aimed at, however its e-mail is written."""
    email = request.form.get("email", "")
    try:
        email = _security.mail_util.normalize(email[:LONGEST_EMAIL])
    except ValueError:
        email = "no address"
    return f"{address()} {email}"


def address_and_person() -> str:
    """The network address together with whoever is signed in."""
    return f"{address()} {current_user.get_id()}"


Limit = tuple[str, Callable[[], str]]
# A whole cohort may sit behind one network address of its hospital.
FORMS: dict[str, tuple[Limit, ...]] = {
    "security.login": (
        ("10 per minute; 30 per hour", address_and_email),
        ("120 per minute; 600 per hour", address),
    ),
    "security.register": (
        ("5 per hour", address_and_email),
        ("60 per minute; 200 per hour", address),
    ),
    "security.send_confirmation": (
        ("5 per hour", address_and_email),
        ("30 per minute; 100 per hour", address),
    ),
    "security.forgot_password": (
        ("5 per hour", address_and_email),
        ("30 per minute; 100 per hour", address),
    ),
    "security.change_password": (("10 per minute; 30 per hour", address_and_person),),
}
# Here the address itself is the secret, so that reading the page is a guess too.
LINKS: dict[str, tuple[Limit, ...]] = {
    "security.confirm_email": (("30 per minute; 200 per hour", address),),
    "security.reset_password": (("30 per minute; 200 per hour", address),),
    "accounts.setup": (("20 per minute; 100 per hour", address),),
}


def hold() -> None:
    """Refuse the request with 429 once its address, or that and its account, came too often."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return
    endpoint = request.endpoint or ""
    if endpoint in FORMS and request.method == "POST":
        limits = FORMS[endpoint]
    else:
        limits = LINKS.get(endpoint, ())
    for rates, key in limits:
        _count(parse_many(rates), endpoint, key())


def _count(rates: list[RateLimitItem], endpoint: str, key: str) -> None:
    for rate in rates:
        if not limiter.limiter.hit(rate, endpoint, key):
            until = limiter.limiter.get_window_stats(rate, endpoint, key).reset_time
            raise TooManyRequests(retry_after=max(1, int(until - time.time())))
