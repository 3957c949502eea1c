"""What happened to a learner in a cohort, latest first: studied, attempted, awarded, settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

import certificates
from lms.services import cohorts, credentials, learning, live
from lms.services.cohorts import Seat
from lms.services.reports.attempted import Sitting

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


_KIND_OF_SEAT_ACT: dict[str, EventKind] = {
    "pause": "paused",
    "resume": "resumed",
    "withdraw": "withdrawn",
    "rejoin": "rejoined",
    "move": "moved",
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


def events_of(
    session: Session,
    seat: Seat,
    record: learning.StudyRecord,
    sittings: tuple[Sitting, ...],
    credential: credentials.Attested | None,
) -> tuple[Event, ...]:
    """Return what happened, latest first: of what happened at once the consequence stands above."""
    events = _studied(seat.enrolled_at, record, sittings, credential) + _settled(
        cohorts.list_acts(session, seat.enrolment_id),
        cohorts.list_extensions(session, seat.enrolment_id),
        live.list_credits(session, seat.enrolment_id),
    )
    return tuple(sorted(events, key=lambda event: event.at)[::-1])


def _studied(
    enrolled_at: datetime,
    record: learning.StudyRecord,
    sittings: tuple[Sitting, ...],
    credential: credentials.Attested | None,
) -> list[Event]:
    """Return what the learner did and was awarded."""
    events = [Event(enrolled_at, "enrolled")]
    events += [Event(fact.at, "lesson", fact.lesson_key) for fact in record.done]
    for sitting in sittings:
        events.append(Event(sitting.started_at, "started", sitting.module_key, sitting.number))
        if sitting.submitted_at is not None:
            kind: EventKind = "passed" if sitting.passed else "failed"
            if sitting.passed is None or sitting.is_voided:
                kind = "submitted"
            events.append(Event(sitting.submitted_at, kind, sitting.module_key, sitting.number))
    if credential is not None:
        events.append(Event(credential.credential.issued_at, "issued"))
        events += [Event(act.at, _KIND_OF_ACT[act.kind]) for act in credential.acts]
    return events


def _settled(
    acts: Iterable[cohorts.ActLine],
    extensions: Iterable[cohorts.ExtensionLine],
    credits: Iterable[live.Credit],
) -> list[Event]:
    """Return what staff did about a place, and the live sessions that were credited."""
    events = []
    for act in acts:
        moved = f"{act.from_cohort} → {act.to_cohort}" if act.kind == "move" else ""
        events.append(Event(act.at, _KIND_OF_SEAT_ACT[act.kind], moved, by=act.by))
    for extension in extensions:
        kind: EventKind = "extended" if extension.until else "extension-ended"
        events.append(Event(extension.at, kind, extension.module_key or "", by=extension.by))
    events += [Event(each.recorded_at, "live", each.title, each.minutes) for each in credits]
    return events
