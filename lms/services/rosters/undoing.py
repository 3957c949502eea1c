"""Undoing a roster within a day: only what nothing rests on yet, and the reason for what stays."""

import json
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import Conflict, LmsError, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.rosters import ExternalId, Roster, RosterInvitation, RosterRow
from lms.models.watch import RiskFlag, RiskFlagAct
from lms.services import audit, mail
from lms.services.cohorts.room import lock_cohort
from lms.services.rosters.listing import UNDO_WITHIN
from lms.services.rosters.resting import resting_on

LOT = 500
OURS = ("roster_rows", "roster_invitations")
# The watch sets flags by itself, within minutes of a place in a cohort that has begun.
WATCHED = "risk_flags"


def undo(session: Session, roster_id: int, *, by: int, now: datetime) -> dict[str, int]:
    """Take back what a roster did, as far as nobody has built on it; return counts by end.

    Whoever has accepted the invitation, or has anything on record, keeps the place. Refused once a
    day has passed.
    """
    taken = session.execute(
        sa.update(Roster)
        .where(
            Roster.id == roster_id,
            Roster.state == "applied",
            Roster.applied_at > now - UNDO_WITHIN,
        )
        .values(state="undone", undone_by=by, undone_at=now)
        .returning(Roster.programme_id, Roster.cohort_id, Roster.title)
    ).one_or_none()
    if taken is None:
        raise _refusal(session, roster_id)
    lock_cohort(session, taken.cohort_id)
    counts = {"undone": 0, "stays": 0}
    rows = _rows_with_acts(session, roster_id)
    for first in range(0, len(rows), LOT):
        for row in _undo_lot(session, taken.programme_id, rows[first : first + LOT]):
            counts[row.undone or "stays"] += 1
    _withdraw_invitations(session, roster_id, now)
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=taken.programme_id,
        act="roster.undone",
        subject=f"roster {roster_id}",
        detail={"file": taken.title, **counts},
    )
    return counts


def _refusal(session: Session, roster_id: int) -> LmsError:
    state = session.scalar(sa.select(Roster.state).where(Roster.id == roster_id))
    if state == "applied":
        return Refused(
            "A roster can be undone for a day. End single places on the page of the cohort instead."
        )
    return Conflict("There is nothing to undo: reload the page.")


def _rows_with_acts(session: Session, roster_id: int) -> Sequence[RosterRow]:
    query = sa.select(RosterRow).where(RosterRow.roster_id == roster_id, RosterRow.acts != "")
    return session.scalars(query.order_by(RosterRow.number)).all()


def _undo_lot(
    session: Session, programme_id: int, rows: Sequence[RosterRow]
) -> Sequence[RosterRow]:
    reasons = _reasons_to_stay(session, rows)
    for row in rows:
        row.stays_because = reasons.get(row.number)
        row.undone = "undone" if row.stays_because is None else "stays"
    going = [row for row in rows if row.undone == "undone"]
    places = [row.enrolment_id for row in going if row.enrolment_id is not None]
    made = [row for row in going if row.made_account]
    for row in going:
        row.enrolment_id = None
    session.flush()
    session.execute(sa.delete(RiskFlag).where(RiskFlag.enrolment_id.in_(places)))
    session.execute(sa.delete(Enrolment).where(Enrolment.id.in_(places)))
    _unlink(session, programme_id, [row for row in going if "link" in row.acts])
    _put_back(session, [row for row in going if row.before is not None])
    _close_accounts(session, made)
    return rows


def _reasons_to_stay(session: Session, rows: Sequence[RosterRow]) -> dict[int, str]:
    """Return the rows that something rests on, each with its reason, a word or a table's name."""
    places = [row.enrolment_id for row in rows if row.enrolment_id is not None]
    accounts = [row.account_id for row in rows if row.made_account and row.account_id]
    on_places = resting_on(session, "enrolments", places, aside=(*OURS, WATCHED))
    on_places |= dict.fromkeys(_whose_flags_were_dealt_with(session, places), "risk_flag_acts")
    on_accounts = resting_on(
        session, "accounts", accounts, aside=(*OURS, "external_ids", "enrolments")
    )
    elsewhere = sa.select(Enrolment.account_id).where(
        Enrolment.account_id.in_(accounts), Enrolment.id.not_in(places)
    )
    on_accounts |= dict.fromkeys(session.scalars(elsewhere), "elsewhere")
    used = sa.select(Account.id).where(
        Account.id.in_([row.account_id for row in rows if row.made_account or row.before]),
        Account.confirmed_at.is_not(None),
    )
    accepted = {*session.scalars(used), *_who_took_a_place(session, rows)}
    found = {}
    for row in rows:
        reason = on_places.get(row.enrolment_id or 0) or on_accounts.get(row.account_id or 0)
        if row.account_id in accepted:
            reason = "accepted"
        if reason is not None:
            found[row.number] = reason
    return found


def _whose_flags_were_dealt_with(session: Session, places: Sequence[int]) -> Sequence[int]:
    """Return the places with a flag about which somebody of the staff has done something."""
    query = (
        sa.select(RiskFlag.enrolment_id)
        .join(RiskFlagAct, RiskFlagAct.flag_id == RiskFlag.id)
        .where(RiskFlag.enrolment_id.in_(places))
        .distinct()
    )
    return session.scalars(query).all()


def _who_took_a_place(session: Session, rows: Sequence[RosterRow]) -> Sequence[int | None]:
    """Return who was asked and has taken the place."""
    query = sa.select(RosterInvitation.account_id).where(
        RosterInvitation.roster_id.in_({row.roster_id for row in rows}),
        RosterInvitation.is_asked,
        RosterInvitation.used_at.is_not(None),
    )
    return session.scalars(query).all()


def _unlink(session: Session, programme_id: int, rows: Sequence[RosterRow]) -> None:
    numbers = [row.external_id for row in rows]
    accounts = [row.account_id for row in rows]
    session.execute(
        sa.delete(ExternalId).where(
            ExternalId.programme_id == programme_id,
            ExternalId.external_id.in_(numbers),
            ExternalId.account_id.in_(accounts),
        )
    )


def _put_back(session: Session, rows: Sequence[RosterRow]) -> None:
    """Give accounts that were corrected what they said before, unless the address is gone."""
    for row in rows:
        before = json.loads(row.before or "{}")
        address = before.get("email")
        is_gone = sa.select(Account.id).where(Account.email == address)
        if address is not None and session.scalar(is_gone) is not None:
            row.undone, row.stays_because = "stays", "address-not-free"
            continue
        account = session.get_one(Account, row.account_id)
        for key, value in before.items():
            setattr(account, key, value)
        session.flush()
        if address is not None:
            _invite_anew(session, account.id, address)


def _invite_anew(session: Session, account_id: int, address: str) -> None:
    """Let the invitation to an address that was corrected, and is not now, be written again."""
    session.execute(
        sa.update(RosterInvitation)
        .where(
            RosterInvitation.account_id == account_id,
            RosterInvitation.email == address,
            RosterInvitation.used_at.is_(None),
        )
        .values(withdrawn_at=None, written_at=None, token_hash=None, expires_at=None)
    )


def _close_accounts(session: Session, rows: Sequence[RosterRow]) -> None:
    """Delete accounts that the roster made and nobody has used."""
    accounts = [row.account_id for row in rows]
    for row in rows:
        row.account_id = None
    session.flush()
    # A list sent since may have found them; it is tried anew before it is applied.
    for table in (RosterRow, RosterInvitation):
        session.execute(
            sa.update(table).where(table.account_id.in_(accounts)).values(account_id=None)
        )
    session.execute(sa.delete(Account).where(Account.id.in_(accounts)))


def _withdraw_invitations(session: Session, roster_id: int, now: datetime) -> None:
    """Stop the links of whoever is out again, and the messages that have not left."""
    out = sa.select(RosterRow.number).where(
        RosterRow.roster_id == roster_id, RosterRow.undone == "undone"
    )
    session.execute(
        sa.update(RosterInvitation)
        .where(
            RosterInvitation.roster_id == roster_id,
            RosterInvitation.number.in_(out),
            RosterInvitation.used_at.is_(None),
            RosterInvitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    mail.recall(session, f"roster-{roster_id}-", now)
