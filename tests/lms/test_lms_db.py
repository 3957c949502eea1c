"""The database as the application uses it: instants, sessions, transactions."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from lms import db as database
from lms.db import Instant, db
from lms.models.accounts import Account
from tests.cast import Cast

INSTANT = Instant()


def test_an_instant_without_its_zone_is_refused(session: Session, cast: Cast) -> None:
    """Invariant 61: a naive time names no instant."""
    with pytest.raises(StatementError, match="time zone"):
        session.execute(sa.update(Account).values(created_at=datetime(2026, 10, 25, 1, 30)))


@given(
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
    hours=st.integers(-14, 14),
    dialect=st.sampled_from(["sqlite", "postgresql"]),
)
def test_an_instant_comes_back_as_the_same_moment_in_utc(
    moment: datetime, hours: int, dialect: str
) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))

    class Dialect:
        name = dialect

    stored = INSTANT.process_bind_param(aware, Dialect())  # type: ignore[arg-type]
    back = INSTANT.process_result_value(stored, Dialect())  # type: ignore[arg-type]
    assert back == aware and back is not None and back.tzinfo is UTC


def test_what_is_not_committed_is_gone_after_the_request(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(sa.update(Account).values(profession="Nurse"))
    with app.app_context():
        found = set(db.session.scalars(sa.select(Account.profession)))
    assert found == {"Licensed psychologist"}


def test_a_connection_that_died_while_idle_is_replaced(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite has no server that could end a connection")
        own = sa.select(sa.func.pg_backend_pid())
        with db.engine.connect() as idle:
            process = idle.scalar(own)
        monkeypatch.setattr(database, "TRUSTED_SECONDS", 0.0)
        other = sa.create_engine(db.engine.url)
        with other.connect() as killer:
            assert killer.scalar(sa.select(sa.func.pg_terminate_backend(process)))
        other.dispose()
        assert db.session.scalar(own) != process


def test_a_context_has_one_session(app: Flask) -> None:
    with app.app_context():
        first = db.session
        assert db.session is first
    with app.app_context():
        assert db.session is not first


def test_putting_the_application_together_opens_no_connection(app: Flask) -> None:
    """The server forks after that: a connection opened before would be shared by its processes."""
    with app.app_context():
        pool = db.engine.pool
        assert pool.checkedin() == pool.checkedout() == 0  # type: ignore[attr-defined]
