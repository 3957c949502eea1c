"""Awards: a credential for whoever has completed a course, exactly once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.catalogue import Programme
from lms.services import audit, catalogue, closing, learning, mail
from lms.services.cohorts import Seat
from lms.services.credentials.attested import Attested, find_by_serial
from lms.services.credentials.currency import rule_of, window_of
from lms.services.credentials.particulars import (
    assessment_of,
    hours_of,
    particulars_of,
    signatories_of,
)
from lms.services.credentials.standing import RENEWABLE
from lms.services.credentials.storing import (
    FIRST_CYCLE,
    Track,
    enter,
    list_issues,
    new_serial,
    take_turn_of,
)

NOTICE = certificates.STANDING_NOTICE


def award_if_complete(
    session: Session, seat: Seat, *, now: datetime, verify_address: str
) -> str | None:
    """Award the credential of a completed course, exactly once; return its serial, if any.

    Call it in the transaction that completed the course. `verify_address` is the public address
    under which serials are looked up; it goes into the holder's message. Who takes the whole
    course again, in another cohort, is awarded its next cycle once the window for that is open.
    """
    holder = take_turn_of(session, seat.account_id)
    content = catalogue.release(session, seat.release_id)
    track = Track(seat.account_id, seat.programme_id, content.course.slug)
    issues = list_issues(session, track)
    own = next((each for each in issues if each.enrolment_id == seat.enrolment_id), None)
    if own is not None:
        return own.serial
    former = find_by_serial(session, issues[0].serial, now) if issues else None
    progress = learning.progress_of(session, seat)
    if not is_due(session, seat, holder, progress, former, now):
        return former.credential.serial if former else None
    credential = _attest(session, seat, holder, content, progress, former, now)
    enter(
        session,
        credential,
        track,
        enrolment_id=seat.enrolment_id,
        cycle=former.cycle + 1 if former else FIRST_CYCLE,
        release_id=seat.release_id,
        evidence={"attempts": _passing_attempts(session, seat.enrolment_id)},
    )
    detail = {"enrolment": seat.enrolment_id, "release": content.label}
    if former is not None:
        detail["renews"] = certificates.format_serial(former.credential.serial)
    announce(session, credential, holder, seat.programme_id, detail, now, verify_address)
    return credential.serial


def is_due(
    session: Session,
    seat: Seat,
    holder: Account,
    progress: courses.Progress,
    former: Attested | None,
    now: datetime,
) -> bool:
    """Whether nothing stands between a learner and the award.

    This is the one place that is asked: whatever else must come before an award is asked here.
    """
    if not progress.is_complete or holder.confirmed_at is None:
        return False
    if closing.list_open(session, seat):
        return False
    return former is None or _may_follow(session, former, ZoneInfo(seat.time_zone), now)


def _may_follow(session: Session, former: Attested, zone: ZoneInfo, now: datetime) -> bool:
    """Whether another cycle may follow a credential: a course taken again is never too late."""
    is_open = window_of(session, former).opens_on <= now.astimezone(zone).date()
    return is_open and former.verdict.status in RENEWABLE


def announce(
    session: Session,
    credential: certificates.Credential,
    holder: Account,
    programme_id: int,
    detail: dict[str, object],
    now: datetime,
    verify_address: str,
) -> None:
    """Put an award into the audit trail, and a letter to its holder into the outbox."""
    serial = certificates.format_serial(credential.serial)
    audit.record(
        session,
        at=now,
        actor_id=None,
        programme_id=programme_id,
        act="credential.awarded",
        subject=f"credential {serial}",
        detail=detail,
    )
    particulars = credential.particulars
    told = mail.letter(
        "award",
        credential=credential,
        is_renewal=particulars is not None and particulars.renews is not None,
        address=f"{verify_address}/{credential.serial}",
    )
    mail.write(
        session,
        recipient=holder.email,
        subject=told.subject,
        body=told.body,
        at=now,
        kind="credential",
        account_id=holder.id,
        programme_id=programme_id,
        key=f"award:{credential.serial}",
    )


def _attest(
    session: Session,
    seat: Seat,
    holder: Account,
    content: catalogue.ReleaseContent,
    progress: courses.Progress,
    former: Attested | None,
    now: datetime,
) -> certificates.Credential:
    programme = session.scalars(sa.select(Programme).where(Programme.id == seat.programme_id)).one()
    course, zone = content.course, ZoneInfo(programme.time_zone)
    completed_on = (progress.completed_at or now).astimezone(zone).date()
    hours = hours_of(content)
    return certificates.Credential(
        serial=new_serial(),
        holder_name=holder.full_name,
        holder_profession=holder.profession or None,
        title=course.title,
        programme=programme.name,
        programme_web=programme.web,
        minutes=sum(line.minutes for line in hours),
        hours=hours,
        started_on=(progress.started_at or now).astimezone(zone).date(),
        completed_on=completed_on,
        issued_at=now,
        current_until=certificates.current_until(
            rule_of(course), completed_on, former.credential.current_until if former else None
        ),
        release=content.label,
        release_hash=content.content_hash,
        assessment=assessment_of(content),
        certifies=course.certifies,
        notice=NOTICE,
        signatories=signatories_of(session, programme),
        language=course.language,
        particulars=particulars_of(
            session,
            programme.id,
            content,
            enrolment_id=seat.enrolment_id,
            cycle=former.cycle + 1 if former else FIRST_CYCLE,
            renews=former.credential.serial if former else None,
        ),
    )


def _passing_attempts(session: Session, enrolment_id: int) -> list[int]:
    query = (
        sa.select(Attempt.id)
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id)
        .where(
            Attempt.enrolment_id == enrolment_id, Attempt.voided_at.is_(None), ScoreRecord.passed
        )
        .order_by(Attempt.id)
    )
    return list(session.scalars(query))
