"""The database's history: one line of migrations, equal to the models, that keeps what it finds."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

import lms.models  # noqa: F401 -- fills the metadata
from lms.db import Base, db
from lms.migrate import alembic_config, is_described, upgrade
from lms.models.catalogue import Release
from tests.cast import Cast
from tests.stories import Told


@pytest.fixture
def engine(app: Flask) -> Iterator[sa.Engine]:
    with app.app_context():
        yield db.engine


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_a_migration_has_a_name_that_every_database_keeps() -> None:
    """Alembic's own table holds 32 characters; SQLite does not count them, PostgreSQL does."""
    for revision in ScriptDirectory.from_config(alembic_config()).walk_revisions():
        assert len(revision.revision) <= 32, revision.revision


def test_every_migration_has_a_way_back_or_says_why_not() -> None:
    for revision in ScriptDirectory.from_config(alembic_config()).walk_revisions():
        assert revision.module.downgrade.__code__.co_code != (lambda: None).__code__.co_code, (
            revision.revision
        )
        assert revision.doc, revision.revision


def test_the_models_equal_the_migrations(engine: sa.Engine) -> None:
    """What autogenerate would still write has to be nothing: tables, columns, types, indexes."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_described}
        )
        assert compare_metadata(context, Base.metadata) == []


def constraints(engine: sa.Engine) -> dict[str, set[tuple[str, ...]]]:
    """Return the names and texts of each table's CHECK and UNIQUE constraints."""
    inspector = sa.inspect(engine)
    found = {}
    for table in inspector.get_table_names():
        if table == "alembic_version" or not is_described(table, "table", None):
            continue
        checks = {("check", str(each["name"])) for each in inspector.get_check_constraints(table)}
        unique = {
            ("unique", str(each["name"]), *each["column_names"])
            for each in inspector.get_unique_constraints(table)
        }
        found[table] = checks | unique
    return found


def test_the_constraints_of_the_models_are_the_migrated_ones(
    engine: sa.Engine, tmp_path: Path
) -> None:
    """Autogenerate overlooks CHECK constraints; a database made from the models has the same."""
    if engine.dialect.name != "sqlite":
        pytest.skip("compared on SQLite, where a second database costs nothing")
    fresh = sa.create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    Base.metadata.create_all(fresh)
    assert constraints(fresh) == constraints(engine)
    fresh.dispose()


def test_constraints_carry_the_sentence_they_enforce() -> None:
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            if isinstance(constraint, sa.CheckConstraint):
                assert constraint.name and len(str(constraint.name).split("_")) >= 3, table.name


def everything(engine: sa.Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
        }


def test_migrating_again_changes_nothing(
    app: Flask, cast: Cast, engine: sa.Engine, told: Told
) -> None:
    """An upgrade of a database in use keeps every row of every table."""
    before = everything(engine)
    assert before["credentials"] and before["response_steps"]
    upgrade(engine)
    assert everything(engine) == before


def test_the_way_down_and_up_again_gives_the_same_tables(engine: sa.Engine) -> None:
    before = constraints(engine)
    command.downgrade(alembic_config(engine), "base")
    assert sa.inspect(engine).get_table_names() in (["alembic_version"], [])
    upgrade(engine)
    assert constraints(engine) == before


def test_a_released_curriculum_is_read_back_as_it_was_frozen(app: Flask, cast: Cast) -> None:
    with app.app_context():
        row = db.session.execute(sa.select(Release.document, Release.content_hash)).one()
    assert hashlib.sha256(row.document.encode()).hexdigest() == row.content_hash
