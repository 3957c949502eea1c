"""A dossier: everything on record of one learner's training in a cohort, as one value.

What it leaves out, it leaves out by construction: why an accommodation, a pause or an extension was
given, what staff noted in their own words, and the answers of the anonymous evaluation.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.models.assessment import Attempt
from lms.models.audit import AuditEntry
from lms.services import (
    closing,
    cohorts,
    credentials,
    live,
    mail,
    observed,
    practice,
    qualifications,
    reports,
    reviews,
    sittings,
    watch,
)
from lms.services.cohorts import Placed

MOST_MESSAGES = 200
MOST_ACTS = 1000


@dataclass(frozen=True, slots=True)
class TrailAct:
    """An entry of the audit trail about the learner: what, when, and its number and hash there."""

    number: int
    act: str
    at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything on record of one learner in one cohort, as it stands at `made_at`.

    `report` holds study and attempts, `lacking` what is missing beside the course; the rest is what
    stands in other books: hours by mode, the practice log, observed skills, qualifications,
    credentials of the programme, accommodations without their reasons, flags without their notes,
    messages by subject, and the entries of the audit trail.
    """

    report: reports.LearnerReport
    lacking: tuple[reports.Lacking, ...]
    made_at: datetime
    gates: tuple[closing.Gate, ...]
    seat_acts: tuple[cohorts.ActLine, ...]
    extensions: tuple[cohorts.ExtensionLine, ...]
    hours: live.HoursStanding
    practised: tuple[practice.Entry, ...]
    practice: courses.PracticeStanding
    skills: tuple[observed.SkillStanding, ...]
    qualifications: tuple[qualifications.Held, ...]
    accommodations: tuple[sittings.AccommodationLine, ...]
    credentials: tuple[credentials.Attested, ...]
    appeals: tuple[reviews.AppealLine, ...]
    flags: tuple[watch.Flag, ...]
    messages: tuple[mail.LogLine, ...]
    trail: tuple[TrailAct, ...]

    @property
    def today(self) -> date:
        """The day on the programme's clocks on which it was made."""
        return self.made_at.astimezone(ZoneInfo(self.report.cohort.time_zone)).date()


def dossier_of(session: Session, placed: Placed, now: datetime) -> Dossier:
    """Return the dossier of a learner."""
    cohort, seat = placed.cohort, placed.seat
    account, enrolment_id = seat.account_id, seat.enrolment_id
    report = reports.learner_report(session, placed, now)
    held = credentials.list_of_holder(session, account, now)
    asked = reviews.list_appeals(session, cohort.programme_id)
    return Dossier(
        report=report,
        lacking=reports.award_of(session, report, now).lacking,
        made_at=now,
        gates=tuple(closing.list_gates(session, seat)),
        seat_acts=tuple(cohorts.list_acts(session, enrolment_id)),
        extensions=tuple(cohorts.list_extensions(session, enrolment_id)),
        hours=live.hours_of(session, seat, report.progress),
        practised=tuple(practice.list_entries(session, enrolment_id)),
        practice=practice.standing_of(session, seat),
        skills=tuple(observed.skills_of(session, seat)),
        qualifications=tuple(qualifications.list_of_learner(session, seat)),
        accommodations=tuple(sittings.list_accommodations(session, account, cohort.programme_id)),
        credentials=tuple(each for each in held if each.programme_id == cohort.programme_id),
        appeals=tuple(each for each in asked if each.enrolment_id == enrolment_id),
        flags=tuple(watch.history_of(session, enrolment_id)),
        messages=messages_to(session, cohort.programme_id, account, MOST_MESSAGES),
        trail=tuple(_trail(session, cohort.programme_id, enrolment_id)),
    )


def messages_to(
    session: Session, programme_id: int, account_id: int, most: int
) -> tuple[mail.LogLine, ...]:
    """Return what a programme wrote to somebody, the latest first: subjects, never bodies."""
    person = sa.select(sa.literal(account_id))
    return mail.list_log(session, programme_id, accounts=person, limit=most).lines


def _trail(session: Session, programme_id: int, enrolment_id: int) -> list[TrailAct]:
    """Return what the audit trail says of an enrolment and its attempts, the first act first."""
    attempts = session.scalars(sa.select(Attempt.id).where(Attempt.enrolment_id == enrolment_id))
    subjects = [f"enrolment {enrolment_id}", *(f"attempt {each}" for each in attempts)]
    query = (
        sa.select(AuditEntry.id, AuditEntry.act, AuditEntry.at, AuditEntry.hash)
        .where(AuditEntry.programme_id == programme_id, AuditEntry.subject.in_(subjects))
        .order_by(AuditEntry.id)
        .limit(MOST_ACTS)
    )
    return [TrailAct(*row) for row in session.execute(query)]
