"""Messages of Northgate: rules switched on, announcements in every state, an address that fails."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.models.catalogue import Programme
from lms.services import mail, messages
from tests.cast import Cast


def announce(session: Session, cast: Cast, now: datetime) -> dict[str, int]:
    """Leave a draft (the first), one on its way and one that was sent; return their numbers."""
    found = {}
    for name in ("draft", "waiting", "sent"):
        found[name] = messages.draft(
            session,
            programme_id=cast.northgate,
            cohort_id=cast.autumn,
            subject=f"A {name} announcement",
            body="The room has changed.\n\n- Bring your notes.\n- Come early.",
            by=cast.ivo,
            now=now,
        )
    for name in ("waiting", "sent"):
        line = messages.find_announcement(session, found[name])
        messages.send(session, line, send_at=None, by=cast.ivo, now=now)
    messages.expand(session, found["sent"], now + timedelta(hours=1))
    programme = session.get_one(Programme, cast.northgate)
    messages.set_rule(session, programme, "overdue", is_on=True, days=1, by=cast.ada, now=now)
    return found


def mark_leo(session: Session, now: datetime) -> None:
    """Let mail to Leo have come back."""
    latest = mail.list_recent(session, 1)[0]
    mail.mark_address(
        session,
        "leo@example.org",
        status="5.1.1",
        detail="No such user",
        message_id=latest.id,
        at=now,
    )
