"""The cohort's page, its table as a file, and a learner's record, as each person meets them."""

import csv
import functools
import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy import event

from lms import downloads
from lms.db import db
from lms.models.accounts import Account
from lms.models.audit import AuditEntry
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort
from lms.services import cohorts
from lms.views.reports.cohort import Drawings
from tests.act_samples import do
from tests.cast import THEN, Cast
from tests.lms import report_samples as sample
from tests.lms.report_samples import LESSONS

ClientOf = Callable[[str], FlaskClient]
FIRST_LATE = datetime(2026, 10, 18, 12, tzinfo=UTC)
LONG = "Maximiliana-Theodora van der Westhuizen " * 3
ARABIC = "عائشة بنت عبد الرحمن الهاشمي"


@pytest.fixture(autouse=True)
def at_the_first_late_day() -> Iterator[None]:
    with time_machine.travel(FIRST_LATE, tick=False):
        yield


def pages_of(cast: Cast) -> dict[str, str]:
    cohort = f"/manage/cohorts/{cast.autumn}"
    return {
        "cohort": cohort,
        "file": f"{cohort}/table.csv",
        "learner": f"{cohort}/learners/{cast.lena_seat}",
    }


def fill(app: Flask, act: Callable[[], object]) -> object:
    with app.app_context():
        result = act()
        db.session.commit()
    return result


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "cohort", "file", "learner"),
    [
        ("Ada", 200, 200, 200),
        ("Ivo", 200, 200, 200),
        ("Lena", 403, 403, 403),
        ("Otto", 404, 404, 404),
        ("Olga", 404, 404, 404),
    ],
)
def test_each_of_the_cast_meets_what_is_theirs(
    client_of: ClientOf, cast: Cast, who: str, cohort: int, file: int, learner: int
) -> None:
    client = client_of(who)
    found = {name: client.get(path).status_code for name, path in pages_of(cast).items()}
    assert found == {"cohort": cohort, "file": file, "learner": learner}


def test_the_anonymous_are_asked_to_sign_in(app: Flask, cast: Cast) -> None:
    for path in pages_of(cast).values():
        assert "/sign-in" in app.test_client().get(path).location


def test_nobody_finds_a_learner_through_another_cohort(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    def two_more() -> tuple[int, int]:
        return tuple(  # type: ignore[return-value]
            cohorts.create_cohort(
                db.session,
                programme_id=programme,
                release_id=cast.release,
                title="Other",
                starts_on=date(2026, 9, 1),
                due_on=date(2026, 12, 1),
                enrols_until=None,
                by=cast.ada,
                now=THEN,
            ).id
            for programme in (cast.northgate, cast.southgate)
        )

    ours, theirs = fill(app, two_more)  # type: ignore[misc]
    assert (
        client_of("Ada").get(f"/manage/cohorts/{ours}/learners/{cast.lena_seat}").status_code == 404
    )
    path = f"/manage/cohorts/{theirs}/learners/{cast.lena_seat}"
    assert client_of("Olga").get(path).status_code == 404


def test_no_name_of_another_programme_is_ever_shown(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    def canaries() -> None:
        for programme in (cast.northgate, cast.southgate):
            other = cohorts.create_cohort(
                db.session,
                programme_id=programme,
                release_id=cast.release,
                title=f"CANARY cohort {programme}",
                starts_on=date(2026, 9, 1),
                due_on=date(2026, 12, 1),
                enrols_until=None,
                by=cast.ada,
                now=THEN,
            )
            seat = sample.learner(db.session, cast, f"CANARY {programme}", cohort=other.id)
            sample.read(db.session, seat, *LESSONS)
            sample.sit(db.session, seat, 1)

    fill(app, canaries)
    client = client_of("Ada")
    for path in pages_of(cast).values():
        for query in ("", "?show=late&sort=pace&order=descending"):
            assert "CANARY" not in text_of(client, path + query)


def test_the_four_numbers_agree_with_the_facts(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    fill(app, lambda: sample.complete(db.session, cast.lena, cast.lena_seat))
    page = text_of(client_of("Ivo"), pages_of(cast)["cohort"])
    values = re.findall(r'<p class="stat-value">(.*?)</p>', page)
    assert values == ["1 of 2", "1 <small>(1–1)</small>", "100\u00a0%", "0 items"]
    assert "cut score 60\u00a0%" in page
    assert "Week 7 of 26" in page
    assert "1 certificate issued: all valid. 1 of 2 learners are complete." in page


def test_a_cell_says_its_state_in_a_sign_and_a_word(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    def facts() -> None:
        sample.read(db.session, cast.lena_seat, *LESSONS)
        sample.sit(db.session, cast.lena_seat, 1)
        sample.opened(db.session, cast.leo_seat, LESSONS[1])

    fill(app, facts)
    page = text_of(client_of("Ada"), pages_of(cast)["cohort"])
    matrix = page.split('<table class="matrix">', 1)[1]
    lena = matrix.split("Lena Marković", 1)[1].split("</tr>", 1)[0]
    assert lena.count('aria-label="Done"') == 2
    assert re.search(r'is-failed"><svg.*?33\u00a0?(&nbsp;)?%.*?Not passed', lena)
    leo = matrix.split("Leo Ferreira", 1)[1].split("</tr>", 1)[0]
    words = re.findall(r'aria-label="(.*?)"', leo)
    assert words == ["Late", "In progress", "Not started"]


def test_who_needs_a_person_is_told_why_with_a_link(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    def facts() -> None:
        sample.read(db.session, cast.lena_seat, *LESSONS)
        sample.sit(db.session, cast.lena_seat, 1)

    fill(app, facts)
    page = text_of(client_of("Ivo"), pages_of(cast)["cohort"])
    needs = page.split('id="needs"', 1)[1].split("</section>", 1)[0]
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", needs))
    assert "Lena Marković Quiz not passed After one attempt: 1 of 3; 2 pass." in words
    assert "Leo Ferreira 1 unit late Has not completed anything yet." in words
    assert "“Lesson number 1” was planned for 17 October 2026." in words
    assert f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}" in needs


def names_in(page: str) -> list[str]:
    matrix = page.split('<table class="matrix">', 1)[1].split("</table>", 1)[0]
    return re.findall(r"<bdi>(.*?)</bdi>", matrix)


def test_the_table_sorts_on_the_server_and_says_so(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    fill(app, lambda: sample.read(db.session, cast.leo_seat, LESSONS[0]))
    client = client_of("Ada")
    path = pages_of(cast)["cohort"]
    up, down = ["Lena Marković", "Leo Ferreira"], ["Leo Ferreira", "Lena Marković"]
    for query, names, sorted_column in (
        ("", up, "Learner"),
        ("?sort=name&order=descending", down, "Learner"),
        ("?sort=pace", up, "State"),
        ("?sort=pace&order=descending", down, "State"),
        ("?sort=progress", up, "Credited"),
        ("?sort=progress&order=descending", down, "Credited"),
        ("?sort=%27;DROP&order=up&show=nobody", up, "Learner"),
    ):
        page = text_of(client, path + query)
        assert names_in(page) == names, query
        heads = re.findall(r"<th [^>]*aria-sort=\"(\w+)\"[^>]*><a [^>]*>(\w+)", page)
        direction = "descending" if "descending" in query else "ascending"
        assert heads == [(direction, sorted_column)]
    page = text_of(client, f"{path}?show=late&sort=pace")
    assert "sort=pace&amp;order=descending#who" in page.replace("show=late&amp;", "")


def test_the_table_shows_whom_the_choice_names(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    fill(app, lambda: sample.complete(db.session, cast.lena, cast.lena_seat))
    client = client_of("Ada")
    path = pages_of(cast)["cohort"]
    assert names_in(text_of(client, f"{path}?show=late")) == ["Leo Ferreira"]
    assert names_in(text_of(client, f"{path}?show=not-started")) == ["Leo Ferreira"]
    assert names_in(text_of(client, f"{path}?show=complete")) == ["Lena Marković"]
    page = text_of(client, f"{path}?show=on-pace")
    assert "No learner is in this state" in page
    assert re.search(r'show=on-pace#who" aria-current="page">On pace 0<', page)


def test_a_large_cohort_comes_in_pages_and_prints_whole(
    app: Flask, client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.views.reports.cohort.ROWS", 5)
    fill(app, lambda: sample.crowd(db.session, cast, 10))
    client = client_of("Ivo")
    path = pages_of(cast)["cohort"]
    leaves = [names_in(text_of(client, f"{path}?page={number}")) for number in (1, 2, 3)]
    assert [len(leaf) for leaf in leaves] == [5, 5, 2]
    everybody = names_in(text_of(client, f"{path}?page=all"))
    assert [name for leaf in leaves for name in leaf] == everybody
    for strange in ("99", "0", "-1", "x", "9" * 40):
        assert names_in(text_of(client, f"{path}?page={strange}")) in leaves
    page = text_of(client, f"{path}?page=2&sort=pace")
    assert "Page 2 of" in page
    other_order = re.search(r'href="([^"]*)"[^>]*>Learner', page)
    assert other_order is not None
    assert "page=" not in other_order[1], "another order begins at its first page"


def test_a_paused_learner_is_marked_and_not_pressed_and_a_withdrawn_one_is_gone(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    def leave() -> None:
        cohort = cohorts.cohort_for(db.session, cast.ada, cast.autumn, "instructor")
        for seat, act in ((cast.lena_seat, "pause"), (cast.leo_seat, "withdraw")):
            cohorts.change_state(db.session, cohort, seat, act, reason="-", by=cast.ada, now=THEN)  # type: ignore[arg-type]

    fill(app, leave)
    page = text_of(client_of("Ivo"), pages_of(cast)["cohort"])
    assert names_in(page) == ["Lena Marković"]
    assert "Paused" in page.split('<table class="matrix">', 1)[1].split("</table>", 1)[0]
    assert "Nobody is late, overdue or waiting" in page


def rows_of(client: FlaskClient, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_file_holds_exactly_the_table_shown(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    fill(app, lambda: sample.crowd(db.session, cast, 12))
    client = client_of("Ada")
    paths = pages_of(cast)
    for query in ("", "?show=late&sort=pace&order=descending", "?show=complete", "?sort=progress"):
        head, *rows = rows_of(client, paths["file"] + query)
        page = text_of(client, paths["cohort"] + query)
        assert [row[0] for row in rows] == names_in(page)
        assert {len(row) for row in rows} <= {len(head)}
    link = re.search(
        r'href="([^"]*table\.csv[^"]*)"', text_of(client, paths["cohort"] + "?show=late")
    )
    assert link is not None
    assert link[1].endswith("table.csv?show=late")


def test_the_file_says_everything_of_a_row(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    serial = fill(app, lambda: sample.complete(db.session, cast.lena, cast.lena_seat))
    head, lena, leo = rows_of(client_of("Ada"), pages_of(cast)["file"])
    row = dict(zip(head, lena, strict=True))
    assert row["E-mail"] == "lena@example.org"
    assert row["State"] == "Complete"
    assert row["Minutes credited"] == row["Minutes in all"] == "20"
    assert row["3. Quiz: First module, score in percent"] == "100"
    assert row["Enrolled"] == "2026-09-01T09:00:00+01:00"
    assert row["Completed"] == "2026-09-01T10:00:00+01:00"
    assert row["Certificate"].replace("-", "") == serial
    assert row["Certificate status"] == "Valid"
    row = dict(zip(head, leo, strict=True))
    assert (row["State"], row["Units late"]) == ("Not started, 1 late", "1")
    assert row["1. Lesson number 1"] == "Late"
    assert (row["Last seen"], row["Certificate"]) == ("", "")


def test_every_export_is_in_the_trail_and_a_refused_one_is_not(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    client_of("Lena").get(pages_of(cast)["file"])
    client_of("Ada").get(pages_of(cast)["file"] + "?show=late")
    with app.app_context():
        entries = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.act == "cohort.exported")
        ).all()
        assert [(entry.actor_id, entry.subject) for entry in entries] == [(cast.ada, "Autumn 2026")]
        assert entries[0].detail == '{"format": "csv", "learners": 2, "shown": "late"}'


FORMULAS = [
    "=1+1",
    '=HYPERLINK("https://evil.example","x")',
    "+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "＝1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_begins_a_formula(
    app: Flask, client_of: ClientOf, cast: Cast, formula: str
) -> None:
    def rename() -> None:
        account = db.session.get_one(Account, cast.lena)
        account.full_name = account.profession = formula

    fill(app, rename)
    rows = rows_of(client_of("Ada"), pages_of(cast)["file"])
    row = next(row for row in rows if row[1] == "lena@example.org")
    assert row[0] == row[2] == f"'{formula}"


@given(st.text(max_size=20))
def test_a_cell_is_kept_or_defused_and_never_changed_otherwise(text: str) -> None:
    shown = downloads.harmless(text)
    assert shown in (text, f"'{text}")
    assert not str(shown).lstrip(" \u00a0").startswith(downloads.FORMULA_STARTS)
    body = downloads.as_csv([[text, "end"]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(body, newline=""))) == [[shown, "end"]]


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Autumn 2026", "Autumn-2026-2026-10-18.csv"),
        ('Évil "; filename=x.exe', "Evil-filename-x.exe-2026-10-18.csv"),
        (ARABIC, "2026-10-18.csv"),
    ],
)
def test_the_files_name_is_safe_and_true(
    app: Flask, client_of: ClientOf, cast: Cast, title: str, plain: str
) -> None:
    fill(app, lambda: setattr(db.session.get_one(Cohort, cast.autumn), "title", title))
    header = client_of("Ada").get(pages_of(cast)["file"]).headers["Content-Disposition"]
    assert header.startswith(f"attachment; filename=\"{plain}\"; filename*=UTF-8''")
    assert unquote(header.rsplit("''", 1)[1]) == f"{title} 2026-10-18.csv"


def test_long_and_arabic_names_are_shown_whole(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    def rename() -> None:
        db.session.get_one(Account, cast.lena).full_name = LONG[:120]
        db.session.get_one(Account, cast.leo).full_name = ARABIC

    fill(app, rename)
    client = client_of("Ivo")
    assert set(names_in(text_of(client, pages_of(cast)["cohort"]))) == {LONG[:120], ARABIC}
    assert f"<h1><bdi>{LONG[:120]}</bdi></h1>" in text_of(client, pages_of(cast)["learner"])


def test_names_stay_text(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    evil = "<img src=x onerror=alert(1)>"

    def rename() -> None:
        account = db.session.get_one(Account, cast.lena)
        account.full_name = account.profession = evil
        account.licence_number = account.licence_jurisdiction = evil
        db.session.get_one(Cohort, cast.autumn).title = evil
        db.session.get_one(Programme, cast.northgate).name = evil

    fill(app, rename)
    client = client_of("Ada")
    for name in ("cohort", "learner"):
        page = text_of(client, pages_of(cast)[name])
        assert "<img" not in page
        assert "&lt;img" in page


@pytest.fixture
def empty(app: Flask, cast: Cast) -> str:
    """The address of a cohort in which nobody learns yet."""
    made = fill(
        app,
        lambda: (
            cohorts.create_cohort(
                db.session,
                programme_id=cast.northgate,
                release_id=cast.release,
                title="Nobody",
                starts_on=date(2026, 12, 1),
                due_on=date(2027, 3, 1),
                enrols_until=None,
                by=cast.ada,
                now=THEN,
            ).id
        ),
    )
    return f"/manage/cohorts/{made}"


def test_an_empty_cohort_says_how_it_fills(client_of: ClientOf, empty: str) -> None:
    client = client_of("Ada")
    page = text_of(client, empty)
    assert "Nobody has enrolled yet" in page
    assert "Not begun yet" in page
    assert "/programmes/northgate" in page
    assert len(rows_of(client, f"{empty}/table.csv")) == 1


def test_a_page_is_drawn_again_as_soon_as_something_happened(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    client = client_of("Ivo")
    path = pages_of(cast)["cohort"]
    assert text_of(client, path) == text_of(client, path)
    assert "0 of 2" in text_of(client, path)
    serial = fill(app, lambda: sample.complete(db.session, cast.lena, cast.lena_seat))
    assert "1 of 2" in text_of(client, path)

    def revoke() -> None:
        do(db.session, cast, str(serial), "revoke", FIRST_LATE)

    fill(app, revoke)
    assert "1 revoked" in text_of(client, path)
    with time_machine.travel(datetime(2027, 3, 2, 12, tzinfo=UTC), tick=False):
        assert "Overdue" in text_of(client_of("Ivo"), path)


def test_a_drawing_for_one_role_is_never_shown_to_another(client_of: ClientOf, empty: str) -> None:
    roster = "From a spreadsheet"
    assert roster in text_of(client_of("Ada"), empty)
    assert roster not in text_of(client_of("Ivo"), empty)
    assert roster in text_of(client_of("Ada"), empty)


def test_drawings_are_kept_up_to_a_number() -> None:
    kept = Drawings(2)
    for number in range(3):
        kept.keep(number, functools.partial(Markup, number))
        kept.get(0)
    assert [kept.get(number) for number in range(3)] == ["0", None, "2"]


def test_two_visitors_at_once_cost_one_drawing() -> None:
    kept, made, both = Drawings(2), [], threading.Barrier(2)

    def make() -> Markup:
        made.append(1)
        time.sleep(0.05)
        return Markup("drawn")

    def visit() -> None:
        both.wait()
        assert kept.keep("state", make) == "drawn"

    visitors = [threading.Thread(target=visit) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert made == [1]


@pytest.fixture
def queries(app: Flask) -> list[str]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("name", ["cohort", "learner"])
def test_a_page_of_200_learners_takes_as_few_queries_as_of_one(
    app: Flask, client_of: ClientOf, cast: Cast, queries: list[str], name: str
) -> None:
    fill(app, lambda: sample.crowd(db.session, cast, 198))
    client = client_of("Ada")
    client.get("/manage")
    queries.clear()
    text_of(client, pages_of(cast)[name])
    assert len(queries) <= 8, queries


def test_a_visit_without_news_asks_little_and_draws_nothing(
    client_of: ClientOf, cast: Cast, queries: list[str]
) -> None:
    client = client_of("Ada")
    first = text_of(client, pages_of(cast)["cohort"])
    queries.clear()
    assert text_of(client, pages_of(cast)["cohort"]) == first
    assert len(queries) == 3, queries


def test_a_learners_page_tells_who_what_is_missing_and_what_happened(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    def facts() -> None:
        account = db.session.get_one(Account, cast.lena)
        account.licence_number, account.licence_jurisdiction = "PSY-1042", "Oregon"
        sample.read(db.session, cast.lena_seat, LESSONS[0])
        sample.sit(db.session, cast.lena_seat, 1)

    fill(app, facts)
    page = text_of(client_of("Ivo"), pages_of(cast)["learner"])
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "Licensed psychologist · PSY-1042, Oregon" in words
    assert "1 lesson in First module" in words
    assert "Read “Lesson number 1”" in words
    assert "Did not pass the quiz of First module in attempt 1" in words
    assert "Issued by itself once nothing is missing." in words
    assert 'href="#unit-2"' in page
    assert 'id="unit-2"' in page
    history = text_of(client_of("Ivo"), f"{pages_of(cast)['learner']}/history")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", history))
    assert "Did not pass the quiz of First module in attempt 1" in words
    assert "1 of 3 (33 %)" in words
    assert re.search(r"60.% ?provisional until a study exists", words)
    learners_own = text_of(client_of("Lena"), f"/learn/{cast.lena_seat}/progress")
    assert "1 lesson in" in learners_own


def test_only_an_administrator_is_offered_to_revoke(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    serial = fill(app, lambda: sample.complete(db.session, cast.lena, cast.lena_seat))
    path = pages_of(cast)["learner"]
    revoking = f'href="/manage/credentials/{serial}"'
    assert revoking in client_of("Ada").get(path).text
    page = client_of("Ivo").get(path).text
    assert revoking not in page
    assert f"/v/{serial}" in page


def test_why_a_complete_learner_has_no_certificate(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    def done_unconfirmed() -> None:
        db.session.get_one(Account, cast.lena).confirmed_at = None
        sample.read(db.session, cast.lena_seat, *LESSONS)
        sample.sit(db.session, cast.lena_seat, 3)

    fill(app, done_unconfirmed)
    path = pages_of(cast)["learner"]
    assert "confirm their e-mail address first" in text_of(client_of("Ivo"), path)
    fill(app, lambda: setattr(db.session.get_one(Account, cast.lena), "confirmed_at", THEN))
    assert "None under this enrolment" in text_of(client_of("Ivo"), path)
