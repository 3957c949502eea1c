"""Rulings on every kind of item: what each page offers, and that a new key is read and used."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.assessment import ScoreRecord
from lms.models.cohorts import Cohort
from lms.services import assessment, cohorts, reviews
from tests.cast import Cast
from tests.kinds_course import RIGHT, give_every_kind
from tests.lms.views.test_views_reviews import confirm, send
from tests.stories import read_all

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def place(app: Flask, cast: Cast, tmp_path: Path) -> str:
    """Lena has answered every kind right, but one number; her text waits for its marker."""
    with app.app_context():
        session, now = db.session, clock.now()
        give_every_kind(session, tmp_path, cast)
        read_all(session, cast.lena, cast.lena_seat, now)
        seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
        attempt = assessment.start(session, seat, "first-module", seed=1, now=now)
        sitting = assessment.sitting_of(session, attempt)
        for n, slot in enumerate(sitting.paper.slots, start=1):
            assessment.save_response(
                session,
                cast.lena,
                attempt,
                slot=n,
                sequence=1,
                answer="4 h" if slot.item_id == "K-NUM" else RIGHT[slot.item_id],
                now=now,
            )
        assessment.submit(session, cast.lena, attempt, now)
        release = session.scalar(sa.select(Cohort.release_id).where(Cohort.id == cast.autumn))
        session.commit()
    return f"/manage/programmes/{cast.northgate}/rulings/{release}/small-course"


@pytest.mark.parametrize("item", sorted(RIGHT))
def test_the_page_of_every_kind_offers_what_it_can_bear(
    place: str, client_of: ClientOf, item: str
) -> None:
    page = client_of("Ada").get(f"{place}/{item}")
    assert page.status_code == 200
    keyless = item in ("K-CON", "K-TXT")
    assert ("New key" in page.text) is not keyless
    assert ("It has no key" in page.text) is keyless
    chosen = item in ("K-SIN", "K-MUL", "K-HOT", "K-CA1", "K-CA2")
    assert ('name="options"' in page.text) is chosen
    assert ('name="keys"' in page.text) is not (chosen or keyless)


@pytest.mark.parametrize(
    ("item", "form", "key"),
    [
        ("K-NUM", {"keys": "4 h\n5 h"}, "4 h or 5 h"),
        ("K-MAT", {"keys": "1b, 2a, 3c"}, "1b,2a,3c"),
        ("K-ORD", {"keys": "d,c,b,a"}, "d,c,b,a"),
        ("K-MUL", {"options": ["a", "c"]}, "a,c"),
        ("K-SIN", {"options": ["b", "c"]}, "b or c"),
    ],
)
def test_a_new_key_of_every_kind_is_read_as_it_was_meant(
    place: str, client_of: ClientOf, item: str, form: dict, key: str
) -> None:
    ada, page = client_of("Ada"), f"{place}/{item}"
    answer = send(ada, page, page, remedy="new-key", reason="It changed.", **form)
    assert "Dry run" in answer.text
    assert key in answer.text


def test_a_text_that_waits_for_its_marker_is_scored_once_its_item_is_dropped(
    app: Flask, place: str, client_of: ClientOf
) -> None:
    ada, page = client_of("Ada"), f"{place}/K-TXT"
    answer = send(ada, page, page, remedy="drop", reason="No rubric fits.", keeps_passes="y")
    assert "Now passes" in answer.text
    confirm(ada, 1)
    with app.app_context():
        row = db.session.scalars(sa.select(ScoreRecord)).one()
        assert Fraction(row.points, row.parts) == 8
        assert (row.revision, row.maximum // row.parts, row.passed) == (1, 9, True)


def test_an_appeal_against_a_marked_text_leads_to_its_marking(
    app: Flask, place: str, cast: Cast, client_of: ClientOf
) -> None:
    ada, page = client_of("Ada"), f"{place}/K-TXT"
    send(ada, page, page, remedy="drop", reason="No rubric fits.", keeps_passes="y")
    confirm(ada, 1)
    with app.app_context():
        line = reviews.file_appeal(
            db.session, cast.lena, 1, slot=0, ground="It was good.", now=clock.now()
        )
        reviews.look_into(
            db.session, cast.ada, line.id, outcome="changed", words="Right.", now=clock.now()
        )
        db.session.commit()
    text = client_of("Ivo").get(f"/manage/appeals/{line.id}").text
    assert "Mark its answers again" in text
    assert "Ruling on item K-TXT, by Ada Okafor" in text
    assert "/void" not in text
