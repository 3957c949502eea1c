"""A learner's pages: what to do next, the lesson, its completion, its place, what is missing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms import clock
from lms.db import db
from lms.models.learning import LessonCompletion, Place
from lms.services import practice, watch
from tests import population
from tests.cast import Cast, token_in
from tests.closing_course import disclose_nothing
from tests.practice_samples import give_a_practice
from tests.stories import tell

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def lena(client_of: ClientOf) -> FlaskClient:
    return client_of("Lena")


def lesson(cast: Cast, number: int = 1) -> str:
    return f"/learn/{cast.lena_seat}/first-module/lesson-{number}"


def test_home_names_the_next_thing_and_what_is_missing(lena: FlaskClient, cast: Cast) -> None:
    page = lena.get("/learn").text
    assert "Start reading" in page and lesson(cast) in page
    assert "2 lessons in" in page and "Opens when all lessons of the module are read" in page


def test_reading_leads_from_lesson_to_lesson_to_quiz(lena: FlaskClient, cast: Cast) -> None:
    for number, onward in ((1, lesson(cast, 2)), (2, f"/learn/{cast.lena_seat}/first-module/quiz")):
        page = lena.get(lesson(cast, number)).text
        answer = lena.post(f"{lesson(cast, number)}/complete", data={"csrf_token": token_in(page)})
        assert answer.status_code == 303 and answer.headers["Location"] == onward
    assert "Start attempt 1" in lena.get(f"/learn/{cast.lena_seat}/first-module/quiz").text


def test_opening_a_lesson_completes_nothing(app: Flask, lena: FlaskClient, cast: Cast) -> None:
    lena.get(lesson(cast))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(LessonCompletion.id))) == 0


def test_a_lesson_shows_its_sources_and_where_one_is(lena: FlaskClient, cast: Cast) -> None:
    page = lena.get(lesson(cast)).text
    assert 'href="#src-TST-001"' in page and 'id="src-TST-001"' in page
    assert "Example &amp; Sample 2020" in page
    assert 'aria-current="page"' in page


def test_the_place_is_kept_and_offered_again(app: Flask, lena: FlaskClient, cast: Cast) -> None:
    page = lena.get(lesson(cast)).text
    token = page.split('data-token="', 1)[1].split('"', 1)[0]
    answer = lena.post(
        f"{lesson(cast)}/place",
        json={"heading": "s-second-heading"},
        headers={"X-CSRFToken": token},
    )
    assert answer.get_json() == {"kept": True}
    home = lena.get("/learn").text
    assert "Continue where you left off" in home and "Second heading" in home


@pytest.mark.parametrize("body", [{}, [], {"heading": 5}, {"heading": "x" * 161}, None])
def test_a_place_that_is_none_is_refused(
    app: Flask, lena: FlaskClient, cast: Cast, body: object
) -> None:
    page = lena.get(lesson(cast)).text
    token = page.split('data-token="', 1)[1].split('"', 1)[0]
    answer = lena.post(f"{lesson(cast)}/place", json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 400 and answer.is_json
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Place.id))) == 0


def test_an_outsider_is_shown_how_to_begin(client_of: ClientOf, cast: Cast) -> None:
    page = client_of("Otto").get("/learn")
    assert page.status_code == 200 and "/programmes/northgate" in page.text


def test_enrolling_twice_keeps_one_seat(client_of: ClientOf, cast: Cast) -> None:
    otto = client_of("Otto")
    addresses = set()
    for _ in range(2):
        token = token_in(otto.get("/programmes/northgate").text)
        answer = otto.post(f"/cohorts/{cast.autumn}/enrol", data={"csrf_token": token})
        addresses.add(answer.headers["Location"])
    assert len(addresses) == 1


@pytest.mark.parametrize("path", ["/learn", "/credentials", "/account"])
def test_the_anonymous_are_led_to_sign_in_and_back(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/sign-in?next={path.replace('/', '%2F')}") or (
        answer.headers["Location"].endswith(f"/sign-in?next={path}")
    )


# --- how often a page asks the database -----------------------------------------------------


@pytest.fixture
def count(app: Flask) -> Callable[[FlaskClient, str], int]:
    """Count the queries of one GET, those that load the person included."""
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(str(args[2])))

    def count(client: FlaskClient, path: str) -> int:
        client.get(path)  # what a process keeps from its first time is not counted
        asked.clear()
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return len(asked)

    return count


def test_every_page_makes_a_small_fixed_number_of_queries(
    app: Flask, cast: Cast, client_of: ClientOf, count: Callable[[FlaskClient, str], int]
) -> None:
    """Lesson and verification at most 4, every other page at most 8."""
    told = tell(app, cast)
    manage = f"/manage/cohorts/{cast.autumn}"
    few = {
        "Lena": [lesson(cast)],
        "": [f"/v/{told.serial}"],
    }
    pages = {
        "": ["/", "/programmes/northgate", "/verify", "/sign-in", "/register", "/healthz"],
        "Lena": ["/learn", f"/learn/{cast.lena_seat}/progress",
                 f"/learn/{cast.lena_seat}/first-module/quiz",
                 f"/attempts/{told.open_attempt}/items/1", f"/attempts/{told.open_attempt}/review",
                 "/account", "/account/sessions", "/credentials",
                 f"/learn/{cast.lena_seat}/job-aids/first-module/on-the-wall",
                 f"/learn/{cast.lena_seat}/glossary",
                 f"/learn/{cast.lena_seat}/modules/first-module",
                 f"/learn/{cast.lena_seat}/notes", f"/learn/{cast.lena_seat}/notes.txt",
                 f"/learn/{cast.lena_seat}/notes/first-module/lesson-1"],
        "Leo": [f"/attempts/{told.passed_attempt}/result", "/credentials", "/learn"],
        "Ada": ["/manage", manage,
                *(f"{manage}/learners/{seat}{part}" for seat in (cast.lena_seat, cast.leo_seat)
                  for part in ("", "/history", "/hours", "/messages", "/notes")),
                f"/manage/programmes/{cast.northgate}/audit",
                f"/manage/programmes/{cast.northgate}/people",
                f"/manage/credentials/{told.serial}/revoke"],
    }  # fmt: skip
    too_many = []
    for most, table in ((4, few), (8, pages)):
        for who, paths in table.items():
            client = client_of(who) if who else app.test_client()
            for path in paths:
                queries = count(client, path)
                if queries > most:
                    too_many.append(f"{path}: {queries} queries, at most {most}")
    assert too_many == []


@pytest.mark.parametrize("part", ["", "/history", "/hours", "/messages", "/notes"])
def test_a_learners_record_asks_no_more_when_every_book_is_waited_for(
    app: Flask,
    cast: Cast,
    client_of: ClientOf,
    count: Callable[[FlaskClient, str], int],
    tmp_path: Path,
    part: str,
) -> None:
    """Practice and ratings before the award, disclosures to see, and a flag that is open."""
    with app.app_context():
        now = clock.now()
        give_a_practice(db.session, tmp_path, cast)
        disclose_nothing(db.session, cast, now)
        both = practice.Switches(log=True, ratings=True)
        practice.set_switches(db.session, cast.northgate, both, by=cast.ada, now=now)
        watch.go_through(db.session, cast.autumn, now + timedelta(days=60))
        db.session.commit()
    record = f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}"
    ada = client_of("Ada")
    glance = ada.get(record).text
    for said in ("At risk", "Signed practice", "Observed skill not met", "see the disclosures"):
        assert said in glance
    assert count(ada, f"{record}{part}") <= 8


def test_the_cohort_page_asks_no_more_for_more_learners(
    app: Flask, cast: Cast, client_of: ClientOf, count: Callable[[FlaskClient, str], int]
) -> None:
    path, ada = f"/manage/cohorts/{cast.autumn}", client_of("Ada")
    few = count(ada, path)
    with app.app_context():
        population.add_learners(db.session, cast.autumn, 30, now=clock.now())
        db.session.commit()
    assert count(ada, path) == few
