"""Status bits: which of them belong to a credential, and which are set at an instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.register import RegisterAct, StatusEntry

StatusPurpose = Literal["revocation", "suspension"]
# What is superseded must not be relied on either: its badge counts as revoked.
SETTING = {"revocation": ("revoke", "supersede"), "suspension": ("suspend", "reinstate")}
ENDS_SUSPENSION = "reinstate"


@dataclass(frozen=True, slots=True)
class Place:
    """The bit of one credential: in which list, for which purpose, at which position."""

    purpose: str
    list_number: int
    position: int


def status_places_of(session: Session, credential_id: int) -> tuple[Place, ...]:
    """Return the bits of a credential, revocation before suspension; none if it has none."""
    query = (
        sa.select(StatusEntry.purpose, StatusEntry.list_number, StatusEntry.position)
        .where(StatusEntry.credential_id == credential_id)
        .order_by(StatusEntry.purpose)
    )
    return tuple(Place(*row) for row in session.execute(query))


def count_lists(session: Session) -> int:
    """Return how many lists there are of each purpose; the first is there from the beginning."""
    return session.scalar(sa.select(sa.func.max(StatusEntry.list_number))) or 1


def positions_set(
    session: Session, list_number: int, purpose: StatusPurpose, at: datetime
) -> frozenset[int]:
    """Return the positions of a list whose bit is set at the instant `at`."""
    query = (
        sa.select(StatusEntry.position, RegisterAct.act)
        .join(RegisterAct, RegisterAct.credential_id == StatusEntry.credential_id)
        .where(StatusEntry.list_number == list_number, StatusEntry.purpose == purpose)
        .where(RegisterAct.act.in_(SETTING[purpose]), RegisterAct.at <= at)
        .order_by(RegisterAct.position)
    )
    last = {row.position: row.act for row in session.execute(query)}
    return frozenset(position for position, act in last.items() if act != ENDS_SUSPENSION)
