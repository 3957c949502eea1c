"""Attendance: by code or roster, credited once, put right by rows that say why."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms import clock
from lms.db import db
from lms.errors import LmsError, NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.live import HoursEntry, LiveSession
from lms.services import cohorts, live
from lms.services.live import ledger
from tests.cast import THEN, Cast
from tests.live_samples import autumn, local, on, plan
from tests.races import at_once

SECRET = "s" * 48
ORIGIN = live.Origin("a-phone", "192.0.2.7")


def code(held: live.Live, at: datetime) -> str:
    return live.code_of(live.key_of(SECRET, held.uid), live.step_of(at))


def type_code(
    session: Session, account: int, typed: str, now: datetime, origin: live.Origin = ORIGIN
) -> str:
    (found,) = live.list_open(session, account, now)
    return live.check_in(
        session, found, typed, mode="in-person", secret=SECRET, origin=origin, now=now
    )


def minutes_of(session: Session, enrolment: int) -> int:
    return sum(each.minutes for each in live.list_credits(session, enrolment))


# --- codes ---


def test_a_code_credits_once_however_often_it_is_typed(session: Session, cast: Cast) -> None:
    now = clock.now()
    held = on(session, cast, now)
    assert type_code(session, cast.lena, code(held, now), now) == "credited"
    assert type_code(session, cast.lena, code(held, now), now) == "known"
    assert minutes_of(session, cast.lena_seat) == held.minutes == 105


def test_a_code_lives_a_minute_at_most_and_an_older_one_is_told(
    session: Session, cast: Cast
) -> None:
    now = clock.now()
    held = on(session, cast, now)
    fresh, passed = code(held, now - timedelta(seconds=30)), code(held, now - timedelta(seconds=61))
    assert type_code(session, cast.leo, passed, now) == "passed"
    assert minutes_of(session, cast.leo_seat) == 0
    assert type_code(session, cast.lena, f"{fresh[:3]} {fresh[3:]}", now) == "credited"
    signs = live.signs_of(session, held)
    assert signs.passed == ("Leo Ferreira",) and not signs.is_quiet


def test_guessing_is_stopped_after_five_and_the_right_code_with_it(
    session: Session, cast: Cast
) -> None:
    now = clock.now()
    held = on(session, cast, now)
    right = code(held, now)
    wrong = next(f"{n:06}" for n in range(10**6) if f"{n:06}" != right)
    for _ in range(live.MOST_WRONG):
        assert type_code(session, cast.lena, wrong, now) in ("wrong", "passed")
    with pytest.raises(Refused, match="five minutes"):
        type_code(session, cast.lena, right, now)
    later = now + timedelta(minutes=6)
    assert type_code(session, cast.lena, code(held, later), later) == "credited"


def test_the_code_of_one_session_opens_no_other_and_needs_the_secret(cast: Cast) -> None:
    step = live.step_of(THEN)
    codes = {live.code_of(live.key_of(SECRET, f"{n:032x}"), step) for n in range(50)}
    assert len(codes) > 45
    assert live.key_of(SECRET, "a") != live.key_of("t" * 48, "a")


def test_codes_are_those_of_another_implementation() -> None:
    """RFC 6238 with SHA-256, as an authenticator would show them."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    key = live.key_of(SECRET, "a" * 32)
    other = TOTP(key, 6, SHA256(), 30)
    for hours in range(200):
        at = THEN + timedelta(hours=hours, seconds=7 * hours)
        assert live.code_of(key, live.step_of(at)) == other.generate(int(at.timestamp())).decode()


def test_one_device_for_two_and_another_network_are_signs(session: Session, cast: Cast) -> None:
    now = clock.now()
    held = on(session, cast, now, mode="in-person", link="")
    people = [*more_learners(session, cast, 3), cast.lena, cast.leo]
    for place, account in enumerate(people):
        origin = live.Origin(
            "one" if place < 2 else f"own {place}",
            "198.51.100.1" if account == cast.leo else "192.0.2.7",
        )
        assert type_code(session, account, code(held, now), now, origin) == "credited"
    signs = live.signs_of(session, held)
    assert [len(names) for names in signs.shared] == [2]
    assert signs.elsewhere == ("Leo Ferreira",)


def more_learners(session: Session, cast: Cast, number: int) -> list[int]:
    """Enrol further people in the autumn cohort; return their accounts."""
    ids = []
    for place in range(number):
        account = Account(
            email=f"learner-{place}@example.org",
            password="x",
            active=True,
            fs_uniquifier=f"learner-{place}",
            confirmed_at=THEN,
            full_name=f"Learner {place}",
            profession="Nurse",
            created_at=THEN,
        )
        session.add(account)
        session.flush()
        session.add(Enrolment(cohort_id=cast.autumn, account_id=account.id, enrolled_at=THEN))
        ids.append(account.id)
    session.flush()
    return ids


def test_neither_strangers_nor_who_has_left_find_a_session_to_attend(
    session: Session, cast: Cast
) -> None:
    now = clock.now()
    on(session, cast, now)
    session.execute(
        sa.update(Enrolment).where(Enrolment.id == cast.leo_seat).values(state="paused")
    )
    assert len(live.list_open(session, cast.lena, now)) == 1
    for account in (cast.leo, cast.otto, cast.olga):
        assert live.list_open(session, account, now) == []


# --- the ledger ---


def test_fifty_checks_in_at_once_credit_once(app: Flask, cast: Cast) -> None:
    now = clock.now()
    with app.app_context():
        held = on(db.session, cast, now)
        db.session.commit()
    typed = code(held, now)
    answers = at_once(app, lambda session, _: type_code(session, cast.lena, typed, now))
    assert sorted(map(str, answers)) == ["credited"] + ["known"] * 49
    with app.app_context():
        assert minutes_of(db.session, cast.lena_seat) == held.minutes


def test_roster_and_code_do_not_add_up(session: Session, cast: Cast) -> None:
    now = clock.now()
    held, run = on(session, cast, now), autumn(session, cast)
    how = {"mode": "live-online", "minutes": 60, "by": cast.ivo, "now": now}
    both = [cast.lena_seat, cast.leo_seat]
    assert live.tick(session, run, held, both, **how) == (2, [])
    assert live.tick(session, run, held, both, **how) == (0, [])
    assert type_code(session, cast.lena, code(held, now), now) == "known"
    assert minutes_of(session, cast.lena_seat) == 60


def test_nobody_is_credited_for_two_places_at_once(session: Session, cast: Cast) -> None:
    now = clock.now()
    run = autumn(session, cast)
    first, second = on(session, cast, now), on(session, cast, now, title="At the same time")
    how = {"minutes": 60, "by": cast.ivo, "now": now}
    live.tick(session, run, first, [cast.lena_seat], mode="in-person", **how)
    credited, refused = live.tick(
        session, run, second, [cast.lena_seat, cast.leo_seat], mode="live-online", **how
    )
    assert credited == 1 and len(refused) == 1 and "Lena" in refused[0]
    # Its recording can be watched on another day.
    assert live.tick(session, run, second, [cast.lena_seat], mode="asynchronous", **how)[0] == 1


def test_a_correction_stands_beside_what_it_corrects_and_only_one_wins(
    session: Session, cast: Cast
) -> None:
    now = clock.now()
    held, run = on(session, cast, now), autumn(session, cast)
    how = {"by": cast.ivo, "now": now}
    live.tick(session, run, held, [cast.leo_seat], mode="in-person", minutes=105, **how)
    (entry,) = live.list_entries(session, held.id)
    put = {"mode": "in-person", "reason": "Left after the break.", **how}
    with pytest.raises(Refused, match="Say why"):
        live.correct(session, held, run, entry.id, **{**put, "minutes": 50, "reason": " "})
    live.correct(session, held, run, entry.id, minutes=50, **put)
    with pytest.raises(Refused, match="meanwhile"):
        live.correct(session, held, run, entry.id, minutes=40, **put)
    assert minutes_of(session, cast.leo_seat) == 50
    _, corrected = live.list_entries(session, held.id)
    live.correct(session, held, run, corrected.id, minutes=0, **put)
    assert minutes_of(session, cast.leo_seat) == 0
    assert live.minutes_by_mode(session, [cast.leo_seat]) == {}
    # What was taken back is not credited anew by a code: a person decided it.
    assert type_code(session, cast.leo, code(held, now), now) == "known"


@pytest.mark.parametrize("table", ["hours", "live_code_tries"])
def test_what_happened_cannot_be_rewritten(session: Session, cast: Cast, table: str) -> None:
    now = clock.now()
    held = on(session, cast, now)
    type_code(session, cast.lena, code(held, now), now)
    session.commit()
    for statement in (f"UPDATE {table} SET live_id = live_id", f"DELETE FROM {table}"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            session.execute(sa.text(statement))
        session.rollback()


def test_once_credited_a_session_keeps_its_time_and_minutes(session: Session, cast: Cast) -> None:
    now = clock.now()
    held, run = on(session, cast, now), autumn(session, cast)
    how = {"by": cast.ivo, "now": now}
    live.tick(session, run, held, [cast.leo_seat], mode="in-person", minutes=105, **how)
    wanted = plan(now - timedelta(minutes=10))
    with pytest.raises(Refused, match="credited"):
        live.change(session, run, held.id, replace(wanted, minutes=30), **how)
    with pytest.raises(Refused, match="credited"):
        live.cancel(session, run, held.id, **how)
    live.change(session, run, held.id, replace(wanted, title="A better title"), **how)


def test_nobody_ticks_themselves_or_before_it_begins(session: Session, cast: Cast) -> None:
    now = clock.now()
    session.add(Enrolment(cohort_id=cast.autumn, account_id=cast.ivo, enrolled_at=THEN))
    session.flush()
    own = session.scalars(sa.select(Enrolment.id).where(Enrolment.account_id == cast.ivo)).one()
    held, run = on(session, cast, now), autumn(session, cast)
    how = {"mode": "in-person", "minutes": 60, "by": cast.ivo}
    with pytest.raises(Refused, match="Somebody else"):
        live.tick(session, run, held, [own], now=now, **how)
    with pytest.raises(Refused, match="from the beginning"):
        live.tick(session, run, held, [cast.leo_seat], now=now - timedelta(hours=1), **how)


def test_a_session_of_another_cohort_is_not_there(session: Session, cast: Cast) -> None:
    held, run = on(session, cast, clock.now()), autumn(session, cast)
    elsewhere = Cohort(
        programme_id=cast.southgate,
        release_id=cast.release,
        title="Southern",
        starts_on=run.starts_on,
        due_on=run.due_on,
        created_at=THEN,
    )
    session.add(elsewhere)
    session.flush()
    other = cohorts.cohort_for(session, cast.olga, elsewhere.id, "instructor")
    for act in (
        lambda: live.live_for(session, other, held.id),
        lambda: live.cancel(session, other, held.id, by=cast.olga, now=THEN),
    ):
        with pytest.raises(NotFound):
            act()


# --- places ---


def test_the_last_place_goes_to_one_of_fifty(app: Flask, cast: Cast) -> None:
    now = clock.now()
    with app.app_context():
        accounts = [*more_learners(db.session, cast, 48), cast.lena, cast.leo]
        run, wanted = autumn(db.session, cast), plan(now + timedelta(days=1), capacity=7)
        (made,) = live.schedule(db.session, run, wanted, by=cast.ivo, now=now)
        seats = [cohorts.list_seats(db.session, account)[0] for account in accounts]
        db.session.commit()

    def take(session: Session, number: int) -> bool:
        seat = seats[number]
        live.book(session, seat, live.live_of_learner(session, seat, made), now)
        return True

    answers = at_once(app, take)
    assert sum(answer is True for answer in answers) == 7
    assert all("Every place" in each.message for each in answers if isinstance(each, LmsError))


def test_a_code_needs_a_place_where_all_are_taken(session: Session, cast: Cast) -> None:
    now = clock.now()
    held = on(session, cast, now, capacity=1)
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    live.book(session, seat, replace(held, starts_at=now + timedelta(hours=1)), now)
    with pytest.raises(Refused, match="place"):
        type_code(session, cast.leo, code(held, now), now)
    assert type_code(session, cast.lena, code(held, now), now) == "credited"


# --- what waits ---


def test_a_session_without_a_roster_waits_for_a_person(session: Session, cast: Cast) -> None:
    now = clock.now()
    held = on(session, cast, now)
    over = now + timedelta(hours=3)
    assert live.waiting_for(session, cast.northgate, now) == []
    (waiting,) = live.waiting_for(session, cast.northgate, over)
    assert (waiting.kind, waiting.values) == ("roster", {"cohort": cast.autumn, "live": held.id})
    assert live.waiting_for(session, cast.southgate, over) == []
    type_code(session, cast.lena, code(held, now), now)
    assert live.waiting_for(session, cast.northgate, over) == []


def test_the_weak_twin_that_asks_before_it_inserts_would_credit_twice(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the index that decides, a second row of the same session goes in: it has to hold."""
    now = clock.now()
    with app.app_context():
        held = on(db.session, cast, now)
        row = {
            "enrolment_id": cast.lena_seat, "live_id": held.id, "release_id": cast.release,
            "held_on": now.date(), "minutes": 60, "mode": "in-person", "evidence": "roster",
            "reason": "", "recorded_by": cast.ivo, "recorded_at": now,
        }  # fmt: skip
        db.session.execute(sa.insert(HoursEntry), [row])
        db.session.commit()
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.insert(HoursEntry), [row])
        db.session.rollback()
        db.session.execute(sa.text("DROP INDEX ix_hours_once_per_learner_and_session"))
        db.session.execute(sa.insert(HoursEntry), [row])
        assert minutes_of(db.session, cast.lena_seat) == 120
        assert ledger.is_credited(db.session, held.id, cast.lena_seat)
        assert local(now).tzinfo is None and db.session.get(LiveSession, held.id)


# --- what counts by topic ---


def by_topic(session: Session, seat: int) -> list[tuple[str | None, int]]:
    found = live.live_minutes_of(session, [seat]).get(seat, ())
    return [(each.module_key, each.minutes) for each in found]


def test_minutes_say_which_module_they_were_held_for(session: Session, cast: Cast) -> None:
    now = clock.now()
    run, how = autumn(session, cast), {"by": cast.ivo, "now": now}
    held = on(session, cast, now, module_key="first-module")
    whole = on(session, cast, now - timedelta(hours=3))
    assert type_code(session, cast.lena, code(held, now), now) == "credited"
    live.tick(session, run, held, [cast.leo_seat], mode="in-person", minutes=40, **how)
    live.tick(session, run, whole, [cast.leo_seat], mode="in-person", minutes=105, **how)
    assert by_topic(session, cast.lena_seat) == [("first-module", held.minutes)]
    assert by_topic(session, cast.leo_seat) == [("first-module", 40)]
    # By mode all of it counts, whatever it was held for.
    assert minutes_of(session, cast.leo_seat) == 145


def test_once_credited_a_session_keeps_its_module(session: Session, cast: Cast) -> None:
    """What was credited for a module counts for it, whatever is planned afterwards."""
    now = clock.now()
    run, how = autumn(session, cast), {"by": cast.ivo, "now": now}
    held = on(session, cast, now, module_key="first-module")
    live.tick(session, run, held, [cast.leo_seat], mode="in-person", minutes=105, **how)
    with pytest.raises(Refused, match="module stay"):
        live.change(session, run, held.id, plan(now - timedelta(minutes=10)), **how)


def test_a_correction_puts_the_module_right_or_leaves_it(session: Session, cast: Cast) -> None:
    now = clock.now()
    run = autumn(session, cast)
    held = on(session, cast, now)
    how = {"mode": "in-person", "by": cast.ivo, "now": now}
    live.tick(session, run, held, [cast.leo_seat], minutes=105, **how)
    assert by_topic(session, cast.leo_seat) == []

    def correct(**more: object) -> None:
        latest = live.list_entries(session, held.id)[-1]
        live.correct(session, held, run, latest.id, reason="Put right.", **how, **more)  # type: ignore[arg-type]

    with pytest.raises(Refused, match="a module of the course"):
        correct(minutes=105, module_key="of-another-course")
    correct(minutes=105, module_key="first-module")
    assert by_topic(session, cast.leo_seat) == [("first-module", 105)]
    correct(minutes=60)
    assert by_topic(session, cast.leo_seat) == [("first-module", 60)]
    with pytest.raises(Refused, match="what it says already"):
        correct(minutes=60)
    correct(minutes=60, module_key=None)
    assert by_topic(session, cast.leo_seat) == []
    entries = live.list_entries(session, held.id)
    assert [each.module_key for each in entries] == [None, "first-module", "first-module", None]


def test_a_list_of_learners_tells_their_minutes_as_the_ledger_does(
    session: Session, cast: Cast
) -> None:
    now = clock.now()
    run, how = autumn(session, cast), {"by": cast.ivo, "now": now}
    for hours, key in ((9, "first-module"), (6, None), (3, "first-module")):
        held = on(session, cast, now - timedelta(hours=hours), module_key=key)
        live.tick(session, run, held, [cast.leo_seat], mode="in-person", minutes=50 + hours, **how)
    told = session.execute(sa.select(Enrolment.id, live.told_minutes())).all()
    read = {seat: live.read_minutes(text) for seat, text in told}
    assert read == {
        cast.lena_seat: (),
        cast.leo_seat: tuple(live.live_minutes_of(session, [cast.leo_seat])[cast.leo_seat]),
    }
    assert [each.minutes for each in read[cast.leo_seat]] == [59, 53]
