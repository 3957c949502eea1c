"""Who is at risk: laws of the rules for any history, and what each says about a few."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import courses
from courses import Answered, ClosingWindow, RiskFacts, RiskRules, risks
from tests.courses.course_samples import course, module

ZONE = ZoneInfo("Europe/London")
START, LAST = date(2026, 3, 2), date(2026, 6, 1)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
COURSE = course(module("one"), module("two"))


def facts_on(
    now: datetime,
    *,
    done: int = 0,
    seen: datetime = BEGIN,
    safety: tuple[Answered, ...] = (),
    certain: tuple[Answered, ...] = (),
    windows: tuple[ClosingWindow, ...] = (),
) -> RiskFacts:
    """Return the facts about somebody who has done so many units of the course, in its order."""
    units = COURSE.units[:done]
    lessons = [courses.LessonDone(unit.key, BEGIN) for unit in units if unit.kind == "lesson"]
    passes = [
        courses.QuizResult(unit.module_key, BEGIN, True, 1, 1)
        for unit in units
        if unit.kind == "quiz"
    ]
    progress = courses.progress(COURSE, lessons, passes)
    today = now.astimezone(ZONE).date()
    pace = courses.pace(COURSE, progress, START, LAST, today)
    return RiskFacts(progress, pace, seen, safety, certain, windows)


answers = st.lists(
    st.builds(
        Answered,
        item_id=st.sampled_from(["A", "B"]),
        module_key=st.just("m"),
        at=st.integers(0, 60).map(lambda days: BEGIN + days * DAY),
        is_right=st.booleans(),
        is_certain=st.booleans(),
    ),
    max_size=8,
).map(tuple)
numbers = st.one_of(st.none(), st.integers(1, 60))
rules = st.builds(
    RiskRules, safety=numbers, certain=numbers, window=numbers, behind=numbers, silent=numbers
)
moments = st.integers(0, 24 * 100).map(lambda hours: BEGIN + timedelta(hours=hours))
histories = st.fixed_dictionaries(
    {
        "done": st.integers(0, len(COURSE.units)),
        "seen": st.integers(0, 90).map(lambda days: BEGIN + days * DAY),
        "safety": answers,
        "certain": answers.map(
            lambda found: tuple(replace(each, is_right=False, is_certain=True) for each in found)
        ),
        "windows": st.lists(
            st.builds(
                ClosingWindow,
                kind=st.sampled_from(["quiz", "course", "credential"]),
                key=st.sampled_from(["x", "y"]),
                closes_at=moments,
            ),
            max_size=3,
        ).map(tuple),
    }
)


def named(causes: tuple[courses.Cause, ...]) -> set[tuple[str, str]]:
    return {(cause.rule, cause.subject) for cause in causes}


@settings(max_examples=60, deadline=None)
@given(history=histories, held=rules, now=moments)
def test_a_rule_that_is_off_never_speaks_and_each_cause_is_told_apart(
    history: dict[str, object], held: RiskRules, now: datetime
) -> None:
    found = risks(facts_on(now, **history), held, now, ZONE)  # type: ignore[arg-type]
    for cause in found:
        assert getattr(held, cause.rule) is not None
        assert cause.since <= now.astimezone(ZONE).date() or cause.rule in ("safety", "certain")
    order = [courses.RISK_RULES.index(cause.rule) for cause in found]
    assert order == sorted(order)
    unlike = {(cause.rule, cause.subject, cause.until) for cause in found}
    assert len(unlike) == len(set(found))


@settings(max_examples=60, deadline=None)
@given(history=histories, number=st.integers(1, 59), now=moments)
def test_a_stricter_number_never_hides_a_flag(
    history: dict[str, object], number: int, now: datetime
) -> None:
    """Fewer days, times or items to wait for: whoever was flagged still is."""
    facts = facts_on(now, **history)  # type: ignore[arg-type]
    for rule in ("safety", "certain", "behind", "silent"):
        off = RiskRules(None, None, None, None, None)
        late = risks(facts, replace(off, **{rule: number + 1}), now, ZONE)
        early = risks(facts, replace(off, **{rule: number}), now, ZONE)
        assert named(late) <= named(early)


@settings(max_examples=60, deadline=None)
@given(history=histories, now=moments)
def test_what_takes_the_cause_away_takes_the_flag_away(
    history: dict[str, object], now: datetime
) -> None:
    facts = facts_on(now, **history)  # type: ignore[arg-type]
    last = max((each.at for each in facts.safety), default=BEGIN)
    right = tuple(Answered(item, "m", last, True, False) for item in ("A", "B"))
    mended = replace(facts, safety=facts.safety + right, certain=(), windows=(), silent_since=now)
    done = facts_on(now, done=len(COURSE.units))
    mended = replace(mended, progress=done.progress, pace=done.pace)
    assert risks(mended, RiskRules(), now, ZONE) == ()


@pytest.mark.parametrize(("days", "count"), [(13, 0), (14, 1)])
def test_silence_is_counted_in_days_of_the_programme(days: int, count: int) -> None:
    now = BEGIN + days * DAY
    held = RiskRules(None, None, None, None, silent=14)
    found = risks(facts_on(now), held, now, ZONE)
    assert len(found) == count


def test_clocks_that_change_add_no_day_and_take_none() -> None:
    """On 29 March 2026 London's clocks go forward: a day of 23 hours is a day."""
    seen = datetime(2026, 3, 28, 23, 30, tzinfo=ZONE)
    now = datetime(2026, 3, 30, 0, 15, tzinfo=ZONE)
    held = RiskRules(None, None, None, None, silent=2)
    (cause,) = risks(facts_on(now, seen=seen), held, now, ZONE)
    assert cause.days == 2


def test_a_course_that_ends_stands_for_being_behind() -> None:
    now = datetime(2026, 5, 25, 12, tzinfo=UTC)
    ends = ClosingWindow("course", "", datetime(2026, 6, 1, 23, tzinfo=UTC))
    held = RiskRules(None, None, window=14, behind=1, silent=None)
    assert named(risks(facts_on(now, windows=(ends,)), held, now, ZONE)) == {("window", "course")}
    after = datetime(2026, 6, 3, 12, tzinfo=UTC)
    assert named(risks(facts_on(after, windows=(ends,)), held, after, ZONE)) == {("behind", "")}
    done = facts_on(now, done=len(COURSE.units), windows=(ends,))
    assert risks(done, held, now, ZONE) == ()


def test_once_certain_and_wrong_about_safety_is_enough_of_others_it_takes_several() -> None:
    def wrong(item: str, *, is_certain: bool = True) -> Answered:
        return Answered(item, "m", BEGIN, False, is_certain)

    held = RiskRules(None, certain=2, window=None, behind=None, silent=None)
    now = BEGIN + DAY
    assert named(risks(facts_on(now, safety=(wrong("S"),)), held, now, ZONE)) == {("certain", "S")}
    unsure = facts_on(now, safety=(wrong("S", is_certain=False),), certain=(wrong("A"),))
    assert risks(unsure, held, now, ZONE) == ()
    several = facts_on(now, certain=(wrong("A"), wrong("A"), wrong("B")))
    (cause,) = risks(several, held, now, ZONE)
    assert (cause.subject, cause.count, cause.keys) == ("", 2, ("A", "B"))
