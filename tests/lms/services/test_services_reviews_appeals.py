"""Appeals: a clock for the learner and one for the programme, and two people for each answer."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.models.assessment import ManualMark
from lms.models.audit import AuditEntry
from lms.models.mail import OutboxMessage
from lms.models.reviews import Appeal, AppealStep
from lms.services import accounts, assessment, audit, cohorts, reviews
from lms.services.reviews import ANSWER_DAYS, APPEAL_DAYS
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.stories import VERIFY, read_all, rows_of, sit

DAY = timedelta(days=1)
LATER = THEN + DAY
GROUND = "Option B is what the guideline says."


@pytest.fixture
def failed(app: Flask, cast: Cast) -> int:
    """Lena failed, and Iris is a second instructor."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, THEN)
        attempt = sit(db.session, cast.lena, cast.lena_seat, right=1, now=THEN)
        accounts.grant_role(
            db.session,
            programme_id=cast.northgate,
            email=cast.email("Otto"),
            role="instructor",
            by=cast.ada,
            now=THEN,
        )
        db.session.commit()
    return attempt


def file(session: Session, cast: Cast, attempt: int, **more: object) -> reviews.AppealLine:
    values: dict = {"slot": 0, "ground": GROUND, "now": LATER, **more}
    return reviews.file_appeal(session, values.pop("by", cast.lena), attempt, **values)


def look_into(session: Session, by: int, appeal: int, **more: object) -> None:
    values: dict = {"outcome": "upheld", "words": "The key is right.", "now": LATER + DAY, **more}
    reviews.look_into(session, by, appeal, **values)


def decide(session: Session, by: int, appeal: int, **more: object) -> None:
    values: dict = {
        "outcome": "upheld",
        "words": "We read the guideline again: option A stands.",
        "link": "",
        "now": LATER + 2 * DAY,
        **more,
    }
    reviews.decide_appeal(session, by, appeal, **values)


def last_letter(session: Session) -> OutboxMessage:
    return session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()  # type: ignore[return-value]


def test_it_is_acknowledged_at_once_with_the_date_of_the_answer(
    session: Session, cast: Cast, failed: int
) -> None:
    line = file(session, cast, failed)
    assert line.answer_by == date(2026, 9, 2) + timedelta(days=ANSWER_DAYS)
    assert [step.kind for step in line.steps] == ["acknowledged"]
    letter = last_letter(session)
    assert letter.recipient == cast.email("Lena")
    assert "by 23 September 2026" in letter.body
    assert GROUND in letter.body
    acts = list(session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts[-1] == "appeal.filed"
    assert audit.first_broken(session) is None


@pytest.mark.parametrize(("days", "is_open"), [(APPEAL_DAYS, True), (APPEAL_DAYS + 1, False)])
def test_the_time_to_appeal_ends_with_a_day_of_the_programme(
    session: Session, cast: Cast, failed: int, days: int, is_open: bool
) -> None:
    """Scored on 1 September, 09:00 in London; the last minute of the last day still counts."""
    last = THEN.replace(hour=22, minute=59) + days * DAY
    if is_open:
        assert file(session, cast, failed, now=last).id
        return
    with pytest.raises(Refused, match="time is over"):
        file(session, cast, failed, now=last)


def test_a_result_that_was_changed_can_be_appealed_anew(
    session: Session, cast: Cast, failed: int
) -> None:
    late = THEN + (APPEAL_DAYS + 5) * DAY
    reviews.void(
        session,
        cast.ada,
        failed,
        reason="A fire alarm.",
        gives_back=True,
        now=late,
        verify_address=VERIFY,
    )
    assert file(session, cast, failed, now=late + DAY).id


def test_one_appeal_for_the_result_and_one_for_each_item(
    session: Session, cast: Cast, failed: int
) -> None:
    file(session, cast, failed)
    file(session, cast, failed, slot=2)
    session.commit()
    with pytest.raises(Refused, match="already"):
        file(session, cast, failed, slot=2)
    assert [line.slot for line in reviews.list_of_attempt(session, failed)] == [0, 2]
    sitting = assessment.sitting_of(session, failed)
    assert reviews.window_of(session, sitting, LATER).appealed == {0, 2}


@pytest.mark.parametrize("slot", [-1, 4, 99])
def test_an_item_the_paper_does_not_have_cannot_be_appealed(
    session: Session, cast: Cast, failed: int, slot: int
) -> None:
    with pytest.raises(NotFound):
        file(session, cast, failed, slot=slot)


@pytest.mark.parametrize("ground", ["", " \n ", "x" * 4001])
def test_an_appeal_gives_its_ground(session: Session, cast: Cast, failed: int, ground: str) -> None:
    with pytest.raises(Refused, match="Say why"):
        file(session, cast, failed, ground=ground)


def test_there_is_nothing_to_appeal_before_there_is_a_result(
    session: Session, cast: Cast, failed: int
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    opened = assessment.start(session, seat, "first-module", seed=4, now=LATER)
    with pytest.raises(Refused, match="no result yet"):
        file(session, cast, opened)


@pytest.mark.parametrize(
    ("who", "refusal"), [("leo", NotFound), ("olga", NotFound), ("ivo", Forbidden)]
)
def test_nobody_appeals_somebody_elses_attempt(
    session: Session, cast: Cast, failed: int, who: str, refusal: type[LmsError]
) -> None:
    with pytest.raises(refusal):
        file(session, cast, failed, by=getattr(cast, who))
    assert rows_of(session, Appeal) == 0


def test_one_looks_into_it_and_another_decides(session: Session, cast: Cast, failed: int) -> None:
    appeal = file(session, cast, failed).id
    letters = rows_of(session, OutboxMessage)
    look_into(session, cast.ivo, appeal)
    assert rows_of(session, OutboxMessage) == letters
    decide(session, cast.ada, appeal)
    line = reviews.line_of(session, appeal)
    assert line.is_decided
    assert [(step.kind, step.taken_by) for step in line.steps] == [
        ("acknowledged", None),
        ("found", "Ivo Hansen"),
        ("decided", "Ada Okafor"),
    ]
    letter = last_letter(session)
    assert "The result is upheld." in letter.body
    assert "option A stands" in letter.body
    assert "The key is right." not in letter.body


def test_the_second_person_is_not_the_first(session: Session, cast: Cast, failed: int) -> None:
    appeal = file(session, cast, failed).id
    with pytest.raises(Forbidden, match="First somebody looks into it"):
        decide(session, cast.ada, appeal)
    look_into(session, cast.ada, appeal)
    with pytest.raises(Forbidden, match="A second person"):
        decide(session, cast.ada, appeal)
    decide(session, cast.ivo, appeal)
    with pytest.raises(Forbidden, match="taken already"):
        decide(session, cast.otto, appeal)


def give_points(session: Session, cast: Cast, attempt: int, by: int, slot: int = 2) -> int:
    row = ManualMark(
        attempt_id=attempt, slot=slot, criterion="1", points=1, marked_by=by, marked_at=THEN
    )
    session.add(row)
    session.flush()
    return row.id


@pytest.mark.parametrize("what", ["marked", "ruled", "voided"])
def test_who_set_what_is_appealed_may_look_into_it_but_not_decide(
    session: Session, cast: Cast, failed: int, what: str
) -> None:
    if what == "marked":
        give_points(session, cast, failed, cast.ada)
    elif what == "ruled":
        rule(session, cast, failed)
    else:
        reviews.void(
            session,
            cast.ada,
            failed,
            reason="A fire alarm.",
            gives_back=True,
            now=THEN,
            verify_address=VERIFY,
        )
    appeal = file(session, cast, failed).id
    look_into(session, cast.ivo, appeal)
    with pytest.raises(Forbidden, match="You had a part in the decision"):
        decide(session, cast.ada, appeal)
    decide(session, cast.otto, appeal)


def rule(session: Session, cast: Cast, attempt: int, now: object = THEN, slot: int = 2) -> int:
    """Ada gives full credit for an item of the attempt."""
    item = assessment.sitting_of(session, attempt).paper.slots[slot - 1].item_id
    moment: dict = {"now": now}
    ruling = reviews.propose(
        session,
        cast.ada,
        cast.northgate,
        release_id=cast.release,
        bank_id="small-course",
        item_id=item,
        remedy="full-credit",
        keeps_passes=True,
        reason="It misleads.",
        **moment,
    )
    run = reviews.dry_run(session, reviews.ruling_for(session, cast.ada, ruling), THEN)
    done = reviews.confirm(
        session,
        cast.ada,
        ruling,
        token=run.token,
        words=reviews.drafts(session, run, 30),
        verify_address=VERIFY,
        **moment,
    )
    assert done.kind == "confirmed"
    return ruling


def test_who_marked_another_item_may_decide_about_this_one(
    session: Session, cast: Cast, failed: int
) -> None:
    give_points(session, cast, failed, cast.ada, slot=3)
    appeal = file(session, cast, failed, slot=2).id
    look_into(session, cast.ivo, appeal)
    decide(session, cast.ada, appeal)
    decided = reviews.line_of(session, appeal).step("decided")
    assert decided is not None and decided.taken_by == "Ada Okafor"


def test_a_changed_result_rests_on_an_act_since_the_appeal(
    session: Session, cast: Cast, failed: int
) -> None:
    before = give_points(session, cast, failed, cast.otto, slot=1)
    appeal = file(session, cast, failed).id
    look_into(session, cast.ivo, appeal, outcome="changed")
    for link in ("", f"mark-{before}", "ruling-1", "void-1", "nonsense", "ruling-x"):
        with pytest.raises(Refused, match="Change the result first"):
            decide(session, cast.ada, appeal, outcome="changed", link=link)
    ruling = rule(session, cast, failed, now=LATER + DAY)
    decide(session, cast.ada, appeal, outcome="changed", link=f"ruling-{ruling}")
    decided = reviews.line_of(session, appeal).step("decided")
    assert decided is not None
    assert (decided.outcome, decided.link) == ("changed", f"ruling-{ruling}")
    assert "The result is changed." in last_letter(session).body


@pytest.mark.parametrize(
    ("who", "refusal"), [("lena", Forbidden), ("leo", Forbidden), ("olga", NotFound)]
)
def test_only_staff_of_the_programme_answer(
    session: Session, cast: Cast, failed: int, who: str, refusal: type[LmsError]
) -> None:
    appeal, other = file(session, cast, failed).id, getattr(cast, who)
    for act in (look_into, decide):
        with pytest.raises(refusal):
            act(session, other, appeal)
    assert [step.kind for step in reviews.line_of(session, appeal).steps] == ["acknowledged"]


def test_nobody_answers_their_own_appeal(session: Session, cast: Cast, failed: int) -> None:
    accounts.grant_role(
        session,
        programme_id=cast.northgate,
        email=cast.email("Lena"),
        role="administrator",
        by=cast.ada,
        now=THEN,
    )
    appeal = file(session, cast, failed).id
    with pytest.raises(Forbidden, match="own appeal"):
        look_into(session, cast.lena, appeal)
    look_into(session, cast.ivo, appeal)
    with pytest.raises(Forbidden, match="own appeal"):
        decide(session, cast.lena, appeal)


def test_the_queue_has_the_oldest_first_and_says_what_is_overdue(
    session: Session, cast: Cast, failed: int
) -> None:
    first = file(session, cast, failed).id
    second = file(session, cast, failed, slot=1, now=LATER + 3 * DAY).id
    queue = reviews.list_appeals(session, cast.northgate)
    assert [line.id for line in queue] == [first, second]
    assert reviews.list_appeals(session, cast.southgate) == []
    due = queue[0].answer_by
    assert not queue[0].is_overdue(due)
    assert queue[0].is_overdue(due + DAY)
    look_into(session, cast.ivo, first)
    decide(session, cast.ada, first)
    assert not reviews.line_of(session, first).is_overdue(due + DAY)


def test_of_fifty_who_file_one_appeal_one_does(app: Flask, cast: Cast, failed: int) -> None:
    answers = at_once(app, lambda session, _n: file(session, cast, failed).id)
    assert len([each for each in answers if isinstance(each, int)]) == 1
    with app.app_context():
        assert (rows_of(db.session, Appeal), rows_of(db.session, AppealStep)) == (1, 1)


def test_of_fifty_who_decide_one_appeal_one_does(app: Flask, cast: Cast, failed: int) -> None:
    with app.app_context():
        appeal = file(db.session, cast, failed).id
        look_into(db.session, cast.ivo, appeal)
        letters = rows_of(db.session, OutboxMessage)
        db.session.commit()
    deciders = (cast.ada, cast.otto)
    answers = at_once(app, lambda session, n: decide(session, deciders[n % 2], appeal))
    assert len([each for each in answers if each is None]) == 1
    with app.app_context():
        assert rows_of(db.session, OutboxMessage) == letters + 1
        assert audit.first_broken(db.session) is None
