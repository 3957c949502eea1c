"""The scene of the demonstration: who and what there is when a feature's own story is added."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms.config import Settings


@dataclass(frozen=True, slots=True)
class Scene:
    """The programme as it stands at `now`: staff by role, cohorts from the oldest on.

    `enrolments` holds the ids of each cohort's enrolments in the order in which people enrolled;
    `chance` is seeded, so that the same story is told each time.
    """

    programme_id: int
    staff: Mapping[str, int]
    cohorts: tuple[int, ...]
    enrolments: Mapping[int, tuple[int, ...]]
    now: datetime
    chance: random.Random
    settings: Settings
