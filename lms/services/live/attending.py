"""Attendance by the rotating code of the room: tried, taken once, and told when passed on."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import Refused
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.live import CodeTry, HoursEntry, LiveBooking, LiveSession
from lms.services import accounts, cohorts
from lms.services.cohorts import Seat
from lms.services.live import codes, ledger, notices
from lms.services.live.schedule import EARLY, Live, live_of

# So many wrong codes in so long, then somebody has to wait: each guess is right twice in a million.
MOST_WRONG = 5
WRONG_LASTS = timedelta(minutes=5)
# With fewer tries than this, which network is the room's cannot be told.
FEWEST_OF_A_ROOM = 3

Answer = Literal["credited", "known", "passed", "wrong"]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that takes somebody's code now, and their seat in its cohort."""

    live: Live
    seat: Seat
    is_credited: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a code was typed: something that names the device, and the network's address."""

    device: str
    network: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What the tries of a session tell, by name: to be asked about, and proof of nothing.

    `passed` typed a code whose time was over, as one does who got it from somebody else. Those in
    one tuple of `shared` used the same device. `elsewhere` typed it on another network than most
    of the room. `wrong` counts codes that never were.
    """

    passed: tuple[str, ...]
    shared: tuple[tuple[str, ...], ...]
    elsewhere: tuple[str, ...]
    wrong: int

    @property
    def is_quiet(self) -> bool:
        """Whether there is nobody to ask."""
        return not (self.passed or self.shared or self.elsewhere)


def list_open(session: Session, account_id: int, now: datetime) -> list[OpenSession]:
    """Return the sessions that take this person's code now, the one that began last first."""
    seats = {
        seat.cohort_id: seat
        for seat in cohorts.list_seats(session, account_id)
        if seat.state == "active"
    }
    credited = sa.select(HoursEntry.live_id).where(
        HoursEntry.enrolment_id.in_([seat.enrolment_id for seat in seats.values()]),
        HoursEntry.minutes > 0,
        ledger.STANDS,
    )
    query = (
        sa.select(LiveSession, LiveSession.id.in_(credited))
        .where(LiveSession.cohort_id.in_(seats), LiveSession.cancelled_at.is_(None))
        .where(LiveSession.starts_at <= now + EARLY, LiveSession.ends_at >= now)
        .order_by(LiveSession.starts_at.desc(), LiveSession.id)
    )
    return [
        OpenSession(live_of(row), seats[row.cohort_id], is_credited)
        for row, is_credited in session.execute(query)
    ]


def check_in(
    session: Session,
    found: OpenSession,
    typed: str,
    *,
    mode: courses.Mode,
    secret: str,
    origin: Origin,
    now: datetime,
) -> Answer:
    """Credit a session to a learner who typed its code; every try is kept, and counted.

    To be credited before is no fault: the same code twice changes nothing. Refused after too many
    wrong codes, for a session that is not open, without a place where places are limited, and to
    staff who can have the code shown wherever they are.
    """
    live, seat = found.live, found.seat
    if not live.takes_codes(now):
        raise Refused("This session takes no codes now. Ask whoever leads it.")
    if mode == "asynchronous":
        raise Refused("A code shows that you were there at the time.")
    role = accounts.role_in(session, seat.account_id, seat.programme_id)
    if accounts.satisfies(role, "instructor"):
        raise Refused("The code is yours to show, so it proves nothing of you. Ask to be ticked.")
    db.lock(session)
    # One try of a person at a time, so that guesses cannot race past their count.
    session.execute(
        sa.select(Enrolment.id).where(Enrolment.id == seat.enrolment_id).with_for_update()
    ).one()
    if ledger.is_credited(session, live.id, seat.enrolment_id):
        return "known"
    _refuse_guessing(session, live.id, seat.enrolment_id, now)
    key = codes.key_of(secret, live.uid)
    match = codes.match(key, typed, now)
    session.add(
        CodeTry(
            live_id=live.id,
            enrolment_id=seat.enrolment_id,
            outcome=match.outcome,
            step=match.step,
            device=codes.digest_of(key, origin.device),
            network=codes.digest_of(key, origin.network),
            tried_at=now,
        )
    )
    session.flush()
    if match.outcome != "taken":
        return match.outcome
    _refuse_without_place(session, live, seat.enrolment_id)
    ledger.credit(
        session,
        live,
        seat,
        seat.enrolment_id,
        mode=mode,
        minutes=live.minutes,
        evidence="code",
        by=seat.account_id,
        now=now,
    )
    return "credited"


def _refuse_guessing(session: Session, live_id: int, enrolment_id: int, now: datetime) -> None:
    wrong = session.scalar(
        sa.select(sa.func.count()).where(
            CodeTry.live_id == live_id,
            CodeTry.enrolment_id == enrolment_id,
            CodeTry.outcome != "taken",
            CodeTry.tried_at > now - WRONG_LASTS,
        )
    )
    if (wrong or 0) >= MOST_WRONG:
        raise Refused(
            "That were many wrong codes. Wait five minutes, or ask whoever leads the session to "
            "tick you on the roster."
        )


def _refuse_without_place(session: Session, live: Live, enrolment_id: int) -> None:
    if live.capacity is None:
        return
    held = sa.select(LiveBooking.id).where(
        LiveBooking.live_id == live.id, LiveBooking.enrolment_id == enrolment_id
    )
    if session.scalar(held) is None and notices.count_booked(session, live.id) >= live.capacity:
        raise Refused(
            "Every place of this session is held by somebody else. If you are there all the same, "
            "ask whoever leads it to tick you on the roster."
        )


def signs_of(session: Session, live: Live) -> Signs:
    """Return what the tries of a session tell about codes passed on."""
    query = (
        sa.select(Account.full_name, CodeTry.outcome, CodeTry.device, CodeTry.network)
        .join(Enrolment, Enrolment.id == CodeTry.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .where(CodeTry.live_id == live.id)
        .order_by(CodeTry.id)
    )
    tries = session.execute(query).all()
    devices: dict[str, dict[str, None]] = {}
    networks: dict[str, str] = {}
    for name, outcome, device, network in tries:
        if outcome == "taken":
            networks[name] = network
            if device:
                devices.setdefault(device, {})[name] = None
    return Signs(
        passed=tuple(dict.fromkeys(each[0] for each in tries if each.outcome == "passed")),
        shared=tuple(tuple(names) for names in devices.values() if len(names) > 1),
        elsewhere=_elsewhere(networks) if live.mode == "in-person" else (),
        wrong=sum(each.outcome == "wrong" for each in tries),
    )


def _elsewhere(networks: dict[str, str]) -> tuple[str, ...]:
    """Return who typed the code on another network than most; nobody when no network has most."""
    counts = Counter(networks.values())
    if len(networks) < FEWEST_OF_A_ROOM:
        return ()
    room, most = counts.most_common(1)[0]
    if 2 * most <= len(networks):
        return ()
    return tuple(name for name, network in networks.items() if network != room)
