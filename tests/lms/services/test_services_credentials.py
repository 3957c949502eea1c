"""Credentials: earned by passing, awarded once, fixed for ever, revoked once and for cause."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import certificates
from lms.db import db, lock
from lms.errors import Forbidden, NotFound
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.services import audit, cohorts, credentials
from lms.services.credentials import awards
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.stories import VERIFY, Told, read_all, rows_of, sit

LATER = THEN + timedelta(days=1)


def award(session: Session, account: int, enrolment: int) -> str | None:
    seat = cohorts.seat_for(session, account, enrolment)
    return credentials.award_if_complete(session, seat, now=LATER, verify_address=VERIFY)


def earn(session: Session, account: int, enrolment: int) -> str:
    read_all(session, account, enrolment, THEN)
    sit(session, account, enrolment, right=3, now=LATER)
    serial = award(session, account, enrolment)
    assert serial is not None
    return serial


def test_nothing_is_awarded_before_everything_is_complete(session: Session, cast: Cast) -> None:
    """Invariant 26: neither lessons alone nor a failed attempt earn it."""
    assert award(session, cast.lena, cast.lena_seat) is None
    read_all(session, cast.lena, cast.lena_seat, THEN)
    assert award(session, cast.lena, cast.lena_seat) is None
    sit(session, cast.lena, cast.lena_seat, right=1, now=LATER)
    assert award(session, cast.lena, cast.lena_seat) is None
    assert rows_of(session, CredentialRecord) == rows_of(session, OutboxMessage) == 0


def test_a_credential_names_the_passing_attempt_it_rests_on(session: Session, cast: Cast) -> None:
    read_all(session, cast.lena, cast.lena_seat, THEN)
    sit(session, cast.lena, cast.lena_seat, right=0, now=LATER)
    passed = sit(session, cast.lena, cast.lena_seat, right=2, now=LATER)
    award(session, cast.lena, cast.lena_seat)
    evidence = session.scalars(sa.select(CredentialRecord.evidence)).one()
    assert json.loads(evidence) == {"attempts": [passed]}


def test_fifty_awards_are_one_credential_and_one_letter(app: Flask, cast: Cast) -> None:
    """Invariant 32."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, THEN)
        sit(db.session, cast.lena, cast.lena_seat, right=3, now=LATER)
        db.session.commit()
    serials = at_once(app, lambda session, _: award(session, cast.lena, cast.lena_seat))
    assert len(set(serials)) == 1
    with app.app_context():
        assert rows_of(db.session, CredentialRecord) == rows_of(db.session, OutboxMessage) == 1
        assert audit.first_broken(db.session) is None


def test_two_people_never_share_a_serial(session: Session, cast: Cast) -> None:
    """Invariant 33: serials differ, and the database itself refuses a second one."""
    first = earn(session, cast.lena, cast.lena_seat)
    second = earn(session, cast.leo, cast.leo_seat)
    assert first != second
    columns = "serial, account_id, programme_id, enrolment_id, course_slug, cycle, document, digest"
    copy = f"INSERT INTO credentials ({columns}, evidence, issued_at) SELECT serial, account_id, "
    copy += "programme_id, enrolment_id, course_slug, 2, document, digest, evidence, issued_at "
    with pytest.raises(DatabaseError, match=r"(?i)unique"):
        session.execute(sa.text(f"{copy} FROM credentials WHERE account_id = {cast.lena}"))


def test_one_learner_cannot_hold_a_course_twice(session: Session, cast: Cast) -> None:
    """Invariant 32, held by the database: one per learner, course and cycle."""
    earn(session, cast.lena, cast.lena_seat)
    columns = "account_id, programme_id, enrolment_id, course_slug, cycle, document, digest"
    with pytest.raises(DatabaseError, match=r"(?i)unique"):
        session.execute(
            sa.text(
                f"INSERT INTO credentials (serial, {columns}, evidence, issued_at) "
                f"SELECT 'X', {columns}, evidence, issued_at FROM credentials"
            )
        )


def test_what_was_attested_outlives_every_later_change(session: Session, cast: Cast) -> None:
    """Invariants 18 and 20: a new name, programme or role changes no certificate."""
    serial = earn(session, cast.lena, cast.lena_seat)
    before = credentials.find_by_serial(session, serial, LATER)
    session.execute(sa.update(Account).values(full_name="Somebody Else"))
    session.execute(sa.update(Programme).values(name="Other", director_name="Other"))
    session.expire_all()
    assert credentials.find_by_serial(session, serial, LATER) == before


def test_a_credential_altered_in_the_database_is_not_shown(session: Session, cast: Cast) -> None:
    """Invariant 37: the stored digest no longer fits, so nothing is attested: fail closed."""
    serial = earn(session, cast.lena, cast.lena_seat)
    lock(session)
    for statement in disarmed(session, "credentials"):
        session.execute(sa.text(statement))
    session.execute(
        sa.update(CredentialRecord).values(
            document=sa.func.replace(CredentialRecord.document, "Lena", "Leni")
        )
    )
    session.expire_all()
    with pytest.raises(LookupError, match="digest"):
        credentials.find_by_serial(session, serial, LATER)


def disarmed(session: Session, table: str) -> list[str]:
    if session.connection().dialect.name == "sqlite":
        return [f"DROP TRIGGER {table}_refuses_{verb}" for verb in ("update", "delete")]
    return [f"ALTER TABLE {table} DISABLE TRIGGER USER"]


def test_only_administrators_of_the_issuer_reach_for_it(app: Flask, cast: Cast, told: Told) -> None:
    with app.app_context():
        assert credentials.credential_for_staff(db.session, cast.ada, told.serial, LATER)
        for who, refusal in (("ivo", Forbidden), ("leo", Forbidden), ("lena", NotFound),
                             ("otto", NotFound), ("olga", NotFound)):  # fmt: skip
            with pytest.raises(refusal):
                credentials.credential_for_staff(db.session, getattr(cast, who), told.serial, LATER)


@pytest.mark.parametrize("typed", ["", "nonsense", "0" * 28, "A" * 5000, "\x00", "é" * 28])
def test_an_unknown_serial_finds_nothing(session: Session, cast: Cast, typed: str) -> None:
    assert credentials.find_by_serial(session, typed, LATER) is None


def test_a_serial_may_be_typed_as_people_type(app: Flask, cast: Cast, told: Told) -> None:
    with app.app_context():
        for typed in (
            told.serial.lower(),
            certificates.format_serial(told.serial),
            " " + told.serial.replace("0", "O").replace("1", "l"),
        ):
            assert credentials.find_by_serial(db.session, typed, LATER) is not None


def test_nobody_unconfirmed_holds_a_credential(session: Session, cast: Cast) -> None:
    session.execute(sa.update(Account).values(confirmed_at=None))
    session.expire_all()
    read_all(session, cast.lena, cast.lena_seat, THEN)
    sit(session, cast.lena, cast.lena_seat, right=3, now=LATER)
    assert award(session, cast.lena, cast.lena_seat) is None


def test_the_time_attested_is_the_sum_of_its_lines(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is left out of a line is left out of the whole, too."""
    lines = (certificates.HoursLine("Reading", 50), certificates.HoursLine("Practice", 7))
    monkeypatch.setattr(awards, "hours_of", lambda content: lines)
    earn(session, cast.lena, cast.lena_seat)
    document = json.loads(session.scalars(sa.select(CredentialRecord.document)).one())
    assert document["minutes"] == 57
