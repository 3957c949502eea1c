"""The log as it is signed, proved and published: once an hour, never over another past."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import certificates
from lms import keys
from lms.config import Settings
from lms.db import db
from lms.models.register import LogCheckpoint, LogLeaf, LogTile
from lms.services import register
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.register_samples import digest_of, enter, open_tables

log = certificates.log
HOUR = timedelta(hours=1)


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.config["SETTINGS"]
    return found


def published(settings: Settings) -> tuple[certificates.PublicKey, ...]:
    return keys.keys_of(settings).published


def test_a_checkpoint_is_signed_once_an_hour_and_only_for_something_new(
    session: Session, cast: Cast, settings: Settings
) -> None:
    noon = THEN.replace(hour=12)
    assert register.sign_if_due(session, settings, noon)
    assert not register.sign_if_due(session, settings, noon + HOUR)
    enter(session, cast, 3, noon + HOUR)
    quarter_to_two = noon + HOUR + timedelta(minutes=45)
    assert register.sign_if_due(session, settings, quarter_to_two)
    enter(session, cast, 2, quarter_to_two, first=3)
    assert not register.sign_if_due(session, settings, quarter_to_two + timedelta(minutes=14))
    assert register.sign_if_due(session, settings, quarter_to_two + timedelta(minutes=16))
    sizes = session.scalars(sa.select(LogCheckpoint.size).order_by(LogCheckpoint.size))
    assert list(sizes) == [0, 3, 5]


def test_what_was_signed_can_be_checked_by_anybody(
    session: Session, cast: Cast, settings: Settings
) -> None:
    enter(session, cast, 5)
    signed = register.sign(session, settings, THEN)
    found = log.check_checkpoint(signed.note, published(settings))
    assert (found.checkpoint.size, found.signed_at) == (5, THEN)
    assert found.checkpoint.origin == register.origin_of(settings) == "127.0.0.1:8000/log"
    assert found.checkpoint.root.hex() == signed.root
    assert register.latest_checkpoint(session) == signed


def test_an_award_is_proved_under_the_first_tree_that_has_it(
    session: Session, cast: Cast, settings: Settings
) -> None:
    """Later checkpoints change nothing: it is the first that says when it was logged."""
    first, second = enter(session, cast, 2)
    register.sign(session, settings, THEN + HOUR)
    later = enter(session, cast, 3, THEN + 2 * HOUR, first=2)[0]
    register.sign(session, settings, THEN + 3 * HOUR)
    for credential, number, at, size in (
        (first, 0, THEN + HOUR, 2),
        (second, 1, THEN + HOUR, 2),
        (later, 2, THEN + 3 * HOUR, 5),
    ):
        proof = register.proof_of(session, credential, settings, THEN + 9 * HOUR)
        assert proof is not None
        found = log.check_proof(proof.text, digest_of(number), published(settings))
        assert (found.act, found.logged_at, found.size) == ("award", at, size)
        assert register.logged_at(session, credential) == at


def test_a_proof_is_had_before_the_hour_is_over(
    session: Session, cast: Cast, settings: Settings
) -> None:
    credential = enter(session, cast, 1)[0]
    assert register.logged_at(session, credential) == THEN
    now = THEN + timedelta(minutes=5)
    proof = register.proof_of(session, credential, settings, now)
    assert proof is not None
    assert log.check_proof(proof.text, digest_of(0), published(settings)).logged_at == now
    assert register.proof_of(session, credential, settings, now + HOUR) == proof
    assert register.logged_at(session, credential) == now


def test_what_was_never_entered_or_whose_salt_is_gone_has_no_proof(
    session: Session, cast: Cast, settings: Settings
) -> None:
    assert register.proof_of(session, 999, settings, THEN) is None
    assert register.logged_at(session, 999) is None
    credential = enter(session, cast, 1)[0]
    session.execute(sa.text("DELETE FROM leaf_salts"))
    assert register.proof_of(session, credential, settings, THEN) is None


def test_seven_hundred_leaves_are_published_in_tiles_that_give_the_signed_root(
    session: Session, cast: Cast, settings: Settings
) -> None:
    leaves = [bytes([number % 256, number // 256]) * 16 for number in range(700)]
    session.add_all(
        LogLeaf(position=place, entry=entry.hex(), logged_at=THEN)
        for place, entry in enumerate(leaves)
    )
    session.flush()
    signed = register.sign(session, settings, THEN)
    assert session.scalar(sa.select(sa.func.count()).select_from(LogTile)) == 2

    def read(tile: log.Tile) -> bytes:  # type: ignore[name-defined]
        data = register.published_tile(session, tile.path, signed.size)
        assert data is not None
        return data

    nodes = log.nodes_from(700, read)
    assert log.root(700, nodes).hex() == signed.root
    whole = log.nodes_of([log.leaf_hash(entry) for entry in leaves])
    assert log.root(700, whole).hex() == signed.root
    for old in (1, 256, 512, 699):
        assert log.consistency_proof(old, 700, nodes) == log.consistency_proof(old, 700, whole)
    bundle = register.published_tile(session, "entries/002.p/188", 700)
    assert bundle is not None and log.entries_in(bundle) == leaves[512:]
    for absent in ("0/003", "0/002", "0/002.p/189", "1/000", "2/000.p/1", "0/2", "entries/003"):
        assert register.published_tile(session, absent, 700) is None


def test_a_log_with_another_past_is_never_signed(
    session: Session, cast: Cast, settings: Settings
) -> None:
    enter(session, cast, 4)
    register.sign(session, settings, THEN)
    enter(session, cast, 1, first=4)
    open_tables(session)
    session.execute(sa.text("UPDATE log_leaves SET entry = :other WHERE position = 2"), OTHER)
    session.expire_all()
    with pytest.raises(register.BrokenLog, match="does not continue"):
        register.sign(session, settings, THEN + HOUR)


def test_a_log_that_lost_its_end_is_never_signed(
    session: Session, cast: Cast, settings: Settings
) -> None:
    """As after a restore from a backup that is older than the last checkpoint."""
    enter(session, cast, 4)
    register.sign(session, settings, THEN)
    open_tables(session)
    for table in ("register_acts", "leaf_salts", "log_leaves"):
        session.execute(sa.text(f"DELETE FROM {table} WHERE position > 1"))
    with pytest.raises(register.BrokenLog):
        register.sign(session, settings, THEN + HOUR)


OTHER = {"other": "ab" * 32}


def test_processes_that_sign_at_once_sign_one_tree(
    app: Flask, cast: Cast, settings: Settings
) -> None:
    with app.app_context():
        enter(db.session, cast, 3)
        db.session.commit()
    roots = at_once(app, lambda session, _: register.sign(session, settings, THEN).root, threads=8)
    assert len(set(roots)) == 1  # type: ignore[arg-type]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(LogCheckpoint)) == 1


# --- status lists ---------------------------------------------------------------------------


@pytest.fixture
def revoked(session: Session, cast: Cast) -> Iterator[int]:
    """A credential revoked a day after its award, one suspended that day, and one left alone."""
    first, second, _third = enter(session, cast, 3)
    register.enter_act(session, first, digest_of(0), "revoke", THEN + 24 * HOUR)
    register.enter_act(session, second, digest_of(1), "suspend", THEN + 24 * HOUR)
    yield first


def test_a_list_says_today_and_on_a_past_day_who_was_revoked(
    session: Session, settings: Settings, revoked: int
) -> None:
    now = THEN + 72 * HOUR
    public = published(settings)
    entry, other = register.status_entries_of(session, revoked, settings)
    assert (entry.purpose, other.purpose) == ("revocation", "suspension")
    for at, is_set in ((None, True), (THEN + 30 * HOUR, True), (THEN + 23 * HOUR, False)):
        found = register.status_list(session, settings, "revocation", 1, now, at)
        assert found is not None
        text = json.dumps(found)
        issuer = certificates.did_of(settings.public_url)
        assert certificates.read_status(text, entry, issuer, public, at or now) is is_set
        with pytest.raises(certificates.StatusListError):
            certificates.read_status(text, other, issuer, public, at or now)
    assert register.status_list(session, settings, "revocation", 1, now, now + HOUR) is None
    assert register.status_list(session, settings, "revocation", 2, now) is None


def test_the_same_bits_within_five_minutes_are_one_list(
    session: Session, settings: Settings, revoked: int
) -> None:
    now = THEN + 72 * HOUR
    one = register.status_list(session, settings, "suspension", 1, now)
    assert one == register.status_list(session, settings, "suspension", 1, now + HOUR / 13)
    later = register.status_list(session, settings, "suspension", 1, now + HOUR)
    assert later is not None and one is not None
    assert later["validFrom"] != one["validFrom"]
    register.enter_act(session, revoked, digest_of(0), "suspend", now)
    assert register.status_list(session, settings, "suspension", 1, now) != one
