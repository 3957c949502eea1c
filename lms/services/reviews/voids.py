"""Voiding an attempt, and restoring it: two acts with a reason each, and nothing erased."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import Account
from lms.models.assessment import Attempt
from lms.models.cohorts import Enrolment
from lms.models.reviews import VoidAct
from lms.services import assessment, audit, catalogue, cohorts, mail
from lms.services.assessment import Sitting
from lms.services.cohorts import RunCohort
from lms.services.reviews.effects import Effects, effects_of, follow
from lms.services.reviews.sat import Outcome

LONGEST_REASON = 500
RESTORED = "Scored when it was restored."


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act on an attempt: "void" or "restore", why, by whom; `gives_back` returns the try."""

    id: int
    act: str
    reason: str
    gives_back: bool
    done_by: str
    done_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt in the list of a learner's, with the title of what was sat."""

    quiz: str
    attempt: assessment.AttemptLine


@dataclass(frozen=True, slots=True)
class Examined:
    """An attempt as those see it who may void it, and what voiding or restoring would do."""

    sitting: Sitting
    learner: str
    outcome: Outcome | None
    acts: tuple[ActLine, ...]
    effects: Effects

    @property
    def is_voided(self) -> bool:
        """Whether it counts for nothing as it stands."""
        return self.sitting.voided_at is not None


def examine(
    session: Session,
    account_id: int,
    attempt_id: int,
    now: datetime,
    asked: str = "administrator",
) -> Examined:
    """Return an attempt to staff of its programme whose role satisfies `asked`, or refuse."""
    sitting = assessment.sitting_of(session, attempt_id)
    cohorts.cohort_for(session, account_id, sitting.seat.cohort_id, asked)
    name = sa.select(Account.full_name).where(Account.id == sitting.seat.account_id)
    outcome = _outcome(session, sitting)
    return Examined(
        sitting,
        session.scalars(name).one(),
        outcome,
        list_acts(session, attempt_id),
        _effects(session, sitting, outcome, now),
    )


def list_acts(session: Session, attempt_id: int) -> tuple[ActLine, ...]:
    """Return the acts on an attempt, the first one first."""
    query = (
        sa.select(
            VoidAct.id,
            VoidAct.act,
            VoidAct.reason,
            VoidAct.gives_back,
            Account.full_name,
            VoidAct.done_at,
        )
        .join(Account, Account.id == VoidAct.done_by)
        .where(VoidAct.attempt_id == attempt_id)
        .order_by(VoidAct.number)
    )
    return tuple(ActLine(*row) for row in session.execute(query))


def list_attempts_of(
    session: Session, cohort: RunCohort, enrolment_id: int
) -> tuple[str, list[AttemptLine]]:
    """Return a learner of a cohort by name, with their attempts at each quiz, the first first."""
    query = (
        sa.select(Account.full_name)
        .join(Enrolment, Enrolment.account_id == Account.id)
        .where(Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort.id)
    )
    name = session.scalar(query)
    if name is None:
        raise NotFound()
    modules = catalogue.release(session, cohort.release_id).course.modules
    return name, [
        AttemptLine(module.title, line)
        for module in modules
        if module.quiz
        for line in assessment.list_attempts(session, enrolment_id, module.key)
    ]


def void(
    session: Session,
    by: int,
    attempt_id: int,
    *,
    reason: str,
    gives_back: bool,
    now: datetime,
    verify_address: str,
) -> Effects:
    """Let an attempt count for nothing from now on, and tell its learner; return what follows.

    An attempt under way ends with it. A credential that rested on it is flagged, never revoked.
    Refused when it is voided already; nobody decides about their own attempt.
    """
    sitting = _held(session, by, attempt_id, reason)
    if sitting.voided_at is not None:
        raise Refused("This attempt is voided already.")
    effects = _effects(session, sitting, _outcome(session, sitting), now)
    changed = {
        "voided_at": now,
        "void_reason": reason.strip(),
        # One that stayed open would keep the learner from beginning another.
        "submitted_at": sa.func.coalesce(Attempt.submitted_at, now),
    }
    session.execute(sa.update(Attempt).where(Attempt.id == attempt_id).values(**changed))
    act = _append(session, attempt_id, "void", reason, gives_back, by, now)
    follow(session, effects, now=now, verify_address=verify_address, void_act_id=act)
    _record(session, sitting, "attempt.voided", by, now, reason, gives_back)
    _tell(session, sitting, "attempt-voided", act, reason, now, gives_back=gives_back)
    return effects


def restore(
    session: Session, by: int, attempt_id: int, *, reason: str, now: datetime, verify_address: str
) -> Effects:
    """Let a voided attempt count again, scored under the rulings of today; a new act.

    Refused when it is not voided; nobody decides about their own attempt.
    """
    sitting = _held(session, by, attempt_id, reason)
    if sitting.voided_at is None:
        raise Refused("This attempt is not voided.")
    effects = _effects(session, sitting, _outcome(session, sitting), now)
    changed = {"voided_at": None, "void_reason": None}
    session.execute(sa.update(Attempt).where(Attempt.id == attempt_id).values(**changed))
    act = _append(session, attempt_id, "restore", reason, False, by, now)
    if _outcome(session, sitting) is None:
        score = assessment.score_of(session, sitting)
        if isinstance(score, quizzes.Score):
            assessment.append_score(
                session, sitting, score, revision=1, reason=RESTORED, by=by, now=now
            )
    follow(session, effects, now=now, verify_address=verify_address, void_act_id=act)
    _record(session, sitting, "attempt.restored", by, now, reason, None)
    _tell(session, sitting, "attempt-restored", act, reason, now)
    return effects


def _held(session: Session, by: int, attempt_id: int, reason: str) -> Sitting:
    """Return an attempt that nobody else can change until this transaction ends, or refuse."""
    sitting = assessment.sitting_of(session, attempt_id)
    cohorts.cohort_for(session, by, sitting.seat.cohort_id, "administrator")
    if sitting.seat.account_id == by:
        raise Forbidden("Nobody decides about their own attempt.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refused(f"Say why, in up to {LONGEST_REASON} characters.")
    db.lock(session)
    session.execute(
        sa.select(Attempt.id).where(Attempt.id == attempt_id).with_for_update(key_share=True)
    )
    return assessment.sitting_of(session, attempt_id)


def _outcome(session: Session, sitting: Sitting) -> Outcome | None:
    """Return what an attempt earned by its latest score, None while it has none."""
    if sitting.state.submitted_at is None:
        return None
    found = assessment.find_result(session, sitting)
    return None if found is None else Outcome(found.points, found.maximum, found.passed)


def _effects(session: Session, sitting: Sitting, outcome: Outcome | None, now: datetime) -> Effects:
    """Return what follows when a counting attempt counts no more, or a voided one again."""
    if outcome is None or not outcome.passed:
        return Effects()
    will = outcome if sitting.voided_at is not None else None
    return effects_of(session, {sitting.attempt_id: will}, [sitting.seat.enrolment_id], now)


def _append(
    session: Session,
    attempt_id: int,
    act: str,
    reason: str,
    gives_back: bool,
    by: int,
    now: datetime,
) -> int:
    last = session.scalar(
        sa.select(sa.func.max(VoidAct.number)).where(VoidAct.attempt_id == attempt_id)
    )
    row = VoidAct(
        attempt_id=attempt_id,
        number=(last or 0) + 1,
        act=act,
        reason=reason.strip(),
        gives_back=gives_back,
        done_by=by,
        done_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def _record(
    session: Session,
    sitting: Sitting,
    act: str,
    by: int,
    now: datetime,
    reason: str,
    gives_back: bool | None,
) -> None:
    detail: dict[str, object] = {
        "enrolment": sitting.seat.enrolment_id,
        "module": sitting.module_key,
        "number": sitting.number,
        "reason": reason.strip(),
    }
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=sitting.seat.programme_id,
        act=act,
        subject=f"attempt {sitting.attempt_id}",
        detail=detail if gives_back is None else detail | {"gives_back": gives_back},
    )


def _tell(
    session: Session,
    sitting: Sitting,
    letter: str,
    act: int,
    reason: str,
    now: datetime,
    **more: object,
) -> None:
    """Write to the learner what an act did to their attempt, once."""
    person = sa.select(Account.full_name, Account.email)
    name, email = session.execute(person.where(Account.id == sitting.seat.account_id)).one()
    told = mail.letter(
        letter,
        name=name,
        number=sitting.number,
        module=sitting.content.course.module(sitting.module_key).title,
        reason=reason.strip(),
        programme=sitting.seat.programme_name,
        **more,
    )
    mail.write(
        session,
        recipient=email,
        subject=told.subject,
        body=told.body,
        at=now,
        kind="learning",
        account_id=sitting.seat.account_id,
        programme_id=sitting.seat.programme_id,
        key=f"attempt-act:{act}",
    )
