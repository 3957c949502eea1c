"""The audit trail: every act once, in a chain that shows any change."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.db import db
from lms.models.audit import AuditEntry
from lms.services import audit
from tests.cast import Cast

NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)


def record(session: Session, cast: Cast, act: str = "role.granted", **more: object) -> None:
    audit.record(
        session,
        at=NOW,
        actor_id=cast.ada,
        programme_id=cast.northgate,
        act=act,
        subject="account 1",
        detail={"role": "instructor", **more},
    )


def test_the_chain_of_what_was_recorded_is_whole(session: Session, cast: Cast) -> None:
    for number in range(3):
        record(session, cast, number=number)
    assert audit.first_broken(session) is None
    hashes = session.scalars(sa.select(AuditEntry.hash).order_by(AuditEntry.id)).all()
    before = session.scalars(sa.select(AuditEntry.previous_hash).order_by(AuditEntry.id)).all()
    assert before == [audit.GENESIS, *hashes[:-1]]


@pytest.mark.parametrize(
    "change",
    [
        {"act": "role.withdrawn"},
        {"subject": "account 2"},
        {"detail": "{}"},
        {"actor_id": None},
        {"at": datetime(2026, 10, 13, tzinfo=UTC)},
        {"programme_id": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_is_found(session: Session, cast: Cast, change: dict[str, object]) -> None:
    record(session, cast)
    record(session, cast, again=True)
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    for name, value in change.items():
        setattr(entries[-2], name, value)
    with session.no_autoflush:  # the database itself would refuse to write it
        assert audit.first_broken(session) == entries[-2].id
    session.expire_all()


def test_a_missing_entry_is_found(session: Session, cast: Cast) -> None:
    for number in range(3):
        record(session, cast, number=number)
    ids = session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id)).all()
    _drop_triggers(session)
    session.execute(sa.delete(AuditEntry).where(AuditEntry.id == ids[-2]))
    assert audit.first_broken(session) == ids[-1]


def _drop_triggers(session: Session) -> None:
    if session.connection().dialect.name == "sqlite":
        session.execute(sa.text("DROP TRIGGER audit_entries_refuses_delete"))
    else:
        session.execute(sa.text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))


@pytest.mark.parametrize(
    "statement",
    [sa.update(AuditEntry).values(act="x"), sa.delete(AuditEntry)],
    ids=["update", "delete"],
)
def test_the_database_refuses_to_change_the_trail(
    session: Session, cast: Cast, statement: sa.Executable
) -> None:
    record(session, cast)
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(statement)


def test_an_undone_act_leaves_no_entry(session: Session, cast: Cast) -> None:
    before = session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    record(session, cast)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before


def test_entries_written_at_once_form_one_chain(app: Flask, cast: Cast) -> None:
    barrier = threading.Barrier(8)

    def write() -> None:
        with app.app_context():
            barrier.wait()
            record(db.session, cast)
            db.session.commit()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert audit.first_broken(db.session) is None
        written = sa.select(sa.func.count()).where(AuditEntry.programme_id == cast.northgate)
        assert db.session.scalar(written) == 8


def test_the_trail_of_a_programme_is_read_page_by_page(session: Session, cast: Cast) -> None:
    for number in range(5):
        record(session, cast, number=number)
    audit.record(
        session, at=NOW, actor_id=None, programme_id=cast.southgate, act="x.y", subject="s"
    )
    first = audit.list_entries(session, cast.northgate, limit=3)
    rest = audit.list_entries(session, cast.northgate, before=first[-1][0].id, limit=3)
    ids = [entry.id for entry, _ in [*first, *rest]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5
    assert {name for _, name in first} == {"Ada Okafor"}
