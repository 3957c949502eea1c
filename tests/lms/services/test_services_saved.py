"""Saved reports: what they show is a law over any table, and their letters carry no data."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lms import clock
from lms.db import db
from lms.downloads import Column, Table
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import RoleGrant
from lms.models.mail import OutboxMessage
from lms.services import cohorts, saved
from lms.services.saved import Condition, Definition
from tests.cast import Cast
from tests.stories import Told

COLUMNS = (Column("Name"), Column("Minutes", "", "minutes"), Column("Due", "", "day"))
cells = st.tuples(
    st.text(max_size=6),
    st.none() | st.integers(0, 500),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)
conditions = st.builds(
    Condition,
    st.sampled_from([column.label for column in COLUMNS]),
    st.sampled_from(saved.OPERATORS),
    st.text(max_size=4) | st.integers(0, 500).map(str) | st.just("2026-06-01"),
)
definitions = st.builds(
    Definition,
    st.just("roster"),
    st.lists(st.sampled_from(["Name", "Due"]), unique=True).map(tuple),
    st.lists(conditions, max_size=3).map(tuple),
    st.sampled_from(["", "Name", "Minutes", "Due"]),
    st.booleans(),
)


def shown(rows: list[tuple[object, ...]], definition: Definition) -> list[list[object]]:
    table = Table("Any", COLUMNS, rows)
    return [list(row) for row in saved.applied(table, definition).rows]


@given(st.lists(cells, max_size=12), definitions)
def test_a_report_shows_rows_of_the_table_and_nothing_else(
    rows: list[tuple[object, ...]], definition: Definition
) -> None:
    """It never makes a row up, never shows one twice, and another condition never shows more."""
    places = {column.label: place for place, column in enumerate(COLUMNS)}
    kept = [places[name] for name in definition.columns] or [0, 1, 2]
    found = shown(rows, definition)
    left = [[row[place] for place in kept] for row in rows]
    for row in found:
        left.remove(row)
    fewer = Definition("roster", definition.columns, definition.conditions[:-1], definition.sort)
    assert len(found) <= len(shown(rows, fewer))


@given(st.lists(cells, max_size=12), st.sampled_from(["Name", "Minutes", "Due"]))
def test_opposite_conditions_share_the_rows_between_them(
    rows: list[tuple[object, ...]], column: str
) -> None:
    for one, other in (("is", "is-not"), ("is-empty", "is-not-empty")):
        counted = [
            len(shown(rows, Definition("roster", (), (Condition(column, each, "250"),))))
            for each in (one, other)
        ]
        assert sum(counted) == len(rows)


@given(definitions)
def test_a_definition_reads_back_as_it_was_written(definition: Definition) -> None:
    assert saved.from_text(saved.to_text(definition)) == definition


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"source": 1}', "nonsense", "null"])
def test_anything_else_is_no_definition(text: str) -> None:
    with pytest.raises(Refused):
        saved.from_text(text)


def test_numbers_compare_as_numbers_and_days_as_days() -> None:
    rows = [("a", 9, date(2026, 9, 30)), ("b", 100, date(2026, 10, 1)), ("c", None, None)]
    at_least = Definition("roster", ("Name",), (Condition("Minutes", "at-least", "10"),))
    assert shown(rows, at_least) == [["b"]]
    until = Definition("roster", ("Name",), (Condition("Due", "at-most", "2026-09-30"),))
    assert shown(rows, until) == [["a"]]


def test_a_column_that_is_gone_is_named() -> None:
    with pytest.raises(Refused, match="no column “Shoe size”"):
        shown([], Definition("roster", (), (Condition("Shoe size", "is", "44"),)))


def test_every_table_can_be_made_and_asks_for_its_right(app: Flask, cast: Cast, told: Told) -> None:
    """An instructor opens what instructors may read; a supervisor finds nothing at all."""
    with app.app_context():
        run = cohorts.cohort_for(db.session, cast.ada, cast.autumn, "reader")
        for name, source in saved.SOURCES.items():
            definition = Definition(name)
            table = saved.report_of(db.session, cast.ada, run, definition, clock.now())
            for row in table.rows:
                assert len(row) == len(table.columns), name
            if source.asked == "overseer":
                with pytest.raises(Forbidden):
                    saved.report_of(db.session, cast.ivo, run, definition, clock.now())
            with pytest.raises(NotFound):
                saved.report_of(db.session, cast.olga, run, definition, clock.now())


# A Monday, nine in the morning in London, where the days are those of the programme.
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def kept(cast: Cast, schedule: str = "weekly", weekday: int = 0) -> int:
    run = cohorts.cohort_for(db.session, cast.ada, cast.autumn, "reader")
    number = saved.save(
        db.session,
        run,
        Definition("roster"),
        title="Hours, every Monday",
        schedule=schedule,
        weekday=weekday,
        by=cast.ada,
        now=MONDAY - timedelta(days=2),
    )
    db.session.commit()
    return number


def letters() -> list[OutboxMessage]:
    query = sa.select(OutboxMessage).where(OutboxMessage.kind == "report")
    return list(db.session.scalars(query))


def test_its_address_is_sent_once_on_its_day_and_names_nobody(app: Flask, cast: Cast) -> None:
    with app.app_context():
        number = kept(cast)
        assert saved.send_due(db.session, "https://lms.example", MONDAY - timedelta(hours=3)) == 0
        assert saved.send_due(db.session, "https://lms.example", MONDAY) == 1
        assert saved.send_due(db.session, "https://lms.example", MONDAY + timedelta(days=1)) == 0
        (letter,) = letters()
        assert f"https://lms.example/manage/saved/{number}" in letter.body
        assert "Marković" not in letter.body and "Ferreira" not in letter.body
        assert saved.send_due(db.session, "https://lms.example", MONDAY + timedelta(days=7)) == 1


def test_who_may_not_read_it_any_more_gets_no_letter(app: Flask, cast: Cast) -> None:
    """Case 28: the right is asked on the day, not when it was saved."""
    with app.app_context():
        kept(cast)
        own = sa.update(RoleGrant).where(RoleGrant.account_id == cast.ada)
        db.session.execute(own.values(role="instructor"))
        assert saved.send_due(db.session, "https://lms.example", MONDAY) == 0


@pytest.mark.parametrize(
    ("schedule", "weekday", "day", "last"),
    [
        ("weekly", 0, date(2026, 11, 23), date(2026, 11, 23)),
        ("weekly", 6, date(2026, 11, 23), date(2026, 11, 22)),
        ("weekly", 1, date(2026, 11, 23), date(2026, 11, 17)),
        ("monthly", 0, date(2026, 11, 23), date(2026, 11, 1)),
        ("never", 0, date(2026, 11, 23), None),
    ],
)
def test_the_day_it_is_sent(schedule: str, weekday: int, day: date, last: date | None) -> None:
    assert saved.last_day(schedule, weekday, day) == last


def test_only_its_keeper_or_an_administrator_removes_it(app: Flask, cast: Cast) -> None:
    with app.app_context():
        line, _run = saved.saved_for(db.session, cast.ada, kept(cast), "reader")
        with pytest.raises(Forbidden):
            saved.remove(db.session, line, by=cast.ivo, now=MONDAY)
        saved.remove(db.session, line, by=cast.ada, now=MONDAY)
        assert saved.list_saved(db.session, cast.northgate) == []
        with pytest.raises(NotFound):
            saved.saved_for(db.session, cast.ada, line.id, "reader")


@pytest.mark.parametrize("text", ["[" * 4000, '{"a":' * 700, "null", "[]", "7"])
def test_what_is_no_definition_is_refused_however_deep(text: str) -> None:
    with pytest.raises(Refused):
        saved.from_text(text)
