"""Writes many facts at once, in the order in which they happened.

Five hundred people's months are some hundred thousand facts. A service asks about each of them what
the story knows already; here it is only written down, with the same entries in the trail.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.db import Base
from lms.models.assessment import Attempt
from lms.models.audit import AuditEntry
from lms.models.learning import Place
from lms.services import audit


class Pen:
    """Rows that wait to be written; `flush` before anybody asks the database."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[type[Base], list[dict[str, Any]]] = {}
        self._entries: list[AuditEntry] = []
        self._places: dict[tuple[int, str], dict[str, Any]] = {}

    def add(self, table: type[Base], **values: Any) -> None:
        """Put a row on the list of its table."""
        self._rows.setdefault(table, []).append(values)

    def begin(self, **values: Any) -> int:
        """Write an attempt at once and return its id, for what others refer to."""
        return int(self._session.connection().execute(_ATTEMPT, values).scalar_one())

    def submit(self, attempt: int, at: datetime) -> None:
        """Close an attempt that was begun."""
        self._session.connection().execute(_SUBMIT, {"attempt": attempt, "at": at})

    def seen(self, enrolment: int, lesson: str, heading: str, at: datetime) -> None:
        """Remember where somebody read last; of several places in a lesson the latest is kept."""
        self._places[(enrolment, lesson)] = {"heading": heading, "seen_at": at}

    def entry(
        self,
        at: datetime,
        programme: int,
        act: str,
        subject: str,
        detail: Mapping[str, Any],
        actor: int | None,
    ) -> None:
        """Put an act on the list for the trail; its place in the chain is given by `flush`."""
        text = json.dumps(detail, sort_keys=True, ensure_ascii=False)
        self._entries.append(
            AuditEntry(
                at=at, actor_id=actor, programme_id=programme, act=act, subject=subject, detail=text
            )
        )

    def flush(self) -> None:
        """Write all that waits, but for the places, which change until the end."""
        for table, rows in self._rows.items():
            self._session.execute(sa.insert(table), rows)
        self._rows.clear()
        if self._entries:
            self._session.execute(sa.insert(AuditEntry), self._chained())
            self._entries.clear()

    def finish(self) -> None:
        """Write what is left, the places included; call it once, at the end."""
        self.flush()
        rows = [
            {"enrolment_id": enrolment, "lesson_key": lesson, **values}
            for (enrolment, lesson), values in self._places.items()
        ]
        if rows:
            self._session.execute(sa.insert(Place), rows)
        self._places.clear()

    def _chained(self) -> list[dict[str, Any]]:
        db.take_turn(self._session, audit.TURN)
        last = sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
        previous = self._session.scalar(last) or audit.GENESIS
        rows = []
        for entry in self._entries:
            entry.previous_hash = previous
            previous = entry.hash = audit.entry_hash(entry)
            rows.append({name: getattr(entry, name) for name in _COLUMNS})
        return rows


# Composed once: building a statement costs more than running it.
_ATTEMPT = sa.insert(Attempt).returning(Attempt.id)
_SUBMIT = (
    sa.update(Attempt)
    .where(Attempt.id == sa.bindparam("attempt"))
    .values(submitted_at=sa.bindparam("at"))
)
_COLUMNS = ("at", "actor_id", "programme_id", "act", "subject", "detail", "previous_hash", "hash")
