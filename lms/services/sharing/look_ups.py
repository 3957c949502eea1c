"""Look-ups, counted by day and by nothing else: in memory first, kept by the next sweep."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.models.sharing import CredentialLookUps, ShareLinkLookUps

Kind = Literal["credential", "link"]
_TABLES: dict[Kind, tuple[type[CredentialLookUps] | type[ShareLinkLookUps], str]] = {
    "credential": (CredentialLookUps, "credential_id"),
    "link": (ShareLinkLookUps, "link_id"),
}


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was looked up, on which day in UTC."""

    kind: Kind
    id: int
    day: date


class Tally:
    """The look-ups of this process that no sweep has kept yet.

    To count costs a GET no write: what a process counted in the seconds since its last sweep is
    lost when it is killed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[LookedUp] = Counter()

    def add(self, kind: Kind, identity: int, day: date) -> None:
        """Count one look-up."""
        with self._lock:
            self._counts[LookedUp(kind, identity, day)] += 1

    def take(self) -> Counter[LookedUp]:
        """Return what was counted, and begin anew."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        return taken

    def give_back(self, counts: Counter[LookedUp]) -> None:
        """Count again what could not be kept."""
        with self._lock:
            self._counts.update(counts)


def keep_look_ups(session: Session, tally: Tally) -> int:
    """Write what was counted since the last sweep, and commit; return how many look-ups.

    What cannot be written goes back into the tally, for the next sweep.
    """
    counts = tally.take()
    if not counts:
        return 0
    try:
        for looked_up, count in sorted(counts.items(), key=lambda each: _order(each[0])):
            _add(session, looked_up, count)
        session.commit()
    except BaseException:
        session.rollback()
        tally.give_back(counts)
        raise
    return counts.total()


def list_look_ups(session: Session, credential_id: int) -> list[tuple[date, int]]:
    """Return on which days the page of a credential was looked up, how often, latest first."""
    rows = session.execute(
        sa.select(CredentialLookUps.looked_on, CredentialLookUps.times)
        .where(CredentialLookUps.credential_id == credential_id)
        .order_by(CredentialLookUps.looked_on.desc())
    )
    return [(row.looked_on, row.times) for row in rows]


def look_ups_of_links(
    session: Session, link_ids: Iterable[int]
) -> dict[int, list[tuple[date, int]]]:
    """Return on which days each of these links was followed, how often, latest first."""
    found: dict[int, list[tuple[date, int]]] = {}
    rows = session.execute(
        sa.select(ShareLinkLookUps.link_id, ShareLinkLookUps.looked_on, ShareLinkLookUps.times)
        .where(ShareLinkLookUps.link_id.in_(list(link_ids)))
        .order_by(ShareLinkLookUps.looked_on.desc())
    )
    for row in rows:
        found.setdefault(row.link_id, []).append((row.looked_on, row.times))
    return found


def _order(looked_up: LookedUp) -> tuple[str, int, date]:
    # In one order everywhere, so that two sweeps never wait for each other in a circle.
    return looked_up.kind, looked_up.id, looked_up.day


def _add(session: Session, looked_up: LookedUp, count: int) -> None:
    table, column = _TABLES[looked_up.kind]
    dialect = postgresql if session.connection().dialect.name == "postgresql" else sqlite
    values = {column: looked_up.id, "looked_on": looked_up.day, "times": count}
    insert = dialect.insert(table).values(values)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[column, "looked_on"],
            set_={"times": table.times + insert.excluded.times},
        )
    )
