"""When an attempt may begin and when it ends, and why: the rules that docs/deadlines.md publishes.

Five voices speak about one sitting: the examination, the cohort, the learner's groups, the learner
personally; accommodations and incidents then add to what these four settled. Every value carries
the sources it came from, so that a page can say where a deadline comes from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Generic, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

SourceKind = Literal[
    "nothing", "examination", "cohort", "group", "person", "accommodation", "incident"
]
Edge = Literal["opens", "closes"]
StartKind = Literal["open", "early", "closed", "used"]
Bound = Literal["limit", "window", "none"]
Value = TypeVar("Value", int, datetime)

# A window up to this long is an examination time; a longer one is a stretch of the calendar.
LONGEST_SITTING = timedelta(hours=24)
# Whoever works towards an end that is brought forward keeps at least this much time.
NOTICE = timedelta(minutes=10)


class Unbounded(Enum):
    """What an override says to take a bound away; saying nothing is None."""

    UNBOUNDED = "unbounded"


UNBOUNDED = Unbounded.UNBOUNDED


class TimeRules(Protocol):
    """What an examination's own rules say about time; None is no bound."""

    @property
    def time_limit_minutes(self) -> int | None:
        """Minutes from the start to the end of an attempt."""

    @property
    def attempts(self) -> int | None:
        """How many attempts there are."""

    @property
    def grace_seconds(self) -> int:
        """Seconds after the end in which an answer on its way is still taken."""


@dataclass(frozen=True, slots=True)
class Override:
    """What a cohort, a group or a person is given; a field of None says nothing."""

    opens_at: datetime | Unbounded | None = None
    closes_at: datetime | Unbounded | None = None
    limit_minutes: int | Unbounded | None = None
    attempts: int | Unbounded | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for field in ("opens_at", "closes_at"):
            value = getattr(self, field)
            if isinstance(value, datetime):
                object.__setattr__(self, field, _utc(value))


@dataclass(frozen=True, slots=True)
class Accommodation:
    """What somebody is granted for every sitting.

    Extra time is a share of the limit (`percent` 125 is time and a quarter) or `minutes`, never
    both. Pauses stop the limit for up to `pause_minutes` in all, and the closing of the window too
    when `pauses_move_window`.
    """

    percent: int = 100
    minutes: int = 0
    unlimited: bool = False
    pause_minutes: int = 0
    pauses_move_window: bool = False
    larger_spacing: bool = False

    def __post_init__(self) -> None:
        if self.percent < 100 or self.minutes < 0 or self.pause_minutes < 0:
            raise ValueError("An accommodation takes no time away.")
        if self.percent > 100 and self.minutes:
            raise ValueError("Extra time is a share or minutes, not both.")


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong in a sitting, and the minutes that everybody gets back for it."""

    at: datetime
    minutes: int
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _utc(self.at))
        if self.minutes < 1:
            raise ValueError("An incident gives at least a minute back.")


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of an attempt; `ended_at` is None while it lasts."""

    began_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: who said it, or what added how many minutes to it."""

    kind: SourceKind
    name: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Effective(Generic[Value]):
    """A value that holds, None for no bound, and its sources in the order they were applied."""

    value: Value | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one learner in one sitting.

    `starts_until` is the last moment to begin; `closes_at` ends the attempts that were begun.
    """

    opens_at: Effective[datetime]
    starts_until: Effective[datetime]
    closes_at: Effective[datetime]
    limit_minutes: Effective[int]
    attempts: Effective[int]
    grace_seconds: int
    pause_minutes: int
    pauses_move_window: bool
    larger_spacing: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """When an attempt ends, None for never, which bound ends it, and where that bound is from."""

    at: datetime | None
    bound: Bound
    sources: tuple[Source, ...]


def effective_terms(
    rules: TimeRules,
    *,
    cohort: Override | None = None,
    groups: Sequence[Override] = (),
    person: Override | None = None,
    accommodations: Sequence[Accommodation] = (),
    incidents: Iterable[Incident] = (),
    started_at: datetime | None = None,
) -> Terms:
    """Return what holds for a learner, as the tables of docs/deadlines.md say.

    With `started_at` it is what holds for the attempt begun then; without, for one yet to begin.
    """
    said = _Said(cohort or Override(), tuple(groups), person or Override())
    opens_at: Effective[datetime] = said.settle("opens_at", None)
    starts_until: Effective[datetime] = said.settle("closes_at", None)
    base = said.settle("limit_minutes", rules.time_limit_minutes)
    attempts = said.settle("attempts", rules.attempts)
    extra = max(
        (_extra_minutes(a, base.value, opens_at.value, starts_until.value) for a in accommodations),
        default=0,
    )
    unlimited = any(a.unlimited for a in accommodations)
    limit = _accommodated(base, extra, unlimited)
    closes_at = _accommodated(starts_until, extra, unlimited)
    begun = None if started_at is None else _utc(started_at)
    for incident in sorted(incidents, key=lambda each: (each.at, each.minutes, each.name)):
        source = Source("incident", incident.name, incident.minutes)
        was_under_way = begun is not None and begun <= incident.at
        was_open = _within(incident.at, opens_at.value, starts_until.value)
        if was_under_way:
            limit = _later(limit, source)
        if was_under_way or was_open:
            closes_at = _later(closes_at, source)
        if was_open:
            starts_until = _later(starts_until, source)
    return Terms(
        opens_at=opens_at,
        starts_until=starts_until,
        closes_at=closes_at,
        limit_minutes=limit,
        attempts=attempts,
        grace_seconds=rules.grace_seconds,
        pause_minutes=max((a.pause_minutes for a in accommodations), default=0),
        pauses_move_window=any(a.pauses_move_window for a in accommodations if a.pause_minutes),
        larger_spacing=any(a.larger_spacing for a in accommodations),
    )


def ending(started_at: datetime, terms: Terms, pauses: Iterable[Pause] = ()) -> Ending:
    """Return when an attempt begun at `started_at` ends: by its limit or the window's closing.

    A pause that still lasts counts with all that is left of the allowance: when that is used up
    the clock goes on by itself.
    """
    paused = paused_time(pauses, terms.pause_minutes)
    limit, closes = terms.limit_minutes, terms.closes_at
    ends: list[Ending] = []
    if limit.value is not None:
        # In UTC: a limit is time that passes, whatever the clocks on the wall do meanwhile.
        at = _utc(started_at) + timedelta(minutes=limit.value) + paused
        ends.append(Ending(at, "limit", limit.sources))
    if closes.value is not None:
        moved = paused if terms.pauses_move_window else timedelta()
        ends.append(Ending(closes.value + moved, "window", closes.sources))
    if not ends:
        return Ending(None, "none", limit.sources)
    return min(ends, key=lambda end: end.at or datetime.max.replace(tzinfo=UTC))


def paused_time(pauses: Iterable[Pause], allowance_minutes: int) -> timedelta:
    """Return for how long the pauses stop the limit: their sum, at most the allowance."""
    allowance, total = timedelta(minutes=allowance_minutes), timedelta()
    for pause in pauses:
        if pause.ended_at is None:
            return allowance
        total += _utc(pause.ended_at) - _utc(pause.began_at)
    return min(total, allowance)


def decide_start(terms: Terms, now: datetime, used: int) -> StartKind:
    """Whether an attempt may begin now, after `used` attempts; if not, which bound forbids it."""
    if terms.attempts.value is not None and used >= terms.attempts.value:
        return "used"
    if terms.opens_at.value is not None and now < terms.opens_at.value:
        return "early"
    if terms.starts_until.value is not None and now >= terms.starts_until.value:
        return "closed"
    return "open"


def is_in_time(at: datetime, closes_at: datetime | None, grace_seconds: int) -> bool:
    """Whether an answer that arrives at `at` is taken: up to the end and its grace, inclusive."""
    return closes_at is None or at <= closes_at + timedelta(seconds=grace_seconds)


def moved_end(
    standing: datetime | None, computed: datetime | None, now: datetime
) -> datetime | None:
    """Return the end of an attempt under way after something about its sitting has changed.

    A later end holds at once. An earlier one holds too, but leaves at least `NOTICE` from now, or
    what was left if that was less.
    """
    if computed is None or (standing is not None and computed >= standing):
        return computed
    notice = now + NOTICE
    return max(computed, notice if standing is None else min(standing, notice))


def window_edge(local: datetime, zone: str, edge: Edge) -> datetime:
    """Return the instant at which clocks in the IANA `zone` show `local` (naive).

    Where the clocks are put back or forward, so that they show it twice or never, the window is
    the longer one: the earlier instant opens it, the later one closes it.
    """
    if local.tzinfo is not None:
        raise ValueError("A local time carries no time zone of its own.")
    instants = [local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(instants) if edge == "opens" else max(instants)


@dataclass(frozen=True, slots=True)
class _Said:
    """The four voices; the most personal one that says something is heard."""

    cohort: Override
    groups: tuple[Override, ...]
    person: Override

    def settle(self, field: str, examination: Value | None) -> Effective[Value]:
        """Return what the voices settle about one field."""
        if (mine := getattr(self.person, field)) is not None:
            return Effective(_plain(mine), (Source("person"),))
        given = [(getattr(each, field), each.name) for each in self.groups]
        if spoken := [(value, name) for value, name in given if value is not None]:
            best = _kindest([value for value, _ in spoken], earliest=field == "opens_at")
            names = sorted({name for value, name in spoken if value == best})
            return Effective(_plain(best), tuple(Source("group", name) for name in names))
        if (ours := getattr(self.cohort, field)) is not None:
            return Effective(_plain(ours), (Source("cohort", self.cohort.name),))
        kind: SourceKind = "nothing" if examination is None else "examination"
        return Effective(examination, (Source(kind),))


def _kindest(values: list[Value | Unbounded], *, earliest: bool) -> Value | Unbounded:
    """Return the best of what several groups give: no bound, else the widest."""
    bounds = [value for value in values if not isinstance(value, Unbounded)]
    if len(bounds) < len(values):
        return UNBOUNDED
    return min(bounds) if earliest else max(bounds)


def _plain(value: Value | Unbounded) -> Value | None:
    return None if isinstance(value, Unbounded) else value


def _extra_minutes(
    given: Accommodation, limit: int | None, opens: datetime | None, closes: datetime | None
) -> int:
    """Return the minutes an accommodation adds: its own, or its share of the time there is."""
    if given.minutes:
        return given.minutes
    time = limit
    if time is None and opens is not None and closes is not None:
        length = closes - opens
        if timedelta() < length <= LONGEST_SITTING:
            time = -(-length // timedelta(minutes=1))
    if time is None:
        return 0
    return -(-time * (given.percent - 100) // 100)


def _accommodated(base: Effective[Value], extra: int, unlimited: bool) -> Effective[Value]:
    """Return a bound with the extra minutes of an accommodation, or lifted by it."""
    if base.value is None:
        return base
    if unlimited:
        return Effective(None, (*base.sources, Source("accommodation")))
    return _later(base, Source("accommodation", minutes=extra)) if extra else base


def _later(base: Effective[Value], source: Source) -> Effective[Value]:
    """Return a bound moved by the minutes of a source; no bound stays none."""
    if base.value is None:
        return base
    if isinstance(base.value, datetime):
        moved = base.value + timedelta(minutes=source.minutes)
        return Effective(moved, (*base.sources, source))
    return Effective(base.value + source.minutes, (*base.sources, source))


def _within(at: datetime, opens: datetime | None, closes: datetime | None) -> bool:
    return (opens is None or opens <= at) and (closes is None or at <= closes)


def _utc(value: datetime) -> datetime:
    """Return an instant in UTC: within one zone Python would compare and add by the wall clock."""
    if value.tzinfo is None:
        raise ValueError(f"An instant needs its time zone: {value!r}")
    return value.astimezone(UTC)
