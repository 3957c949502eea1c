"""Why somebody holds no credential yet, beside what is missing in the course: exact, one by one."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

import courses
from lms.services import closing
from lms.services.cohorts import Seat

LackingKind = Literal[
    "withdrawn",
    "paused",
    "marker",
    "email",
    "disclosures",
    "attestation",
    "evaluation",
    "practice",
    "ratings",
    "conferral",
]


@dataclass(frozen=True, slots=True)
class Lacking:
    """One thing that is still missing; `about` names it further, by keys and numbers.

    For "marker" it is the modules whose quiz waits for a marker; for "ratings" the titles of the
    skills not met; for "practice" nothing: `rules` are the minima that are short.
    """

    kind: LackingKind
    about: tuple[str, ...] = ()
    rules: tuple[courses.RuleStanding, ...] = ()


def list_lacking(
    session: Session, seat: Seat, *, is_confirmed: bool, with_marker: tuple[str, ...]
) -> list[Lacking]:
    """Return what stands between a learner and the award beside units of the course.

    `with_marker` are the modules in which an attempt waits for its marker. What the award itself
    asks is asked here in the same way, so that the page and the award agree.
    """
    found = []
    if seat.state != "active":
        found.append(Lacking(seat.state))
    if with_marker:
        found.append(Lacking("marker", with_marker))
    if not is_confirmed:
        found.append(Lacking("email"))
    gates = [gate for gate in closing.list_gates(session, seat) if not gate.is_passed]
    for gate in gates:
        titles = tuple(checklist.title for checklist in gate.unmet)
        found.append(Lacking(gate.kind, titles, gate.short))
    return found
