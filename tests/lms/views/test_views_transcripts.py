"""The pages of transcripts: page, PDF and signed file; adding, proving, checking, taking off."""

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import page as accessibility
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

import certificates
from lms.keys import keys_of
from lms.services import transcripts
from tests.cast import token_in
from tests.stories import Told

ClientOf = Callable[[str], FlaskClient]
NEW = "/transcript/external/new"
FORM = {
    "title": "Motivational Interviewing",
    "issuer": "Riverside University Hospital",
    "completed_on": "2026-05-30",
    "hours": "6.5",
    "credit": "apa",
}


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(file, "PNG")
    return file.getvalue()


def send(
    client: FlaskClient, data: bytes | None = None, name: str = "a.pdf", **more: str
) -> TestResponse:
    """Fill the form in and send it as a browser does."""
    page = client.get(NEW).text
    ticket = page.split('name="ticket"')[1].split('value="')[1].split('"')[0]
    form = {**FORM, **more, "csrf_token": token_in(page), "ticket": ticket}
    return client.post(NEW, **as_sent(form, data, name))


def as_sent(form: dict[str, str], data: bytes | None, name: str) -> dict[str, Any]:
    """Return a form with a file as its body and type: the client's own writer leaves files open."""
    parts = [(f'name="{field}"', value.encode()) for field, value in form.items()]
    if data is not None:
        parts.append((f'name="proof"; filename="{name}"\r\nContent-Type: application/pdf', data))
    body = b"".join(
        b"--boundary\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), value)
        for head, value in parts
    )
    kind = "multipart/form-data; boundary=boundary"
    return {"data": body + b"--boundary--\r\n", "content_type": kind}


def act(client: FlaskClient, path: str, **form: str) -> TestResponse:
    return client.post(path, data={**form, "csrf_token": token_in(client.get("/account").text)})


def stored(app: Flask) -> list[Path]:
    folder = transcripts.proof_folder(app.config["SETTINGS"].data)
    return [file for file in folder.rglob("*") if file.is_file()]


# --- the transcript -------------------------------------------------------------------------


def test_the_page_tells_everything_and_the_paper_the_same(
    app: Flask, told: Told, client_of: ClientOf, tmp_path: Path
) -> None:
    leo = client_of("Leo")
    send(leo, picture(), title="Würzburg workshop")
    page, paper = leo.get("/transcript").text, leo.get("/transcript/transcript.pdf")
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF")
    assert accessibility.validate_pdf_bytes(paper.data, profile="ua1").is_compliant
    (tmp_path / "t.pdf").write_bytes(paper.data)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "t.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    flat = " ".join(text.split())
    for said in ("A Small Course for Tests", "Northgate PAT Programme", "Passed", "Not passed"):
        assert said in page and said in flat, said
    for said in ("Würzburg workshop", "Proof attached", certificates.format_serial(told.serial)):
        assert said in page, said
    assert "Würzburg" in flat and "Leo Ferreira" in flat
    assert told.item not in page


def test_the_signed_file_is_genuine_until_a_letter_changes(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    settings = app.config["SETTINGS"]
    leo = client_of("Leo")
    send(leo, title="Motivational Interviewing")
    answer = leo.get("/transcript/transcript.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    keys, did = keys_of(settings).published, certificates.did_of(settings.public_url)
    found = certificates.check_transcript(answer.data, keys, did)
    assert found.state == "genuine", found.reason
    assert found.subject["holder"]["name"] == "Leo Ferreira"
    assert found.subject["external"][0]["proof"] == "declared"
    altered = answer.data.replace(b'"proof": "declared"', b'"proof": "checked"')
    assert altered != answer.data
    assert certificates.check_transcript(altered, keys, did).state == "altered"


def test_no_email_and_no_account_number_leave_with_it(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    document = json.loads(client_of("Leo").get("/transcript/transcript.json").text)
    assert "leo@example.org" not in json.dumps(document)
    assert "id" not in document["credentialSubject"]


def test_a_programme_shows_its_part_to_administrators_alone(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    send(client_of("Leo"), title="CANARY-PRIVATE")
    path = f"/manage/cohorts/{told.cast.autumn}/learners/{told.cast.leo_seat}/transcript"
    ada = client_of("Ada")
    assert "CANARY" not in ada.get(path).text
    assert "The part that belongs to Northgate" in ada.get(path).text
    assert ada.get(f"{path}.pdf").mimetype == "application/pdf"
    assert client_of("Ivo").get(path).status_code == 403
    assert client_of("Olga").get(path).status_code == 404


# --- certificates from elsewhere ------------------------------------------------------------


def test_a_certificate_with_its_proof_is_added(app: Flask, told: Told, client_of: ClientOf) -> None:
    leo = client_of("Leo")
    answer = send(leo, picture(), "certificate.png")
    assert answer.status_code == 303
    page = leo.get(answer.headers["Location"]).text
    assert "6\u00a0h 30\u00a0min" in page and "Proof attached" in page
    proof = leo.get(answer.headers["Location"] + "/proof")
    assert proof.mimetype == "image/png"
    assert proof.headers["Content-Disposition"] == 'attachment; filename="proof-1.png"'
    assert proof.headers["Content-Security-Policy"].startswith("sandbox")
    assert proof.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in proof.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["proof.pdf", "proof.png", "../../wsgi.py", "a.xhtml"])
def test_a_page_sent_as_a_proof_is_refused(
    app: Flask, told: Told, client_of: ClientOf, name: str
) -> None:
    """Invariant 48: whatever it is called, a page is no proof, and nothing is kept."""
    leo = client_of("Leo")
    page = b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'
    answer = send(leo, page, name)
    assert answer.status_code == 422
    assert "none of the three kinds" in answer.text and "Motivational" in answer.text
    assert stored(app) == []
    assert "Motivational" not in leo.get("/transcript").text


def test_a_file_of_five_megabytes_comes_through_and_a_larger_one_does_not(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    leo = client_of("Leo")
    assert "larger than 5 MB" in send(leo, b"%PDF-1.7\n" + b" " * 5_000_000).text
    assert send(leo, b"%PDF-1.7\n" + b" " * 5_200_000).status_code == 413
    damaged = send(leo, b"%PDF-1.7\n" + b" " * 4_900_000)
    assert damaged.status_code == 422 and "damaged" in damaged.text


def test_only_this_form_of_somebody_signed_in_takes_so_much(app: Flask, told: Told) -> None:
    stranger = app.test_client()
    answer = stranger.post(NEW, **as_sent({"csrf_token": "x"}, b" " * 2_000_000, "a.pdf"))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("issuer", "x" * 201),
        ("completed_on", "30.5.2026"),
        ("completed_on", "2199-01-01"),
        ("expires_on", "2020-01-01"),
        ("hours", "six"),
        ("hours", "0.333"),
        ("hours", "1e3"),
        ("hours", "99999"),
        ("hours", "-1"),
        ("credit", "honorary"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    app: Flask, told: Told, client_of: ClientOf, field: str, value: str
) -> None:
    leo = client_of("Leo")
    answer = send(leo, picture(), **{field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert stored(app) == []


def test_the_same_form_sent_twice_adds_one(app: Flask, told: Told, client_of: ClientOf) -> None:
    leo = client_of("Leo")
    page = leo.get(NEW).text
    ticket = page.split('name="ticket"')[1].split('value="')[1].split('"')[0]
    form = {**FORM, "csrf_token": token_in(page), "ticket": ticket}
    first, second = (leo.post(NEW, data=form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]


def test_from_asking_for_a_check_to_its_answer(app: Flask, told: Told, client_of: ClientOf) -> None:
    cast, leo, ada = told.cast, client_of("Leo"), client_of("Ada")
    send(leo, picture())
    assert ada.get("/manage/external/1").status_code == 404
    asked = act(leo, "/transcript/external/1/check", programme=str(cast.northgate))
    assert asked.status_code == 303
    assert "has been asked" in leo.get("/transcript/external/1").text
    queue = ada.get(f"/manage/programmes/{cast.northgate}/external").text
    assert "Motivational Interviewing" in queue and "Leo Ferreira" in queue
    assert ada.get("/manage/external/1/proof").data == leo.get("/transcript/external/1/proof").data
    unsaid = act(ada, "/manage/external/1", outcome="not-confirmed", words="")
    assert unsaid.status_code == 422 and 'href="#words"' in unsaid.text
    assert act(ada, "/manage/external/1", outcome="confirmed", words="Seen.").status_code == 303
    assert "has confirmed it" in leo.get("/transcript/external/1").text
    assert "Checked by a programme" in leo.get("/transcript").text
    assert act(ada, "/manage/external/1", outcome="confirmed", words="").status_code == 422


def test_another_programme_cannot_be_asked(app: Flask, told: Told, client_of: ClientOf) -> None:
    leo = client_of("Leo")
    send(leo, picture())
    answer = act(leo, "/transcript/external/1/check", programme=str(told.cast.southgate))
    assert answer.status_code == 422


def test_taking_it_off_asks_first_and_deletes_the_proof(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    leo = client_of("Leo")
    send(leo, picture())
    assert len(stored(app)) == 1
    assert "Its proof is deleted" in leo.get("/transcript/external/1/remove").text
    assert len(stored(app)) == 1
    assert act(leo, "/transcript/external/1/remove").status_code == 303
    assert stored(app) == []
    assert leo.get("/transcript/external/1").status_code == 404


def test_a_lost_file_is_said_to_be_lost(app: Flask, told: Told, client_of: ClientOf) -> None:
    leo = client_of("Leo")
    send(leo, picture())
    shutil.rmtree(transcripts.proof_folder(app.config["SETTINGS"].data))
    answer = leo.get("/transcript/external/1/proof")
    assert answer.status_code == 404 and "gone" in answer.text


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{1337*7331}}",
    "${1337*7331}",
]


def test_a_title_taken_for_a_template_would_be_reckoned(app: Flask) -> None:
    """The vulnerable twin: words of a holder made part of a template's source."""
    with app.test_request_context():
        assert "9801547" in render_template_string(f"<h1>{PAYLOADS[2]}</h1>")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_holder_writes_is_words_everywhere(
    app: Flask, told: Told, client_of: ClientOf, payload: str
) -> None:
    """Invariants 47 and 52."""
    leo, ada = client_of("Leo"), client_of("Ada")
    send(leo, picture(), title=payload, issuer=payload)
    act(leo, "/transcript/external/1/check", programme=str(told.cast.northgate))
    pages = [
        leo.get("/transcript"),
        leo.get("/transcript/external/1"),
        leo.get("/transcript/external/1/remove"),
        ada.get(f"/manage/programmes/{told.cast.northgate}/external"),
        ada.get("/manage/external/1"),
    ]
    for page in pages:
        assert "<script>alert" not in page.text and "<img src=x" not in page.text
        assert "9801547" not in page.text
    assert leo.get("/transcript/transcript.pdf").status_code == 200
