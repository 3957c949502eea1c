"""What ours is measured against, on the same server: bare route, mini page, mini save, naive PDF.

The mini page makes two queries and fills a small template; the mini save is one durable upsert.
Both are what somebody would write in an afternoon: no accounts, no rights, no audit, no CSRF. The
same save for somebody signed in reads the session's cookie and loads the person first.
The naive certificate is drawn with everything made afresh.
"""

import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, jsonify, render_template_string, request, session
from pysqlite3 import dbapi2 as fixed_sqlite
from sqlalchemy import event

PEOPLE, LINES = 200, 20
MINI_PAGE = """<!doctype html><title>{{ name }}</title><h1>{{ name }}</h1>
<ul>{% for line in lines %}<li><a href="/lines/{{ line.id }}">{{ line.text }}</a></li>
{% endfor %}</ul>"""
_own, _first = threading.local(), threading.Lock()
tables = sa.MetaData()
people = sa.Table(
    "people", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String)
)
lines = sa.Table(
    "lines",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Integer, index=True),
    sa.Column("text", sa.String),
)
answers = sa.Table(
    "answers",
    tables,
    sa.Column("person", sa.Integer, primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("option", sa.String),
)


def make_engine(address: str) -> sa.Engine:
    """Open the anchors' own database, as durably as ours."""
    if not address.startswith("sqlite"):
        return sa.create_engine(address, pool_size=16)
    engine = sa.create_engine(address, module=fixed_sqlite, pool_size=16)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A save has to queue; a page of two reads has not.
        if connection.get_execution_options().get("writes"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def fill(engine: sa.Engine) -> None:
    """Make the tables, with people who have twenty lines each."""
    tables.create_all(engine)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(people.insert(), [{"name": f"Person {n}"} for n in range(PEOPLE)])
        rows = [{"person": n + 1, "text": f"Line {m}"} for n in range(PEOPLE) for m in range(LINES)]
        connection.execute(lines.insert(), rows)


def upsert(dialect: str, person: int, slot: int, option: str) -> Any:
    """Return the statement that stores an answer, whatever was there."""
    kind = sa.dialects.sqlite if dialect == "sqlite" else sa.dialects.postgresql
    statement = kind.insert(answers).values(person=person, slot=slot, option=option)
    return statement.on_conflict_do_update(
        index_elements=["person", "slot"], set_={"option": option}
    )


def naive_certificate() -> bytes:
    """Return a certificate drawn as WeasyPrint's manual begins, with files of this thread's own."""
    if not hasattr(_own, "draw"):
        with _first:
            from benchmarks.certificates import naive_drawing
            from benchmarks.samples import credential

            folder = Path(tempfile.mkdtemp(dir=os.environ.get("LMS_DATA")))
            _own.draw = naive_drawing(credential("Lena Marković"), folder)
    drawn: bytes = _own.draw()
    return drawn


def create_app() -> Flask:
    """Return the anchors as an application."""
    app = Flask(__name__)
    app.secret_key = "of the anchors"
    engine = make_engine(os.environ["ANCHORS_DATABASE"])
    writer = engine.execution_options(writes=True)

    @app.get("/healthz")
    @app.get("/bare")
    def bare() -> str:
        return "ok"

    @app.get("/mini/<int:person>")
    def mini(person: int) -> str:
        with engine.connect() as connection:
            found = connection.execute(sa.select(people).where(people.c.id == person)).one()
            theirs = connection.execute(sa.select(lines).where(lines.c.person == person)).all()
        return render_template_string(MINI_PAGE, name=found.name, lines=theirs)

    def store(person: int, slot: int) -> Any:
        option = str(request.get_json()["option"])
        with writer.begin() as connection:
            connection.execute(upsert(engine.dialect.name, person, slot, option))
        return jsonify(saved=True)

    @app.post("/mini/<int:person>/<int:slot>")
    def save(person: int, slot: int) -> Any:
        return store(person, slot)

    @app.get("/sign-in/<int:person>")
    def sign_in(person: int) -> str:
        session["person"] = person
        return "ok"

    @app.post("/mine/<int:slot>")
    def save_mine(slot: int) -> Any:
        with engine.connect() as connection:
            query = sa.select(people).where(people.c.id == session["person"])
            person = connection.execute(query).one()
        return store(person.id, slot)

    @app.get("/naive.pdf")
    def certificate() -> Response:
        return Response(naive_certificate(), mimetype="application/pdf")

    return app


if "ANCHORS_DATABASE" in os.environ:
    app = create_app()
