"""Drafts nobody has decided on: their people are not kept for ever, and lost files go too."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.rosters import Roster, RosterRow
from lms.services import audit
from lms.services.rosters.sending import roster_folder

KEPT = timedelta(days=30)
"""How long a draft waits for a decision; the file can be sent again at any time."""

_LOST_SECONDS = 24 * 3600


def clear_old(session: Session, data: Path, now: datetime) -> int:
    """Discard the drafts whose time is over, and remove files that no roster waits for.

    Commits. Return how many drafts were discarded.
    """
    over = (Roster.state.in_(("tried", "unreadable")), Roster.sent_at < now - KEPT)
    old = session.execute(sa.select(Roster.id, Roster.programme_id).where(*over)).all()
    for roster, programme in old:
        _discard(session, roster, programme, now)
    session.commit()
    _remove_lost(session, roster_folder(data))
    return len(old)


def _discard(session: Session, roster_id: int, programme_id: int, now: datetime) -> None:
    discarded = session.scalar(
        sa.update(Roster)
        .where(Roster.id == roster_id, Roster.state.in_(("tried", "unreadable")))
        .values(state="discarded", problem=None)
        .returning(Roster.id)
    )
    if discarded is None:
        return
    session.execute(sa.delete(RosterRow).where(RosterRow.roster_id == roster_id))
    audit.record(
        session,
        at=now,
        actor_id=None,
        programme_id=programme_id,
        act="roster.discarded",
        subject=f"roster {roster_id}",
        detail={"because": f"nobody decided within {KEPT.days} days"},
    )


def _remove_lost(session: Session, folder: Path) -> None:
    """Remove what a process left behind that was killed between keeping a file and entering it."""
    latest = time.time() - _LOST_SECONDS
    lost = [each for each in folder.glob("*") if each.stat().st_mtime < latest]
    if not lost:
        return
    awaited = set(session.scalars(sa.select(Roster.file_name).where(Roster.state == "waiting")))
    for each in lost:
        if each.name not in awaited:
            each.unlink(missing_ok=True)
