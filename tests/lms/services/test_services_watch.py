"""Flags: they open and close by themselves, say why, keep what was done, and ask again when fed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

import courses
from lms import clock
from lms.db import db
from lms.errors import NotFound, Refused
from lms.models.assessment import Attempt
from lms.models.audit import AuditEntry
from lms.models.cohorts import Enrolment
from lms.models.sittings import SittingRule
from lms.models.watch import RiskFlag, RiskFlagAct
from lms.services import assessment, cohorts, watch
from tests.cast import THEN, Cast
from tests.kinds_course import RIGHT, give_every_kind
from tests.lms import report_samples as sample
from tests.lms.report_samples import LESSONS
from tests.races import at_once
from tests.stories import read_all, rows_of

DAY = timedelta(days=1)
MODULE = "first-module"


def run_by(session: Session, cast: Cast, account: int = 0) -> cohorts.RunCohort:
    return cohorts.cohort_for(session, account or cast.ivo, cast.autumn, "instructor")


def seen(session: Session, cast: Cast, now: datetime, seat: int = 0) -> list[tuple[str, str]]:
    """Return rule and subject of a learner's flags at an instant: Lena's, unless said."""
    flags = watch.flags_now(session, cast.autumn, now, seat or cast.lena_seat)
    return [(flag.rule, flag.subject) for flag in flags]


def only(session: Session, cast: Cast, **numbers: int | None) -> None:
    """Let only these rules hold in Northgate."""
    off = dict.fromkeys(courses.RISK_RULES)
    rules = courses.RiskRules(**{**off, **numbers})  # type: ignore[arg-type]
    watch.set_rules(session, cast.northgate, rules, by=cast.ada, now=THEN)


def sit_every_kind(
    session: Session, cast: Cast, now: datetime, *, wrong: dict[str, int | None]
) -> int:
    """Let Lena answer all right but these items, each with the certainty given; return it."""
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    attempt = assessment.start(session, seat, MODULE, seed=7, now=now)
    sitting = assessment.sitting_for(session, cast.lena, attempt)
    for number, slot in enumerate(sitting.paper.slots, start=1):
        item = sitting.bank.item(slot.item_id)
        # Enough is left out that the quiz is not passed, unless all is to be right.
        if item.kind == "constructed" or (wrong and not item.safety_critical):
            continue
        answer = RIGHT[item.id]
        if item.id in wrong:
            answer = {"single": "b", "multiple": "a,c"}.get(item.kind, "b")
        certainty = wrong.get(item.id, 2)
        assessment.save_response(
            session, cast.lena, attempt, slot=number, sequence=1, answer=answer, now=now,
            certainty=certainty,
        )  # fmt: skip
    assessment.submit(session, cast.lena, attempt, now)
    return attempt


@pytest.fixture
def kinds(session: Session, cast: Cast, tmp_path: Path) -> None:
    """The autumn cohort sits a quiz of every kind in which certainty is asked."""
    give_every_kind(session, tmp_path, cast, "{certainty: asked}")
    read_all(session, cast.lena, cast.lena_seat, THEN)


def test_the_first_learner_is_enough(session: Session, cast: Cast) -> None:
    """No crowd to be compared with: one learner, silent for a fortnight, is flagged with why."""
    session.execute(sa.delete(Enrolment).where(Enrolment.id == cast.leo_seat))
    only(session, cast, silent=14)
    assert watch.flags_now(session, cast.autumn, THEN + 13 * DAY) == []
    (flag,) = watch.flags_now(session, cast.autumn, THEN + 14 * DAY)
    assert (flag.rule, flag.learner, flag.why.since) == ("silent", "Lena Marković", THEN.date())
    assert flag.why.days_on((THEN + 14 * DAY).date()) == 14


def test_a_flag_opens_and_goes_away_by_itself_and_its_history_stays(
    session: Session, cast: Cast
) -> None:
    only(session, cast, silent=14)
    assert watch.go_through(session, cast.autumn, THEN + 20 * DAY) == (2, 0)
    assert watch.go_through(session, cast.autumn, THEN + 20 * DAY) == (0, 0)
    sample.opened(session, cast.lena_seat, LESSONS[0], at=THEN + 21 * DAY)
    assert watch.go_through(session, cast.autumn, THEN + 21 * DAY) == (0, 1)
    assert [flag.learner for flag in watch.flags_of_cohort(session, cast.autumn)] == [
        "Leo Ferreira"
    ]
    (old,) = watch.history_of(session, cast.lena_seat)
    assert (old.opened_at, old.closed_at) == (THEN + 20 * DAY, THEN + 21 * DAY)
    assert watch.go_through(session, cast.autumn, THEN + 40 * DAY)[0] == 1
    assert len(watch.history_of(session, cast.lena_seat)) == 2


def test_only_cohorts_in_which_something_changed_are_gone_through(
    session: Session, cast: Cast
) -> None:
    watch.go_through(session, cast.autumn, THEN)
    assert watch.list_changed(session, THEN) == []
    for change in (
        lambda: sample.read(session, cast.lena_seat, LESSONS[0]),
        lambda: sample.opened(session, cast.leo_seat, LESSONS[0]),
        lambda: sample.sit(session, cast.lena_seat, 1),
        lambda: only(session, cast, silent=3),
    ):
        change()
        assert watch.list_changed(session, THEN) == [cast.autumn]
        watch.go_through(session, cast.autumn, THEN)
        assert watch.list_changed(session, THEN) == []
    assert watch.list_changed(session, THEN + timedelta(hours=1)) == [cast.autumn]


@pytest.mark.usefixtures("kinds")
def test_what_the_sweep_kept_is_what_would_be_found_again(session: Session, cast: Cast) -> None:
    """The cheap way and the exact one agree, before a change and after it."""
    now = THEN + 20 * DAY
    sit_every_kind(session, cast, THEN + DAY, wrong={"K-SIN": 3})
    watch.go_through(session, cast.autumn, now)
    for change in (lambda: None, lambda: sample.opened(session, cast.leo_seat, LESSONS[0], at=now)):
        change()
        cheap = watch.current_flags(session, cast.autumn, now)
        exact = watch.flags_now(session, cast.autumn, now)
        assert [(flag.key, flag.why) for flag in cheap] == [(f.key, f.why) for f in exact] != []


def test_who_pauses_or_leaves_is_not_watched(session: Session, cast: Cast) -> None:
    only(session, cast, silent=14)
    now = THEN + 20 * DAY
    watch.go_through(session, cast.autumn, now)
    for state in ("paused", "withdrawn"):
        session.execute(sa.update(Enrolment).values(state=state))
        assert watch.flags_now(session, cast.autumn, now) == []
        assert watch.flags_of_cohort(session, cast.autumn) == []
    assert watch.go_through(session, cast.autumn, now) == (0, 2)


def test_behind_says_what_is_late_and_since_when(session: Session, cast: Cast) -> None:
    only(session, cast, behind=7)
    (flag,) = [
        flag
        for flag in watch.flags_now(session, cast.autumn, THEN + 175 * DAY)
        if flag.enrolment_id == cast.lena_seat
    ]
    assert (flag.why.count, flag.why.about[0]) == (2, "Lesson number 1")
    assert flag.why.since == date(2026, 10, 18)


@pytest.mark.usefixtures("kinds")
def test_wrong_and_certain_where_somebody_may_be_at_stake_is_flagged_at_once(
    session: Session, cast: Cast
) -> None:
    only(session, cast, certain=3, safety=2)
    sit_every_kind(session, cast, THEN + DAY, wrong={"K-SIN": 3})
    assert seen(session, cast, THEN + DAY) == [("certain", "K-SIN")]
    (flag,) = watch.flags_now(session, cast.autumn, THEN + DAY, cast.lena_seat)
    assert flag.why.about and flag.why.module_key == MODULE
    sit_every_kind(session, cast, THEN + 2 * DAY, wrong={})
    assert seen(session, cast, THEN + 2 * DAY) == []


@pytest.mark.usefixtures("kinds")
def test_a_safety_item_missed_twice_is_flagged_until_it_is_right(
    session: Session, cast: Cast
) -> None:
    only(session, cast, safety=2)
    for number in (1, 2):
        assert seen(session, cast, THEN + number * DAY) == []
        attempt = sit_every_kind(session, cast, THEN + number * DAY, wrong={"K-SIN": 1})
    assert seen(session, cast, THEN + 2 * DAY) == [("safety", "K-SIN")]
    # Voided, an attempt counts for nothing.
    session.execute(
        sa.update(Attempt).where(Attempt.id == attempt).values(voided_at=THEN, void_reason="x")
    )
    assert seen(session, cast, THEN + 2 * DAY) == []


def test_a_closing_quiz_is_flagged_and_stays_when_it_has_closed(
    session: Session, cast: Cast
) -> None:
    only(session, cast, window=7)
    closes = THEN + 30 * DAY
    session.add(
        SittingRule(
            cohort_id=cast.autumn, module_key=MODULE, closes_at=closes, set_by=cast.ada, set_at=THEN
        )
    )
    session.flush()
    assert seen(session, cast, closes - 8 * DAY) == []
    for now in (closes - 6 * DAY, closes + DAY):
        assert seen(session, cast, now) == [("window", f"quiz:{MODULE}")]
    sample.sit(session, cast.lena_seat, 3, at=THEN)
    assert seen(session, cast, closes - 6 * DAY) == []


def test_what_was_dealt_with_rests_until_its_day(session: Session, cast: Cast) -> None:
    only(session, cast, silent=14)
    now, cohort = THEN + 20 * DAY, run_by(session, cast)
    (flag,) = watch.flags_now(session, cast.autumn, now, cast.lena_seat)
    watch.settle(
        session, cohort, flag.key, outcome="contacted", words="Rang her.",
        again_on=(now + 7 * DAY).date(), by=cast.ivo, now=now,
    )  # fmt: skip
    (kept,) = watch.flags_now(session, cast.autumn, now, cast.lena_seat)
    assert kept.id is not None and kept.outcome == "contacted" and kept.note == "Rang her."
    assert not kept.needs_somebody((now + 6 * DAY).date())
    assert kept.needs_somebody((now + 7 * DAY).date())
    assert rows_of(session, RiskFlag) == 1


@pytest.mark.usefixtures("kinds")
def test_what_was_dealt_with_asks_again_once_its_cause_is_fed(session: Session, cast: Cast) -> None:
    only(session, cast, certain=3)
    sit_every_kind(session, cast, THEN + DAY, wrong={"K-SIN": 3})
    cohort, now = run_by(session, cast), THEN + 2 * DAY
    (flag,) = watch.flags_now(session, cast.autumn, now, cast.lena_seat)
    watch.settle(
        session, cohort, flag.key, outcome="teaching", words="", again_on=None, by=cast.ivo, now=now
    )
    watch.go_through(session, cast.autumn, now)
    assert not watch.flags_of_cohort(session, cast.autumn)[0].needs_somebody(now.date())
    sit_every_kind(session, cast, THEN + 3 * DAY, wrong={"K-SIN": 3})
    for flags in (
        watch.flags_now(session, cast.autumn, THEN + 3 * DAY),
        [watch.go_through(session, cast.autumn, THEN + 3 * DAY)]
        and watch.flags_of_cohort(session, cast.autumn),
    ):
        (flag,) = flags
        assert flag.outcome is None and flag.needs_somebody((THEN + 3 * DAY).date())


def test_acts_name_staff_of_the_programme_and_reach_the_trail_without_their_words(
    session: Session, cast: Cast
) -> None:
    only(session, cast, silent=14)
    now, cohort = THEN + 20 * DAY, run_by(session, cast)
    keys = [flag.key for flag in watch.flags_now(session, cast.autumn, now)]
    for stranger in (cast.otto, cast.lena, cast.olga):
        with pytest.raises(Refused):
            watch.give(session, cohort, keys, stranger, by=cast.ivo, now=now)
    assert watch.give(session, cohort, [*keys, "1/nonsense/"], cast.ada, by=cast.ivo, now=now) == 2
    assert watch.give(session, cohort, keys, cast.ada, by=cast.ivo, now=now) == 0
    watch.note(session, cohort, keys[0], "CANARY-WORDS", by=cast.ivo, now=now)
    assert {flag.owner for flag in watch.flags_of_cohort(session, cast.autumn)} == {"Ada Okafor"}
    with pytest.raises(NotFound):
        watch.note(session, cohort, f"{cast.lena_seat}/behind/", "x", by=cast.ivo, now=now)
    acts = session.scalars(sa.select(AuditEntry).where(AuditEntry.act.like("flag.%"))).all()
    assert [entry.act for entry in acts] == ["flag.given", "flag.given", "flag.noted"]
    assert not any("CANARY" in entry.detail for entry in acts)


def test_what_was_done_about_a_flag_is_never_changed(session: Session, cast: Cast) -> None:
    only(session, cast, silent=14)
    now = THEN + 20 * DAY
    (flag,) = watch.flags_now(session, cast.autumn, now, cast.lena_seat)
    watch.note(session, run_by(session, cast), flag.key, "Once.", by=cast.ivo, now=now)
    for statement in (sa.update(RiskFlagAct).values(words="Twice."), sa.delete(RiskFlagAct)):
        with pytest.raises(sa.exc.DatabaseError), session.begin_nested():
            session.execute(statement)


def test_a_note_is_written_once_and_only_about_learners_of_the_cohort(
    session: Session, cast: Cast
) -> None:
    cohort = run_by(session, cast)
    for _ in range(2):
        watch.write_note(
            session, cohort, cast.lena_seat, "Prefers mornings.", ticket="t", by=cast.ivo, now=THEN
        )
    (note,) = watch.list_notes(session, cast.lena_seat)
    assert (note.words, note.by) == ("Prefers mornings.", "Ivo Hansen")
    with pytest.raises(NotFound):
        watch.write_note(session, cohort, 99999, "x", ticket="u", by=cast.ivo, now=THEN)


@pytest.fixture
def queries(session: Session) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def test_flags_take_as_many_queries_for_thirty_learners_as_for_three(
    session: Session, cast: Cast, queries: list[str]
) -> None:
    counts = []
    for size in (1, 28):
        for number in range(size):
            seat = sample.learner(session, cast, f"P {size} {number}", number=100 * size + number)
            sample.sit(session, seat, 1)
        watch.go_through(session, cast.autumn, THEN + 60 * DAY)
        queries.clear()
        watch.flags_now(session, cast.autumn, THEN + 60 * DAY)
        live = len(queries)
        queries.clear()
        watch.flags_of_cohort(session, cast.autumn)
        counts.append((live, len(queries)))
    assert counts[0] == counts[1] and counts[0][1] == 1


def test_processes_that_sweep_at_once_open_a_flag_once(app: Flask, cast: Cast) -> None:
    def sweep(session: Session, _number: int) -> tuple[int, int]:
        return watch.go_through(session, cast.autumn, THEN + 20 * DAY)

    opened = [each[0] for each in at_once(app, sweep, threads=6)]  # type: ignore[index]
    with app.app_context():
        assert sorted(opened) == [0, 0, 0, 0, 0, rows_of(db.session, RiskFlag)]
        assert max(opened) > 0


def test_the_watchman_goes_through_cohorts_with_news(app: Flask, cast: Cast) -> None:
    settings = app.config["SETTINGS"]
    with app.app_context():
        assert watch.work(db.session, settings, clock.now) == 1
        assert watch.work(db.session, settings, clock.now) == 0


def test_one_cohort_that_fails_keeps_no_other_from_being_watched(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gone_through: list[int] = []

    def go_through(_session: Session, cohort: int, _now: datetime) -> None:
        gone_through.append(cohort)
        if len(gone_through) == 1:
            raise ValueError("unreadable")

    monkeypatch.setattr("lms.services.watch.watchman.list_changed", lambda *_: [3, 4])
    monkeypatch.setattr("lms.services.watch.watchman.go_through", go_through)
    with app.app_context():
        assert watch.work(db.session, app.config["SETTINGS"], clock.now) == 2
    assert gone_through == [3, 4] and "The watch over cohort 3 failed" in caplog.text


def test_a_cohort_read_in_portions_has_the_flags_it_has_as_a_whole(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        seat = sample.learner(session, cast, f"P {number}", number=number)
        sample.sit(session, seat, 1)
    session.commit()
    monkeypatch.setattr("lms.services.watch.facts.PORTION", 2)
    now = THEN + 60 * DAY
    expected = {(flag.key, flag.why) for flag in watch.flags_now(session, cast.autumn, now)}
    opened, _ = watch.go_through(session, cast.autumn, now)
    kept = {(flag.key, flag.why) for flag in watch.flags_of_cohort(session, cast.autumn)}
    assert kept == expected and opened == len(expected) > 5
