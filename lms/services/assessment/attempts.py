"""Attempts begin: over a fresh paper, one at a time, when rules and window allow it."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.errors import Refused
from lms.models.assessment import Attempt
from lms.models.cohorts import Enrolment
from lms.services import audit, catalogue, learning, reviewed, sittings
from lms.services.assessment.frozen import paper_of
from lms.services.assessment.listing import AttemptLine, list_attempts, module_with_quiz
from lms.services.assessment.retakes import refuse_too_soon
from lms.services.cohorts import Seat, refuse_unless_studying

# Exposure is judged by so many of a bank's latest papers: enough to tell a share of one in
# twenty from chance, and few enough to forget an item that was overused last year.
RECENT_PAPERS = 200


def start(session: Session, seat: Seat, module_key: str, *, seed: int, now: datetime) -> int:
    """Return the id of the open attempt, drawing a fresh paper when there is none.

    Refused while lessons of the module are missing, once the quiz is passed, while the last
    attempt waits for its marker, outside the window, when the attempts are used up, and before
    the rules allow a retake. At most one attempt is open at a time, under any race.
    """
    content = catalogue.release(session, seat.release_id)
    module, bank = module_with_quiz(content, module_key)
    db.lock(session)
    session.execute(
        sa.select(Enrolment.id).where(Enrolment.id == seat.enrolment_id).with_for_update()
    )
    attempts = list_attempts(session, seat.enrolment_id, module_key)
    if attempts and attempts[-1].submitted_at is None:
        return attempts[-1].id
    state = learning.progress_of(session, seat).state_of(f"{module.key}/quiz")
    if state.state == "locked":
        raise Refused("The quiz opens when all lessons of the module are read.")
    if state.state == "done":
        raise Refused("You have passed this quiz; there is nothing left to take.")
    if attempts and attempts[-1].awaits_marker:
        raise Refused("Your last attempt is with its marker; you will see its result here.")
    refuse_unless_studying(seat)
    used = used_tries(session, seat.enrolment_id, module_key, attempts)
    terms = sittings.terms_to_begin(session, seat, module_key, now, used)
    refuse_too_soon(session, seat, bank.specification.rules, attempts, now)
    paper = quizzes.draw_paper(
        bank, seed, _times_seen(session, seat.account_id), _exposure(session, bank)
    )
    attempt = Attempt(
        enrolment_id=seat.enrolment_id,
        module_key=module_key,
        number=len(attempts) + 1,
        bank_id=bank.id,
        seed=seed,
        paper=json.dumps(quizzes.paper_to_document(paper), sort_keys=True),
        started_at=now,
        closes_at=quizzes.ending(now, terms).at,
        grace_seconds=terms.grace_seconds,
    )
    session.add(attempt)
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act="attempt.started",
        subject=f"attempt {attempt.id}",
        detail={"enrolment": seat.enrolment_id, "module": module_key, "number": attempt.number},
    )
    return attempt.id


def used_tries(
    session: Session, enrolment_id: int, module_key: str, attempts: Sequence[AttemptLine]
) -> int:
    """Return how many tries are used up: attempts that count, and voided ones not given back."""
    counting = sum(each.voided_at is None for each in attempts)
    if counting == len(attempts):
        return counting
    return counting + reviewed.count_voided_tries(session, enrolment_id, module_key)


def _times_seen(session: Session, account_id: int) -> Counter[str]:
    """Return how often somebody met each item, in whichever quiz or examination that was."""
    papers = session.scalars(
        sa.select(Attempt.paper)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.account_id == account_id)
    )
    return Counter(slot.item_id for paper in papers for slot in paper_of(paper).slots)


def _exposure(session: Session, bank: quizzes.Bank) -> dict[str, Fraction]:
    """Return on what share of the bank's recent papers each item was; empty without a limit."""
    if bank.specification.rules.exposure_percent is None:
        return {}
    papers = session.scalars(
        sa.select(Attempt.paper)
        .where(Attempt.bank_id == bank.id)
        .order_by(Attempt.id.desc())
        .limit(RECENT_PAPERS)
    ).all()
    times = Counter(slot.item_id for paper in papers for slot in paper_of(paper).slots)
    return {item: Fraction(count, len(papers)) for item, count in times.items()}
