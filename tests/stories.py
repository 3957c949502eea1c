"""What the cast has been up to, told through the services: attempts, passes, certificates."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import quizzes
from lms import clock
from lms.db import db
from lms.models.accounts import SignIn
from lms.models.mail import OutboxMessage
from lms.services import (
    accounts,
    assessment,
    catalogue,
    cohorts,
    credentials,
    learning,
    notes,
    sharing,
    sittings,
)
from tests.cast import Cast

VERIFY = "http://127.0.0.1:8000/v"


@dataclass(frozen=True)
class Told:
    """Leo failed, passed, holds a certificate and wrote a note; Lena has read all and sits.

    `item` was on the paper that Leo failed.
    """

    cast: Cast
    failed_attempt: int
    passed_attempt: int
    serial: str
    open_attempt: int
    message: int
    leo_sign_in: int
    leo_note: int
    item: str


def tell(app: Flask, cast: Cast) -> Told:
    """Bring the cast's database to the state that `Told` describes."""
    with app.app_context():
        session, now = db.session, clock.now()
        for account, enrolment in ((cast.leo, cast.leo_seat), (cast.lena, cast.lena_seat)):
            read_all(session, account, enrolment, now - timedelta(hours=3))
        failed = sit(session, cast.leo, cast.leo_seat, right=0, now=now - timedelta(hours=2))
        passed = sit(session, cast.leo, cast.leo_seat, right=3, now=now - timedelta(hours=1))
        seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
        serial = credentials.award_if_complete(session, seat, now=now, verify_address=VERIFY)
        assert serial is not None
        theirs = cohorts.seat_for(session, cast.lena, cast.lena_seat)
        opened = assessment.start(session, theirs, "first-module", seed=5, now=now)
        sign_in = accounts.begin_sign_in(
            session, cast.leo, token="elsewhere", device="Firefox on Linux", now=now
        )
        first = catalogue.release(session, seat.release_id).course.lessons[0]
        words = notes.Wording(body="Ask the team about this.", quote="a fact")
        note = notes.write(session, seat, first, words, ticket="0" * 32, now=now)
        item = assessment.sitting_of(session, failed).paper.slots[0].item_id
        message = session.scalars(sa.select(OutboxMessage.id)).first()
        assert message is not None
        session.commit()
    return Told(cast, failed, passed, serial, opened, message, sign_in, note, item)


def settle(session: Session, cast: Cast, now: datetime) -> None:
    """Give the quiz a window, a group, an exception and an incident, and Leo an accommodation.

    Each is the first of its kind in the database, so that its number is 1.
    """
    autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    module, how = "first-module", {"by": cast.ada, "now": now}
    sittings.set_rule(
        session,
        autumn,
        module,
        sittings.WHOLE_COHORT,
        quizzes.Override(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9)),
        **how,
    )
    evening = sittings.make_group(session, autumn, "Evening", **how)
    sittings.set_members(session, autumn, evening, [cast.leo_seat], **how)
    later = quizzes.Override(closes_at=now + timedelta(days=10), attempts=quizzes.UNBOUNDED)
    target = sittings.Target(group_id=evening)
    sittings.set_rule(session, autumn, module, target, later, **how)
    sittings.declare_incident(
        session,
        autumn,
        module,
        minutes=10,
        description="The network was down.",
        ticket="0" * 32,
        **how,
    )
    sittings.grant(
        session,
        sittings.learner_for(session, autumn, cast.leo_seat),
        quizzes.Accommodation(percent=125, pause_minutes=20, larger_spacing=True),
        valid_from=(now - timedelta(days=2)).date(),
        valid_until=(now + timedelta(days=300)).date(),
        reason="CANARY-REASON: a letter of 3 September.",
        **how,
    )


def show(session: Session, told: Told, now: datetime) -> str:
    """Let Leo make the first link in the database, to his credential; return its token."""
    return sharing.make_link(
        session,
        told.cast.leo,
        serials=[told.serial],
        shown_name="full",
        label="St Mary’s",
        days=30,
        now=now,
    )


def read_all(session: Session, account: int, enrolment: int, now: datetime) -> None:
    """Read every lesson that waits for no other module."""
    seat = cohorts.seat_for(session, account, enrolment)
    known = learning.progress_of(session, seat)
    for lesson in catalogue.release(session, seat.release_id).course.lessons:
        if known.state_of(lesson.key).state != "locked":
            learning.complete_lesson(session, seat, lesson, now)


def sit(session: Session, account: int, enrolment: int, *, right: int, now: datetime) -> int:
    """Sit the quiz of the small course with `right` of its three answers right, and submit it."""
    seat = cohorts.seat_for(session, account, enrolment)
    attempt = assessment.start(session, seat, "first-module", seed=right, now=now)
    sitting = assessment.sitting_for(session, account, attempt)
    for number, slot in enumerate(sitting.paper.slots, start=1):
        item = sitting.bank.item(slot.item_id)
        wrong = next(option.id for option in item.options if not option.key)
        assessment.save_response(
            session,
            account,
            attempt,
            slot=number,
            sequence=1,
            answer=item.key.id if number <= right else wrong,
            now=now,
        )
    assessment.submit(session, account, attempt, now)
    return attempt


def rows_of(session: Session, table: type) -> int:
    """How many rows a table holds."""
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


__all__ = ["SignIn", "Told", "read_all", "rows_of", "settle", "show", "sit", "tell"]
