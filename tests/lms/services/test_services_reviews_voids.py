"""Voiding and restoring: counted nowhere, told, audited, flagged, and never erased."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.models.acts import CredentialAct
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.audit import AuditEntry
from lms.models.mail import OutboxMessage
from lms.models.reviews import VoidAct
from lms.services import (
    accounts,
    assessment,
    audit,
    cohorts,
    credentials,
    learning,
    reports,
    reviewed,
    reviews,
    sittings,
)
from quizzes import Override
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.stories import VERIFY, read_all, rows_of, sit

LATER = THEN + timedelta(days=2)
MODULE = "first-module"


@pytest.fixture
def passed(app: Flask, cast: Cast) -> int:
    """Leo passed and is certified."""
    with app.app_context():
        read_all(db.session, cast.leo, cast.leo_seat, THEN)
        read_all(db.session, cast.lena, cast.lena_seat, THEN)
        attempt = sit(db.session, cast.leo, cast.leo_seat, right=3, now=THEN)
        seat = cohorts.seat_for(db.session, cast.leo, cast.leo_seat)
        credentials.award_if_complete(db.session, seat, now=THEN, verify_address=VERIFY)
        db.session.commit()
    return attempt


def void(session: Session, cast: Cast, attempt: int, **more: object) -> reviews.Effects:
    values: dict = {
        "reason": "Somebody else sat it.",
        "gives_back": True,
        "now": LATER,
        "verify_address": VERIFY,
        **more,
    }
    return reviews.void(session, values.pop("by", cast.ada), attempt, **values)


def restore(session: Session, cast: Cast, attempt: int, **more: object) -> reviews.Effects:
    values: dict = {"reason": "A mix-up of names.", "now": LATER, "verify_address": VERIFY, **more}
    return reviews.restore(session, values.pop("by", cast.ada), attempt, **values)


def last_letter(session: Session) -> OutboxMessage:
    return session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()  # type: ignore[return-value]


def test_a_voided_attempt_counts_nowhere(session: Session, cast: Cast, passed: int) -> None:
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    assert learning.standing_at(session, seat, "first-module/lesson-1")[0].is_complete
    autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    state = reports.state_of(session, autumn, LATER)
    void(session, cast, passed)
    assert not learning.standing_at(session, seat, "first-module/lesson-1")[0].is_complete
    assert not learning.progress_of(session, seat).is_complete
    assert reports.state_of(session, autumn, LATER) != state
    report = reports.cohort_report(session, autumn, LATER)
    leo = next(line for line in report.lines if line.enrolment_id == cast.leo_seat)
    assert not leo.progress.is_complete
    assert reports.count_complete(session, [cast.autumn])[cast.autumn] == 0


def test_what_is_kept_in_memory_notices_one_voided_and_another_restored(
    session: Session, cast: Cast, passed: int
) -> None:
    """As many attempts are voided before as after: only the acts tell them apart."""
    failed = sit_again(session, cast, passed)
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    void(session, cast, failed)
    assert learning.standing_at(session, seat, "first-module/lesson-1")[0].is_complete
    restore(session, cast, failed)
    void(session, cast, passed)
    assert not learning.standing_at(session, seat, "first-module/lesson-1")[0].is_complete


def sit_again(session: Session, cast: Cast, passed: int) -> int:
    """Void Leo's pass, let him fail, and restore the pass."""
    void(session, cast, passed)
    failed = sit(session, cast.leo, cast.leo_seat, right=0, now=LATER)
    restore(session, cast, passed)
    return failed


def test_its_learner_is_told_why_and_the_trail_says_who(
    session: Session, cast: Cast, passed: int
) -> None:
    void(session, cast, passed)
    letter = last_letter(session)
    assert letter.recipient == cast.email("Leo")
    assert "Somebody else sat it." in letter.body
    assert "not counted among your attempts" in letter.body
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.act, entry.actor_id, entry.subject) == (
        "attempt.voided",
        cast.ada,
        f"attempt {passed}",
    )
    assert audit.first_broken(session) is None


def test_a_credential_on_it_is_flagged_and_stays_until_somebody_decides(
    session: Session, cast: Cast, passed: int
) -> None:
    seen = reviews.examine(session, cast.ada, passed, LATER)
    assert len(seen.effects.doubtful) == 1
    void(session, cast, passed)
    (concern,) = reviews.list_concerns(session, cast.northgate)
    assert concern.is_open
    assert (concern.holder, concern.attempt_id) == ("Leo Ferreira", passed)
    assert rows_of(session, CredentialAct) == 0
    assert credentials.list_of_holder(session, cast.leo, LATER)[0].verdict.status == "valid"


@pytest.mark.parametrize("outcome", ["stands", "revoked"])
def test_an_administrator_decides_about_it_once(
    session: Session, cast: Cast, passed: int, outcome: str
) -> None:
    void(session, cast, passed)
    (concern,) = reviews.list_concerns(session, cast.northgate)
    how: dict = {"outcome": outcome, "words": "We looked at the recording.", "now": LATER}
    reviews.decide_concern(session, cast.ada, concern.id, **how)
    (decided,) = reviews.list_concerns(session, cast.northgate)
    assert not decided.is_open
    assert (decided.outcome, decided.decided_by) == (outcome, "Ada Okafor")
    status = credentials.list_of_holder(session, cast.leo, LATER)[0].verdict.status
    assert status == "valid", "to revoke it takes a second administrator"
    waiting = credentials.list_waiting(session, cast.northgate)
    assert [line.kind for line in waiting] == (["revoke"] if outcome == "revoked" else [])
    if outcome == "stands":
        assert "stands" in last_letter(session).subject
    session.commit()
    with pytest.raises(Refused, match="already"):
        reviews.decide_concern(session, cast.ada, concern.id, **how)


def test_restoring_is_a_new_act_and_brings_back_what_it_was(
    session: Session, cast: Cast, passed: int
) -> None:
    before = session.execute(sa.select(ScoreRecord.__table__)).all()
    void(session, cast, passed)
    restore(session, cast, passed)
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    assert learning.progress_of(session, seat).is_complete
    assert session.execute(sa.select(ScoreRecord.__table__)).all() == before
    acts = reviews.list_acts(session, passed)
    assert [(act.act, act.reason) for act in acts] == [
        ("void", "Somebody else sat it."),
        ("restore", "A mix-up of names."),
    ]
    assert len(credentials.list_of_holder(session, cast.leo, LATER)) == 1
    void(session, cast, passed)
    assert [act.act for act in reviews.list_acts(session, passed)] == ["void", "restore", "void"]


@pytest.mark.parametrize("gives_back", [True, False])
def test_the_try_is_given_back_or_not(
    session: Session, cast: Cast, passed: int, gives_back: bool
) -> None:
    autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    once = Override(attempts=1)
    sittings.set_rule(session, autumn, MODULE, sittings.WHOLE_COHORT, once, by=cast.ada, now=LATER)
    void(session, cast, passed, gives_back=gives_back)
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    assert reviewed.count_voided_tries(session, cast.leo_seat, MODULE) == (not gives_back)
    if gives_back:
        assert assessment.start(session, seat, MODULE, seed=1, now=LATER)
        return
    with pytest.raises(Refused, match="used up"):
        assessment.start(session, seat, MODULE, seed=1, now=LATER)


def test_an_attempt_under_way_ends_with_it_and_another_can_begin(
    session: Session, cast: Cast, passed: int
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    opened = assessment.start(session, seat, MODULE, seed=1, now=LATER)
    void(session, cast, opened)
    another = assessment.start(session, seat, MODULE, seed=2, now=LATER)
    assert another != opened
    assessment.submit(session, cast.lena, another, LATER)
    restore(session, cast, opened)
    assert (
        session.scalar(sa.select(ScoreRecord.passed).where(ScoreRecord.attempt_id == opened))
        is False
    )


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("leo", Forbidden), ("lena", Forbidden), ("ivo", Forbidden), ("olga", NotFound)],
)
def test_only_administrators_of_the_programme_void_and_restore(
    session: Session, cast: Cast, passed: int, who: str, refusal: type[LmsError]
) -> None:
    other = getattr(cast, who)
    for act in (
        lambda: void(session, cast, passed, by=other),
        lambda: restore(session, cast, passed, by=other),
        lambda: reviews.examine(session, other, passed, LATER),
    ):
        with pytest.raises(refusal):
            act()
    assert rows_of(session, VoidAct) == 0


def test_nobody_decides_about_their_own(session: Session, cast: Cast, passed: int) -> None:
    accounts.grant_role(
        session,
        programme_id=cast.northgate,
        email=cast.email("Leo"),
        role="administrator",
        by=cast.ada,
        now=LATER,
    )
    with pytest.raises(Forbidden, match="own attempt"):
        void(session, cast, passed, by=cast.leo)
    void(session, cast, passed)
    with pytest.raises(Forbidden, match="own attempt"):
        restore(session, cast, passed, by=cast.leo)
    (concern,) = reviews.list_concerns(session, cast.northgate)
    with pytest.raises(Forbidden, match="own certificate"):
        reviews.decide_concern(
            session, cast.leo, concern.id, outcome="stands", words="Mine.", now=LATER
        )


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_an_act_without_its_reason_is_refused(
    session: Session, cast: Cast, passed: int, reason: str
) -> None:
    with pytest.raises(Refused, match="Say why"):
        void(session, cast, passed, reason=reason)


def test_what_is_voided_is_not_voided_again_nor_what_counts_restored(
    session: Session, cast: Cast, passed: int
) -> None:
    with pytest.raises(Refused, match="not voided"):
        restore(session, cast, passed)
    void(session, cast, passed)
    with pytest.raises(Refused, match="voided already"):
        void(session, cast, passed)


def test_of_fifty_who_void_one_attempt_one_does(app: Flask, cast: Cast, passed: int) -> None:
    answers = at_once(app, lambda session, _n: void(session, cast, passed) and "voided")
    assert [each for each in answers if each == "voided"] == ["voided"]
    with app.app_context():
        assert rows_of(db.session, VoidAct) == 1
        assert db.session.scalars(sa.select(Attempt.voided_at).where(Attempt.id == passed)).one()
        assert audit.first_broken(db.session) is None
