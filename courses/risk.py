"""Who is at risk: plain rules over what somebody did, each of which can say why it speaks.

Nothing is estimated and nobody is ranked by likeness to others, so that the rules work for the
first learner as for the thousandth. Their numbers come from the programme.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from courses.pace import Pace
from courses.progress import Progress

RiskRule = Literal["safety", "certain", "window", "behind", "silent"]
WindowKind = Literal["quiz", "course", "credential"]
# In the order in which somebody should be spoken to: what may harm a patient first.
RISK_RULES: tuple[RiskRule, ...] = ("safety", "certain", "window", "behind", "silent")


@dataclass(frozen=True, slots=True)
class RiskRules:
    """The numbers of the rules; None switches one off.

    `safety`: so often missed since it was last right. `certain`: so many items wrong and certain in
    the latest attempts; a safety-critical one counts by itself, at once. `window`: days before it
    closes; that a course ends concerns only who is late in it, and then stands for being behind.
    `behind`: days by which the earliest unit is late. `silent`: days without a trace.
    """

    safety: int | None = 2
    certain: int | None = 3
    window: int | None = 14
    behind: int | None = 7
    silent: int | None = 14


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to an item: whether it earned the full mark, and was given as certain."""

    item_id: str
    module_key: str
    at: datetime
    is_right: bool
    is_certain: bool


@dataclass(frozen=True, slots=True)
class ClosingWindow:
    """Something that closes, and is not done: a quiz (`key` its module), a course, a credential."""

    kind: WindowKind
    key: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What the rules are asked about. `safety` holds every answer to a safety-critical item, in
    whatever order; `certain` the other items that the latest attempts got wrong and certain.

    `silent_since` is the latest trace, or the day from which silence counts when there is none.
    """

    progress: Progress
    pace: Pace
    silent_since: datetime
    safety: tuple[Answered, ...] = ()
    certain: tuple[Answered, ...] = ()
    windows: tuple[ClosingWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a rule speaks: what it is about, since when, and what feeds it.

    `subject` tells two causes of one rule apart: an item, a window, or empty. `keys` are the units
    late, or the items missed. `count` is how often or how many, `days` how many days late, silent
    or left; `until` is when a window closes, or closed. `fed_at` is the instant of what fed it
    last: a cause that was dealt with is new again when it is fed.
    """

    rule: RiskRule
    subject: str
    since: date
    fed_at: datetime
    keys: tuple[str, ...] = ()
    count: int = 0
    days: int = 0
    until: datetime | None = None


def risks(facts: RiskFacts, rules: RiskRules, now: datetime, zone: ZoneInfo) -> tuple[Cause, ...]:
    """Return the causes that hold at `now` on the clocks of `zone`, in the order of RISK_RULES."""
    today = now.astimezone(zone).date()
    windows = tuple(_windows(facts, rules, now, zone))
    # That the course ends for somebody who is late says all that being late would.
    is_ending = any(cause.subject == "course" for cause in windows)
    return (
        *_safety(facts, rules, zone),
        *_certain(facts, rules, zone),
        *windows,
        *(() if is_ending else _behind(facts, rules, today, zone)),
        *_silent(facts, rules, today, zone),
    )


def _safety(facts: RiskFacts, rules: RiskRules, zone: ZoneInfo) -> Iterator[Cause]:
    if rules.safety is None:
        return
    for item, missed in _missed_since_right(facts.safety):
        if len(missed) >= rules.safety:
            yield _of_item("safety", item, missed, zone)


def _certain(facts: RiskFacts, rules: RiskRules, zone: ZoneInfo) -> Iterator[Cause]:
    if rules.certain is None:
        return
    for item, missed in _missed_since_right(facts.safety):
        surely = [answer for answer in missed if answer.is_certain]
        if surely:
            yield _of_item("certain", item, surely, zone)
    if facts.certain and len({each.item_id for each in facts.certain}) >= rules.certain:
        yield _of_item("certain", "", sorted(facts.certain, key=_when), zone)


def _missed_since_right(answers: Iterable[Answered]) -> Iterator[tuple[str, list[Answered]]]:
    """Return by item the misses after its last right answer, the earliest first."""
    found: dict[str, list[Answered]] = {}
    for answer in sorted(answers, key=_when):
        missed = found.setdefault(answer.item_id, [])
        if answer.is_right:
            missed.clear()
        else:
            missed.append(answer)
    return ((item, missed) for item, missed in sorted(found.items()) if missed)


def _when(answer: Answered) -> tuple[datetime, bool, str]:
    # Of a wrong and a right answer in one instant the right one is the later.
    return answer.at, answer.is_right, answer.item_id


def _of_item(rule: RiskRule, item: str, missed: list[Answered], zone: ZoneInfo) -> Cause:
    keys = tuple(sorted({each.item_id for each in missed}))
    return Cause(
        rule,
        item,
        since=missed[0].at.astimezone(zone).date(),
        fed_at=missed[-1].at,
        keys=keys,
        count=len(missed) if item else len(keys),
    )


def _windows(facts: RiskFacts, rules: RiskRules, now: datetime, zone: ZoneInfo) -> Iterator[Cause]:
    if rules.window is None:
        return
    ahead = timedelta(days=rules.window)
    today = now.astimezone(zone).date()
    for window in sorted(facts.windows, key=lambda each: (each.closes_at, each.kind, each.key)):
        if window.closes_at - ahead > now:
            continue
        is_course = window.kind == "course"
        if is_course and (window.closes_at <= now or not facts.pace.late):
            continue
        closes_on = window.closes_at.astimezone(zone).date()
        begins = window.closes_at - ahead
        yield Cause(
            "window",
            window.kind if is_course else f"{window.kind}:{window.key}",
            since=begins.astimezone(zone).date(),
            # Once it is past, something has happened that nobody could have dealt with before.
            fed_at=window.closes_at if window.closes_at <= now else begins,
            keys=facts.pace.late if is_course else (window.key,),
            count=len(facts.pace.late) if is_course else 0,
            days=(closes_on - today).days,
            until=window.closes_at,
        )


def _behind(facts: RiskFacts, rules: RiskRules, today: date, zone: ZoneInfo) -> Iterator[Cause]:
    pace = facts.pace
    if rules.behind is None or not pace.late:
        return
    earliest = min(pace.due[key] for key in pace.late)
    days = (today - earliest).days
    if days < rules.behind and pace.state != "overdue":
        return
    since = earliest + timedelta(days=1)
    yield Cause(
        "behind",
        "",
        since=since,
        fed_at=datetime.combine(since, datetime.min.time(), zone),
        keys=pace.late,
        count=len(pace.late),
        days=days,
    )


def _silent(facts: RiskFacts, rules: RiskRules, today: date, zone: ZoneInfo) -> Iterator[Cause]:
    if rules.silent is None or facts.progress.is_complete:
        return
    since = facts.silent_since.astimezone(zone).date()
    days = (today - since).days
    if days >= rules.silent:
        yield Cause("silent", "", since=since, fed_at=facts.silent_since, days=days)
