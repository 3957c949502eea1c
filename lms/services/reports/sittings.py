"""An attempt at a quiz as staff read it, with the score that counts now."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import courses


@dataclass(frozen=True, slots=True)
class Sitting:
    """One attempt at a module's quiz; without a submission it is still open and has no score.

    `reason` is why the score stands as it does when it was scored again, else empty. A voided
    attempt counts for nothing, whatever its score.
    """

    module_key: str
    number: int
    started_at: datetime
    submitted_at: datetime | None
    points: Fraction | None
    maximum: int | None
    cut_percent: int | None
    passed: bool | None
    reason: str
    is_voided: bool

    @property
    def result(self) -> courses.QuizResult | None:
        """What it counts for in the course; None for one that is open, unmarked or voided."""
        if self.submitted_at is None or self.passed is None or self.is_voided:
            return None
        assert self.points is not None
        assert self.maximum is not None
        return courses.QuizResult(
            self.module_key, self.submitted_at, self.passed, self.points, self.maximum
        )

    @property
    def waits_for_marker(self) -> bool:
        """Whether it was handed in and somebody has to mark an answer."""
        return self.submitted_at is not None and self.passed is None and not self.is_voided
