"""What waits for a person: the shape in which every feature tells the work queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that needs a person, and where it is done.

    `kind` names it for the page that puts it into words ("appeal", "marking", "sign-off"),
    `subject` says whose or which it is, `since` when it began to wait. `endpoint` and `values` are
    the address of the page on which it is done; `due` is the day by which it should be.
    """

    kind: str
    subject: str
    since: datetime
    endpoint: str
    values: Mapping[str, int | str] = field(default_factory=dict)
    cohort_id: int | None = None
    due: datetime | None = None
