"""Gathering what waits: every feature tells its own, and older ones are asked here."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Cohort, Enrolment
from lms.services import (
    catalogue,
    cohorts,
    credentials,
    credits,
    live,
    mail,
    observed,
    practice,
    qualifications,
    reporting,
    reviews,
    rosters,
    transcripts,
    watch,
)
from lms.services.waiting import Waiting

Source = Callable[[Session, int, datetime], list[Waiting]]
# An approval that ends takes its body weeks to renew.
APPROVAL_DAYS = 60
MOST_TO_MARK = 500


def list_waiting(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return everything in a programme that needs a person, the longest waiting first.

    Who may do which is for the caller to ask: each line names the page on which it is done.
    """
    found = [each for source in SOURCES for each in source(session, programme_id, now)]
    return sorted(found, key=lambda each: (each.since, each.kind, each.subject))


def _appeals(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            "appeal",
            f"{line.learner} · {line.cohort_title}",
            line.filed_at,
            "reviews.appeal",
            {"appeal": line.id},
            line.cohort_id,
            _end_of(line.answer_by),
        )
        for line in reviews.list_appeals(session, programme_id)
        if not line.is_decided
    ]


def _credential_appeals(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            "credential-appeal",
            line.holder,
            line.filed_at,
            "acts.one_appeal",
            {"appeal": line.id},
            due=_end_of(line.answer_by),
        )
        for line in credentials.list_credential_appeals(session, programme_id)
        if not line.is_decided
    ]


def _doubts(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    return [
        Waiting("doubt", line.holder, line.raised_at, "reviews.doubts", {"programme": programme_id})
        for line in reviews.list_concerns(session, programme_id)
        if line.is_open
    ]


def _proposals(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            "proposal", line.holder, line.proposed_at, "acts.credential", {"serial": line.serial}
        )
        for line in credentials.list_waiting(session, programme_id)
    ]


def _rulings(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    return [
        Waiting("ruling", line.item_id, line.proposed_at, "reviews.ruling", {"ruling": line.id})
        for line in reviews.list_rulings(session, programme_id)
        if line.is_open
    ]


def _external(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            "external", each.holder, each.check.asked_at, "transcripts.check",
            {"check": each.check.id},
        )
        for each in transcripts.list_checks(session, programme_id)
        if each.check.decided_at is None
    ]  # fmt: skip


def _approvals(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    return list(_expiring(session, programme_id, now))


def _expiring(session: Session, programme_id: int, now: datetime) -> Iterator[Waiting]:
    ahead = timedelta(days=APPROVAL_DAYS)
    for line in credits.list_approvals(session, programme_id):
        until = line.approval.valid_until
        if line.is_ended or until is None or _end_of(until) > now + ahead:
            continue
        yield Waiting(
            "approval",
            f"{line.approval.body} {line.approval.number}",
            _end_of(until) - ahead,
            "credits.approvals",
            {"programme": programme_id},
            due=_end_of(until),
        )


def _marking(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Answers that wait for a marker; whose they are is not said: they are marked blind."""
    is_scored = sa.exists().where(ScoreRecord.attempt_id == Attempt.id)
    query = (
        sa.select(
            Attempt.id,
            Attempt.module_key,
            Attempt.submitted_at,
            Cohort.id.label("cohort_id"),
            Cohort.title,
            Cohort.release_id,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Cohort.programme_id == programme_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
            ~is_scored,
        )
        .order_by(Attempt.submitted_at, Attempt.id)
        .limit(MOST_TO_MARK)
    )
    return [
        Waiting(
            "marking",
            f"{_module(session, row.release_id, row.module_key)} · {row.title}",
            row.submitted_at,
            "assessment.marking",
            {"attempt": row.id},
            row.cohort_id,
        )
        for row in session.execute(query)
    ]


def _module(session: Session, release_id: int, key: str) -> str:
    course = catalogue.release(session, release_id).course
    return next((module.title for module in course.modules if module.key == key), key)


def _flags(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """One line a cohort: who is at risk and has nobody stands on the cohort's own page."""
    query = sa.select(Cohort.id, Cohort.title).where(Cohort.programme_id == programme_id)
    titles = {row.id: row.title for row in session.execute(query)}
    alone: dict[int, list[watch.Flag]] = {}
    for flag in watch.flags_of_programme(session, programme_id):
        if flag.owner_id is None and flag.needs_somebody(now.date()):
            alone.setdefault(flag.cohort_id, []).append(flag)
    return [
        Waiting(
            "flags",
            f"{titles[cohort]} · {len({flag.enrolment_id for flag in flags})}",
            min(flag.opened_at for flag in flags),
            "watch.cohort",
            {"cohort": cohort},
            cohort,
        )
        for cohort, flags in alone.items()
    ]


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _conferrals(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            "conferral",
            f"{line.name} · {line.seat.cohort_title}",
            line.completed_at or line.seat.enrolled_at,
            "faculty.conferrals",
            {"programme": programme_id},
            line.seat.cohort_id,
        )
        for line in credentials.list_to_confer(session, programme_id)
    ]


SOURCES: tuple[Source, ...] = (
    _appeals,
    _credential_appeals,
    _doubts,
    _proposals,
    _rulings,
    _external,
    _approvals,
    _marking,
    _flags,
    _conferrals,
    cohorts.waiting_for,
    reporting.waiting_for,
    practice.waiting_for,
    observed.waiting_for,
    live.waiting_for,
    qualifications.waiting_for,
    rosters.waiting_for,
    mail.waiting_for,
)
