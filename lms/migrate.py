"""Brings a database to the tables this version needs."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from lms.config import ROOT


def alembic_config(engine: Engine | None = None) -> Config:
    """Return Alembic's settings in code, bound to `engine` when one is given."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes["engine"] = engine
    return config


def is_described(name: str | None, kind: str, _: object) -> bool:
    """Return whether the models describe a thing of the database: a full-text index they do not."""
    return not (kind == "table" and str(name).startswith("passage_index"))


def upgrade(engine: Engine) -> None:
    """Run every migration that `engine`'s database has not seen yet."""
    command.upgrade(alembic_config(engine), "head")


def is_current(engine: Engine) -> bool:
    """Return whether `engine`'s database has seen every migration."""
    heads = ScriptDirectory.from_config(alembic_config()).get_heads()
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)
