"""Acts on credentials: what may be done to one as it stands, doing it, and its whole history."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.errors import Refused
from lms.models.accounts import Account
from lms.models.acts import CredentialAct
from lms.models.catalogue import Programme
from lms.models.credentials import CredentialRecord
from lms.services import audit, register
from lms.services.credentials import notices
from lms.services.credentials.attested import Attested, find_by_serial
from lms.services.credentials.reasons import ProposedKind, public_words
from lms.services.credentials.reissue import issue_again

# A suspension or a revocation can be appealed for so long, from its day in the programme's zone.
APPEAL_DAYS = 30
AN_INSTANT = timedelta(microseconds=1)

_LOGGED: dict[ProposedKind, certificates.ActKind] = {
    "suspend": "suspend",
    "reinstate": "reinstate",
    "reissue": "supersede",
    "revoke": "revoke",
}
_TRAIL: dict[ProposedKind, str] = {
    "suspend": "credential.suspended",
    "reinstate": "credential.reinstated",
    "reissue": "credential.reissued",
    "revoke": "credential.revoked",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What two people have agreed to do to a credential.

    `holder_name` and `holder_profession` are those of a new issue; `proposal_id` names the
    proposal it comes from, None for the outcome of an appeal.
    """

    kind: ProposedKind
    reason: str
    note: str
    proposed_by: int
    proposal_id: int | None = None
    holder_name: str | None = None
    holder_profession: str | None = None


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act as the staff of a programme read it, note and names included.

    `proposed_by` is None for a revocation of the time before a second person was asked.
    """

    id: int
    number: int
    kind: certificates.ActKind
    words: str
    note: str
    proposed_by_id: int | None
    proposed_by: str | None
    done_by_id: int
    done_by: str
    done_at: datetime
    successor: str | None


def possible_acts(found: Attested) -> tuple[ProposedKind, ...]:
    """Return what may be done to a credential as it stands; nothing once it was replaced or ended.

    Judged after the last of its acts, whatever the clock of whoever asks says.
    """
    last = max([found.credential.issued_at, *(act.at for act in found.acts)])
    match found.verdict_at(last).status:
        case "revoked" | "superseded":
            return ()
        case "suspended":
            return ("reinstate", "revoke")
    return ("suspend", "reissue", "revoke")


def hold(session: Session, found: Attested, now: datetime) -> Attested:
    """Keep a credential from being acted on by anybody else, and return it as it stands then."""
    db.lock(session)
    query = sa.select(CredentialRecord.id).where(CredentialRecord.id == found.id)
    session.execute(query.with_for_update()).one()
    held = find_by_serial(session, found.credential.serial, now)
    assert held is not None
    return held


def carry_out(
    session: Session, found: Attested, order: Order, *, by: int, now: datetime, verify_address: str
) -> str | None:
    """Do to a credential, which the caller holds, what two people agreed on.

    Appends the act, logs it in the register, records it in the trail and tells the holder, all
    in the transaction of the caller. Returns the serial of a new issue. Whether it may be done is
    for the caller to ask; what is done already is Refused by the database's own constraints.
    """
    # Every act is dated after the one it follows, even where clocks differ.
    at = max([now, *(act.at + AN_INSTANT for act in found.acts)])
    successor = None
    if order.kind == "reissue":
        assert order.holder_name is not None
        successor = issue_again(
            session, found, order.holder_name, order.holder_profession, order.reason, by, at
        )
    _append(session, found, order, successor.id if successor else None, by, at)
    kind = _LOGGED[order.kind]
    register.enter_act(session, found.id, found.digest, kind, at)
    detail = {"reason": order.reason, "note": order.note, "proposed_by": order.proposed_by}
    if successor is not None:
        detail["new_number"] = certificates.format_serial(successor.serial)
    audit.record(
        session,
        at=at,
        actor_id=by,
        programme_id=found.programme_id,
        act=_TRAIL[order.kind],
        subject=f"credential {certificates.format_serial(found.credential.serial)}",
        detail=detail,
    )
    can_appeal = order.kind in ("suspend", "revoke")
    notices.tell_holder(
        session,
        found,
        order.kind,
        order.reason,
        appeal_until=appeal_until(ZoneInfo(time_zone_of(session, found)), at)
        if can_appeal
        else None,
        successor_at=f"{verify_address}/{successor.serial}" if successor else None,
        now=at,
    )
    return successor.serial if successor else None


def _append(
    session: Session,
    found: Attested,
    order: Order,
    successor_id: int | None,
    by: int,
    at: datetime,
) -> None:
    session.add(
        CredentialAct(
            credential_id=found.id,
            number=len(found.acts) + 1,
            kind=_LOGGED[order.kind],
            reason=order.reason,
            note=order.note.strip(),
            successor_id=successor_id,
            proposal_id=order.proposal_id,
            proposed_by=order.proposed_by,
            done_by=by,
            done_at=at,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("Somebody has acted on this certificate a moment ago. Reload.") from error


def time_zone_of(session: Session, found: Attested) -> str:
    """Return the time zone of the programme that issued a credential, by its IANA name."""
    query = sa.select(Programme.time_zone).where(Programme.id == found.programme_id)
    return session.scalars(query).one()


def appeal_until(zone: ZoneInfo, done_at: datetime) -> date:
    """Return the last day, on the programme's clocks, on which an act can be appealed."""
    return done_at.astimezone(zone).date() + timedelta(days=APPEAL_DAYS)


_proposer = so.aliased(Account)
_doer = so.aliased(Account)
_successor = so.aliased(CredentialRecord)


def list_acts(session: Session, credential_id: int) -> list[ActLine]:
    """Return every act on a credential, the first one first, as its programme's staff read it."""
    query = (
        sa.select(CredentialAct, _proposer.full_name, _doer.full_name, _successor.serial)
        .outerjoin(_proposer, _proposer.id == CredentialAct.proposed_by)
        .join(_doer, _doer.id == CredentialAct.done_by)
        .outerjoin(_successor, _successor.id == CredentialAct.successor_id)
        .where(CredentialAct.credential_id == credential_id)
        .order_by(CredentialAct.number)
    )
    rows: list[Any] = list(session.execute(query))
    return [
        ActLine(
            row.id,
            row.number,
            row.kind,
            public_words(row.kind, row.reason),
            row.note,
            row.proposed_by,
            proposer,
            row.done_by,
            doer,
            row.done_at,
            successor,
        )
        for row, proposer, doer, successor in rows
    ]
