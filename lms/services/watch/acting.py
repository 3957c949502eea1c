"""What somebody does about a flag: give it to a person, note something, deal with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.watch import RiskFlag, RiskFlagAct
from lms.services import accounts, audit
from lms.services.cohorts import RunCohort
from lms.services.watch.causes import to_document
from lms.services.watch.flags import OUTCOMES, TURN, Flag, flags_now

LONGEST_WORDS = 2000
GONE = "This flag has gone: its cause is no longer there. Reload the page."


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who may take a flag: staff who act on learners."""

    account_id: int
    name: str
    role: str


def list_keepers(session: Session, programme_id: int) -> list[Keeper]:
    """Return the staff of a programme who may take a flag, by name."""
    query = (
        sa.select(Account.id, Account.full_name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.programme_id == programme_id, Account.active)
        .order_by(Account.full_name, Account.id)
    )
    found = [Keeper(*row) for row in session.execute(query)]
    return [keeper for keeper in found if accounts.satisfies(keeper.role, "instructor")]


def give(
    session: Session,
    cohort: RunCohort,
    keys: Sequence[str],
    owner_id: int | None,
    *,
    by: int,
    now: datetime,
) -> int:
    """Give flags to somebody, or with None to nobody; return how many changed hands.

    Refused for somebody who may not act on learners. Flags that have gone meanwhile are left out.
    """
    names = {
        keeper.account_id: keeper.name for keeper in list_keepers(session, cohort.programme_id)
    }
    if owner_id is not None and owner_id not in names:
        raise Refused("Choose somebody who teaches or administers in this programme.")
    db.take_turn(session, TURN)
    flags = {flag.key: flag for flag in flags_now(session, cohort.id, now)}
    given = 0
    for key in dict.fromkeys(keys):
        flag = flags.get(key)
        if flag is None or flag.owner_id == owner_id:
            continue
        act = RiskFlagAct(kind="owner", owner_id=owner_id, words="", done_by=by, done_at=now)
        _do(session, cohort, flag, act, "given", {"owner": names.get(owner_id or 0)})
        given += 1
    return given


def note(
    session: Session, cohort: RunCohort, key: str, words: str, *, by: int, now: datetime
) -> None:
    """Leave a note on a flag for colleagues."""
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Refused(f"Write a note of up to {LONGEST_WORDS} characters.")
    flag = _flag_at(session, cohort, key, now)
    act = RiskFlagAct(kind="note", words=words.strip(), done_by=by, done_at=now)
    # What a note says about a person stays with the flag: the trail tells that there is one.
    _do(session, cohort, flag, act, "noted", {})


def settle(
    session: Session,
    cohort: RunCohort,
    key: str,
    *,
    outcome: str,
    words: str,
    again_on: date | None,
    by: int,
    now: datetime,
) -> None:
    """Say what came of a flag; it asks again on a day, if its cause is there then.

    Without a day it asks again once its cause is fed anew. Refused for an unknown outcome and for a
    day that is not to come.
    """
    if outcome not in OUTCOMES:
        raise Refused("Choose what came of it.")
    if len(words) > LONGEST_WORDS:
        raise Refused(f"Use at most {LONGEST_WORDS} characters.")
    flag = _flag_at(session, cohort, key, now)
    if again_on is not None and again_on <= now.date():
        raise Refused("Choose a day to come on which to look again.")
    act = RiskFlagAct(
        kind="outcome",
        outcome=outcome,
        again_on=again_on,
        words=words.strip(),
        done_by=by,
        done_at=now,
    )
    detail = {"outcome": outcome, "again_on": again_on.isoformat() if again_on else None}
    _do(session, cohort, flag, act, "settled", detail)


def _flag_at(session: Session, cohort: RunCohort, key: str, now: datetime) -> Flag:
    """Return a flag that is up at this instant, in turn with the sweep, or raise NotFound."""
    db.take_turn(session, TURN)
    enrolment, _, _ = key.partition("/")
    if not enrolment.isdecimal():
        raise NotFound()
    for flag in flags_now(session, cohort.id, now, int(enrolment)):
        if flag.key == key:
            return flag
    raise NotFound(GONE)


def _do(
    session: Session,
    cohort: RunCohort,
    flag: Flag,
    act: RiskFlagAct,
    done: str,
    detail: Mapping[str, object],
) -> None:
    if flag.account_id == act.done_by:
        raise Refused("Somebody else has to act on a flag about you.")
    act.flag_id = _kept_id(session, flag, act.done_at)
    session.add(act)
    session.flush()
    audit.record(
        session,
        at=act.done_at,
        actor_id=act.done_by,
        programme_id=cohort.programme_id,
        act=f"flag.{done}",
        subject=f"enrolment {flag.enrolment_id}",
        detail={"rule": flag.rule, **detail},
    )


def _kept_id(session: Session, flag: Flag, now: datetime) -> int:
    """Return the row of a flag, keeping one that no sweep has come across yet."""
    if flag.id is not None:
        session.execute(
            sa.update(RiskFlag).where(RiskFlag.id == flag.id).values(cause=to_document(flag.why))
        )
        return flag.id
    row = RiskFlag(
        enrolment_id=flag.enrolment_id,
        rule=flag.rule,
        subject=flag.subject,
        cause=to_document(flag.why),
        opened_at=now,
    )
    session.add(row)
    session.flush()
    return row.id
