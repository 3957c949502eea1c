"""A learner's hours by the way they were taught, against the limits of jurisdictions."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

import courses
from lms.services import catalogue, learning
from lms.services.cohorts import Seat
from lms.services.live.ledger import Credit, list_credits


@dataclass(frozen=True, slots=True)
class HoursStanding:
    """What a learner was credited, by mode, and how that stands against limits.

    `self_paced` are the minutes of lessons and quizzes done, at the length their authors state;
    they count as asynchronous, as do recordings watched. No minute counts in two modes.
    """

    credits: tuple[Credit, ...]
    self_paced: int
    minutes: dict[str, int]
    limits: tuple[courses.ModeStanding, ...]

    @property
    def live(self) -> tuple[courses.LiveMinutes, ...]:
        """What was credited, by the module it was held for: how it counts by topic."""
        return tuple(courses.LiveMinutes(each.module_key, each.minutes) for each in self.credits)

    @property
    def total(self) -> int:
        """All minutes credited, whatever the mode."""
        return sum(self.minutes.values())


def hours_of(
    session: Session, seat: Seat, progress: courses.Progress | None = None
) -> HoursStanding:
    """Return a learner's hours by mode with every limit that the release's crosswalk states.

    `progress` is the learner's, where it was read already.
    """
    progress = progress or learning.progress_of(session, seat)
    content = catalogue.release(session, seat.release_id)
    self_paced = sum(each.unit.minutes for each in progress.units if each.state == "done")
    credits = list_credits(session, seat.enrolment_id)
    minutes: dict[str, int] = dict.fromkeys(courses.MODES, 0)
    minutes["asynchronous"] = self_paced
    for each in credits:
        minutes[each.mode] += each.minutes
    limits = courses.mode_standings(content.crosswalk, minutes)
    return HoursStanding(tuple(credits), self_paced, minutes, limits)
