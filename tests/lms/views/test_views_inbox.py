"""The work queue: what waits for whoever asks, oldest first, gone once it is done."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.access import RULES, rule_of
from lms.db import db
from lms.services import accounts, inbox, reviews
from lms.views.inbox import KINDS
from tests.act_samples import dispute
from tests.cast import Cast, token_in
from tests.review_samples import review
from tests.stories import Told
from tests.transcript_samples import file_away


@pytest.fixture
def told(app: Flask, cast: Cast, told: Told) -> Told:
    with app.app_context():
        review(db.session, told, clock.now())
        file_away(db.session, cast, app.config["SETTINGS"].data, clock.now())
        dispute(db.session, told, clock.now())
        db.session.commit()
    return told


def words_on(page: str) -> list[str]:
    """Return what waits, in the order of the page."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)


def queue(client: FlaskClient, cast: Cast, query: str = "") -> str:
    return client.get(f"/manage/programmes/{cast.northgate}/queue{query}").text


def test_everything_that_waits_is_there_oldest_first(
    app: Flask, told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    seen = words_on(queue(client_of("Ada"), cast))
    for word in (
        "Appeal against a result",
        "Ruling on an item, not confirmed",
        "Certificate in doubt",
        "Certificate from elsewhere to check",
        "Appeal about a certificate",
    ):
        assert word in seen
    with app.app_context():
        found = inbox.list_waiting(db.session, cast.northgate, clock.now())
        assert [each.since for each in found] == sorted(each.since for each in found)
        assert inbox.list_waiting(db.session, cast.southgate, clock.now()) == []


def test_nobody_is_sent_to_a_page_they_cannot_open(
    app: Flask, told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Each link is followed by each role; the queue of an instructor is shorter for it."""
    lengths = {}
    for who in ("Ada", "Ivo", "Rhea"):
        client = client_of(who)
        page = queue(client, cast)
        links = re.findall(r'<th scope="row"><a href="([^"]+)"', page)
        lengths[who] = len(links)
        for link in links:
            assert client.get(link).status_code == 200, (who, link)
    assert 0 < lengths["Ivo"] < lengths["Ada"]


def test_what_is_done_is_gone(
    app: Flask, told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    ada = client_of("Ada")
    assert "Ruling on an item, not confirmed" in words_on(queue(ada, cast))
    with app.app_context():
        reviews.set_aside(db.session, cast.ada, 1, now=clock.now())
        db.session.commit()
    assert "Ruling on an item, not confirmed" not in words_on(queue(ada, cast))


def test_a_kind_is_chosen_and_an_unknown_one_is_all(
    told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    ada = client_of("Ada")
    everything = words_on(queue(ada, cast))
    only = words_on(queue(ada, cast, "?kind=reviews-appeal-appeal&page=99"))
    assert only == ["Appeal against a result"] and len(everything) > 1
    assert words_on(queue(ada, cast, "?kind=nonsense&page=-3")) == everything


def test_an_empty_queue_teaches_what_will_come(
    cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    assert "appear here by themselves" in queue(client_of("Ivo"), cast)


def test_every_kind_that_a_feature_tells_has_words_and_a_page(app: Flask) -> None:
    """A feature that sends a new kind to the queue gives it words here."""
    sources = Path(app.root_path) / "services"
    told = set()
    for file in sources.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "Waiting(" in text and "credentials" not in file.parts:
            told |= set(re.findall(r'"((?:\w+)\.(?:\w+))"', text)) & set(app.view_functions)
    assert told <= {endpoint for endpoint, _ in KINDS}
    for endpoint, _kind in KINDS:
        if endpoint in app.view_functions:
            assert rule_of(app, endpoint) in set(RULES) & set(accounts.SATISFIED_BY), endpoint


def test_an_approval_waits_from_sixty_days_before_it_ends(
    app: Flask, told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    ada, today = client_of("Ada"), clock.now().date()
    page = f"/manage/programmes/{cast.northgate}/approvals"
    for days, number in ((61, "FAR"), (30, "NEAR")):
        form = {
            "body": "Some board", "number": number, "statement": "Approved.", "unit": "credits",
            "unit_minutes": 60, "step": "0.25", "valid_from": today.isoformat(),
            "valid_until": (today + timedelta(days=days)).isoformat(),
        }  # fmt: skip
        ada.post(page, data={**form, "csrf_token": token_in(ada.get(page).text)})
    seen = queue(ada, cast)
    assert "Some board NEAR" in seen and "FAR" not in seen
