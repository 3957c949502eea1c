"""Qualifications: stated with a proof, decided by somebody else, reminded of once, then gone."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms import clock, jobs
from lms.db import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.cohorts import Enrolment
from lms.models.mail import OutboxMessage
from lms.models.qualifications import Qualification
from lms.services import cohorts, messages, proofs, qualifications
from tests.cast import Cast
from tests.live_samples import state
from tests.races import at_once

TODAY = date(2026, 11, 22)


@given(left=st.integers(-400, 400), outcome=st.sampled_from([None, "confirmed", "not-confirmed"]))
def test_the_state_follows_from_the_day_and_the_decision(left: int, outcome: str | None) -> None:
    found = qualifications.state_on(TODAY, TODAY + timedelta(days=left), outcome)
    if outcome == "not-confirmed":
        assert found == "refused"
    elif left < 0:
        assert found == "expired"
    elif outcome is None:
        assert found == "waiting"
    else:
        assert found == ("expiring" if left <= 60 else "valid")


def test_each_reminder_holds_until_the_next_one_and_the_last_day() -> None:
    due = {
        left: qualifications.reminder_due(TODAY, TODAY + timedelta(days=left))
        for left in range(-2, 63)
    }
    assert [left for left in due if due[left] == 60] == list(range(31, 61))
    assert [left for left in due if due[left] == 30] == list(range(8, 31))
    assert [left for left in due if due[left] == 7] == list(range(0, 8))
    assert due[-1] is due[61] is None


def found(session: Session, cast: Cast, key: int, who: str = "ada") -> qualifications.HeldLine:
    return qualifications.qualification_for(session, getattr(cast, who), key, "instructor")


def test_it_is_decided_once_by_somebody_else_and_its_holder_told(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    now = clock.now()
    key = state(session, cast, tmp_path, now)
    line = found(session, cast, key)
    how = {"by": cast.ivo, "now": now}
    with pytest.raises(Refused, match="Say why"):
        qualifications.decide(session, line, outcome="not-confirmed", words=" ", **how)
    with pytest.raises(Refused, match="Somebody else"):
        qualifications.decide(session, line, outcome="confirmed", words="", by=cast.leo, now=now)
    qualifications.decide(session, line, outcome="confirmed", words="Seen.", **how)
    with pytest.raises(Refused, match="already"):
        qualifications.decide(session, line, outcome="not-confirmed", words="No.", **how)
    told = session.scalars(sa.select(OutboxMessage.recipient)).all()
    assert told == ["leo@example.org"]


def test_strangers_find_nothing_and_learners_are_refused(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    key = state(session, cast, tmp_path, clock.now())
    for who, refusal in (("olga", NotFound), ("otto", NotFound), ("lena", Forbidden)):
        with pytest.raises(refusal):
            found(session, cast, key, who)
    lena = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    for act in (qualifications.own_for, lambda *a: qualifications.take_back(*a, clock.now())):
        with pytest.raises(NotFound):
            act(session, lena, key)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("kind", {"kind": "driving"}),
        ("issuer", {"issuer": " "}),
        ("issuer", {"issuer": "A\nboard"}),
        ("number", {"number": "9" * 61}),
        ("issued_on", {"issued_on": date(2999, 1, 1), "expires_on": date(2999, 1, 2)}),
        ("expires_on", {"issued_on": date(2020, 1, 2), "expires_on": date(2020, 1, 1)}),
        ("expires_on", {"issued_on": date(2020, 1, 2), "expires_on": date(2021, 1, 1)}),
        ("expires_on", {"expires_on": date(2199, 1, 1)}),
    ],
)
def test_what_cannot_be_so_is_told_with_its_field_and_leaves_no_file(
    session: Session, cast: Cast, tmp_path: Path, field: str, more: dict[str, object]
) -> None:
    with pytest.raises(qualifications.Unstated) as refusal:
        state(session, cast, tmp_path, clock.now(), **more)
    assert refusal.value.field == field
    assert not list(qualifications.proof_folder(tmp_path).glob("*/*"))


def test_one_form_sent_by_ten_tabs_states_it_once_with_one_file(
    app: Flask, cast: Cast, tmp_path: Path
) -> None:
    now = clock.now()
    answers = at_once(app, lambda session, _: state(session, cast, tmp_path, now), threads=10)
    assert len(set(map(str, answers))) == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Qualification)) == 1
    assert len(list(qualifications.proof_folder(tmp_path).glob("*/*"))) == 1


def test_taken_back_its_file_goes_and_the_row_explains_what_was_decided(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    now = clock.now()
    key = state(session, cast, tmp_path, now)
    qualifications.decide(
        session, found(session, cast, key), outcome="confirmed", words="", by=cast.ivo, now=now
    )
    leo = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    folder = qualifications.proof_folder(tmp_path)
    proofs.drop(folder, qualifications.take_back(session, leo, key, now))
    assert qualifications.list_of_learner(session, leo) == []
    assert not list(folder.glob("*/*"))
    kept = session.get_one(Qualification, key)
    assert (kept.outcome, len(kept.proof_sha256)) == ("confirmed", 64)
    with pytest.raises(NotFound):
        found(session, cast, key)


def test_who_lacks_what_is_asked_for(session: Session, cast: Cast, tmp_path: Path) -> None:
    now = clock.now()
    assert qualifications.list_lacking(session, cast.northgate, now.date()) == []
    key = state(session, cast, tmp_path, now)

    def lacking(on: date) -> dict[str, tuple[str, ...]]:
        lines = qualifications.list_lacking(session, cast.northgate, on)
        return {line.name.split()[0]: line.kinds for line in lines}

    both = ("life-support", "licence")
    assert lacking(now.date()) == {"Lena": both, "Leo": both}
    qualifications.decide(
        session, found(session, cast, key), outcome="confirmed", words="", by=cast.ivo, now=now
    )
    assert lacking(now.date()) == {"Lena": both, "Leo": ("licence",)}
    assert lacking(now.date() + timedelta(days=66))["Leo"] == both
    session.execute(sa.update(Enrolment).values(state="withdrawn"))
    assert lacking(now.date()) == {}


def write_reminders(app: Flask, at: datetime, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(clock, "now", lambda: at)
    return jobs.remind_of_expiry(app)


def test_reminders_are_written_once_each_until_a_newer_one_is_sent(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with app.app_context():
        key = state(db.session, cast, tmp_path, now)  # it expires in 65 days
        db.session.commit()
    in_days = lambda days: now + timedelta(days=days)  # noqa: E731
    assert write_reminders(app, in_days(10), monkeypatch) == 0  # nobody has looked at it
    with app.app_context():
        line = found(db.session, cast, key)
        how = {"words": "", "by": cast.ivo, "now": now}
        qualifications.decide(db.session, line, outcome="confirmed", **how)
        db.session.commit()
    written = [write_reminders(app, in_days(days), monkeypatch) for days in range(67)]
    assert [day for day, count in enumerate(written) if count] == [5, 35, 58]
    with app.app_context():
        kinds = db.session.scalars(
            sa.select(OutboxMessage.kind).where(OutboxMessage.key.like("qualification:%:_%"))
        ).all()
        assert kinds.count("reminder") == 3
        db.session.execute(sa.delete(OutboxMessage))
        row = db.session.get_one(Qualification, key)
        newer = {
            name: getattr(row, name)
            for name in Qualification.__table__.columns.keys()  # noqa: SIM118
            if name not in ("id", "ticket", "proof_name", "expires_on")
        }
        db.session.add(
            Qualification(
                **newer,
                ticket="3" * 32,
                proof_name="another",
                expires_on=row.expires_on + timedelta(days=700),
            )
        )
        db.session.commit()
    assert write_reminders(app, in_days(58), monkeypatch) == 0


def test_ten_sweeps_at_once_write_one_reminder(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with app.app_context():
        key = state(db.session, cast, tmp_path, now, expires_on=now.date() + timedelta(days=20))
        line = found(db.session, cast, key)
        qualifications.decide(db.session, line, outcome="confirmed", words="", by=cast.ivo, now=now)
        db.session.commit()
        (due,) = qualifications.list_due(db.session, now)
        shown = messages.preview(db.session, cast.northgate, messages.EXPIRING, now).reached
        assert [(each.key, each.is_new) for each in shown] == [(due.key, True)]
        assert (shown[0].parts[0].days, shown[0].days) == (20, 30)
    answers = at_once(
        app, lambda session, _: qualifications.remind(session, due, str, now), threads=10
    )
    assert sorted(map(bool, answers)) == [False] * 9 + [True]
    with app.app_context():
        assert qualifications.list_due(db.session, now) == []
        seen = messages.preview(db.session, cast.northgate, messages.EXPIRING, now)
        assert [each.is_new for each in seen.reached] == [False] and seen.new == 0
        with pytest.raises(NotFound):
            messages.find_rule(db.session, cast.northgate, messages.EXPIRING)


def test_files_that_no_row_names_go_after_a_day(
    session: Session, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms.services.proofs import files
    from tests.transcript_samples import picture

    state(session, cast, tmp_path, clock.now())
    folder = qualifications.proof_folder(tmp_path)
    proofs.keep(folder, picture())
    monkeypatch.setattr(files, "ORPHANED_AFTER_SECONDS", -60)
    assert qualifications.drop_orphans(session, folder) == 1
    assert len(list(folder.glob("*/*"))) == 1
