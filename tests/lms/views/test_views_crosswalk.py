"""Hours and competencies as visitors and learners see them, and the outline that they take away."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import pypdf
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import courses
from lms import clock, downloads
from lms.db import db
from lms.services import catalogue, live
from lms.services.catalogue import ReleaseContent
from lms.views import crosswalk as page_of_crosswalk
from lms.views.crosswalk import outline
from lms.views.crosswalk.words import cited, rule_words
from tests.cast import Cast
from tests.live_samples import autumn, on
from tests.stories import tell

PUBLIC = "/programmes/northgate/crosswalk"


@pytest.fixture(autouse=True)
def _nothing_printed() -> Iterator[None]:
    page_of_crosswalk._printed.clear()
    yield
    page_of_crosswalk._printed.clear()


@pytest.fixture
def content(app: Flask, cast: Cast) -> ReleaseContent:
    with app.app_context():
        return catalogue.release(db.session, cast.release)


def cells_of(page: str, requirement: str) -> list[str]:
    """Return the texts of the table row that a requirement stands in."""
    row = page.split(f"{requirement}</span>", 1)[1].split("</tr>", 1)[0]
    return [cell.split(">", 1)[1].split("<", 1)[0].strip() for cell in row.split("<td")[1:]]


def test_anybody_sees_what_is_mapped_and_what_is_not_offered(app: Flask) -> None:
    page = app.test_client().get(PUBLIC).text
    # 3 minutes of the first lesson and 10 of the quiz, of 1 hour.
    assert cells_of(page, "SL-HRS-ETHC")[:3] == ["1\u00a0h", "13\u00a0min", "47\u00a0min"]
    assert cells_of(page, "SL-HRS-TOTAL")[:3] == ["2\u00a0h", "15\u00a0min", "1\u00a0h 45\u00a0min"]
    assert "Mapped to, not approved" in page
    assert "5\u00a0min of it are mapped to no topic" in page
    for said in ("22 November 2026", "It shows in the room.", "Practice in all", "in twos"):
        assert said in page, said


def test_it_never_says_that_a_rule_is_met(app: Flask) -> None:
    page = app.test_client().get(PUBLIC).text.casefold()
    for word in ("meets", "fulfil", "compliant", "satisfies"):
        assert word not in page, word


def test_readings_that_conflict_stand_beside_each_other(app: Flask) -> None:
    page = app.test_client().get(PUBLIC).text
    assert cells_of(page, "SL-HRS-SCRN")[:3] == [
        "1\u00a0h or 2\u00a0h",
        "2\u00a0min",
        "58\u00a0min or 1\u00a0h 58\u00a0min",
    ]


def test_what_was_not_read_at_its_source_says_verify(app: Flask) -> None:
    page = app.test_client().get(PUBLIC).text
    assert page.count("Verify: read second-hand") == 1
    assert page.count("Verify: recalled, not read") == 1
    assert page.count("Read in the issuer’s own text") == 5


def test_every_source_that_is_named_leads_to_its_note(app: Flask) -> None:
    page = app.test_client().get(PUBLIC).text
    for name in ("S01", "S02"):
        assert f'href="#source-{name}"' in page
        assert page.count(f'id="source-{name}"') == 1


def test_a_rule_without_hours_names_the_lessons_that_teach_it(app: Flask) -> None:
    page = app.test_client().get(PUBLIC).text
    row = page.split("SL-TOUCH</span>", 1)[1].split("</tr>", 1)[0]
    assert "ask first" in row and "1. Lesson number 1" in row


def test_the_picture_says_in_words_what_it_shows(app: Flask) -> None:
    page = app.test_client().get(PUBLIC).text
    described = page.split('id="chart-someland-desc">', 1)[1].split("</desc>", 1)[0]
    assert "Ethics of doing things: 13\u00a0min of 1\u00a0h" in described
    assert 'id="table-someland"' in page and 'href="#table-someland"' in page


def test_a_learner_sees_what_they_have_earned(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    where = f"/learn/{cast.lena_seat}/hours"
    before = client_of("Lena").get(where).text
    assert cells_of(before, "SL-HRS-ETHC")[:4] == [
        "1\u00a0h",
        "13\u00a0min",
        "0\u00a0min",
        "1\u00a0h",
    ]
    tell(app, cast)
    read = client_of("Lena").get(where).text
    assert cells_of(read, "SL-HRS-ETHC")[2:4] == ["3\u00a0min", "57\u00a0min"]
    assert "1 of 2 done" in read
    passed = client_of("Leo").get(f"/learn/{cast.leo_seat}/hours").text
    assert cells_of(passed, "SL-HRS-ETHC")[2:4] == ["13\u00a0min", "47\u00a0min"]
    assert "Evidenced by this course" in passed
    assert "Observed practice only" in passed and "It shows in the room." in passed


def test_live_minutes_count_where_their_module_is_mapped(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Of 20 minutes of the module 13 are ethics, 2 screening, 5 nothing: so are 105 live ones."""
    tell(app, cast)
    before = client_of("Leo").get(f"/learn/{cast.leo_seat}/hours").text
    assert cells_of(before, "SL-HRS-ETHC")[2] == "13\u00a0min"
    with app.app_context():
        run, how = autumn(db.session, cast), {"by": cast.ivo, "now": clock.now()}
        for key in ("first-module", None):
            held = on(db.session, cast, clock.now(), module_key=key)
            mode = "in-person" if key else "asynchronous"
            live.tick(db.session, run, held, [cast.leo_seat], mode=mode, minutes=105, **how)
        db.session.commit()
    page = client_of("Leo").get(f"/learn/{cast.leo_seat}/hours").text
    assert cells_of(page, "SL-HRS-ETHC")[1:4] == [
        "13\u00a0min",
        "1\u00a0h 21\u00a0min",
        "0\u00a0min",
    ]
    assert cells_of(page, "SL-HRS-SCRN")[2] == "13\u00a0min"
    assert "of it 1\u00a0h 8\u00a0min live" in page and "of it 11\u00a0min live" in page
    assert "1\u00a0h 19\u00a0min were earned in live sessions" in page
    # What others see of it: the cohort's picture, and the transcript.
    told = client_of("Ada").get(f"/manage/cohorts/{cast.autumn}").text
    assert "1\u00a0h 21\u00a0min" in told.split('id="hours-table"', 1)[1].split("</table>", 1)[0]
    document = client_of("Leo").get("/transcript").text
    assert "1\u00a0h 34\u00a0min" in document.split('id="places"', 1)[1]


def test_the_pages_are_found_where_they_are_looked_for(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    assert PUBLIC in app.test_client().get("/programmes/northgate").text
    where = f"/learn/{cast.lena_seat}"
    assert f"{where}/hours" in client_of("Lena").get(f"{where}/progress").text


def test_a_release_from_before_the_mapping_says_so(
    app: Flask, cast: Cast, content: ReleaseContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = replace(content, crosswalk=courses.Crosswalk(), content_hash="0" * 64)
    monkeypatch.setattr(catalogue, "release", lambda session, key: older)
    client = app.test_client()
    assert "made before hours were mapped" in client.get(PUBLIC).text
    assert PUBLIC not in client.get("/programmes/northgate").text
    assert client.get("/programmes/northgate/outline.csv").status_code == 200
    assert client.get("/programmes/northgate/outline.pdf").status_code == 200


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_outline_lists_every_session_with_its_topics(app: Flask) -> None:
    answer = app.test_client().get("/programmes/northgate/outline.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "outline-small-course-" in answer.headers["Content-Disposition"]
    rows = rows_of(answer.data)
    assert [row["Title"] for row in rows] == [
        "Lesson number 1",
        "Lesson number 2",
        "Quiz: First module",
    ]
    assert [(row["Begins (h:mm)"], row["Ends (h:mm)"], row["Minutes"]) for row in rows] == [
        ("0:00", "0:05", "5"),
        ("0:05", "0:10", "5"),
        ("0:10", "0:20", "10"),
    ]
    first = rows[0]
    assert first["Objectives"] == "T-1: Describe the first thing."
    assert first["Someland: topics"] == (
        "SL-HRS-ETHC Ethics of doing things: 3 min; SL-HRS-SCRN Screening of things: 2 min"
    )
    assert first["Someland: minutes mapped"] == "5"
    assert first["Rules of content"] == "SL-TOUCH"
    assert first["Competencies"] == "SB-1"
    assert first["Requirements as of"] == "2026-11-22"
    assert rows[1]["Someland: topics"] == ""
    assert rows[2]["Objectives"].count("T-") == 2


@pytest.mark.parametrize("start", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_of_the_outline_is_a_formula(
    app: Flask, content: ReleaseContent, start: str
) -> None:
    module = content.course.modules[0]
    lesson = replace(module.lessons[0], title=start)
    objective = replace(module.objectives[0], text=start)
    hostile = replace(
        module, title=start, lessons=(lesson, *module.lessons[1:]), objectives=(objective,)
    )
    course = replace(content.course, modules=(hostile,))
    with app.test_request_context():
        body = downloads.as_csv(outline.rows(replace(content, course=course)))
    for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))):
        for cell in row:
            assert not cell.lstrip(" \u00a0").startswith(downloads.FORMULA_STARTS), cell


def test_the_outline_prints_what_the_file_holds(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/programmes/northgate/outline.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdf.PdfReader(io.BytesIO(answer.data))
    text = " ".join(" ".join(page.extract_text().split()) for page in document.pages)
    for said in (
        "Lesson number 2",
        "0:10–0:20",
        "SL-HRS-SCRN Screening of things: 2 min",
        "1 h or 2 h",
        "Verify: recalled, not read",
        "Mapped is not approved",
        "Practice in all",
        "A page about it",
    ):
        assert said in text, said
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert client.get("/programmes/northgate/outline.pdf").data == answer.data


def test_an_outline_is_drawn_once_for_a_release(
    app: Flask, content: ReleaseContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    monkeypatch.setattr(
        page_of_crosswalk.certificates,
        "render_printout",
        lambda printout: drawn.append(printout) or b"%PDF",
    )
    client = app.test_client()
    for _ in range(3):
        assert client.get("/programmes/northgate/outline.pdf").data == b"%PDF"
    assert len(drawn) == 1
    for number in range(40):
        with app.test_request_context():
            page_of_crosswalk.printed(content, f"Programme {number}", "address")
    assert len(page_of_crosswalk._printed) == page_of_crosswalk._MOST_PRINTED


@pytest.mark.parametrize("what", ["crosswalk", "outline.csv", "outline.pdf"])
def test_a_programme_that_does_not_exist_has_none(app: Flask, what: str) -> None:
    assert app.test_client().get(f"/programmes/nowhere/{what}").status_code == 404


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("h>=12", "at least 12\u00a0h"),
        ("h=100", "100\u00a0h"),
        ("h>=40; conflicts with CO-CONS-DRAFT", "at least 40\u00a0h; conflicts with CO-CONS-DRAFT"),
        ("share>=50% of online hours", "at least 50\u00a0% of online hours"),
        ("count<=6", "at most 6"),
        ("count>=2 a year", "at least 2 a year"),
        ("years>=6", "at least 6 years"),
        ("age>=21", "at least 21 years"),
        ("days>=5", "at least 5 days"),
        ("score>=75%; open book", "at least 75\u00a0%; open book"),
        ("rule: ask first", "ask first"),
        ("rule under review: nothing yet", "under review: nothing yet"),
        ("rule", "A rule of content; read its text at the source"),
        ("unknown hours; department must set", "unknown hours; department must set"),
        ("field: title", "field: title"),
    ],
)
def test_rules_read_as_words(app: Flask, rule: str, words: str) -> None:
    with app.test_request_context():
        assert rule_words(rule) == words


def test_a_reference_brings_no_markup_of_its_own() -> None:
    source = courses.Source("S01", "T", "I", "R", "primary-text")
    assert cited("<b>S01</b> S09", [source]) == (
        '&lt;b&gt;<a href="#source-S01">S01</a>&lt;/b&gt; S09'
    )


def test_the_pages_take_at_most_four_queries(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    made: list[str] = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: made.append(str(args[2])))
    lena = client_of("Lena")
    for client, path in ((app.test_client(), PUBLIC), (lena, f"/learn/{cast.lena_seat}/hours")):
        client.get(path)  # what a process keeps from its first time is not counted
        made.clear()
        assert client.get(path).status_code == 200
        assert len(made) <= 4, made
