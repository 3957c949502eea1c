"""What happened in an attempt: steps, their replay, and what may happen next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from quizzes.papers import Paper


@dataclass(frozen=True, slots=True)
class Response:
    """An option chosen in a slot; `slot` and `sequence` (per slot) count from 1."""

    slot: int
    sequence: int
    option: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """The learner, or the deadline, closed the attempt."""

    at: datetime


Step = Response | Submission


@dataclass(frozen=True, slots=True)
class AttemptState:
    """Where an attempt stands: the latest response of each slot, and when it was submitted."""

    responses: Mapping[int, Response]
    submitted_at: datetime | None

    def unanswered(self, paper: Paper) -> tuple[int, ...]:
        """Slots of the paper without a response, in order."""
        return tuple(n for n in range(1, len(paper.slots) + 1) if n not in self.responses)


DecisionKind = Literal["accept", "repeat", "conflict", "closed", "invalid"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a response that arrives, the response that stands now, and a sentence."""

    kind: DecisionKind
    stored: Response | None
    message: str


def replay(steps: Iterable[Step]) -> AttemptState:
    """The state after the steps, given in the order in which they were committed.

    What `decide_response` would never have let in has no effect here either: the first submission
    stands and closes the attempt, and a response that is not newer than the one it meets does
    not replace it.
    """
    responses: dict[int, Response] = {}
    for step in steps:
        if isinstance(step, Submission):
            return AttemptState(MappingProxyType(responses), step.at)
        latest = responses.get(step.slot)
        if latest is None or step.sequence > latest.sequence:
            responses[step.slot] = step
    return AttemptState(MappingProxyType(responses), None)


def decide_response(
    paper: Paper, state: AttemptState, slot: int, sequence: int, option: str
) -> Decision:
    """Whether a response may be stored as a new step.

    The page sends one more than the sequence it last saw for the slot. Exactly the next one is
    accepted; the stored response sent once more (a retry, a lost reply, a double click) is a
    repeat and adds nothing; an older or skipped sequence comes from a page that has not seen the
    stored response, and is a conflict that shows it. After submission nothing is accepted.
    """
    stored = state.responses.get(slot)
    if stored is not None and (stored.sequence, stored.option) == (sequence, option):
        return Decision("repeat", stored, "This answer is already saved.")
    if state.submitted_at is not None:
        return Decision("closed", stored, "The attempt is submitted; answers can no longer change.")
    if not 1 <= slot <= len(paper.slots):
        return Decision("invalid", None, "This paper has no such question.")
    if option not in paper.slots[slot - 1].option_order:
        return Decision("invalid", stored, "This question has no such option.")
    latest = 0 if stored is None else stored.sequence
    if sequence != latest + 1:
        return Decision("conflict", stored, "The answer was changed elsewhere in the meantime.")
    return Decision("accept", stored, "The answer can be saved.")


def decide_submission(state: AttemptState) -> Literal["accept", "repeat"]:
    """Whether a submission closes the attempt now, or repeats one that already has."""
    return "accept" if state.submitted_at is None else "repeat"
