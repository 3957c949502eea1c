"""The database: one session per application context, on SQLite or PostgreSQL.

On SQLite a transaction begins with the first write, as BEGIN IMMEDIATE: a reader never has to be
upgraded, which SQLite would refuse under load. Reads before it see committed rows statement by
statement, exactly as PostgreSQL's READ COMMITTED does.
"""

import math
import sqlite3
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, g
from pysqlite3 import dbapi2 as fixed_sqlite
from sqlalchemy import event
from sqlalchemy import orm as so

from lms.errors import ConfigError
from lms.write_lock import WriteLock

# Releases from 3.7.0 to 3.51.2 can corrupt a WAL file written through two connections.
OLDEST_SAFE_SQLITE = (3, 51, 3)
# The cache (KiB, a connection) holds what a search of much content walks through.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "cache_size=-16384",
)
# So soon after it was last used, a connection to a server is taken to be alive.
TRUSTED_SECONDS = 5.0
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(so.DeclarativeBase):
    """What every table inherits."""

    metadata = sa.MetaData(naming_convention=NAMING)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused, because it names no instant."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive values and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"An instant needs its time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give back an aware UTC value from either database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(address: str) -> sa.Engine:
    """Open the database at `address` with the settings its durability rests on."""
    url = sa.make_url(address)
    if url.get_backend_name() != "sqlite":
        engine = sa.create_engine(url, pool_size=16, max_overflow=16)
        _ask_whether_idle_connections_live(engine)
        return engine
    refuse_unsafe_sqlite(fixed_sqlite.sqlite_version_info)
    if not url.database or url.database == ":memory:":
        raise ConfigError("The embedded database lives in a file; give sqlite:///PATH.")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, module=fixed_sqlite, pool_size=16, max_overflow=16)
    _prepare_sqlite(engine, WriteLock(Path(f"{url.database}.write-lock")))
    return engine


def _ask_whether_idle_connections_live(engine: sa.Engine) -> None:
    """Have a connection that was idle for a while prove that its server is still there.

    One in steady use is not asked: asking each time costs every request a round trip.
    """

    @event.listens_for(engine, "checkin")
    def note_the_time(_: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("idle_since", math.inf) < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError() from error


def refuse_unsafe_sqlite(version: tuple[int, ...]) -> None:
    """Raise ConfigError for an SQLite release with the WAL-reset bug."""
    if version < OLDEST_SAFE_SQLITE:
        found = ".".join(map(str, version))
        needed = ".".join(map(str, OLDEST_SAFE_SQLITE))
        raise ConfigError(f"SQLite {found} can corrupt its database; {needed} or later is needed.")


def _prepare_sqlite(engine: sa.Engine, lock: WriteLock) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "before_cursor_execute")
    def begin_with_the_first_write(
        connection: sa.Connection, _cursor: Any, statement: str, *_: Any
    ) -> None:
        if statement.lstrip()[:7].upper().startswith(WRITES):
            begin_write(connection)

    @event.listens_for(engine, "checkin")
    def let_the_next_writer_in(_: Any, record: Any) -> None:
        if record.info.pop("writing", False):
            lock.release()

    engine.dialect.write_lock = lock  # type: ignore[attr-defined]


def begin_write(connection: sa.Connection) -> None:
    """Take the writers' turn now, so that what is read next cannot change before it is used."""
    if connection.dialect.name != "sqlite" or connection.info.get("writing"):
        return
    connection.dialect.write_lock.acquire()  # type: ignore[attr-defined]
    connection.info["writing"] = True
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.cursor().execute("BEGIN IMMEDIATE")


def lock(session: so.Session) -> None:
    """Begin the write transaction of `session` before a check that a write depends on.

    On PostgreSQL the rows themselves are locked (`with_for_update`) or a constraint decides.
    """
    begin_write(session.connection())


def take_turn(session: so.Session, what: str) -> None:
    """Let one transaction at a time do `what`, on either database, until it ends."""
    lock(session)
    if session.connection().dialect.name == "postgresql":
        key = zlib.crc32(what.encode())
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


class Database:
    """The application's engine, and a session that lives as long as the application context."""

    def init_app(self, app: Flask, address: str) -> None:
        """Bind `app` to the database at `address`."""
        engine = make_engine(address)
        app.extensions["database"] = so.sessionmaker(engine, expire_on_commit=False)
        app.teardown_appcontext(self._close)

    @property
    def sessions(self) -> so.sessionmaker[so.Session]:
        """The maker of sessions of the current application."""
        maker: so.sessionmaker[so.Session] = current_app.extensions["database"]
        return maker

    @property
    def engine(self) -> sa.Engine:
        """The engine of the current application."""
        engine: sa.Engine = self.sessions.kw["bind"]
        return engine

    @property
    def session(self) -> so.Session:
        """The session of this application context."""
        if "db_session" not in g:
            g.db_session = self.sessions()
        session: so.Session = g.db_session
        return session

    @staticmethod
    def _close(_: BaseException | None) -> None:
        session = g.pop("db_session", None)
        if session is not None:
            session.close()


db = Database()
