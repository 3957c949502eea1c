"""The ledger of hours: minutes credited once for a session, corrected by rows that say why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.live import HoursEntry, LiveSession
from lms.services import audit, cohorts
from lms.services.cohorts import RunCohort, Seat
from lms.services.live.schedule import Live, is_module

Evidence = Literal["code", "roster"]
# In which modes somebody may attend a session that is held in one.
ATTENDED_AS: Mapping[str, tuple[courses.Mode, ...]] = {
    "in-person": ("in-person", "asynchronous"),
    "online": ("live-online", "asynchronous"),
    "hybrid": ("in-person", "live-online", "asynchronous"),
}
LONGEST_REASON = 300
SAME_MODULE = "as it was"
"""Stands for the module of the entry that a correction is about; no key of a module has spaces."""


class Overlapping(Refused):
    """Somebody cannot be in two sessions at the same time."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Minutes credited to a learner as they stand now, after the corrections before it.

    `module_key` is the module they were held for; None counts by mode alone.
    """

    id: int
    enrolment_id: int
    live_id: int
    title: str
    module_key: str | None
    held_on: date
    minutes: int
    mode: courses.Mode
    evidence: Evidence
    corrects_id: int | None
    reason: str
    recorded_by: str
    recorded_at: datetime

    @property
    def is_correction(self) -> bool:
        """Whether it stands for an earlier entry."""
        return self.corrects_id is not None


def _entries() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            HoursEntry.id,
            HoursEntry.enrolment_id,
            HoursEntry.live_id,
            LiveSession.title,
            HoursEntry.module_key,
            HoursEntry.held_on,
            HoursEntry.minutes,
            HoursEntry.mode,
            HoursEntry.evidence,
            HoursEntry.corrects_id,
            HoursEntry.reason,
            Account.full_name,
            HoursEntry.recorded_at,
        )
        .join(LiveSession, LiveSession.id == HoursEntry.live_id)
        .join(Account, Account.id == HoursEntry.recorded_by)
    )


_later = so.aliased(HoursEntry)
# Nobody corrected it: it is what counts.
STANDS = ~sa.exists().where(_later.corrects_id == HoursEntry.id)
_ENTRIES = _entries()


def credit(
    session: Session,
    live: Live,
    cohort: RunCohort | Seat,
    enrolment_id: int,
    *,
    mode: str,
    minutes: int,
    evidence: Evidence,
    by: int,
    now: datetime,
) -> bool:
    """Credit a learner minutes for a session, once; return False when they had been credited.

    Raises Overlapping when the learner was at another session at that time, Refused for a mode in
    which this session cannot be attended. Call it with the writers' turn taken.
    """
    _refuse_mode(live, mode)
    if not 0 < minutes <= live.minutes:
        raise Refused(f"This session credits from 1 to {live.minutes} minutes.")
    _refuse_overlap(session, live, enrolment_id, mode)
    is_new = _enter(
        session,
        enrolment_id=enrolment_id,
        live_id=live.id,
        release_id=cohort.release_id,
        module_key=live.module_key,
        held_on=live.starts_at.astimezone(ZoneInfo(cohort.time_zone)).date(),
        minutes=minutes,
        mode=mode,
        evidence=evidence,
        reason="",
        recorded_by=by,
        recorded_at=now,
    )
    if not is_new:
        return False
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="hours.credited",
        subject=f"enrolment {enrolment_id}",
        detail={"live": live.id, **_told(minutes, mode, live.module_key), "evidence": evidence},
    )
    return True


def _refuse_mode(live: Live, mode: str) -> None:
    if mode not in ATTENDED_AS[live.mode]:
        raise Refused("This session cannot be attended in that way.")


def _enter(session: Session, **values: object) -> bool:
    """Write an entry; return False when there is one already."""
    is_postgresql = session.connection().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    made = insert(HoursEntry).values(values).on_conflict_do_nothing().returning(HoursEntry.id)
    return session.scalar(made) is not None


def _refuse_overlap(session: Session, live: Live, enrolment_id: int, mode: str) -> None:
    """One person, one place: their account is locked, so that two tabs cannot pass this at once."""
    if mode == "asynchronous":
        return
    own = so.aliased(Enrolment)
    person = sa.select(Account.id).join(own, own.account_id == Account.id)
    session.execute(person.where(own.id == enrolment_id).with_for_update(of=Account)).one()
    other = session.scalar(
        sa.select(LiveSession.title)
        .join(HoursEntry, HoursEntry.live_id == LiveSession.id)
        .join(Enrolment, Enrolment.id == HoursEntry.enrolment_id)
        .join(own, own.account_id == Enrolment.account_id)
        .where(own.id == enrolment_id, LiveSession.id != live.id, STANDS)
        .where(HoursEntry.minutes > 0, HoursEntry.mode != "asynchronous")
        .where(LiveSession.starts_at < live.ends_at, LiveSession.ends_at > live.starts_at)
        .limit(1)
    )
    if other is not None:
        raise Overlapping(
            f"At that time “{other}” is credited already, and nobody is in two places at once."
        )


def correct(
    session: Session,
    live: Live,
    cohort: RunCohort,
    entry_id: int,
    *,
    mode: str,
    minutes: int,
    reason: str,
    by: int,
    now: datetime,
    module_key: str | None = SAME_MODULE,
) -> None:
    """Put an entry right by a new one that says why; 0 minutes take the credit back.

    `module_key` is the module that the minutes count for, None for the whole course. Refused when
    somebody else corrected the same entry meanwhile, and to the learner it is about.
    """
    found = entry_for(session, live, entry_id)
    cohorts.refuse_own(session, found.enrolment_id, by)
    _refuse_mode(live, mode)
    if not 0 <= minutes <= live.minutes:
        raise Refused(f"Enter from 0 to {live.minutes} minutes.")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refused(f"Say why, in at most {LONGEST_REASON} characters: the entry is kept.")
    module_key = _module_meant(session, cohort, found, module_key)
    before, after = (found.minutes, found.mode, found.module_key), (minutes, mode, module_key)
    if before == after:
        raise Refused("That is what it says already.")
    db.lock(session)
    if minutes:
        _refuse_overlap(session, live, found.enrolment_id, mode)
    _replace(session, found, after, reason, by, now)
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="hours.corrected",
        subject=f"enrolment {found.enrolment_id}",
        detail={
            "live": live.id,
            "before": _told(*before),
            "after": _told(*after),
            "reason": reason,
        },
    )


def _module_meant(
    session: Session, cohort: RunCohort, found: Credit, module_key: str | None
) -> str | None:
    """Return the module that a correction of an entry is to count for."""
    if module_key == SAME_MODULE:
        return found.module_key
    if not is_module(session, cohort, module_key):
        raise Refused("Choose a module of the course.")
    return module_key


def _replace(
    session: Session,
    found: Credit,
    counts: tuple[int, str, str | None],
    reason: str,
    by: int,
    now: datetime,
) -> None:
    """Put an entry into the place of another: its minutes, mode and module, and why."""
    minutes, mode, module_key = counts
    is_first = _enter(
        session,
        enrolment_id=found.enrolment_id,
        live_id=found.live_id,
        release_id=_release_of(found.id),
        module_key=module_key,
        held_on=found.held_on,
        minutes=minutes,
        mode=mode,
        evidence="roster",
        corrects_id=found.id,
        reason=reason,
        recorded_by=by,
        recorded_at=now,
    )
    if not is_first:
        raise Refused("Somebody has corrected this entry meanwhile. Look at it again.")


def _told(minutes: int, mode: str, module_key: str | None) -> dict[str, int | str]:
    """What the trail says of an entry."""
    told: dict[str, int | str] = {"minutes": minutes, "mode": mode}
    return told if module_key is None else told | {"module": module_key}


def _release_of(entry_id: int) -> sa.ScalarSelect[int]:
    """The release that an entry was earned on: a correction is of the same one."""
    earned = so.aliased(HoursEntry)
    return sa.select(earned.release_id).where(earned.id == entry_id).scalar_subquery()


def entry_for(session: Session, live: Live, entry_id: int) -> Credit:
    """Return an entry of a session; one of another session is not there."""
    row = session.execute(
        _ENTRIES.where(HoursEntry.id == entry_id, HoursEntry.live_id == live.id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return Credit(*row)


def list_entries(session: Session, live_id: int) -> list[Credit]:
    """Return every entry of a session as it was made, corrections after what they correct."""
    query = _ENTRIES.where(HoursEntry.live_id == live_id).order_by(HoursEntry.id)
    return [Credit(*row) for row in session.execute(query)]


def is_credited(session: Session, live_id: int, enrolment_id: int) -> bool:
    """Whether a session was ever credited to a learner, be it taken back since."""
    found = sa.select(HoursEntry.id).where(
        _of_session(live_id), HoursEntry.enrolment_id == enrolment_id
    )
    return session.scalar(found.limit(1)) is not None


def _of_session(live_id: int) -> sa.ColumnElement[bool]:
    return HoursEntry.live_id == live_id


def list_credits(session: Session, enrolment_id: int) -> list[Credit]:
    """Return what counts for a learner, by day; entries of 0 minutes are left out."""
    query = _ENTRIES.where(
        HoursEntry.enrolment_id == enrolment_id, STANDS, HoursEntry.minutes > 0
    ).order_by(HoursEntry.held_on, HoursEntry.id)
    return [Credit(*row) for row in session.execute(query)]


def places_by_mode(session: Session, enrolment_id: int) -> dict[str, tuple[str, ...]]:
    """Return how a learner was taught live, and in which places, by day: of what counts."""
    query = (
        sa.select(HoursEntry.mode, LiveSession.place)
        .join(LiveSession, LiveSession.id == HoursEntry.live_id)
        .where(HoursEntry.enrolment_id == enrolment_id, STANDS, HoursEntry.minutes > 0)
        .order_by(HoursEntry.held_on, HoursEntry.id)
    )
    found: dict[str, dict[str, None]] = {}
    for mode, place in session.execute(query):
        found.setdefault(mode, {})[place] = None
    return {mode: tuple(filter(None, places)) for mode, places in found.items()}


def minutes_by_mode(session: Session, enrolment_ids: list[int]) -> dict[int, dict[str, int]]:
    """Return the minutes that count of each learner who has any, by mode."""
    query = (
        sa.select(HoursEntry.enrolment_id, HoursEntry.mode, sa.func.sum(HoursEntry.minutes))
        .where(HoursEntry.enrolment_id.in_(enrolment_ids), STANDS, HoursEntry.minutes > 0)
        .group_by(HoursEntry.enrolment_id, HoursEntry.mode)
    )
    found: dict[int, dict[str, int]] = {}
    for enrolment, mode, minutes in session.execute(query):
        found.setdefault(enrolment, {})[mode] = int(minutes)
    return found


def live_minutes_of(
    session: Session, enrolment_ids: Sequence[int]
) -> Mapping[int, Sequence[courses.LiveMinutes]]:
    """Return what counts by topic of each of these enrolments that has any, in one query."""
    query = sa.select(HoursEntry.enrolment_id, HoursEntry.module_key, HoursEntry.minutes).where(
        HoursEntry.enrolment_id.in_(enrolment_ids), *_BY_TOPIC
    )
    found: dict[int, list[courses.LiveMinutes]] = defaultdict(list)
    for enrolment, module_key, minutes in session.execute(query):
        found[enrolment].append(courses.LiveMinutes(module_key, minutes))
    return found


# What was held for no module counts for no topic.
_BY_TOPIC = (STANDS, HoursEntry.minutes > 0, HoursEntry.module_key.is_not(None))


def told_minutes() -> sa.ScalarSelect[str]:
    """What counts by topic of the enclosing Enrolment, as a text that `read_minutes` reads.

    So a list of learners has it in its own query.
    """
    entry = HoursEntry.module_key + " " + sa.cast(HoursEntry.minutes, sa.String)
    return (
        sa.select(sa.func.aggregate_strings(entry, ","))
        .where(HoursEntry.enrolment_id == Enrolment.id, *_BY_TOPIC)
        .correlate(Enrolment)
        .scalar_subquery()
    )


def read_minutes(told: str | None) -> tuple[courses.LiveMinutes, ...]:
    """Read what `told_minutes` tells; None is nothing."""
    entries = (each.split(" ") for each in told.split(",")) if told else ()
    return tuple(courses.LiveMinutes(key, int(minutes)) for key, minutes in entries)
