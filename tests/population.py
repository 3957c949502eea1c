"""Many learners at once, signed in without a form: for load, crashes and large cohorts."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_security.utils import hash_password
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.services import accounts, catalogue, cohorts, learning
from tests.cast import PASSWORD, THEN

CSRF = "c" * 40


@dataclass(frozen=True)
class Learner:
    """An enrolled person and what their browser sends along."""

    account: int
    enrolment: int
    uniquifier: str
    token: str

    def cookie(self, app: Flask) -> str:
        """Return the session cookie of their browser."""
        values = {
            "_user_id": self.uniquifier,
            "_fresh": False,
            "sign_in": self.token,
            "csrf_token": CSRF,
        }
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        name = app.config["SESSION_COOKIE_NAME"]
        return f"{name}={signer.dumps(values)}"


def csrf_token(app: Flask) -> str:
    """Return a token that every cookie of `Learner.cookie` goes with."""
    return str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(CSRF))


def add_learners(
    session: Session, cohort_id: int, count: int, *, now: datetime, prefix: str = "learner"
) -> list[Learner]:
    """Enrol `count` people who signed in at `now`."""
    password = hash_password(PASSWORD)
    people = []
    for number in range(1, count + 1):
        account = Account(
            email=f"{prefix}-{number}@example.org",
            password=password,
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            confirmed_at=THEN,
            full_name=f"{prefix.title()} Number {number}",
            profession="Licensed psychologist",
            created_at=THEN,
        )
        session.add(account)
        session.flush()
        people.append(seat(session, account, cohort_id, now))
    return people


def seat(session: Session, account: Account, cohort_id: int, now: datetime) -> Learner:
    """Enrol somebody and sign them in at `now`."""
    enrolment = Enrolment(cohort_id=cohort_id, account_id=account.id, enrolled_at=THEN)
    session.add(enrolment)
    session.flush()
    token = secrets.token_urlsafe(32)
    accounts.begin_sign_in(session, account.id, token=token, device="Test", now=now)
    return Learner(account.id, enrolment.id, account.fs_uniquifier, token)


def read_lessons(session: Session, learner: Learner, now: datetime, most: int = 1000) -> None:
    """Complete the first `most` of the lessons that are open to the learner."""
    taken = cohorts.seat_for(session, learner.account, learner.enrolment)
    states = learning.progress_of(session, taken).units
    course = catalogue.release(session, taken.release_id).course
    is_open = {each.unit.key for each in states if each.state != "locked"}
    for lesson in [each for each in course.lessons if each.key in is_open][:most]:
        learning.complete_lesson(session, taken, lesson, now)
