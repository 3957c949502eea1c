"""Objectives of a cohort and the handouts, as each person meets them."""

import re
import subprocess
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from tests.cast import Cast
from tests.lms import report_samples as sample
from tests.lms.services.test_services_debriefs import answer, bank_of

ClientOf = Callable[[str], FlaskClient]


def page_of(cast: Cast) -> str:
    return f"/manage/cohorts/{cast.autumn}/objectives"


def handout_of(cast: Cast) -> str:
    return f"/manage/cohorts/{cast.autumn}/debrief.pdf"


@pytest.fixture
def misled(app: Flask, cast: Cast) -> str:
    """Half of forty are certain and wrong about an item; return its lead-in."""
    with app.app_context():
        for number in range(1, 41):
            seat = sample.learner(db.session, cast, f"Learner {number}", number=number)
            answer(db.session, cast, seat, [("wrong" if number % 2 else "right", 3)])
        db.session.commit()
        items = [item for item in bank_of(db.session, cast).items if item.kind == "single"]
        return items[0].lead_in


@pytest.mark.parametrize(
    ("who", "status"),
    [("Ada", 200), ("Ivo", 200), ("Rhea", 200), ("Lena", 403), ("Otto", 404), ("Olga", 404)],
)
@pytest.mark.usefixtures("misled")
def test_those_who_read_the_cohort_read_its_debrief(
    client_of: ClientOf, cast: Cast, who: str, status: int
) -> None:
    client = client_of(who)
    assert client.get(page_of(cast)).status_code == status
    assert client.get(handout_of(cast)).status_code == status


def test_before_the_first_quiz_the_page_says_what_will_stand_here(
    client_of: ClientOf, cast: Cast
) -> None:
    client = client_of("Ivo")
    page = client.get(page_of(cast)).text
    assert "Nobody has submitted a quiz yet" in page
    assert "debrief.pdf" not in page
    assert client.get(handout_of(cast)).status_code == 404


def test_the_page_says_what_misled_whom(client_of: ClientOf, cast: Cast, misled: str) -> None:
    page = client_of("Ivo").get(page_of(cast)).text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert misled in words
    assert "20 of 40" in words
    section = page.split('id="misconceptions"', 1)[1].split("</section>", 1)[0]
    assert section.count('<th scope="row">') == 1
    assert "35–65" in section, "Wilson’s interval of 20 in 40"


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF."""
    told = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s+", " ", told.stdout.decode())


def test_the_handout_for_teachers_holds_items_and_the_one_for_learners_none(
    client_of: ClientOf, cast: Cast, misled: str
) -> None:
    client = client_of("Ivo")
    teachers = client.get(handout_of(cast))
    learners = client.get(handout_of(cast) + "?for=learners")
    assert misled in text_of(teachers.data)
    assert "do not hand this out" in text_of(teachers.data)
    for word in (misled, "20 of 40", "Learner 1", "wrong and certain"):
        assert word not in text_of(learners.data)
    assert "Objectives to return to" in text_of(learners.data)
    for answer_ in (teachers, learners):
        assert answer_.content_type == "application/pdf"
        about = subprocess.run(
            ["pdfinfo", "-"], input=answer_.data, capture_output=True, check=True
        )
        assert re.search(r"Tagged:\s+yes", about.stdout.decode())
    assert "Debrief" in teachers.headers["Content-Disposition"]
