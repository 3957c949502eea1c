"""The rules of a programme: the usual numbers, or those its administrators have set."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import Refused
from lms.models.accounts import Account
from lms.models.watch import RiskRuleRecord
from lms.services import audit

USUAL = courses.RiskRules()
LARGEST = 365


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as it holds in a programme; `set_by` is None where the usual number holds."""

    rule: courses.RiskRule
    number: int | None
    usual: int | None
    set_by: str | None
    set_at: datetime | None


def rules_of(session: Session, programme_id: int) -> courses.RiskRules:
    """Return the numbers that hold in a programme."""
    query = sa.select(RiskRuleRecord.rule, RiskRuleRecord.number)
    rows = session.execute(query.where(RiskRuleRecord.programme_id == programme_id))
    return replace(USUAL, **{row.rule: row.number for row in rows})


def list_rules(session: Session, programme_id: int) -> list[RuleLine]:
    """Return every rule as it holds in a programme, in the order in which they are told."""
    query = (
        sa.select(RiskRuleRecord, Account.full_name)
        .join(Account, Account.id == RiskRuleRecord.set_by)
        .where(RiskRuleRecord.programme_id == programme_id)
    )
    rows = {row.rule: (row, name) for row, name in session.execute(query)}
    lines = []
    for rule in courses.RISK_RULES:
        usual: int | None = getattr(USUAL, rule)
        if rule in rows:
            row, name = rows[rule]
            lines.append(RuleLine(rule, row.number, usual, name, row.set_at))
        else:
            lines.append(RuleLine(rule, usual, usual, None, None))
    return lines


def set_rules(
    session: Session, programme_id: int, rules: courses.RiskRules, *, by: int, now: datetime
) -> int:
    """Let these numbers hold from now on; return how many differ from what held before.

    Refused for a number that is not between 1 and 365. They reach the flags when the cohorts are
    next gone through.
    """
    held = rules_of(session, programme_id)
    db.lock(session)
    changed = 0
    for rule in courses.RISK_RULES:
        number: int | None = getattr(rules, rule)
        if number == getattr(held, rule):
            continue
        if number is not None and not 1 <= number <= LARGEST:
            raise Refused(f"Give a number from 1 to {LARGEST}, or switch the rule off.")
        session.merge(
            RiskRuleRecord(
                programme_id=programme_id, rule=rule, number=number, set_by=by, set_at=now
            )
        )
        audit.record(
            session,
            at=now,
            actor_id=by,
            programme_id=programme_id,
            act="risk-rule.set",
            subject=f"rule {rule}",
            detail={"number": number, "before": getattr(held, rule)},
        )
        changed += 1
    return changed
