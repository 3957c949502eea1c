"""What learners give before an award: their name under the code of ethics, and an evaluation."""

import json
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.closing import EthicsAttestation, EvaluationAnswers, EvaluationReceipt
from lms.services import audit, catalogue, learning
from lms.services.cohorts import Seat

KEY_BYTES = 16


def attest(session: Session, seat: Seat, *, typed_name: str, digest: str, now: datetime) -> None:
    """Store a learner's typed name under the code of ethics of their release.

    Refused for another name than that of the account, and for a text that is not the one they
    were shown. To attest the same text again changes nothing.
    """
    code = catalogue.release(session, seat.release_id).course.closing.code
    if code is None:
        raise NotFound()
    if digest != code.digest:
        raise Refused("The code of ethics has changed meanwhile. Read it once more.")
    db.lock(session)
    name = session.scalars(
        sa.select(Account.full_name).where(Account.id == seat.account_id).with_for_update()
    ).one()
    if not is_same_name(typed_name, name):
        raise Refused(f"Type your name as it will stand on the certificate: {name}.")
    if session.get(EthicsAttestation, (seat.enrolment_id, digest)) is not None:
        return
    session.add(
        EthicsAttestation(
            enrolment_id=seat.enrolment_id, digest=digest, typed_name=typed_name, attested_at=now
        )
    )
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act="ethics.attested",
        subject=f"enrolment {seat.enrolment_id}",
        detail={"code": digest},
    )


def is_same_name(typed: str, name: str) -> bool:
    """Whether two spellings name one person: case, spacing and composition do not matter."""
    return _bare(typed) == _bare(name) != ""


def _bare(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def evaluate(session: Session, seat: Seat, given: Mapping[str, str], now: datetime) -> None:
    """Keep a learner's evaluation apart from the learner, and that it was given.

    Refused before the course is complete, and a second time. Raises `UnreadableEvaluation` with
    every fault, and then keeps nothing. The trail tells nothing of it: its instants would name
    the author.
    """
    asked = catalogue.release(session, seat.release_id).course.closing.evaluation
    if asked is None:
        raise NotFound()
    if not learning.progress_of(session, seat).is_complete:
        raise Refused("The evaluation opens when every lesson and quiz is done.")
    answers = courses.read_evaluation(asked, given)
    today = now.astimezone(ZoneInfo(seat.time_zone)).date()
    session.add(EvaluationReceipt(enrolment_id=seat.enrolment_id, given_on=today))
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("You have evaluated this course already. Thank you.") from error
    session.add(
        EvaluationAnswers(
            key=secrets.token_hex(KEY_BYTES),
            programme_id=seat.programme_id,
            release_id=seat.release_id,
            month=today.strftime("%Y-%m"),
            answers=json.dumps(answers, ensure_ascii=False, sort_keys=True),
        )
    )
    session.flush()
