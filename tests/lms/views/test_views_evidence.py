"""The evidence library: open to anybody, complete, and silent about the items to the public."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms import clock
from lms.db import db
from lms.services import evidence, publishing
from tests.cast import BUNDLED, SMALL, Cast
from tests.changes import FACTS, LESSON, STATEMENT, changed_copy

ClientOf = Callable[[str], FlaskClient]

CLAIMS = """\
claims:
  - id: C-01
    claim: "It <always> works."
    corrected: "It sometimes does."
    facts: [TST-002]
  - id: C-02
    claim: "Nobody judges this."
    corrected: "Indeed not."
    facts: [TST-001]
"""
JUDGED = """

```claim
id: C-01
verdict: fails
reasoning: |
  It does not.[@TST-002]
```
"""


def publish(app: Flask, root: Path) -> None:
    with app.app_context():
        publishing.publish(db.session, root, now=clock.now(), actor_id=None)
        db.session.commit()


@pytest.fixture
def overdue(app: Flask, cast: Cast, tmp_path: Path) -> None:
    """The newest release has a first fact whose review is due; the cohort learns it."""
    publish(
        app,
        changed_copy(tmp_path, (FACTS, "review_by: 2028-06-30", "review_by: 2026-07-01")),
    )
    with app.app_context():
        db.session.execute(sa.text("UPDATE cohorts SET release_id = 2"))
        db.session.commit()


@pytest.fixture
def claims(app: Flask, cast: Cast, tmp_path: Path) -> None:
    text = (SMALL / LESSON).read_text(encoding="utf-8")
    root = changed_copy(tmp_path, (LESSON, text, text + JUDGED))
    (root / "courses/content/claims.yaml").write_text(CLAIMS, encoding="utf-8")
    publish(app, root)


def test_anybody_finds_every_fact_with_its_source(app: Flask, cast: Cast) -> None:
    page = app.test_client().get("/evidence").text
    assert "2 facts" in page and STATEMENT in page and "Example &amp; Sample 2020" in page
    assert 'href="/evidence/TST-001"' in page and "Practice advice" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=TST-002", {"TST-002"}),
        ("q=sample+2020", {"TST-001"}),
        ("q=statement", {"TST-001", "TST-002"}),
        ("q=no-such-words", set()),
        ("area=TST", {"TST-001", "TST-002"}),
        ("area=SET", set()),
        ("strength=consensus", {"TST-002"}),
        ("status=advice", {"TST-002"}),
        ("status=recalled", {"TST-002"}),
        ("status=seen", {"TST-001"}),
        ("status=uncertain", set()),
        ("review=due", set()),
        ("page=99", {"TST-001", "TST-002"}),
        ("page=-1", {"TST-001", "TST-002"}),
        ("page=x&q=%00", set()),
    ],
)
def test_the_filters_find_what_they_say(
    app: Flask, cast: Cast, asked: str, found: set[str]
) -> None:
    answer = app.test_client().get(f"/evidence?{asked}")
    assert answer.status_code == 200
    assert set(re.findall(r'<h3 class="fact-id" id="([A-Z-]+\d+)"', answer.text)) == found
    if not found:
        assert "No fact answers this" in answer.text


def test_what_was_typed_comes_back_escaped(app: Flask, cast: Cast) -> None:
    page = app.test_client().get("/evidence?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_a_fact_shows_its_source_its_standing_its_dates_and_its_lessons(
    app: Flask, cast: Cast
) -> None:
    page = app.test_client().get("/evidence/TST-001").text
    for said in (
        STATEMENT,
        "Expert opinion",
        "Source text read",
        "30 June 2026",
        "30 June 2028",
        "Lesson number 1",
        "9 examination items",
    ):
        assert said in page, said


class Outward(HTMLParser):
    """Collects what a page would fetch from elsewhere, and the links that lead out."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.rels: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and value.startswith(("http:", "https:", "//")):
                if tag == "a" and name == "href":
                    self.rels.append(dict(attrs).get("rel") or "")
                else:
                    self.fetched.append(value)


def test_the_page_asks_no_third_party_and_tells_none_where_the_reader_came_from(
    app: Flask, cast: Cast
) -> None:
    page = Outward()
    page.feed(app.test_client().get("/evidence/TST-001").text)
    assert page.fetched == []
    assert page.rels and all("noreferrer" in rel.split() for rel in page.rels)


@pytest.mark.parametrize("who", ["", "Leo", "Otto"])
def test_only_staff_see_which_items_stand_on_a_fact(
    app: Flask, cast: Cast, client_of: ClientOf, who: str
) -> None:
    """An item's id beside its fact would tell a candidate where to look for its answer."""
    client = client_of(who) if who else app.test_client()
    page = client.get("/evidence/TST-001").text
    assert "9 examination items" in page
    assert re.findall(r"\bT-00\d\b", page) == [] and "CANARY" not in page
    staff = client_of("Ivo").get("/evidence/TST-001").text
    assert "T-001" in staff and "CANARY" not in staff


def test_a_learner_is_led_to_the_lessons_of_their_own_seat(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    address = f"/learn/{cast.leo_seat}/first-module/lesson-1"
    assert address in client_of("Leo").get("/evidence/TST-001").text
    for who in ("Otto", "Ivo"):
        assert "/learn/" not in client_of(who).get("/evidence/TST-001").text.split("<main")[1]


@pytest.mark.parametrize(
    "path", ["/evidence/TST-999", "/evidence/tst-001", "/evidence/x", "/evidence/%00"]
)
def test_a_fact_that_never_was_is_not_there(app: Flask, cast: Cast, path: str) -> None:
    assert app.test_client().get(path).status_code == 404


def test_facts_past_their_review_are_marked_everywhere(
    app: Flask, cast: Cast, client_of: ClientOf, overdue: None
) -> None:
    client = app.test_client()
    assert "1 of them is due for review" in client.get("/evidence").text
    found = client.get("/evidence?review=due").text
    assert 'id="TST-001"' in found and 'id="TST-002"' not in found and "Review due" in found
    assert "Review is due" in client.get("/evidence/TST-001").text
    assert "Review is due" not in client.get("/evidence/TST-002").text
    lesson = client_of("Leo").get(f"/learn/{cast.leo_seat}/first-module/lesson-1").text
    assert "One source of this lesson is due for review" in lesson
    assert 'href="/evidence/TST-001">TST-001</a> (review by' in lesson


def test_a_lesson_whose_sources_are_in_date_says_nothing_of_it(
    cast: Cast, client_of: ClientOf
) -> None:
    page = client_of("Leo").get(f"/learn/{cast.leo_seat}/first-module/lesson-1").text
    assert "due for review" not in page
    assert 'class="source-id" href="/evidence/TST-001"' in page


def test_every_claim_of_the_register_stands_with_its_correction_and_its_lesson(
    app: Flask, claims: None
) -> None:
    page = app.test_client().get("/evidence/claims").text
    assert "2 claims" in page and "It &lt;always&gt; works." in page and "<always>" not in page
    assert "It sometimes does." in page and 'href="/evidence/TST-002"' in page
    first, second = page.split('id="C-01"')[1].split('id="C-02"')
    assert "Lesson number 1" in first and "No lesson of this release" in second
    assert "/evidence/claims#C-01" in app.test_client().get("/evidence/TST-002").text


def test_without_claims_or_without_a_curriculum_the_pages_say_so(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No claim yet" in app.test_client().get("/evidence/claims").text
    monkeypatch.setattr(evidence, "newest", lambda _session: None)
    assert "No curriculum yet" in app.test_client().get("/evidence").text
    assert "No claim yet" in app.test_client().get("/evidence/claims").text
    assert app.test_client().get("/evidence/TST-001").status_code == 404


def test_the_library_of_the_bundled_curriculum_is_paged_and_asks_little(
    app: Flask, client_of: ClientOf
) -> None:
    publish(app, BUNDLED)
    asked: list[str] = []
    client = client_of("Leo")
    client.get("/evidence")
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(str(args[2])))
    first = client.get("/evidence").text
    assert "Page 1 of" in first and "page=2" in first
    assert "Adverse events (ADV)" in first
    assert len(asked) <= 8
    asked.clear()
    assert client.get("/evidence/claims").status_code == 200
    assert len(asked) <= 8
    for number in range(2, 20):
        page = client.get(f"/evidence?area=SCR&page={number}").text
        assert page.count("<h1") == 1
