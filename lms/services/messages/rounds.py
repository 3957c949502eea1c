"""The daily round: what the rules of a programme say today is written once, by one process."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.models.catalogue import Programme
from lms.models.messages import ReminderRound, ReminderRule
from lms.services import mail
from lms.services.messages.reached import Reached, Running, reached_in, running_cohorts
from lms.services.messages.rules import Rule, RuleName, find_rule, list_rules
from lms.services.messages.standing import (
    EXPIRING,
    expiring,
    expiring_rule,
    invited,
    remind_invited,
)

# So long before the digest leaves, what goes into it is looked for.
AHEAD = timedelta(hours=1)
# A round that was begun so long ago and is not finished belongs to a process that died.
ROUND_LASTS = timedelta(minutes=30)
# A page looks at so many learners at once; of a larger programme it is asked cohort by cohort.
MOST_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a rule reaches today: in the cohorts `looked_at`, of all that are `running`.

    Both are empty where the cohorts that run are not what decides.
    """

    rule: Rule
    running: tuple[Running, ...]
    looked_at: tuple[Running, ...]
    reached: tuple[Reached, ...]

    @property
    def new(self) -> int:
        """How many the next round writes to who get it."""
        return sum(
            each.is_new and each.choice != "none" and not each.is_marked for each in self.reached
        )


def preview(
    session: Session, programme_id: int, name: str, now: datetime, cohort_id: int | None = None
) -> Preview:
    """Return whom a rule reaches today, whether it is switched on or not; writes nothing.

    It asks what the round asks, so that what it shows is what would be written. Without a cohort
    it looks at all that are running, as many as a page can wait for.
    """
    if name == EXPIRING:
        reached = expiring(session, programme_id, now)
        return Preview(expiring_rule(), (), (), tuple(reached))
    rule = find_rule(session, programme_id, name)
    if rule.name == "invitation-unused":
        return Preview(rule, (), (), tuple(invited(session, programme_id, rule, now)))
    running = running_cohorts(session, programme_id, now)
    chosen = [each for each in running if each.id == cohort_id] or _not_too_many(running)
    found: list[Reached] = []
    for cohort in chosen:
        found += reached_in(session, cohort.id, [rule], now)[rule.name]
    return Preview(rule, tuple(running), tuple(chosen), tuple(found))


def _not_too_many(running: list[Running]) -> list[Running]:
    """Return the first cohorts that together have at most MOST_LOOKED_AT learners, one at least."""
    chosen: list[Running] = []
    learners = 0
    for each in running:
        learners += each.learners
        if chosen and learners > MOST_LOOKED_AT:
            break
        chosen.append(each)
    return chosen


def list_due(session: Session, now: datetime) -> list[int]:
    """Return the programmes whose round of today has come and is not made."""
    query = (
        sa.select(Programme.id, Programme.time_zone)
        .where(sa.exists().where(ReminderRule.programme_id == Programme.id, ReminderRule.is_on))
        .order_by(Programme.id)
    )
    return [
        programme_id
        for programme_id, zone in session.execute(query).all()
        if _is_time(session, programme_id, zone, now)
        and not _is_made(session, programme_id, _day(zone, now), now)
    ]


def _day(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _is_time(session: Session, programme_id: int, zone: str, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    from_minute = mail.hours_of(session, programme_id).digest_at - AHEAD.seconds // 60
    return minute >= max(0, from_minute)


def _is_made(session: Session, programme_id: int, day: date, now: datetime) -> bool:
    row = session.get(ReminderRound, (programme_id, day), populate_existing=True)
    if row is None:
        return False
    return row.finished_at is not None or row.begun_at > now - ROUND_LASTS


def make_round(session: Session, programme_id: int, public_url: str, now: datetime) -> int:
    """Write the reminders of a programme's today; return how many, 0 if another makes them.

    Commits as it goes. Whoever dies half-way is followed by another, and what was written stays:
    each reminder has its key.
    """
    programme = session.get(Programme, programme_id)
    assert programme is not None
    day = _day(programme.time_zone, now)
    db.take_turn(session, f"begin the reminders of programme {programme_id}")
    if _is_made(session, programme_id, day, now):
        session.rollback()
        return 0
    row = session.get(ReminderRound, (programme_id, day)) or ReminderRound(
        programme_id=programme_id, on=day
    )
    row.begun_at = now
    session.add(row)
    session.commit()
    rules = [rule for rule in list_rules(session, programme_id) if rule.is_on]
    written = 0
    for cohort in running_cohorts(session, programme_id, now):
        for name, reached in _new(session, cohort.id, rules, now):
            written += _write(session, programme, name, reached, public_url, now)
        session.commit()
    for rule in rules:
        if rule.name == "invitation-unused":
            written += remind_invited(session, programme, rule, now)
    session.execute(
        sa.update(ReminderRound)
        .where(ReminderRound.programme_id == programme_id, ReminderRound.on == day)
        .values(finished_at=now, written=ReminderRound.written + written)
    )
    session.commit()
    return written


def _new(
    session: Session, cohort_id: int, rules: list[Rule], now: datetime
) -> Iterator[tuple[RuleName, Reached]]:
    for name, group in reached_in(session, cohort_id, rules, now).items():
        for reached in group:
            if reached.is_new:
                yield name, reached


def _write(
    session: Session,
    programme: Programme,
    name: RuleName,
    reached: Reached,
    public_url: str,
    now: datetime,
) -> bool:
    told = mail.letter(
        f"reminder-{name}",
        name=reached.name,
        course=reached.course,
        cohort=reached.cohort,
        programme=programme.name,
        parts=reached.parts,
        days=reached.days,
        address=f"{public_url}/learn/{reached.enrolment_id}",
    )
    return mail.write(
        session,
        recipient=reached.email,
        subject=told.subject,
        body=told.body,
        at=now,
        kind="reminder",
        account_id=reached.account_id,
        programme_id=programme.id,
        key=reached.key,
    )


def last_round(session: Session, programme_id: int) -> ReminderRound | None:
    """Return the latest round of a programme, None before the first."""
    query = sa.select(ReminderRound).where(ReminderRound.programme_id == programme_id)
    return session.scalar(query.order_by(ReminderRound.on.desc()).limit(1))
