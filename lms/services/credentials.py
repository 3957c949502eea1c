"""Credentials: awarded once when everything is complete, looked up by anyone, revoked for cause."""

import functools
import itertools
import json
import secrets
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
import quizzes
from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord, RevocationRecord
from lms.models.updates import ReleaseUpdate, UpdateCompletion
from lms.services import accounts, audit, catalogue, learning, mail
from lms.services.cohorts import Seat, refuse_other

# 17 bytes are 136 random bits, of which a serial carries 130.
ENTROPY_BYTES = 17
FIRST_CYCLE = 1
PUBLIC_REASONS = {
    "issued-in-error": "It was issued in error.",
    "misconduct": "The programme withdrew it after a finding about conduct.",
    "holder-request": "The holder asked for it to be withdrawn.",
}
NOTICE = certificates.STANDING_NOTICE


@dataclass(frozen=True, slots=True)
class SinceEarned:
    """An update published after the release a credential was earned on; `done_at` if confirmed."""

    id: int
    slug: str
    title: str
    kind: str
    published_at: datetime
    done_at: datetime | None

    @property
    def is_required(self) -> bool:
        """Whether the holder has to read and confirm it."""
        return self.kind == "safety-critical"


@dataclass(frozen=True, slots=True)
class Attested:
    """A credential with its verdict at the moment it was looked up.

    `updates` are those published since the release it was earned on, the oldest first.
    """

    id: int
    credential: certificates.Credential
    verdict: certificates.Verdict
    digest: str
    programme_id: int
    account_id: int
    enrolment_id: int
    cohort_id: int
    release_id: int
    revoked_at: datetime | None
    updates: tuple[SinceEarned, ...]


def award_if_complete(
    session: Session, seat: Seat, *, now: datetime, verify_address: str
) -> str | None:
    """Award the credential of a completed course, exactly once; return its serial, if any.

    Call it in the transaction that completed the course. `verify_address` is the public address
    under which serials are looked up; it goes into the holder's message.
    """
    db.lock(session)
    lock_holder = sa.select(Account).where(Account.id == seat.account_id)
    # No key update: entries that merely name the holder need not wait, nor wait in a circle.
    holder = session.scalars(lock_holder.with_for_update(key_share=True)).one()
    content = catalogue.release(session, seat.release_id)
    known = session.scalar(
        sa.select(CredentialRecord.serial).where(
            CredentialRecord.account_id == seat.account_id,
            CredentialRecord.programme_id == seat.programme_id,
            CredentialRecord.course_slug == content.course.slug,
            CredentialRecord.cycle == FIRST_CYCLE,
        )
    )
    if known is not None:
        return known
    progress = learning.progress_of(session, seat)
    if not progress.is_complete or holder.confirmed_at is None:
        return None
    credential = _attest(session, seat, holder, content, progress, now)
    _store(session, seat, content, credential)
    audit.record(
        session,
        at=now,
        actor_id=None,
        programme_id=seat.programme_id,
        act="credential.awarded",
        subject=f"credential {certificates.format_serial(credential.serial)}",
        detail={"enrolment": seat.enrolment_id, "release": content.label},
    )
    mail.write(
        session,
        recipient=holder.email,
        subject=f"Your certificate: {credential.title}",
        body=_award_letter(credential, verify_address),
        at=now,
    )
    return credential.serial


def _store(
    session: Session,
    seat: Seat,
    content: catalogue.ReleaseContent,
    credential: certificates.Credential,
) -> None:
    document = certificates.credential_to_document(credential)
    session.add(
        CredentialRecord(
            serial=credential.serial,
            account_id=seat.account_id,
            programme_id=seat.programme_id,
            enrolment_id=seat.enrolment_id,
            course_slug=content.course.slug,
            cycle=FIRST_CYCLE,
            document=json.dumps(document, sort_keys=True, ensure_ascii=False),
            digest=certificates.digest(credential),
            evidence=json.dumps({"attempts": _passing_attempts(session, seat.enrolment_id)}),
            issued_at=credential.issued_at,
        )
    )
    session.flush()


def _passing_attempts(session: Session, enrolment_id: int) -> list[int]:
    query = (
        sa.select(Attempt.id)
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id)
        .where(Attempt.enrolment_id == enrolment_id, ScoreRecord.passed)
        .order_by(Attempt.id)
    )
    return list(session.scalars(query))


def _attest(
    session: Session,
    seat: Seat,
    holder: Account,
    content: catalogue.ReleaseContent,
    progress: courses.Progress,
    now: datetime,
) -> certificates.Credential:
    programme = session.scalars(sa.select(Programme).where(Programme.id == seat.programme_id)).one()
    course = content.course
    zone = ZoneInfo(programme.time_zone)
    completed_on = (progress.completed_at or now).astimezone(zone).date()
    started_on = (progress.started_at or now).astimezone(zone).date()
    return certificates.Credential(
        serial=certificates.new_serial(secrets.token_bytes(ENTROPY_BYTES)),
        holder_name=holder.full_name,
        holder_profession=holder.profession or None,
        title=course.title,
        programme=programme.name,
        programme_web=programme.web,
        minutes=progress.minutes_total,
        hours=hours_of(course),
        started_on=started_on,
        completed_on=completed_on,
        issued_at=now,
        current_until=months_after(completed_on, course.currency_months),
        release=content.label,
        release_hash=content.content_hash,
        assessment=assessment_of(content),
        certifies=course.certifies,
        notice=NOTICE,
        signatories=_signatories(programme),
        language=course.language,
    )


def hours_of(course: courses.Course) -> tuple[certificates.HoursLine, ...]:
    """Return the minutes of instruction by module."""
    return tuple(certificates.HoursLine(module.title, module.minutes) for module in course.modules)


def assessment_of(content: catalogue.ReleaseContent) -> str:
    """Say in a sentence or two how learners of this release are assessed."""
    sentences = [
        f"{module.title}: an unsupervised online quiz of {specification.length} single-best-answer "
        f"items, drawn from a bank of {len(content.banks[module.quiz].items)}, passed at "
        f"{_needed(specification)} of {specification.length} ({specification.cut_percent}\u00a0%)."
        for module in content.course.modules
        if module.quiz
        for specification in [content.banks[module.quiz].specification]
    ]
    return " ".join(["All lessons completed.", *sentences])


def _needed(specification: quizzes.Specification) -> int:
    return quizzes.needed_points(specification.length, specification.cut_percent)


def _signatories(programme: Programme) -> tuple[certificates.Signatory, ...]:
    people = [certificates.Signatory(programme.director_name, programme.director_title)]
    if programme.educator_name:
        title = programme.educator_title or "Lead educator"
        people.append(certificates.Signatory(programme.educator_name, title))
    return tuple(people)


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _award_letter(credential: certificates.Credential, verify_address: str) -> str:
    return (
        f"Dear {credential.holder_name},\n\n"
        f"you have completed {credential.title} with {credential.programme}. Your certificate is "
        "ready under Credentials when you are signed in.\n\n"
        "Anyone can check it here, without an account:\n"
        f"{verify_address}/{credential.serial}\n\n"
        f"{credential.notice}\n"
    )


_ATTESTED = (
    sa.select(
        CredentialRecord.id,
        CredentialRecord.document,
        CredentialRecord.digest,
        CredentialRecord.programme_id,
        CredentialRecord.account_id,
        CredentialRecord.enrolment_id,
        Enrolment.cohort_id,
        Cohort.release_id,
        RevocationRecord.reason,
        RevocationRecord.revoked_at,
        ReleaseUpdate.id.label("update_id"),
        ReleaseUpdate.slug,
        ReleaseUpdate.title,
        ReleaseUpdate.kind,
        ReleaseUpdate.published_at,
        UpdateCompletion.completed_at,
    )
    .join(Enrolment, Enrolment.id == CredentialRecord.enrolment_id)
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .outerjoin(RevocationRecord, RevocationRecord.credential_id == CredentialRecord.id)
    # One row for each update that a later release brought; without any, one row.
    .outerjoin(
        ReleaseUpdate,
        sa.and_(
            ReleaseUpdate.course_slug == CredentialRecord.course_slug,
            ReleaseUpdate.release_id > Cohort.release_id,
        ),
    )
    .outerjoin(
        UpdateCompletion,
        sa.and_(
            UpdateCompletion.update_id == ReleaseUpdate.id,
            UpdateCompletion.credential_id == CredentialRecord.id,
        ),
    )
    .order_by(CredentialRecord.id.desc(), ReleaseUpdate.id)
)
_ATTESTED_BY_SERIAL = _ATTESTED.where(CredentialRecord.serial == sa.bindparam("serial"))


def find_by_serial(session: Session, text: str, now: datetime) -> Attested | None:
    """Look up what somebody typed or scanned; None alike for unknown and malformed serials."""
    serial = certificates.parse_serial(text)
    # A malformed serial costs the same query, so that the time taken tells nothing.
    found = session.connection().execute(_ATTESTED_BY_SERIAL, {"serial": serial or ""})
    return next(_each_attested(found, now), None)


def list_of_holder(session: Session, account_id: int, now: datetime) -> list[Attested]:
    """Return a person's own credentials, the latest first."""
    query = _ATTESTED.where(CredentialRecord.account_id == account_id)
    return list(_each_attested(session.execute(query), now))


def list_of_enrolments(
    session: Session, enrolment_ids: list[int], now: datetime
) -> dict[int, Attested]:
    """Return the credential earned through each of these enrolments."""
    query = _ATTESTED.where(CredentialRecord.enrolment_id.in_(enrolment_ids))
    found = _each_attested(session.execute(query), now)
    return {each.enrolment_id: each for each in found}


def list_of_programme(
    session: Session, programme_id: int, course_slug: str, now: datetime
) -> list[Attested]:
    """Return every credential that a programme issued for a course, the latest first."""
    query = _ATTESTED.where(
        CredentialRecord.programme_id == programme_id, CredentialRecord.course_slug == course_slug
    )
    return list(_each_attested(session.execute(query), now))


def list_of_course(session: Session, course_slug: str, now: datetime) -> list[Attested]:
    """Return every credential for a course, whoever issued it, the latest first."""
    query = _ATTESTED.where(CredentialRecord.course_slug == course_slug)
    return list(_each_attested(session.execute(query), now))


def _each_attested(rows: Iterable[Any], now: datetime) -> Iterator[Attested]:
    """Return the credentials that rows of `_ATTESTED`, in its order, amount to."""
    for _id, group in itertools.groupby(rows, key=lambda row: row.id):
        yield _attested(list(group), now)


def _attested(rows: list[Any], now: datetime) -> Attested:
    """Return the credential of the rows of `_ATTESTED` that are about it."""
    row = rows[0]
    updates = tuple(
        SinceEarned(
            each.update_id,
            each.slug,
            each.title,
            each.kind,
            each.published_at,
            each.completed_at,
        )
        for each in rows
        if each.update_id is not None
    )
    required = [
        certificates.RequiredUpdate(each.title, each.published_at, each.done_at)
        for each in updates
        if each.is_required
    ]
    credential = _unaltered(row.document, row.digest)
    end = None
    if row.revoked_at is not None:
        end = certificates.Revocation(row.revoked_at, PUBLIC_REASONS[row.reason])
    return Attested(
        id=row.id,
        credential=credential,
        verdict=certificates.verdict(credential, end, now, required),
        digest=row.digest,
        programme_id=row.programme_id,
        account_id=row.account_id,
        enrolment_id=row.enrolment_id,
        cohort_id=row.cohort_id,
        release_id=row.release_id,
        revoked_at=row.revoked_at,
        updates=updates,
    )


@functools.lru_cache(maxsize=4096)
def _unaltered(document: str, digest: str) -> certificates.Credential:
    """Return the credential of a stored document, or refuse one that its digest does not fit."""
    credential = certificates.credential_from_document(json.loads(document))
    if certificates.digest(credential) != digest:
        raise LookupError(f"The stored credential {credential.serial} does not match its digest.")
    return credential


def own_credential_for(session: Session, account_id: int, serial: str, now: datetime) -> Attested:
    """Return the holder's own credential; staff of the programme are refused, others find none."""
    found = find_by_serial(session, serial, now)
    if found is None:
        raise NotFound()
    if found.account_id != account_id:
        refuse_other(session, account_id, found.programme_id)
    return found


def credential_for_administrator(
    session: Session, account_id: int, serial: str, now: datetime
) -> Attested:
    """Return a credential to an administrator of the programme that issued it, or refuse."""
    found = find_by_serial(session, serial, now)
    if found is None:
        raise NotFound()
    is_holder = found.account_id == account_id
    accounts.require_role(
        session, account_id, found.programme_id, "administrator", is_member=is_holder
    )
    return found


def revoke(
    session: Session, found: Attested, *, reason: str, note: str, by: int, now: datetime
) -> None:
    """End a credential for a reason from the closed list; its page says so from now on.

    The private `note` stays with the programme. Refused when it is revoked already.
    """
    if reason not in PUBLIC_REASONS:
        raise Refused("Choose one of the listed reasons.")
    db.lock(session)
    serial = found.credential.serial
    record_id = session.scalars(
        sa.select(CredentialRecord.id).where(CredentialRecord.serial == serial).with_for_update()
    ).one()
    ended = sa.select(RevocationRecord.id).where(RevocationRecord.credential_id == record_id)
    if session.scalar(ended) is not None:
        raise Refused("This credential is revoked already.")
    session.add(
        RevocationRecord(
            credential_id=record_id, reason=reason, note=note, revoked_by=by, revoked_at=now
        )
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=found.programme_id,
        act="credential.revoked",
        subject=f"credential {certificates.format_serial(serial)}",
        detail={"reason": reason, "note": note},
    )
    recipient = session.scalars(
        sa.select(Account.email).where(Account.id == found.account_id)
    ).one()
    mail.write(
        session,
        recipient=recipient,
        subject=f"Your certificate was revoked: {found.credential.title}",
        body=(
            f"Dear {found.credential.holder_name},\n\n{found.credential.programme} has revoked "
            f"your certificate {certificates.format_serial(serial)}. "
            f"{PUBLIC_REASONS[reason]}\n\nIf you think this is wrong, answer to the programme: "
            "its address stands on its page.\n"
        ),
        at=now,
    )
