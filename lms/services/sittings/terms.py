"""What holds for a learner in a sitting: the rows of everybody who has a say, put to the core."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import Refused
from lms.models.sittings import (
    AccommodationRecord,
    GroupMember,
    LearnerGroup,
    SittingIncident,
    SittingRule,
)
from lms.services.cohorts import RunCohort, Seat
from lms.services.sittings.learners import quiz_of


@dataclass(frozen=True, slots=True)
class Who:
    """Whose terms are asked for; with `started_at` those of the attempt begun then."""

    enrolment_id: int
    account_id: int
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The sitting: a module's quiz in a cohort, under the rules of its examination."""

    cohort_id: int
    cohort_title: str
    programme_id: int
    time_zone: str
    module_key: str
    rules: quizzes.Rules


def place_of(session: Session, seat: Seat | RunCohort, module_key: str) -> Place:
    """Return the sitting of a module in the cohort of a seat, or raise NotFound."""
    bank = quiz_of(session, seat.release_id, module_key)[1]
    return Place(
        cohort_id=seat.cohort_id if isinstance(seat, Seat) else seat.id,
        cohort_title=seat.cohort_title if isinstance(seat, Seat) else seat.title,
        programme_id=seat.programme_id,
        time_zone=seat.time_zone,
        module_key=module_key,
        rules=bank.specification.rules,
    )


def terms_for(
    session: Session,
    seat: Seat,
    module_key: str,
    now: datetime,
    started_at: datetime | None = None,
) -> quizzes.Terms:
    """Return what holds for a learner in a module's quiz, with the sources of each value.

    Without `started_at` it is what they are told before they begin at `now`; with it, what holds
    for the attempt begun then. Whoever starts an attempt asks after locking the enrolment, so that
    no act on the sitting slips in between.
    """
    who = Who(seat.enrolment_id, seat.account_id, started_at)
    return terms_of(session, place_of(session, seat, module_key), [who], now)[seat.enrolment_id]


def terms_to_begin(
    session: Session, seat: Seat, module_key: str, now: datetime, used: int
) -> quizzes.Terms:
    """Return what holds for an attempt that begins at `now`, after `used` earlier ones.

    Refused, with a sentence, before the window opens, once it is too late to begin, and when the
    attempts are used up. To be asked behind the enrolment's lock.
    """
    terms = terms_for(session, seat, module_key, now, now)
    match quizzes.decide_start(terms, now, used):
        case "early":
            raise Refused(f"This quiz opens on {_told(terms.opens_at.value, seat)}.")
        case "closed":
            raise Refused(
                f"This quiz had to be begun before {_told(terms.starts_until.value, seat)}."
                " Ask the programme for another time."
            )
        case "used":
            raise Refused("Your attempts at this quiz are used up. Ask the programme what is next.")
    return terms


def _told(moment: datetime | None, seat: Seat) -> str:
    """Say an instant on the programme's clocks."""
    assert moment is not None
    local = moment.astimezone(ZoneInfo(seat.time_zone))
    return f"{local.day} {local:%B %Y at %H:%M} {local:%Z}"


def terms_of(
    session: Session, place: Place, people: Iterable[Who], now: datetime
) -> dict[int, quizzes.Terms]:
    """Return by enrolment what holds for each of these people, in four queries."""
    asked = list(people)
    said = _Said.read(session, place, asked)
    granted = _granted(session, place.programme_id, [who.account_id for who in asked])
    zone = ZoneInfo(place.time_zone)
    found = {}
    for who in asked:
        begun = who.started_at or now
        days = (begun.astimezone(zone).date(), now.astimezone(zone).date())
        found[who.enrolment_id] = quizzes.effective_terms(
            place.rules,
            cohort=said.cohort,
            groups=said.groups.get(who.enrolment_id, ()),
            person=said.people.get(who.enrolment_id),
            accommodations=[
                as_accommodation(row)
                for row in granted.get(who.account_id, ())
                if is_in_force(row, *days, begun, zone)
            ],
            incidents=said.incidents,
            started_at=who.started_at,
        )
    return found


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said about one sitting, by whom it concerns."""

    cohort: quizzes.Override | None
    groups: Mapping[int, list[quizzes.Override]]
    people: Mapping[int, quizzes.Override]
    incidents: list[quizzes.Incident]

    @classmethod
    def read(cls, session: Session, place: Place, asked: list[Who]) -> "_Said":
        rules = sa.select(SittingRule, LearnerGroup.name).outerjoin(
            LearnerGroup, LearnerGroup.id == SittingRule.group_id
        )
        here = (
            SittingRule.cohort_id == place.cohort_id,
            SittingRule.module_key == place.module_key,
        )
        cohort, by_group, people = None, {}, {}
        for row, name in session.execute(rules.where(*here)):
            if row.group_id is not None:
                by_group[row.group_id] = as_override(row, name)
            elif row.enrolment_id is not None:
                people[row.enrolment_id] = as_override(row)
            else:
                cohort = as_override(row, place.cohort_title)
        members = sa.select(GroupMember.group_id, GroupMember.enrolment_id).where(
            GroupMember.group_id.in_(by_group),
            GroupMember.enrolment_id.in_([who.enrolment_id for who in asked]),
        )
        groups: dict[int, list[quizzes.Override]] = {}
        for group_id, enrolment_id in session.execute(members) if by_group else ():
            groups.setdefault(enrolment_id, []).append(by_group[group_id])
        return cls(cohort, groups, people, _incidents(session, place))


def _incidents(session: Session, place: Place) -> list[quizzes.Incident]:
    query = sa.select(
        SittingIncident.declared_at, SittingIncident.minutes, SittingIncident.description
    ).where(
        SittingIncident.cohort_id == place.cohort_id,
        SittingIncident.module_key == place.module_key,
        SittingIncident.withdrawn_at.is_(None),
    )
    return [quizzes.Incident(*row) for row in session.execute(query)]


def _granted(
    session: Session, programme_id: int, account_ids: list[int]
) -> dict[int, list[AccommodationRecord]]:
    query = sa.select(AccommodationRecord).where(
        AccommodationRecord.programme_id == programme_id,
        AccommodationRecord.account_id.in_(account_ids),
    )
    found: dict[int, list[AccommodationRecord]] = {}
    for row in session.scalars(query):
        found.setdefault(row.account_id, []).append(row)
    return found


def is_in_force(
    row: AccommodationRecord, first: date, last: date, begun: datetime, zone: ZoneInfo
) -> bool:
    """Whether an accommodation holds for an attempt begun at `begun`, on any day of `first..last`.

    One that is withdrawn or runs out while an attempt is under way still holds for that attempt.
    """
    until = row.valid_until
    if row.withdrawn_at is not None:
        if row.withdrawn_at <= begun:
            return False
        withdrawn_on = row.withdrawn_at.astimezone(zone).date()
        until = withdrawn_on if until is None else min(until, withdrawn_on)
    if until is not None and (until < first or until < row.valid_from):
        return False
    return row.valid_from <= last


def as_accommodation(row: AccommodationRecord) -> quizzes.Accommodation:
    """Return what a row grants."""
    return quizzes.Accommodation(
        percent=row.percent,
        minutes=row.minutes,
        unlimited=row.unlimited,
        pause_minutes=row.pause_minutes,
        pauses_move_window=row.pauses_move_window,
        larger_spacing=row.larger_spacing,
    )


def as_override(row: SittingRule, name: str = "") -> quizzes.Override:
    """Return what a row gives a cohort, a group or a learner."""
    free = quizzes.UNBOUNDED
    return quizzes.Override(
        opens_at=free if row.lifts_opening else row.opens_at,
        closes_at=free if row.lifts_closing else row.closes_at,
        limit_minutes=free if row.lifts_limit else row.limit_minutes,
        attempts=free if row.lifts_attempts else row.attempts,
        name=name,
    )
