"""The transcript: everything that is on record of one person's training, as one value.

It holds outcomes and hours, never an answer or a score. What a programme's administrator sees of
it is that programme's part alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.credits import CreditClaim, ProviderApproval
from lms.services import catalogue, cohorts, credentials, learning, live
from lms.services.cohorts import RunCohort, Seat
from lms.services.transcripts import external
from lms.services.transcripts.external import External, ProofLevel

OutcomeKind = Literal["passed", "not-passed", "awaits-marking", "open", "void"]
HERE, LIVE = "here", "live"
"""The kinds of credit of training here, by oneself and live, for which nobody claimed any."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt at an assessment ended; `submitted_at` is None while it is open."""

    title: str
    module_key: str
    number: int
    submitted_at: datetime | None
    kind: OutcomeKind


@dataclass(frozen=True, slots=True)
class PlaceHours:
    """Minutes of a course that are mapped to a jurisdiction's rules; mapped is not approved.

    The `earned` are those of lessons and quizzes, and of live sessions held for a module; `offered`
    are those of lessons and quizzes alone. `required` holds one figure for each reading of the
    rule; empty where none is known.
    """

    place: str
    title: str
    as_of: date
    course: str
    earned: int
    offered: int
    required: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One enrolment: what was studied, how far, and how its assessments ended."""

    seat: Seat
    course: str
    course_slug: str
    release: str
    release_hash: str
    started_on: date | None
    completed_on: date | None
    minutes_done: int
    minutes_total: int
    live_minutes: int
    outcomes: tuple[Outcome, ...]
    places: tuple[PlaceHours, ...]


@dataclass(frozen=True, slots=True)
class CreditHours:
    """Minutes of one kind of credit; `amount` is what was claimed, where something was.

    `level` is how they are shown: "recorded" here, or the level of proof of certificates from
    elsewhere.
    """

    credit: str
    level: Literal["recorded"] | ProofLevel
    minutes: int
    amount: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """Credits that were claimed for a credential by one approval that the programme holds."""

    credential_id: int
    approval_id: int
    unit: str
    amount: Fraction
    minutes: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """All of a person's training, or one programme's part of it (`programme` is its name)."""

    holder: str
    profession: str
    programme: str | None
    made_at: datetime
    enrolments: tuple[Enrolled, ...]
    credentials: tuple[credentials.Attested, ...]
    claims: tuple[Claimed, ...]
    externals: tuple[External, ...]

    @property
    def counted(self) -> tuple[Enrolled, ...]:
        """The enrolments whose hours count: of each course the one that is furthest."""
        best: dict[str, Enrolled] = {}
        for each in self.enrolments:
            known = best.get(each.course_slug)
            if known is None or each.minutes_done > known.minutes_done:
                best[each.course_slug] = each
        return tuple(each for each in self.enrolments if best[each.course_slug] is each)

    @property
    def places(self) -> tuple[PlaceHours, ...]:
        """The hours by jurisdiction, course by course."""
        found = [place for each in self.counted for place in each.places]
        return tuple(sorted(found, key=lambda each: each.title))

    @property
    def by_credit(self) -> tuple[CreditHours, ...]:
        """The hours by kind of credit: recorded here first, then from elsewhere by proof."""
        return (*_recorded(self), *_from_elsewhere(self.externals))


def own_transcript(session: Session, account_id: int, now: datetime) -> Transcript:
    """Return a person's own transcript, whole."""
    person = session.get_one(Account, account_id)
    attested = tuple(credentials.list_of_holder(session, account_id, now))
    return Transcript(
        holder=person.full_name,
        profession=person.profession,
        programme=None,
        made_at=now,
        enrolments=_enrolments(session, cohorts.list_seats(session, account_id)),
        credentials=attested,
        claims=_claims(session, attested),
        externals=tuple(external.list_of_holder(session, account_id)),
    )


def transcript_of_learner(
    session: Session, cohort: RunCohort, enrolment_id: int, now: datetime
) -> Transcript:
    """Return the part of a learner's transcript that belongs to the programme of `cohort`.

    Certificates from elsewhere are in it only where the learner asked this programme to check
    them. NotFound for an enrolment of another cohort.
    """
    seat = session.execute(
        cohorts.SEAT.where(*_enrolment_in(enrolment_id, cohort.id))
    ).one_or_none()
    if seat is None:
        raise NotFound()
    account_id = Seat(*seat).account_id
    person = session.get_one(Account, account_id)
    seats = cohorts.list_seats(session, account_id)
    mine = [each for each in seats if each.programme_id == cohort.programme_id]
    attested = tuple(
        each
        for each in credentials.list_of_holder(session, account_id, now)
        if each.programme_id == cohort.programme_id
    )
    return Transcript(
        holder=person.full_name,
        profession=person.profession,
        programme=cohort.programme_name,
        made_at=now,
        enrolments=_enrolments(session, mine),
        credentials=attested,
        claims=_claims(session, attested),
        externals=tuple(external.list_of_holder(session, account_id, cohort.programme_id)),
    )


def _claims(session: Session, attested: Iterable[credentials.Attested]) -> tuple[Claimed, ...]:
    """Return what was claimed for these credentials, the earliest first, in one query."""
    query = (
        sa.select(
            CreditClaim.credential_id,
            CreditClaim.approval_id,
            ProviderApproval.unit,
            CreditClaim.amount,
            CreditClaim.minutes,
        )
        .join(ProviderApproval, ProviderApproval.id == CreditClaim.approval_id)
        .where(CreditClaim.credential_id.in_([each.id for each in attested]))
        .order_by(CreditClaim.id)
    )
    return tuple(
        Claimed(row.credential_id, row.approval_id, row.unit, Fraction(row.amount), row.minutes)
        for row in session.execute(query)
    )


def _enrolment_in(enrolment_id: int, cohort_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    columns = cohorts.SEAT.selected_columns
    return (columns[0] == enrolment_id, columns[2] == cohort_id)


def _enrolments(session: Session, seats: Sequence[Seat]) -> tuple[Enrolled, ...]:
    ids = [seat.enrolment_id for seat in seats]
    if not ids:
        return ()
    records = learning.records_of(session, ids)
    attempts = _attempts(session, ids)
    met = live.live_minutes_of(session, ids)
    modes = live.minutes_by_mode(session, ids)
    found = []
    for seat in seats:
        content = catalogue.release(session, seat.release_id)
        record = records.get(seat.enrolment_id, learning.StudyRecord())
        progress = courses.progress(content.course, record.done, record.results)
        sat, taught = attempts.get(seat.enrolment_id, []), met.get(seat.enrolment_id, [])
        attended = sum(modes.get(seat.enrolment_id, {}).values())
        found.append(_enrolled(seat, content, progress, attended, sat, taught))
    return tuple(found)


def _enrolled(
    seat: Seat,
    content: catalogue.ReleaseContent,
    progress: courses.Progress,
    live_minutes: int,
    attempts: Iterable[Any],
    taught: Sequence[courses.LiveMinutes],
) -> Enrolled:
    titles = {module.key: module.title for module in content.course.modules}
    done = {state.unit.key for state in progress.units if state.state == "done"}
    return Enrolled(
        seat=seat,
        course=content.course.title,
        course_slug=content.course.slug,
        release=content.label,
        release_hash=content.content_hash,
        started_on=_day(progress.started_at, seat),
        completed_on=_day(progress.completed_at, seat),
        minutes_done=progress.minutes_done,
        minutes_total=progress.minutes_total,
        live_minutes=live_minutes,
        outcomes=tuple(
            Outcome(
                titles.get(row.module_key, row.module_key),
                row.module_key,
                row.number,
                row.submitted_at,
                _kind(row),
            )
            for row in attempts
        ),
        places=tuple(_places(content, done, taught)),
    )


def _day(moment: datetime | None, seat: Seat) -> date | None:
    return None if moment is None else moment.astimezone(ZoneInfo(seat.time_zone)).date()


def _kind(row: Any) -> OutcomeKind:
    if row.voided_at is not None:
        return "void"
    if row.submitted_at is None:
        return "open"
    if row.passed is None:
        return "awaits-marking"
    return "passed" if row.passed else "not-passed"


def _attempts(session: Session, enrolment_ids: list[int]) -> dict[int, list[Any]]:
    """Return how every attempt of these enrolments ended, the first one first, in one query."""
    newest = (
        sa.select(sa.func.max(ScoreRecord.revision))
        .where(ScoreRecord.attempt_id == Attempt.id)
        .correlate(Attempt)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Attempt.enrolment_id,
            Attempt.module_key,
            Attempt.number,
            Attempt.submitted_at,
            Attempt.voided_at,
            ScoreRecord.passed,
        )
        .outerjoin(
            ScoreRecord,
            sa.and_(ScoreRecord.attempt_id == Attempt.id, ScoreRecord.revision == newest),
        )
        .where(Attempt.enrolment_id.in_(enrolment_ids))
        .order_by(Attempt.started_at, Attempt.id)
    )
    found: dict[int, list[Any]] = {}
    for row in session.execute(query):
        found.setdefault(row.enrolment_id, []).append(row)
    return found


def _places(
    content: catalogue.ReleaseContent, done: set[str], taught: Sequence[courses.LiveMinutes]
) -> Iterable[PlaceHours]:
    for each in courses.hours(content.crosswalk, content.course, done, taught):
        if not each.topics:
            continue
        yield PlaceHours(
            place=each.rulebook.id,
            title=each.rulebook.title,
            as_of=each.rulebook.as_of,
            course=content.course.title,
            earned=each.total.earned,
            offered=each.total.covered,
            required=tuple(each.total.required),
        )


def _recorded(transcript: Transcript) -> Iterable[CreditHours]:
    """The minutes studied here, those of live sessions, and what was claimed.

    A claim counts while its credential stands. Of a credential that was issued again under
    another number, the last claim by an approval counts: it is the same training.
    """
    yield CreditHours(HERE, "recorded", sum(each.minutes_done for each in transcript.counted))
    attended = sum(each.live_minutes for each in transcript.counted)
    if attended:
        yield CreditHours(LIVE, "recorded", attended)
    known = {each.id: each for each in transcript.credentials}
    standing: dict[tuple[int, str, int, int], Claimed] = {}
    for claim in transcript.claims:
        each = known[claim.credential_id]
        if each.verdict.status in ("revoked", "suspended"):
            continue
        title, cycle = each.credential.title, cycle_of(each.credential)
        standing[(each.programme_id, title, cycle, claim.approval_id)] = claim
    sums: dict[str, tuple[Fraction, int]] = {}
    for claim in standing.values():
        amount, minutes = sums.get(claim.unit, (Fraction(), 0))
        sums[claim.unit] = (amount + claim.amount, minutes + claim.minutes)
    for unit, (amount, minutes) in sorted(sums.items()):
        yield CreditHours(unit, "recorded", minutes, amount)


def cycle_of(credential: certificates.Credential) -> int:
    """Return which cycle of renewal a credential belongs to, from 1."""
    return credential.particulars.cycle if credential.particulars else 1


def _from_elsewhere(externals: Iterable[External]) -> Iterable[CreditHours]:
    sums: dict[tuple[str, ProofLevel], int] = {}
    for each in externals:
        key = (each.stated.credit, each.level)
        sums[key] = sums.get(key, 0) + each.stated.minutes
    for (credit, level), minutes in sorted(sums.items()):
        yield CreditHours(credit, level, minutes)
