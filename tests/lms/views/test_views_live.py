"""Live sessions, qualifications and evaluations as people meet them: page by page, and attacked."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.cohorts import Enrolment
from lms.models.live import CodeTry, HoursEntry
from lms.models.qualifications import Qualification
from lms.services import live
from tests.cast import Cast, settings_for, token_in
from tests.live_samples import autumn, local, meet, plan, state
from tests.transcript_samples import picture

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def held(app: Flask, cast: Cast) -> int:
    """A session that is on now; Leo is credited."""
    with app.app_context():
        found = meet(db.session, cast, clock.now())
        db.session.commit()
    return found


def send(client: FlaskClient, path: str, form_at: str = "/account", **fields: object) -> object:
    token = token_in(client.get(form_at).text)
    return client.post(path, data={**fields, "csrf_token": token})


def shown_code(client: FlaskClient, cast: Cast, held: int) -> str:
    found = client.get(f"/manage/cohorts/{cast.autumn}/live/{held}/code.json").get_json()
    assert re.fullmatch(r"\d{3} \d{3}", found["code"]) and 1 <= found["seconds"] <= 30
    return str(found["code"])


def test_a_weekly_series_is_planned_at_one_time_of_day_and_told_to_learners(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ivo, starts = client_of("Ivo"), local(clock.now() + timedelta(days=2))
    fields = {
        "title": "Case seminar", "starts": starts.isoformat(), "mode": "online",
        "ends": (starts + timedelta(hours=1)).isoformat(), "weeks": "12", "module": "",
        "link": "https://meet.example/a", "minutes": "",
    }  # fmt: skip
    answer = send(ivo, f"/manage/cohorts/{cast.autumn}/live/new", **fields)
    assert answer.status_code == 303
    page = client_of("Lena").get(f"/learn/{cast.lena_seat}/live").text
    assert page.count("Case seminar") >= 12 and "https://meet.example/a" in page
    with app.app_context():
        sessions = live.list_live(db.session, cast.autumn)
        assert {local(each.starts_at).time() for each in sessions} == {starts.time()}
        assert {each.minutes for each in sessions} == {60}
    wrong = send(ivo, f"/manage/cohorts/{cast.autumn}/live/new", **{**fields, "link": "x"})
    assert wrong.status_code == 422 and "https://" in wrong.text


def test_a_learner_types_the_code_of_the_room_and_has_the_minutes(
    app: Flask, cast: Cast, client_of: ClientOf, held: int
) -> None:
    ivo, lena = client_of("Ivo"), client_of("Lena")
    code = shown_code(ivo, cast, held)
    page = lena.get(f"/live/here?code={code.replace(' ', '')}").text
    assert f'value="{code.replace(" ", "")}"' in page
    form = {"session": held, "mode": "live-online"}
    wrong = "000000" if code != "000 000" else "111111"
    answer = send(lena, "/live/here", code=wrong, **form)
    assert answer.status_code == 422
    answer = send(lena, "/live/here", code=code, **form)
    assert answer.status_code == 303 and "HttpOnly" in answer.headers["Set-Cookie"]
    assert "1 h 45 min" in lena.get(f"/learn/{cast.lena_seat}/hours").text.replace("\u00a0", " ")
    with app.app_context():
        tries = db.session.scalars(sa.select(CodeTry)).all()
        assert len(tries) == 2 and all("127.0.0.1" not in each.network for each in tries)


def test_the_code_is_for_staff_alone_and_nowhere_else_on_a_page(
    cast: Cast, client_of: ClientOf, held: int
) -> None:
    code = shown_code(client_of("Ivo"), cast, held)
    room = f"/manage/cohorts/{cast.autumn}/live/{held}/code"
    for who, status in (("Lena", 403), ("Rhea", 403), ("Otto", 404), ("Olga", 404)):
        assert client_of(who).get(f"{room}.json").status_code == status
    for who, path in (
        ("Lena", f"/learn/{cast.lena_seat}/live"),
        ("Lena", "/live/here"),
        ("Rhea", f"/manage/cohorts/{cast.autumn}/live/{held}"),
    ):
        page = client_of(who).get(path)
        assert page.status_code == 200
        assert code not in page.text and code.replace(" ", "") not in page.text


def test_guesses_from_one_account_are_slowed_and_the_rooms_address_is_not(
    cast: Cast, address: str, tmp_path: object
) -> None:
    """Forty people type from one address: who guesses is stopped, the others are not."""
    from lms.app import create_app
    from tests.cast import sign_in

    app = create_app(settings_for(tmp_path, address, rate_limits=True))  # type: ignore[arg-type]
    with app.app_context():
        held = meet(db.session, cast, clock.now())
        db.session.commit()
    ivo, leo, lena = (sign_in(app, who) for who in ("Ivo", "Leo", "Lena"))
    statuses = {
        send(leo, "/live/here", code="abc", session=held, mode="in-person").status_code
        for _ in range(25)
    }
    assert 429 in statuses
    code = shown_code(ivo, cast, held)
    answer = send(lena, "/live/here", code=code, session=held, mode="in-person")
    assert answer.status_code == 303
    with app.app_context():
        db.engine.dispose()


def test_the_roster_is_ticked_and_corrected_and_an_auditor_only_reads(
    app: Flask, cast: Cast, client_of: ClientOf, held: int
) -> None:
    at = f"/manage/cohorts/{cast.autumn}/live/{held}"
    form = {"here": str(cast.lena_seat), "mode": "in-person", "minutes": "90"}
    auditor = client_of("Rhea")
    assert "Lena" in auditor.get(at).text and "Was there" not in auditor.get(at).text
    assert send(auditor, f"{at}/roster", **form).status_code == 403
    ivo = client_of("Ivo")
    assert send(ivo, f"{at}/roster", **{**form, "minutes": "500"}).status_code == 422
    assert send(ivo, f"{at}/roster", **form).status_code == 303
    fix = {"minutes": "30", "mode": "in-person", "reason": "=1+1 left early"}
    assert send(ivo, f"{at}/hours/1", **fix).status_code == 303
    table = auditor.get(f"{at}/table.csv").text
    assert '"30"' in table and '"90"' in table and '"\'=1+1 left early"' in table
    stranger = {**form, "here": "99999"}
    assert send(ivo, f"{at}/roster", **stranger).status_code == 404 or "Reload" in ivo.get(at).text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(HoursEntry)) == 3


def test_a_calendar_asks_at_the_secret_address_without_an_account(
    app: Flask, cast: Cast, client_of: ClientOf, held: int
) -> None:
    page = client_of("Leo").get(f"/learn/{cast.leo_seat}/live").text
    address = re.search(r"/calendar/[\w-]+\.ics", page)
    assert address
    visitor = app.test_client()
    answer = visitor.get(address[0])
    assert answer.mimetype == "text/calendar" and answer.text.count("BEGIN:VEVENT") == 2
    with app.app_context():
        db.session.execute(
            sa.update(Enrolment).where(Enrolment.id == cast.leo_seat).values(state="withdrawn")
        )
        db.session.commit()
    assert "VEVENT" not in visitor.get(address[0]).text
    page = client_of("Leo").get(f"/learn/{cast.leo_seat}/live").text
    assert "meet.example" not in page and "stays on record" in page
    send(client_of("Leo"), "/live/calendar", act="renew", enrolment=cast.leo_seat)
    assert visitor.get(address[0]).status_code == 404
    assert visitor.get("/calendar/1-.ics").status_code == 404


def test_a_qualification_goes_from_its_holder_to_who_decides(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    leo = client_of("Leo")
    new = f"/learn/{cast.leo_seat}/qualifications/new"

    def sent(data: bytes) -> object:
        import io

        token = token_in(leo.get(new).text)
        return leo.post(
            new,
            data={
                "kind": "licence", "number": "L-1", "issuer": "Board <b>", "ticket": "4" * 32,
                "issued_on": "2026-01-01", "expires_on": "2030-01-01", "csrf_token": token,
                "proof": (io.BytesIO(data), "licence.png"),
            },
        )  # fmt: skip

    assert sent(b"<script>alert(1)</script>").status_code == 422
    assert sent(picture().data).status_code == 303
    assert "Waits for its check" in leo.get(f"/learn/{cast.leo_seat}/qualifications").text
    at = "/manage/qualifications/1"
    assert client_of("Rhea").get(at).status_code == 200
    assert send(client_of("Rhea"), at, outcome="confirmed").status_code == 403
    assert client_of("Olga").get(f"{at}/proof").status_code == 404
    ivo = client_of("Ivo")
    page = ivo.get(at).text
    assert "Board &lt;b&gt;" in page and "Board <b>" not in page
    proof = ivo.get(f"{at}/proof")
    assert proof.mimetype == "image/png" and "sandbox" in proof.headers["Content-Security-Policy"]
    assert "attachment" in proof.headers["Content-Disposition"]
    assert send(ivo, at, outcome="not-confirmed", words="").status_code == 422
    assert send(ivo, at, outcome="confirmed", words="").status_code == 303
    listed = ivo.get(f"/manage/programmes/{cast.northgate}/qualifications").text
    assert "Leo Ferreira" in listed and "Nothing waits" in listed
    with app.app_context():
        assert db.session.scalars(sa.select(Qualification.outcome)).all() == ["confirmed"]


def test_what_is_asked_for_is_set_by_administrators_and_read_by_learners(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    with app.app_context():
        state(db.session, cast, app.config["SETTINGS"].data, clock.now())
        db.session.commit()
    at = f"/manage/programmes/{cast.northgate}/qualifications"
    assert send(client_of("Ivo"), f"{at}/asked", kinds="insurance").status_code == 403
    assert send(client_of("Ada"), f"{at}/asked", kinds="insurance").status_code == 303
    own = client_of("Lena").get(f"/learn/{cast.lena_seat}/qualifications").text
    assert "Liability insurance" in own and "Professional licence" not in own
    assert client_of("Ada").get(f"{at}?after=2026-99-99.x").status_code == 200


def test_staff_pages_ask_no_more_for_more_sessions(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    now = clock.now()
    with app.app_context():
        run, ahead = autumn(db.session, cast), plan(now + timedelta(days=1), weeks=50)
        (first, *_) = live.schedule(db.session, run, ahead, by=cast.ivo, now=now)
        db.session.commit()
    made: list[str] = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: made.append(str(args[2])))
    ada, lena = client_of("Ada"), client_of("Lena")
    for client, path in (
        (ada, f"/manage/cohorts/{cast.autumn}/live"),
        (ada, f"/manage/cohorts/{cast.autumn}/live/{first}"),
        (lena, f"/learn/{cast.lena_seat}/live"),
    ):
        client.get(path)
        made.clear()
        assert client.get(path).status_code == 200
        assert len(made) <= 8, (path, made)
