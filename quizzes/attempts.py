"""What happened in an attempt: steps, their replay, and what may happen next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from quizzes.papers import Paper

Certainty = Literal[1, 2, 3]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer given in a slot; `slot` and `sequence` (per slot) count from 1.

    `answer` is canonical (see `read_answer`); `certainty` is 1 for a guess, 2 for fairly sure,
    3 for certain, None where it was not asked.
    """

    slot: int
    sequence: int
    answer: str
    at: datetime
    certainty: int | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """The learner went on: slots `first` to `last` are locked for good."""

    first: int
    last: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """The learner, or the deadline, closed the attempt."""

    at: datetime


Step = Response | Advance | Submission


@dataclass(frozen=True, slots=True)
class AttemptState:
    """Where an attempt stands: the latest response of each slot, what is locked, and the end."""

    responses: Mapping[int, Response]
    submitted_at: datetime | None
    locked: frozenset[int] = frozenset()

    def unanswered(self, paper: Paper) -> tuple[int, ...]:
        """Slots of the paper without a response, in order."""
        return tuple(n for n in range(1, len(paper.slots) + 1) if n not in self.responses)

    def hidden_by(self, paper: Paper, slot: int) -> tuple[int, int] | None:
        """First and last of the slots to lock before `slot` may be seen; None when it may be now.

        IndexError unless the paper has the slot.
        """
        before = paper.slots_before(slot)
        if self.submitted_at is not None or self.locked.issuperset(before):
            return None
        return before[0], before[-1]


# A core decides on none of these as "paused": only whoever keeps the clock knows.
DecisionKind = Literal["accept", "repeat", "conflict", "closed", "locked", "paused", "invalid"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a response that arrives, the response that stands now, and a sentence."""

    kind: DecisionKind
    stored: Response | None
    message: str


def replay(steps: Iterable[Step]) -> AttemptState:
    """The state after the steps, given in the order in which they were committed.

    What `decide_response` and `decide_advance` would never have let in has no effect here either:
    the first submission stands and closes the attempt, a locked slot keeps the response it has,
    and a response that is not newer than the one it meets does not replace it.
    """
    responses: dict[int, Response] = {}
    locked: set[int] = set()
    for step in steps:
        match step:
            case Submission():
                return _state(responses, step.at, locked)
            case Advance():
                locked.update(range(step.first, step.last + 1))
            case Response():
                latest = responses.get(step.slot)
                is_newer = latest is None or step.sequence > latest.sequence
                if is_newer and step.slot not in locked:
                    responses[step.slot] = step
    return _state(responses, None, locked)


def _state(
    responses: dict[int, Response], submitted_at: datetime | None, locked: set[int]
) -> AttemptState:
    return AttemptState(MappingProxyType(responses), submitted_at, frozenset(locked))


def decide_response(
    paper: Paper,
    state: AttemptState,
    slot: int,
    sequence: int,
    answer: str,
    certainty: int | None = None,
) -> Decision:
    """Whether a response may be stored as a new step; `answer` is canonical.

    The page sends one more than the sequence it last saw for the slot. Exactly the next one is
    accepted; the stored response sent once more (a retry, a lost reply, a double click) is a
    repeat and adds nothing; an older or skipped sequence comes from a page that has not seen the
    stored response, and is a conflict that shows it. After submission nothing is accepted, nor
    for a slot that is locked.
    """
    stored = state.responses.get(slot)
    if stored is not None and _said(stored) == (sequence, answer, certainty):
        return Decision("repeat", stored, "This answer is already saved.")
    if state.submitted_at is not None:
        return Decision("closed", stored, "The attempt is submitted; answers can no longer change.")
    if not 1 <= slot <= len(paper.slots):
        return Decision("invalid", None, "This paper has no such question.")
    if not answer:
        return Decision("invalid", stored, "The answer is empty.")
    if certainty not in (None, 1, 2, 3):
        return Decision("invalid", stored, "How sure you are is 1, 2 or 3.")
    if slot in state.locked:
        return Decision("locked", stored, "You have gone on; this answer can no longer change.")
    latest = 0 if stored is None else stored.sequence
    if sequence != latest + 1:
        return Decision("conflict", stored, "The answer was changed elsewhere in the meantime.")
    return Decision("accept", stored, "The answer can be saved.")


def _said(response: Response) -> tuple[int, str, int | None]:
    return response.sequence, response.answer, response.certainty


def decide_advance(paper: Paper, state: AttemptState, slot: int) -> Decision:
    """Whether going on to `slot` locks what lies before it.

    Accepted when slots must be locked first (`AttemptState.hidden_by` names them); a repeat when
    they are locked already or there is nothing to lock.
    """
    if not 1 <= slot <= len(paper.slots):
        return Decision("invalid", None, "This paper has no such question.")
    if state.submitted_at is not None:
        return Decision("closed", None, "The attempt is submitted; answers can no longer change.")
    if state.hidden_by(paper, slot) is None:
        return Decision("repeat", None, "There is nothing left to lock.")
    return Decision("accept", None, "The answers before this question will no longer change.")


def decide_submission(state: AttemptState) -> Literal["accept", "repeat"]:
    """Whether a submission closes the attempt now, or repeats one that already has."""
    return "accept" if state.submitted_at is None else "repeat"
