"""The kill test in its short form, and the proofs that it would see a loss."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db, lock
from tests.cast import Cast
from tests.soak.checker import violations
from tests.soak.crowd import History
from tests.soak.kills import Report, storm

pytestmark = [pytest.mark.kill, pytest.mark.xdist_group("kill")]
APPEND_ONLY = ("audit_entries", "credentials", "lesson_completions", "response_steps", "scores")


@pytest.fixture
def aftermath(address: str, tmp_path: Path, cast: Cast) -> Report:
    """Eight kills of a server under eight learners."""
    return storm(tmp_path, address, cycles=8, clients=8, seed=7, cast=cast)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    aftermath: Report, app: Flask
) -> None:
    """H1 to H8: what was acknowledged is there, once, and everything rests on it.

    The same aftermath is then falsified in every way we can think of; each has to be seen.
    """
    assert aftermath.violations == []
    assert aftermath.kills == 8
    assert aftermath.history.count("acknowledged") > 50, aftermath.figures()
    assert aftermath.history.submitted and aftermath.credentials, aftermath.figures()
    for name, falsify in FALSIFICATIONS.items():
        with app.app_context():
            disarm(db.session)
            falsify(db.session, aftermath.history)
            assert violations(db.session, aftermath.history), f"not seen: {name}"
            db.session.rollback()
    with app.app_context():
        assert violations(db.session, aftermath.history) == [], "a falsification was left behind"


def test_a_server_that_acknowledges_before_it_commits_is_caught(
    address: str, tmp_path: Path, cast: Cast
) -> None:
    """The mutant `tests.soak.hasty` loses answers that it had called saved."""
    report = storm(
        tmp_path, address, cycles=4, clients=8, seed=7, cast=cast, wsgi="tests.soak.hasty:app"
    )
    lost = [each for each in report.violations if each.startswith("lost: attempt")]
    assert lost, report.figures()


def disarm(session: Session) -> None:
    """Take triggers and references away, within the transaction that is rolled back afterwards."""
    lock(session)
    if session.connection().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
    for table in APPEND_ONLY:
        if session.connection().dialect.name == "sqlite":
            for verb in ("update", "delete"):
                session.execute(sa.text(f"DROP TRIGGER {table}_refuses_{verb}"))
        else:
            session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def sql(*statements: str) -> Callable[[Session, History], None]:
    def falsify(session: Session, _history: History) -> None:
        for statement in statements:
            assert session.execute(sa.text(statement)).rowcount

    return falsify


def lose_an_acknowledged_answer(session: Session, history: History) -> None:
    told = next(save for save in reversed(history.saves) if save.outcome == "acknowledged")
    where = f"attempt_id = {told.attempt} AND slot = {told.slot}"
    sql(f"DELETE FROM response_steps WHERE {where}")(session, history)


def store_a_refused_answer(session: Session, history: History) -> None:
    told = next(save for save in history.saves if save.outcome == "refused" and 1 <= save.slot <= 3)
    sql(
        "INSERT INTO response_steps (attempt_id, slot, sequence, answer, recorded_at) SELECT "
        f"{told.attempt}, {told.slot}, {told.sequence + 50}, 'a', recorded_at "
        "FROM response_steps LIMIT 1"
    )(session, history)


PASSED = "(SELECT attempt_id FROM scores WHERE passed LIMIT 1)"
FALSIFICATIONS: dict[str, Callable[[Session, History], None]] = {
    "an acknowledged answer is gone": lose_an_acknowledged_answer,
    "a refused answer is there": store_a_refused_answer,
    "an answer reads otherwise": sql(
        "UPDATE response_steps SET answer = 'q' WHERE id = (SELECT max(id) FROM response_steps)"
    ),
    "a second score": sql(
        "INSERT INTO scores (attempt_id, revision, points, maximum, cut_percent, passed, reason, "
        "scored_at) SELECT attempt_id, 2, points, maximum, cut_percent, passed, reason, scored_at "
        "FROM scores LIMIT 1"
    ),
    "a score was raised": sql(
        "UPDATE scores SET points = 3 WHERE id = (SELECT min(id) FROM scores WHERE NOT passed)"
    ),
    "a failed attempt passes": sql(
        "UPDATE scores SET passed = NOT passed "
        "WHERE id = (SELECT min(id) FROM scores WHERE NOT passed)"
    ),
    "a score is gone": sql("DELETE FROM scores WHERE id = (SELECT max(id) FROM scores)"),
    "a submission is undone": sql(f"UPDATE attempts SET submitted_at = NULL WHERE id = {PASSED}"),
    "a credential rests on nothing": sql(
        """UPDATE credentials SET evidence = '{"attempts": []}'"""
    ),
    "a credential is gone": sql(
        "DELETE FROM credentials WHERE id = (SELECT max(id) FROM credentials)"
    ),
    "a lesson was never read": sql(
        "DELETE FROM lesson_completions WHERE enrolment_id = "
        "(SELECT enrolment_id FROM credentials LIMIT 1)"
    ),
    "an audit entry was edited": sql("UPDATE audit_entries SET subject = 'nothing' WHERE id = 5"),
    "the last audit entry was cut off": sql(
        "DELETE FROM audit_entries WHERE id = (SELECT max(id) FROM audit_entries "
        "WHERE act = 'attempt.started')"
    ),
}
