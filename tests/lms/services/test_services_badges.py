"""Badges of credentials: signed once, the same ever after, and worth what the register says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import certificates
from lms import clock
from lms.db import db
from lms.keys import keys_of, make, rotate
from lms.services import credentials, register
from lms.services.credentials import Attested, ProposedKind
from tests.act_samples import do
from tests.cast import Cast, settings_for
from tests.signing import SINCE
from tests.stories import VERIFY, Told

ACTS: list[tuple[ProposedKind, str]] = [
    ("suspend", "suspended"),
    ("reinstate", "valid"),
    ("revoke", "revoked"),
]


def found_of(session: Session, told: Told) -> Attested:
    found = credentials.find_by_serial(session, told.serial, clock.now())
    assert found is not None
    return found


def lists_of(session: Session, app: Flask) -> dict[str, object]:
    settings, now = app.config["SETTINGS"], clock.now()
    return {
        certificates.status_list_address(settings.public_url, purpose, 1): register.status_list(
            session, settings, purpose, 1, now
        )
        for purpose in ("revocation", "suspension")
    }


def check(session: Session, app: Flask, badge: str) -> certificates.BadgeCheck:
    published = keys_of(app.config["SETTINGS"]).published
    lists = lists_of(session, app)  # made before they are asked
    return certificates.check_badge(badge, published, clock.now(), lists)


def test_a_badge_is_genuine_and_names_the_record(app: Flask, session: Session, told: Told) -> None:
    found = found_of(session, told)
    badge = credentials.badge_of(session, found, app.config["SETTINGS"], clock.now())
    for form in (badge.text, badge.jwt):
        told_of = check(session, app, form)
        assert (told_of.state, told_of.status) == ("genuine", "valid"), told_of.reasons
        assert told_of.serial == told.serial
        assert told_of.credential_digest == found.digest
    subject = badge.document["credentialSubject"]
    assert found.credential.assessment in subject["achievement"]["criteria"]["narrative"]
    assert subject["achievement"]["image"]["id"] == f"{VERIFY}/{told.serial}/image.png"


@pytest.fixture
def own_keys(app: Flask, address: str, tmp_path: Path) -> None:
    """Keys of this test's own, because it rotates them."""
    settings = settings_for(tmp_path, address, keys=str(tmp_path / "own-keys"))
    make(settings, SINCE)
    app.config["SETTINGS"] = settings


@pytest.mark.usefixtures("own_keys")
def test_it_is_signed_once(app: Flask, session: Session, told: Told) -> None:
    """A later instant and a new key change nothing of a badge that was handed out."""
    settings, now = app.config["SETTINGS"], clock.now()
    first = credentials.badge_of(session, found_of(session, told), settings, now)
    session.commit()
    rotate(settings, "credential", now + timedelta(seconds=2))
    later = now + timedelta(days=30)
    assert credentials.badge_of(session, found_of(session, told), settings, later) == first
    assert check(session, app, first.text).state == "genuine"


@pytest.mark.usefixtures("own_keys")
def test_a_badge_signed_after_a_change_of_keys_is_genuine(
    app: Flask, session: Session, told: Told
) -> None:
    settings = app.config["SETTINGS"]
    keys_of(settings)
    rotate(settings, "credential", clock.now() + timedelta(seconds=2))
    found = found_of(session, told)
    badge = credentials.unkept_badge(session, found, settings, clock.now())
    assert {check(session, app, form).state for form in (badge.text, badge.jwt)} == {"genuine"}


def test_many_who_ask_at_once_get_one_badge(app: Flask, told: Told) -> None:
    def ask(_turn: int) -> str:
        with app.app_context():
            found = found_of(db.session, told)
            badge = credentials.badge_of(
                db.session, found, app.config["SETTINGS"], clock.now() + timedelta(seconds=_turn)
            )
            db.session.commit()
            return badge.text

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1


def test_what_is_kept_cannot_be_altered(app: Flask, session: Session, told: Told) -> None:
    credentials.badge_of(session, found_of(session, told), app.config["SETTINGS"], clock.now())
    session.commit()
    for change in ("UPDATE badges SET document = '{}'", "DELETE FROM badges"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            session.execute(sa.text(change))
        session.rollback()


def test_the_register_decides_what_it_is_worth(
    app: Flask, session: Session, cast: Cast, told: Told
) -> None:
    """A badge that was handed out long ago follows what two people do to its credential."""
    found, now = found_of(session, told), clock.now()
    badge = credentials.badge_of(session, found, app.config["SETTINGS"], now)
    for act, status in ACTS:
        do(session, cast, told.serial, act, now)
        told_of = check(session, app, badge.text)
        assert told_of.status == status, told_of.reasons


def test_a_new_issue_has_a_badge_of_its_own(
    app: Flask, session: Session, cast: Cast, told: Told
) -> None:
    settings, now = app.config["SETTINGS"], clock.now()
    old = credentials.badge_of(session, found_of(session, told), settings, now)
    serial = do(session, cast, told.serial, "reissue", now)
    assert serial is not None
    again = credentials.find_by_serial(session, serial, clock.now())
    assert again is not None
    new = credentials.badge_of(session, again, settings, now)
    assert check(session, app, old.text).status == "revoked"
    assert check(session, app, new.text).status == "valid"
    assert "Leonor" in new.text and "Leonor" not in old.text
