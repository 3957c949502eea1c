"""Why a flag is up, in values that a page can put into words, and as the document that is kept."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import courses
from lms.services import assessment, catalogue


@dataclass(frozen=True, slots=True)
class Why:
    """The cause of a flag: since when, what fed it last, and what it is about.

    `about` are titles: of the units late, of the objectives missed, of the quiz that closes; at
    most ABOUT of them, `count` says how many there are. `lessons` are (key, title) of the lessons
    that teach what was missed. `window` is what closes, `until` when. `module_key` is the module
    of an item or a quiz, `serial` the credential that lapses.
    """

    since: date
    fed_at: datetime
    count: int = 0
    about: tuple[str, ...] = ()
    lessons: tuple[tuple[str, str], ...] = ()
    module_key: str = ""
    window: str = ""
    until: datetime | None = None
    serial: str = ""

    def days_on(self, today: date) -> int:
        """Return for how many days it has held on a day: 0 on the day it began."""
        return (today - self.since).days

    def last_day(self, zone: str) -> date | None:
        """Return the last day on which it is open: one that ends with a day ends at midnight."""
        if self.until is None:
            return None
        return (self.until - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date()


ABOUT = 5


def why_of(
    cause: courses.Cause, facts: courses.RiskFacts, content: catalogue.ReleaseContent
) -> Why:
    """Return a cause with the titles of what it is about."""
    if cause.rule in ("safety", "certain"):
        return _about_items(cause, facts, content)
    about: tuple[str, ...] = ()
    module_key = serial = window = ""
    if cause.rule == "window":
        window = cause.subject.partition(":")[0]
    if cause.rule == "behind" or window == "course":
        about = tuple(_title(content.course, key) for key in cause.keys[:ABOUT])
    elif window == "quiz":
        module_key = cause.keys[0]
        about = (content.course.module(module_key).title,)
    elif window == "credential":
        serial = cause.keys[0]
    return Why(
        cause.since,
        cause.fed_at,
        count=cause.count,
        about=about,
        module_key=module_key,
        window=window,
        until=cause.until,
        serial=serial,
    )


def _about_items(
    cause: courses.Cause, facts: courses.RiskFacts, content: catalogue.ReleaseContent
) -> Why:
    modules = {each.item_id: each.module_key for each in (*facts.safety, *facts.certain)}
    texts: dict[str, None] = {}
    lessons: dict[str, str] = {}
    items = {item.id: item for bank in content.banks.values() for item in bank.items}
    for key in cause.keys:
        if key not in items:
            # Met on a release that this cohort has left behind.
            continue
        text, taught = assessment.taught_by(content.course, items[key].objective)
        texts[text.rstrip(".")] = None
        lessons.update((lesson.key, lesson.title) for lesson in taught)
    return Why(
        cause.since,
        cause.fed_at,
        count=cause.count,
        about=tuple(texts)[:ABOUT],
        lessons=tuple(lessons.items())[:ABOUT],
        module_key=modules[cause.keys[0]],
    )


def _title(course: courses.Course, key: str) -> str:
    unit = next(unit for unit in course.units if unit.key == key)
    return unit.title if unit.kind == "lesson" else course.module(unit.module_key).title


def to_document(why: Why) -> str:
    """Return a cause as the text that is kept."""
    return json.dumps(
        {
            "since": why.since.isoformat(),
            "fed_at": why.fed_at.isoformat(),
            "count": why.count,
            "about": why.about,
            "lessons": why.lessons,
            "module_key": why.module_key,
            "window": why.window,
            "until": why.until.isoformat() if why.until else None,
            "serial": why.serial,
        },
        sort_keys=True,
        ensure_ascii=False,
    )


def from_document(text: str) -> Why:
    """Return the cause that a text written by `to_document` holds."""
    kept = json.loads(text)
    return Why(
        since=date.fromisoformat(kept["since"]),
        fed_at=datetime.fromisoformat(kept["fed_at"]),
        count=kept["count"],
        about=tuple(kept["about"]),
        lessons=tuple((key, title) for key, title in kept["lessons"]),
        module_key=kept["module_key"],
        window=kept["window"],
        until=datetime.fromisoformat(kept["until"]) if kept["until"] else None,
        serial=kept["serial"],
    )
