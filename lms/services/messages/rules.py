"""Rules of reminders: which a programme has switched on, and the number of days of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.catalogue import Programme
from lms.models.messages import ReminderRule
from lms.services import audit

RuleName = Literal[
    "due-soon",
    "overdue",
    "silent",
    "window-closing",
    "invitation-unused",
    "qualification-expiring",
]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The days of a rule: what is usual, and from where to where it can be set."""

    usual: int
    least: int
    most: int


# Ours, until a programme sets its own: none of these numbers is asked for by a regulator.
# Reminders of qualifications are no rule of these: they always stand.
RULES: Mapping[RuleName, Bounds] = {
    "due-soon": Bounds(usual=7, least=1, most=60),
    "overdue": Bounds(usual=1, least=1, most=60),
    "silent": Bounds(usual=14, least=3, most=120),
    "window-closing": Bounds(usual=3, least=1, most=30),
    "invitation-unused": Bounds(usual=7, least=2, most=60),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it stands in a programme; off until somebody switches it on."""

    name: RuleName
    is_on: bool
    days: int
    changed_at: datetime | None


def list_rules(session: Session, programme_id: int) -> list[Rule]:
    """Return every rule as it stands in a programme, in the order in which pages show them."""
    query = sa.select(ReminderRule).where(ReminderRule.programme_id == programme_id)
    decided = {row.rule: row for row in session.scalars(query)}
    return [_rule(name, decided.get(name)) for name in RULES]


def find_rule(session: Session, programme_id: int, name: str) -> Rule:
    """Return one rule as it stands in a programme; NotFound for a name that is none."""
    for rule in list_rules(session, programme_id):
        if rule.name == name:
            return rule
    raise NotFound()


def _rule(name: RuleName, row: ReminderRule | None) -> Rule:
    if row is None:
        return Rule(name, False, RULES[name].usual, None)
    return Rule(name, row.is_on, row.days, row.changed_at)


def set_rule(
    session: Session,
    programme: Programme,
    name: str,
    *,
    is_on: bool,
    days: int,
    by: int,
    now: datetime,
) -> bool:
    """Switch a rule on or off and set its days; return whether that changed anything."""
    db.lock(session)
    before = find_rule(session, programme.id, name)
    bounds = RULES[before.name]
    if not bounds.least <= days <= bounds.most:
        raise Refused(f"Give a number of days from {bounds.least} to {bounds.most}.")
    if (before.is_on, before.days) == (is_on, days):
        return False
    row = session.get(ReminderRule, (programme.id, before.name)) or ReminderRule(
        programme_id=programme.id, rule=before.name
    )
    row.is_on, row.days, row.changed_by, row.changed_at = is_on, days, by, now
    session.add(row)
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme.id,
        act="reminders.rule-set",
        subject=before.name,
        detail={"on": is_on, "days": days, "was_on": before.is_on, "were_days": before.days},
    )
    return True
