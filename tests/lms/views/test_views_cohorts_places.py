"""Pages of places, settings and invitations: a director's acts, a learner's joining, the limits."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock, jobs
from lms.app import create_app
from lms.db import db
from lms.models.cohorts import Cohort, Enrolment, WaitingPlace
from lms.services import cohorts
from tests.cast import THEN, Cast, settings_for, sign_in, token_in
from tests.cohort_samples import queue_up

ClientOf = Callable[[str], FlaskClient]


def html(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def post(
    client: FlaskClient, path: str, page: str = "/account", **values: object
) -> tuple[int, str]:
    token = token_in(client.get(page).get_data(as_text=True))
    answer = client.post(path, data={"csrf_token": token, **values})
    return answer.status_code, answer.get_data(as_text=True)


def manage(cast: Cast, rest: str) -> str:
    return f"/manage/cohorts/{cast.autumn}/{rest}"


def set_limit(app: Flask, cast: Cast, capacity: int, *, queue: bool = False) -> None:
    with app.app_context():
        cohort = db.session.get_one(Cohort, cast.autumn)
        cohort.capacity, cohort.has_waiting_list = capacity, queue
        db.session.commit()


def state_of(app: Flask, enrolment: int) -> str:
    with app.app_context():
        return db.session.get_one(Enrolment, enrolment).state


def test_a_director_pauses_resumes_and_the_page_tells_all_of_it(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    client = client_of("Dina")
    place = manage(cast, f"places/{cast.lena_seat}")
    for act in ("pause", "resume", "withdraw"):
        status, _page = post(client, f"{place}/state", act=act, reason=f"Because of {act}")
        assert status == 303
    assert state_of(app, cast.lena_seat) == "withdrawn"
    page = html(client, place)
    for words in ("Paused", "Resumed", "Withdrawn", "Because of withdraw", "Dina"):
        assert words in page
    status, page = post(client, f"{place}/state", act="withdraw", reason="Again")
    assert status == 422
    assert "This place is withdrawn now" in page
    assert "Lena Marković" in html(client, manage(cast, "places?state=withdrawn"))
    assert "Lena Marković" not in html(client, manage(cast, "places?state=active"))


def test_more_time_is_shown_to_staff_and_to_the_learner_with_its_source(
    client_of: ClientOf, cast: Cast
) -> None:
    ivo, place = client_of("Ivo"), manage(cast, f"places/{cast.lena_seat}")
    values = {"module": "*", "until": "2027-05-20", "reason": "Illness"}
    assert post(ivo, f"{place}/extensions", **values)[0] == 303
    assert "Extension, was" in html(ivo, place)
    assert "own day" in html(ivo, manage(cast, "places"))
    lena = client_of("Lena")
    for path in ("/learn", f"/learn/{cast.lena_seat}/progress"):
        page = html(lena, path)
        assert "20 May 2027" in page
        assert "extended from" in page
    assert post(ivo, f"{place}/extensions/end", module="")[0] == 303
    assert "20 May 2027" not in html(lena, "/learn")


@pytest.mark.parametrize(
    ("path", "values", "sentence"),
    [
        ("state", {"act": "pause"}, "Say why"),
        ("state", {"act": "promote", "reason": "x"}, "Not a valid choice"),
        (
            "extensions",
            {"module": "*", "until": "2026-12-01", "reason": "x"},
            "due on 1 March 2027",
        ),
        ("extensions", {"module": "*", "until": "soon", "reason": "x"}, "Enter a day"),
        ("move", {"to": "999", "reason": "x"}, "Not a valid choice"),
    ],
)
def test_each_mistake_is_told_on_the_page(
    client_of: ClientOf, cast: Cast, path: str, values: dict[str, str], sentence: str
) -> None:
    place = manage(cast, f"places/{cast.lena_seat}")
    status, page = post(client_of("Dina"), f"{place}/{path}", **values)
    assert status == 422
    assert sentence in page


def test_an_auditor_reads_everything_and_writes_nothing(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    rhea = client_of("Rhea")
    for path in ("places", f"places/{cast.lena_seat}", "settings", "settings/days", "invitations"):
        page = html(rhea, manage(cast, path))
        assert 'method="post"' not in page.split("<main", 1)[1] or path == "settings/days"
    for path, values in (
        (f"places/{cast.lena_seat}/state", {"act": "pause", "reason": "x"}),
        (f"places/{cast.lena_seat}/extensions", {"until": "2027-05-20", "reason": "x"}),
        ("settings", {"title": "Mine"}),
        ("settings/days", {}),
        ("invitations", {"label": "x"}),
    ):
        assert post(rhea, manage(cast, path), **values)[0] == 403, path
    assert state_of(app, cast.lena_seat) == "active"


def test_settings_are_set_and_said(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    client = client_of("Dina")
    values = {
        "title": "Autumn evenings",
        "starts_on": "2026-09-01",
        "due_on": "2027-03-01",
        "enrols_until": "2026-12-01",
        "capacity": "2",
        "has_waiting_list": "y",
        "cadence_weeks": "3",
        "faculty": [str(cast.ivo), str(cast.ed)],
    }
    assert post(client, manage(cast, "settings"), **values)[0] == 303
    page = html(client_of("Rhea"), manage(cast, "settings"))
    for words in ("2 of 2 taken", "A module every 3 weeks", "Ivo Hansen"):
        assert words in page
    status, page = post(client, manage(cast, "settings"), **{**values, "capacity": "1"})
    assert status == 422
    assert "2 people have places" in page
    status, page = post(client, manage(cast, "settings"), **{**values, "faculty": str(cast.olga)})
    assert status == 422


def test_a_module_gets_a_day_of_its_own_and_not_two(client_of: ClientOf, cast: Cast) -> None:
    client, path = client_of("Dina"), manage(cast, "settings/days")
    html(client, path)
    status, page = post(client, path, required_1="y", on_1="2026-12-01", days_1="30")
    assert status == 422
    assert "not both" in page
    assert post(client, path)[0] == 422
    assert post(client, path, required_1="y", on_1="2026-12-01")[0] == 303
    page = html(client_of("Lena"), f"/learn/{cast.lena_seat}/progress")
    assert "set by the cohort" in page


def test_the_list_goes_away_as_it_is_shown(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("Rhea")
    assert client_of("Lena").get(manage(cast, "places/table.csv")).status_code == 403
    assert client.get(manage(cast, "places/table.pdf")).status_code == 404
    assert client.get(manage(cast, "places/table.xlsx")).data.startswith(b"PK")
    answer = client.get(manage(cast, "places/table.csv?q=ferreira"))
    assert answer.mimetype == "text/csv"
    text = answer.get_data().decode("utf-8-sig")
    assert "Leo Ferreira" in text
    assert "Lena" not in text


def test_a_long_list_is_paged_by_key(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    with app.app_context():
        run = cohorts.cohort_for(db.session, cast.ada, cast.autumn, "administrator")
        first = cohorts.list_places(db.session, run, limit=1)
        assert [line.name for line in first.lines] == ["Lena Marković"]
        second = cohorts.list_places(db.session, run, limit=1, after=first.next_after)
        assert [line.name for line in second.lines] == ["Leo Ferreira"]
        assert second.next_after is None
    page = html(client_of("Dina"), manage(cast, f"places?after={cast.lena_seat}"))
    assert "From the beginning" in page
    assert "Lena Marković" not in page


def make_invitation(client: FlaskClient, cast: Cast) -> str:
    status, page = post(
        client,
        manage(cast, "invitations"),
        label="St Bride’s",
        most_uses="2",
        last_on=(clock.now().date() + timedelta(days=5)).isoformat(),
    )
    assert status == 200
    return page.split("/join?code=", 1)[1].split('"', 1)[0]


def test_an_invitation_is_shown_once_opened_by_anybody_and_used_by_who_signs_in(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    dina = client_of("Dina")
    code = make_invitation(dina, cast)
    assert code not in html(dina, manage(cast, "invitations"))
    page = html(app.test_client(), f"/join?code={code}")
    assert "You are invited to Autumn 2026" in page
    assert "Sign in" in page
    otto = client_of("Otto")
    assert "You join as Otto Lind" in html(otto, f"/join?code={code.lower()}")
    status, _page = post(otto, "/join", code=code)
    assert status == 303
    assert "You are enrolled" in html(otto, "/learn")
    assert "1 of 2" in html(dina, manage(cast, "invitations"))


def test_wrong_codes_are_limited_and_right_ones_are_not(app: Flask, cast: Cast) -> None:
    with app.app_context():
        address = db.engine.url.render_as_string(hide_password=False)
        folder = app.config["SETTINGS"].data
        code = queue_up(db.session, cast, clock.now())
        db.session.commit()
    limited = create_app(settings_for(folder, address, rate_limits=True))
    client = limited.test_client()
    for _ in range(20):
        assert client.get(f"/join?code={code}").status_code == 200
    answers = [client.get(f"/join?code=0000{number}").status_code for number in range(12)]
    assert answers == [404] * 10 + [429] * 2
    with limited.app_context():
        db.engine.dispose()


def test_a_full_cohort_makes_people_wait_and_the_sweep_lets_them_in(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    set_limit(app, cast, 2, queue=True)
    otto = client_of("Otto")
    assert "Wait for a place in Autumn 2026" in html(otto, "/programmes/northgate")
    assert post(otto, f"/cohorts/{cast.autumn}/enrol")[0] == 303
    assert "You are number 1 on the waiting list" in html(otto, "/learn")
    ada = client_of("Ada")
    assert "Otto Lind" in html(ada, manage(cast, "places"))
    assert jobs.fill_places(app) == 0
    set_limit(app, cast, 3, queue=True)
    assert jobs.fill_places(app) == 1
    assert "You wait for a place" not in html(otto, "/learn")


def test_a_full_cohort_without_a_queue_says_so(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    set_limit(app, cast, 2)
    otto = client_of("Otto")
    page = html(otto, "/programmes/northgate")
    assert "Full" in page
    assert f"/cohorts/{cast.autumn}/enrol" not in page
    status, page = post(otto, f"/cohorts/{cast.autumn}/enrol")
    assert status == 422
    assert "This cohort is full" in page


@pytest.mark.parametrize("act", ["take", "remove", "leave"])
def test_a_place_in_the_queue_ends_in_one_of_three_ways(
    app: Flask, client_of: ClientOf, cast: Cast, act: str
) -> None:
    with app.app_context():
        queue_up(db.session, cast, THEN)
        db.session.commit()
    if act == "leave":
        assert post(client_of("Otto"), f"/cohorts/{cast.autumn}/waiting/leave")[0] == 303
    else:
        assert post(client_of("Ada"), manage(cast, f"waiting/1/{act}"))[0] == 303
        assert post(client_of("Ada"), manage(cast, f"waiting/1/{act}"))[0] == 404
    with app.app_context():
        outcome = db.session.scalars(sa.select(WaitingPlace.outcome)).one()
    assert outcome == {"take": "enrolled", "remove": "removed", "leave": "left"}[act]


def test_a_learner_withdraws_and_comes_back_to_everything(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    lena, path = client_of("Lena"), f"/learn/{cast.lena_seat}/withdraw"
    assert "Everything you did is kept" in html(lena, path)
    assert post(lena, path, reason="A new job")[0] == 303
    assert "You have withdrawn from Autumn 2026" in html(lena, "/learn")
    done = f"/learn/{cast.lena_seat}/first-module/lesson-1/complete"
    status, page = post(lena, done)
    assert status == 422
    assert "Join again to go on" in page
    assert post(lena, f"/cohorts/{cast.autumn}/enrol")[0] == 303
    assert state_of(app, cast.lena_seat) == "active"
    assert post(lena, done)[0] == 303


def test_the_pages_of_places_ask_little_of_the_database(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    pages = {
        "Dina": [
            manage(cast, "places"),
            manage(cast, f"places/{cast.lena_seat}"),
            manage(cast, "settings"),
            manage(cast, "settings/days"),
            manage(cast, "invitations"),
        ],
        "Lena": [
            "/learn",
            f"/learn/{cast.lena_seat}/progress",
            f"/learn/{cast.lena_seat}/withdraw",
        ],
        "Otto": ["/join", "/programmes/northgate"],
    }
    seen: list[str] = []
    with app.app_context():
        sa.event.listen(
            db.engine, "before_cursor_execute", lambda *given: seen.append(str(given[2]))
        )
    for who, paths in pages.items():
        client = sign_in(app, who)
        for path in paths:
            client.get(path)
            seen.clear()
            client.get(path)
            assert len(seen) <= 8, (path, seen)


def test_a_code_that_ended_yesterday_says_so(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    with app.app_context():
        code = queue_up(db.session, cast, THEN)
        db.session.commit()
    assert "This invitation has ended" in html(client_of("Otto"), f"/join?code={code}", 422)
    assert date(2026, 9, 8) < clock.now().date()
