"""Qualifications as staff meet them: what is asked for, what waits, what was decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.downloads import Column, Table
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.qualifications import Qualification, QualificationDemand
from lms.services import accounts, audit, mail
from lms.services.qualifications.kinds import KINDS
from lms.services.qualifications.stating import Held, held_of, record, today_in
from lms.services.waiting import Waiting

LONGEST_WORDS = 500
PAGE = 100
OUTCOMES = ("confirmed", "not-confirmed")


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A qualification in the list of a programme, with its holder."""

    held: Held
    holder: str
    holder_email: str
    programme: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A learner who does not hold a qualification that is asked for, confirmed and in date."""

    enrolment_id: int
    cohort_id: int
    cohort_title: str
    name: str
    kinds: tuple[str, ...]


def list_demands(session: Session, programme_id: int) -> list[str]:
    """Return the kinds of qualification that a programme asks for, in their usual order."""
    asked = set(
        session.scalars(
            sa.select(QualificationDemand.kind).where(
                QualificationDemand.programme_id == programme_id
            )
        )
    )
    return [kind for kind in KINDS if kind in asked]


def ask_for(
    session: Session, programme_id: int, kinds: Collection[str], *, by: int, now: datetime
) -> None:
    """Set which kinds of qualification a programme asks its learners for."""
    if not set(kinds) <= set(KINDS):
        raise Refused("Choose among the listed kinds.")
    db.lock(session)
    session.execute(
        sa.select(Programme.id).where(Programme.id == programme_id).with_for_update()
    ).one()
    before = list_demands(session, programme_id)
    if set(before) == set(kinds):
        return
    session.execute(
        sa.delete(QualificationDemand).where(
            QualificationDemand.programme_id == programme_id,
            QualificationDemand.kind.not_in(kinds),
        )
    )
    session.add_all(
        QualificationDemand(programme_id=programme_id, kind=kind, asked_by=by, asked_at=now)
        for kind in kinds
        if kind not in before
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act="qualifications.asked-for",
        subject=f"programme {programme_id}",
        detail={"kinds": sorted(kinds), "before": before},
    )


def _lines() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Qualification, Account.full_name, Account.email, Programme.name, Programme.time_zone
        )
        .join(Account, Account.id == Qualification.account_id)
        .join(Programme, Programme.id == Qualification.programme_id)
        .where(Qualification.removed_at.is_(None))
    )


def list_of_programme(
    session: Session, programme_id: int, *, waiting: bool, after: tuple[date, int] | None = None
) -> list[HeldLine]:
    """Return what waits for a check, the longest wait first, or else what was decided.

    What was decided comes by the day it expires, 100 at a time; `after` is the day and id of the
    last one of the page before.
    """
    query = _lines().where(Qualification.programme_id == programme_id)
    if waiting:
        query = query.where(Qualification.outcome.is_(None)).order_by(
            Qualification.stated_at, Qualification.id
        )
    else:
        query = query.where(Qualification.outcome.is_not(None)).order_by(
            Qualification.expires_on, Qualification.id
        )
        if after is not None:
            place = sa.tuple_(Qualification.expires_on, Qualification.id)
            query = query.where(place > sa.tuple_(*map(sa.literal, after)))
    return [HeldLine(held_of(row), *more) for row, *more in session.execute(query.limit(PAGE))]


def qualification_for(
    session: Session, account_id: int, qualification_id: int, asked: str
) -> HeldLine:
    """Return a qualification to staff of its programme who hold at least `asked`, or refuse."""
    row = session.execute(_lines().where(Qualification.id == qualification_id)).one_or_none()
    if row is None:
        raise NotFound()
    found = HeldLine(held_of(row[0]), *row[1:])
    learns = sa.exists().where(
        Enrolment.account_id == account_id,
        Enrolment.cohort_id == Cohort.id,
        Cohort.programme_id == found.held.programme_id,
    )
    accounts.require_role(
        session,
        account_id,
        found.held.programme_id,
        asked,
        is_member=bool(session.scalar(sa.select(learns))),
    )
    return found


def decide(
    session: Session, found: HeldLine, *, outcome: str, words: str, by: int, now: datetime
) -> None:
    """Decide once whether a proof shows what is stated, and tell its holder.

    Nobody decides about their own.
    """
    words = words.strip()
    if outcome not in OUTCOMES:
        raise Refused("Say whether you could confirm it.")
    if outcome == "not-confirmed" and not words:
        raise Refused("Say why it could not be confirmed: the holder reads it.")
    if len(words) > LONGEST_WORDS:
        raise Refused(f"Use at most {LONGEST_WORDS} characters.")
    if found.held.account_id == by:
        raise Refused("Somebody else has to check your own qualification.")
    db.lock(session)
    row = session.scalar(
        sa.update(Qualification)
        .where(
            Qualification.id == found.held.id,
            Qualification.outcome.is_(None),
            Qualification.removed_at.is_(None),
        )
        .values(outcome=outcome, words=words, decided_by=by, decided_at=now)
        .returning(Qualification)
    )
    if row is None:
        raise Refused("Somebody has decided this already, or its holder took it back.")
    record(session, "qualification.checked", row, by, now, outcome=outcome, words=words)
    told = mail.letter(
        "qualification-checked",
        name=found.holder,
        programme=found.programme,
        issuer=found.held.stated.issuer,
        is_confirmed=outcome == "confirmed",
        words=words,
    )
    mail.write(
        session,
        recipient=found.holder_email,
        subject=told.subject,
        body=told.body,
        at=now,
        kind="account",
        account_id=found.held.account_id,
        programme_id=found.held.programme_id,
        key=f"qualification:{found.held.id}:decided",
    )


def list_lacking(session: Session, programme_id: int, today: date) -> list[Lacking]:
    """Return the active learners who lack something that is asked for, by cohort and name.

    Without a demand nobody lacks anything.
    """
    asked = list_demands(session, programme_id)
    if not asked:
        return []
    held: dict[int, set[str]] = {}
    confirmed = sa.select(Qualification.account_id, Qualification.kind).where(
        Qualification.programme_id == programme_id,
        Qualification.outcome == "confirmed",
        Qualification.removed_at.is_(None),
        Qualification.expires_on >= today,
    )
    for account, kind in session.execute(confirmed):
        held.setdefault(account, set()).add(kind)
    query = (
        sa.select(Enrolment.id, Cohort.id, Cohort.title, Account.full_name, Account.id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Account, Account.id == Enrolment.account_id)
        .where(Cohort.programme_id == programme_id, Enrolment.state == "active")
        .order_by(Cohort.starts_on.desc(), Cohort.id, Account.full_name, Enrolment.id)
    )
    found = []
    for enrolment, cohort, title, name, account in session.execute(query):
        kinds = tuple(kind for kind in asked if kind not in held.get(account, ()))
        if kinds:
            found.append(Lacking(enrolment, cohort, title, name, kinds))
    return found


def programme_table(
    session: Session, programme_id: int, name: str, zone: str, now: datetime
) -> Table:
    """Return every qualification stated to a programme as a table to take away."""
    today = today_in(zone, now)
    query = (
        _lines()
        .where(Qualification.programme_id == programme_id)
        .order_by(Account.full_name, Qualification.expires_on, Qualification.id)
    )

    def rows() -> Any:
        for row, holder, email, *_rest in session.execute(query).yield_per(500):
            held = held_of(row)
            stated = held.stated
            yield (
                holder,
                email,
                stated.kind,
                stated.number,
                stated.issuer,
                stated.issued_on,
                stated.expires_on,
                held.state(today),
                held.stated_at,
                held.decided_at,
                held.words,
            )

    return Table(
        name=f"qualifications {name} {today.isoformat()}",
        columns=(
            Column("Learner"),
            Column("E-mail"),
            Column("Kind"),
            Column("Number", "As it stands on the qualification."),
            Column("Issuer"),
            Column("Issued on", kind="day"),
            Column("Expires on", "Its last day.", "day"),
            Column("State", "valid, expiring (60 days or less), expired, waiting or refused."),
            Column("Stated at", kind="moment"),
            Column("Decided at", kind="moment"),
            Column("Words", "What staff wrote to the holder."),
        ),
        rows=rows(),
        notes=(name, f"As of {today.isoformat()} ({zone})"),
    )


def waiting_for(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return the qualifications that wait for a check, the longest wait first."""
    return [
        Waiting(
            kind="qualification",
            subject=line.holder,
            since=line.held.stated_at,
            endpoint="qualifications.check",
            values={"qualification": line.held.id},
        )
        for line in list_of_programme(session, programme_id, waiting=True)
    ]
