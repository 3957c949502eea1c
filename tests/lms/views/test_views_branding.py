"""The look of certificates: changed by administrators alone, in versions, and tried before use."""

import io
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from werkzeug.test import TestResponse

import certificates
from lms import clock
from lms.db import db
from lms.models.audit import AuditEntry
from lms.models.branding import BrandVersion
from lms.services import branding, credentials
from tests.cast import Cast, token_in
from tests.stories import tell

ClientOf = Callable[[str], FlaskClient]
FORM = {
    "primary": "#7A1E3C",
    "logo_alt": "Northgate Institute",
    "statement": "Northgate is an example of an approved provider.",
    "paper": "letter",
    "people-0-full_name": "Dr Adaeze Okafor",
    "people-0-role": "Programme Director",
}


def png(colour: str = "#203060", **saved: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (90, 30), colour).save(file, "PNG", **saved)
    return file.getvalue()


def send(
    client: FlaskClient, cast: Cast, files: dict[str, bytes] | None = None, **changes: str
) -> TestResponse:
    """Fill the form in and send it as a browser does."""
    path = f"/manage/programmes/{cast.northgate}/brand"
    token = token_in(client.get("/account").text)
    parts = [(f'name="{name}"', text.encode()) for name, text in (FORM | changes).items()]
    parts.append(('name="csrf_token"', token.encode()))
    parts += [
        (f'name="{name}"; filename="a.png"\r\nContent-Type: image/png', data)
        for name, data in (files or {}).items()
    ]
    body = b"".join(
        b"--boundary\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), value)
        for head, value in parts
    )
    kind = "multipart/form-data; boundary=boundary"
    return client.post(path, data=body + b"--boundary--\r\n", content_type=kind)


def brand_of(app: Flask, cast: Cast) -> certificates.Brand | None:
    with app.app_context():
        return branding.current_brand(db.session, cast.northgate)


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(BrandVersion)) or 0


def test_a_brand_is_stored_as_it_was_given(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    files = {"logo": png(), "people-0-signature": png("#000000")}
    answer = send(client_of("Ada"), cast, files)
    assert answer.status_code == 303
    assert answer.location == f"/manage/programmes/{cast.northgate}/brand/preview"
    brand = brand_of(app, cast)
    assert brand is not None
    assert (brand.primary, brand.paper) == ("#7a1e3c", "letter")
    assert brand.logo == certificates.clean_picture(png())
    (person,) = brand.signatories
    assert (person.name, person.role) == ("Dr Adaeze Okafor", "Programme Director")
    assert person.image == certificates.clean_picture(png("#000000"))
    with app.app_context():
        entry = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.act == "brand.stored")
        ).one()
        assert (entry.actor_id, entry.programme_id) == (cast.ada, cast.northgate)
        assert certificates.brand_digest(brand) in entry.detail


def test_a_change_is_a_new_version_and_keeps_what_was_not_touched(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    send(ada, cast, {"logo": png(), "people-0-signature": png("#000000")})
    first = brand_of(app, cast)
    assert first is not None
    send(ada, cast, statement="Another statement.")
    second = brand_of(app, cast)
    assert second is not None
    assert (second.logo, second.signatories) == (first.logo, first.signatories)
    assert second.statement == "Another statement."
    with app.app_context():
        versions = branding.list_versions(db.session, cast.northgate)
    assert [version.number for version in versions] == [2, 1]
    assert versions[1].digest == certificates.brand_digest(first)
    assert versions[1].digest in ada.get(f"/manage/programmes/{cast.northgate}/brand").text


def test_pictures_can_be_taken_off(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    send(ada, cast, {"logo": png(), "people-0-signature": png("#000000")})
    send(ada, cast, **{"drop_logo": "y", "people-0-drop_signature": "y"})
    brand = brand_of(app, cast)
    assert brand is not None
    assert brand.logo is None
    assert brand.logo_alt == ""
    assert brand.signatories[0].image is None


def test_the_same_brand_twice_is_no_version(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    send(ada, cast)
    answer = send(ada, cast)
    assert answer.status_code == 422
    assert "Nothing is changed" in answer.text
    assert count(app) == 1


def test_nobody_else_changes_a_brand(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    for who in ("Lena", "Ivo", "Olga", "Otto"):
        assert send(client_of(who), cast).status_code in (403, 404)
    assert count(app) == 0


UNBEARABLE = [
    ({"primary": "red"}, "Write the colour as"),
    ({"primary": "#14594f;}body{display:none"}, "Write the colour as"),
    ({"paper": "a3"}, "Not a valid choice"),
    ({"statement": "x" * 601}, "600"),
    ({"statement": "Bell \x07"}, "ordinary signs"),
    ({"people-1-full_name": "Ana"}, "a name and a role"),
    ({"people-1-role": "Dean"}, "a name and a role"),
    ({"people-1-full_name": "A" * 121, "people-1-role": "Dean"}, "120"),
]


def test_what_no_certificate_could_bear_is_refused(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    for changes, said in UNBEARABLE:
        answer = send(ada, cast, **changes)
        assert answer.status_code == 422
        assert said in answer.text
    assert count(app) == 0


HOSTILE = [
    (b"GIF89a", "not a PNG"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "hand in a PNG"),
    (b"<!DOCTYPE svg []><svg/>", "document type"),
    (b"\x89PNG\r\n\x1a\n" + b"x" * 530 * 1024, "larger than 512 KiB"),
    (b"%PDF-1.7", "not a PNG"),
]


def test_a_hostile_picture_is_refused_with_a_sentence(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    for data, said in HOSTILE:
        for field in ("logo", "people-0-signature"):
            answer = send(ada, cast, {field: data})
            assert answer.status_code == 422
            assert said in answer.text
            assert f'href="#{field}"' in answer.text
    assert count(app) == 0


def test_a_logo_without_words_is_refused(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    answer = send(client_of("Ada"), cast, {"logo": png()}, logo_alt=" ")
    assert answer.status_code == 422
    assert "for those who cannot see it" in answer.text
    assert count(app) == 0


def test_a_form_beyond_all_measure_is_not_read(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    assert send(client_of("Ada"), cast, {"logo": b"x" * 3_000_000}).status_code == 413
    assert app.test_client().post(
        f"/manage/programmes/{cast.northgate}/brand", data={"logo_alt": "x" * 1_200_000}
    ).status_code in (302, 400, 413)


def test_the_preview_shows_every_design_and_what_is_amiss(cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    page = ada.get(f"/manage/programmes/{cast.northgate}/brand/preview")
    assert page.text.count("<iframe") == 6
    assert page.text.count("Nothing is amiss") == 6
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    send(ada, cast, primary="#ffcc00")
    page = ada.get(f"/manage/programmes/{cast.northgate}/brand/preview?name=arabic")
    assert page.text.count("#896e00 is used instead") == 6
    assert "Nothing is amiss" not in page.text


def test_a_specimen_says_that_it_is_none(cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    for file in ("course-a4", "programme-letter", "ce-a4"):
        path = f"/manage/programmes/{cast.northgate}/brand/preview/{file}.pdf"
        answer = ada.get(f"{path}?name=long")
        assert answer.mimetype == "application/pdf"
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
        assert "Specimen: this is not a certificate" in " ".join(text.split())
    for file in ("diploma-a4.pdf", "course-a3.pdf", "..%2fcourse-a4.pdf"):
        path = f"/manage/programmes/{cast.northgate}/brand/preview/{file}"
        assert ada.get(path).status_code == 404


def test_a_template_in_a_statement_is_only_text(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    send(ada, cast, statement="{{7*7}} <script>alert(1)</script>")
    page = ada.get(f"/manage/programmes/{cast.northgate}/brand").text
    assert "{{7*7}} &lt;script&gt;" in page
    assert "<script>alert" not in page


def test_an_award_keeps_the_brand_it_was_made_with(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    send(ada, cast, {"logo": png()})
    first = brand_of(app, cast)
    assert first is not None
    serial = tell(app, cast).serial
    send(ada, cast, **{"people-0-full_name": "Ana Later", "paper": "a4"})
    with app.app_context():
        found = credentials.find_by_serial(db.session, serial, clock.now())
        assert found is not None
        assert found.credential.particulars is not None
        assert found.credential.particulars.brand == certificates.brand_digest(first)
        assert branding.brand_of(db.session, found.credential) == first
        assert found.credential.signatories == (
            certificates.Signatory("Dr Adaeze Okafor", "Programme Director"),
        )
        file = credentials.certificate_file(
            db.session, found, app.config["SETTINGS"], now=clock.now()
        )
    front = PdfReader(io.BytesIO(file.content)).pages[0]
    assert tuple(front.mediabox[2:]) == (792, 612)
    text = " ".join(front.extract_text().split())
    assert "Dr Adaeze Okafor" in text
    assert "Northgate is an example of an approved provider." in text
