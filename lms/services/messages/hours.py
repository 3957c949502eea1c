"""Quiet hours as staff set them, entered in the trail."""

from datetime import datetime

from sqlalchemy.orm import Session

from lms.models.catalogue import Programme
from lms.services import audit, mail


def set_hours(
    session: Session, programme: Programme, hours: mail.Hours, by: int, now: datetime
) -> bool:
    """Set a programme's quiet hours and the time of its digests; return whether that changed."""
    if not mail.set_hours(session, programme.id, hours, by=by, now=now):
        return False
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme.id,
        act="mail.hours-set",
        subject=programme.name,
        detail={
            "quiet_from": as_time(hours.begins),
            "quiet_until": as_time(hours.ends),
            "digest_at": as_time(hours.digest_at),
        },
    )
    return True


def as_time(minute: int) -> str:
    """Return a minute of the day as clocks show it."""
    return f"{minute // 60:02}:{minute % 60:02}"
