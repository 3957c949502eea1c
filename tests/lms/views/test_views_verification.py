"""Verification for anyone: the verdict, what its holder shows, past days, records for machines."""

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import certificates
from lms import clock
from lms.app import create_app
from lms.db import db
from lms.models.credentials import CredentialRecord
from lms.services import credentials, sharing
from lms.services.sharing import Display
from lms.views.verification import page
from tests.act_samples import do
from tests.cast import Cast, settings_for, token_in
from tests.stories import Told

ClientOf = Callable[[str], FlaskClient]
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


def choose(app: Flask, serial: str, **chosen: object) -> None:
    with app.app_context():
        found = credentials.find_by_serial(db.session, serial, clock.now())
        assert found is not None
        sharing.choose_display(db.session, found, Display(**chosen), clock.now())  # type: ignore[arg-type]
        db.session.commit()


def test_the_page_says_everything_the_certificate_says(app: Flask, told: Told) -> None:
    """Invariant 38: an edited PDF is found out by comparing it with the page, claim by claim."""
    page = app.test_client().get(f"/v/{told.serial}").text
    for said in (
        "Valid today",
        "Leo Ferreira",
        "Licensed psychologist",
        "A Small Course for Tests",
        "Northgate PAT Programme",
        "20\u00a0min",
        "All lessons completed.",
        "not a licence to practise",
        certificates.format_serial(told.serial),
        "Release 2026.1",
        "Current until",
    ):
        assert said in page, said


def test_strangers_share_a_drawing_that_no_change_outlives(
    app: Flask, told: Told, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack: show the page of a moment ago after it was hidden or its certificate revoked."""
    now = clock.now().replace(second=5) + timedelta(minutes=2)
    monkeypatch.setattr("lms.clock.now", lambda: now)
    path = f"/v/{told.serial}"
    drawings: list[object] = []
    drawn = page.drawn
    monkeypatch.setattr(
        "lms.views.verification.page.drawn",
        lambda *given: (drawings.append(given), drawn(*given))[1],
    )
    first, again = (app.test_client().get(path) for _ in range(2))
    assert first.data == again.data and len(drawings) == 1
    assert "Verify another" in first.text and "Signed in as" not in first.text
    assert "Signed in as Leo Ferreira" in client_of("Leo").get(path).text
    assert "Not yet issued" in app.test_client().get(f"{path}?on=2020-01-01").text
    assert app.test_client().get(path).data == first.data, "nobody else meets either"
    choose(app, told.serial, shows_profession=False)
    assert "Licensed psychologist" not in app.test_client().get(path).text
    with app.app_context():
        do(db.session, told.cast, told.serial, "revoke", now)
        db.session.commit()
    assert "Revoked on" in app.test_client().get(path).text
    choose(app, told.serial, is_published=False)
    assert app.test_client().get(path).status_code == 404


def test_nothing_of_the_holder_is_in_title_preview_or_address(app: Flask, told: Told) -> None:
    """Invariant 41: what previews and histories keep names nobody and is not indexed."""
    answer = app.test_client().get(f"/v/{told.serial}")
    head = answer.text.split("</head>")[0]
    assert "og:title" in head and "og:image" in head
    for part in ("Leo", "Ferreira", "psychologist"):
        assert part not in head
    assert 'name="robots" content="noindex, nofollow"' in head
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    picture = re.search(r'og:image" content="[^"]*?(/v/[^"]+)"', head)
    assert picture is not None
    png = app.test_client().get(picture[1])
    assert png.mimetype == "image/png" and png.data.startswith(b"\x89PNG")


def test_typing_a_number_leads_to_its_page(app: Flask, told: Told) -> None:
    typed = certificates.format_serial(told.serial).lower()
    answer = app.test_client().get("/verify", query_string={"serial": f" {typed} "})
    assert answer.status_code == 302 and answer.headers["Location"] == f"/v/{told.serial}"


def test_any_other_number_gets_one_calm_answer(app: Flask) -> None:
    client = app.test_client()
    for typed in ("x", "0" * 28, "%s%n", "' OR 1=1 --", "A" * 4000, "\u202e"):
        answer = client.get("/verify", query_string={"serial": typed}, follow_redirects=True)
        assert answer.status_code == 404
        assert "No certificate is published under this number" in answer.text
        assert answer.text == client.get("/v/anything").text


HELD_BACK = [
    ({"shows_profession": False}, "Licensed psychologist", "profession"),
    ({"shows_hours": False}, "20\u00a0min", "study"),
    ({"shows_assessment": False}, "All lessons completed.", "assessment"),
    ({"shown_name": "none"}, "Ferreira", "name"),
    ({"shown_name": "initials"}, "Ferreira", "name"),
]


def test_what_the_holder_holds_back_is_on_no_channel(app: Flask, told: Told) -> None:
    client, path = app.test_client(), f"/v/{told.serial}"
    for chosen, gone, field in HELD_BACK:
        choose(app, told.serial)
        assert gone in client.get(path).text, "shown until the holder chooses"
        choose(app, told.serial, **chosen)
        page, record = client.get(path).text, client.get(f"{path}.json").json
        assert gone not in page and "Not shown" in page
        assert gone.replace("\u00a0", " ") not in json.dumps(record, ensure_ascii=False)
        found = {**record["holder"], **record}[field]
        assert found == ("L.\u00a0F." if chosen.get("shown_name") == "initials" else None)
        assert record["digest"] is None, "the digest would confirm a guess of what is held back"
        assert len(record["not_shown"]) == 1


def test_a_past_day_never_stands_in_for_today(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to a good day must not pass for today's verdict."""
    with app.app_context():
        found = credentials.find_by_serial(db.session, told.serial, clock.now())
    assert found is not None
    # The story of these tests may have been told before midnight.
    issued, later = found.credential.issued_at, clock.now() + timedelta(days=4000)
    monkeypatch.setattr(clock, "now", lambda: later)
    client = app.test_client()
    page = client.get(f"/v/{told.serial}?on={issued.date()}").text
    band = page.split('id="verdict">')[1].split("</h1>")[0]
    assert band == "Past its currency date"
    assert f'On <time datetime="{issued.date()}">' in page and ": Valid" in page
    record = client.get(f"/v/{told.serial}.json?on={issued.date()}").json
    assert record["status"] == "past-currency" and record["on"]["status"] == "valid"
    before = issued.date() - timedelta(days=1)
    assert "Not yet issued" in client.get(f"/v/{told.serial}?on={before}").text


def test_a_day_that_cannot_be_answered_says_why(app: Flask, told: Told) -> None:
    client, path = app.test_client(), f"/v/{told.serial}"
    for asked in ("2999-01-01", "yesterday", "2026-02-30", "<b>", "9" * 500):
        answer = client.get(path, query_string={"on": asked})
        assert answer.status_code == 200 and "field-error" in answer.text
        assert "<b>" not in answer.text
        record = client.get(f"{path}.json", query_string={"on": asked})
        assert record.status_code == 400 and record.json["error"]


def test_machines_get_the_record_by_address_or_by_asking_for_it(app: Flask, told: Told) -> None:
    client = app.test_client()
    by_address = client.get(f"/v/{told.serial}.json")
    asked = client.get(f"/v/{told.serial}", headers={"Accept": "application/json"})
    assert by_address.json.keys() == asked.json.keys()
    record = asked.json
    assert record["status"] == "valid" and record["serial"] == told.serial
    assert record["holder"] == {"name": "Leo Ferreira", "profession": "Licensed psychologist"}
    assert record["study"]["minutes"] == sum(part["minutes"] for part in record["study"]["parts"])
    assert len(record["digest"]) == 64 and record["not_shown"] == []
    for answer in (by_address, asked):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Accept" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
    for accept in ("text/html,*/*", "*/*", ""):
        page = client.get(f"/v/{told.serial}", headers={"Accept": accept})
        assert page.mimetype == "text/html"
        assert "Access-Control-Allow-Origin" not in page.headers


def test_a_page_asks_the_database_no_more_than_it_may(app: Flask, told: Told) -> None:
    """P1: at most four queries."""
    client, asked = app.test_client(), []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    for path, most in ((f"/v/{told.serial}", 4), ("/v/x", 1), (f"/v/{told.serial}.json", 5)):
        asked.clear()
        client.get(path, headers=BROWSER)
        assert 1 <= len(asked) <= most, asked
        assert all(each.lstrip().upper().startswith("SELECT") for each in asked)


# What the holder learns of looks


def counted(app: Flask, told: Told) -> int:
    with app.app_context():
        sharing.keep_look_ups(db.session, app.extensions["look_ups"])
        record = db.session.scalars(
            sa.select(CredentialRecord.id).where(CredentialRecord.serial == told.serial)
        ).one()
        return sum(times for _, times in sharing.list_look_ups(db.session, record))


def test_a_look_is_counted_and_a_second_one_too(app: Flask, told: Told) -> None:
    client = app.test_client()
    client.get(f"/v/{told.serial}", headers=BROWSER)
    client.get(f"/v/{told.serial}.json", headers={"User-Agent": "python-requests/2.33"})
    assert counted(app, told) == 2


PREVIEWS = [
    {"User-Agent": "LinkedInBot/1.0 (compatible; Mozilla/5.0)"},
    {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
    {"User-Agent": "facebookexternalhit/1.1"},
    {"User-Agent": "WhatsApp/2.23"},
    {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
    {"User-Agent": "TelegramBot (like TwitterBot)"},
    {"User-Agent": ""},
    {**BROWSER, "Sec-Purpose": "prefetch;prerender"},
    {**BROWSER, "Purpose": "prefetch"},
]


def test_programs_that_fetch_a_preview_are_not_counted(app: Flask, told: Told) -> None:
    for headers in PREVIEWS:
        assert app.test_client().get(f"/v/{told.serial}", headers=headers).status_code == 200
        assert counted(app, told) == 0, headers


def test_a_head_a_picture_and_the_holder_are_not_counted(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    client = app.test_client()
    head = client.head(f"/v/{told.serial}", headers=BROWSER)
    assert head.status_code == 200 and head.data == b""
    client.get(f"/v/{told.serial}/image.png", headers=BROWSER)
    client_of("Leo").get(f"/v/{told.serial}", headers=BROWSER)
    assert counted(app, told) == 0
    client_of("Lena").get(f"/v/{told.serial}", headers=BROWSER)
    assert counted(app, told) == 1, "anybody else who is signed in is counted"


# Links


def make_link(app: Flask, cast: Cast, told: Told, **more: object) -> str:
    values = {"shown_name": "full", "label": "", "days": 7, "now": clock.now(), **more}
    with app.app_context():
        token = sharing.make_link(db.session, cast.leo, serials=[told.serial], **values)  # type: ignore[arg-type]
        db.session.commit()
    return token


def test_a_link_shows_a_hidden_credential_with_the_chosen_name(
    app: Flask, cast: Cast, told: Told
) -> None:
    choose(app, told.serial, is_published=False)
    client = app.test_client()
    answer = client.get(f"/s/{make_link(app, cast, told, shown_name='initials')}")
    assert answer.status_code == 200
    assert "A Small Course for Tests" in answer.text and "L.\u00a0F." in answer.text
    assert "Ferreira" not in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers
    full = client.get(f"/s/{make_link(app, cast, told)}").text
    assert "Leo Ferreira" in full and "Leo" not in full.split("</head>")[0]


def test_links_that_never_were_expired_or_ended_are_one_answer(
    app: Flask, cast: Cast, told: Told
) -> None:
    old = make_link(app, cast, told, now=clock.now() - timedelta(days=8))
    ended = make_link(app, cast, told)
    with app.app_context():
        for each in sharing.list_links(db.session, cast.leo):
            sharing.end_link(db.session, cast.leo, each.id, clock.now())
        db.session.commit()
    client = app.test_client()
    answers = {client.get(f"/s/{token}").text for token in (old, ended, "x", "0" * 4000)}
    assert len(answers) == 1 and "leads nowhere" in answers.pop()


@pytest.fixture
def limited(address: str, tmp_path: Path) -> Flask:
    app = create_app(settings_for(tmp_path, address, rate_limits=True))
    app.testing = True
    return app


def test_guessing_is_slowed_down_over_all_ways_together(limited: Flask) -> None:
    """Invariant 34: 130 random bits, and no more than sixty guesses a minute by any path."""
    client = limited.test_client()
    ways = ("/v/{}", "/v/{}.json", "/s/{}", "/verify?serial={}", "/v/{}/image.png", "/v/{}")
    guesses = [client.get(ways[n % 6].format(f"{n:028}")).status_code for n in range(72)]
    assert guesses[:60] == [404] * 60 and guesses[60:] == [429] * 12
    refused = client.get(f"/v/{'1' * 28}")
    assert int(refused.headers["Retry-After"]) > 0
    with limited.app_context():
        db.engine.dispose()


# Files


@pytest.fixture
def paper(told: Told, client_of: ClientOf) -> bytes:
    """Leo's certificate as he downloads it."""
    return client_of("Leo").get(f"/credentials/{told.serial}/certificate.pdf").data


def check(app: Flask, content: bytes, name: str = "certificate.pdf") -> str:
    client = app.test_client()
    token = token_in(client.get("/verify/file").text)
    answer = client.post(
        "/verify/file", data={"csrf_token": token, "file": (io.BytesIO(content), name)}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_file_that_was_issued_is_unaltered_and_leads_to_its_record(
    app: Flask, told: Told, paper: bytes
) -> None:
    page = check(app, paper, "whatever it is called.txt")
    assert "Unaltered" in page and f"/v/{told.serial}" in page
    hashes = app.test_client().get(f"/v/{told.serial}/files").json["sha256"]
    assert hashes == [hashlib.sha256(paper).hexdigest()]


def test_a_changed_file_is_found_out(app: Flask, told: Told, paper: bytes) -> None:
    """Invariant 38: whatever was done to it, the answer is never that it is as issued."""
    for changed in (
        paper + b"\n% added\n",
        paper[:9000] + bytes([paper[9000] ^ 1]) + paper[9001:],
        paper + b"\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n",
    ):
        page = check(app, changed)
        assert "Altered" in page or "Not ours" in page
        assert "Unaltered" not in page and told.serial not in page


def test_what_is_no_certificate_is_not_ours(app: Flask) -> None:
    for content in (b"", b"%PDF-1.7\n", b"GIF89a", b"%PDF-" + b"\0" * 4000):
        assert "Not ours" in check(app, content)


def test_a_file_whose_page_is_hidden_is_unaltered_and_no_more_is_said(
    app: Flask, told: Told, paper: bytes
) -> None:
    choose(app, told.serial, is_published=False)
    page = check(app, paper)
    assert "Unaltered" in page and "does not publish a page" in page
    assert told.serial not in page and "Small Course" not in page
    assert app.test_client().get(f"/v/{told.serial}/files").status_code == 404


def test_an_upload_stays_in_memory_and_a_large_one_is_refused(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that is uploaded touches the disk, not even as a temporary file."""
    client = app.test_client()
    token = token_in(client.get("/verify/file").text)

    def no_file(*_args: object, **_more: object) -> None:
        raise AssertionError("an upload was written to a file")

    monkeypatch.setattr(tempfile, "TemporaryFile", no_file)
    # The body as a browser sends it: the test client would itself put a large one into a file.
    head = (
        f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--b\r\n'
        'Content-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n%PDF-'
    ).encode()
    for size, status in ((490_000, 200), (600_000, 413), (5_000_000, 413)):
        body = head + b"\0" * size + b"\r\n--b--\r\n"
        kind = "multipart/form-data; boundary=b"
        assert client.post("/verify/file", data=body, content_type=kind).status_code == status
