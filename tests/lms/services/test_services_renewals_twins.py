"""Killed between two steps: an award, a renewal and a reminder are whole or not there at all.

Each attack is run against the service and against a careless twin that commits in between: the
twin has to fail, or the attack would prove nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms import clock, jobs
from lms.db import db
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.services import mail
from lms.services.credentials import awards, reminders, renewals
from tests.cast import Cast
from tests.renewal_samples import (
    EARNED,
    IN_WINDOW,
    answer,
    begin,
    earn,
    held,
    items,
)
from tests.stories import read_all, rows_of, sit


class Killed(BaseException):
    """The process is gone: nothing after this line happens."""


def committing_first(act: Callable[..., object]) -> Callable[..., object]:
    """Return a careless variant of a step: what it wrote is committed on its own."""

    def careless(session: Session, *args: object, **kwargs: object) -> object:
        done = act(session, *args, **kwargs)
        session.commit()
        return done

    return careless


def die(*_args: object, **_kwargs: object) -> None:
    raise Killed


def letters(subject: str) -> int:
    """How many letters of a subject wait or have left."""
    query = sa.select(sa.func.count()).where(OutboxMessage.subject.startswith(subject))
    return db.session.scalar(query) or 0


def killed_award(app: Flask, cast: Cast, patch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Kill the award before its letter; sweep twice; return (credentials, letters)."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, EARNED)
        sit(db.session, cast.lena, cast.lena_seat, right=3, now=EARNED)
        db.session.commit()
    with patch.context() as first:
        first.setattr(mail, "write", die)
        with pytest.raises(Killed):
            jobs.award_missed(app)
    for _restart in range(2):
        jobs.award_missed(app)
    with app.app_context():
        return rows_of(db.session, CredentialRecord), letters("Your certificate")


def killed_renewal(app: Flask, cast: Cast, patch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Kill a renewal before its letter; sweep twice; return (credentials, letters)."""
    patch.setattr(clock, "now", lambda: IN_WINDOW)
    with app.app_context():
        serial = earn(db.session, cast.lena, cast.lena_seat)
        begin(db.session, cast.lena, serial)
        *first, last = items(db.session, cast.lena, serial)
        for asked in first:
            answer(db.session, cast.lena, serial, asked)
        db.session.commit()
    with app.app_context(), patch.context() as dying:
        dying.setattr(mail, "write", die)
        with pytest.raises(Killed):
            answer(db.session, cast.lena, serial, last)
    with app.app_context():
        answer(db.session, cast.lena, serial, last)
        db.session.commit()
    for _restart in range(2):
        jobs.award_missed(app)
    with app.app_context():
        return rows_of(db.session, CredentialRecord), letters("Your certificate")


def killed_reminder(app: Flask, cast: Cast, patch: pytest.MonkeyPatch) -> int:
    """Kill a reminder once it is entered; sweep twice; return how many letters there are."""
    with app.app_context():
        serial = earn(db.session, cast.lena, cast.lena_seat)
        until = held(db.session, serial).credential.current_until
        db.session.commit()
    now = datetime(until.year, until.month, until.day, 9, tzinfo=IN_WINDOW.tzinfo)
    patch.setattr(clock, "now", lambda: now - timedelta(days=60))
    with patch.context() as dying:
        dying.setattr(mail, "write", die)
        with pytest.raises(Killed):
            jobs.remind_holders(app)
    for _restart in range(2):
        jobs.remind_holders(app)
    with app.app_context():
        return letters("Current until")


def test_an_award_killed_before_its_letter_is_made_whole_once(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert killed_award(app, cast, monkeypatch) == (1, 1)


def test_the_twin_that_commits_the_credential_first_loses_its_letter(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(awards, "enter", committing_first(awards.enter))
    assert killed_award(app, cast, monkeypatch) == (1, 0)


def test_a_renewal_killed_before_its_letter_is_made_whole_once(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is the answer that was killed with it half there: it is simply given again."""
    assert killed_renewal(app, cast, monkeypatch) == (2, 2)


def test_the_twin_that_commits_the_new_cycle_first_loses_its_letter(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewals, "enter", committing_first(renewals.enter))
    assert killed_renewal(app, cast, monkeypatch) == (2, 1)


def test_a_reminder_killed_once_entered_is_written_after_all(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert killed_reminder(app, cast, monkeypatch) == 1


def test_the_twin_that_notes_a_reminder_before_writing_it_loses_it(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "_claim", committing_first(reminders._claim))
    assert killed_reminder(app, cast, monkeypatch) == 0


def test_the_twin_that_notes_nothing_writes_again_and_again(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = mail.write
    monkeypatch.setattr(reminders, "_claim", lambda *_: True)
    # The outbox, too, writes nothing of one key twice: two walls, and the twin has neither.
    monkeypatch.setattr(mail, "write", lambda *given, key=None, **more: write(*given, **more))
    assert killed_reminder(app, cast, monkeypatch) == 2
