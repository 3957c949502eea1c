"""Checklists for skills that somebody has to see: their lines, and how far two raters agree."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from math import sqrt
from typing import Any, Literal, get_args

Judgement = Literal["met", "not-met", "not-seen"]
JUDGEMENTS: tuple[str, ...] = get_args(Judgement)
# With fewer lines rated twice the coefficient says more about chance than about the raters. No
# source fixes a number; this one is the house's own, and stands beside every coefficient.
FEWEST_LINES = 30


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One thing that can be seen; `html` is safe and cites the facts it stands on.

    What is critical has to be seen and met; another line may go unseen.
    """

    id: str
    html: str
    citations: tuple[str, ...]
    is_critical: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """The lines by which two people judge one skill, each for themselves."""

    slug: str
    title: str
    intro: str
    reviewed_on: date
    lines: tuple[ChecklistLine, ...]

    @property
    def citations(self) -> tuple[str, ...]:
        """The facts that its lines stand on, each once."""
        return tuple(dict.fromkeys(fact for line in self.lines for fact in line.citations))

    @property
    def digest(self) -> str:
        """The SHA-256 of what is judged, so that a rating says which wording it was given on."""
        written = json.dumps(checklist_to_document(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()

    def unmet(self, judged: Mapping[str, str]) -> tuple[ChecklistLine, ...]:
        """The lines to work on: those not met, and critical ones that were not seen."""
        return tuple(
            line
            for line in self.lines
            if judged.get(line.id) != "met"
            and (line.is_critical or judged.get(line.id) == "not-met")
        )

    def disputed(self, first: Mapping[str, str], second: Mapping[str, str]) -> tuple[str, ...]:
        """The ids of the lines that two raters judged differently."""
        return tuple(line.id for line in self.lines if first.get(line.id) != second.get(line.id))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two raters agree over `lines` judgements, `agreed` of them alike.

    `kappa` is Cohen's coefficient, None where it says nothing: with too few lines, or when both
    raters gave one and the same judgement throughout, so that chance alone makes them agree.
    `low` and `high` are its 95 % interval, None where every line was judged alike: its formula
    knows no doubt then, and there is some.
    """

    lines: int
    agreed: int
    kappa: Fraction | None = None
    low: float | None = None
    high: float | None = None

    @property
    def percent(self) -> int:
        """The share of lines judged alike, rounded down to a whole percent; 0 without lines."""
        return 100 * self.agreed // self.lines if self.lines else 0

    @property
    def is_too_small(self) -> bool:
        """Whether there are too few lines for a coefficient."""
        return self.lines < FEWEST_LINES


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """How far two raters agree who judged the same lines in the same order.

    Cohen's kappa, (observed - chance) / (1 - chance), with the standard error of its first
    description, sqrt(observed (1 - observed) / (lines (1 - chance)^2)): Cohen J. A coefficient of
    agreement for nominal scales. Educational and Psychological Measurement 1960;20:37-46. The
    interval takes the lines for independent and is too narrow where they are not. Raises
    ValueError when one rater judged more lines than the other.
    """
    pairs = list(zip(first, second, strict=True))
    lines, agreed = len(pairs), sum(one == other for one, other in pairs)
    if lines < FEWEST_LINES:
        return Agreement(lines, agreed)
    kinds = {*first, *second}
    chance = sum(
        Fraction(list(first).count(kind) * list(second).count(kind), lines * lines)
        for kind in kinds
    )
    if chance == 1:
        return Agreement(lines, agreed)
    observed = Fraction(agreed, lines)
    kappa = (observed - chance) / (1 - chance)
    if observed == 1:
        return Agreement(lines, agreed, kappa)
    error = sqrt(observed * (1 - observed) / (lines * (1 - chance) ** 2))
    low, high = float(kappa) - 1.96 * error, min(1.0, float(kappa) + 1.96 * error)
    return Agreement(lines, agreed, kappa, max(-1.0, low), high)


def checklist_to_document(checklist: Checklist) -> dict[str, Any]:
    """A checklist as JSON-able values; `checklist_from_document` gives back an equal one."""
    return {**asdict(checklist), "reviewed_on": checklist.reviewed_on.isoformat()}


def checklist_from_document(document: Mapping[str, Any]) -> Checklist:
    """The checklist that `checklist_to_document` wrote down."""
    return Checklist(
        slug=document["slug"],
        title=document["title"],
        intro=document["intro"],
        reviewed_on=date.fromisoformat(document["reviewed_on"]),
        lines=tuple(
            ChecklistLine(**{**line, "citations": tuple(line["citations"])})
            for line in document["lines"]
        ),
    )
