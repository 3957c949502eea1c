"""Rulings: a dry run that tells everything, and a confirmation that appends and follows through."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.models.acts import CredentialAct
from lms.models.assessment import Attempt, ResponseStep, ScoreRecord
from lms.models.audit import AuditEntry
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.models.reviews import CredentialConcern
from lms.services import accounts, assessment, audit, cohorts, credentials, learning, reviews
from lms.services.reviews import CHANGES
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.stories import VERIFY, read_all, rows_of, sit

LATER = THEN + timedelta(days=2)
BANK, REASON = "small-course", "Two answers of it are right."


@pytest.fixture
def sat(app: Flask, cast: Cast) -> dict[str, int]:
    """Leo passed with two of three right and is certified; Lena failed with one."""
    with app.app_context():
        session = db.session
        read_all(session, cast.lena, cast.lena_seat, THEN)
        read_all(session, cast.leo, cast.leo_seat, THEN)
        found = {
            "leo": sit(session, cast.leo, cast.leo_seat, right=2, now=THEN),
            "lena": sit(session, cast.lena, cast.lena_seat, right=1, now=THEN),
        }
        seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
        assert credentials.award_if_complete(session, seat, now=THEN, verify_address=VERIFY)
        session.commit()
    return found


def slots(session: Session, attempt: int) -> list[str]:
    paper = assessment.sitting_of(session, attempt).paper
    return [slot.item_id for slot in paper.slots]


def propose(session: Session, cast: Cast, item: str, **more: object) -> int:
    values: dict = {
        "release_id": cast.release,
        "bank_id": BANK,
        "item_id": item,
        "remedy": "full-credit",
        "keeps_passes": True,
        "reason": REASON,
        "now": LATER,
        **more,
    }
    return reviews.propose(session, values.pop("by", cast.ada), cast.northgate, **values)


def look(session: Session, cast: Cast, ruling: int) -> reviews.DryRun:
    return reviews.dry_run(session, reviews.ruling_for(session, cast.ada, ruling), LATER)


def confirm(session: Session, cast: Cast, ruling: int, **more: object) -> reviews.Confirmation:
    run = look(session, cast, ruling)
    values: dict = {
        "token": run.token,
        "words": reviews.drafts(session, run, 30),
        "now": LATER,
        "verify_address": VERIFY,
        **more,
    }
    return reviews.confirm(session, values.pop("by", cast.ada), ruling, **values)


def rule(session: Session, cast: Cast, item: str, **more: object) -> reviews.Confirmation:
    return confirm(session, cast, propose(session, cast, item, **more))


def scores(session: Session, attempt: int) -> list[tuple[int, int, bool]]:
    query = sa.select(ScoreRecord).where(ScoreRecord.attempt_id == attempt)
    rows = session.scalars(query.order_by(ScoreRecord.revision))
    return [(row.points // row.parts, row.maximum // row.parts, row.passed) for row in rows]


def letters(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def wrong_of(session: Session, attempt: int) -> list[str]:
    """The items that an attempt has wrong."""
    sitting = assessment.sitting_of(session, attempt)
    return [
        slot.item_id
        for n, slot in enumerate(sitting.paper.slots, start=1)
        if sitting.state.responses[n].answer != sitting.bank.item(slot.item_id).key.id
    ]


def test_a_dry_run_tells_everything_and_writes_nothing(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    """Lena has one of three right: with another of them credited she passes and is certified."""
    ruling = propose(session, cast, wrong_of(session, sat["lena"])[0])
    before = {table: rows_of(session, table) for table in (ScoreRecord, OutboxMessage, AuditEntry)}
    run = look(session, cast, ruling)
    (line,) = run.group("passes")
    assert (line.sat.name, line.reader.before, line.reader.after) == (
        "Lena Marković",
        "1 of 3",
        "2 of 3",
    )
    assert [gain.name for gain in run.effects.gains] == ["Lena Marković"]
    assert run.effects.doubtful == ()
    assert look(session, cast, ruling).token == run.token
    assert before == {table: rows_of(session, table) for table in before}


def test_confirming_appends_awards_and_writes_in_one_transaction(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    first, second = wrong_of(session, sat["lena"])
    assert rule(session, cast, first).kind == "confirmed"
    assert scores(session, sat["lena"]) == [(1, 3, False), (2, 3, True)]
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    assert learning.progress_of(session, seat).is_complete
    assert len(credentials.list_of_holder(session, cast.lena, LATER)) == 1
    (notice,) = [each for each in letters(session) if "has changed" in each.subject][-1:]
    assert "Your certificate" in " ".join(each.subject for each in letters(session)[-3:])
    assert "you have passed the quiz" in notice.body
    assert REASON in notice.body
    assert "{" not in notice.body
    reasons = session.scalars(sa.select(ScoreRecord.reason).where(ScoreRecord.revision == 2))
    assert set(reasons) == {f"Item {first}: everybody gets full credit for it. {REASON}"}
    acts = list(session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts[-2:] == ["credential.awarded", "ruling.confirmed"]
    assert acts.count("attempt.rescored") == len(changed(session))
    assert audit.first_broken(session) is None
    rule(session, cast, second)
    assert scores(session, sat["lena"]) == [(1, 3, False), (2, 3, True), (3, 3, True)]
    assert "Whether you passed does not change" in letters(session)[-1].body


def changed(session: Session) -> list[int]:
    """The attempts that were scored more than once."""
    query = sa.select(ScoreRecord.attempt_id).where(ScoreRecord.revision > 1)
    return list(session.scalars(query))


def test_a_ruling_applied_twice_changes_nothing(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    item = wrong_of(session, sat["lena"])[0]
    ruling = propose(session, cast, item)
    token = look(session, cast, ruling).token
    assert confirm(session, cast, ruling).kind == "confirmed"
    rows = rows_of(session, ScoreRecord), rows_of(session, OutboxMessage)
    assert confirm(session, cast, ruling, token=token).kind == "repeat"
    again = propose(session, cast, item)
    assert look(session, cast, again).rescored == ()
    assert confirm(session, cast, again).kind == "confirmed"
    assert (rows_of(session, ScoreRecord), rows_of(session, OutboxMessage)) == rows


def test_a_credential_that_loses_its_ground_is_flagged_and_never_revoked(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    sitting = assessment.sitting_of(session, sat["leo"])
    item = slots(session, sat["leo"])[0]
    other = next(o.id for o in sitting.bank.item(item).options if not o.key)
    ruling = propose(session, cast, item, remedy="new-key", keys=[other], keeps_passes=False)
    run = look(session, cast, ruling)
    assert [each.sat.name for each in run.group("fails")] == ["Leo Ferreira"]
    assert [each.credential.holder_name for each in run.effects.doubtful] == ["Leo Ferreira"]
    confirm(session, cast, ruling)
    assert scores(session, sat["leo"]) == [(2, 3, True), (1, 3, False)]
    concern = session.scalars(sa.select(CredentialConcern)).one()
    assert concern.ruling_id == ruling
    assert rows_of(session, CredentialAct) == 0
    assert credentials.list_of_holder(session, cast.leo, LATER)[0].verdict.status == "valid"
    told = [each.body for each in letters(session) if each.recipient == cast.email("Leo")]
    assert "it stays valid until an administrator has decided" in told[-1]


def test_passes_are_kept_when_the_ruling_says_so(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    sitting = assessment.sitting_of(session, sat["leo"])
    item = slots(session, sat["leo"])[0]
    other = next(o.id for o in sitting.bank.item(item).options if not o.key)
    rule(session, cast, item, remedy="new-key", keys=[other])
    assert scores(session, sat["leo"])[-1] == (1, 3, True)
    assert rows_of(session, CredentialConcern) == 0


def test_a_confirmation_that_rests_on_what_has_changed_says_so_and_does_nothing(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    first, second = wrong_of(session, sat["lena"])
    ruling = propose(session, cast, first)
    run = look(session, cast, ruling)
    rule(session, cast, second)
    rows = rows_of(session, ScoreRecord), rows_of(session, OutboxMessage)
    answer = confirm(session, cast, ruling, token=run.token)
    assert answer.kind == "stale"
    assert answer.dry_run is not None
    (line,) = [each for each in answer.dry_run.rescored if each.sat.account_id == cast.lena]
    assert (line.reader.before, line.reader.after) == ("2 of 3", "3 of 3")
    assert (rows_of(session, ScoreRecord), rows_of(session, OutboxMessage)) == rows
    assert reviews.ruling_for(session, cast.ada, ruling).is_open
    assert confirm(session, cast, ruling, token=answer.dry_run.token).kind == "confirmed"


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_forged_token_confirms_nothing(
    session: Session, cast: Cast, sat: dict[str, int], token: str
) -> None:
    ruling = propose(session, cast, slots(session, sat["lena"])[0])
    assert confirm(session, cast, ruling, token=token).kind == "stale"
    assert reviews.ruling_for(session, cast.ada, ruling).is_open


def test_an_attempt_under_way_is_scored_under_the_ruling(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    opened = assessment.start(session, seat, "first-module", seed=9, now=LATER)
    item = slots(session, opened)[0]
    ruling = propose(session, cast, item, remedy="drop")
    assert look(session, cast, ruling).running == 1
    confirm(session, cast, ruling)
    assert scores(session, opened) == []
    assessment.submit(session, cast.lena, opened, LATER)
    assert scores(session, opened) == [(0, 2, False)]


def test_it_refuses_to_drop_all_that_a_paper_could_hold(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    first, second, third = slots(session, sat["leo"])
    rule(session, cast, first, remedy="drop")
    rule(session, cast, second, remedy="drop")
    with pytest.raises(Refused, match="without any item"):
        propose(session, cast, third, remedy="drop")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"remedy": "new-key", "keys": []}, "one right answer"),
        ({"remedy": "new-key", "keys": ["z"]}, "no such option"),
        ({"reason": " "}, "Say why"),
        ({"reason": "x" * 501}, "Say why"),
    ],
)
def test_a_proposal_that_cannot_be_is_explained(
    session: Session, cast: Cast, sat: dict[str, int], more: dict, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        propose(session, cast, slots(session, sat["leo"])[0], **more)


def test_nobody_confirms_what_scores_their_own_attempt_again(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    accounts.grant_role(
        session,
        programme_id=cast.northgate,
        email=cast.email("Lena"),
        role="administrator",
        by=cast.ada,
        now=LATER,
    )
    ruling = propose(session, cast, wrong_of(session, sat["lena"])[0], by=cast.lena)
    with pytest.raises(Refused, match="your own"):
        confirm(session, cast, ruling, by=cast.lena)
    assert confirm(session, cast, ruling).kind == "confirmed"


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("lena", Forbidden), ("ivo", Forbidden), ("olga", NotFound), ("otto", NotFound)],
)
def test_only_administrators_of_the_programme_rule(
    session: Session, cast: Cast, sat: dict[str, int], who: str, refusal: type[LmsError]
) -> None:
    item, other = slots(session, sat["leo"])[0], getattr(cast, who)
    ruling = propose(session, cast, item)
    for act in (
        lambda: propose(session, cast, item, by=other),
        lambda: confirm(session, cast, ruling, by=other),
        lambda: reviews.set_aside(session, other, ruling, LATER),
        lambda: reviews.ruling_for(session, other, ruling),
    ):
        with pytest.raises(refusal):
            act()
    assert reviews.ruling_for(session, cast.ada, ruling).is_open


def test_a_proposal_is_set_aside_once_and_confirmed_no_more(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    ruling = propose(session, cast, slots(session, sat["leo"])[0])
    reviews.set_aside(session, cast.ada, ruling, LATER)
    with pytest.raises(Refused, match="already"):
        reviews.set_aside(session, cast.ada, ruling, LATER)
    with pytest.raises(Refused, match="set aside"):
        confirm(session, cast, ruling)


def test_a_group_is_not_left_without_its_notice(
    session: Session, cast: Cast, sat: dict[str, int]
) -> None:
    ruling = propose(session, cast, wrong_of(session, sat["lena"])[0])
    with pytest.raises(Refused, match="write the notice"):
        confirm(session, cast, ruling, words=dict.fromkeys(CHANGES, " "))


def test_of_fifty_who_confirm_one_ruling_one_does(
    app: Flask, cast: Cast, sat: dict[str, int]
) -> None:
    """Vulnerable twin: without the lock and the asking again, each appends a revision of its own
    or falls over the other's."""
    with app.app_context():
        ruling = propose(db.session, cast, wrong_of(db.session, sat["lena"])[0])
        run = look(db.session, cast, ruling)
        words = reviews.drafts(db.session, run, 30)
        letters_before = rows_of(db.session, OutboxMessage)
        db.session.commit()

    def act(session: Session, _number: int) -> str:
        return reviews.confirm(
            session,
            cast.ada,
            ruling,
            token=run.token,
            words=words,
            now=LATER,
            verify_address=VERIFY,
        ).kind

    answers = at_once(app, act)
    assert sorted(answers) == ["confirmed"] + ["repeat"] * 49
    with app.app_context():
        assert len(scores(db.session, sat["lena"])) == 2
        letters_written = len(run.rescored) + len(run.effects.gains)
        assert rows_of(db.session, OutboxMessage) == letters_before + letters_written
        assert audit.first_broken(db.session) is None


def test_a_submission_at_the_moment_of_confirming_is_never_scored_without_the_ruling(
    app: Flask, cast: Cast, sat: dict[str, int]
) -> None:
    with app.app_context():
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        opened = assessment.start(db.session, seat, "first-module", seed=3, now=LATER)
        item = slots(db.session, opened)[0]
        ruling = propose(db.session, cast, item)
        db.session.commit()

    def act(session: Session, number: int) -> str:
        if number % 2:
            return str(assessment.submit(session, cast.lena, opened, LATER).enrolment_id)
        return confirm(session, cast, ruling).kind

    at_once(app, act, threads=10)
    with app.app_context():
        while reviews.ruling_for(db.session, cast.ada, ruling).is_open:
            confirm(db.session, cast, ruling)  # what everybody saw was stale: look again
        assert scores(db.session, opened)[-1] == (1, 3, False)


def test_nothing_else_moves(session: Session, cast: Cast, sat: dict[str, int]) -> None:
    """What the learners said and the credential they hold stay as they were, byte for byte."""

    def kept() -> list:
        return [
            session.execute(sa.select(*table.__table__.c).order_by(table.id)).all()
            for table in (ResponseStep, Attempt, CredentialRecord)
        ]

    before, first = kept(), scores(session, sat["leo"])[0]
    rule(session, cast, slots(session, sat["leo"])[0], remedy="drop")
    assert kept() == before
    assert scores(session, sat["leo"])[0] == first
