"""What a learner sees of a result, and when: three presets, named for their purpose."""

from dataclasses import dataclass
from typing import Literal, get_args

Preset = Literal["learning", "certification", "secure"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
Objectives = Literal["names", "counts"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is shown beside the outcome and the score, which every learner always sees.

    `objectives`: those that were missed by name, or all with how each went. `items`: each item as
    it was answered, with its mark. `reasons`: its key and every rationale. Safety findings, with
    their lessons and re-checks, are shown under every preset: somebody may be at stake.
    """

    objectives: Objectives
    items: bool
    reasons: bool


def feedback(preset: Preset, *, is_settled: bool) -> Feedback:
    """What a submitted and fully marked attempt shows its learner.

    `is_settled` once the quiz is passed or no attempt is left: then what an item reveals is of no
    more use for passing it. "learning" shows everything at once, "certification" keeps the items
    until then, "secure" never shows them.
    """
    match preset:
        case "learning":
            return Feedback("counts", items=True, reasons=True)
        case "certification":
            return Feedback("counts", items=is_settled, reasons=is_settled)
        case "secure":
            return Feedback("names", items=False, reasons=False)
