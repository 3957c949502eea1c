"""The register: one leaf for every act, one sequence without gaps, and bits that say what holds."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

import certificates
from lms.db import db, lock
from lms.models.credentials import CredentialRecord
from lms.models.register import LeafSalt, LogLeaf, RegisterAct, StatusEntry
from lms.services import register
from tests.cast import THEN, Cast
from tests.races import THREADS, at_once
from tests.register_samples import add_credentials, digest_of
from tests.stories import Told

log = certificates.log


def positions(session: Session) -> list[int]:
    return list(session.scalars(sa.select(LogLeaf.position).order_by(LogLeaf.position)))


def test_every_award_is_a_leaf_that_salt_and_digest_open(
    app: Flask, cast: Cast, told: Told
) -> None:
    with app.app_context():
        query = sa.select(RegisterAct, LeafSalt.salt, LogLeaf.entry, CredentialRecord)
        query = query.join(LeafSalt, LeafSalt.position == RegisterAct.position)
        query = query.join(LogLeaf, LogLeaf.position == RegisterAct.position)
        query = query.join(CredentialRecord, CredentialRecord.id == RegisterAct.credential_id)
        act, salt, entry, credential = db.session.execute(query).one()
        assert credential.serial == told.serial
        assert (act.position, act.act, act.digest) == (0, "award", credential.digest)
        assert (
            log.entry_of(
                bytes.fromhex(salt), credential.digest, "award", credential.issued_at
            ).hex()
            == entry
        )


def test_an_award_that_is_rolled_back_leaves_no_leaf(session: Session, cast: Cast) -> None:
    credential = add_credentials(session, cast, 1)[0]
    register.enter_award(session, credential, digest_of(0), THEN)
    assert positions(session) == [0]
    session.rollback()
    assert positions(session) == []


def test_the_leaves_tell_nothing_of_whom_they_are_about(session: Session, cast: Cast) -> None:
    """Two acts on one credential, and one digest twice: four leaves that have nothing in common."""
    one, two = add_credentials(session, cast, 2)
    for credential in (one, two):
        register.enter_award(session, credential, digest_of(0), THEN)
        register.enter_act(session, credential, digest_of(0), "suspend", THEN)
    entries = list(session.scalars(sa.select(LogLeaf.entry)))
    assert len(set(entries)) == 4
    columns = set(sa.inspect(LogLeaf).columns.keys())
    assert columns == {"position", "entry", "logged_at"}


def test_fifty_awards_at_once_leave_no_gap_and_share_no_bit(app: Flask, cast: Cast) -> None:
    with app.app_context():
        ids = add_credentials(db.session, cast, THREADS)
        db.session.commit()

    def award(session: Session, number: int) -> None:
        register.enter_award(session, ids[number], digest_of(number), THEN)

    at_once(app, award)
    with app.app_context():
        assert positions(db.session) == list(range(THREADS))
        query = sa.select(StatusEntry.purpose, StatusEntry.list_number, StatusEntry.position)
        places = list(db.session.execute(query))
        assert len(places) == len(set(places)) == 2 * THREADS


def test_a_credential_is_entered_once_however_many_try(app: Flask, cast: Cast) -> None:
    with app.app_context():
        credential = add_credentials(db.session, cast, 1)[0]
        db.session.commit()

    def award(session: Session, _number: int) -> bool:
        try:
            register.enter_award(session, credential, digest_of(0), THEN)
        except IntegrityError:
            session.rollback()
            return False
        return True

    assert sorted(map(bool, at_once(app, award, threads=8))) == [False] * 7 + [True]
    with app.app_context():
        assert positions(db.session) == [0]


def test_numbers_without_a_turn_collide(app: Flask, cast: Cast) -> None:
    """The vulnerable twin: who counts first and appends later gets a number that is taken."""
    with app.app_context():
        counted = [len(positions(db.session)) for _ in range(2)]
        with pytest.raises(DatabaseError):
            for number, position in enumerate(counted):
                leaf = LogLeaf(position=position, entry=digest_of(number), logged_at=THEN)
                db.session.add(leaf)
                db.session.flush()
                db.session.expunge_all()
        db.session.rollback()


def test_a_status_bit_follows_the_acts(session: Session, cast: Cast) -> None:
    credential, other = add_credentials(session, cast, 2)
    for each in (credential, other):
        register.enter_award(session, each, digest_of(0), THEN)
    revocation, suspension = register.status_places_of(session, credential)
    assert (revocation.purpose, suspension.purpose) == ("revocation", "suspension")

    def is_set(purpose: str, at: datetime) -> bool:
        place = revocation if purpose == "revocation" else suspension
        found = register.positions_set(session, place.list_number, purpose, at)  # type: ignore[arg-type]
        assert found <= {place.position}
        return place.position in found

    day = timedelta(days=1)
    for days, act in ((1, "suspend"), (2, "reinstate"), (3, "suspend"), (4, "revoke")):
        register.enter_act(session, credential, digest_of(0), act, THEN + days * day)  # type: ignore[arg-type]
    told = []
    for days in (1, 2, 3, 4):
        for at in (THEN + days * day - timedelta(seconds=1), THEN + days * day):
            told.append((is_set("revocation", at), is_set("suspension", at)))
    assert told == [
        (False, False), (False, True),
        (False, True), (False, False),
        (False, False), (False, True),
        (False, True), (True, True),
    ]  # fmt: skip


def test_what_is_superseded_counts_as_revoked(session: Session, cast: Cast) -> None:
    credential = add_credentials(session, cast, 1)[0]
    register.enter_award(session, credential, digest_of(0), THEN)
    register.enter_act(session, credential, digest_of(0), "supersede", THEN)
    place = register.status_places_of(session, credential)[0]
    assert register.positions_set(session, 1, "revocation", THEN) == {place.position}


APPEND_ONLY = ("log_leaves", "register_acts", "status_entries")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_what_was_entered_cannot_be_changed_or_removed(
    session: Session, cast: Cast, table: str, verb: str
) -> None:
    credential = add_credentials(session, cast, 1)[0]
    register.enter_award(session, credential, digest_of(0), THEN)
    statement = (
        f"UPDATE {table} SET position = position" if verb == "UPDATE" else f"DELETE FROM {table}"
    )
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(sa.text(statement))


def test_a_salt_can_be_erased_and_never_changed(session: Session, cast: Cast) -> None:
    """Without its salt a leaf stays in the tree and names nobody."""
    credential = add_credentials(session, cast, 1)[0]
    register.enter_award(session, credential, digest_of(0), THEN)
    lock(session)
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(sa.text("UPDATE leaf_salts SET salt = salt"))
    session.execute(sa.text("DELETE FROM leaf_salts"))
    assert positions(session) == [0]
