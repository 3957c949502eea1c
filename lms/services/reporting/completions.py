"""Completions of a course and how far each is reported: what is ready, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import Refused
from lms.models.credentials import CredentialRecord
from lms.models.reporting import (
    CompletionReport,
    ReportConsent,
    ReportedActivity,
    ReportLine,
)
from lms.services import audit, credentials

# What was earned counts, whatever became of its currency; what was taken back does not.
REPORTED = ("valid", "update-outstanding", "past-currency")
LONGEST_ACTIVITY = 60
State = Literal["ready", "no-consent", "reported", "rejected"]


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course of which a programme has certified completions, and its activity's number."""

    slug: str
    title: str
    activity_id: str | None
    completions: int


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion: whose, when, and how far it is reported.

    `rejection` says what came back with the last line, which a new consent makes ready again.
    """

    credential_id: int
    account_id: int
    holder: str
    completed_on: date
    state: State
    consent_id: int | None
    report_id: int | None
    rejection: str | None


def list_courses(session: Session, programme_id: int, now: datetime) -> list[CourseLine]:
    """Return the courses that a programme has issued credentials for, by title."""
    query = (
        sa.select(
            CredentialRecord.course_slug,
            sa.func.count(sa.distinct(CredentialRecord.account_id)),
            sa.func.max(CredentialRecord.id),
            ReportedActivity.activity_id,
        )
        .outerjoin(
            ReportedActivity,
            sa.and_(
                ReportedActivity.programme_id == CredentialRecord.programme_id,
                ReportedActivity.course == CredentialRecord.course_slug,
            ),
        )
        .where(CredentialRecord.programme_id == programme_id)
        .group_by(CredentialRecord.course_slug, ReportedActivity.activity_id)
    )
    rows = session.execute(query).all()
    latest = credentials.list_of_ids(session, [row[2] for row in rows], now)
    titles = {each.id: each.credential.title for each in latest}
    lines = [CourseLine(slug, titles[last], number, n) for slug, n, last, number in rows]
    return sorted(lines, key=lambda each: each.title.casefold())


def set_activity(
    session: Session, programme_id: int, course: str, activity_id: str, *, by: int, now: datetime
) -> None:
    """Keep the number by which an accreditor knows a course; what was reported under one stays."""
    number = " ".join(activity_id.split())
    if not number or len(number) > LONGEST_ACTIVITY or not number.isprintable():
        raise Refused("Enter the number of the activity as the accreditor shows it.")
    row = session.get(ReportedActivity, (programme_id, course))
    before = None if row is None else row.activity_id
    if row is None:
        row = ReportedActivity(programme_id=programme_id, course=course)
        session.add(row)
    row.activity_id, row.set_by, row.set_at = number, by, now
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act="report.activity-set",
        subject=course,
        detail={"activity": number, "before": before or ""},
    )


def list_completions(
    session: Session, programme_id: int, course: str, now: datetime
) -> list[Completion]:
    """Return every completion of a course that may be reported, the latest first.

    Of several credentials of one person for the same cycle, the last issue counts.
    """
    held = {
        (each.account_id, each.cycle): each
        for each in reversed(credentials.list_of_programme(session, programme_id, course, now))
        if each.verdict.status in REPORTED
    }
    consents = _consents(session, programme_id)
    lines = _last_lines(session, programme_id, course)
    found = []
    for each in held.values():
        consent = consents.get(each.account_id)
        line = lines.get((each.account_id, each.cycle))
        found.append(
            Completion(
                each.id,
                each.account_id,
                each.credential.holder_name,
                each.credential.completed_on,
                _state(consent, line),
                consent,
                None if line is None else line.report_id,
                None if line is None else line.rejection,
            )
        )
    return sorted(found, key=lambda each: (each.completed_on, each.credential_id), reverse=True)


def _state(consent: int | None, line: ReportLine | None) -> State:
    if line is not None and line.rejection is None:
        return "reported"
    if line is not None and (consent is None or consent == line.consent_id):
        # Nothing has changed since it came back: it would come back again.
        return "rejected"
    return "no-consent" if consent is None else "ready"


def _consents(session: Session, programme_id: int) -> Mapping[int, int]:
    query = sa.select(ReportConsent.account_id, ReportConsent.id).where(
        ReportConsent.programme_id == programme_id, ReportConsent.withdrawn_at.is_(None)
    )
    return {row.account_id: row.id for row in session.execute(query)}


def _last_lines(
    session: Session, programme_id: int, course: str
) -> Mapping[tuple[int, int], ReportLine]:
    """Return the last line of each person and cycle."""
    query = (
        sa.select(ReportLine, CredentialRecord.account_id, CredentialRecord.cycle)
        .join(CompletionReport, CompletionReport.id == ReportLine.report_id)
        .join(CredentialRecord, CredentialRecord.id == ReportLine.credential_id)
        .where(CompletionReport.programme_id == programme_id, CompletionReport.course == course)
        .order_by(ReportLine.report_id)
    )
    return {(account, cycle): line for line, account, cycle in session.execute(query)}
