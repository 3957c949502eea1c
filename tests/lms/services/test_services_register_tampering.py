"""Nobody alters, removes or dates back an award unseen: not with the database, not with the key."""

import random

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.soak.tampering import WRONGS, History, Tamperer, begin, tamper, witness

# Enough for a dozen of each kind; `make soak` does ten thousand rounds.
ROUNDS = 250


@pytest.fixture
def history(app: Flask, session: Session, cast: Cast) -> History:
    if session.connection().dialect.name != "sqlite":
        pytest.skip("what is seen does not depend on where the rows lie")
    return begin(session, app.config["SETTINGS"], cast)


def test_random_wrongs_are_all_seen(history: History) -> None:
    """Case 42 and the log's promise: edits, deletions and back-dating of rows, 100 % flagged."""
    counted, unseen = tamper(history, ROUNDS)
    assert unseen == []
    assert set(counted) == set(WRONGS), "every kind of wrong was tried"
    assert history.fault() is None and history.wrong() is None, "a wrong was left behind"


def test_without_a_memory_the_owner_of_the_key_can_rewrite_history(history: History) -> None:
    """The vulnerable twin: a checker that believes the newest signature, and remembers nothing."""
    point = history.session.begin_nested()
    Tamperer(history, random.Random(3)).forged_in_the_past()
    assert history.wrong() is not None
    remembered, history.memory = history.memory, witness().Memory()
    assert history.wrong() is None, "a first look finds nothing amiss"
    history.memory = remembered
    point.rollback()
