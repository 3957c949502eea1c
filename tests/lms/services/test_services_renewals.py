"""Renewals: a new cycle when nothing is missing, exactly once, and nothing earlier is erased."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import certificates
from lms.db import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import Account
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.models.renewals import CurrencyRecord, Renewal, RenewalItem
from lms.services import audit, cohorts, credentials, publishing, updates
from tests.act_samples import do
from tests.cast import Cast
from tests.changes import SLUG, changed_copy, publish_update
from tests.races import at_once
from tests.renewal_samples import (
    EARNED,
    IN_WINDOW,
    LATE,
    TOO_EARLY,
    TOO_LATE,
    answer,
    begin,
    document_of,
    earn,
    held,
    items,
    learn_elsewhere,
    renew,
    standing,
)
from tests.stories import VERIFY, read_all, rows_of, sit

COURSE = "courses/content/small-course/course.yaml"
ASKS_HOURS = (COURSE, "currency_months: 24", "currency_months: 24\nrenewal: {ce_minutes: 120}")


@pytest.fixture
def serial(session: Session, cast: Cast) -> str:
    return earn(session, cast.lena, cast.lena_seat)


def test_the_page_says_what_is_missing_and_when_it_opens(
    session: Session, cast: Cast, serial: str
) -> None:
    early = standing(session, cast.lena, serial, TOO_EARLY)
    assert early.state == "early"
    assert early.waits_for == ("window", "begin", "recheck")
    assert early.window.opens_on == certificates.months_after(early.window.current_until, -6)
    now = standing(session, cast.lena, serial)
    assert now.state == "open"
    assert now.waits_for == ("begin", "recheck")
    assert (now.items_asked, now.items_resolved) == (3, 0)


@pytest.mark.parametrize(("when", "state"), [(TOO_EARLY, "early"), (TOO_LATE, "closed")])
def test_nothing_begins_outside_the_window(
    session: Session, cast: Cast, serial: str, when: datetime, state: str
) -> None:
    assert standing(session, cast.lena, serial, when).state == state
    with pytest.raises(Refused):
        begin(session, cast.lena, serial, when)
    assert rows_of(session, Renewal) == 0


def test_a_renewal_is_a_new_cycle_and_erases_nothing(
    session: Session, cast: Cast, serial: str
) -> None:
    before = document_of(session, serial)
    renewed = renew(session, cast.lena, serial)
    assert renewed != serial
    assert document_of(session, serial) == before
    former, later = held(session, serial), held(session, renewed)
    assert former.verdict.status == later.verdict.status == "valid"
    assert (former.cycle, later.cycle) == (1, 2)
    assert (former.renewed_by, later.renewed_by) == (renewed, None)
    said = later.credential.particulars
    assert said is not None and (said.cycle, said.renews) == (2, serial)
    assert later.credential.completed_on == IN_WINDOW.date()
    assert later.credential.started_on == former.credential.started_on
    assert later.credential.hours == former.credential.hours
    assert later.credential.current_until == date(
        IN_WINDOW.year + 2, IN_WINDOW.month, IN_WINDOW.day
    )
    assert "Renewed on" in later.credential.assessment
    assert "3 safety-critical items re-checked" in later.credential.assessment
    assert audit.first_broken(session) is None


def test_a_renewed_one_is_renewed_again_as_a_chain(
    session: Session, cast: Cast, serial: str
) -> None:
    second = renew(session, cast.lena, serial)
    until = held(session, second).credential.current_until
    third = renew(session, cast.lena, second, datetime(until.year, until.month, 1, 9, tzinfo=UTC))
    chain = [held(session, each) for each in (serial, second, third)]
    assert [each.cycle for each in chain] == [1, 2, 3]
    assert [each.renewed_by for each in chain] == [second, third, None]
    assert chain[2].credential.assessment.count("Renewed on") == 1
    assert chain[2].credential.hours == chain[0].credential.hours


def test_the_new_credential_says_on_what_it_rests(
    session: Session, cast: Cast, serial: str
) -> None:
    renewed = renew(session, cast.lena, serial)
    query = sa.select(CredentialRecord.evidence).where(CredentialRecord.serial == renewed)
    evidence = json.loads(session.scalars(query).one())
    assert evidence["renews"] == held(session, serial).id
    assert len(evidence["items"]) == 3
    row = session.get_one(CurrencyRecord, held(session, renewed).id)
    assert row.current_until == held(session, renewed).credential.current_until


def test_a_miss_lets_nothing_pass_until_it_is_resolved(
    session: Session, cast: Cast, serial: str
) -> None:
    assert begin(session, cast.lena, serial) is None
    first, second, third = items(session, cast.lena, serial)
    assert answer(session, cast.lena, serial, first) is None
    assert answer(session, cast.lena, serial, second) is None
    assert answer(session, cast.lena, serial, third, right=False) is None
    assert standing(session, cast.lena, serial).waits_for == ("recheck",)
    with pytest.raises(Refused):
        credentials.ask_safety_item_again(session, cast.lena, serial, first.slot, IN_WINDOW)
    credentials.ask_safety_item_again(session, cast.lena, serial, third.slot, IN_WINDOW)
    again = items(session, cast.lena, serial)[2]
    assert again.item.objective == third.item.objective
    assert again.item.id not in {each.item.id for each in (first, second, third)}
    assert answer(session, cast.lena, serial, again) is not None


def test_an_answer_is_given_once(session: Session, cast: Cast, serial: str) -> None:
    """Whoever has seen the rationale may not answer the same item again."""
    begin(session, cast.lena, serial)
    first = items(session, cast.lena, serial)[0]
    answer(session, cast.lena, serial, first, right=False)
    answer(session, cast.lena, serial, first, right=True)
    assert items(session, cast.lena, serial)[0].is_right is False


def test_asking_again_twice_asks_one_item(session: Session, cast: Cast, serial: str) -> None:
    begin(session, cast.lena, serial)
    first = items(session, cast.lena, serial)[0]
    answer(session, cast.lena, serial, first, right=False)
    for _click in range(2):
        credentials.ask_safety_item_again(session, cast.lena, serial, first.slot, IN_WINDOW)
    assert rows_of(session, RenewalItem) == 4


def test_updates_since_have_to_be_read_and_are_credited_once(
    session: Session, cast: Cast, serial: str, tmp_path: Path
) -> None:
    """The re-check alone does not renew; the update's minutes join the hours."""
    publish_update(session, tmp_path, IN_WINDOW - timedelta(days=9))
    begin(session, cast.lena, serial)
    for asked in items(session, cast.lena, serial):
        assert answer(session, cast.lena, serial, asked) is None
    assert standing(session, cast.lena, serial).waits_for == ("updates",)
    assert updates.confirm(session, cast.lena, serial, SLUG, IN_WINDOW)
    renewed = credentials.renew_if_complete(
        session, cast.lena, serial, now=IN_WINDOW, verify_address=VERIFY
    )
    assert renewed is not None
    former, later = held(session, serial), held(session, renewed)
    assert later.credential.hours[-1] == certificates.HoursLine("Updates since the first award", 4)
    assert later.credential.minutes == former.credential.minutes + 4
    assert later.credential.release_hash != former.credential.release_hash
    assert later.updates == ()
    assert later.verdict.status == former.verdict.status == "valid"


def test_an_update_read_for_one_cycle_is_read_for_all(
    session: Session, cast: Cast, serial: str, tmp_path: Path
) -> None:
    renewed = renew(session, cast.lena, serial)
    later = IN_WINDOW + timedelta(days=3)
    publish_update(session, tmp_path, later)
    letters = [each.subject for each in session.scalars(sa.select(OutboxMessage))]
    assert letters.count("An update to read: Something changed") == 1
    assert held(session, renewed, later).verdict.status == "update-outstanding"
    assert updates.confirm(session, cast.lena, renewed, SLUG, later)
    for each in (serial, renewed):
        assert held(session, each, later).verdict.status == "valid"


def test_past_its_currency_date_it_may_still_be_renewed(
    session: Session, cast: Cast, serial: str, tmp_path: Path
) -> None:
    """Late, the period runs from the renewal, and an update can still be confirmed for it."""
    publish_update(session, tmp_path, IN_WINDOW)
    assert held(session, serial, LATE).verdict.status == "past-currency"
    now = standing(session, cast.lena, serial, LATE)
    assert now.state == "open" and now.is_late
    assert updates.confirm(session, cast.lena, serial, SLUG, LATE)
    renewed = renew(session, cast.lena, serial, LATE)
    later = held(session, renewed, LATE).credential
    assert later.current_until == certificates.months_after(LATE.date(), 24)


@pytest.mark.parametrize("kind", ["suspend", "revoke"])
def test_what_people_decided_is_not_undone_by_a_renewal(
    session: Session, cast: Cast, serial: str, kind: str
) -> None:
    begin(session, cast.lena, serial)
    asked = items(session, cast.lena, serial)
    do(session, cast, serial, kind, IN_WINDOW)  # type: ignore[arg-type]
    assert standing(session, cast.lena, serial).state == "barred"
    with pytest.raises(Refused):
        answer(session, cast.lena, serial, asked[0])


def test_a_new_issue_goes_on_with_the_renewal_that_was_begun(
    session: Session, cast: Cast, serial: str
) -> None:
    begin(session, cast.lena, serial)
    reissued = do(session, cast, serial, "reissue", IN_WINDOW)
    assert reissued is not None
    assert standing(session, cast.lena, serial).state == "barred"
    for asked in items(session, cast.lena, reissued):
        renewed = answer(session, cast.lena, reissued, asked)
    assert renewed is not None
    later = held(session, renewed)
    assert later.cycle == 2
    # The name was changed on the certificate by two people; the account says what it said.
    assert later.credential.holder_name == "Leonor Ferreira"
    assert held(session, reissued).renewed_by == renewed


def test_hours_elsewhere_count_with_a_proof_and_since_the_last_cycle(
    session: Session, cast: Cast, serial: str, tmp_path: Path
) -> None:
    root = changed_copy(tmp_path, ASKS_HOURS)
    publishing.publish(session, root, now=EARNED, actor_id=None, kind="material", note="More.")
    learn_elsewhere(session, cast.lena, 600, EARNED - timedelta(days=40))
    learn_elsewhere(session, cast.lena, 300, EARNED + timedelta(days=40), proof=None)
    learn_elsewhere(session, cast.leo, 400, EARNED + timedelta(days=40), proof="leos")
    learn_elsewhere(session, cast.lena, 60, EARNED + timedelta(days=41), proof="first")
    begin(session, cast.lena, serial)
    for asked in items(session, cast.lena, serial):
        assert answer(session, cast.lena, serial, asked) is None
    now = standing(session, cast.lena, serial)
    assert now.waits_for == ("hours",)
    assert (now.minutes_learned, now.minutes_asked) == (60, 120)
    assert [each.counts for each in now.learned] == ["counts", "no-proof", "too-early"]
    learn_elsewhere(session, cast.lena, 60, EARNED + timedelta(days=42), proof="second")
    assert credentials.renew_if_complete(
        session, cast.lena, serial, now=IN_WINDOW, verify_address=VERIFY
    )


def test_a_renewal_is_the_holders_alone(session: Session, cast: Cast, serial: str) -> None:
    for who, refusal in (("leo", NotFound), ("olga", NotFound), ("ada", Forbidden),
                         ("ivo", Forbidden)):  # fmt: skip
        account = getattr(cast, who)
        with pytest.raises(refusal):
            standing(session, account, serial)
        with pytest.raises(refusal):
            begin(session, account, serial)


def test_the_course_taken_again_is_the_next_cycle_once_the_window_is_open(
    session: Session, cast: Cast, serial: str
) -> None:
    seat = seat_again(session, cast, IN_WINDOW)
    read_all(session, cast.lena, seat, TOO_EARLY)
    sit(session, cast.lena, seat, right=3, now=TOO_EARLY)
    again = cohorts.seat_for(session, cast.lena, seat)
    award = credentials.award_if_complete
    assert award(session, again, now=TOO_EARLY, verify_address=VERIFY) == serial
    renewed = award(session, again, now=IN_WINDOW, verify_address=VERIFY)
    assert renewed not in (None, serial)
    assert award(session, again, now=IN_WINDOW, verify_address=VERIFY) == renewed
    later = held(session, str(renewed))
    assert later.credential.particulars is not None
    assert (later.cycle, later.credential.particulars.renews) == (2, serial)
    assert standing(session, cast.lena, serial).state == "renewed"


def seat_again(session: Session, cast: Cast, now: datetime) -> int:
    """Seat Lena in another cohort of the same course."""
    another = Cohort(
        programme_id=cast.northgate,
        release_id=cast.release,
        title="Another",
        starts_on=now.date(),
        due_on=now.date() + timedelta(days=90),
        enrols_until=None,
        created_at=now,
    )
    session.add(another)
    session.flush()
    enrolment = Enrolment(cohort_id=another.id, account_id=cast.lena, enrolled_at=now)
    session.add(enrolment)
    session.flush()
    return enrolment.id


def test_fifty_last_answers_are_one_new_cycle_and_one_letter(app: Flask, cast: Cast) -> None:
    with app.app_context():
        serial = earn(db.session, cast.lena, cast.lena_seat)
        begin(db.session, cast.lena, serial)
        *first, last = items(db.session, cast.lena, serial)
        for asked in first:
            answer(db.session, cast.lena, serial, asked)
        db.session.commit()
        letters = rows_of(db.session, OutboxMessage)
    answers = at_once(app, lambda session, _: answer(session, cast.lena, serial, last))
    # Whoever comes after the renewal is told of it; nobody makes a second one.
    assert len({each for each in answers if isinstance(each, str)}) == 1
    with app.app_context():
        assert rows_of(db.session, CredentialRecord) == 2
        assert rows_of(db.session, OutboxMessage) == letters + 1
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("credential.awarded") == 2
        assert audit.first_broken(db.session) is None


def test_fifty_beginnings_are_one_renewal(app: Flask, cast: Cast) -> None:
    with app.app_context():
        serial = earn(db.session, cast.lena, cast.lena_seat)
        db.session.commit()
    at_once(app, lambda session, _: begin(session, cast.lena, serial))
    with app.app_context():
        assert rows_of(db.session, Renewal) == 1
        assert rows_of(db.session, RenewalItem) == 3


def test_the_database_holds_one_renewal_a_cycle(session: Session, cast: Cast, serial: str) -> None:
    begin(session, cast.lena, serial)
    row = session.scalars(sa.select(Renewal)).one()
    values = {
        column: getattr(row, column)
        for column in ("account_id", "programme_id", "course_slug", "cycle", "release_id", "seed",
                       "begun_at")
    }  # fmt: skip
    with pytest.raises(DatabaseError, match=r"(?i)unique"):
        session.execute(sa.insert(Renewal).values(**values))


def test_the_sweep_finds_whom_the_award_missed(session: Session, cast: Cast) -> None:
    assert credentials.list_unawarded(session) == []
    read_all(session, cast.lena, cast.lena_seat, EARNED)
    assert credentials.list_unawarded(session) == []
    sit(session, cast.lena, cast.lena_seat, right=0, now=EARNED)
    assert credentials.list_unawarded(session) == []
    sit(session, cast.lena, cast.lena_seat, right=3, now=EARNED + timedelta(days=1))
    (seat,) = credentials.list_unawarded(session)
    assert seat.enrolment_id == cast.lena_seat
    session.execute(sa.update(Account).values(confirmed_at=None))
    assert credentials.list_unawarded(session) == []
    session.execute(sa.update(Account).values(confirmed_at=EARNED))
    credentials.award_if_complete(session, seat, now=EARNED, verify_address=VERIFY)
    assert credentials.list_unawarded(session) == []


def test_the_sweep_finds_renewals_that_are_under_way(
    session: Session, cast: Cast, serial: str
) -> None:
    assert credentials.list_waiting_renewals(session) == []
    begin(session, cast.lena, serial)
    assert [each.serial for each in credentials.list_waiting_renewals(session)] == [serial]
    reissued = do(session, cast, serial, "reissue", IN_WINDOW)
    assert [each.serial for each in credentials.list_waiting_renewals(session)] == [reissued]
    for asked in items(session, cast.lena, str(reissued)):
        answer(session, cast.lena, str(reissued), asked)
    assert credentials.list_waiting_renewals(session) == []
