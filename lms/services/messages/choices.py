"""What reaches somebody: their choices, entered in the trail."""

from datetime import datetime

from sqlalchemy.orm import Session

from lms.services import audit, mail


def choose(
    session: Session, account_id: int, kind: str, choice: str, now: datetime, *, by_letter: bool
) -> bool:
    """Let somebody choose how a kind of mail reaches them; return whether that changed anything.

    `by_letter` tells that they stopped it from a message, without signing in.
    """
    if not mail.choose(session, account_id, kind, choice, now):
        return False
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        act="mail.chosen",
        subject=f"account {account_id}",
        detail={"kind": kind, "choice": choice, "by_letter": by_letter},
    )
    return True
