"""The schedule of a cohort: sessions planned, one or weekly, changed and cancelled."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.cohorts import Cohort
from lms.models.live import HoursEntry, LiveSession
from lms.services import audit, catalogue
from lms.services.cohorts import RunCohort, Seat
from lms.services.live import notices

LiveMode = Literal["in-person", "online", "hybrid"]
LIVE_MODES: tuple[LiveMode, ...] = ("in-person", "online", "hybrid")
LONGEST = timedelta(hours=12)
MOST_WEEKS = 52
MOST_SESSIONS = 400
# From so long before the beginning the room may show the code.
EARLY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned of a session; `starts` and `ends` are times on the programme's clocks.

    `minutes` is what it credits, breaks left out. `weeks` sessions follow each other weekly.
    """

    title: str
    starts: datetime
    ends: datetime
    minutes: int
    mode: LiveMode
    place: str = ""
    link: str = ""
    capacity: int | None = None
    led_by: str = ""
    module_key: str | None = None
    weeks: int = 1


@dataclass(frozen=True, slots=True)
class Live:
    """A session as it is planned, with the cohort it belongs to."""

    id: int
    cohort_id: int
    uid: str
    title: str
    module_key: str | None
    starts_at: datetime
    ends_at: datetime
    minutes: int
    mode: LiveMode
    place: str
    link: str
    capacity: int | None
    led_by: str
    revision: int
    changed_at: datetime
    cancelled_at: datetime | None

    def takes_codes(self, now: datetime) -> bool:
        """Whether attendance can be recorded by code: a little before it begins until it ends."""
        return self.cancelled_at is None and self.starts_at - EARLY <= now <= self.ends_at


class Unplanned(Refused):
    """A session that cannot be planned so; `field` is the part that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def instant_of(local: datetime, zone: str) -> datetime:
    """Return the instant at which clocks in an IANA zone show a local time.

    A time that the clocks skip is refused with ValueError; of one that they show twice the first
    is taken.
    """
    instant = local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) != local.replace(fold=0):
        raise ValueError(f"Clocks in {zone} never show {local:%Y-%m-%d %H:%M}.")
    return instant


def weekly(starts: datetime, ends: datetime, weeks: int) -> Iterator[tuple[datetime, datetime]]:
    """Yield the local times of weekly sessions: the same time of day each week, whatever the DST.

    Raises ValueError for fewer than one week.
    """
    if weeks < 1:
        raise ValueError("At least one session is planned.")
    for week in range(weeks):
        later = timedelta(weeks=week)
        yield starts + later, ends + later


def schedule(
    session: Session, cohort: RunCohort, plan: Plan, *, by: int, now: datetime
) -> list[int]:
    """Plan one session, or as many weekly ones as the plan says; return their ids in order.

    Raises Unplanned with the field that is wrong.
    """
    refuse_nonsense(session, cohort, plan)
    times = [
        _instants(replace(plan, starts=starts, ends=ends), cohort.time_zone)
        for starts, ends in weekly(plan.starts, plan.ends, plan.weeks)
    ]
    db.lock(session)
    session.execute(sa.select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    known = sa.select(sa.func.count()).where(LiveSession.cohort_id == cohort.id)
    if (session.scalar(known) or 0) + len(times) > MOST_SESSIONS:
        raise Unplanned("weeks", f"A cohort has at most {MOST_SESSIONS} sessions.")
    rows = []
    for starts_at, ends_at in times:
        row = LiveSession(cohort_id=cohort.id, uid=secrets.token_hex(16), made_by=by, made_at=now)
        _write(row, plan, starts_at, ends_at, now)
        session.add(row)
        rows.append(row)
    session.flush()
    for row in rows:
        _record(session, "live.scheduled", row, cohort, by, now)
    notices.tell_planned(session, cohort, [live_of(row) for row in rows], now)
    return [row.id for row in rows]


def _instants(plan: Plan, zone: str) -> tuple[datetime, datetime]:
    try:
        starts_at = instant_of(plan.starts, zone)
        ends_at = instant_of(plan.ends, zone)
    except ValueError as error:
        raise Unplanned("starts", f"{error} Choose another time.") from error
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise Unplanned("ends", "A session ends after it starts, within 12 hours.")
    if not timedelta(0) < timedelta(minutes=plan.minutes) <= ends_at - starts_at:
        raise Unplanned("minutes", "Credit at most the time from start to end.")
    return starts_at, ends_at


def change(
    session: Session, cohort: RunCohort, live_id: int, plan: Plan, *, by: int, now: datetime
) -> bool:
    """Change a session; return whether its time or place changed, which its learners are told.

    Once minutes are credited for it, time, mode, minutes and module stay: correct the minutes
    instead.
    """
    refuse_nonsense(session, cohort, replace(plan, weeks=1))
    starts_at, ends_at = _instants(plan, cohort.time_zone)
    row = _locked(session, cohort, live_id)
    before = live_of(row)
    fixed = (before.starts_at, before.ends_at, before.minutes, before.mode, before.module_key)
    wanted = (starts_at, ends_at, plan.minutes, plan.mode, plan.module_key)
    if fixed != wanted and _is_credited(session, live_id):
        raise Refused(
            "Minutes are credited for this session: its time, minutes, mode and module stay as "
            "they are. Correct the minutes of a learner instead."
        )
    booked = notices.count_booked(session, live_id)
    if plan.capacity is not None and plan.capacity < booked:
        raise Unplanned("capacity", f"{booked} learners hold a place already.")
    _write(row, plan, starts_at, ends_at, now)
    after = live_of(row)
    if replace(before, changed_at=now) == replace(after, changed_at=now):
        return False
    row.revision += 1
    session.flush()
    _record(session, "live.changed", row, cohort, by, now)
    told = ("starts_at", "ends_at", "place", "link", "mode")
    is_moved = any(getattr(before, name) != getattr(after, name) for name in told)
    if is_moved:
        notices.tell_changed(session, cohort, live_of(row), now)
    return is_moved


def cancel(session: Session, cohort: RunCohort, live_id: int, *, by: int, now: datetime) -> None:
    """Cancel a session and tell its learners; refused once minutes are credited for it."""
    row = _locked(session, cohort, live_id)
    if _is_credited(session, live_id):
        raise Refused("Minutes are credited for this session. Correct them first.")
    row.cancelled_at, row.cancelled_by = now, by
    row.changed_at = now
    row.revision += 1
    session.flush()
    _record(session, "live.cancelled", row, cohort, by, now)
    notices.tell_cancelled(session, cohort, live_of(row), now)


def live_for(session: Session, cohort: RunCohort, live_id: int) -> Live:
    """Return a session of a cohort; one of another cohort is not there."""
    row = session.scalar(
        sa.select(LiveSession).where(LiveSession.id == live_id, LiveSession.cohort_id == cohort.id)
    )
    if row is None:
        raise NotFound()
    return live_of(row)


def live_of_learner(session: Session, seat: Seat, live_id: int) -> Live:
    """Return a session of a learner's own cohort; any other is not there."""
    row = session.scalar(
        sa.select(LiveSession).where(
            LiveSession.id == live_id, LiveSession.cohort_id == seat.cohort_id
        )
    )
    if row is None:
        raise NotFound()
    return live_of(row)


def list_live(session: Session, cohort_id: int) -> list[Live]:
    """Return the sessions of a cohort in the order in which they are held."""
    query = sa.select(LiveSession).where(LiveSession.cohort_id == cohort_id)
    ordered = query.order_by(LiveSession.starts_at, LiveSession.id).limit(MOST_SESSIONS)
    return [live_of(row) for row in session.scalars(ordered)]


def live_of(row: LiveSession) -> Live:
    """Return a row as a value."""
    return Live(**{name: getattr(row, name) for name in Live.__slots__})


def _locked(session: Session, cohort: RunCohort, live_id: int) -> LiveSession:
    db.lock(session)
    row = session.scalar(
        sa.select(LiveSession)
        .where(LiveSession.id == live_id, LiveSession.cohort_id == cohort.id)
        .with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.cancelled_at is not None:
        raise Refused("This session is cancelled. Plan a new one.")
    return row


def _is_credited(session: Session, live_id: int) -> bool:
    found = sa.select(HoursEntry.id).where(HoursEntry.live_id == live_id).limit(1)
    return session.scalar(found) is not None


def _write(
    row: LiveSession, plan: Plan, starts_at: datetime, ends_at: datetime, now: datetime
) -> None:
    row.title, row.module_key, row.led_by = plan.title, plan.module_key, plan.led_by
    row.starts_at, row.ends_at, row.minutes, row.mode = starts_at, ends_at, plan.minutes, plan.mode
    row.place, row.link, row.capacity = plan.place, plan.link, plan.capacity
    row.changed_at = now


def refuse_nonsense(session: Session, cohort: RunCohort, plan: Plan) -> None:
    """Raise Unplanned for what no session can be."""
    if not plan.title.strip():
        raise Unplanned("title", "Give it a title.")
    if plan.mode not in LIVE_MODES:
        raise Unplanned("mode", "Choose how it is held.")
    if plan.mode != "online" and not plan.place.strip():
        raise Unplanned("place", "Say where people meet.")
    if plan.mode != "in-person" and not plan.link.strip():
        raise Unplanned("link", "Give the address at which people join.")
    if plan.link and not _is_web_address(plan.link):
        raise Unplanned("link", "Give an address that begins with https://.")
    if not 1 <= plan.weeks <= MOST_WEEKS:
        raise Unplanned("weeks", f"Plan from 1 to {MOST_WEEKS} weekly sessions.")
    if plan.capacity is not None and plan.capacity < 1:
        raise Unplanned("capacity", "Leave it empty, or enter at least 1.")
    if not is_module(session, cohort, plan.module_key):
        raise Unplanned("module", "Choose a module of the course.")


def is_module(session: Session, cohort: RunCohort, key: str | None) -> bool:
    """Whether a cohort's course has this module; None, the whole course, it always has."""
    modules = catalogue.release(session, cohort.release_id).course.modules
    return key is None or key in {each.key for each in modules}


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and text.isprintable()


def _record(
    session: Session, act: str, row: LiveSession, cohort: RunCohort, by: int, now: datetime
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act=act,
        subject=f"live session {row.id}",
        detail={
            "cohort": cohort.title,
            "title": row.title,
            "starts_at": row.starts_at.isoformat(),
            "minutes": row.minutes,
            "mode": row.mode,
            **({} if row.module_key is None else {"module": row.module_key}),
        },
    )
