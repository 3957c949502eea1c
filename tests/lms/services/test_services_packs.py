"""Evidence packs: whole, signed, of one cohort alone, and made only for who may read it all."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

import certificates
from lms import clock, keys
from lms.config import Settings
from lms.db import db
from lms.models.accounts import RoleGrant
from lms.models.audit import AuditEntry
from lms.models.mail import OutboxMessage
from lms.models.packs import EvidencePack
from lms.services import cohorts, packs
from tests.cast import Cast
from tests.closing_course import disclose_nothing
from tests.stories import Told


@pytest.fixture
def told(app: Flask, cast: Cast, told: Told) -> Told:
    """Leo is certified, Lena sits, and the staff have disclosed."""
    with app.app_context():
        disclose_nothing(db.session, cast, clock.now())
        db.session.commit()
    return told


def asked_and_made(app: Flask, cast: Cast) -> EvidencePack:
    session, settings = db.session, app.config["SETTINGS"]
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "overseer")
    packs.ask(session, run, by=cast.ada, now=clock.now())
    session.commit()
    packs.work(session, settings, clock.now)
    return session.scalars(sa.select(EvidencePack)).one()


def opened(settings: Settings, pack: EvidencePack) -> zipfile.ZipFile:
    return zipfile.ZipFile(packs.pack_folder(settings.data) / f"{pack.file_name}.zip")


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = archive.read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_file_is_what_the_signed_manifest_says(app: Flask, cast: Cast, told: Told) -> None:
    with app.app_context():
        settings = app.config["SETTINGS"]
        with opened(settings, asked_and_made(app, cast)) as archive:
            assert archive.testzip() is None
            known = keys.keys_of(settings).published
            issuer = certificates.did_of(settings.public_url)
            manifest = archive.read(packs.MANIFEST)
            check = certificates.check_transcript(manifest, known, issuer, certificates.PACK_TYPE)
            assert check.state == "genuine"
            files = {each["name"]: each for each in check.subject["files"]}
            assert set(files) == {part.name for part in packs.PARTS}
            for name, each in files.items():
                data = archive.read(name)
                assert hashlib.sha256(data).hexdigest() == each["sha256"], name
                assert len(data) == each["bytes"] and len(table(archive, name)) == each["rows"]
            for line in archive.read(packs.SUMS).decode().splitlines():
                digest, name = line.split("  ")
                assert hashlib.sha256(archive.read(name)).hexdigest() == digest, name
            assert check.subject["auditTrail"]["whole"] == "yes"


def test_a_manifest_is_no_transcript_and_a_changed_one_is_seen(
    app: Flask, cast: Cast, told: Told
) -> None:
    """The attack: a file swapped with its digest, or one signed document shown as another kind."""
    with app.app_context():
        settings = app.config["SETTINGS"]
        with opened(settings, asked_and_made(app, cast)) as archive:
            manifest = json.loads(archive.read(packs.MANIFEST))
        known = keys.keys_of(settings).published
        issuer = certificates.did_of(settings.public_url)
        assert certificates.check_transcript(manifest, known, issuer).state == "altered"
        manifest["credentialSubject"]["files"][0]["sha256"] = "0" * 64
        changed = certificates.check_transcript(manifest, known, issuer, certificates.PACK_TYPE)
        assert changed.state == "altered"


def test_it_says_what_an_accreditor_asks(app: Flask, cast: Cast, told: Told) -> None:
    settings = app.config["SETTINGS"]
    with app.app_context(), opened(settings, asked_and_made(app, cast)) as archive:
        people = {row["Learner"]: row for row in table(archive, "06-roster-with-hours.csv")}
        assert set(people) == {"Lena Marković", "Leo Ferreira"}
        assert people["Leo Ferreira"]["Certificate"] and int(people["Leo Ferreira"]["Self-paced"])
        (issued,) = table(archive, "08-credentials.csv")
        assert issued["Holder"] == "Leo Ferreira" and issued["Status"] == "valid"
        objectives = table(archive, "01-objectives-map.csv")
        assert objectives and all(row["Facts"] for row in objectives)
        sessions = table(archive, "02-outline-of-every-hour.csv")
        assert [row["Session"] for row in sessions] == [str(n + 1) for n in range(len(sessions))]
        items = table(archive, "04-item-statistics.csv")
        assert any(int(row["Learners"]) == 1 for row in items)
        (cut,) = table(archive, "05-standard-setting.csv")
        assert cut["Standing"] == "provisional"
        disclosed = {row["Company"] for row in table(archive, "03-disclosures.csv")}
        assert "Nothing to disclose" in disclosed
        assert table(archive, "09-change-log.csv")[0]["Taught to this cohort"] == "yes"


def test_its_making_is_told_and_stands_in_the_trail(app: Flask, cast: Cast, told: Told) -> None:
    with app.app_context():
        pack = asked_and_made(app, cast)
        acts = db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.act.like("pack.%")))
        assert list(acts) == ["pack.asked", "pack.made"]
        letter = db.session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.subject.contains("evidence pack"))
        ).one()
        assert letter.recipient == cast.email("ada") and "/packs" in letter.body
        assert packs.work(db.session, app.config["SETTINGS"], clock.now) == 0
        assert pack.made_at is not None


def test_a_right_taken_back_meanwhile_makes_no_pack(app: Flask, cast: Cast, told: Told) -> None:
    """Case 28: access ends with the next thing done, also when a job does it."""
    with app.app_context():
        session, settings = db.session, app.config["SETTINGS"]
        run = cohorts.cohort_for(session, cast.ada, cast.autumn, "overseer")
        packs.ask(session, run, by=cast.ada, now=clock.now())
        session.execute(sa.delete(RoleGrant).where(RoleGrant.account_id == cast.ada))
        session.commit()
        assert packs.work(session, settings, clock.now) == 0
        (line,) = packs.list_packs(session, cast.northgate)
        assert line.state == "failed"
        assert list(packs.pack_folder(settings.data).glob("*")) == []


def test_a_second_press_asks_for_no_second_pack(app: Flask, cast: Cast, told: Told) -> None:
    with app.app_context():
        run = cohorts.cohort_for(db.session, cast.ada, cast.autumn, "overseer")
        first = packs.ask(db.session, run, by=cast.ada, now=clock.now())
        assert packs.ask(db.session, run, by=cast.ada, now=clock.now()) == first


def test_a_week_later_its_file_is_gone_and_its_row_stays(
    app: Flask, cast: Cast, told: Told
) -> None:
    with app.app_context():
        settings, later = app.config["SETTINGS"], clock.now() + timedelta(days=8)
        pack = asked_and_made(app, cast)
        assert packs.remove_old(db.session, settings.data, later) == 1
        assert not (packs.pack_folder(settings.data) / f"{pack.file_name}.zip").exists()
        assert packs.list_packs(db.session, cast.northgate)[0].state == "removed"
