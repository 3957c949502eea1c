"""The curves of the assessment pages: what is drawn can be taken away, point by point."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.models.audit import AuditEntry
from tests.cast import THEN, Cast
from tests.psychometric_samples import BANK, learner, sit

NOW = THEN + timedelta(days=30)
Clients = Callable[[str], FlaskClient]
ENOUGH = 140
"""Learners by whom the model has its hundred, and five items the thirty that each needs."""


@pytest.fixture
def examined(app: Flask, cast: Cast) -> str:
    """The address of the statistics of a quiz that enough learners sat for every curve."""
    with app.app_context():
        for place in range(ENOUGH):
            sit(db.session, learner(db.session, cast, place), right=place % 4, now=NOW, seed=place)
        db.session.commit()
    return f"/manage/programmes/{cast.northgate}/assessment/{BANK}"


def rows_of(client: FlaskClient, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def numbers_of(page: str, caption: str) -> list[list[str]]:
    """Return the table behind a plot, head first, as the page shows it."""
    table = next(
        each for each in page.split("<table")[1:] if f">{caption}</span></caption>" in each
    )
    rows = re.findall(r"<tr>.*?</tr>", table.split("</table>")[0], re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]


def points_in(page: str) -> int:
    """Count the points of the plot's line."""
    line = re.search(r'<polyline class="plot-line is-key" points="([^"]*)"', page)
    assert line is not None
    return len(line[1].split())


def test_test_information_leaves_with_every_point_that_is_drawn(
    examined: str, client_of: Clients
) -> None:
    ivo = client_of("Ivo")
    page = ivo.get(f"{examined}/information").text
    link = f"{examined}/information/curve/table"
    assert f'href="{link}.csv"' in page
    (_, *rows) = rows_of(ivo, f"{link}.csv")
    assert len(rows) == points_in(page) > 9
    shown = numbers_of(page, "Test information")[1:]
    assert len(shown) == 9
    whole = {float(row[0]): (float(row[1]), float(row[2])) for row in rows}
    for ability, told, error in shown:
        assert whole[float(ability.replace("−", "-"))] == (float(told), float(error))
    with ivo.get(f"{link}.xlsx") as answer:
        about = openpyxl.load_workbook(io.BytesIO(answer.data))["About"]
    said = [cell for line in about.iter_rows(values_only=True) for cell in line if cell]
    (at_cut,) = re.findall(r"The model expects[^<]*", page)
    assert at_cut in said


def test_curves_of_options_leave_as_the_page_shows_them(
    examined: str, app: Flask, cast: Cast, client_of: Clients
) -> None:
    ivo = client_of("Ivo")
    items = f"{examined}/items"
    column = rows_of(ivo, f"{items}.csv")[1][0]
    page = ivo.get(f"{items}/{column}").text
    link = f"{items}/{column}/groups/table.csv"
    assert f'href="{link}"' in page
    head, *rows = rows_of(ivo, link)
    shown_head, *shown = numbers_of(page, "Who chose what, by score group")
    assert head[2:] == shown_head[1:] and len(head) > 3
    assert [[row[0] + (" ✓" if row[1] == "yes" else ""), *row[2:]] for row in rows] == [
        [cell.replace(" %", "") for cell in cells] for cells in shown
    ]
    with app.app_context():
        entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.act, entry.actor_id) == ("table.exported", cast.ivo)
        assert column in entry.subject


def test_where_nothing_can_be_drawn_the_file_says_why(cast: Cast, client_of: Clients) -> None:
    ada = client_of("Ada")
    path = f"/manage/programmes/{cast.northgate}/assessment/{BANK}/information/curve/table"
    assert len(rows_of(ada, f"{path}.csv")) == 1
    with ada.get(f"{path}.xlsx") as answer:
        about = openpyxl.load_workbook(io.BytesIO(answer.data))["About"]
    said = [cell for line in about.iter_rows(values_only=True) for cell in line]
    assert "Nobody has sat a paper of this bank yet." in said


@pytest.mark.parametrize(("who", "status"), [("Lena", 403), ("Otto", 404), ("Olga", 404)])
@pytest.mark.parametrize("curve", ["information/curve", "items/T-1/groups"])
def test_nobody_else_takes_a_curve(
    cast: Cast, client_of: Clients, who: str, status: int, curve: str
) -> None:
    path = f"/manage/programmes/{cast.northgate}/assessment/{BANK}/{curve}/table.csv"
    assert client_of(who).get(path).status_code == status
