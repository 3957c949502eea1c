"""What comes before an award: asked for, given once, kept apart, and asked anew when it changes."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import courses
from lms.db import db
from lms.errors import LmsError, NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.closing import (
    DisclosureReceipt,
    EthicsAttestation,
    EvaluationAnswers,
    EvaluationReceipt,
)
from lms.models.credentials import CredentialRecord
from lms.services import catalogue, closing, cohorts, credentials
from lms.services.cohorts import Seat
from tests.cast import THEN, Cast
from tests.closing_course import ANSWERS, CODE, give_a_closing
from tests.races import at_once
from tests.stories import VERIFY, read_all, rows_of, sit

LATER = THEN + timedelta(days=1)


def seat_of(session: Session, cast: Cast) -> Seat:
    return cohorts.seat_for(session, cast.lena, cast.lena_seat)


def code_of(session: Session, cast: Cast) -> courses.CodeOfEthics:
    code = catalogue.release(session, seat_of(session, cast).release_id).course.closing.code
    assert code is not None
    return code


def complete(session: Session, cast: Cast) -> None:
    read_all(session, cast.lena, cast.lena_seat, THEN)
    sit(session, cast.lena, cast.lena_seat, right=3, now=LATER)


def attest(session: Session, cast: Cast, name: str = "Lena Marković") -> None:
    seat, code = seat_of(session, cast), code_of(session, cast)
    closing.attest(session, seat, typed_name=name, digest=code.digest, now=LATER)


def disclose(session: Session, cast: Cast, person: str = "Ada Lund", company: str = "") -> int:
    interest = closing.Interest(company, "fees", "May 2026", "", "Reviewed by two others.")
    return closing.disclose(
        session,
        cast.northgate,
        person=person,
        role="Author",
        interests=[interest] if company else [],
        made_on=date(2026, 8, 1),
        by=cast.ada,
        now=LATER,
    )


def award(session: Session, cast: Cast) -> str | None:
    return credentials.award_if_complete(
        session, seat_of(session, cast), now=LATER, verify_address=VERIFY
    )


def test_a_course_that_asks_nothing_is_awarded_as_before(session: Session, cast: Cast) -> None:
    assert closing.list_gates(session, seat_of(session, cast)) == []
    complete(session, cast)
    assert award(session, cast) is not None


def test_nothing_is_awarded_until_each_is_done_in_any_order(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    give_a_closing(session, tmp_path, cast)
    disclose(session, cast)
    attest(session, cast)
    complete(session, cast)
    assert award(session, cast) is None
    assert closing.list_open(session, seat_of(session, cast)) == ["disclosures", "evaluation"]
    closing.evaluate(session, seat_of(session, cast), ANSWERS, LATER)
    assert award(session, cast) is None
    digest = closing.digest_of(closing.list_disclosures(session, cast.northgate))
    closing.mark_seen(session, seat_of(session, cast), digest, LATER)
    assert closing.list_open(session, seat_of(session, cast)) == []
    assert award(session, cast) is not None


def test_without_the_gate_it_would_be_awarded(
    session: Session, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vulnerable twin: an award that does not ask."""
    give_a_closing(session, tmp_path, cast)
    complete(session, cast)
    assert award(session, cast) is None
    monkeypatch.setattr(closing, "list_open", lambda *_: [])
    assert award(session, cast) is not None


# --- the code of ethics ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lena  marković", "LENA MARKOVIĆ", "Lena Markovic\u0301"])
def test_a_name_counts_however_it_is_typed(
    session: Session, cast: Cast, tmp_path: Path, name: str
) -> None:
    give_a_closing(session, tmp_path, cast)
    attest(session, cast, name)
    assert "attestation" not in closing.list_open(session, seat_of(session, cast))
    stored = session.scalars(sa.select(EthicsAttestation.typed_name)).one()
    assert stored == name


@pytest.mark.parametrize("name", ["Leo Ferreira", "Lena", "Lena Markovic", "", " "])
def test_another_name_is_refused(session: Session, cast: Cast, tmp_path: Path, name: str) -> None:
    give_a_closing(session, tmp_path, cast)
    with pytest.raises(Refused, match="Lena Marković"):
        attest(session, cast, name)
    assert rows_of(session, EthicsAttestation) == 0


def test_a_changed_code_is_attested_anew(session: Session, cast: Cast, tmp_path: Path) -> None:
    give_a_closing(session, tmp_path, cast)
    old = code_of(session, cast).digest
    attest(session, cast)
    give_a_closing(session, tmp_path, cast, CODE.replace("nobody", "no one"))
    assert "attestation" in closing.list_open(session, seat_of(session, cast))
    seat = seat_of(session, cast)
    with pytest.raises(Refused, match="changed"):
        closing.attest(session, seat, typed_name="Lena Marković", digest=old, now=LATER)
    attest(session, cast)
    assert rows_of(session, EthicsAttestation) == 2


def test_fifty_attestations_are_one(app: Flask, cast: Cast, tmp_path: Path) -> None:
    with app.app_context():
        give_a_closing(db.session, tmp_path, cast)
        db.session.commit()
    at_once(app, lambda session, _: attest(session, cast))
    with app.app_context():
        assert rows_of(db.session, EthicsAttestation) == 1
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("ethics.attested") == 1


# --- the evaluation ----------------------------------------------------------------------------


def test_an_evaluation_names_nobody(session: Session, cast: Cast, tmp_path: Path) -> None:
    release = give_a_closing(session, tmp_path, cast)
    complete(session, cast)
    before = rows_of(session, AuditEntry)
    closing.evaluate(session, seat_of(session, cast), ANSWERS, LATER)
    row = session.scalars(sa.select(EvaluationAnswers)).one()
    assert (row.programme_id, row.release_id, row.month) == (cast.northgate, release, "2026-09")
    assert json.loads(row.answers) == {**ANSWERS, "use": 4}
    columns = {column.name for column in EvaluationAnswers.__table__.columns}
    assert columns == {"key", "programme_id", "release_id", "month", "answers"}
    assert rows_of(session, AuditEntry) == before, "the trail's instants would name the author"


def test_the_rows_of_answers_lie_in_no_order_of_arrival(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    """On SQLite a hidden row number would tell; the table has none."""
    if session.connection().dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no row numbers; its storage order is told in the docs")
    with pytest.raises(DatabaseError, match="rowid"):
        session.execute(sa.text("SELECT rowid FROM evaluation_answers"))


def test_fifty_evaluations_are_one(app: Flask, cast: Cast, tmp_path: Path) -> None:
    with app.app_context():
        give_a_closing(db.session, tmp_path, cast)
        complete(db.session, cast)
        db.session.commit()

    def evaluate(session: Session, _number: int) -> None:
        closing.evaluate(session, seat_of(session, cast), ANSWERS, LATER)

    answers = at_once(app, evaluate)
    assert sum(not isinstance(each, LmsError) for each in answers) == 1
    with app.app_context():
        assert rows_of(db.session, EvaluationAnswers) == rows_of(db.session, EvaluationReceipt) == 1


def test_it_is_refused_before_the_end_and_without_answers(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    give_a_closing(session, tmp_path, cast)
    with pytest.raises(Refused, match="opens when"):
        closing.evaluate(session, seat_of(session, cast), ANSWERS, LATER)
    complete(session, cast)
    with pytest.raises(courses.UnreadableEvaluation):
        closing.evaluate(session, seat_of(session, cast), {}, LATER)
    assert rows_of(session, EvaluationReceipt) == rows_of(session, EvaluationAnswers) == 0


@pytest.mark.parametrize(
    "change", ["UPDATE evaluation_answers SET month = ''", "DELETE FROM evaluation_receipts"]
)
def test_the_database_refuses_to_alter_what_was_given(
    session: Session, cast: Cast, tmp_path: Path, change: str
) -> None:
    give_a_closing(session, tmp_path, cast)
    complete(session, cast)
    closing.evaluate(session, seat_of(session, cast), ANSWERS, LATER)
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(sa.text(change))


# --- disclosures -------------------------------------------------------------------------------


def test_a_new_disclosure_takes_the_place_of_the_old_and_is_shown_anew(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    disclose(session, cast)
    first = closing.list_disclosures(session, cast.northgate)
    closing.mark_seen(session, seat_of(session, cast), closing.digest_of(first), LATER)
    assert closing.list_open(session, seat_of(session, cast)) == []
    disclose(session, cast, company="Acme Spray Ltd")
    (now,) = closing.list_disclosures(session, cast.northgate)
    assert now.interests[0].company == "Acme Spray Ltd"
    assert closing.list_open(session, seat_of(session, cast)) == ["disclosures"]
    with pytest.raises(Refused, match="changed meanwhile"):
        closing.mark_seen(session, seat_of(session, cast), closing.digest_of(first), LATER)


def test_a_list_that_is_emptied_is_asked_of_nobody(session: Session, cast: Cast) -> None:
    line = disclose(session, cast)
    closing.end_disclosure(session, cast.northgate, line, by=cast.ada, now=LATER)
    assert closing.list_gates(session, seat_of(session, cast)) == []
    with pytest.raises(Refused):
        closing.end_disclosure(session, cast.northgate, line, by=cast.ada, now=LATER)
    with pytest.raises(NotFound):
        closing.end_disclosure(session, cast.southgate, line, by=cast.olga, now=LATER)


def test_fifty_receipts_are_one(app: Flask, cast: Cast) -> None:
    with app.app_context():
        disclose(db.session, cast)
        digest = closing.digest_of(closing.list_disclosures(db.session, cast.northgate))
        db.session.commit()
    at_once(app, lambda s, _: closing.mark_seen(s, seat_of(s, cast), digest, LATER))
    with app.app_context():
        assert rows_of(db.session, DisclosureReceipt) == 1


def test_no_disclosure_comes_from_the_future(session: Session, cast: Cast) -> None:
    with pytest.raises(Refused, match="future"):
        closing.disclose(
            session,
            cast.northgate,
            person="Ada Lund",
            role="Author",
            interests=[],
            made_on=LATER.date() + timedelta(days=1),
            by=cast.ada,
            now=LATER,
        )


def test_what_is_not_asked_is_not_there(session: Session, cast: Cast) -> None:
    seat = seat_of(session, cast)
    with pytest.raises(NotFound):
        closing.attest(session, seat, typed_name="Lena Marković", digest="", now=LATER)
    with pytest.raises(NotFound):
        closing.evaluate(session, seat, ANSWERS, LATER)
    assert rows_of(session, CredentialRecord) == 0
