"""What happened to a learner in a cohort, latest first: studied, attempted, awarded, settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import certificates
from lms.services import credentials, learning
from lms.services.reports.sittings import Sitting

EventKind = Literal[
    "enrolled",
    "lesson",
    "started",
    "submitted",
    "passed",
    "failed",
    "issued",
    "suspended",
    "reinstated",
    "reissued",
    "revoked",
    "paused",
    "resumed",
    "withdrawn",
    "rejoined",
    "moved",
    "extended",
    "extension-ended",
    "live",
]
_KIND_OF_ACT: dict[certificates.ActKind, EventKind] = {
    "suspend": "suspended",
    "reinstate": "reinstated",
    "supersede": "reissued",
    "revoke": "revoked",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `subject` is a lesson's or module's key or a title, or empty.

    `number` counts attempts or minutes; `by` is who of the staff did it.
    """

    at: datetime
    kind: EventKind
    subject: str = ""
    number: int = 0
    by: str = ""


def happened(
    enrolled_at: datetime,
    record: learning.StudyRecord,
    sittings: Iterable[Sitting],
    settled: Iterable[Event],
    credential: credentials.Attested | None,
) -> tuple[Event, ...]:
    """Return what happened, latest first: of what happened at once the consequence stands above.

    `settled` is what others did about the place, and the sessions credited.
    """
    events = [Event(enrolled_at, "enrolled")]
    events += [Event(fact.at, "lesson", fact.lesson_key) for fact in record.done]
    for sitting in sittings:
        events.append(Event(sitting.started_at, "started", sitting.module_key, sitting.number))
        if sitting.submitted_at is not None:
            kind: EventKind = "passed" if sitting.passed else "failed"
            if sitting.result is None:
                kind = "submitted"
            events.append(Event(sitting.submitted_at, kind, sitting.module_key, sitting.number))
    if credential is not None:
        events.append(Event(credential.credential.issued_at, "issued"))
        events += [Event(act.at, _KIND_OF_ACT[act.kind]) for act in credential.acts]
    events += settled
    return tuple(sorted(events, key=lambda event: event.at)[::-1])
