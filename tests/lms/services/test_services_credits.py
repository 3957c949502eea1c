"""Credits of continuing education: none without a stored approval, never more than was taught."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import certificates
from lms import clock
from lms.db import db
from lms.errors import LmsError, NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.credits import CreditClaim, CreditStatement
from lms.services import credentials, credits, sharing
from lms.services.credentials import Attested
from tests.cast import Cast
from tests.races import at_once
from tests.stories import Told, rows_of

HOURS = certificates.CreditRule("contact hour", 10, Decimal("0.25"))
APPROVAL = certificates.Approval(
    "A board invented for this test",
    "P-1234",
    "Northgate is approved by a board invented for this test.",
    date(2020, 1, 1),
    date(2099, 12, 31),
)


def record(
    session: Session,
    cast: Cast,
    approval: certificates.Approval = APPROVAL,
    rule: certificates.CreditRule = HOURS,
) -> int:
    return credits.record_approval(
        session, cast.northgate, approval, rule, by=cast.ada, now=clock.now()
    )


def found(session: Session, told: Told) -> Attested:
    attested = credentials.find_by_serial(session, told.serial, clock.now())
    assert attested is not None
    return attested


def claim(session: Session, told: Told, approval: int, amount: str) -> credits.Claim:
    return credits.claim(session, found(session, told), approval, amount, now=clock.now())


def test_without_a_stored_approval_there_is_no_credit(session: Session, told: Told) -> None:
    assert credits.list_offers(session, found(session, told)) == []
    with pytest.raises(NotFound):
        claim(session, told, 1, "1")
    assert rows_of(session, CreditClaim) == 0


def test_an_approval_without_its_last_day_is_not_stored(session: Session, cast: Cast) -> None:
    with pytest.raises(Refused, match="last day"):
        record(session, cast, replace(APPROVAL, valid_until=None))


def test_the_offer_is_what_the_instruction_makes(session: Session, told: Told, cast: Cast) -> None:
    record(session, cast)
    (offer,) = credits.list_offers(session, found(session, told))
    minutes = found(session, told).credential.minutes
    assert offer.most == certificates.credits_offered(HOURS, minutes) > 0
    assert offer.claim is None and offer.hindrance == ""


@pytest.mark.parametrize("amount", ["1000", "0", "-1", "0.3", "much", "", "NaN", "1e9"])
def test_what_was_not_taught_cannot_be_claimed(
    session: Session, told: Told, cast: Cast, amount: str
) -> None:
    approval = record(session, cast)
    with pytest.raises(Refused):
        claim(session, told, approval, amount)
    assert rows_of(session, CreditClaim) == 0


def test_less_may_be_claimed_and_only_once(session: Session, told: Told, cast: Cast) -> None:
    approval = record(session, cast)
    made = claim(session, told, approval, "0,5")
    assert certificates.written_credits(made.amount) == "0.5"
    (offer,) = credits.list_offers(session, found(session, told))
    assert offer.claim == made
    with pytest.raises(Refused, match="already"):
        claim(session, told, approval, "0.75")


@pytest.mark.parametrize(
    "change",
    [
        {"valid_from": date(2020, 1, 1), "valid_until": date(2020, 12, 31)},
        {"valid_from": date(2099, 1, 1), "valid_until": date(2099, 12, 31)},
    ],
    ids=["lapsed", "future"],
)
def test_an_approval_of_other_days_locks_the_claim(
    session: Session, told: Told, cast: Cast, change: dict[str, date]
) -> None:
    approval = record(session, cast, replace(APPROVAL, **change))
    (offer,) = credits.list_offers(session, found(session, told))
    assert "did not cover" in offer.hindrance
    with pytest.raises(Refused, match="did not cover"):
        claim(session, told, approval, "0.25")


def test_the_first_and_the_last_day_count(session: Session, told: Told, cast: Cast) -> None:
    day = found(session, told).credential.completed_on
    for first, last, covers in (
        (day, day, True),
        (day - timedelta(days=9), day, True),
        (day + timedelta(days=1), day + timedelta(days=9), False),
        (day - timedelta(days=9), day - timedelta(days=1), False),
    ):
        record(session, cast, replace(APPROVAL, valid_from=first, valid_until=last))
        latest = max(credits.list_offers(session, found(session, told)), key=lambda o: o.line.id)
        assert (latest.hindrance == "") is covers


def test_off_the_list_nothing_is_claimed_and_what_was_stays(
    session: Session, told: Told, cast: Cast
) -> None:
    kept, gone = record(session, cast), record(session, cast)
    claim(session, told, kept, "0.25")
    for approval in (kept, gone):
        credits.end_approval(session, cast.northgate, approval, by=cast.ada, now=clock.now())
    (offer,) = credits.list_offers(session, found(session, told))
    assert offer.line.id == kept and offer.claim is not None
    with pytest.raises(NotFound):
        claim(session, told, gone, "0.25")
    with pytest.raises(NotFound):
        credits.end_approval(session, cast.southgate, gone, by=cast.olga, now=clock.now())


def test_another_programmes_approval_is_none(session: Session, told: Told, cast: Cast) -> None:
    theirs = credits.record_approval(
        session, cast.southgate, APPROVAL, HOURS, by=cast.olga, now=clock.now()
    )
    assert credits.list_offers(session, found(session, told)) == []
    with pytest.raises(NotFound):
        claim(session, told, theirs, "0.25")


def test_fifty_claims_are_one(app: Flask, told: Told, cast: Cast) -> None:
    with app.app_context():
        approval = record(db.session, cast)
        db.session.commit()
    answers = at_once(app, lambda session, _: claim(session, told, approval, "0.25").id)
    assert sum(not isinstance(each, LmsError) for each in answers) == 1
    with app.app_context():
        assert rows_of(db.session, CreditClaim) == 1
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("credits.claimed") == 1


def test_the_statement_is_signed_says_it_all_and_stays_the_same(
    app: Flask, session: Session, told: Told, cast: Cast
) -> None:
    made = claim(session, told, record(session, cast), "0.5")
    session.commit()
    settings, how = app.config["SETTINGS"], {"now": clock.now()}
    attested = found(session, told)
    first = credits.statement_of(session, attested, made, settings, paper="a4", **how)
    session.commit()
    again = credits.statement_of(session, attested, made, settings, paper="a4", **how)
    assert first == again and rows_of(session, CreditStatement) == 1
    digest = hashlib.sha256(first).hexdigest()
    assert credentials.find_file_by_hash(session, digest.upper()) == told.serial
    assert digest in sharing.list_file_hashes(session, attested.id)
    shown = credits.statements.as_statement(attested.credential, made)
    assert shown.particulars is not None and shown.particulars.kind == "ce"
    assert [each.amount for each in shown.particulars.credits] == ["0.5"]
    assert shown.particulars.approvals == (APPROVAL,)
    assert shown.serial == attested.credential.serial


@pytest.mark.parametrize("table", ["credit_claims", "credit_statements"])
def test_the_database_refuses_to_alter_a_claim(
    session: Session, told: Told, cast: Cast, table: str, app: Flask
) -> None:
    made = claim(session, told, record(session, cast), "0.25")
    session.commit()
    settings = app.config["SETTINGS"]
    credits.statement_of(
        session, found(session, told), made, settings, paper="letter", now=clock.now()
    )
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(sa.text(f"DELETE FROM {table}"))
