"""Compares what clients were told with what the database holds: every difference is a violation.

The laws: what was acknowledged is there; what was refused or never sent is not; sequences have no
gap; one score an attempt, and computing it again gives the same; a credential rests on passing
attempts and complete lessons, and whoever passed holds exactly one; the audit chain is whole and
has one entry for each act.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.models.assessment import Attempt, ResponseStep, ScoreRecord
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.learning import LessonCompletion
from lms.services import audit, catalogue
from tests.soak.crowd import History


def violations(session: Session, history: History) -> list[str]:
    """Return every way in which the database contradicts the history or itself."""
    return [
        *history.surprises,
        *_answers(session, history),
        *_attempts(session, history),
        *_scores(session),
        *_credentials(session),
        *_trail(session),
        *_storage(session),
    ]


def _answers(session: Session, history: History) -> Iterator[str]:
    columns = (
        ResponseStep.attempt_id, ResponseStep.slot, ResponseStep.sequence, ResponseStep.answer
    )  # fmt: skip
    stored = {tuple(row) for row in session.execute(sa.select(*columns))}
    sent: dict[tuple[int, int, int, str], set[str]] = defaultdict(set)
    for save in history.saves:
        sent[save.attempt, save.slot, save.sequence, save.option].add(save.outcome)
    latest: dict[tuple[int, int], int] = defaultdict(int)
    options = {}
    for attempt, slot, sequence, option in stored:
        latest[attempt, slot] = max(latest[attempt, slot], sequence)
        options[attempt, slot, sequence] = option
    for (attempt, slot, sequence, option), outcomes in sent.items():
        if "acknowledged" not in outcomes:
            continue
        # An unchanged choice is acknowledged as a repeat of the step before it.
        held = {options.get((attempt, slot, sequence)), options.get((attempt, slot, sequence - 1))}
        if option not in held:
            yield f"lost: attempt {attempt}, slot {slot}, step {sequence}, {option!r}"
    for step in stored:
        if not sent.get(step, set()) & {"acknowledged", "unknown"}:
            yield f"phantom: {step} was never sent, or was refused"
    steps = Counter((attempt, slot) for attempt, slot, _, _ in stored)
    for place, count in steps.items():
        if count != latest[place]:
            yield f"gap: attempt and slot {place} have {count} steps up to {latest[place]}"


def _attempts(session: Session, history: History) -> Iterator[str]:
    rows = session.execute(
        sa.select(Attempt.id, Attempt.enrolment_id, Attempt.number, Attempt.submitted_at)
    ).all()
    known = {row.id for row in rows}
    closed = {row.id for row in rows if row.submitted_at is not None}
    yield from (f"lost: attempt {each} was started" for each in history.started - known)
    yield from (f"lost: attempt {each} was submitted" for each in history.submitted - closed)
    numbers, open_ones = defaultdict(list), Counter()
    for row in rows:
        numbers[row.enrolment_id].append(row.number)
        open_ones[row.enrolment_id] += row.submitted_at is None
    for enrolment, found in numbers.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"enrolment {enrolment} has the attempts {sorted(found)}"
        if open_ones[enrolment] > 1:
            yield f"enrolment {enrolment} has {open_ones[enrolment]} open attempts"


def _scores(session: Session) -> Iterator[str]:
    steps = defaultdict(list)
    query = sa.select(ResponseStep).order_by(ResponseStep.id)
    for step in session.scalars(query):
        steps[step.attempt_id].append(
            quizzes.Response(
                step.slot, step.sequence, step.answer, step.recorded_at, step.certainty
            )
        )
    scores = defaultdict(list)
    for score in session.scalars(sa.select(ScoreRecord)):
        scores[score.attempt_id].append(score)
    release_of = sa.select(Attempt, Cohort.release_id).join(
        Enrolment, Enrolment.id == Attempt.enrolment_id
    )
    query = release_of.join(Cohort, Cohort.id == Enrolment.cohort_id)
    for attempt, release in session.execute(query):
        found = scores[attempt.id]
        if len(found) != (attempt.submitted_at is not None):
            yield f"attempt {attempt.id}: submitted at {attempt.submitted_at}, {len(found)} scores"
        if attempt.submitted_at is None or not found:
            continue
        bank = catalogue.release(session, release).banks[attempt.bank_id]
        taken: list[quizzes.Step] = [*steps[attempt.id], quizzes.Submission(attempt.submitted_at)]
        again = quizzes.score(
            quizzes.paper_from_document(json.loads(attempt.paper)),
            {item.id: item for item in bank.items},
            quizzes.replay(taken),
        )
        if isinstance(again, quizzes.Awaiting):
            yield f"attempt {attempt.id}: scored, and {again} when computed again"
            continue
        row = found[0]
        kept = (
            Fraction(row.points, row.parts),
            row.maximum // row.parts,
            row.cut_percent,
            row.passed,
        )
        if kept != (again.points, again.maximum, again.cut_percent, again.passed):
            yield f"attempt {attempt.id}: stored score {kept}, computed again {again}"


def _credentials(session: Session) -> Iterator[str]:
    passing = (
        sa.select(Attempt.enrolment_id, Attempt.id)
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id)
        .where(ScoreRecord.passed, Attempt.submitted_at.is_not(None))
    )
    passed = {(row.enrolment_id, row.id) for row in session.execute(passing)}
    lessons: dict[int, set[str]] = defaultdict(set)
    read = sa.select(LessonCompletion.enrolment_id, LessonCompletion.lesson_key)
    for enrolment, key in session.execute(read):
        lessons[enrolment].add(key)
    holders: Counter[int] = Counter()
    rows = sa.select(CredentialRecord, Cohort.release_id).join(
        Enrolment, Enrolment.id == CredentialRecord.enrolment_id
    )
    for record, release in session.execute(rows.join(Cohort, Cohort.id == Enrolment.cohort_id)):
        rests_on = json.loads(record.evidence)
        # Issued again, it is the same award under another number; renewed, it follows the first.
        holders[record.enrolment_id] += record.version == 1 and "renewal" not in rests_on
        evidence = rests_on["attempts"]
        if not evidence or not all((record.enrolment_id, each) in passed for each in evidence):
            yield f"credential {record.serial} rests on {evidence}, which did not pass"
        course = catalogue.release(session, release).course
        if {lesson.key for lesson in course.lessons} - lessons[record.enrolment_id]:
            yield f"credential {record.serial} was awarded before all lessons were read"
    for enrolment in {enrolment for enrolment, _ in passed}:
        if holders[enrolment] != 1:
            yield f"enrolment {enrolment} passed and holds {holders[enrolment]} credentials"


ONE_ENTRY_EACH = {
    "attempt.started": Attempt,
    "attempt.scored": ScoreRecord,
    "credential.awarded": CredentialRecord,
    "lesson.completed": LessonCompletion,
}


def _trail(session: Session) -> Iterator[str]:
    broken = audit.first_broken(session)
    if broken is not None:
        yield f"the audit chain breaks at entry {broken}"
    for act, table in ONE_ENTRY_EACH.items():
        entries = session.scalar(
            sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.act == act)
        )
        rows = session.scalar(sa.select(sa.func.count()).select_from(table))
        if entries != rows:
            yield f"{rows} rows in {table.__tablename__}, {entries} audit entries {act!r}"


def _storage(session: Session) -> Iterator[str]:
    if session.connection().dialect.name != "sqlite":
        return
    for pragma, wanted in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
        found = [tuple(row) for row in session.execute(sa.text(f"PRAGMA {pragma}"))]
        if found != wanted:
            yield f"PRAGMA {pragma} says {found[:5]}"
