"""What an acknowledgement rests on: how the database is opened, and what it refuses for ever."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from pysqlite3 import dbapi2 as fixed_sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import certificates
from lms import clock
from lms.db import OLDEST_SAFE_SQLITE, db, lock, make_engine, refuse_unsafe_sqlite
from lms.errors import ConfigError
from lms.models.accounts import Account
from lms.models.assessment import AdvanceStep, Attempt, ManualMark
from lms.models.audit import AuditEntry
from lms.services import audit, branding, credentials
from tests.act_samples import dispute
from tests.cast import PEOPLE, THEN, Cast
from tests.races import at_once
from tests.stories import Told, tell

APPEND_ONLY = (
    "act_proposals",
    "advances",
    "audit_entries",
    "brand_versions",
    "credential_acts",
    "credential_appeal_steps",
    "credential_appeals",
    "credentials",
    "lesson_completions",
    "manual_marks",
    "proposal_decisions",
    "response_steps",
    "scores",
)


@pytest.fixture
def on_sqlite(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("SQLite's own settings")


# --- how it is opened -----------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 7, 0)])
def test_a_sqlite_with_the_wal_reset_bug_is_refused(version: tuple[int, ...]) -> None:
    """Invariant 63: no start with a library that can corrupt its file."""
    with pytest.raises(ConfigError, match="or later is needed"):
        refuse_unsafe_sqlite(version)


def test_the_driver_in_use_is_safe(tmp_path: Path) -> None:
    """What the library says of itself: the check that refuses looks at the driver alone."""
    engine = make_engine(f"sqlite:///{tmp_path / 'lms.db'}")
    with engine.connect() as connection:
        version: str = connection.execute(sa.text("SELECT sqlite_version()")).scalar_one()
    engine.dispose()
    assert tuple(map(int, version.split("."))) >= OLDEST_SAFE_SQLITE


def test_the_engine_refuses_an_unsafe_driver_and_takes_the_oldest_safe_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"sqlite:///{tmp_path / 'lms.db'}"
    monkeypatch.setattr(fixed_sqlite, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(ConfigError, match=r"3\.51\.2"):
        make_engine(address)
    monkeypatch.setattr(fixed_sqlite, "sqlite_version_info", OLDEST_SAFE_SQLITE)
    assert make_engine(address).driver == "pysqlite"


@pytest.mark.usefixtures("on_sqlite")
def test_every_connection_writes_ahead_syncs_fully_and_holds_foreign_keys(app: Flask) -> None:
    """WAL with FULL: a commit is on the disk before it is acknowledged."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}
    with app.app_context():
        connections = [db.engine.connect() for _ in range(3)]
        for connection in connections:
            for pragma, value in wanted.items():
                assert connection.execute(sa.text(f"PRAGMA {pragma}")).scalar() == value
            connection.close()


def test_postgresql_acknowledges_only_what_is_on_the_disk(session: Session) -> None:
    if session.connection().dialect.name != "postgresql":
        pytest.skip("PostgreSQL's own setting")
    assert session.scalar(sa.text("SHOW synchronous_commit")) == "on"


@pytest.mark.usefixtures("on_sqlite")
def test_reading_takes_no_turn_and_the_first_write_begins_immediately(
    app: Flask, session: Session
) -> None:
    said: list[str] = []
    raw = session.connection().connection.dbapi_connection
    assert raw is not None
    raw.set_trace_callback(said.append)
    session.scalars(sa.select(Account)).all()
    assert not any(each.startswith("BEGIN") for each in said)
    session.execute(sa.update(Account).values(profession="Nurse"))
    assert said.index("BEGIN IMMEDIATE") < next(
        place for place, each in enumerate(said) if each.startswith("UPDATE")
    )
    raw.set_trace_callback(None)


def test_readers_go_on_while_somebody_writes(app: Flask, cast: Cast) -> None:
    with app.app_context():
        lock(db.session)
        db.session.execute(sa.update(Account).values(profession="Nurse"))
        names: list[str] = []

        def read() -> None:
            with app.app_context():
                names.extend(db.session.scalars(sa.select(Account.profession).distinct()))

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=10)
        assert names == ["Licensed psychologist"]
        db.session.rollback()


def test_fifty_writers_all_get_their_turn(app: Flask, cast: Cast) -> None:
    """No “database is locked” under load, and nobody's increment is lost."""

    def act(session: Session, _number: int) -> None:
        lock(session)
        query = sa.select(Account).where(Account.id == cast.otto).with_for_update()
        person = session.scalars(query).one()
        person.licence_number = str(int(person.licence_number or 0) + 1)

    at_once(app, act)
    with app.app_context():
        assert db.session.get_one(Account, cast.otto).licence_number == "50"


@pytest.mark.usefixtures("on_sqlite")
def test_without_begin_immediate_writers_who_read_first_fail(tmp_path: Path) -> None:
    """The vulnerable twin: a deferred transaction that reads and then writes cannot upgrade."""
    file = tmp_path / "twin.db"
    first, second = (fixed_sqlite.connect(file, isolation_level=None, timeout=0) for _ in range(2))
    first.execute("PRAGMA journal_mode=WAL")
    first.execute("CREATE TABLE t (n INTEGER)")
    for connection in (first, second):
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM t").fetchall()
    first.execute("INSERT INTO t VALUES (1)")
    first.execute("COMMIT")
    with pytest.raises(fixed_sqlite.OperationalError, match="locked"):
        second.execute("INSERT INTO t VALUES (2)")
    first.close()
    second.close()


def test_a_failed_transaction_lets_the_next_writer_in(app: Flask, cast: Cast) -> None:
    with app.app_context(), pytest.raises(DatabaseError):
        db.session.execute(sa.text("INSERT INTO accounts (id) VALUES (1)"))
    done: list[bool] = []

    def write() -> None:
        with app.app_context():
            db.session.execute(sa.update(Account).values(profession="Nurse"))
            db.session.commit()
            done.append(True)

    writer = threading.Thread(target=write)
    writer.start()
    writer.join(timeout=10)
    assert done


@pytest.mark.usefixtures("on_sqlite")
def test_foreign_keys_hold(session: Session, cast: Cast) -> None:
    with pytest.raises(DatabaseError, match="FOREIGN KEY"):
        session.execute(sa.text("UPDATE enrolments SET cohort_id = 999"))


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_forgets_is_refused(address: str) -> None:
    with pytest.raises(ConfigError):
        make_engine(address)


# --- what can never be changed --------------------------------------------------------------


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_recorded_facts_cannot_be_changed_or_removed(
    app: Flask, cast: Cast, table: str, statement: str
) -> None:
    """Not even by somebody at the database's own prompt, unless they take the trigger away."""
    fill_acts(app, cast)
    fill_steps(app, cast)
    fill_brands(app, cast)
    with app.app_context(), pytest.raises(DatabaseError, match="append-only"):
        assert db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")), f"{table} is empty"
        key = "proposal_id" if table == "proposal_decisions" else "id"
        db.session.execute(sa.text(statement.format(table, key)))


def fill_acts(app: Flask, cast: Cast) -> None:
    """Leave acts on a certificate, an appeal and each of its steps."""
    told, now = tell(app, cast), clock.now()
    with app.app_context():
        dispute(db.session, told, now)
        how: dict = {"outcome": "upheld", "words": "It was right.", "now": now}
        credentials.look_into_credential_appeal(db.session, cast.ada, 1, **how)
        db.session.commit()


def fill_brands(app: Flask, cast: Cast) -> None:
    """Give a programme a brand."""
    with app.app_context():
        branding.store_brand(
            db.session, cast.northgate, certificates.Brand(), by=cast.ada, now=clock.now()
        )
        db.session.commit()


def fill_steps(app: Flask, cast: Cast) -> None:
    """Give an attempt an advance and a marker's points."""
    with app.app_context():
        attempt = db.session.scalars(sa.select(Attempt.id)).first()
        db.session.add(AdvanceStep(attempt_id=attempt, first_slot=1, last_slot=2, recorded_at=THEN))
        points = {"slot": 1, "criterion": "1", "points": 2, "marked_by": cast.ivo}
        db.session.add(ManualMark(attempt_id=attempt, marked_at=THEN, **points))
        db.session.commit()


# --- the audit chain ------------------------------------------------------------------------

TAMPERINGS: dict[str, Callable[[Session], object]] = {
    column: lambda session, column=column: session.execute(
        sa.text(f"UPDATE audit_entries SET {column} = :value WHERE id = 3"),
        {"value": value_of(column)},
    )
    for column in ("at", "actor_id", "programme_id", "act", "subject", "detail", "hash")
} | {
    "an entry is removed": lambda session: session.execute(
        sa.text("DELETE FROM audit_entries WHERE id = 3")
    ),
    "two entries change places": lambda session: session.execute(
        sa.text("UPDATE audit_entries SET id = id + 1000 WHERE id = 3")
    ),
}


def value_of(column: str) -> object:
    values = {"at": "2020-01-01 00:00:00", "actor_id": 5, "programme_id": 2}
    return values.get(column, "forged")


@pytest.mark.parametrize("name", TAMPERINGS)
def test_any_edit_of_the_trail_breaks_its_chain(
    app: Flask, cast: Cast, name: str, told: Told
) -> None:
    """H8: whoever takes the triggers away and edits one entry is found out."""
    with app.app_context():
        session = db.session
        assert audit.first_broken(session) is None
        lock(session)
        if session.connection().dialect.name == "sqlite":
            for verb in ("update", "delete"):
                session.execute(sa.text(f"DROP TRIGGER audit_entries_refuses_{verb}"))
        else:
            session.execute(sa.text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        TAMPERINGS[name](session)
        session.expire_all()
        assert audit.first_broken(session) is not None
        session.rollback()


def test_fifty_acts_at_once_are_one_chain(app: Flask, cast: Cast) -> None:
    def act(session: Session, number: int) -> None:
        audit.record(session, at=THEN, actor_id=cast.ada, act="test.act", subject=str(number))

    at_once(app, act)
    with app.app_context():
        subjects = db.session.scalars(
            sa.select(AuditEntry.subject).where(AuditEntry.act == "test.act")
        ).all()
        assert sorted(map(int, subjects)) == list(range(50))
        assert audit.first_broken(db.session) is None


def test_an_act_that_is_rolled_back_leaves_no_entry(app: Flask, cast: Cast) -> None:
    """The trail is written in the transaction of its act, never beside it."""
    with app.app_context():
        before = db.session.scalar(sa.select(sa.func.count(AuditEntry.id)))
        audit.record(db.session, at=THEN, actor_id=None, act="test.act", subject="nothing")
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before


def test_the_standard_library_reads_the_file_too(app: Flask, cast: Cast, on_sqlite: None) -> None:
    """The data stays readable without us: an ordinary SQLite opens it read-only."""
    with app.app_context():
        file = db.engine.url.database
    plain = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    assert plain.execute("SELECT count(*) FROM accounts").fetchone() == (len(PEOPLE),)
    plain.close()
