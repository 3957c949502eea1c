"""Practice of the demonstration: sites, supervisors, and logs in every state, all invented."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.models.accounts import Account
from lms.models.cohorts import Cohort
from lms.models.practice import (
    PracticeAct,
    PracticeEntry,
    PracticeSite,
    PracticeSupervisor,
)
from lms.services import practice

SITES = (
    ("Northgate Clinic", "Portland, US"),
    ("Cedar Street Practice", "Denver, US"),
    ("Harbour Service", "Melbourne, Australia"),
)
OUTSIDE = (
    ("Dr Miriam Oyelaran", "oyelaran@cedar-street.example", "CO-48812", "Colorado"),
    ("Grace Tanaka", "tanaka@harbour-service.example", "PSY-20931", "Victoria"),
)
FIRST_PRACTICE = timedelta(days=40)
EVERY = timedelta(days=9)
ONE_IN, MOST_DAYS = 2, 8  # every second learner practises, on up to so many days
SIGNED = 0.82


def fill(session: Session, scene: Scene) -> None:
    """Enter sites and supervisors, and let every second learner practise since their cohort began.

    Most days are signed, some wait, and a few were returned.
    """
    sites, supervisors = _lists(session, scene)
    for cohort_id in scene.cohorts:
        begins = session.get_one(Cohort, cohort_id).starts_on
        rows = [
            row
            for enrolment in scene.enrolments[cohort_id][::ONE_IN]
            for row in _days(scene, enrolment, begins, sites, supervisors)
        ]
        if rows:
            session.execute(sa.insert(PracticeEntry), rows)
            _sign(session, scene, cohort_id)
    session.flush()


def _lists(session: Session, scene: Scene) -> tuple[list[int], list[int]]:
    founder = next(iter(scene.staff.values()))
    made = scene.now - timedelta(days=365)
    sites = [
        PracticeSite(
            programme_id=scene.programme_id, name=name, place=place, added_by=founder, added_at=made
        )
        for name, place in SITES
    ]
    people: list[tuple[int | None, str, str, str, str]] = [(None, *each) for each in OUTSIDE]
    own = scene.staff.get("supervisor")
    if own is not None:
        account = session.get_one(Account, own)
        people.insert(0, (own, account.full_name, account.email, "OR-77310", "Oregon"))
    supervisors = [
        PracticeSupervisor(
            programme_id=scene.programme_id,
            account_id=account_id,
            name=name,
            email=email,
            licence_number=number,
            licence_jurisdiction=where,
            added_by=founder,
            added_at=made,
        )
        for account_id, name, email, number, where in people
    ]
    session.add_all([*sites, *supervisors])
    session.flush()
    return [site.id for site in sites], [each.id for each in supervisors]


def _days(
    scene: Scene, enrolment: int, begins: date, sites: list[int], supervisors: list[int]
) -> Iterator[dict[str, Any]]:
    chance, today = scene.chance, scene.now.date()
    site, supervisor = chance.choice(sites), chance.choice(supervisors)
    day = begins + FIRST_PRACTICE + timedelta(days=chance.randrange(30))
    for number in range(chance.randint(2, MOST_DAYS)):
        if day >= today - timedelta(days=1):
            return
        kind = "consultation" if number % 4 == 3 else "practicum"
        values = _consultation(scene) if kind == "consultation" else _practicum(scene, site)
        yield {
            "enrolment_id": enrolment,
            "ticket": f"{chance.getrandbits(128):032x}",
            "kind": kind,
            "practised_on": day,
            "supervisor_id": supervisor,
            "competencies": json.dumps([]),
            "revision": 1,
            "corrects_id": None,
            "reason": None,
            "entered_at": _evening(day, scene.now),
            **values,
        }
        day += EVERY + timedelta(days=chance.randrange(12))


def _evening(day: date, now: datetime) -> datetime:
    return datetime.combine(day, datetime.min.time(), now.tzinfo) + timedelta(hours=19)


def _practicum(scene: Scene, site: int) -> dict[str, Any]:
    role = scene.chance.choices(("observe", "assist", "lead", "role-play"), (4, 5, 3, 2))[0]
    plays = role == "role-play"
    return {
        "site_id": site,
        "role": role,
        "substance": "none" if plays else scene.chance.choice(("classic", "dissociative")),
        "administration_minutes": 0 if plays else 60 * scene.chance.randint(4, 7),
        "other_minutes": 90 if plays else 30 * scene.chance.randint(0, 3),
        "dosing_sessions": 0 if plays else 1,
        "consultation_minutes": 0,
        "group_size": None,
        "consented": not plays,
    }


def _consultation(scene: Scene) -> dict[str, Any]:
    return {
        "site_id": None,
        "role": None,
        "substance": None,
        "administration_minutes": 0,
        "other_minutes": 0,
        "dosing_sessions": 0,
        "consultation_minutes": 30 * scene.chance.randint(2, 4),
        "group_size": scene.chance.choice((1, 3, 4, 5, 6, 6, 8)),
        "consented": False,
    }


def _sign(session: Session, scene: Scene, cohort_id: int) -> None:
    """Let supervisors sign what is old enough, return a little, and leave the rest waiting."""
    entries = practice.list_of_cohort(session, cohort_id)
    acts = []
    for entry in entries:
        at = entry.entered_at + timedelta(days=scene.chance.randint(1, 9), minutes=7)
        luck = scene.chance.random()
        if at >= scene.now or luck > SIGNED + 0.03:
            continue
        acts.append(_act(entry, at, is_signed=luck <= SIGNED))
    if acts:
        session.execute(sa.insert(PracticeAct), acts)


def _act(entry: practice.Entry, at: datetime, *, is_signed: bool) -> Mapping[str, Any]:
    of = entry.supervisor
    row = PracticeAct(
        entry_id=entry.id,
        act="signed" if is_signed else "returned",
        at=at,
        account_id=of.account_id,
        way="account" if of.account_id else "link",
    )
    if is_signed:
        row.typed_name, row.licence, row.statement = of.name, of.licence, practice.STATEMENT
        row.digest = practice.signature_digest(entry, row)
    else:
        row.reason = "minutes"
    return {
        name: getattr(row, name)
        for name in (
            *("entry_id", "act", "at", "account_id", "way"),
            *("typed_name", "licence", "statement", "digest", "reason"),
        )
    }
