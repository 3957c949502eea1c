"""The page of a certificate: its worth today and on any past day, as a page and as a record."""

import functools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import (
    current_app,
    get_template_attribute,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

import certificates
from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import credentials, sharing
from lms.services.credentials import Attested
from lms.services.sharing import Display, Other
from lms.views.verification.place import count_look_up, logged, look_ups, pages, wants_record
from lms.views.verification.record import record_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A published certificate as somebody looked at it."""

    found: Attested
    display: Display
    others: tuple[Other, ...]
    logged_at: datetime | None
    at: datetime

    @property
    def successor(self) -> str | None:
        """The serial of what took its place, if that is published too."""
        serial = self.found.verdict.superseded_by
        return serial if any(other.serial == serial for other in self.others) else None

    @property
    def chain(self) -> tuple[Other, ...]:
        """The credentials of its other cycles: those that it renews and those that renew it.

        One that was issued anew is not among them: it may bear a name that its holder left.
        """
        return tuple(
            other
            for other in self.others
            if other.cycle != self.found.cycle and not other.is_superseded
        )


@dataclass(frozen=True, slots=True)
class PastDay:
    """What a certificate was worth at the end of a past day, in UTC; or why that is not said."""

    asked: str
    day: date | None = None
    verdict: certificates.Verdict | None = None
    problem: str = ""


@pages.get("/verify")
@rule("public")
@look_ups
def lookup() -> ResponseReturnValue:
    """Take a typed number to its page; without one, offer the form."""
    typed = request.args.get("serial", "").strip()
    if not typed:
        return render_template("verification/lookup.html", tried=False)
    serial = certificates.parse_serial(typed)
    if serial is None:
        return unknown()
    return redirect(url_for("verification.verify", serial=serial))


@pages.get("/v/<serial>")
@rule("public")
@look_ups
def verify(serial: str) -> ResponseReturnValue:
    """Say whether a certificate is genuine and current, and what it does not authorise."""
    if wants_record():
        return record(serial)
    seen = look(serial, clock.now())
    if seen is None:
        return unknown()
    public_url = current_app.config["SETTINGS"].public_url
    # Where nothing on the page is of this visitor alone, many who follow one link get one drawing.
    if current_user.is_authenticated or request.args or "_flashes" in session:
        return drawn(seen, public_url)
    return _drawn_page(Visit.of(seen, public_url))


def drawn(seen: Seen, public_url: str) -> str:
    """Return the page as it is drawn for whoever asks."""
    return render_template(
        "verification/verify.html",
        seen=seen,
        found=seen.found,
        facts=facts_of(seen.found, seen.display, seen.logged_at),
        tools=tools_of(seen),
        programme_name=seen.found.credential.programme,
        public_url=public_url,
    )


@dataclass(frozen=True, slots=True)
class Visit:
    """What the page of a stranger is drawn from; the digest stands for the whole credential."""

    digest: str
    verdict: certificates.Verdict
    display: Display
    others: tuple[Other, ...]
    logged_at: datetime | None
    minute: datetime
    public_url: str
    seen: Seen = field(compare=False)

    @classmethod
    def of(cls, seen: Seen, public_url: str) -> "Visit":
        """Return a visit; the page says to the minute when it was asked for."""
        minute = seen.at.replace(second=0, microsecond=0)
        found = seen.found
        return cls(
            *(found.digest, found.verdict, seen.display, seen.others, seen.logged_at),
            *(minute, public_url, replace(seen, at=minute)),
        )


@functools.lru_cache(maxsize=256)
def _drawn_page(visit: Visit) -> str:
    return drawn(visit.seen, visit.public_url)


@pages.get("/v/<serial>.json")
@rule("public")
@look_ups
def record(serial: str) -> ResponseReturnValue:
    """Give the same answer as the page, for machines."""
    seen = look(serial, clock.now())
    if seen is None:
        return jsonify(version=1, status="unknown"), 404
    address = current_app.config["SETTINGS"].verify_address
    answer = record_of(
        seen.found, seen.display, seen.chain, seen.successor, seen.logged_at, seen.at, address
    )
    past = past_day(seen)
    if past is not None:
        if past.verdict is None:
            return jsonify(version=1, error=past.problem), 400
        answer["on"] = {
            "day": past.asked,
            "status": past.verdict.status,
            "since": past.verdict.since.isoformat() if past.verdict.since else None,
        }
    return jsonify(answer)


def look(serial: str, now: datetime) -> Seen | None:
    """Look a number up and count it; None alike for unknown, malformed and hidden ones."""
    published = sharing.find_published(db.session, serial)
    if published is None:
        return None
    found = credentials.find_by_serial(db.session, serial, now)
    if found is None:
        return None
    others: tuple[Other, ...] = ()
    if published.has_others:
        others = sharing.list_published_others(db.session, published.credential_id)
    logged_at = logged(published.credential_id, now)
    count_look_up("credential", published.credential_id, published.account_id)
    return Seen(found, published.display, others, logged_at, now)


def unknown() -> tuple[str, int]:
    """Give the one calm answer to every unknown, malformed or hidden number."""
    return render_template("verification/lookup.html", tried=True), 404


def past_day(seen: Seen) -> PastDay | None:
    """Answer for the day asked about, if any; it stands beside today's verdict, never for it."""
    asked = request.args.get("on", "").strip()[:40]
    if not asked:
        return None
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return PastDay(asked, problem="Give a day as year, month and day: 2026-10-01.")
    if day > seen.at.date():
        return PastDay(asked, problem="That day has not come yet.")
    end = datetime.combine(day, time.max, UTC)
    return PastDay(asked, day, seen.found.verdict_at(min(end, seen.at)))


def tools_of(seen: Seen) -> Markup:
    """Return what one can do on the page, with the answer for the day asked about, if any."""
    serial, today = seen.found.credential.serial, seen.at.date()
    past = past_day(seen)
    if past is None:
        return _drawn_tools(serial, today)
    tools: Any = get_template_attribute("verification/_tools.html", "tools")
    return Markup(tools(serial, today, past, seen.found.verdict))  # noqa: S704 -- as below


@functools.lru_cache(maxsize=2048)
def _drawn_tools(serial: str, today: date) -> Markup:
    tools: Any = get_template_attribute("verification/_tools.html", "tools")
    return Markup(tools(serial, today))  # noqa: S704 -- what a macro of ours has drawn


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the facts on a page are drawn from; the digest stands for the whole credential."""

    digest: str
    display: Display
    logged_at: datetime | None
    credential: certificates.Credential = field(compare=False)


def facts_of(found: Attested, display: Display, logged_at: datetime | None = None) -> Markup:
    """Return the facts of a credential as a list of terms, as far as its holder shows them."""
    return _drawn(Drawing(found.digest, display, logged_at, found.credential))


@functools.lru_cache(maxsize=2048)
def _drawn(drawing: Drawing) -> Markup:
    credential, display = drawing.credential, drawing.display
    facts: Any = get_template_attribute("verification/_facts.html", "facts")
    return Markup(  # noqa: S704 -- what a macro of ours has drawn, escaped there
        facts(
            credential,
            display,
            name=sharing.name_as_shown(credential.holder_name, display.shown_name),
            number=certificates.format_serial(credential.serial),
            notice=certificates.full_notice(credential),
            logged_at=drawing.logged_at,
            logged_late=is_late(credential, drawing.logged_at),
        )
    )


def is_late(credential: certificates.Credential, logged_at: datetime | None) -> bool:
    """Whether it came into the public register more than a day after its issue."""
    return logged_at is not None and logged_at - credential.issued_at > timedelta(days=1)
