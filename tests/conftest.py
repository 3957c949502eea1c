"""What every test may stand on: an application on its own database, and the cast."""

import asyncio
import functools
import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.db import db, make_engine
from lms.migrate import upgrade
from lms.services import publishing
from tests import cast as cast_of_people
from tests import once
from tests.cast import BUNDLED, THEN, Cast, seed, settings_for
from tests.stories import Told, tell

SECONDS_A_DAY = 86_400
LONGEST_TEST = 20.0
# Which template a test starts from that asks for one of these.
STARTS = {"told": "template_of_told", "bundled_release": "template_of_bundled"}


@pytest.fixture(autouse=True)
def _push_request_context() -> Iterator[None]:
    """Switch off pytest-flask's context, in which all requests of a test would share one `g`."""
    yield


@pytest.fixture(autouse=True)
def _one_day() -> None:
    """Wait out the last seconds of a UTC day: what a test tells and asks is of one day."""
    left = SECONDS_A_DAY - time.time() % SECONDS_A_DAY
    if left < LONGEST_TEST:
        time.sleep(left)


@pytest.fixture(autouse=True)
def _no_loop_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put away the event loop that a browser leaves running in its thread: asyncio allows one."""
    if request.node.get_closest_marker("browser"):
        yield
        return
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@pytest.fixture(scope="session", autouse=True)
def _garbage_is_looked_for_among_what_is_new() -> Iterator[None]:
    """Spare the collector what stays to the end: with it, a third of a test's time went there."""
    gc.collect()
    gc.freeze()
    before = gc.get_threshold()
    # Each application is thousands of objects in cycles, so that the usual steps are too small.
    gc.set_threshold(5_000, 20, 20)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def _what_never_changes_is_found_out_once() -> Iterator[None]:
    with once.kept():
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, worker_name: str) -> tuple[str, Cast]:
    """A migrated database with the cast in it, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    address = _new_database(f"lms_template_{worker_name}", folder)
    engine = make_engine(address)
    upgrade(engine)
    engine.dispose()
    app = create_app(settings_for(folder, address))
    with app.app_context():
        cast = seed(db.session)
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    return address, cast


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def _new_database(name: str, folder: Path, copy_of: str | None = None) -> str:
    server = os.environ.get("LMS_TEST_DB", "")
    if not server:
        file = folder / "lms.db"
        if copy_of:
            shutil.copy(sa.make_url(copy_of).database or "", file)
        return f"sqlite:///{file}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        source = f'TEMPLATE "{sa.make_url(copy_of).database}"' if copy_of else ""
        connection.execute(sa.text(f'CREATE DATABASE "{name}" {source}'))
    admin.dispose()
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def copy_database(worker_name: str) -> Callable[[str, str, Path], str]:
    """Copy a database: `copy_database(address, "test", folder)` returns the address of the copy."""

    def copy(address: str, name: str, folder: Path) -> str:
        return _new_database(f"lms_{name}_{worker_name}", folder, copy_of=address)

    return copy


@pytest.fixture(scope="session")
def template_of_told(
    template: tuple[str, Cast],
    copy_database: Callable[[str, str, Path], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Told]:
    """A copy of the template in which all has happened that `Told` tells of, made once."""
    folder = tmp_path_factory.mktemp("told")
    address = copy_database(template[0], "told", folder)
    app = create_app(settings_for(folder, address))
    told = tell(app, template[1])
    with app.app_context():
        db.engine.dispose()
    return address, told


@pytest.fixture(scope="session")
def template_of_bundled(
    template: tuple[str, Cast],
    copy_database: Callable[[str, str, Path], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, int]:
    """A copy of the template in which the bundled curriculum is published, made once."""
    folder = tmp_path_factory.mktemp("bundled")
    address = copy_database(template[0], "bundled", folder)
    app = create_app(settings_for(folder, address))
    with app.app_context():
        release = publishing.publish(db.session, BUNDLED, now=THEN, actor_id=None)[0].id
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    return address, release


@pytest.fixture
def bundled_release(template_of_bundled: tuple[str, int]) -> int:
    """The release of the curriculum in the database of a test that asks for this."""
    return template_of_bundled[1]


@pytest.fixture
def told(template_of_told: tuple[str, Told]) -> Told:
    """What has happened in the database of a test that asks for this."""
    return template_of_told[1]


@pytest.fixture
def address(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    copy_database: Callable[[str, str, Path], str],
) -> str:
    """The address of this test's own copy of the database with what it asks for."""
    asked = [known for known in STARTS if known in request.fixturenames]
    assert len(asked) < 2, f"A test starts from one of these: {asked}."
    start = STARTS[asked[0]] if asked else "template"
    return copy_database(request.getfixturevalue(start)[0], "test", tmp_path)


@pytest.fixture
def cast(template: tuple[str, Cast]) -> Cast:
    return template[1]


@pytest.fixture
def app(address: str, tmp_path: Path) -> Iterator[Flask]:
    """The application in development mode, without rate limits, on a database of its own."""
    application = create_app(settings_for(tmp_path, address))
    application.testing = True
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A database session in an application context of its own."""
    with app.app_context():
        yield db.session
        db.session.rollback()


@pytest.fixture
def client_of(app: Flask) -> Callable[[str], FlaskClient]:
    """Sign somebody of the cast in: `client_of("Lena")`."""
    return functools.partial(cast_of_people.sign_in, app)
