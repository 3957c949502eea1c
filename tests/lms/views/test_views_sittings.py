"""Pages of sittings: administrators settle them without script, learners see what holds."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import clock
from lms.db import db
from lms.models.audit import AuditEntry
from lms.models.sittings import AccommodationRecord, SittingIncident, SittingRule
from tests.cast import Cast, token_in
from tests.population import add_learners
from tests.stories import Told, settle
from tests.walkthroughs.test_walkthroughs_leaks import crawl

ClientOf = Callable[[str], FlaskClient]


def send(client: FlaskClient, page: str, action: str, **form: object) -> TestResponse:
    """Open a page and send one of its forms, following where it leads."""
    token = token_in(client.get(page).text)
    return client.post(action, data={**form, "csrf_token": token}, follow_redirects=True)


def place(cast: Cast) -> str:
    return f"/manage/cohorts/{cast.autumn}/sittings/first-module"


def person(cast: Cast, enrolment: int) -> str:
    return f"/manage/cohorts/{cast.autumn}/learners/{enrolment}/accommodations"


def rows(app: Flask, table: type) -> list:
    with app.app_context():
        return list(db.session.scalars(sa.select(table)))


def test_a_window_is_set_on_the_programmes_clocks_and_read_back(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada, page = client_of("Ada"), place(cast)
    form = {"opens": "2026-10-14T10:00", "closes": "2026-10-14T12:00", "limit": "60"}
    answer = send(ada, page, f"{page}/window", **form)
    assert "Saved." in answer.text
    (row,) = rows(app, SittingRule)
    assert row.opens_at.isoformat() == "2026-10-14T09:00:00+00:00"
    assert 'value="2026-10-14T10:00"' in answer.text
    assert "14 October 2026, 10:00 BST" in ada.get(f"/manage/cohorts/{cast.autumn}/sittings").text
    told = client_of("Lena").get(f"/learn/{cast.lena_seat}/first-module/quiz/terms").text
    assert "14 October 2026, 12:00 BST" in told
    assert "the window of Autumn 2026" in told


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"opens": "2026-10-14T12:00", "closes": "2026-10-14T10:00"}, "close after it opens"),
        ({"opens": "soon"}, "Enter a day and time"),
        ({"limit": "many"}, "Enter a whole number"),
        ({"limit": "0"}, "from 1 to 10,080"),
        ({"limit": "9" * 30}, "from 1 to 10,080"),
        ({"limit": "60", "lifts_limit": "y"}, "Leave the minutes empty"),
        ({}, "at least one thing"),
    ],
)
def test_a_window_that_cannot_be_is_explained(
    app: Flask, cast: Cast, client_of: ClientOf, form: dict[str, str], message: str
) -> None:
    page = place(cast)
    answer = send(client_of("Ada"), page, f"{page}/window", **form)
    assert answer.status_code == 422
    assert "Please check what you entered" in answer.text
    assert message in answer.text
    assert rows(app, SittingRule) == []


def test_an_exception_is_set_and_taken_back(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    ada, page = client_of("Ada"), place(cast)
    form = {"exception-target": f"learner-{cast.leo_seat}", "exception-attempts": "2"}
    answer = send(ada, page, f"{page}/exceptions", **form, **{"exception-lifts_closing": "y"})
    assert "never closes; 2 attempts" in re.sub(r"\s+", " ", answer.text)
    (row,) = rows(app, SittingRule)
    answer = send(ada, page, f"{page}/rules/{row.id}/remove")
    assert "Taken back." in answer.text
    assert rows(app, SittingRule) == []
    nobody = send(ada, page, f"{page}/exceptions", **{"exception-target": "learner-999"})
    assert nobody.status_code == 422


def test_an_incident_is_declared_once_however_often_it_is_sent(
    app: Flask, cast: Cast, client_of: ClientOf, told: Told
) -> None:
    ada, page = client_of("Ada"), place(cast)
    shown = ada.get(page).text
    ticket = re.search(r'name="ticket" value="([0-9a-f]{32})"', shown)
    assert ticket
    form = {"minutes": "10", "description": "Fire alarm.", "ticket": ticket[1]}
    send(ada, page, f"{page}/window", limit="60")
    answer = send(ada, page, f"{page}/incidents", **form)
    assert "One attempt under way has a new end." in answer.text
    assert "Fire alarm." in answer.text
    send(ada, page, f"{page}/incidents", **form)
    (row,) = rows(app, SittingIncident)
    told = client_of("Lena").get(f"/learn/{cast.lena_seat}/first-module/quiz/terms").text
    assert "This attempt ends" in told and "incident, +10\u00a0min: Fire alarm." in told
    answer = send(ada, page, f"{page}/incidents/{row.id}/withdraw")
    assert "The incident is withdrawn." in answer.text
    for wrong in ({**form, "minutes": ""}, {**form, "description": " "}, {**form, "ticket": "x"}):
        assert send(ada, page, f"{page}/incidents", **wrong).status_code == 422


def test_groups_are_made_filled_and_removed(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    ada, page = client_of("Ada"), f"/manage/cohorts/{cast.autumn}/groups"
    assert "Learners in this group" in send(ada, page, page, name="Evening").text
    assert "already has a group of that name" in send(ada, page, page, name="Evening").text
    answer = send(ada, f"{page}/1", f"{page}/1", members=[cast.leo_seat])
    assert "The group is saved." in answer.text
    assert re.search(r'value="\d+" id="members-\d+" checked', ada.get(f"{page}/1").text)
    assert send(ada, f"{page}/1", f"{page}/1", members=["999"]).status_code == 422
    assert "The group is removed." in send(ada, page, f"{page}/1/remove").text
    assert ada.get(f"{page}/1").status_code == 404


def test_an_accommodation_is_granted_seen_and_withdrawn(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada, page = client_of("Ada"), person(cast, cast.lena_seat)
    form = {
        "extra": "percent", "amount": "133", "pause_minutes": "20", "larger_spacing": "y",
        "valid_from": "2026-01-01", "reason": "A letter.",
    }  # fmt: skip
    answer = send(ada, page, page, **form)
    assert "Granted." in answer.text
    (row,) = rows(app, AccommodationRecord)
    assert (row.percent, row.minutes, row.pause_minutes, row.larger_spacing) == (133, 0, 20, True)
    send(ada, place(cast), f"{place(cast)}/window", limit="60")
    told = client_of("Lena").get(f"/learn/{cast.lena_seat}/first-module/quiz/terms").text
    assert "accommodation, +20\u00a0min" in told and "1\u00a0h 20\u00a0min" in told
    assert "Larger text and spacing" in told
    answer = send(ada, page, f"{page}/{row.id}/withdraw")
    assert "Withdrawn. Attempts under way keep it." in answer.text


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"reason": ""}, "Say why"),
        ({"extra": "percent"}, "Enter how much"),
        ({"extra": "percent", "amount": "80"}, "from 101 to 400 percent"),
        ({"extra": "minutes", "amount": "9999"}, "from 1 to 1,440"),
        ({"extra": "none"}, "Say what is granted"),
        ({"valid_until": "2025-01-01"}, "last day has to come after"),
        ({"valid_from": "soon"}, "Enter a day"),
        ({"pause_minutes": "-3"}, "from 1 to 1,440"),
    ],
)
def test_an_accommodation_that_cannot_be_is_explained(
    app: Flask, cast: Cast, client_of: ClientOf, form: dict[str, str], message: str
) -> None:
    page = person(cast, cast.lena_seat)
    fine = {"extra": "125", "valid_from": "2026-01-01", "reason": "A letter."}
    answer = send(client_of("Ada"), page, page, **{**fine, **form})
    assert answer.status_code == 422
    assert message in answer.text
    assert rows(app, AccommodationRecord) == []


# --- the reason -------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["Lena", "Leo", "Ivo", "Ada", "Olga", "Otto"])
def test_no_page_and_no_file_shows_the_reason(
    app: Flask, cast: Cast, client_of: ClientOf, who: str, told: Told
) -> None:
    """Every page and file that each of the cast can reach by a link, audit trail and CSV too."""
    with app.app_context():
        settle(db.session, cast, clock.now())
        db.session.commit()
    client = client_of(who)
    start = ["/learn", "/manage", "/credentials", "/account", "/search?q=CANARY-REASON"]
    start += [f"/learn/{cast.leo_seat}/first-module/quiz/terms", person(cast, cast.leo_seat)]
    start += [f"/manage/cohorts/{cast.autumn}/table.csv", place(cast)]
    pages = crawl(client, start)
    if who == "Ada":
        assert {place(cast), person(cast, cast.leo_seat)} <= set(pages)
        assert f"/manage/programmes/{cast.northgate}/audit" in pages
    found = [
        path
        for path, (head, body) in pages.items()
        if "CANARY-REASON" in head + body and not path.startswith("/search")
    ]
    assert found == []


def test_the_one_page_shows_the_reason_to_administrators_and_notes_it(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    """The twin of the crawl: where the reason may stand, it does."""
    with app.app_context():
        settle(db.session, cast, clock.now())
        db.session.commit()
    page = person(cast, cast.leo_seat)
    ada = client_of("Ada")
    assert ada.get(f"{page}/1/reason").status_code == 405
    answer = send(ada, page, f"{page}/1/reason")
    assert "CANARY-REASON: a letter of 3 September." in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    told = [entry for entry in rows(app, AuditEntry) if entry.act == "accommodation.reason-read"]
    assert len(told) == 1
    for who, refused in (("Ivo", 403), ("Leo", 403), ("Lena", 403), ("Olga", 404), ("Otto", 404)):
        client = client_of(who)
        token = token_in(client.get("/account").text)
        answer = client.post(f"{page}/1/reason", data={"csrf_token": token})
        assert (who, answer.status_code) == (who, refused)
        assert "CANARY" not in answer.text


def test_the_pages_ask_the_same_few_questions_for_a_large_cohort(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    with app.app_context():
        settle(db.session, cast, clock.now())
        db.session.commit()
    ada = client_of("Ada")
    asked: list[str] = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    pages = [place(cast), f"/manage/cohorts/{cast.autumn}/sittings", person(cast, cast.leo_seat)]

    def count() -> list[int]:
        found = []
        for page in pages:
            ada.get(page)
            asked.clear()
            assert ada.get(page).status_code == 200
            found.append(len(asked))
        return found

    few = count()
    with app.app_context():
        add_learners(db.session, cast.autumn, 40, now=clock.now())
        db.session.commit()
    assert count() == few
    assert max(few) <= 14, few
