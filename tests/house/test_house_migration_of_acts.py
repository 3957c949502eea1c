"""A database from before acts took two people: its revocations become acts, and nothing is lost."""

import json

import pytest
import sqlalchemy as sa
from alembic import command
from flask import Flask
from sqlalchemy.exc import DatabaseError

import certificates
from lms.db import db
from lms.migrate import alembic_config, upgrade
from tests.cast import THEN, Cast
from tests.certificates.certificate_samples import sample_credential

BEFORE = "20261122_renewals"
LONG_BEFORE = "20261122_safety_rechecks"
CREDENTIAL = (
    "INSERT INTO credentials (serial, account_id, programme_id, enrolment_id, course_slug, cycle, "
    "document, digest, evidence, issued_at) VALUES (:serial, :holder, :programme, :enrolment, "
    "'small-course', 1, :document, :digest, '{}', :at)"
)
REVOCATION = (
    "INSERT INTO revocations (credential_id, reason, note, revoked_by, revoked_at) "
    "SELECT id, 'misconduct', 'Board letter.', :by, :at FROM credentials WHERE serial = 'REVOKED'"
)
ACTS = (
    "SELECT c.serial, a.number, a.kind, a.reason, a.note, a.proposed_by, a.done_by "
    "FROM credential_acts a JOIN credentials c ON c.id = a.credential_id"
)


@pytest.fixture(params=[BEFORE, LONG_BEFORE])
def engine(app: Flask, cast: Cast, request: pytest.FixtureRequest) -> sa.Engine:
    """A database as it was, one step or many before, with a credential in force and one revoked."""
    with app.app_context():
        engine = db.engine
    command.downgrade(alembic_config(engine), request.param)
    at = THEN.replace(tzinfo=None) if engine.dialect.name == "sqlite" else THEN
    people = {"REVOKED": (cast.leo, cast.leo_seat), "VALID": (cast.lena, cast.lena_seat)}
    with engine.begin() as connection:
        for serial, (holder, enrolment) in people.items():
            credential = sample_credential(serial=serial, issued_at=THEN)
            values = {
                "serial": serial,
                "holder": holder,
                "enrolment": enrolment,
                "document": json.dumps(certificates.credential_to_document(credential)),
                "digest": certificates.digest(credential),
            }
            connection.execute(
                sa.text(CREDENTIAL), {**values, "programme": cast.northgate, "at": str(at)}
            )
        connection.execute(sa.text(REVOCATION), {"by": cast.ada, "at": str(at)})
    return engine


def rows(engine: sa.Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_revocations_become_acts_and_can_go_back(engine: sa.Engine, cast: Cast) -> None:
    kept = "SELECT id, serial, account_id, digest, issued_at FROM credentials ORDER BY id"
    before = rows(engine, kept)
    upgrade(engine)
    assert rows(engine, kept) == before
    assert rows(engine, ACTS) == [
        ("REVOKED", 1, "revoke", "misconduct", "Board letter.", None, cast.ada)
    ]
    versions = rows(engine, "SELECT version, supersedes_id FROM credentials")
    assert versions == [(1, None), (1, None)]
    command.downgrade(alembic_config(engine), BEFORE)
    assert rows(engine, kept) == before
    revoked = rows(engine, "SELECT reason, note, revoked_by FROM revocations")
    assert revoked == [("misconduct", "Board letter.", cast.ada)]


@pytest.mark.parametrize("table", ["credentials", "credential_acts"])
def test_what_was_carried_over_cannot_be_changed(engine: sa.Engine, table: str) -> None:
    """The table that was made anew has its triggers again."""
    upgrade(engine)
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_there_is_no_way_back_once_something_was_suspended(engine: sa.Engine, cast: Cast) -> None:
    upgrade(engine)
    act = (
        "INSERT INTO credential_acts (credential_id, number, kind, reason, note, proposed_by, "
        "done_by, done_at) SELECT id, 1, 'suspend', 'under-review', 'x', :one, :two, issued_at "
        "FROM credentials WHERE serial = 'VALID'"
    )
    with engine.begin() as connection:
        connection.execute(sa.text(act), {"one": cast.ada, "two": cast.ivo})
    with pytest.raises(RuntimeError, match="no way back"):
        command.downgrade(alembic_config(engine), BEFORE)
