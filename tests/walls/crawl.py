"""The crawl: every address of the URL map, filled with the things of either side and of both."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pypdf
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.access import rule_of
from tests.house.test_house_routes import Filled
from tests.walls.world import ALL, World

# Whoever knows such a number or link may look, without an account: it was given to them.
GIVEN_AWAY = {"serial", "token"}


@dataclass(frozen=True)
class Address:
    """A page to open: its path, its endpoint, and with whose things it is filled."""

    path: str
    endpoint: str
    arguments: frozenset[str]
    side: str


def addresses(app: Flask, world: World) -> list[Address]:
    """Return every address that opens something, with the things of each side, each path once."""
    filled = Filled(world.told)
    sides = sides_of(world)
    found: dict[str, Address] = {}
    for route in app.url_map.iter_rules():
        rule = rule_of(app, route.endpoint)
        is_given_away = rule == "public" and route.arguments & GIVEN_AWAY
        if "GET" not in (route.methods or ()) or rule == "development" or is_given_away:
            continue
        for side, values in sides.items():
            path = path_of(app, route, filled, values)
            found.setdefault(path, Address(path, route.endpoint, frozenset(route.arguments), side))
    return list(found.values())


def sides_of(world: World) -> dict[str, dict[str, int | str]]:
    """Whose things an address is filled with; beside the sides, things of one within another."""
    cast, spring, south = world.told.cast, world.sunniva.values(), world.sten.values()
    return {
        "autumn": {},
        "spring": spring,
        "south": {**south, "programme": cast.southgate, "slug": "southgate"},
        "spring within autumn": {**spring, "cohort": cast.autumn},
        "autumn within spring": {"cohort": world.sunniva.cohort},
        "south within autumn": {**south, "cohort": cast.autumn},
        "autumn within south": {"cohort": world.sten.cohort, "programme": cast.southgate},
    }


def path_of(app: Flask, route: Rule, filled: Filled, values: dict[str, int | str]) -> str:
    """Return a route's address; KeyError for an argument that the route matrix does not know."""
    chosen = {name: values[name] if name in values else filled.value(name)
              for name in route.arguments}  # fmt: skip
    with app.test_request_context():
        return route.build(chosen, append_unknown=False)[1]  # type: ignore[index]


def leaks(client: FlaskClient, pages: Iterable[Address], may_meet: set[str]) -> Iterator[str]:
    """Open every page as one person; yield where a canary sings that they may not meet."""
    unwanted = ALL - may_meet
    for page in pages:
        with client.get(page.path) as answer:
            words = words_of(answer)
        found = sorted(canary for canary in unwanted if canary in words)
        if found:
            yield f"{page.path} ({page.endpoint}, {answer.status_code}): {', '.join(found)}"


def words_of(answer: TestResponse) -> str:
    """Return all that an answer says: headings, headers, and what lies packed in a file."""
    body = answer.get_data()
    told = [str(answer.headers)]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            told += [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
            told += packed.namelist()
    elif body.startswith(b"%PDF"):
        document = pypdf.PdfReader(io.BytesIO(body))
        told += [page.extract_text() for page in document.pages]
        told.append(str(document.metadata))
    else:
        told.append(body.decode("utf-8", "replace"))
    # Words that a page breaks or hyphenates at a soft place are still said.
    return re.sub("[\u00ad\u200b]", "", "\n".join(told))
