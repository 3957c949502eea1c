"""Flags as people meet them: the cause, who has taken it, what was noted, and what came of it."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import courses
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.watch import RiskFlag, RiskFlagAct
from lms.services.watch.causes import Why, from_document, why_of
from lms.services.watch.facts import gather, watched
from lms.services.watch.rules import rules_of

Outcome = Literal["contacted", "plan", "extension", "teaching", "no-action"]
OUTCOMES: tuple[Outcome, ...] = ("contacted", "plan", "extension", "teaching", "no-action")
# The turn that whoever opens, closes or acts on flags waits for.
TURN = "open, close or act on flags"
ActKind = Literal["owner", "note", "outcome"]


@dataclass(frozen=True, slots=True)
class FlagAct:
    """What somebody did about a flag: gave it to `owner`, noted `words`, or dealt with it."""

    kind: ActKind
    owner: str | None
    outcome: Outcome | None
    again_on: date | None
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule that speaks about a learner, why, and what was done about it.

    `rule` is one of courses.RISK_RULES, `subject` tells two flags of one rule and learner apart;
    `why` holds what a page puts into words (`watch/_words.html` does). `id` is None for a flag
    that was just seen and is not kept yet; `closed_at` is set once the cause is gone.
    `owner` has taken it. `outcome` is what came of it, as long as that stands: it does until
    `again_on`, or without one until the cause is fed anew. `acts` are in the order they were done.
    """

    id: int | None
    enrolment_id: int
    account_id: int
    cohort_id: int
    learner: str
    rule: courses.RiskRule
    subject: str
    why: Why
    opened_at: datetime
    closed_at: datetime | None = None
    owner_id: int | None = None
    owner: str | None = None
    outcome: Outcome | None = None
    again_on: date | None = None
    acts: tuple[FlagAct, ...] = ()

    @property
    def key(self) -> str:
        """What names it within a cohort, in a form: learner, rule and subject."""
        return f"{self.enrolment_id}/{self.rule}/{self.subject}"

    @property
    def note(self) -> str:
        """The last words that somebody left on it, empty without any."""
        return next((act.words for act in reversed(self.acts) if act.words), "")

    def needs_somebody(self, today: date) -> bool:
        """Whether it asks for a person on a day: its cause is there and nobody dealt with it."""
        if self.closed_at is not None:
            return False
        return self.outcome is None or (self.again_on is not None and today >= self.again_on)


def in_order(flags: Iterable[Flag]) -> list[Flag]:
    """Return flags in the order in which somebody should look: by rule, then the longest first."""
    rank = {rule: place for place, rule in enumerate(courses.RISK_RULES)}
    return sorted(flags, key=lambda flag: (rank[flag.rule], flag.why.since, flag.learner, flag.key))


def flags_of_cohort(session: Session, cohort_id: int) -> list[Flag]:
    """Return the open flags of a cohort as the last sweep left them, in one query.

    The most pressing rule first, then the longest standing. A sweep goes through a cohort within a
    minute of anything that changes in it. Those that ask for a person on a day are those for which
    `flag.needs_somebody(day)`; the others were dealt with and wait.
    """
    mine = (Enrolment.cohort_id == cohort_id, RiskFlag.closed_at.is_(None))
    return in_order(_kept(session, *mine, Enrolment.state == "active"))


def flags_of_programme(session: Session, programme_id: int) -> list[Flag]:
    """Return the open flags of all cohorts of a programme as the last sweep left them."""
    mine = (Cohort.programme_id == programme_id, RiskFlag.closed_at.is_(None))
    return in_order(_kept(session, *mine, Enrolment.state == "active"))


def flags_of_learner(session: Session, enrolment_id: int) -> list[Flag]:
    """Return the open flags of a learner as the last sweep left them, a minute ago at most."""
    mine = (Enrolment.id == enrolment_id, RiskFlag.closed_at.is_(None))
    return in_order(_kept(session, *mine, Enrolment.state == "active"))


def flags_now(
    session: Session, cohort_id: int, now: datetime, enrolment_id: int | None = None
) -> list[Flag]:
    """Return the flags of a cohort, or of one learner in it, as they stand at this instant.

    Nothing is written: what was not there at the last sweep has no id yet.
    """
    cohort = watched(session, cohort_id)
    rules = rules_of(session, cohort.programme_id)
    gathered = gather(session, cohort, rules, now, enrolment_id)
    mine = [Enrolment.cohort_id == cohort_id, RiskFlag.closed_at.is_(None)]
    if enrolment_id is not None:
        mine.append(Enrolment.id == enrolment_id)
    kept = {flag.key: flag for flag in _kept(session, *mine)}
    found = []
    for person in gathered.people:
        facts = gathered.facts[person.enrolment_id]
        for cause in courses.risks(facts, gathered.rules, now, ZoneInfo(cohort.time_zone)):
            why = why_of(cause, facts, gathered.content)
            seen = Flag(
                None,
                person.enrolment_id,
                person.account_id,
                cohort.id,
                person.name,
                cause.rule,
                cause.subject,
                why,
                now,
            )
            found.append(_seen_again(kept[seen.key], why) if seen.key in kept else seen)
    return in_order(found)


def history_of(session: Session, enrolment_id: int) -> list[Flag]:
    """Return every flag that a learner ever had and that was kept, the latest first."""
    return _kept(session, Enrolment.id == enrolment_id)[::-1]


def _seen_again(flag: Flag, why: Why) -> Flag:
    """Return a kept flag with its cause as it is now: an outcome falls once the cause is fed."""
    dealt_at = next((act.at for act in reversed(flag.acts) if act.kind == "outcome"), None)
    still = dealt_at is not None and why.fed_at <= dealt_at
    if still:
        return replace(flag, why=why)
    return replace(flag, why=why, outcome=None, again_on=None)


def _kept(session: Session, *which: sa.ColumnElement[bool]) -> list[Flag]:
    """Return flags with what was done about each, in one query: a row of a flag for every act."""
    owner, doer = so.aliased(Account), so.aliased(Account)
    query = (
        sa.select(
            RiskFlag.id,
            RiskFlag.enrolment_id,
            Enrolment.account_id,
            Enrolment.cohort_id,
            Account.full_name,
            RiskFlag.rule,
            RiskFlag.subject,
            RiskFlag.cause,
            RiskFlag.opened_at,
            RiskFlag.closed_at,
            RiskFlagAct.kind,
            RiskFlagAct.owner_id,
            owner.full_name.label("owner"),
            RiskFlagAct.outcome,
            RiskFlagAct.again_on,
            RiskFlagAct.words,
            doer.full_name.label("doer"),
            RiskFlagAct.done_at,
        )
        .join(Enrolment, Enrolment.id == RiskFlag.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Account, Account.id == Enrolment.account_id)
        .outerjoin(RiskFlagAct, RiskFlagAct.flag_id == RiskFlag.id)
        .outerjoin(owner, owner.id == RiskFlagAct.owner_id)
        .outerjoin(doer, doer.id == RiskFlagAct.done_by)
        .where(*which)
        .order_by(RiskFlag.opened_at, RiskFlag.id, RiskFlagAct.id)
    )
    rows = session.execute(query)
    return [_flag(list(group)) for _id, group in itertools.groupby(rows, lambda row: row.id)]


def _flag(rows: Sequence[Any]) -> Flag:
    """Return the flag that its rows are about, each with one act, or a single one without any."""
    row = rows[0]
    acts = [(_act(each), each.owner_id) for each in rows if each.kind is not None]
    why = from_document(row.cause)
    owner_id, owner = next(
        ((who, act.owner) for act, who in reversed(acts) if act.kind == "owner"), (None, None)
    )
    dealt = next((act for act, _ in reversed(acts) if act.kind == "outcome"), None)
    if dealt is not None and row.closed_at is None and why.fed_at > dealt.at:
        dealt = None
    return Flag(
        row.id,
        row.enrolment_id,
        row.account_id,
        row.cohort_id,
        row.full_name,
        row.rule,
        row.subject,
        why,
        row.opened_at,
        row.closed_at,
        owner_id,
        owner,
        dealt.outcome if dealt else None,
        dealt.again_on if dealt else None,
        tuple(act for act, _ in acts),
    )


def _act(row: Any) -> FlagAct:
    return FlagAct(row.kind, row.owner, row.outcome, row.again_on, row.words, row.doer, row.done_at)
