"""How training was delivered against the limits that jurisdictions set: in person, live, alone.

Limits are data of the crosswalk: requirements of the part "delivery" whose rule is written as
`share>=50% of online hours`. A rule of another form settles nothing here and is shown in words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from courses.crosswalk import Crosswalk, Requirement, Rulebook

Mode = Literal["in-person", "live-online", "asynchronous"]
MODES: tuple[Mode, ...] = ("in-person", "live-online", "asynchronous")
_LIVE_SHARE = re.compile(r"share>=(\d{1,3})% of online hours")


@dataclass(frozen=True, slots=True)
class ModeStanding:
    """A limit on how training is delivered, and where somebody stands against it, in minutes.

    Of the `online` minutes, `live` were taught live; at least `percent` of them have to be.
    """

    rulebook: Rulebook
    requirement: Requirement
    percent: int
    live: int
    online: int

    @property
    def share(self) -> Fraction | None:
        """The share that is live; None as long as nothing was studied online."""
        return Fraction(self.live, self.online) if self.online else None

    @property
    def is_met(self) -> bool:
        """Whether it holds as things stand; without online minutes nothing is asked."""
        return self.live * 100 >= self.percent * self.online

    @property
    def missing(self) -> int | None:
        """The live minutes that would make it hold, if nothing else came; None if none would.

        The smallest m with (live + m) / (online + m) at or above the share.
        """
        lacking = self.percent * self.online - 100 * self.live
        if lacking <= 0:
            return 0
        return None if self.percent >= 100 else -(-lacking // (100 - self.percent))


def mode_standings(crosswalk: Crosswalk, minutes: Mapping[str, int]) -> tuple[ModeStanding, ...]:
    """Where minutes by mode stand against every limit that the crosswalk states as a share."""
    live = minutes.get("live-online", 0)
    online = live + minutes.get("asynchronous", 0)
    return tuple(
        ModeStanding(book, requirement, percent, live, online)
        for book, requirement, percent in _limits(crosswalk)
    )


def _limits(crosswalk: Crosswalk) -> Iterator[tuple[Rulebook, Requirement, int]]:
    for book in crosswalk.of_kind("jurisdiction"):
        for requirement in book.of_part("delivery"):
            found = _LIVE_SHARE.fullmatch(requirement.rule)
            if found and int(found.group(1)) <= 100:
                yield book, requirement, int(found.group(1))
