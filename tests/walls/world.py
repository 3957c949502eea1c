"""Two programmes and two cohorts in which all has happened, and a canary in every learner's name.

Northgate has the whole story of the routes in its autumn cohort (Leo and Lena) and a spring cohort
with Sunniva; Southgate has a cohort with Sten. Each learner has a surname and an address that occur
nowhere else, so that a page, a file or a letter tells by itself whom it is about.
"""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms import clock
from lms.db import db
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.faculty import PartnerSite
from lms.services import catalogue, closing, cohorts, credentials, faculty, notes
from tests.cast import THEN, Cast
from tests.house.test_house_routes import happen
from tests.stories import VERIFY, Told, read_all, sit

SURNAMES = {
    "Leo": "Zebrafinch",
    "Lena": "Nightheron",
    "Sunniva": "Quillback",
    "Sten": "Yellowhammer",
}
CANARIES = {name: {word, f"{name.lower()}@example.org"} for name, word in SURNAMES.items()}
# What is in a learner's own notes; and why somebody has an accommodation, which no page opens with.
PRIVATE = {name: {f"Diary{word}"} for name, word in SURNAMES.items()}
REASON = "CANARY-REASON"
OF_NORTHGATE = CANARIES["Leo"] | CANARIES["Lena"] | CANARIES["Sunniva"]
# What each may meet wherever they go. Sunniva lets Pia see her status; Leo asked Saul to sign.
MAY_MEET: dict[str, set[str]] = {
    "": set(),
    "Otto": set(),
    "Lena": CANARIES["Lena"] | PRIVATE["Lena"],
    "Leo": CANARIES["Leo"] | PRIVATE["Leo"],
    "Sunniva": CANARIES["Sunniva"] | PRIVATE["Sunniva"],
    "Sten": CANARIES["Sten"] | PRIVATE["Sten"],
    "Olga": CANARIES["Sten"],
    "Pia": {"Quillback"},
    "Saul": {"Zebrafinch"},
    **dict.fromkeys(("Dina", "Ada", "Ed", "Ivo", "Rhea"), OF_NORTHGATE),
}
ALL = OF_NORTHGATE.union(CANARIES["Sten"], *PRIVATE.values(), {REASON})


@dataclass(frozen=True)
class Learner:
    """What there is of a learner beside the story."""

    account: int
    cohort: int
    enrolment: int
    attempt: int
    serial: str
    note: int

    def values(self) -> dict[str, int | str]:
        """What stands for the arguments of an address when it is about this learner."""
        here = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**here, "person": here.pop("account")}


@dataclass(frozen=True)
class World:
    """The story of Northgate, and whom else there is."""

    told: Told
    sunniva: Learner
    sten: Learner


def build(app: Flask, cast: Cast, folder: Path) -> World:
    """Tell the whole story with canaries for names, then add another cohort and programme."""
    with app.app_context():
        for name in ("Leo", "Lena"):
            rename(db.session, getattr(cast, name.lower()), f"{name} {SURNAMES[name]}")
        db.session.commit()
    told = happen(app, cast, folder)
    with app.app_context():
        spring = open_cohort(db.session, cast, cast.northgate, "Spring 2027")
        for name in ("Leo", "Lena"):
            seat = getattr(cast, f"{name.lower()}_seat")
            write_diary(db.session, getattr(cast, name.lower()), seat, name)
        sunniva = join(db.session, cast, "Sunniva", spring)
        south = open_cohort(db.session, cast, cast.southgate, "South 2027")
        sten = join(db.session, cast, "Sten", south)
        now = clock.now()
        db.session.merge(
            PartnerSite(programme_id=cast.northgate, account_id=cast.pia, name="Harbour Clinic")
        )
        # Whom a programme waits for is nobody else's to know.
        for programme, by, name in (
            (cast.northgate, cast.ada, "Sunniva"),
            (cast.southgate, cast.olga, "Sten"),
        ):
            called = faculty.Called("sister@clinic.example", "partner", site=SURNAMES[name])
            faculty.invite(db.session, programme, called, public_url=VERIFY, by=by, now=now)
        seat = cohorts.seat_for(db.session, sunniva.account, sunniva.enrolment)
        faculty.say(db.session, seat, cast.pia, is_given=True, now=now)
        db.session.commit()
    return World(told, sunniva, sten)


def rename(session: Session, account_id: int, name: str) -> None:
    session.execute(sa.update(Account).where(Account.id == account_id).values(full_name=name))


def open_cohort(session: Session, cast: Cast, programme_id: int, title: str) -> int:
    cohort = Cohort(
        programme_id=programme_id,
        release_id=cast.release,
        title=title,
        starts_on=date(2026, 9, 1),
        due_on=date(2099, 3, 1),
        enrols_until=None,
        created_at=THEN,
    )
    session.add(cohort)
    session.flush()
    return cohort.id


def join(session: Session, cast: Cast, name: str, cohort_id: int) -> Learner:
    """Enrol somebody who reads all, passes, is certified and writes a note."""
    account = Account(
        email=f"{name.lower()}@example.org",
        password=session.get_one(Account, cast.leo).password,
        active=True,
        fs_uniquifier=f"{name.lower()}-{'0' * 32}",
        confirmed_at=THEN,
        full_name=f"{name} {SURNAMES[name]}",
        profession="Nurse",
        created_at=THEN,
    )
    session.add(account)
    session.flush()
    seated = Enrolment(cohort_id=cohort_id, account_id=account.id, enrolled_at=THEN)
    session.add(seated)
    session.flush()
    note = write_diary(session, account.id, seated.id, name)
    return study(session, account.id, cohort_id, seated.id, note)


def write_diary(session: Session, account: int, enrolment: int, name: str) -> int:
    """Have a learner write a note, which is for nobody else; return its id."""
    seat = cohorts.seat_for(session, account, enrolment)
    first = catalogue.release(session, seat.release_id).course.lessons[0]
    words = notes.Wording(body=f"Diary{SURNAMES[name]}", quote="a fact")
    return notes.write(session, seat, first, words, ticket=f"{enrolment:032x}", now=clock.now())


def study(session: Session, account: int, cohort_id: int, enrolment: int, note: int) -> Learner:
    now = clock.now()
    read_all(session, account, enrolment, now - timedelta(hours=3))
    attempt = sit(session, account, enrolment, right=3, now=now - timedelta(hours=1))
    seat = cohorts.seat_for(session, account, enrolment)
    disclosed = closing.list_disclosed_to(session, seat)
    closing.mark_seen(session, seat, closing.digest_of(disclosed), now)
    serial = credentials.award_if_complete(session, seat, now=now, verify_address=VERIFY)
    assert serial is not None
    return Learner(account, cohort_id, enrolment, attempt, serial, note)
