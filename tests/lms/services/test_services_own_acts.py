"""Staff who learn in their own programme: nobody decides about themselves, somebody else has to."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lms import clock
from lms.errors import Refused
from lms.models.cohorts import WaitingPlace
from lms.services import cohorts, faculty, live
from lms.services.live import ledger
from tests.cast import THEN, Cast
from tests.live_samples import autumn, on


def seated(session: Session, cast: Cast, account: int) -> int:
    """Give somebody of the staff a place in the cohort that they teach or administer."""
    return cohorts.place(session, account_id=account, cohort_id=cast.autumn, by=cast.dina, now=THEN)


def test_nobody_gives_themselves_more_time(session: Session, cast: Cast) -> None:
    seat, run = seated(session, cast, cast.ivo), autumn(session, cast)
    how = {"module_key": None, "until": run.due_on + timedelta(days=9), "reason": "-", "now": THEN}
    with pytest.raises(Refused, match="own place"):
        cohorts.extend(session, run, seat, by=cast.ivo, **how)  # type: ignore[arg-type]
    cohorts.extend(session, run, seat, by=cast.ed, **how)  # type: ignore[arg-type]


def test_nobody_takes_themselves_in_again_or_moves_themselves(session: Session, cast: Cast) -> None:
    seat, run = seated(session, cast, cast.ada), autumn(session, cast)
    how = {"reason": "-", "now": THEN}
    cohorts.change_state(session, run, seat, "withdraw", by=cast.dina, **how)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="own place"):
        cohorts.change_state(session, run, seat, "rejoin", by=cast.ada, **how)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="own place"):
        cohorts.move(session, run, seat, to=run.id, by=cast.ada, **how)  # type: ignore[arg-type]
    cohorts.change_state(session, run, seat, "rejoin", by=cast.dina, **how)  # type: ignore[arg-type]


def test_nobody_corrects_their_own_hours(session: Session, cast: Cast) -> None:
    now, seat = clock.now(), seated(session, cast, cast.ivo)
    held, run = on(session, cast, now), autumn(session, cast)
    how = {"mode": "in-person", "now": now}
    live.tick(session, run, held, [seat], minutes=10, by=cast.ed, **how)  # type: ignore[arg-type]
    (entry,) = (each for each in ledger.list_entries(session, held.id))
    more = {"minutes": held.minutes, "reason": "I stayed", **how}
    with pytest.raises(Refused, match="own place"):
        ledger.correct(session, held, run, entry.id, by=cast.ivo, **more)  # type: ignore[arg-type]
    ledger.correct(session, held, run, entry.id, by=cast.ed, **more)  # type: ignore[arg-type]


def test_a_code_that_somebody_may_show_proves_nothing_of_them(session: Session, cast: Cast) -> None:
    now, _seat = clock.now(), seated(session, cast, cast.ivo)
    held, secret = on(session, cast, now), "s" * 48
    (found,) = live.list_open(session, cast.ivo, now)
    code = live.code_of(live.key_of(secret, held.uid), live.step_of(now))
    how = {"mode": "in-person", "secret": secret, "now": now, "origin": live.Origin("a", "b")}
    with pytest.raises(Refused, match="yours to show"):
        live.check_in(session, found, code, **how)  # type: ignore[arg-type]
    assert ledger.list_entries(session, held.id) == []


def test_no_director_confers_completion_on_themselves(session: Session, cast: Cast) -> None:
    own = cohorts.seat_for(session, cast.dina, seated(session, cast, cast.dina))
    with pytest.raises(Refused, match="your own completion"):
        faculty.confer_on(session, own, by=cast.dina, now=THEN)
    leo = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    assert faculty.confer_on(session, leo, by=cast.dina, now=THEN)


def test_nobody_takes_themselves_in_past_the_queue(session: Session, cast: Cast) -> None:
    run = autumn(session, cast)
    waiting = WaitingPlace(cohort_id=cast.autumn, account_id=cast.ada, joined_at=THEN)
    session.add(waiting)
    session.flush()
    with pytest.raises(Refused, match="in the queue"):
        cohorts.take_in(session, run, waiting.id, by=cast.ada, now=THEN)
    assert cohorts.take_in(session, run, waiting.id, by=cast.dina, now=THEN)
