"""Runs migrations on the engine handed over by `lms.migrate`, each run in one transaction."""

from alembic import context

import lms.models  # noqa: F401 -- fills the metadata
from lms.config import Settings
from lms.db import Base, begin_write, make_engine
from lms.migrate import is_described


def run() -> None:
    engine = context.config.attributes.get("engine")
    if engine is None:
        engine = context.config.attributes.get("connection")
    if engine is None:
        engine = make_engine(Settings().database)
    with engine.connect() as connection:
        begin_write(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=False,
            # SQLite can undo a change of its tables; without this each step would be committed.
            transactional_ddl=True,
            compare_type=True,
            include_name=is_described,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
