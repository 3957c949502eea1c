"""Completion reports: by consent alone, sealed, never a year; what comes back comes up again."""

import io
from dataclasses import fields, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms import clock
from lms.errors import Forbidden, NotFound, Refused, Unavailable
from lms.models.audit import AuditEntry
from lms.models.reporting import ReportConsent
from lms.services import cohorts, reporting
from lms.services.reporting import Particulars
from lms.services.reporting.consents import LONGEST
from tests.cast import Cast
from tests.completion_samples import LEO, report
from tests.stories import Told

NOW = clock.now() + timedelta(hours=1)
COURSE = "small-course"
SECRET = "s" * 48


@pytest.fixture
def made(session: Session, told: Told) -> int:
    """A report of Leo's completion, which came back."""
    number = report(session, told.cast, SECRET, NOW)
    session.commit()
    return number


def of_ada(session: Session, cast: Cast, made: int) -> reporting.ReportOverview:
    return reporting.report_for(session, cast.ada, made, "overseer")


def consent(session: Session, cast: Cast, told: Particulars = LEO) -> None:
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    reporting.give(session, seat, told, secret=SECRET, now=NOW)
    session.commit()


def states(session: Session, cast: Cast) -> list[str]:
    found = reporting.list_completions(session, cast.northgate, COURSE, NOW)
    return [each.state for each in found]


# --- sealing --------------------------------------------------------------------------------

words = st.text(max_size=20)
particulars = st.builds(
    Particulars, words, words, words, words, words, words, st.integers(1, 12), st.integers(1, 31)
)


@given(particulars, st.integers(1, 9), st.integers(1, 9))
def test_what_is_sealed_opens_for_the_same_person_alone(
    told: Particulars, programme: int, account: int
) -> None:
    whose = {"programme_id": programme, "account_id": account}
    sealed = reporting.seal(told, secret=SECRET, **whose)
    assert reporting.unseal(sealed, secret=SECRET, **whose) == told
    assert sealed != reporting.seal(told, secret=SECRET, **whose), "never the same twice"
    for other in (
        {**whose, "account_id": account + 1},
        {**whose, "programme_id": programme + 1},
    ):
        with pytest.raises(Unavailable):
            reporting.unseal(sealed, secret=SECRET, **other)
    with pytest.raises(Unavailable):
        reporting.unseal(sealed, secret="t" * 48, **whose)
    with pytest.raises(Unavailable):
        reporting.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), secret=SECRET, **whose)


def test_there_is_no_place_for_a_year() -> None:
    assert not [field.name for field in fields(Particulars) if "year" in field.name]


def test_nothing_of_it_can_be_read_in_the_database(session: Session, told: Told) -> None:
    consent(session, told.cast)
    row = session.scalars(sa.select(ReportConsent)).one()
    everything = repr(vars(row)).encode() + (row.sealed or b"")
    trail = " ".join(session.scalars(sa.select(AuditEntry.detail)))
    assert b"PSY-20931" not in everything and "PSY-20931" not in trail


# --- consent --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"licence_number": ""}, "licence_number"),
        ({"licence_jurisdiction": ""}, "licence_jurisdiction"),
        ({"board_id": "7"}, "board"),
        ({"birth_month": 13}, "birth_month"),
        ({"birth_month": 4, "birth_day": 31}, "birth_day"),
        ({"birth_month": 2, "birth_day": 30}, "birth_day"),
        ({"last_name": "=1+1"}, "last_name"),
        ({"last_name": "a\tb"}, "last_name"),
        ({"board": "x" * (LONGEST["board"] + 1)}, "board"),
    ],
)
def test_what_would_be_rejected_is_told_at_its_field(change: dict[str, object], field: str) -> None:
    assert list(reporting.problems_with(replace(LEO, **change))) == [field]  # type: ignore[arg-type]


def test_taking_a_consent_back_erases_what_it_covered(session: Session, told: Told) -> None:
    cast = told.cast
    consent(session, cast)
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    reporting.withdraw(session, seat, NOW)
    session.commit()
    assert session.scalars(sa.select(ReportConsent.sealed)).all() == [None]
    assert reporting.find_consent(session, cast.northgate, cast.leo, SECRET) is None
    with pytest.raises(NotFound):
        reporting.withdraw(session, seat, NOW)


def test_nobody_is_reported_without_consent(session: Session, told: Told) -> None:
    cast = told.cast
    reporting.set_activity(session, cast.northgate, COURSE, "A-1", by=cast.ada, now=NOW)
    assert states(session, cast) == ["no-consent"]
    with pytest.raises(Refused, match="Nothing is ready"):
        reporting.make(session, cast.northgate, COURSE, by=cast.ada, now=NOW)


# --- the report -----------------------------------------------------------------------------


def test_a_completion_is_reported_once_with_what_was_consented_to(
    session: Session, told: Told
) -> None:
    cast = told.cast
    consent(session, cast)
    with pytest.raises(Refused, match="number of the activity"):
        reporting.make(session, cast.northgate, COURSE, by=cast.ada, now=NOW)
    reporting.set_activity(session, cast.northgate, COURSE, "A-1", by=cast.ada, now=NOW)
    made = reporting.make(session, cast.northgate, COURSE, by=cast.ada, now=NOW)
    session.commit()
    found = of_ada(session, cast, made)
    table = reporting.report_table(session, found, SECRET, by=cast.ada, now=NOW)
    text = reporting.as_tab_text(table).decode()
    line = text.splitlines()[1].split("\t")
    assert line[:10] == [
        "R1-1", "A-1", "Leo", "Ferreira", "Oregon", "PSY-20931", "", "", "2", "29",
    ]  # fmt: skip
    assert states(session, cast) == ["reported"]
    with pytest.raises(Refused, match="Nothing is ready"):
        reporting.make(session, cast.northgate, COURSE, by=cast.ada, now=NOW)


def test_a_line_without_its_consent_leaves_the_file(
    session: Session, told: Told, made: int
) -> None:
    cast = told.cast
    reporting.withdraw(session, cohorts.seat_for(session, cast.leo, cast.leo_seat), NOW)
    found = of_ada(session, cast, made)
    table = reporting.report_table(session, found, SECRET, by=cast.ada, now=NOW)
    assert list(table.rows) == []
    (line,) = reporting.list_lines(session, made, NOW)
    assert not line.is_covered


def test_only_those_who_run_the_programme_see_a_report(
    session: Session, told: Told, made: int
) -> None:
    cast = told.cast
    for who, refusal in ((cast.ivo, Forbidden), (cast.olga, NotFound), (cast.leo, NotFound)):
        with pytest.raises(refusal):
            reporting.report_for(session, who, made, "overseer")


# --- what comes back ------------------------------------------------------------------------


def test_a_rejection_waits_until_it_is_corrected_and_reported_again(
    session: Session, told: Told, made: int
) -> None:
    cast = told.cast
    (waiting,) = reporting.waiting_for(session, cast.northgate, NOW)
    assert (waiting.kind, waiting.subject) == ("report-rejected", "Leo Ferreira")
    assert states(session, cast) == ["rejected"]
    consent(session, cast, replace(LEO, board="ABPN", board_id="77"))
    assert states(session, cast) == ["ready"]
    reporting.make(session, cast.northgate, COURSE, by=cast.ada, now=NOW + timedelta(days=1))
    assert states(session, cast) == ["reported"]
    assert reporting.waiting_for(session, cast.northgate, NOW + timedelta(days=2)) == []


def test_a_rejection_can_be_settled_by_a_person_once(
    session: Session, told: Told, made: int
) -> None:
    found = of_ada(session, told.cast, made)
    reporting.settle(session, found, 1, by=told.cast.ada, now=NOW)
    assert reporting.waiting_for(session, told.cast.northgate, NOW) == []
    with pytest.raises(NotFound):
        reporting.settle(session, found, 1, by=told.cast.ada, now=NOW)


@pytest.mark.parametrize(
    "sent",
    [
        "Reference,Reason\nR99-1,x\n",
        "Reference,Reason\nR1-2,x\n",
        "Reference,Reason\nR1-1,x\nR99-1,y\n",
        "Reference,Reason\n",
        "Name\nLeo\n",
        "Reference,Reason\nwhatever,x\n",
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(session: Session, told: Told, sent: str) -> None:
    cast = told.cast
    consent(session, cast)
    how = {"by": cast.ada, "now": NOW}
    reporting.set_activity(session, cast.northgate, COURSE, "A-1", **how)
    found = of_ada(session, cast, reporting.make(session, cast.northgate, COURSE, **how))
    with pytest.raises(Refused):
        reporting.take_rejections(session, found, io.BytesIO(sent.encode()), **how)
    assert reporting.waiting_for(session, cast.northgate, NOW) == []


def test_the_same_file_twice_marks_nothing_twice(session: Session, told: Told, made: int) -> None:
    found = of_ada(session, told.cast, made)
    again = io.BytesIO(b"reason;REFERENCE\r\nanother;R1-1\r\n")
    done = reporting.take_rejections(session, found, again, by=told.cast.ada, now=NOW)
    assert (done.marked, done.known) == (0, 1)
    (line,) = reporting.list_lines(session, made, NOW)
    assert line.rejection == "Board ID not found"
