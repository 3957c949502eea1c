"""Deciding an appeal: one person looks into it, a second one decides, and both leave their words.

The second person is never the first, nor the learner, nor anybody who set what is appealed: who
gave points for the answers, confirmed a ruling on the items, or voided the attempt before.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Forbidden, Refused
from lms.models.accounts import Account
from lms.models.assessment import ManualMark
from lms.models.reviews import RulingRecord, VoidAct
from lms.services import assessment
from lms.services.assessment import Sitting
from lms.services.reviews.appeal_lines import AppealLine, AppealOutcome, StepKind, appeal_for
from lms.services.reviews.appeals import (
    LONGEST_WORDS,
    WHOLE_RESULT,
    append_step,
    record,
    tell,
)

COLUMNS = {"ruling": "ruling_id", "void": "void_act_id", "mark": "manual_mark_id"}


@dataclass(frozen=True, slots=True)
class Act:
    """An act on what is appealed: a "ruling", a "void" or "restore", or a "mark" by hand.

    `link` names it in the step of an appeal; `what` is the item, or the slot of a mark.
    """

    link: str
    kind: str
    what: str
    done_by_id: int
    done_by: str
    done_at: datetime


def list_acts_on(session: Session, line: AppealLine, sitting: Sitting) -> list[Act]:
    """Return every act of a person on what an appeal is about, the first one first."""
    acts = [*_rulings(session, line, sitting), *_voids(session, line), *_marks(session, line)]
    return sorted(acts, key=lambda act: act.done_at)


def _rulings(session: Session, line: AppealLine, sitting: Sitting) -> list[Act]:
    slots = sitting.paper.slots
    asked = slots if line.slot == WHOLE_RESULT else slots[line.slot - 1 : line.slot]
    query = (
        sa.select(
            RulingRecord.id,
            RulingRecord.item_id,
            RulingRecord.confirmed_by,
            Account.full_name,
            RulingRecord.confirmed_at,
        )
        .join(Account, Account.id == RulingRecord.confirmed_by)
        .where(
            RulingRecord.programme_id == line.programme_id,
            RulingRecord.item_hash.in_([slot.item_hash for slot in asked]),
        )
    )
    return [
        Act(f"ruling-{number}", "ruling", item, by, name, at)
        for number, item, by, name, at in session.execute(query)
        if by is not None and at is not None
    ]


def _voids(session: Session, line: AppealLine) -> list[Act]:
    query = (
        sa.select(VoidAct.id, VoidAct.act, VoidAct.done_by, Account.full_name, VoidAct.done_at)
        .join(Account, Account.id == VoidAct.done_by)
        .where(VoidAct.attempt_id == line.attempt_id)
    )
    return [
        Act(f"void-{number}", act, "", by, name, at)
        for number, act, by, name, at in session.execute(query)
    ]


def _marks(session: Session, line: AppealLine) -> list[Act]:
    query = (
        sa.select(
            ManualMark.id,
            ManualMark.slot,
            ManualMark.marked_by,
            Account.full_name,
            ManualMark.marked_at,
        )
        .join(Account, Account.id == ManualMark.marked_by)
        .where(ManualMark.attempt_id == line.attempt_id)
    )
    if line.slot != WHOLE_RESULT:
        query = query.where(ManualMark.slot == line.slot)
    return [
        Act(f"mark-{number}", "mark", str(slot), by, name, at)
        for number, slot, by, name, at in session.execute(query)
    ]


def hindrance(line: AppealLine, acts: list[Act], account_id: int, kind: StepKind) -> str | None:
    """Return why somebody may not take a step of an appeal, None when they may."""
    if line.step(kind) is not None:
        return "This step is taken already."
    if account_id == line.learner_id:
        return "Nobody answers their own appeal."
    if kind == "found":
        return None
    first = line.step("found")
    if first is None:
        return "First somebody looks into it; then a second person decides."
    if first.taken_by_id == account_id:
        return "You looked into this appeal. A second person has to decide."
    if any(act.done_by_id == account_id and act.done_at <= line.filed_at for act in acts):
        return "You had a part in the decision that is appealed. Somebody else has to decide."
    return None


def changes_since(line: AppealLine, acts: list[Act]) -> list[Act]:
    """Return the acts since an appeal was filed: what a changed result can rest on."""
    return [act for act in acts if act.done_at > line.filed_at]


def look_into(
    session: Session,
    by: int,
    appeal_id: int,
    *,
    outcome: AppealOutcome,
    words: str,
    now: datetime,
) -> None:
    """Leave what the first person found, for the second; the learner does not read it."""
    line, _sitting, acts = _open(session, by, appeal_id, words)
    _refuse_if(hindrance(line, acts, by, "found"))
    append_step(session, appeal_id, "found", outcome, words, by, now)
    record(session, line, "appeal.looked-into", by, now, {"outcome": outcome})


def decide_appeal(
    session: Session,
    by: int,
    appeal_id: int,
    *,
    outcome: AppealOutcome,
    words: str,
    link: str,
    now: datetime,
) -> None:
    """Decide an appeal and tell the learner in these words.

    "changed" rests on an act since the appeal was filed (a ruling, points, voiding or restoring),
    which `link` names; it is done before, so that the answer is true when it is sent.
    """
    line, sitting, acts = _open(session, by, appeal_id, words)
    _refuse_if(hindrance(line, acts, by, "decided"))
    resting = None
    if outcome == "changed":
        if link not in {act.link for act in changes_since(line, acts)}:
            raise Refused("Change the result first, then say here what changed it.")
        kind, _dash, number = link.partition("-")
        resting = {COLUMNS[kind]: int(number)}
    append_step(session, appeal_id, "decided", outcome, words, by, now, resting)
    record(session, line, "appeal.decided", by, now, {"outcome": outcome})
    tell(
        session,
        line,
        "appeal-decided",
        sitting,
        now,
        is_changed=outcome == "changed",
        words=words.strip(),
    )


def _open(
    session: Session, by: int, appeal_id: int, words: str
) -> tuple[AppealLine, Sitting, list[Act]]:
    line = appeal_for(session, by, appeal_id)
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Refused(f"Say why, in up to {LONGEST_WORDS} characters.")
    db.lock(session)
    line = appeal_for(session, by, appeal_id)
    sitting = assessment.sitting_of(session, line.attempt_id)
    return line, sitting, list_acts_on(session, line, sitting)


def _refuse_if(why: str | None) -> None:
    if why is not None:
        raise Forbidden(why)
