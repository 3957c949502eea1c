"""The audit trail's page: who may read it, in which words, page by page."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import lms
from lms.db import db
from lms.services import audit
from tests.cast import THEN, Cast
from tests.lms import report_samples as sample

ClientOf = Callable[[str], FlaskClient]


def trail_page(cast: Cast) -> str:
    return f"/manage/programmes/{cast.northgate}/audit"


@pytest.mark.parametrize(
    ("who", "status"),
    [("Ada", 200), ("Ivo", 403), ("Lena", 403), ("Otto", 404), ("Olga", 404)],
)
def test_only_administrators_of_the_programme_read_it(
    client_of: ClientOf, cast: Cast, who: str, status: int
) -> None:
    assert client_of(who).get(trail_page(cast)).status_code == status


def test_the_anonymous_are_asked_to_sign_in(app: Flask, cast: Cast) -> None:
    assert "/sign-in" in app.test_client().get(trail_page(cast)).location


def record(app: Flask, programme_id: int, act: str, subject: str, **detail: object) -> None:
    with app.app_context():
        audit.record(
            db.session,
            at=THEN,
            actor_id=None,
            programme_id=programme_id,
            act=act,
            subject=subject,
            detail=detail,
        )
        db.session.commit()


def test_an_act_is_told_in_words_with_the_time_of_the_programme(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    with app.app_context():
        sample.complete(db.session, cast.lena, cast.lena_seat)
        db.session.commit()
    page = client_of("Ada").get(trail_page(cast)).get_data(as_text=True)
    assert "issued a certificate" in page
    assert "Lena Marković" in page
    assert "1 September 2026, 10:00 BST" in page
    assert f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}" in page
    assert "The system" in page
    assert "enrolment: " not in page


def test_other_programmes_stay_out_of_it(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    record(app, cast.southgate, "cohort.created", "CANARY of Southgate")
    record(app, cast.southgate, "enrolment.made", f"enrolment {cast.lena_seat}")
    page = client_of("Ada").get(trail_page(cast)).get_data(as_text=True)
    assert "CANARY" not in page
    theirs = f"/manage/programmes/{cast.southgate}/audit"
    page = client_of("Olga").get(theirs).get_data(as_text=True)
    assert "CANARY of Southgate" in page
    assert "Lena" not in page


def test_what_somebody_typed_stays_text(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    evil = "<script>alert(1)</script>"
    record(app, cast.northgate, f"unheard.{evil}", evil, note=evil, **{f"key{evil}": evil})
    page = client_of("Ada").get(trail_page(cast)).get_data(as_text=True)
    assert evil not in page
    assert page.count("&lt;script&gt;") == 5


def test_scores_read_in_an_order_that_makes_sense(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    record(
        app,
        cast.northgate,
        "attempt.scored",
        "attempt 7",
        points=17,
        maximum=20,
        passed=True,
        missed_safety=["T-003", "T-004"],
    )
    page = re.sub(r"<[^>]+>", "", client_of("Ada").get(trail_page(cast)).get_data(as_text=True))
    assert "points: 17; of: 20; passed: yes; safety items missed: T-003, T-004" in page


def test_it_pages_back_to_the_beginning(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    for number in range(53):
        record(app, cast.northgate, "cohort.exported", f"Export {number:02}")
    client = client_of("Ada")
    first = client.get(trail_page(cast)).get_data(as_text=True)
    assert "Export 52" in first
    assert "Export 02" not in first
    assert "The latest acts" not in first
    older = first.split('rel="next" href="', 1)[1].split('"', 1)[0]
    second = client.get(older).get_data(as_text=True)
    assert "Export 02" in second
    assert "Export 00" in second
    assert 'rel="next"' not in second
    beyond = client.get(f"{trail_page(cast)}?before=1").get_data(as_text=True)
    assert "No earlier act" in beyond
    assert client.get(f"{trail_page(cast)}?before=nonsense").status_code == 200


def test_a_silent_programme_says_so(client_of: ClientOf, cast: Cast) -> None:
    page = client_of("Ada").get(trail_page(cast)).get_data(as_text=True)
    assert "Nothing has happened yet" in page


def test_a_changed_cohort_is_told_by_its_title_with_what_was_and_is(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    """Days were once read as if every act told one: a change tells two, and the page broke."""
    changed = {"from": "2026-09-01", "to": "2026-09-08"}
    record(app, cast.northgate, "cohort.changed", f"cohort {cast.autumn}", starts_on=changed)
    record(app, cast.northgate, "due.extended", f"enrolment {cast.lena_seat}", until="2027-02-07")
    page = client_of("Ada").get(trail_page(cast)).get_data(as_text=True)
    assert "changed the settings of a cohort" in page
    assert f"cohort {cast.autumn}<" not in page
    assert "starts on: 2026-09-01 → 2026-09-08" in page
    assert "until: " in page and "7 February 2027" in page


def test_every_act_that_is_written_down_has_words() -> None:
    """What has none would show its own name to the people who read the trail."""
    root = Path(lms.__file__).parent
    words = (root / "templates/audit/_words.html").read_text()
    written = {
        keyword.value.value
        for file in (root / "services").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "act"
        and isinstance(keyword.value, ast.Constant)
        and "." in str(keyword.value.value)
    }
    assert len(written) > 50
    assert {act for act in written if f'"{act}":' not in words} == set()
