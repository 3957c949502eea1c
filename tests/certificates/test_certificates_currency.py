"""Currency dates: three rules, the window for renewal, and reminders, as laws and as a table."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import (
    REMINDER_DAYS,
    CurrencyRule,
    current_until,
    due_reminder,
    months_after,
    renewal_window,
)

DOCUMENT = Path(__file__).parents[2] / "docs/renewal.md"

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
fixed_days = st.dates(date(2028, 1, 1), date(2028, 12, 31)).map(lambda day: (day.month, day.day))


@st.composite
def rules(draw: st.DrawFn, kind: str | None = None) -> CurrencyRule:
    kind = kind or draw(st.sampled_from(["completion", "previous", "fixed-day"]))
    is_fixed = kind == "fixed-day"
    months = draw(st.integers(12 if is_fixed else 1, 60))
    return CurrencyRule(
        kind,  # type: ignore[arg-type]
        months,
        fixed=draw(fixed_days) if is_fixed else None,
        minimal_months=draw(st.integers(0, months)) if is_fixed else 0,
        window_months=draw(st.integers(0, months - 1)),
        late_months=draw(st.integers(0, 36)),
    )


@given(rules(), days, st.none() | days)
def test_a_credential_is_current_beyond_the_day_it_was_earned(
    rule: CurrencyRule, completed_on: date, previous: date | None
) -> None:
    assert current_until(rule, completed_on, previous) > completed_on


@given(rules(), days, days)
def test_a_renewal_never_ends_before_what_it_renews(
    rule: CurrencyRule, completed_on: date, previous: date
) -> None:
    assert current_until(rule, completed_on, previous) >= previous


@given(rules(), days, st.integers(0, 400), st.none() | days)
def test_who_completes_later_is_current_as_long_or_longer(
    rule: CurrencyRule, completed_on: date, later_by: int, previous: date | None
) -> None:
    later = completed_on + timedelta(days=later_by)
    assert current_until(rule, later, previous) >= current_until(rule, completed_on, previous)


@given(rules("completion"), days)
def test_from_completion_the_period_runs_from_that_day(
    rule: CurrencyRule, completed_on: date
) -> None:
    assert current_until(rule, completed_on) == months_after(completed_on, rule.months)


@given(rules("previous"), days, st.integers(0, 2000))
def test_from_the_previous_date_renewing_early_loses_nothing(
    rule: CurrencyRule, previous: date, early_by: int
) -> None:
    """Whatever the day, as long as it is not late, the next period begins where this one ends."""
    completed_on = previous - timedelta(days=early_by)
    assert current_until(rule, completed_on, previous) == months_after(previous, rule.months)


@given(rules("previous"), days, st.integers(1, 2000))
def test_from_the_previous_date_who_is_late_starts_from_completion(
    rule: CurrencyRule, previous: date, late_by: int
) -> None:
    completed_on = previous + timedelta(days=late_by)
    assert current_until(rule, completed_on, previous) == months_after(completed_on, rule.months)


@given(rules("fixed-day"), days)
def test_a_fixed_day_is_kept_and_its_minimal_period_too(
    rule: CurrencyRule, completed_on: date
) -> None:
    until = current_until(rule, completed_on)
    assert rule.fixed is not None
    month, day = rule.fixed
    assert until.month == month and until.day in (day, 28 if (month, day) == (2, 29) else day)
    least = months_after(completed_on, rule.minimal_months)
    assert until >= least
    longest = max(months_after(completed_on, rule.months), least + timedelta(days=366))
    assert until <= longest


@given(rules(), days)
def test_the_window_opens_before_the_date_and_closes_after_it(
    rule: CurrencyRule, until: date
) -> None:
    window = renewal_window(rule, until)
    assert window.opens_on <= window.current_until == until <= window.closes_on
    assert window.is_open(until) and not window.is_late(until)
    assert not window.is_open(window.opens_on - timedelta(days=1))
    assert not window.is_open(window.closes_on + timedelta(days=1))
    assert window.is_late(until + timedelta(days=1)) == (window.closes_on > until)


@given(rules("completion"), days)
def test_no_window_is_open_on_the_day_of_the_award(rule: CurrencyRule, completed_on: date) -> None:
    until = current_until(rule, completed_on)
    assert renewal_window(rule, until).opens_on > completed_on or rule.months == 1


@given(days, st.sets(st.integers(-10, 120)))
def test_whatever_days_are_swept_each_reminder_is_written_at_most_once(
    until: date, swept: set[int]
) -> None:
    sent: list[int] = []
    for left in sorted(swept, reverse=True):
        today = until - timedelta(days=left)
        for _process in range(2):
            due = due_reminder(until, today, sent)
            if due is not None:
                assert 0 <= left <= due
                sent.append(due)
    assert len(set(sent)) == len(sent)
    assert all(earlier > later for earlier, later in pairwise(sent))


@given(days)
def test_swept_daily_they_are_written_90_60_30_and_7_days_before(until: date) -> None:
    written = {}
    for left in range(120, -5, -1):
        due = due_reminder(until, until - timedelta(days=left), written)
        if due is not None:
            written[due] = left
    assert written == {days: days for days in REMINDER_DAYS} == {90: 90, 60: 60, 30: 30, 7: 7}


@given(days, st.integers(0, 90))
def test_after_an_outage_the_nearest_reminder_is_made_up_for(until: date, left: int) -> None:
    nearest = next(due for due in (7, 30, 60, 90) if left <= due)
    assert due_reminder(until, until - timedelta(days=left)) == nearest


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 10, 14), 24, date(2028, 10, 14)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 1, 15), -6, date(2026, 7, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_that_months_last(
    day: date, months: int, then: date
) -> None:
    assert months_after(day, months) == then


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "whenever"},
        {"months": 0},
        {"window_months": 24},
        {"window_months": -1},
        {"late_months": -1},
        {"fixed": (12, 31)},
        {"minimal_months": 6},
        {"kind": "fixed-day"},
        {"kind": "fixed-day", "fixed": (2, 30)},
        {"kind": "fixed-day", "fixed": (13, 1)},
        {"kind": "fixed-day", "fixed": (12, 31), "months": 11},
        {"kind": "fixed-day", "fixed": (12, 31), "minimal_months": 25},
    ],
)
def test_a_rule_that_could_not_be_kept_is_refused(changes: dict[str, object]) -> None:
    values: dict[str, object] = {"kind": "completion", "months": 24, **changes}
    with pytest.raises(ValueError):
        CurrencyRule(**values)  # type: ignore[arg-type]


def _published() -> list[list[str]]:
    """The worked examples of the documentation, as the cells of their rows."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.split("<!-- worked examples -->", 1)[1].strip().splitlines()
    rows = [line for line in table[2:] if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_published_table_of_dates_is_what_the_rules_give() -> None:
    rows = _published()
    assert len(rows) >= 15
    for kind, months, fixed, minimal, previous, completed, until, opens in rows:
        month_and_day = tuple(int(part) for part in fixed.split("-")) if fixed != "–" else None
        rule = CurrencyRule(
            kind,  # type: ignore[arg-type]
            int(months),
            fixed=month_and_day,  # type: ignore[arg-type]
            minimal_months=int(minimal) if minimal != "–" else 0,
            window_months=6,
        )
        before = date.fromisoformat(previous) if previous != "–" else None
        found = current_until(rule, date.fromisoformat(completed), before)
        where = (kind, months, fixed, minimal, previous, completed)
        assert found == date.fromisoformat(until), where
        assert renewal_window(rule, found).opens_on == date.fromisoformat(opens), where
