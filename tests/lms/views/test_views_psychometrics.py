"""Assessment pages: figures with their explanations, files, misconceptions, and a whole study."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import cast as cast_to

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

import quizzes
from lms.db import db
from lms.downloads import as_csv
from lms.models.accounts import RoleGrant
from lms.models.mail import OutboxMessage
from lms.models.psychometrics import StudyRecord
from lms.services import psychometrics
from lms.views.psychometrics import charts, statistics
from lms.views.psychometrics.place import number, percent, percent_range
from tests.cast import THEN, Cast, token_in
from tests.psychometric_samples import BANK, BOUNDS, OUTSIDERS, convene, learner, sit

NOW = THEN + timedelta(days=30)
Clients = Callable[[str], FlaskClient]


@pytest.fixture
def sat(app: Flask, cast: Cast) -> None:
    """Six learners have sat the quiz."""
    with app.app_context():
        for place in range(1, 7):
            sit(db.session, learner(db.session, cast, place), right=place % 4, now=NOW, seed=3)
        db.session.commit()


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def here(cast: Cast, rest: str = "") -> str:
    return f"/manage/programmes/{cast.northgate}/assessment{rest}"


def test_a_small_group_is_shown_as_ranges_with_a_warning(
    sat: None, cast: Cast, client_of: Clients
) -> None:
    page = client_of("Ivo").get(here(cast, f"/{BANK}")).text
    assert "Only 6 learners: read the intervals, not the figures" in page
    assert "the first attempt of each" in page
    assert "drawing of points would show guesses" in page
    assert '<svg class="chart-svg plot"' not in page


def test_every_figure_is_explained_on_its_page(sat: None, cast: Cast, client_of: Clients) -> None:
    page = client_of("Ivo").get(here(cast, f"/{BANK}")).text
    asked = set(re.findall(r'popovertarget="why-([a-z_]+)"', page))
    told = set(re.findall(r'id="why-([a-z_]+)" popover', page))
    assert asked == told
    assert {"facility", "discrimination", "alpha", "standard_error"} <= told
    assert quizzes.FIGURES["alpha"].sentence in page


def test_a_table_is_sorted_by_what_was_asked(sat: None, cast: Cast, client_of: Clients) -> None:
    client = client_of("Ivo")
    up = client.get(here(cast, f"/{BANK}?sort=flags")).text
    down = client.get(here(cast, f"/{BANK}?order=descending")).text
    assert 'aria-sort="ascending"' in up and 'aria-sort="descending"' in down
    items = r'items/(T-\d+)[?"]'
    assert re.findall(items, down) == sorted(re.findall(items, down), reverse=True)
    assert sorted(re.findall(items, up)) == sorted(re.findall(items, down))


def line(column: str, facility: float, caution: str = "") -> psychometrics.ItemLine:
    figures = SimpleNamespace(facility=facility, caution=caution)
    return cast_to(psychometrics.ItemLine, SimpleNamespace(column=column, figures=figures))


def test_figures_of_small_groups_come_last_however_the_table_is_sorted() -> None:
    """Their points are not shown, so that their order would tell what must not be believed."""
    lines = [line("A", 0.9), line("B", 0.1, "Only 3 learners"), line("C", 0.2)]
    for descending, order in ((False, "CAB"), (True, "ACB")):
        chosen = statistics.Choice(None, "first", "facility", descending)
        assert "".join(each.column for each in statistics.arranged(lines, chosen)) == order


def test_test_information_says_why_there_is_none(sat: None, cast: Cast, client_of: Clients) -> None:
    page = client_of("Ivo").get(here(cast, f"/{BANK}/information")).text
    assert "This model needs 100 learners; there are 6." in page


def test_the_file_holds_the_table_and_no_learner(sat: None, cast: Cast, client_of: Clients) -> None:
    answer = client_of("Ivo").get(here(cast, f"/{BANK}/items.csv"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    assert rows[0][:4] == ["Item", "Objective", "Safety-critical", "Learners"]
    assert sum(int(row[3]) for row in rows[1:]) == 18
    assert "Sample" not in text
    # So few learners answered that the page shows ranges alone; the file has no more to say.
    at = rows[0].index("Facility")
    assert {row[at] for row in rows[1:]} == {""} and all(row[at + 1] for row in rows[1:])


def test_a_negative_figure_stays_a_number_and_a_formula_does_not() -> None:
    assert as_csv([[-0.25, "-1+2", "=1"]]) == b'\xef\xbb\xbf"-0.25","\'-1+2","\'=1"\r\n'


def test_an_item_shows_its_text_key_counts_lesson_and_evidence(
    sat: None, app: Flask, cast: Cast, client_of: Clients
) -> None:
    with app.app_context():
        line = psychometrics.bank_report(db.session, cast.northgate, BANK).items[0]
    page = client_of("Ivo").get(here(cast, f"/{BANK}/items/{line.column}")).text
    for part in ("What the options drew", "Key", "Where it is taught", "Evidence", "Versions"):
        assert part in page
    assert line.item.facts[0] in page
    assert client_of("Ivo").get(here(cast, f"/{BANK}/items/T-999")).status_code == 404


@pytest.mark.parametrize("who", ["Leo", "Lena", "Otto", "Olga"])
def test_learners_and_strangers_see_no_statistics(
    sat: None, cast: Cast, client_of: Clients, who: str
) -> None:
    client = client_of(who)
    for rest in ("", f"/{BANK}", f"/{BANK}/items.csv", f"/{BANK}/items/T-001"):
        answer = client.get(here(cast, rest))
        assert answer.status_code in (403, 404)
        assert "T-00" not in answer.text


def test_pages_take_few_queries(sat: None, app: Flask, cast: Cast, client_of: Clients) -> None:
    client = client_of("Ivo")
    client.get("/manage")
    for rest, most in (("", 9), (f"/{BANK}", 12), (f"/{BANK}/items/T-001", 12)):
        with counted(app) as sent:
            client.get(here(cast, rest))
        assert len(sent) <= most, (rest, sent)


def test_misconceptions_say_when_certainty_was_not_asked(
    sat: None, cast: Cast, client_of: Clients
) -> None:
    page = client_of("Ivo").get(f"/manage/programmes/{cast.northgate}/misconceptions").text
    assert "No answer came with a certainty yet" in page


def send(client: FlaskClient, path: str, form: dict[str, str], page: str = "/account") -> int:
    token = token_in(client.get(page).text)
    return client.post(path, data={**form, "csrf_token": token}).status_code


def test_a_study_goes_its_whole_way_by_forms(app: Flask, cast: Cast, client_of: Clients) -> None:
    """Ada opens, six judges rate twice, Ada cannot approve and Otto can; the cut is cited."""
    with app.app_context():
        db.session.add(
            RoleGrant(
                account_id=cast.otto,
                programme_id=cast.northgate,
                role="administrator",
                granted_at=THEN,
            )
        )
        db.session.commit()
    ada, ivo, otto = client_of("Ada"), client_of("Ivo"), client_of("Otto")
    list_page = f"/manage/programmes/{cast.northgate}/standards"
    assert "Provisional until a study exists" in ivo.get(list_page).text
    form = {"label": "Autumn panel", "borderline": "Keeps people safe.", "scope": "paper"}
    examination = {"examination": f"{cast.release}:{BANK}"}
    assert send(ada, f"{list_page}/new", form) == 422
    assert send(ada, f"{list_page}/new", form | examination) == 303
    judges = [{"email": "ivo@example.org"}] + [{"name": name} for name in OUTSIDERS]
    for judge in judges:
        assert send(ada, "/manage/standards/1/judges", judge | {"qualifications": "Nurse"}) == 303
    assert send(ada, "/manage/standards/1/judges", {"qualifications": "Nurse"}) == 422
    for round in (1, 2):
        rate_by_form(ivo, "/panels/1", round)
        assert "Own cut" not in ada.get("/manage/standards/1").text
        for judge_id in range(2, 7):
            rate_by_form(ada, f"/manage/panels/{judge_id}", round)
        if round == 1:
            assert "The panel, on average" not in ivo.get("/panels/1").text
            assert send(ada, "/manage/standards/1/second-round", {}) == 303
            assert "The panel, on average" in ivo.get("/panels/1").text
    assert "Recommended cut score" in ada.get("/manage/standards/1").text
    assert "Recommended cut score" not in ivo.get("/manage/standards/1").text
    assert send(ada, "/manage/standards/1/approve", {}) == 403
    assert send(otto, "/manage/standards/1/approve", {}) == 303
    quiz = f"/learn/{cast.leo_seat}/first-module/quiz"
    assert "Autumn panel" not in client_of("Leo").get(quiz).text
    with app.app_context():
        db.session.execute(sa.update(StudyRecord).values(cut_percent=60))
        db.session.commit()
    assert "The cut score was set by a panel: “Autumn panel”" in client_of("Leo").get(quiz).text
    with app.app_context():
        asked = sa.select(OutboxMessage).where(OutboxMessage.key.startswith("judge-"))
        first, second = db.session.scalars(asked.order_by(OutboxMessage.id))
    assert {first.recipient, second.recipient} == {"ivo@example.org"}
    assert "Asked to judge" in first.subject and "second round" in second.subject
    assert all("/panels/1" in letter.body for letter in (first, second))
    with app.app_context():
        db.session.execute(sa.update(StudyRecord).values(cut_percent=70))
        db.session.commit()
    report = ivo.get("/manage/standards/1").text
    assert "cut_percent: 70" in report and "Autumn panel" in report
    assert "A study recommends 70" in ivo.get(list_page).text


def rate_by_form(client: FlaskClient, path: str, round: int) -> None:
    page = client.get(path).text
    fields = dict.fromkeys(re.findall(r'name="(item-[^"]+)"', page), "70")
    assert len(fields) == 3
    names = ("lowest_cut", "highest_cut", "lowest_failing", "highest_failing")
    bounds = dict(zip(names, map(str, BOUNDS), strict=True)) if round == 1 else {}
    sent = fields | bounds | {"round": str(round), "act": "hand-in"}
    wrong = sent | {next(iter(fields)): "seventy"}
    answer = send(client, path, wrong, page=path)
    assert answer == 422
    assert send(client, path, sent, page=path) == 303


def test_what_was_entered_wrongly_is_said_and_kept(
    app: Flask, cast: Cast, client_of: Clients
) -> None:
    with app.app_context():
        convene(db.session, cast, NOW)
        db.session.commit()
    ivo = client_of("Ivo")
    page = ivo.get("/panels/1").text
    first = re.findall(r'name="(item-[^"]+)"', page)[0]
    form = {"round": "1", "act": "save", first: "7O", "lowest_cut": "80", "highest_cut": "60"}
    form |= {"lowest_failing": "0", "highest_failing": "20", "csrf_token": token_in(page)}
    answer = ivo.post("/panels/1", data=form)
    assert answer.status_code == 422
    assert "enter a whole number from 0 to 100" in answer.text
    assert "The highest cut cannot lie below the lowest" in answer.text
    assert 'value="7O"' in answer.text


def test_figures_read_as_people_write_them() -> None:
    assert [number(value) for value in (-0.456, -0.001, None)] == ["−0.46", "0.00", "–"]
    assert percent(0.634) == "63\u00a0%"
    assert percent_range(quizzes.Interval(0.48, 0.761)) == "48–76\u00a0%"
    assert percent_range(None) == "–"


def test_labels_of_curves_never_stand_on_one_another() -> None:
    for heights in ([100, 100, 100, 100], [304, 304, 300, 40], [50, 60, 200, 203]):
        placed = sorted(charts.apart([float(height) for height in heights]))
        gaps = [after - before for before, after in pairwise(placed)]
        assert min(gaps) >= charts.GAP - 0.2
        assert placed[-1] <= charts.BOTTOM
