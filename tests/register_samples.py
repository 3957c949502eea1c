"""Credentials for the register's tests, entered by the dozen, and its tables laid open."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.db import lock
from lms.models.credentials import CredentialRecord
from lms.services import register
from tests.cast import THEN, Cast

TABLES = (
    *("log_leaves", "register_acts", "leaf_salts", "log_tiles", "log_checkpoints"),
    *("status_entries", "credentials", "credential_acts"),
)


def digest_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def add_credentials(
    session: Session, cast: Cast, count: int, at: datetime = THEN, first: int = 0
) -> list[int]:
    """Store credentials that nobody has entered yet; return their ids."""
    records = [
        CredentialRecord(
            serial=f"S{number}",
            account_id=cast.leo,
            programme_id=cast.northgate,
            enrolment_id=cast.leo_seat,
            course_slug=f"course-{number}",
            cycle=1,
            document="{}",
            digest=digest_of(number),
            evidence="{}",
            issued_at=at,
        )
        for number in range(first, first + count)
    ]
    session.add_all(records)
    session.flush()
    return [record.id for record in records]


def enter(
    session: Session, cast: Cast, count: int, at: datetime = THEN, first: int = 0
) -> list[int]:
    """Store credentials and enter their awards; return their ids."""
    ids = add_credentials(session, cast, count, at, first)
    for number, credential in enumerate(ids, start=first):
        register.enter_award(session, credential, digest_of(number), at)
    return ids


def open_tables(session: Session) -> None:
    """Do what somebody with the database's own password does first: take the triggers away."""
    lock(session)
    is_sqlite = session.connection().dialect.name == "sqlite"
    if is_sqlite:
        session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
    for table in TABLES:
        if not is_sqlite:
            session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            continue
        for verb in ("update", "delete"):
            session.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_refuses_{verb}"))
