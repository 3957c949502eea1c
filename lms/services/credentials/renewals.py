"""Renewals: begun by the holder, and a new cycle once nothing is missing. Nothing is erased."""

import dataclasses
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.errors import NotFound, Refused
from lms.models.catalogue import Programme
from lms.models.credentials import CredentialRecord
from lms.models.renewals import Renewal
from lms.models.updates import UpdateCompletion
from lms.services import audit, catalogue
from lms.services.credentials import rechecks
from lms.services.credentials.attested import Attested, find_by_serial
from lms.services.credentials.awards import announce
from lms.services.credentials.particulars import particulars_of, signatories_of
from lms.services.credentials.rechecks import Asked
from lms.services.credentials.standing import Begun, Standing, standing_for
from lms.services.credentials.storing import (
    Track,
    enter,
    list_issues,
    new_serial,
    take_turn_of,
)


def begin_renewal(
    session: Session,
    account_id: int,
    serial: str,
    *,
    seed: int,
    now: datetime,
    verify_address: str,
) -> str | None:
    """Begin the renewal of a holder's own credential, once; return the new serial if that is all.

    The newest release of the course is frozen into it, and `seed`, which nobody can guess, draws
    its items. Refused outside the window.
    """
    take_turn_of(session, account_id)
    standing = standing_for(session, account_id, serial, now)
    if standing.begun is None:
        _refuse_unless_open(standing)
        _enter(session, standing, seed, now)
    return renew_if_complete(session, account_id, serial, now=now, verify_address=verify_address)


def _refuse_unless_open(standing: Standing) -> None:
    if standing.state == "open":
        return
    raise Refused(
        {
            "early": "The window for this renewal is not open yet.",
            "closed": "The time for this renewal is over. The course has to be taken again.",
            "renewed": "This credential has been renewed already.",
            "barred": "This credential cannot be renewed as it stands.",
        }[standing.state]
    )


def _enter(session: Session, standing: Standing, seed: int, now: datetime) -> None:
    track = standing.track
    begun = Renewal(
        account_id=track.account_id,
        programme_id=track.programme_id,
        course_slug=track.course_slug,
        cycle=standing.held.cycle + 1,
        release_id=standing.release_id,
        seed=seed,
        begun_at=now,
    )
    session.add(begun)
    session.flush()
    content = catalogue.release(session, standing.release_id)
    rechecks.draw_items(session, begun.id, content, seed, now)
    audit.record(
        session,
        at=now,
        actor_id=track.account_id,
        programme_id=track.programme_id,
        act="renewal.begun",
        subject=_named(standing.held),
        detail={"cycle": begun.cycle, "release": standing.release_label},
    )


def list_safety_items(session: Session, standing: Standing) -> tuple[Asked, ...]:
    """Return the items of the re-check as they stand; none before it is begun."""
    if standing.begun is None:
        return ()
    content = catalogue.release(session, standing.release_id)
    return rechecks.list_asked(session, standing.begun.id, content)


def safety_item_of(session: Session, standing: Standing, slot: int) -> Asked:
    """Return one item of the re-check as it stands or raise NotFound."""
    begun = _begun(standing)
    return rechecks.asked_at(
        session, begun.id, catalogue.release(session, standing.release_id), slot
    )


def answer_safety_item(
    session: Session,
    account_id: int,
    serial: str,
    asked: Asked,
    given: str,
    *,
    now: datetime,
    verify_address: str,
) -> str | None:
    """Mark the answer to an item, once, and renew when that was the last thing missing.

    Return the serial of the new credential if there is one. Refused once the window is closed.
    """
    take_turn_of(session, account_id)
    standing = standing_for(session, account_id, serial, now)
    if standing.state == "renewed":
        return standing.successor
    _refuse_unless_open(standing)
    if not rechecks.answer_item(session, asked, given, now):
        return None
    is_right = safety_item_of(session, standing, asked.slot).is_right
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        programme_id=standing.held.programme_id,
        act="renewal.rechecked",
        subject=_named(standing.held),
        detail={"slot": asked.slot, "resolved": bool(is_right)},
    )
    return renew_if_complete(session, account_id, serial, now=now, verify_address=verify_address)


def ask_safety_item_again(
    session: Session, account_id: int, serial: str, slot: int, now: datetime
) -> None:
    """After a miss, have the slot ask another item of the same objective."""
    take_turn_of(session, account_id)
    standing = standing_for(session, account_id, serial, now)
    _refuse_unless_open(standing)
    begun = _begun(standing)
    content = catalogue.release(session, standing.release_id)
    asked = rechecks.asked_at(session, begun.id, content, slot)
    rechecks.ask_again(session, begun.id, content, asked, now)


def _begun(standing: Standing) -> Begun:
    if standing.begun is None:
        raise NotFound()
    return standing.begun


def renew_if_complete(
    session: Session, account_id: int, serial: str, *, now: datetime, verify_address: str
) -> str | None:
    """Award the next cycle once nothing is missing, exactly once; return its serial, if any.

    Call it in the transaction of whatever may have been the last thing missing.
    """
    holder = take_turn_of(session, account_id)
    standing = standing_for(session, account_id, serial, now)
    if standing.state == "renewed":
        return standing.successor
    if not standing.is_complete:
        return None
    base = _earned(session, standing, now)
    credential = _attest(session, standing, base, now)
    enter(
        session,
        credential,
        standing.track,
        enrolment_id=standing.held.enrolment_id,
        cycle=standing.held.cycle + 1,
        release_id=standing.release_id,
        evidence=_evidence(session, standing, base),
    )
    renewed = standing.held.credential.serial
    detail = {
        "enrolment": standing.held.enrolment_id,
        "release": standing.release_label,
        "renews": certificates.format_serial(renewed),
    }
    programme_id = standing.held.programme_id
    announce(session, credential, holder, programme_id, detail, now, verify_address)
    return credential.serial


def _attest(
    session: Session, standing: Standing, base: Attested, now: datetime
) -> certificates.Credential:
    """Attest the training by which `base` was earned, brought up to the release of the renewal."""
    held, content = standing.held, catalogue.release(session, standing.release_id)
    programme_id = held.programme_id
    programme = session.scalars(sa.select(Programme).where(Programme.id == programme_id)).one()
    read = _minutes_read(session, standing.track)
    hours = base.credential.hours
    if read:
        hours += (certificates.HoursLine("Updates since the first award", read),)
    return dataclasses.replace(
        base.credential,
        serial=new_serial(),
        # The name as it was attested last: to change it, a certificate is issued again.
        holder_name=held.credential.holder_name,
        holder_profession=held.credential.holder_profession,
        programme=programme.name,
        programme_web=programme.web,
        minutes=sum(line.minutes for line in hours),
        hours=hours,
        completed_on=standing.today,
        issued_at=now,
        current_until=standing.until,
        release=content.label,
        release_hash=content.content_hash,
        assessment=f"{base.credential.assessment} {_how(standing)}",
        signatories=signatories_of(session, programme),
        particulars=particulars_of(
            session,
            programme_id,
            catalogue.release(session, base.release_id),
            enrolment_id=base.enrolment_id,
            cycle=held.cycle + 1,
            renews=held.credential.serial,
        ),
    )


def _earned(session: Session, standing: Standing, now: datetime) -> Attested:
    """Return the credential by which the whole course was earned, and which is renewed since."""
    issues = list_issues(session, standing.track)
    same = [each for each in issues if each.enrolment_id == standing.held.enrolment_id]
    first = min(each.cycle for each in same)
    serial = next(each.serial for each in same if each.cycle == first)
    found = find_by_serial(session, serial, now)
    assert found is not None
    return found


def _how(standing: Standing) -> str:
    """Say in one sentence how it was renewed."""
    parts = []
    if standing.items_asked:
        items = "item" if standing.items_asked == 1 else "items"
        parts.append(
            f"{standing.items_asked} safety-critical {items} re-checked, every miss resolved"
        )
    if standing.minutes_asked:
        learned = certificates.duration(standing.minutes_learned)
        parts.append(f"{learned} of continuing education shown")
    parts.append(f"every safety-critical update read up to release {standing.release_label}")
    return f"Renewed on {certificates.spelled_date(standing.today)}: {', '.join(parts)}."


def _minutes_read(session: Session, track: Track) -> int:
    """Return the minutes of all updates that a learner has confirmed, each counted once."""
    each = (
        sa.select(sa.func.max(UpdateCompletion.minutes).label("minutes"))
        .join(CredentialRecord, CredentialRecord.id == UpdateCompletion.credential_id)
        .where(
            CredentialRecord.account_id == track.account_id,
            CredentialRecord.programme_id == track.programme_id,
            CredentialRecord.course_slug == track.course_slug,
        )
        .group_by(UpdateCompletion.update_id)
        .subquery()
    )
    return session.scalar(sa.select(sa.func.coalesce(sa.func.sum(each.c.minutes), 0))) or 0


def _evidence(session: Session, standing: Standing, base: Attested) -> dict[str, Any]:
    """Return what a renewed credential rests on, by the rows it can be found in."""
    earned = sa.select(CredentialRecord.evidence).where(CredentialRecord.id == base.id)
    return {
        "attempts": json.loads(session.scalars(earned).one())["attempts"],
        "renews": standing.held.id,
        "renewal": standing.begun.id if standing.begun else None,
        "items": [each.row_id for each in list_safety_items(session, standing)],
        "updates": [each.id for each in standing.held.updates if each.done_at is not None],
        "elsewhere": [each.id for each in standing.learned if each.counts == "counts"],
    }


def _named(held: Attested) -> str:
    return f"credential {certificates.format_serial(held.credential.serial)}"
