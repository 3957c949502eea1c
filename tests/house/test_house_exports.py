"""Every table that staff are shown can be taken away: found by walking their pages."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import clock
from lms.access import rule_of
from lms.db import db
from lms.downloads import FORMULA_STARTS
from lms.models.accounts import Account
from lms.models.audit import AuditEntry
from lms.models.catalogue import Programme
from lms.services import accounts, audit
from tests.cast import PEOPLE
from tests.house import test_house_routes as house
from tests.stories import Told

story, address, told = house.story, house.address, house.told

TEMPLATES = Path(__file__).resolve().parents[2] / "lms" / "templates"
# What the links under the plots of a page are called, whose numbers have no caption each.
PLOTS = "The numbers of these plots"
# Tables that no file holds, by the page that shows them, with the reason.
NOT_TAKEN = {
    "assessment.feedback": "the fixed lines of a form",
    "cohorts.days": "a form; the days stand in the file of the cohort's units",
    "cohorts.one_place": "one learner's days, in their dossier",
    "reports.learner": "one learner's record: the dossier holds all of it, as PDF and JSON",
    "reports.learner_history": "likewise",
    "reports.learner_hours": "likewise",
    "reports.learner_messages": "likewise",
    "reviews.attempt": "what was done to one attempt stands in the audit trail, a file too",
    "rosters.cohort": "which columns a roster has: its template is the file",
    "transcripts.of_learner": "the transcript is a file itself, a PDF",
}
# Templates that draw a table without a file, for those who have no page above.
NOT_STAFF = {
    "assessment/_expect.html": "a learner before a quiz",
    "assessment/quiz.html": "a learner's own attempts, in their record",
    "crosswalk/_parts.html": "drawn into pages that have their file: the outline",
    "learning/progress.html": "a learner's own progress",
    "live/_hours.html": "a learner's own hours, in their transcript",
    "live/own.html": "a learner's own sessions",
    "qualifications/own.html": "a learner's own qualifications",
    "register/index.html": "the public register, whose lists are addresses for programs",
    "renewals/renewal.html": "a holder's own certificate",
    "reports/_learner.html": "one learner's record, in their dossier",
    "reports/_ledger.html": "likewise",
    "reports/_matrix.html": "drawn into the cohort's page, which has its file",
    "saved/_table.html": "drawn into the pages of reports, which have their file",
    "transcripts/_parts.html": "a transcript, a PDF itself",
}
DRAWS = re.compile(r"data_table\(|<table\b|\bmatrix\(")

# Who opens a page: the director, who may look at all of them, but not at what is another's own.
OTHERS = {"partner": "Pia", "judge": "Ivo"}


@dataclass
class Seen:
    """The tables of a page by caption, those it offers as files, and where these are."""

    captions: list[str] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)


class Tables(HTMLParser):
    """Reads a page for its tables and for the links under which they are taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self._caption: list[str] | None = None
        self._offers = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self.seen.captions.append(PLOTS)
        elif tag == "caption":
            self._caption = []
        elif given.get("data-tables") is not None:
            self.seen.offered.update(str(given["data-tables"]).split("|"))
            self._offers = True
        elif tag == "a" and self._offers:
            self.seen.links.add(str(given["href"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption" and self._caption is not None:
            self.seen.captions[-1] = " ".join("".join(self._caption).split())
            self._caption = None
        elif tag == "p" or tag == "header":
            self._offers = False

    def handle_data(self, data: str) -> None:
        if self._caption is not None:
            self._caption.append(data)


def tables_of(html: str) -> Seen:
    parser = Tables()
    parser.feed(html)
    return parser.seen


def staff_pages(app: Flask, told: Told) -> Iterator[tuple[str, str, str]]:
    """Every page that staff open: endpoint, who opens it, and its address with things filled in."""
    for route, method in house.routes(app):
        if method != "GET" or not route.rule.startswith("/manage") or "format" in route.arguments:
            continue
        who = OTHERS.get(rule_of(app, route.endpoint) or "", "Dina")
        yield route.endpoint, who, house.Filled(told).path(app, route)


def test_every_table_that_staff_see_can_be_taken_away(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient]
) -> None:
    """A page that somebody adds is walked without being named here; each link leads to a file."""
    without, exempt, links = [], set(), {}
    for endpoint, who, path in staff_pages(app, told):
        with client_of(who).get(path, follow_redirects=True) as answer:
            if answer.mimetype != "text/html":
                continue
            assert answer.status_code == 200, path
            seen = tables_of(answer.text)
        missing = [each for each in seen.captions if each not in seen.offered]
        if missing and endpoint in NOT_TAKEN:
            exempt.add(endpoint)
        elif missing:
            without.append(f"{endpoint}: {missing}")
        links |= dict.fromkeys(seen.links, who)
    assert without == []
    assert set(NOT_TAKEN) - exempt == set(), "no reason is needed any more"
    assert len(links) > 100, "the links are found no more"
    for path, who in links.items():
        with client_of(who).get(path) as answer:
            assert answer.status_code == 200, path
            refuse_nameless(path, answer)


def test_a_file_asks_the_right_that_its_page_asks(app: Flask) -> None:
    """Whoever may read a list may take it, and nobody else: also of routes that are added."""
    asked, seen = {}, 0
    for route in app.url_map.iter_rules():
        if "GET" in (route.methods or ()):
            asked[route.rule] = rule_of(app, route.endpoint)
    for path, right in asked.items():
        page = path.removesuffix("/table.<format>")
        if page != path and page in asked:
            assert right == asked[page], path
            seen += 1
    assert seen > 50


# Lists of learners with what is known of each, and what their files are noted as.
LISTS = {
    "/manage/cohorts/{autumn}": "cohort.exported",
    "/manage/cohorts/{autumn}/places": "places.exported",
    "/manage/cohorts/{autumn}/at-risk": "flags.exported",
    "/manage/cohorts/{autumn}/practice": "practice.exported",
    "/manage/cohorts/{autumn}/observed": "observations.exported",
    "/manage/programmes/{northgate}/qualifications": "qualifications.exported",
}


@pytest.mark.parametrize("listed", LISTS)
def test_a_list_of_learners_leaves_with_its_staff_and_with_nobody_else(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient], listed: str
) -> None:
    """Ivo teaches; Otto teaches elsewhere, Olga runs elsewhere, the rest learn or visit."""
    here = listed.format(autumn=told.cast.autumn, northgate=told.cast.northgate)
    with app.app_context():
        accounts.grant_role(
            db.session,
            programme_id=told.cast.southgate,
            email=told.cast.email("Otto"),
            role="instructor",
            by=told.cast.olga,
            now=clock.now(),
        )
        db.session.commit()
        before = taken(LISTS[listed])
    assert f"{here}/table.csv" in client_of("Ivo").get(here).text
    for form in ("csv", "xlsx"):
        for who, status in {"Otto": 404, "Olga": 404, "Saul": 404, "Pia": 404, "Leo": 403}.items():
            assert client_of(who).get(f"{here}/table.{form}").status_code == status, who
        assert app.test_client().get(f"{here}/table.{form}").status_code == 302
        with client_of("Ivo").get(f"{here}/table.{form}") as answer:
            assert answer.status_code == 200
            refuse_nameless(f"{here}/table.{form}", answer)
    assert client_of("Ivo").get(f"{here}/table.exe").status_code == 404
    with app.app_context():
        assert taken(LISTS[listed]) - before == Counter({PEOPLE["Ivo"]: 2})


def taken(act: str) -> Counter[str]:
    """Count who took what is noted as an act."""
    query = sa.select(Account.full_name).join(AuditEntry, AuditEntry.actor_id == Account.id)
    return Counter(db.session.scalars(query.where(AuditEntry.act == act)))


def refuse_nameless(path: str, answer: TestResponse) -> None:
    """Whatever the form: a heading for every column; in a workbook also what the table is."""
    if ".csv" in path:
        assert answer.mimetype == "text/csv", path
        head = next(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
        assert head and all(head), path
        return
    book = openpyxl.load_workbook(io.BytesIO(answer.data), read_only=True)
    head = next(book["Table"].iter_rows(values_only=True))
    assert head and all(head), path
    assert book["About"]["A1"].value, path


def test_every_template_with_a_table_offers_its_file() -> None:
    """Also of pages on which the story leaves nothing to show."""
    shared = ("macros/", "design/")
    drawing = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        name, text = str(path.relative_to(TEMPLATES)), path.read_text(encoding="utf-8")
        if DRAWS.search(text) and not name.startswith(shared):
            drawing[name] = "export_links(" in text
    excused = {f"{endpoint.replace('.', '/')}.html" for endpoint in NOT_TAKEN} | set(NOT_STAFF)
    excused |= {"cohorts/place.html"}
    assert {name for name, offers in drawing.items() if not offers} - excused == set()


def rows_of(client: FlaskClient, path: str) -> list[list[str]]:
    """Read a file as a spreadsheet does."""
    with client.get(path) as answer:
        assert answer.status_code == 200, path
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def cells_of(html: str, caption: str) -> list[list[str]]:
    """Return the rows of a page's table as words, without what is only for the eye."""
    table = next(each for each in html.split("<table")[1:] if f">{caption}</" in each)
    body = table.split("</thead>")[1].split("</table>")[0]
    return [
        [
            " ".join(re.sub(r"<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def set_programme(app: Flask, told: Told, **values: str) -> None:
    with app.app_context():
        programme = db.session.get_one(Programme, told.cast.northgate)
        for name, value in values.items():
            setattr(programme, name, value)
        db.session.commit()


def test_people_are_taken_away_as_their_page_lists_them(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient]
) -> None:
    ivo, path = client_of("Ivo"), f"/manage/programmes/{told.cast.northgate}/people"
    shown = cells_of(ivo.get(path).text, "People with a role")
    head, *rows = rows_of(ivo, f"{path}/table.csv")
    assert [row[head.index("Name")] for row in rows] == [cells[0] for cells in shown]
    assert [row[head.index("E-mail address")] for row in rows] == [cells[3] for cells in shown]
    for row, cells in zip(rows, shown, strict=True):
        assert cells[1].startswith(row[head.index("Role")])
        taught = row[head.index("May teach")]
        assert cells[2].split()[0] == {"": "Does", "0": "Nothing"}.get(taught, taught)


def test_sessions_stand_in_a_file_on_the_clocks_of_their_page(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient]
) -> None:
    """Other clocks, other cells; an instant says how far it is from UTC, or the zone beside it."""
    set_programme(app, told, time_zone="America/Denver")
    ivo, path = client_of("Ivo"), f"/manage/cohorts/{told.cast.autumn}/live"
    html = ivo.get(path).text
    shown = [
        cells
        for caption in ("Sessions now and to come", "Sessions that are over")
        if f">{caption}</" in html
        for cells in cells_of(html, caption)
    ]
    head, *rows = rows_of(ivo, f"{path}/table.csv")
    assert rows and len(rows) == len(shown)
    for row, cells in zip(rows, shown, strict=True):
        begins = datetime.fromisoformat(row[head.index("Begins")])
        assert begins.utcoffset() in (timedelta(hours=-6), timedelta(hours=-7))
        local = begins.astimezone(ZoneInfo("America/Denver"))
        assert cells[1].startswith(f"{local.day} {local:%B %Y, %H:%M %Z}")
        assert cells[0].startswith(row[head.index("Session")])
        assert cells[-1] == row[head.index("State")]
    with ivo.get(f"{path}/table.xlsx") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    cell = book["Table"].cell(2, head.index("Begins") + 1)
    first = datetime.fromisoformat(rows[0][head.index("Begins")])
    assert cell.value == first.replace(tzinfo=None)
    assert "M" in cell.number_format and (
        "MST" in cell.number_format or "MDT" in cell.number_format
    )
    about = [value for line in book["About"].iter_rows(values_only=True) for value in line]
    assert "Times are those of America/Denver." in about


def test_the_queue_leaves_under_the_filter_of_its_page(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient]
) -> None:
    """Every kind that the page offers, and everything: the rows of the page, in its order."""
    dina, path = client_of("Dina"), f"/manage/programmes/{told.cast.northgate}/queue"
    kinds = sorted(set(re.findall(r"[?]kind=([a-z_-]+)\"", dina.get(path).text)))
    counts = {}
    for kind in ("", *kinds):
        html = dina.get(f"{path}?kind={kind}").text
        (link,) = [each for each in tables_of(html).links if ".csv" in each]
        listed = cells_of(html, "What waits, the longest first")
        head, *rows = rows_of(dina, link)
        told_of = [(row[head.index("What")], row[head.index("Whose, or which")]) for row in rows]
        assert told_of == [(cells[0], cells[1]) for cells in listed]
        counts[kind] = len(rows)
    assert len(kinds) > 3 and counts.pop("") == sum(counts.values())


def test_a_hostile_name_does_nothing_in_a_spreadsheet(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient]
) -> None:
    """OWASP, CSV Injection: somebody calls themselves a formula, and staff open the file."""
    name = '=HYPERLINK("https://evil.example","Ivo")'
    with app.app_context():
        db.session.get_one(Account, told.cast.ivo).full_name = name
        db.session.commit()
    ada, path = client_of("Ada"), f"/manage/programmes/{told.cast.northgate}/people/table"
    cells = [cell for row in rows_of(ada, f"{path}.csv") for cell in row]
    assert f"'{name}" in cells and name not in cells
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
    with ada.get(f"{path}.xlsx") as answer:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["Table"]
    (hostile,) = [cell for row in sheet for cell in row if cell.value == name]
    assert hostile.data_type == "s" and hostile.hyperlink is None


def test_taking_a_table_stands_in_the_trail_with_what_was_chosen(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient]
) -> None:
    path = f"/manage/programmes/{told.cast.northgate}/queue/table.csv?kind=reviews-appeal-appeal"
    client_of("Ed").get(path).close()
    with app.app_context():
        entry, who = audit.list_entries(db.session, told.cast.northgate, limit=1)[0]
        assert (entry.act, who) == ("table.exported", PEOPLE["Ed"])
        assert json.loads(entry.detail) == {"format": "csv", "kind": "reviews-appeal-appeal"}
