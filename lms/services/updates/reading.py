"""A holder's side of an update: told of it once, read, confirmed once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import certificates
import courses
from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Release
from lms.models.updates import ReleaseUpdate, UpdateCompletion
from lms.services import audit, catalogue, credentials, mail
from lms.services.credentials import Attested, SinceEarned


@dataclass(frozen=True, slots=True)
class Reading:
    """An update as the holder of one credential reads it."""

    held: Attested
    since: SinceEarned
    update: courses.Update
    facts: Mapping[str, courses.Fact]
    release_label: str

    @property
    def may_be_confirmed(self) -> bool:
        """Whether the holder has to confirm it, and has not yet: to stay valid, or to renew."""
        waits = self.since.is_required and self.since.done_at is None
        return waits and (self.held.verdict.status == "update-outstanding" or self.is_for_renewal)

    @property
    def is_for_renewal(self) -> bool:
        """Whether confirming it can no longer keep the credential current, but help renew it."""
        return self.held.verdict.status == "past-currency" and self.held.renewed_by is None


def reading_for(
    session: Session, account_id: int, serial: str, slug: str, now: datetime
) -> Reading:
    """Return an update that concerns the holder's own credential, or refuse.

    Staff of the programme are told that it is the holder's; anybody else finds nothing, and so
    does the holder for an update that came before their release or belongs to another course.
    """
    held = credentials.own_credential_for(session, account_id, serial, now)
    since = next((each for each in held.updates if each.slug == slug), None)
    if since is None:
        raise NotFound()
    content = _text_of(session, since.id)
    return Reading(held, since, content.course.update(slug), content.facts, content.label)


def _text_of(session: Session, update_id: int) -> catalogue.ReleaseContent:
    """Return the newest release of the course if it still has the update, else the first to."""
    first = sa.select(ReleaseUpdate.release_id, ReleaseUpdate.course_slug, ReleaseUpdate.slug)
    row = session.execute(first.where(ReleaseUpdate.id == update_id)).one()
    newest = sa.select(sa.func.max(Release.id)).where(Release.course_slug == row.course_slug)
    content = catalogue.release(session, session.scalars(newest).one())
    if any(update.slug == row.slug for update in content.course.updates):
        return content
    return catalogue.release(session, row.release_id)


def confirm(session: Session, account_id: int, serial: str, slug: str, now: datetime) -> bool:
    """Note that the holder has read an update, once; return whether that was new.

    Refused for one that asks for no confirmation, and when the credential is not current.
    """
    db.lock(session)
    reading = reading_for(session, account_id, serial, slug, now)
    if reading.since.done_at is not None:
        return False
    if not reading.since.is_required:
        raise Refused("This update is there to be read; nothing has to be confirmed.")
    if not reading.may_be_confirmed:
        raise Refused("This credential is no longer current: confirming would change nothing.")
    session.add(
        UpdateCompletion(
            update_id=reading.since.id,
            credential_id=reading.held.id,
            minutes=reading.update.minutes,
            completed_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError:
        # Two tabs at once: the other one's confirmation stands.
        session.rollback()
        return False
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        programme_id=reading.held.programme_id,
        act="update.confirmed",
        subject=f"credential {certificates.format_serial(reading.held.credential.serial)}",
        detail={
            "update": slug,
            "minutes": reading.update.minutes,
            "release": reading.release_label,
        },
    )
    return True


def announce(session: Session, *, now: datetime, credentials_address: str) -> int:
    """Write to every holder for whom a new update is outstanding; return how many were told.

    Call it in the transaction that publishes. Each update is announced once, whoever calls first;
    `credentials_address` is the public address of a holder's credentials.
    """
    # The condition in the statement lets one of two callers have an update, never both.
    claim = (
        sa.update(ReleaseUpdate)
        .where(ReleaseUpdate.announced_at.is_(None))
        .values(announced_at=now)
        .returning(ReleaseUpdate.id, ReleaseUpdate.course_slug, ReleaseUpdate.kind)
    )
    new = [row for row in session.execute(claim).all() if row.kind == "safety-critical"]
    told = 0
    for course_slug in sorted({row.course_slug for row in new}):
        wanted = {row.id for row in new if row.course_slug == course_slug}
        told += _tell_holders(session, course_slug, wanted, now, credentials_address)
    return told


def _tell_holders(
    session: Session, course_slug: str, wanted: set[int], now: datetime, address: str
) -> int:
    waiting = [
        (held, since)
        for held in credentials.list_of_course(session, course_slug, now)
        # Whoever renewed it is told about the latest cycle alone.
        if held.verdict.status == "update-outstanding" and held.renewed_by is None
        for since in held.updates
        if since.id in wanted and since.done_at is None
    ]
    holders = {held.account_id for held, _since in waiting}
    emails = dict(
        session.execute(sa.select(Account.id, Account.email).where(Account.id.in_(holders))).all()
    )
    for held, since in waiting:
        told = mail.letter(
            "update",
            credential=held.credential,
            update=since,
            address=f"{address}/{held.credential.serial}/updates/{since.slug}",
        )
        mail.write(
            session,
            recipient=emails[held.account_id],
            subject=told.subject,
            body=told.body,
            at=now,
            kind="credential",
            account_id=held.account_id,
            programme_id=held.programme_id,
            key=f"update:{held.credential.serial}:{since.slug}",
        )
    return len(waiting)
