"""Awards: a credential for whoever has completed a course, exactly once."""

import json
import secrets
from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
import quizzes
from lms import db
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.catalogue import Programme
from lms.models.credentials import CredentialRecord
from lms.services import audit, catalogue, learning, mail, register
from lms.services.cohorts import Seat

# 17 bytes are 136 random bits, of which a serial carries 130.
ENTROPY_BYTES = 17
FIRST_CYCLE = 1
NOTICE = certificates.STANDING_NOTICE


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
    record = CredentialRecord(
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
    session.add(record)
    session.flush()
    register.enter_award(session, record.id, record.digest, credential.issued_at)


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
    hours = hours_of(content)
    return certificates.Credential(
        serial=certificates.new_serial(secrets.token_bytes(ENTROPY_BYTES)),
        holder_name=holder.full_name,
        holder_profession=holder.profession or None,
        title=course.title,
        programme=programme.name,
        programme_web=programme.web,
        minutes=sum(line.minutes for line in hours),
        hours=hours,
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


def hours_of(content: catalogue.ReleaseContent) -> tuple[certificates.HoursLine, ...]:
    """Return the minutes of instruction by module; to be examined is no instruction."""
    lines = []
    for module in content.course.modules:
        is_examination = module.quiz is not None and bool(content.banks[module.quiz].draws_from)
        examined = module.quiz_minutes if is_examination else 0
        lines.append(certificates.HoursLine(module.title, module.minutes - examined))
    return tuple(lines)


def assessment_of(content: catalogue.ReleaseContent) -> str:
    """Say in a few sentences how learners of this release are assessed."""
    assessed = [
        (module.title, content.banks[module.quiz])
        for module in content.course.modules
        if module.quiz
    ]
    quizzed = [(title, bank) for title, bank in assessed if not bank.draws_from]
    examined = [_examination(title, bank) for title, bank in assessed if bank.draws_from]
    return " ".join(["All lessons completed.", *_quizzes(quizzed), *examined])


def _quizzes(quizzed: list[tuple[str, quizzes.Bank]]) -> list[str]:
    """What is said of the quizzes: once where all are alike, else of each."""
    rules = {_rule(bank) for _title, bank in quizzed}
    if len(quizzed) > 1 and len(rules) == 1:
        sizes = sorted({len(bank.items) for _title, bank in quizzed})
        drawn = f"banks of {sizes[0]} to {sizes[-1]}" if sizes[1:] else f"banks of {sizes[0]}"
        items, pass_mark = rules.pop()
        return [
            f"One unsupervised online quiz for each of {len(quizzed)} modules, each {items} "
            f"drawn from {drawn} and {pass_mark}."
        ]
    sentences = []
    for title, bank in quizzed:
        items, pass_mark = _rule(bank)
        drawn = f"a bank of {len(bank.items)}"
        sentences.append(
            f"{title}: an unsupervised online quiz {items} drawn from {drawn}, {pass_mark}."
        )
    return sentences


def _examination(title: str, bank: quizzes.Bank) -> str:
    """What is said of an examination, which draws from the banks of the quizzes."""
    items, pass_mark = _rule(bank)
    rules = bank.specification.rules
    minutes = rules.time_limit_minutes
    limit = f", to be answered within {minutes} minutes" if minutes else ""
    safety = ", every safety-critical miss resolved" if rules.safety == "must-resolve" else ""
    return (
        f"{title}: unsupervised, online, {items} drawn from the same banks{limit}, "
        f"{pass_mark}{safety}."
    )


def _rule(bank: quizzes.Bank) -> tuple[str, str]:
    """What a quiz asks and what passes it, in the words of the certificate."""
    length, cut = bank.specification.length, bank.specification.cut_percent
    needed = quizzes.needed_points(length, cut)
    all_single = all(item.kind == "single" for item in bank.items)
    items = f"of {length} {'single-best-answer items' if all_single else 'items'}"
    return items, f"passed at {needed} of {length} ({cut}\u00a0%)"


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
