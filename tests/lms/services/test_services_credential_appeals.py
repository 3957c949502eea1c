"""Appeals against acts on credentials: within a time, by two more people, with what follows."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms import clock
from lms.db import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import RoleGrant
from lms.models.acts import CredentialAct, CredentialAppeal, CredentialAppealStep
from lms.models.audit import AuditEntry
from lms.models.mail import OutboxMessage
from lms.services import audit, credentials
from lms.services.credentials import CredentialAppealLine, ProposedKind
from tests.act_samples import do, leave_ada_and_ivo, proposal_of, second_administrator
from tests.cast import Cast
from tests.races import at_once
from tests.stories import VERIFY, Told, rows_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def told(app: Flask, cast: Cast, told: Told) -> Told:
    """Leo holds a certificate, and Bea and Ada alone administer."""
    with app.app_context():
        leave_ada_and_ivo(db.session, cast)
        second_administrator(db.session, cast)
        db.session.commit()
    return told


@pytest.fixture
def now(told: Told) -> datetime:
    return clock.now() + MINUTE


def file(session: Session, told: Told, now: datetime, act: int = 1) -> CredentialAppealLine:
    return credentials.file_credential_appeal(
        session, told.cast.leo, told.serial, act=act, ground="It was answered.", now=now
    )


def look(session: Session, by: int, line: CredentialAppealLine, now: datetime) -> None:
    credentials.look_into_credential_appeal(
        session, by, line.id, outcome="changed", words="CANARY-FINDING", now=now
    )


def decide(
    session: Session, by: int, line: CredentialAppealLine, now: datetime, outcome: str = "changed"
) -> str | None:
    return credentials.decide_credential_appeal(
        session,
        by,
        line.id,
        outcome=outcome,  # type: ignore[arg-type]
        words="We have looked at it.",
        now=now,
        verify_address=VERIFY,
    )


def status_of(session: Session, serial: str, at: datetime) -> str:
    found = credentials.find_by_serial(session, serial, at)
    assert found is not None
    return found.verdict.status


def test_an_appeal_is_acknowledged_at_once_with_the_day_of_its_answer(
    session: Session, told: Told, now: datetime
) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    line = file(session, told, now + DAY)
    assert line.answer_by == (now + DAY + timedelta(days=credentials.ANSWER_DAYS)).date()
    letter = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert letter is not None and letter.recipient == "leo@example.org"
    assert f"{line.answer_by.day} {line.answer_by:%B %Y}" in letter.body
    assert not line.is_overdue(line.answer_by) and line.is_overdue(line.answer_by + DAY)


def test_the_time_to_appeal_ends_with_its_last_day(
    session: Session, told: Told, now: datetime
) -> None:
    do(session, told.cast, told.serial, "revoke", now)
    found = credentials.find_by_serial(session, told.serial, now)
    assert found is not None
    (act,) = credentials.list_appealable(session, found, now)
    last = datetime.combine(act.until, datetime.max.time(), tzinfo=now.tzinfo)
    assert credentials.list_appealable(session, found, last)
    assert credentials.list_appealable(session, found, last + timedelta(seconds=1)) == []
    with pytest.raises(Refused, match="30 days"):
        file(session, told, last + timedelta(seconds=1))
    file(session, told, last)


@pytest.mark.parametrize("kind", ["reissue", "reinstate"])
def test_only_what_holds_against_a_holder_is_appealed(
    session: Session, told: Told, now: datetime, kind: ProposedKind
) -> None:
    if kind == "reinstate":
        do(session, told.cast, told.serial, "suspend", now)
    do(session, told.cast, told.serial, kind, now)
    for act in (1, 2, 3):
        with pytest.raises((Refused, NotFound)):
            file(session, told, now + MINUTE, act)


@pytest.mark.parametrize("who", ["lena", "ivo", "ada", "otto", "olga"])
def test_the_holder_alone_appeals(session: Session, told: Told, now: datetime, who: str) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    with pytest.raises((Forbidden, NotFound)):
        credentials.file_credential_appeal(
            session, getattr(told.cast, who), told.serial, act=1, ground="Mine.", now=now
        )


def test_whoever_took_part_in_the_act_does_not_decide(
    session: Session, told: Told, now: datetime
) -> None:
    """Ada proposed and Bea approved; Ivo, who had no part, is the only one left."""
    do(session, told.cast, told.serial, "suspend", now)
    bea = second_administrator(session, told.cast)
    line = file(session, told, now + MINUTE)
    assert credentials.list_deciders(session, line) == ["Ivo Hansen"]
    with pytest.raises(Forbidden, match="First somebody"):
        decide(session, told.cast.ivo, line, now)
    look(session, told.cast.ada, line, now + MINUTE)
    session.commit()
    for by, why in ((told.cast.ada, "looked into"), (bea, "had a part")):
        with pytest.raises(Forbidden, match=why):
            decide(session, by, line, now)
    decide(session, told.cast.ivo, line, now + 2 * MINUTE)
    assert status_of(session, told.serial, now + 2 * MINUTE) == "valid"


def test_nobody_answers_their_own_appeal(session: Session, told: Told, now: datetime) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    line = file(session, told, now)
    session.add(
        RoleGrant(
            account_id=told.cast.leo,
            programme_id=told.cast.northgate,
            role="administrator",
            granted_at=now,
        )
    )
    session.flush()
    with pytest.raises(Forbidden, match="their own"):
        look(session, told.cast.leo, line, now)


def test_the_database_keeps_the_first_person_from_deciding(
    session: Session, told: Told, now: datetime
) -> None:
    """The twin: without the question who looked into it, only the table is left to refuse."""
    do(session, told.cast, told.serial, "suspend", now)
    line = file(session, told, now)
    look(session, told.cast.ivo, line, now)
    session.add(
        CredentialAppealStep(
            appeal_id=line.id,
            kind="decided",
            outcome="changed",
            words="By the same hand.",
            taken_by=told.cast.ivo,
            taken_at=now,
        )
    )
    with pytest.raises(DatabaseError, match=r"(?i)unique"):
        session.flush()


def test_an_allowed_appeal_lifts_the_suspension_in_the_same_transaction(
    session: Session, told: Told, now: datetime
) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    line = file(session, told, now)
    look(session, told.cast.ada, line, now)
    session.commit()
    decide(session, told.cast.ivo, line, now + MINUTE)
    found = credentials.find_by_serial(session, told.serial, now + MINUTE)
    assert found is not None and found.verdict.status == "valid"
    act = credentials.list_acts(session, found.id)[-1]
    assert act.words == "An appeal was allowed; it holds as before."
    assert (act.proposed_by, act.done_by) == ("Ada Okafor", "Ivo Hansen")
    bodies = session.scalars(sa.select(OutboxMessage.body)).all()
    assert any("Your appeal is allowed." in body for body in bodies)
    assert not any("CANARY-FINDING" in body for body in bodies)
    acts = session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts[-2:] == ["credential.appeal-decided", "credential.reinstated"]
    assert audit.first_broken(session) is None
    session.rollback()
    assert status_of(session, told.serial, now + MINUTE) == "suspended"


def test_a_revocation_stays_final_and_the_award_comes_back_under_a_new_number(
    session: Session, told: Told, now: datetime
) -> None:
    do(session, told.cast, told.serial, "revoke", now)
    line = file(session, told, now)
    look(session, told.cast.ada, line, now)
    serial = decide(session, told.cast.ivo, line, now + MINUTE)
    assert serial is not None
    old = credentials.find_by_serial(session, told.serial, now + MINUTE)
    new = credentials.find_by_serial(session, serial, now + MINUTE)
    assert old is not None and new is not None
    assert (old.verdict.status, old.verdict.superseded_by) == ("revoked", serial)
    assert (new.verdict.status, new.version) == ("valid", 2)
    assert new.credential.holder_name == old.credential.holder_name


def test_an_appeal_that_is_not_allowed_changes_nothing(
    session: Session, told: Told, now: datetime
) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    line = file(session, told, now)
    look(session, told.cast.ada, line, now)
    decide(session, told.cast.ivo, line, now, "upheld")
    assert status_of(session, told.serial, now) == "suspended"
    assert rows_of(session, CredentialAct) == 1


def test_an_appeal_against_what_was_lifted_meanwhile_is_answered_without_an_act(
    session: Session, told: Told, now: datetime
) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    line = file(session, told, now)
    look(session, told.cast.ada, line, now)
    do(session, told.cast, told.serial, "reinstate", now + MINUTE)
    assert decide(session, told.cast.ivo, line, now + 2 * MINUTE) is None
    assert rows_of(session, CredentialAct) == 2


def test_a_proposal_that_an_appeal_overtook_can_only_be_declined(
    session: Session, told: Told, now: datetime
) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    bea = second_administrator(session, told.cast)
    how: dict = {"now": now + MINUTE}
    waiting = credentials.propose(
        session, told.cast.ada, told.serial, proposal_of("reinstate"), **how
    )
    line = file(session, told, now)
    look(session, told.cast.ada, line, now)
    decide(session, told.cast.ivo, line, now + MINUTE)
    session.commit()
    with pytest.raises(Refused, match="no longer"):
        credentials.approve(session, bea, waiting.id, verify_address=VERIFY, **how)
    session.rollback()
    credentials.decline(session, bea, waiting.id, words="The appeal has done it.", **how)


@pytest.mark.parametrize("ground", ["", "   ", "x" * 4001])
def test_an_appeal_says_why(session: Session, told: Told, now: datetime, ground: str) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    with pytest.raises(Refused, match="Say why"):
        credentials.file_credential_appeal(
            session, told.cast.leo, told.serial, act=1, ground=ground, now=now
        )


def test_of_fifty_appeals_one_is_filed(app: Flask, told: Told, now: datetime) -> None:
    with app.app_context():
        do(db.session, told.cast, told.serial, "suspend", now)
        db.session.commit()
    answers = at_once(app, lambda session, _: file(session, told, now))
    assert sum(isinstance(each, Refused) for each in answers) == 49
    with app.app_context():
        assert rows_of(db.session, CredentialAppeal) == 1


def test_of_fifty_decisions_one_is_taken(app: Flask, told: Told, now: datetime) -> None:
    """By Ivo and by twenty-four times somebody else without a part in it."""
    with app.app_context():
        session = db.session
        do(session, told.cast, told.serial, "revoke", now)
        line = file(session, told, now)
        look(session, told.cast.ada, line, now)
        session.add(
            RoleGrant(
                account_id=told.cast.otto,
                programme_id=told.cast.northgate,
                role="instructor",
                granted_at=now,
            )
        )
        session.commit()
    people = (told.cast.ivo, told.cast.otto)
    answers = at_once(app, lambda session, n: decide(session, people[n % 2], line, now))
    assert sum(isinstance(each, str) for each in answers) == 1
    with app.app_context():
        assert rows_of(db.session, CredentialAct) == 2
        assert audit.first_broken(db.session) is None


def test_who_left_the_programme_decides_nothing(
    session: Session, told: Told, now: datetime
) -> None:
    do(session, told.cast, told.serial, "suspend", now)
    line = file(session, told, now)
    look(session, told.cast.ada, line, now)
    session.execute(sa.delete(RoleGrant).where(RoleGrant.account_id == told.cast.ivo))
    with pytest.raises(NotFound):
        decide(session, told.cast.ivo, line, now)
    assert credentials.list_deciders(session, line) == []
