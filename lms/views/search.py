"""The search page: one field, and what was found in what this reader may read."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from lms.access import rule
from lms.db import db
from lms.extensions import limiter
from lms.services import search
from lms.services.search import Hit, Kind, Pieces

pages = Blueprint("search", __name__)

EXAMPLES = ("lithium seizure", "MAOI", "QTc", "touch and consent", "reporting clock")
PUBLIC_EXAMPLES = ("lithium seizure", "MAOI", "QTc", "blinding", "response rate")


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson, job aid or single passage with the hits in it; without an address, none to open."""

    title: Pieces
    module: str
    address: str | None
    hits: tuple[tuple[Hit, str | None], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind, and where to see more of them."""

    kind: Kind
    label: str
    count: int
    shown: int
    places: tuple[Place, ...]
    more: str | None


@pages.get("/search")
@rule("public")
@limiter.limit("120 per minute")
def index() -> str:
    """Search what this reader may read; without words, say what can be found."""
    typed = search.tidy(request.args.get("q", ""))
    asked = request.args.get("kind", "")
    kind = next((each for each in search.KINDS if each == asked), None)
    exactly = request.args.get("exactly") == "1"
    release = request.args.get("release", type=int)
    account = current_user.id if current_user.is_authenticated else None
    shelves = search.shelves_of(db.session, account)
    chosen = search.chosen(shelves, release)
    answer = None
    if typed and chosen:
        answer = search.find(db.session, chosen, typed, kind=kind, exactly=exactly)

    def address(**changes: Any) -> str:
        now: dict[str, Any] = {"q": typed, "kind": kind, "exactly": int(exactly) or None}
        return url_for("search.index", **{**now, "release": release, **changes})

    return render_template(
        "search/index.html",
        typed=typed,
        was_cut=len(" ".join(request.args.get("q", "").split())) > search.LONGEST_QUERY,
        longest=search.LONGEST_QUERY,
        answer=answer,
        groups=[] if answer is None else groups(answer, kind, address),
        kind=kind,
        release=release,
        shelves=shelves,
        chosen=chosen,
        is_public=all(shelf.is_public for shelf in shelves),
        examples=PUBLIC_EXAMPLES if all(shelf.is_public for shelf in shelves) else EXAMPLES,
        address=address,
        drawn=drawn,
    )


def drawn(pieces: Pieces) -> Markup:
    """Return an excerpt with what was looked for marked in it."""
    parts = ((f"<mark>{escape(text)}</mark>" if found else escape(text)) for text, found in pieces)
    return Markup("".join(parts))  # noqa: S704 -- escaped piece by piece


def groups(answer: search.Answer, kind: Kind | None, address: Callable[..., str]) -> list[Group]:
    """Return what was found as the page lists it: kind by kind, and place by place."""
    labels = words_of_kinds()
    found = []
    for each, hits in answer.hits.items():
        count = answer.counts[each]
        more = address(kind=each) if kind is None and count > len(hits) else None
        found.append(Group(each, labels[each], count, len(hits), places(hits), more))
    return found


def words_of_kinds() -> dict[Kind, str]:
    """Return what each kind of passage is called on the page."""
    return {
        "section": _("Lessons"),
        "aid": _("Job aids"),
        "term": _("Glossary"),
        "claim": _("Claims, judged"),
        "fact": _("Facts"),
    }


def places(hits: tuple[Hit, ...]) -> tuple[Place, ...]:
    """Return hits of one kind under the lesson or job aid they stand in, the best first."""
    found: dict[tuple[int, str, str], list[Hit]] = {}
    for number, hit in enumerate(hits):
        # Terms, claims and facts stand each for itself.
        alone = "" if hit.kind in ("section", "aid") else str(number)
        found.setdefault((hit.shelf.release_id, hit.key, alone), []).append(hit)
    return tuple(
        Place(
            title=together[0].title,
            module=together[0].module,
            address=page_of(together[0]),
            hits=tuple((hit, address_of(hit)) for hit in together),
        )
        for together in found.values()
    )


def page_of(hit: Hit) -> str | None:
    """Return the page on which a hit can be read, None for those who have none to open."""
    return page_at(hit.kind, hit.key, hit.shelf.enrolment_id)


@functools.lru_cache(maxsize=8192)
def page_at(kind: Kind, key: str, enrolment: int | None) -> str | None:
    """Return the page of a lesson, job aid or fact, or the glossary, for a learner."""
    if kind == "fact":
        return url_for("evidence.fact", fact=key)
    if enrolment is None:
        return None
    if kind == "term":
        return url_for("reading.glossary", enrolment=enrolment)
    module, name = key.split("/", 1)
    if kind == "aid":
        return url_for("reading.job_aid", enrolment=enrolment, module=module, aid=name)
    return url_for("learning.lesson", enrolment=enrolment, module=module, lesson=name)


def address_of(hit: Hit) -> str | None:
    """Return where to arrive: the heading, and the words that a browser should show there."""
    page = page_of(hit)
    if page is None:
        return None
    # A hyphen has a meaning of its own in a text fragment.
    words = [quote(each, safe="").replace("-", "%2D") for each in hit.quotes]
    shown = ":~:text=" + "&text=".join(words) if words else ""
    return f"{page}#{hit.anchor}{shown}" if hit.anchor or shown else page
