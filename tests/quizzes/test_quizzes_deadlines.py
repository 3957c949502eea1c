"""Deadlines: the published tables, case by case, and the laws behind them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import (
    UNBOUNDED,
    Accommodation,
    Incident,
    Override,
    Pause,
    Source,
    Terms,
    decide_start,
    effective_terms,
    ending,
    is_in_time,
    moved_end,
    window_edge,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "deadlines.md"
NOTHING = ("–", "")
MONTHS = {"Oct": 10}
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca")


@dataclass(frozen=True)
class Exam:
    """An examination's own rules about time."""

    time_limit_minutes: int | None = None
    attempts: int | None = None
    grace_seconds: int = 0


def rows_of(document: Path) -> Iterator[dict[str, str]]:
    """Each case of each table, by the heads of its columns."""
    head: list[str] = []
    for line in document.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            head = []
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not head:
            head = cells
        elif not set(line) <= set("|-"):
            yield dict(zip(head, cells, strict=True))


ROWS = list(rows_of(DOCUMENT))
SITTINGS = [row for row in ROWS if "Examination" in row]
MOVES = [row for row in ROWS if "New end" in row]


def instant(text: str) -> datetime | None:
    """Read “12:30” or “28 Oct 12:30”."""
    if text in NOTHING:
        return None
    found = re.fullmatch(r"(?:(\d+) (\w{3}) )?(\d\d):(\d\d)", text)
    assert found, text
    day, month, hour, minute = found.groups()
    date = (2026, MONTHS[month], int(day)) if day else (2026, 10, 14)
    return datetime(*date, int(hour), int(minute), tzinfo=UTC)


def sure(text: str) -> datetime:
    found = instant(text)
    assert found is not None
    return found


def number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found, text
    return int(found.group())


def override(cell: str, name: str = "") -> Override:
    """Read “opens 10:00, closes 12:00, 60 min, 2 attempts”."""
    given: dict[str, object] = {}
    for part in [] if cell in NOTHING else cell.split(", "):
        if part in ("always open", "never closes", "no limit", "any number of attempts"):
            field = {"a": "opens_at", "n": "closes_at"}.get(part[0], "")
            field = {"no limit": "limit_minutes", "any number of attempts": "attempts"}.get(
                part, field
            )
            given[field] = UNBOUNDED
        elif part.startswith(("opens ", "closes ")):
            edge, time = part.split(" ", 1)
            given[f"{edge}_at"] = instant(time)
        elif part.endswith(" min"):
            given["limit_minutes"] = number(part)
        else:
            assert "attempt" in part, part
            given["attempts"] = number(part)
    return Override(**given, name=name)  # type: ignore[arg-type]


def exam(cell: str) -> Exam:
    read = override(cell)
    assert not isinstance(read.limit_minutes, type(UNBOUNDED))
    return Exam(read.limit_minutes, read.attempts)  # type: ignore[arg-type]


def listed(cell: str) -> list[str]:
    return [] if cell in NOTHING else cell.split("; ")


def accommodation(text: str) -> Accommodation:
    """Read “×1.25, pauses 10 min and the window waits”."""
    given: dict[str, object] = {}
    for part in text.split(", "):
        if part.startswith("×"):
            given["percent"] = round(float(part[1:]) * 100)
        elif part.startswith("+"):
            given["minutes"] = number(part)
        elif part == "unlimited time":
            given["unlimited"] = True
        else:
            assert part.startswith("pauses "), part
            given["pause_minutes"] = number(part)
            given["pauses_move_window"] = part.endswith("and the window waits")
    return Accommodation(**given)  # type: ignore[arg-type]


def incident(text: str) -> Incident:
    minutes, at = text.split(" at ")
    return Incident(sure(at), number(minutes))


def pause(text: str) -> Pause:
    began, ended = text.split("–")
    return Pause(sure(began), instant(ended))


def terms_of(row: dict[str, str]) -> Terms:
    return effective_terms(
        exam(row["Examination"]),
        cohort=override(row["Cohort"]),
        groups=[
            override(g.split(": ")[1], g.split(": ")[0]) for g in listed(row.get("Groups", ""))
        ],
        person=override(row.get("Person", "")),
        accommodations=[accommodation(each) for each in listed(row.get("Accommodation", ""))],
        incidents=[incident(each) for each in listed(row.get("Incident", ""))],
        started_at=instant(row.get("Begun", "")),
    )


def told(source: Source) -> str:
    minutes = f"+{source.minutes}" if source.minutes else ""
    return " ".join(filter(None, (source.kind, source.name, minutes)))


def written(value: datetime | int | None, unit: str = "") -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value}{unit}"
    day = "" if value.date() == datetime(2026, 10, 14).date() else f"{value.day} {value:%b} "
    return f"{day}{value:%H:%M}"


def results(row: dict[str, str]) -> dict[str, str]:
    """What the code makes of a case, in the words of the table."""
    terms = terms_of(row)
    found = {}
    for column, effective, unit in (
        ("Opens", terms.opens_at, ""),
        ("Start by", terms.starts_until, ""),
        ("Closes", terms.closes_at, ""),
        ("Limit", terms.limit_minutes, " min"),
        ("Attempts", terms.attempts, ""),
    ):
        sources = ", ".join(told(each) for each in effective.sources if each.kind != "nothing")
        found[column] = written(effective.value, unit) + (f" ({sources})" if sources else "")
    found["Ends"] = "–"
    if begun := instant(row.get("Begun", "")):
        end = ending(begun, terms, [pause(each) for each in listed(row.get("Paused", ""))])
        found["Ends"] = f"{written(end.at)} ({end.bound})"
    return {column: text for column, text in found.items() if column in row}


@pytest.mark.parametrize("row", SITTINGS, ids=lambda row: row["Case"])
def test_a_published_case_holds(row: dict[str, str]) -> None:
    found = results(row)
    assert found == {column: row[column] for column in found}
    assert len(found) >= 3


@pytest.mark.parametrize("row", MOVES, ids=lambda row: row["Case"])
def test_a_published_move_of_an_end_holds(row: dict[str, str]) -> None:
    moved = moved_end(instant(row["End so far"]), instant(row["End by the rules"]), sure(row["At"]))
    assert written(moved) == row["New end"]


def test_the_tables_are_all_read() -> None:
    """A heading misspelt would leave its table out unseen."""
    assert len(SITTINGS) + len(MOVES) == len(ROWS)
    assert len(SITTINGS) >= 45
    assert len({row["Case"] for row in SITTINGS}) >= 44
    assert len(MOVES) == 6


# Laws: over any cohort, groups, person, accommodations and incidents.

NOON = datetime(2026, 10, 14, 12, 0, tzinfo=UTC)
MOMENTS = st.integers(-600, 600).map(lambda minutes: NOON + timedelta(minutes=minutes))
BOUND = st.one_of(st.none(), st.just(UNBOUNDED))
OVERRIDES = st.builds(
    Override,
    opens_at=MOMENTS | BOUND,
    closes_at=MOMENTS | BOUND,
    limit_minutes=st.integers(1, 300) | BOUND,
    attempts=st.integers(1, 9) | BOUND,
    name=st.sampled_from("ABCD"),
)
EXAMS = st.builds(Exam, st.none() | st.integers(1, 300), st.none() | st.integers(1, 9))
ACCOMMODATIONS = st.one_of(
    st.builds(Accommodation, percent=st.integers(100, 400), pause_minutes=st.integers(0, 60)),
    st.builds(
        Accommodation,
        minutes=st.integers(0, 240),
        unlimited=st.booleans(),
        pause_minutes=st.integers(0, 60),
        pauses_move_window=st.booleans(),
    ),
)
INCIDENTS = st.builds(Incident, MOMENTS, st.integers(1, 120))


@st.composite
def cases(draw: st.DrawFn) -> dict[str, object]:
    return {
        "rules": draw(EXAMS),
        "cohort": draw(OVERRIDES),
        "groups": draw(st.lists(OVERRIDES, max_size=3)),
        "person": draw(st.none() | OVERRIDES),
        "incidents": draw(st.lists(INCIDENTS, max_size=3)),
        "started_at": draw(MOMENTS),
    }


def terms_with(case: dict[str, object], **more: object) -> Terms:
    given = {**case, **more}
    return effective_terms(given.pop("rules"), **given)  # type: ignore[arg-type]


def not_sooner(value: object, than: object) -> bool:
    return value is None or (than is not None and value >= than)  # type: ignore[operator]


@given(cases(), st.lists(ACCOMMODATIONS, max_size=2), ACCOMMODATIONS)
def test_an_accommodation_never_shortens(
    case: dict[str, object], before: list[Accommodation], one_more: Accommodation
) -> None:
    less, more = (terms_with(case, accommodations=given) for given in (before, [*before, one_more]))
    assert not_sooner(more.limit_minutes.value, less.limit_minutes.value)
    assert not_sooner(more.closes_at.value, less.closes_at.value)
    assert not_sooner(more.starts_until.value, less.starts_until.value)
    assert more.opens_at == less.opens_at
    assert more.attempts == less.attempts
    begun: datetime = case["started_at"]  # type: ignore[assignment]
    pauses = [Pause(begun + timedelta(minutes=5), begun + timedelta(minutes=25))]
    assert not_sooner(ending(begun, more, pauses).at, ending(begun, less, pauses).at)


@given(cases(), st.lists(ACCOMMODATIONS, max_size=2), INCIDENTS)
def test_an_incident_never_shortens(
    case: dict[str, object], accommodations: list[Accommodation], one_more: Incident
) -> None:
    begun: datetime = case["started_at"]  # type: ignore[assignment]
    known: Sequence[Incident] = case["incidents"]  # type: ignore[assignment]
    less = terms_with(case, accommodations=accommodations)
    more = terms_with(case, accommodations=accommodations, incidents=[*known, one_more])
    assert not_sooner(more.starts_until.value, less.starts_until.value)
    assert not_sooner(ending(begun, more).at, ending(begun, less).at)


@given(cases(), ACCOMMODATIONS, INCIDENTS)
def test_an_attempt_under_way_gets_the_minutes_whole(
    case: dict[str, object], given_to_all: Accommodation, happened: Incident
) -> None:
    begun: datetime = case["started_at"]  # type: ignore[assignment]
    less = terms_with(case, accommodations=[given_to_all], incidents=[])
    more = terms_with(case, accommodations=[given_to_all], incidents=[happened])
    before, after = ending(begun, less), ending(begun, more)
    if begun <= happened.at and before.at is not None:
        assert after.at == before.at + timedelta(minutes=happened.minutes)


@given(cases(), st.lists(ACCOMMODATIONS, max_size=3), st.randoms(use_true_random=False))
def test_no_order_matters(case: dict[str, object], given_: list[Accommodation], chance) -> None:  # type: ignore[no-untyped-def]
    def shuffled(what: object) -> list[object]:
        return chance.sample(list(what), len(list(what)))  # type: ignore[no-any-return, call-overload]

    once = terms_with(case, accommodations=given_)
    again = terms_with(
        case,
        accommodations=shuffled(given_),
        groups=shuffled(case["groups"]),
        incidents=shuffled(case["incidents"]),
    )
    assert again == once


@given(cases(), st.lists(ACCOMMODATIONS, max_size=2))
def test_unlimited_time_beats_everything(
    case: dict[str, object], others: list[Accommodation]
) -> None:
    terms = terms_with(case, accommodations=[*others, Accommodation(unlimited=True)])
    assert (terms.limit_minutes.value, terms.closes_at.value) == (None, None)
    assert ending(case["started_at"], terms).at is None  # type: ignore[arg-type]


@given(cases(), st.lists(ACCOMMODATIONS, max_size=2))
def test_every_value_says_where_it_comes_from(
    case: dict[str, object], given_: list[Accommodation]
) -> None:
    terms = terms_with(case, accommodations=given_)
    for value in (terms.opens_at, terms.closes_at, terms.limit_minutes, terms.attempts):
        assert value.sources
        if value.value is not None:
            assert value.sources[0].kind not in ("nothing", "accommodation", "incident")


@given(MOMENTS | st.none(), MOMENTS | st.none(), MOMENTS)
def test_an_end_brought_forward_twice_is_brought_forward_once(
    standing: datetime | None, computed: datetime | None, now: datetime
) -> None:
    """A sweep that looks again a while later finds nothing left to change."""
    once = moved_end(standing, computed, now)
    later = now + timedelta(minutes=3)
    assert moved_end(once, computed, later) == once
    assert not_sooner(once, computed)
    assert not_sooner(standing, once) or not_sooner(computed, standing)


def transitions(zone: str) -> list[datetime]:
    """The instants from 2026 to 2030 at which a zone changes its distance from UTC, by the hour."""
    place, found = ZoneInfo(zone), []
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year < 2030:
        later = moment + timedelta(hours=12)
        if moment.astimezone(place).utcoffset() != later.astimezone(place).utcoffset():
            while (
                moment.astimezone(place).utcoffset()
                == (moment + timedelta(minutes=30)).astimezone(place).utcoffset()
            ):
                moment += timedelta(minutes=30)
            found.append(moment + timedelta(minutes=30))
            moment = later
        moment = later
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_a_limit_is_time_that_passes_when_the_clocks_change(zone: str) -> None:
    changes = transitions(zone)
    assert len(changes) >= 6
    for change in changes:
        begun = (change - timedelta(minutes=20)).astimezone(ZoneInfo(zone))
        end = ending(begun, effective_terms(Exam(60)))
        assert end.at == change + timedelta(minutes=40)


@pytest.mark.parametrize("zone", ZONES)
def test_doubt_about_the_clocks_makes_a_window_longer(zone: str) -> None:
    for change in transitions(zone):
        before, after = ((change + by).astimezone(ZoneInfo(zone)) for by in (-DAY, DAY))
        shift = abs(after.utcoffset() - before.utcoffset())  # type: ignore[operator]
        wall = change.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        put_back = after.utcoffset() < before.utcoffset()  # type: ignore[operator]
        # A minute into the hour shown twice, or into the hour never shown.
        odd = wall + timedelta(minutes=1) - (timedelta() if put_back else shift)
        opens, closes = (window_edge(odd, zone, edge) for edge in ("opens", "closes"))  # type: ignore[arg-type]
        assert closes - opens == shift, (zone, change)
        plain = wall + timedelta(days=1, hours=3)
        assert window_edge(plain, zone, "opens") == window_edge(plain, zone, "closes")


DAY = timedelta(hours=20)


def test_instants_of_one_zone_are_compared_as_instants() -> None:
    """Python compares by the wall clock within a zone: 01:10 comes after 01:50 when put back."""
    london = ZoneInfo("Europe/London")
    early = datetime(2026, 10, 25, 1, 50, tzinfo=london)
    late = datetime(2026, 10, 25, 1, 10, tzinfo=london, fold=1)
    groups = [Override(closes_at=early, name="A"), Override(closes_at=late, name="B")]
    closes = effective_terms(Exam(), groups=groups).closes_at
    assert closes.value == late.astimezone(UTC)
    assert closes.sources == (Source("group", "B"),)


def test_a_start_is_refused_for_the_bound_that_forbids_it() -> None:
    cohort = Override(opens_at=NOON, closes_at=NOON + timedelta(hours=2), attempts=2)
    terms = effective_terms(Exam(60), cohort=cohort, accommodations=[Accommodation(percent=200)])
    second = timedelta(seconds=1)
    assert decide_start(terms, NOON - second, 0) == "early"
    assert decide_start(terms, NOON, 0) == "open"
    assert decide_start(terms, NOON + timedelta(hours=2) - second, 1) == "open"
    assert decide_start(terms, NOON + timedelta(hours=2), 1) == "closed"
    assert decide_start(terms, NOON, 2) == "used"


def test_the_last_second_counts_and_the_next_does_not() -> None:
    end = NOON + timedelta(seconds=30)
    assert is_in_time(end, NOON, 30)
    assert not is_in_time(end + timedelta(microseconds=1), NOON, 30)
    assert is_in_time(end, None, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Accommodation(percent=90),
        lambda: Accommodation(minutes=-1),
        lambda: Accommodation(percent=125, minutes=5),
        lambda: Incident(NOON, 0),
        lambda: Override(opens_at=datetime(2026, 10, 14)),
        lambda: window_edge(NOON, "Europe/London", "opens"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"\w"):
        wrong()
