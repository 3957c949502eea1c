"""The demonstration: made by real acts, in order, whole, and only once."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.app import create_app
from lms.db import Base, db, lock
from lms.demo import people
from lms.demo import story as demo
from lms.models.accounts import Account
from lms.models.assessment import Attempt
from lms.models.audit import AuditEntry
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.rosters import Roster
from lms.services import (
    audit,
    credentials,
    psychometrics,
    register,
    rosters,
    transcripts,
)
from lms.services.credentials.inspection import inspect
from tests.cast import SMALL, Cast, settings_for
from tests.soak import checker
from tests.stories import rows_of

CROWDS = (12, 5)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the demonstration from the small course, with few learners."""
    make_small(monkeypatch)


def make_small(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(demo, "ROOT", SMALL)
    patch.setattr(demo, "CROWDS", CROWDS)


@pytest.fixture(scope="module")
def presented(
    template: tuple[str, Cast],
    copy_database: Callable[[str, str, Path], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Path, list[str]]:
    """The demonstration, made once in a database that had nothing in it, with its files."""
    folder, files = tmp_path_factory.mktemp("shown"), tmp_path_factory.mktemp("files")
    address = copy_database(template[0], "shown", folder)
    app = create_app(settings_for(files, address))
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        make_small(patch)
        empty(app)
        said = demo.present(db.session, app.config["SETTINGS"], NOW)
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    return address, files, said


@pytest.fixture
def shown(presented: tuple[str, Path, list[str]]) -> list[str]:
    """What the demonstration said when it was made."""
    return presented[2]


@pytest.fixture
def address(
    request: pytest.FixtureRequest,
    template: tuple[str, Cast],
    tmp_path: Path,
    copy_database: Callable[[str, str, Path], str],
) -> str:
    """A copy of it, files and all, for each test that asks for what was shown."""
    if "shown" not in request.fixturenames:
        return copy_database(template[0], "test", tmp_path)
    address, files, _said = request.getfixturevalue("presented")
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    return copy_database(address, "test", tmp_path)


def empty(app: Flask) -> None:
    """Take the cast away again."""
    session = db.session
    lock(session)
    if session.connection().dialect.name == "sqlite":
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        held = session.execute(sa.text(triggers)).all()
        for name, _ in held:
            session.execute(sa.text(f"DROP TRIGGER {name}"))
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(sa.delete(table))
        for _, sql in held:
            session.execute(sa.text(sql))
    else:
        names = "audit_entries, enrolments, cohorts, role_grants, programmes, accounts, releases"
        session.execute(sa.text(f"TRUNCATE {names} CASCADE"))
    session.commit()


def test_it_shows_three_cohorts_of_learners_at_all_stages(app: Flask, shown: list[str]) -> None:
    with app.app_context():
        assert rows_of(db.session, Cohort) == 3
        assert 43 <= rows_of(db.session, Enrolment) - sum(CROWDS) <= 47
        attempts = db.session.execute(sa.select(Attempt.enrolment_id, Attempt.submitted_at)).all()
        assert len({each.enrolment_id for each in attempts}) < 40 + sum(CROWDS), (
            "everybody sat the quiz"
        )
        serials = db.session.scalars(sa.select(CredentialRecord.serial)).all()
        states = set()
        for serial in serials:
            found = credentials.find_by_serial(db.session, serial, NOW)
            assert found is not None
            states.add(found.verdict.status)
        assert states == {"valid", "past-currency", "revoked", "suspended", "superseded"}
        programme = db.session.scalars(sa.select(Programme.id)).one()
        assert len(credentials.list_waiting(db.session, programme)) == 1
        assert len(credentials.list_credential_appeals(db.session, programme)) == 1


def test_a_proof_a_panel_and_a_roster_wait_for_somebody(app: Flask, shown: list[str]) -> None:
    with app.app_context():
        programme = db.session.scalars(sa.select(Programme.id)).one()
        assert [each.check.outcome for each in transcripts.list_checks(db.session, programme)] == [
            None
        ]
        (line,) = psychometrics.list_studies(db.session, programme)
        email = people.email("Dr Adaeze Okafor")
        opener = db.session.scalars(sa.select(Account.id).where(Account.email == email)).one()
        study = psychometrics.study_for(db.session, opener, line.id, "administrator")
        assert len(study.judges) == 6 and len(study.waiting_for) == 1
        applied = db.session.scalars(sa.select(Roster).where(Roster.state == "applied")).one()
        assert applied.applied_at is not None
        ends = rosters.undo(db.session, applied.id, by=opener, now=NOW)
        assert ends["undone"] >= 3 and sum(ends.values()) == 5


def test_it_is_true_in_every_detail(app: Flask, shown: list[str]) -> None:
    """The demonstration obeys the laws of the kill test, and its months lie in the past."""
    with app.app_context():
        assert audit.first_broken(db.session) is None
        for check in (checker._scores, checker._credentials, checker._trail, checker._storage):
            assert list(check(db.session)) == []
        # Learners' months go by in order; what staff did is added feature by feature.
        learnt = ("lesson.%", "attempt.%", "finding.%", "credential.awarded")
        lived = sa.select(AuditEntry.at).where(sa.or_(*map(AuditEntry.act.like, learnt)))
        moments = db.session.scalars(lived.order_by(AuditEntry.id)).all()
        assert moments == sorted(moments)
        assert moments[-1] <= NOW and moments[0] < NOW - timedelta(days=365)


def test_nobody_is_given_a_password_that_is_known(app: Flask, shown: list[str]) -> None:
    """No default password anywhere: one is made for this installation and kept privately."""
    settings = app.config["SETTINGS"]
    password = (Path(settings.data) / demo.PASSWORD_FILE).read_text()
    assert len(password) >= 16 and password in "\n".join(shown)
    with app.app_context():
        for held in db.session.scalars(sa.select(Account.password)):
            # Who was invited and has not come yet has no password that any word could match.
            assert held.startswith("$argon2id$") or held.startswith("!")


def test_a_second_time_nothing_is_added(app: Flask, shown: list[str]) -> None:
    with app.app_context():
        before = rows_of(db.session, AuditEntry)
        assert demo.present(db.session, app.config["SETTINGS"], NOW) == shown
        assert rows_of(db.session, AuditEntry) == before


def test_an_installation_in_use_is_left_alone(app: Flask) -> None:
    with app.app_context():
        said = demo.present(db.session, app.config["SETTINGS"], NOW)
        assert said == ["A programme exists; left as it is."]


def test_every_certificate_was_logged_when_it_was_issued(app: Flask, shown: list[str]) -> None:
    """The public page would say of any other that it came late."""
    with app.app_context():
        settings = app.config["SETTINGS"]
        ids = db.session.execute(sa.select(CredentialRecord.id, CredentialRecord.issued_at)).all()
        for identity, issued_at in ids:
            logged_at = register.logged_at(db.session, identity)
            assert logged_at is not None
            assert timedelta() <= logged_at - issued_at < timedelta(hours=24)
        assert ids and list(inspect(db.session, settings)) == []
