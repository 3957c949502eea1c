"""One learner's page and dossier: everything on record, and nothing that is nobody's to read."""

import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

import certificates
from lms import clock, keys
from lms.db import db
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort
from lms.services import cohorts, watch
from tests.act_samples import dispute
from tests.cast import Cast
from tests.review_samples import review
from tests.stories import Told, settle

# The reason of an accommodation, the ground of an appeal, a ruling, a note of staff and a flag's.
CANARIES = ("CANARY", "letter of 3 September", "two options are right")


@pytest.fixture
def told(app: Flask, cast: Cast, told: Told) -> Told:
    """Leo failed, passed, appealed and is accommodated; staff noted something about him."""
    with app.app_context():
        session, now = db.session, clock.now()
        settle(session, cast, now)
        review(session, told, now)
        dispute(session, told, now)
        begun = now.date() - timedelta(days=60)
        session.execute(
            sa.update(Cohort).values(starts_on=begun, due_on=begun + timedelta(days=400))
        )
        run = cohorts.cohort_for(session, cast.ivo, cast.autumn, "instructor")
        how = {"by": cast.ivo, "now": now}
        for seat in (cast.leo_seat, cast.lena_seat):
            watch.write_note(session, run, seat, f"CANARY-STAFF {seat}", ticket="t", **how)
        for flag in watch.flags_now(session, cast.autumn, now):
            watch.note(session, run, flag.key, "CANARY-FLAG", **how)
        session.commit()
    return told


def genuine(client: FlaskClient, signed: str) -> dict[str, object]:
    """Return what was signed, once the keys that are published say that it is a dossier."""
    settings = client.application.config["SETTINGS"]
    known = [keys.keys_of(settings).credential.public_key]
    issuer = certificates.did_of(settings.public_url)
    found = certificates.check_transcript(signed, known, issuer, certificates.DOSSIER_TYPE)
    assert found.state == "genuine", found.reason
    altered = signed.replace("Leo Ferreira", "Leo Pereira").replace("Lena", "Lina")
    assert altered != signed
    check = certificates.check_transcript(altered, known, issuer, certificates.DOSSIER_TYPE)
    assert check.state == "altered"
    return dict(found.subject)


def files(client: FlaskClient, cast: Cast, seat: int) -> tuple[str, dict[str, object]]:
    page = f"/manage/cohorts/{cast.autumn}/learners/{seat}/dossier"
    pdf = client.get(f"{page}.pdf")
    assert pdf.mimetype == "application/pdf" and pdf.headers["Cache-Control"] == "no-store"
    reader = PdfReader(io.BytesIO(pdf.data))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = "\n".join(page.extract_text() for page in reader.pages)
    signed = client.get(f"{page}.json").text
    return text, genuine(client, signed)


def test_a_dossier_holds_what_an_auditor_asks_for(
    told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    text, document = files(client_of("Rhea"), cast, cast.leo_seat)
    for part in (
        "Leo Ferreira",
        "Ledger of study",
        "Attempts at quizzes",
        "Credentials of the programme",
        "Accommodations",
        "Entries of the audit trail",
        "Hours by how they were taught",
    ):
        assert part in text
    assert [each["passed"] for each in document["attempts"]] == [False, True]
    assert document["credentials"][0]["serial"].replace("-", "") in told.serial.replace("-", "")
    (granted,) = document["accommodations"]
    assert granted["percentOfTime"] == 125
    assert document["learner"]["name"] == "Leo Ferreira" and document["missing"] == []
    assert {"attempt.scored"} <= {each["act"] for each in document["auditTrail"]}


def test_no_reason_and_no_note_is_in_a_dossier(
    told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """The reason of an accommodation is often health; notes are for colleagues."""
    for seat in (cast.leo_seat, cast.lena_seat):
        text, document = files(client_of("Ada"), cast, seat)
        for canary in CANARIES:
            assert canary not in text and canary not in json.dumps(document)


def test_taking_a_dossier_is_noted_and_only_overseers_may(
    app: Flask, told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    page = f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}/dossier.json"
    for who, status in (("Ivo", 403), ("Leo", 403), ("Olga", 404), ("Rhea", 200)):
        assert client_of(who).get(page).status_code == status
    with app.app_context():
        made = sa.select(AuditEntry.actor_id).where(AuditEntry.act == "dossier.made")
        assert db.session.scalars(made).all() == [cast.rhea]


def test_a_learner_of_another_cohort_has_no_dossier_here(
    told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    ada = client_of("Ada")
    for address in ("dossier.json", "dossier.pdf", "flags", ""):
        page = f"/manage/cohorts/{cast.autumn}/learners/99999/{address}".rstrip("/")
        assert ada.get(page).status_code == 404


def test_the_page_says_exactly_what_is_missing(
    told: Told, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    page = client_of("Ivo").get(f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}").text
    assert "The quiz of" in page and "CANARY-STAFF" not in page
    notes = f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}/notes"
    assert "CANARY-STAFF" in client_of("Ivo").get(notes).text
    assert "letter of 3 September" not in page
    done = client_of("Ivo").get(f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}").text
    assert "Nothing is missing" in done
    assert "dossier.pdf" not in done and "/messages" not in done.split("<main")[1]
    assert (
        "dossier.pdf"
        in client_of("Rhea").get(f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}").text
    )
