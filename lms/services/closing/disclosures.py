"""Disclosures: the interests of whoever controls content, and that learners have seen them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import NotFound, Refused
from lms.models.closing import Disclosure, DisclosureReceipt
from lms.models.cohorts import Enrolment
from lms.services import audit, catalogue
from lms.services.cohorts import Seat


@dataclass(frozen=True, slots=True)
class Interest:
    """One financial relationship: with whom, of what kind, since and until when, and what was done.

    `since` and `until` are as stated ("March 2025"); an empty `until` means that it lasts.
    """

    company: str
    nature: str
    since: str
    until: str
    mitigation: str


@dataclass(frozen=True, slots=True)
class DisclosureLine:
    """What one person disclosed; without interests, that there is nothing to disclose."""

    id: int
    person: str
    role: str
    interests: tuple[Interest, ...]
    made_on: date


def list_disclosures(session: Session, programme_id: int) -> list[DisclosureLine]:
    """Return the disclosures in force in a programme, by person."""
    query = (
        sa.select(Disclosure)
        .where(Disclosure.programme_id == programme_id, Disclosure.ended_at.is_(None))
        .order_by(Disclosure.person, Disclosure.id)
    )
    return [line_of(row) for row in session.scalars(query)]


def list_disclosed_to(session: Session, seat: Seat) -> list[DisclosureLine]:
    """Return what a learner is shown: the programme's disclosures, then those of the course."""
    course = catalogue.release(session, seat.release_id).course
    return disclosed_with(course, list_disclosures(session, seat.programme_id))


def disclosed_with(course: courses.Course, lines: list[DisclosureLine]) -> list[DisclosureLine]:
    """Return a programme's disclosures, then those of a course.

    Whoever is named in the course and in the programme is shown as the programme has it.
    """
    named = {line.person for line in lines}
    return lines + [
        DisclosureLine(
            0,
            each.name,
            each.role,
            tuple(
                Interest(one.company, one.nature, one.since, one.until, one.mitigation)
                for one in each.relationships
            ),
            each.disclosed_on,
        )
        for each in course.closing.contributors
        if each.name not in named and each.disclosed_on is not None
    ]


def has_to_see(session: Session, seat: Seat) -> bool:
    """Whether a learner has seen no disclosures yet though there are some.

    Learners are told before they take part (ACCME, Standards for Integrity and Independence,
    Standard 5). Who has begun is shown a later change before the award, without a stop.
    """
    seen = sa.exists().where(DisclosureReceipt.enrolment_id == seat.enrolment_id)
    disclosed = sa.exists().where(
        Disclosure.programme_id == seat.programme_id, Disclosure.ended_at.is_(None)
    )
    is_seen, is_disclosed = session.execute(sa.select(seen, disclosed)).one()
    named = catalogue.release(session, seat.release_id).course.closing.contributors
    return not is_seen and (is_disclosed or bool(named))


def line_of(row: Any) -> DisclosureLine:
    """Return the disclosure that a row of its table, or its columns, say."""
    interests = tuple(Interest(**each) for each in json.loads(row.interests))
    return DisclosureLine(row.id, row.person, row.role, interests, row.made_on)


def digest_of(lines: Sequence[DisclosureLine]) -> str:
    """Return the SHA-256 of what is disclosed, so that a change is shown anew."""
    told = [{**asdict(line), "id": 0, "made_on": line.made_on.isoformat()} for line in lines]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def disclose(
    session: Session,
    programme_id: int,
    *,
    person: str,
    role: str,
    interests: Sequence[Interest],
    made_on: date,
    by: int,
    now: datetime,
) -> int:
    """Record what somebody disclosed, in place of what they disclosed before; return its number."""
    if made_on > now.date():
        raise Refused("A disclosure cannot be made in the future.")
    db.lock(session)
    session.execute(
        sa.update(Disclosure)
        .where(
            Disclosure.programme_id == programme_id,
            Disclosure.person == person,
            Disclosure.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    row = Disclosure(
        programme_id=programme_id,
        person=person,
        role=role,
        interests=json.dumps([asdict(each) for each in interests]),
        made_on=made_on,
        recorded_by=by,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, "disclosure.recorded", row, by, now)
    return row.id


def end_disclosure(
    session: Session, programme_id: int, disclosure_id: int, *, by: int, now: datetime
) -> None:
    """Take a disclosure off the list: its person controls content no longer."""
    row = session.scalars(
        sa.select(Disclosure)
        .where(Disclosure.id == disclosure_id, Disclosure.programme_id == programme_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound()
    if row.ended_at is not None:
        raise Refused("This disclosure is not on the list any more.")
    row.ended_at = now
    session.flush()
    _record(session, "disclosure.ended", row, by, now)


def mark_seen(session: Session, seat: Seat, digest: str, now: datetime) -> None:
    """Note that a learner has seen the disclosures as they stand; Refused when they changed."""
    if digest != digest_of(list_disclosed_to(session, seat)):
        raise Refused("The disclosures have changed meanwhile. Read them once more.")
    # One at a time for an enrolment, so that a double click is one receipt.
    db.lock(session)
    session.execute(
        sa.select(Enrolment.id).where(Enrolment.id == seat.enrolment_id).with_for_update()
    )
    known = session.get(DisclosureReceipt, (seat.enrolment_id, digest))
    if known is None:
        receipt = DisclosureReceipt(enrolment_id=seat.enrolment_id, digest=digest, seen_at=now)
        session.add(receipt)
        session.flush()


def _record(session: Session, act: str, row: Disclosure, by: int, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act=act,
        subject=f"disclosure {row.id}",
        detail={"person": row.person, "interests": len(json.loads(row.interests))},
    )
