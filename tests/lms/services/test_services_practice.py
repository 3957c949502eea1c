"""The practice log: entered once, signed by whom it names, locked, corrected, reckoned."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.forms import practice as forms
from lms.models.accounts import Account
from lms.models.mail import OutboxMessage
from lms.models.practice import PracticeAct, PracticeEntry
from lms.services import cohorts, practice
from lms.services.cohorts import Seat
from lms.services.practice import Entry, Stated
from tests.cast import PEOPLE, THEN, Cast
from tests.practice_samples import DAY, LATER, give_a_practice, list_places, stated
from tests.races import at_once
from tests.stories import rows_of


@pytest.fixture
def places(session: Session, cast: Cast, tmp_path: Path) -> tuple[int, int, int]:
    """The cohort's course has rules of practice; a site, Saul and Nan are on the lists."""
    give_a_practice(session, tmp_path, cast)
    found = list_places(session, cast)
    session.commit()
    return found


def seat_of(session: Session, cast: Cast) -> Seat:
    return cohorts.seat_for(session, cast.lena, cast.lena_seat)


def enter(session: Session, cast: Cast, row: Stated, ticket: str = "t", **more: Any) -> int:
    return practice.enter(
        session, seat_of(session, cast), row, ticket=ticket, now=more.pop("now", LATER), **more
    )


def log(session: Session, cast: Cast) -> list[Entry]:
    return practice.list_entries(session, cast.lena_seat)


def sign(session: Session, cast: Cast, entry: int, name: str = PEOPLE["Saul"]) -> None:
    found = practice.supervised_for(session, cast.saul, entry)
    digest = practice.content_digest(found.entry)
    practice.sign(session, found, typed_name=name, digest=digest, now=LATER)


def minutes(session: Session, cast: Cast) -> int:
    return practice.standing_of(session, seat_of(session, cast)).administration_minutes


def test_only_what_its_supervisor_signed_counts(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, saul, _nan = places
    entry = enter(session, cast, stated(site, saul))
    assert enter(session, cast, stated(site, saul)) == entry, "the form was sent twice"
    assert minutes(session, cast) == 0
    sign(session, cast, entry, "  saul  NAKAMURA ")
    (line,) = log(session, cast)
    assert (line.state, line.typed_name, line.licence) == (
        "signed",
        "saul NAKAMURA",
        "L-1, Someland",
    )
    assert practice.is_whole(session, line) and minutes(session, cast) == 120
    with pytest.raises(Refused, match="waits for you no more"):
        sign(session, cast, entry)


def test_nobody_else_signs_and_no_other_name(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, saul, nan = places
    entry = enter(session, cast, stated(site, saul))
    with pytest.raises(Refused, match=PEOPLE["Saul"]):
        sign(session, cast, entry, "Saul N.")
    for account in (cast.ada, cast.dina):
        found = practice.supervised_for(session, account, entry)
        with pytest.raises(Forbidden):
            practice.sign(session, found, typed_name=PEOPLE["Saul"], digest="", now=LATER)
    for account, refusal in ((cast.lena, NotFound), (cast.olga, NotFound), (cast.ivo, Forbidden)):
        with pytest.raises(refusal):
            practice.supervised_for(session, account, entry)
    other = enter(session, cast, stated(site, nan), ticket="u")
    with pytest.raises(NotFound):
        practice.supervised_for(session, cast.saul, other)
    with pytest.raises(Refused, match="changed meanwhile"):
        found = practice.supervised_for(session, cast.saul, entry)
        practice.sign(session, found, typed_name=PEOPLE["Saul"], digest="old", now=LATER)


@pytest.mark.parametrize("table", ["practice_entries", "practice_acts"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_the_database_locks_rows_and_signatures(
    session: Session, cast: Cast, places: tuple[int, int, int], table: str, verb: str
) -> None:
    site, saul, _nan = places
    sign(session, cast, enter(session, cast, stated(site, saul)))
    session.commit()
    with pytest.raises(DatabaseError):
        session.execute(sa.text(verb.format(table)))
    session.rollback()


def test_a_correction_counts_once_it_is_signed_and_not_before(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, saul, _nan = places
    sign(session, cast, enter(session, cast, stated(site, saul)))
    (first,) = log(session, cast)
    less = stated(site, saul, administration_minutes=60)
    second = enter(session, cast, less, ticket="u", corrects=first, reason="minutes")
    assert minutes(session, cast) == 120
    sign(session, cast, second)
    assert minutes(session, cast) == 60
    states = {entry.id: entry.state for entry in log(session, cast)}
    assert states == {first.id: "replaced", second: "signed"}
    practice.withdraw(session, seat_of(session, cast), second, LATER)
    assert minutes(session, cast) == 0
    assert {entry.state for entry in log(session, cast)} == {"withdrawn"}
    with pytest.raises(Refused):
        enter(session, cast, less, ticket="v", corrects=log(session, cast)[0], reason="minutes")


def test_a_returned_row_is_corrected_and_signed(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, saul, _nan = places
    entry = enter(session, cast, stated(site, saul))
    found = practice.supervised_for(session, cast.saul, entry)
    practice.return_entry(session, found, reason="minutes", now=LATER)
    (line,) = log(session, cast)
    assert (line.state, line.returned_for) == ("returned", "minutes")
    sign(session, cast, enter(session, cast, stated(site, saul), "u", corrects=line, reason="day"))
    assert minutes(session, cast) == 120


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"practised_on": LATER.date() + timedelta(days=1)}, "still to come"),
    ({"administration_minutes": 24 * 60 + 1}, "24 hours"),
    ({"supervisor_id": 999}, "list of your programme"),
    ({"site_id": 999}, "list of your programme"),
    ({"competencies": ("SL-NONE",)}, "from the list"),
    ({"consented": False}, "do not belong together"),
    ({"role": "role-play"}, "do not belong together"),
    ({"administration_minutes": 0, "dosing_sessions": 0}, "do not belong together"),
    ({"administration_minutes": 0, "other_minutes": 60}, "do not belong together"),
    ({"group_size": 3}, "do not belong together"),
    ({"kind": "consultation"}, "do not belong together"),
]


@pytest.mark.parametrize(("changes", "words"), WRONG)
def test_what_cannot_be_is_refused(
    session: Session,
    cast: Cast,
    places: tuple[int, int, int],
    changes: dict[str, Any],
    words: str,
) -> None:
    site, saul, _nan = places
    with pytest.raises(Refused, match=words):
        enter(session, cast, stated(site, saul, **changes))
    assert rows_of(session, PracticeEntry) == 0


def test_a_day_has_24_hours_whatever_is_corrected(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, saul, _nan = places
    enter(session, cast, stated(site, saul, administration_minutes=800))
    with pytest.raises(Refused, match="24 hours"):
        enter(session, cast, stated(site, saul, administration_minutes=700), ticket="u")
    (line,) = log(session, cast)
    again = stated(site, saul, administration_minutes=1440)
    enter(session, cast, again, ticket="v", corrects=line, reason="minutes")


def test_nobody_signs_for_themselves(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    """A learner whose own address stands on the list of supervisors."""
    own = practice.add_supervisor(
        session,
        cast.northgate,
        name=PEOPLE["Lena"],
        email="LENA@example.org",
        licence_number="L-9",
        licence_jurisdiction="Someland",
        by=cast.ada,
        now=THEN,
    )
    with pytest.raises(Refused, match="for themselves"):
        enter(session, cast, stated(places[0], own))


def links(session: Session, cast: Cast, now: Any = LATER) -> list[str]:
    """Ask for signatures; return the tokens that were made."""
    made: list[str] = []

    def link(token: str) -> str:
        made.append(token)
        return f"https://here.example/signatures/{token}"

    practice.ask(session, seat_of(session, cast), page="https://here.example/p", link=link, now=now)
    return made


def test_a_link_signs_once_and_what_was_not_ticked_goes_on_waiting(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, _saul, nan = places
    first = enter(session, cast, stated(site, nan))
    second = enter(session, cast, stated(site, nan), ticket="u")
    (token,) = links(session, cast)
    letter = session.scalars(sa.select(OutboxMessage)).one()
    assert letter.recipient == "nan@elsewhere.example" and token in letter.body
    opened = practice.open_link(session, token, LATER)
    assert {entry.id for entry in opened.entries} == {first, second}
    with pytest.raises(Refused, match="Nan Abara"):
        practice.sign_by_link(session, opened, [first], typed_name="Nobody", now=LATER)
    session.rollback()


def test_the_letter_tells_long_times_in_hours(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, _saul, nan = places
    enter(session, cast, stated(site, nan, administration_minutes=510))
    links(session, cast)
    body = session.scalars(sa.select(OutboxMessage.body)).one()
    assert "- 10 September 2026: practicum, 8\u00a0h 30\u00a0min\n" in body


def test_a_used_a_late_and_a_guessed_link_lead_nowhere(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, _saul, nan = places
    first = enter(session, cast, stated(site, nan))
    second = enter(session, cast, stated(site, nan), ticket="u")
    (token,) = links(session, cast)
    later_row = enter(session, cast, stated(site, nan), ticket="v")
    opened = practice.open_link(session, token, LATER)
    with pytest.raises(Refused, match="Tick"):
        practice.sign_by_link(session, opened, [later_row], typed_name="Nan Abara", now=LATER)
    session.commit()
    assert practice.sign_by_link(session, opened, [first], typed_name="Nan Abara", now=LATER) == 1
    states = {entry.id: entry.state for entry in log(session, cast)}
    assert states == {first: "signed", second: "waiting", later_row: "waiting"}
    with pytest.raises(Refused, match="used already"):
        practice.sign_by_link(session, opened, [second], typed_name="Nan Abara", now=LATER)
    for dead in (token, "", "x" * 65, "guessed"):
        with pytest.raises(NotFound):
            practice.open_link(session, dead, LATER)
    (fresh,) = links(session, cast, LATER + timedelta(days=1))
    with pytest.raises(NotFound):
        practice.open_link(session, fresh, LATER + timedelta(days=15, seconds=1))


def test_a_supervisor_is_written_to_once_a_day(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, saul, nan = places
    enter(session, cast, stated(site, nan))
    enter(session, cast, stated(site, saul), ticket="u")
    for _ in range(3):
        links(session, cast)
    assert rows_of(session, OutboxMessage) == 2


def test_fifty_signatures_at_once_are_one(
    app: Flask, session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    entry = enter(session, cast, stated(places[0], places[1]))
    session.commit()

    def act(its_session: Session, _number: int) -> None:
        sign(its_session, cast, entry)

    answers = at_once(app, act)
    assert sum(not isinstance(answer, LmsError) for answer in answers) == 1
    assert rows_of(db.session, PracticeAct) == 1


def test_the_credential_waits_only_where_the_programme_says_so(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    seat = seat_of(session, cast)
    assert practice.demands_of(session, seat) == practice.Demands(log=False, ratings=False)
    both = practice.Switches(log=True, ratings=True)
    practice.set_switches(session, cast.northgate, both, by=cast.ada, now=LATER)
    assert practice.demands_of(session, seat) == practice.Demands(log=True, ratings=True)
    assert not practice.standing_of(session, seat).is_enough
    site, saul, _nan = places
    for day in range(2):
        row = stated(
            site, saul, practised_on=DAY + timedelta(days=day), administration_minutes=1200
        )
        sign(session, cast, enter(session, cast, row, ticket=f"day {day}"))
    assert practice.standing_of(session, seat).is_enough


def test_what_waits_is_told_to_the_work_queue(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, saul, _nan = places
    entry = enter(session, cast, stated(site, saul))
    (waiting,) = practice.waiting_for(session, cast.northgate, LATER)
    assert waiting.kind == "sign-off" and PEOPLE["Lena"] in waiting.subject
    assert practice.waiting_for(session, cast.southgate, LATER) == []
    sign(session, cast, entry)
    assert practice.waiting_for(session, cast.northgate, LATER) == []


def test_the_table_of_a_cohort_agrees_with_each_log(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    site, saul, _nan = places
    sign(session, cast, enter(session, cast, stated(site, saul)))
    enter(session, cast, stated(site, saul), ticket="u")
    cohort = cohorts.cohort_for(session, cast.rhea, cast.autumn, "reader")
    rows = {str(row[0]): row for row in practice.practice_table(session, cohort, LATER).rows}
    assert rows[PEOPLE["Lena"]][2:] == (120, 0, 0, 1, 1, 1)
    assert rows[PEOPLE["Leo"]][2:] == (0, 0, 0, 0, 0, 1)


FREE_TEXT = (sa.String, sa.Text)
# The texts of a learner's rows, each of which only takes one of a few known values.
CLOSED = {"ticket", "kind", "role", "substance", "reason", "competencies"}


def test_a_log_has_no_place_for_a_client(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    """No column, no field and no value of a row can hold words of a learner's own."""
    columns = {c.name for c in PracticeEntry.__table__.columns if isinstance(c.type, FREE_TEXT)}
    assert columns == CLOSED
    texts = {f.name for f in fields(Stated) if f.type not in (int, int | None, bool, date)}
    assert texts == {"kind", "role", "substance", "competencies"}
    name = "Jane Roe, born 1 May 1980"
    attempts: dict[str, Callable[[], Stated]] = {
        field: lambda field=field: stated(places[0], places[1], **{field: name})  # type: ignore[misc]
        for field in ("role", "substance", "kind")
    }
    attempts["competencies"] = lambda: stated(places[0], places[1], competencies=(name,))
    for field, row in attempts.items():
        with pytest.raises(LmsError):
            enter(session, cast, row(), ticket=field)
        session.rollback()
    with pytest.raises(LmsError):
        first = enter(session, cast, stated(places[0], places[1]))
        entry = practice.own_entry(session, seat_of(session, cast), first)
        enter(session, cast, stated(*places[:2]), ticket="r", corrects=entry, reason=name)
    session.rollback()
    assert name not in str(session.execute(sa.select(PracticeEntry.__table__)).all())


def test_the_forms_of_a_log_have_no_free_text() -> None:
    """The twin: a field for notes would be found here."""
    open_fields = {"StringField", "TextAreaField"}
    for form in (forms.PracticumForm, forms.ConsultationForm):
        texts = {
            name
            for name, field in inspect.getmembers(form)
            if getattr(getattr(field, "field_class", None), "__name__", "") in open_fields
        }
        assert texts <= {"administration_hours", "other_hours", "hours"}
    for words in ("Jane Roe", "6 hours", "1e3", "٣", "-2", "1.001"):
        with pytest.raises(ValueError):
            forms.minutes_of(words)


def test_a_withdrawn_learner_enters_nothing(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    cohorts.change_state(
        session, cohort, cast.lena_seat, "withdraw", reason="moves", by=cast.ada, now=LATER
    )
    with pytest.raises(Refused, match="withdrawn"):
        enter(session, cast, stated(*places[:2]))
    assert session.get(Account, cast.lena) is not None


def test_a_supervisor_is_shown_what_waits_longest_first_however_much_is_signed(
    session: Session, cast: Cast, places: tuple[int, int, int]
) -> None:
    """The oldest row waits behind newer ones of either kind, and is not cut off by them."""
    site, saul, _nan = places

    def day(ago: int) -> int:
        row = stated(site, saul, practised_on=DAY - timedelta(days=ago))
        return enter(session, cast, row, ticket=f"t{ago}")

    oldest, signed, newest, newer = day(9), day(5), day(0), day(1)
    sign(session, cast, signed)
    sign(session, cast, newer)
    found = practice.list_supervised(session, cast.saul, cast.northgate)
    assert [each.id for each in found] == [oldest, newest, newer, signed]
