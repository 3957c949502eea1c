"""Releases for administrators: what each changed, whom it reaches, and nobody else's business."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.services import publishing
from tests.cast import Cast, token_in
from tests.changes import CHANGED, LESSON, NOTE, SLUG, STATEMENT, changed_copy, publish_update
from tests.stories import Told

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def told(app: Flask, cast: Cast, tmp_path: Path, told: Told) -> Told:
    with app.app_context():
        publish_update(db.session, tmp_path, clock.now())
        db.session.commit()
    return told


def releases(programme: int, release: str = "") -> str:
    return f"/manage/programmes/{programme}/releases{release}"


def test_the_list_names_each_release_with_its_kind_and_what_changed(
    told: Told, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    assert releases(told.cast.northgate) in ada.get("/manage").text
    page = ada.get(releases(told.cast.northgate)).text
    for said in ("2026.1", "2026.2", "Safety-critical", "Not labelled", NOTE):
        assert said in page, said


def test_a_release_shows_what_it_touches_and_whom(told: Told, client_of: ClientOf) -> None:
    page = client_of("Ada").get(releases(told.cast.northgate, "/2")).text
    for said in (
        STATEMENT,
        CHANGED,
        "Lesson number 1",
        "T-001",
        "Lena Marković",
        "Leo Ferreira",
        "Outstanding for 1 holder",
        NOTE,
    ):
        assert said in page, said
    assert "CANARY" not in page


def test_nobody_waits_once_everybody_has_confirmed(told: Told, client_of: ClientOf) -> None:
    leo = client_of("Leo")
    path = f"/credentials/{told.serial}/updates/{SLUG}"
    leo.post(f"{path}/confirm", data={"csrf_token": token_in(leo.get(path).text)})
    page = client_of("Ada").get(releases(told.cast.northgate, "/2")).text
    assert "1 holder has read and confirmed it." in page and "Nobody’s is outstanding" in page


def test_another_programme_sees_the_change_but_not_these_people(
    told: Told, client_of: ClientOf
) -> None:
    page = client_of("Olga").get(releases(told.cast.southgate, "/2")).text
    assert CHANGED in page
    assert "Leo" not in page and "Lena" not in page and told.serial not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("", 302), ("Otto", 404), ("Olga", 404), ("Leo", 403), ("Ivo", 403), ("Ada", 200)],
)
def test_only_administrators_of_the_programme_see_its_releases(
    app: Flask, told: Told, client_of: ClientOf, who: str, status: int
) -> None:
    client = client_of(who) if who else app.test_client()
    for release in ("", "/1", "/2"):
        answer = client.get(releases(told.cast.northgate, release))
        assert answer.status_code == status, release


def test_a_release_that_never_was_is_not_there(told: Told, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    for release in ("/99", "/0", "/x"):
        assert ada.get(releases(told.cast.northgate, release)).status_code == 404, release


def test_the_first_release_changes_nothing_for_anybody(told: Told, client_of: ClientOf) -> None:
    page = client_of("Ada").get(releases(told.cast.northgate, "/1")).text
    assert "The first release of this course" in page


def test_an_editorial_release_says_that_nothing_is_touched(
    app: Flask, told: Told, client_of: ClientOf, tmp_path: Path
) -> None:
    root = changed_copy(tmp_path, (LESSON, "Some text under", "Other text under"), name="editorial")
    facts = root / "courses/content/evidence/tst.yaml"
    facts.write_text(facts.read_text(encoding="utf-8").replace(STATEMENT, CHANGED), "utf-8")
    updates = root / "courses/content/small-course/updates"
    updates.mkdir()
    source = tmp_path / "changed/courses/content/small-course/updates" / f"{SLUG}.md"
    (updates / source.name).write_text(source.read_text(encoding="utf-8"), "utf-8")
    with app.app_context():
        publishing.publish(db.session, root, now=clock.now(), actor_id=None)
        db.session.commit()
    page = client_of("Ada").get(releases(told.cast.northgate, "/3")).text
    assert "No fact has changed." in page and "No open attempt holds a touched item." in page
    assert "Editorial" in page
