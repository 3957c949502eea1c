"""What staff do about mail that does not arrive, entered in the trail."""

from datetime import datetime

from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.catalogue import Programme
from lms.services import audit, mail


def clear(session: Session, programme: Programme, account_id: int, by: int, now: datetime) -> bool:
    """Let mail go again to somebody of the programme; False when nothing kept it back."""
    found = [
        each for each in mail.list_troubled(session, programme.id) if each.account_id == account_id
    ]
    if not found:
        raise NotFound()
    if not mail.clear_address(session, found[0].address, by=by, now=now):
        return False
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme.id,
        act="mail.address-cleared",
        subject=f"account {account_id}",
        detail={"address": found[0].address},
    )
    return True


def try_again(
    session: Session, programme: Programme, message_id: int, by: int, now: datetime
) -> None:
    """Let a message that was given up be tried anew; NotFound when there is none."""
    if not mail.try_again(session, programme.id, message_id, now):
        raise NotFound()
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme.id,
        act="mail.tried-again",
        subject=f"message {message_id}",
    )
