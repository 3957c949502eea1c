"""Applying a roster: all of it in one transaction, exactly as it was shown, or nothing."""

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.errors import Conflict, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment, WaitingPlace
from lms.models.rosters import ExternalId, Roster, RosterInvitation, RosterRow
from lms.services import audit
from lms.services.cohorts.room import lock_cohort, room_in
from lms.services.rosters.listing import count_kinds, places_wanted
from lms.services.rosters.people import Person, details_of
from lms.services.rosters.plan import blocks
from lms.services.rosters.trying import Row, Seen, judge, stored

LOT = 500
CHANGED = (
    "Something has changed since this draft was made, so nothing was done. "
    "Look at what it would do now."
)


def apply(session: Session, roster_id: int, *, password_hash: str, by: int, now: datetime) -> None:
    """Do what the draft of a roster says, within this transaction.

    `password_hash` is of a secret that nobody keeps: people who are new set a password of their
    own by the link they are sent. Refused while any row is in error or in conflict, and when there
    are too few places; Conflict when something has changed since the draft was made (then
    `try_again` makes it anew), or when somebody else has decided on it.
    """
    taken = session.execute(
        sa.update(Roster)
        .where(Roster.id == roster_id, Roster.state == "tried")
        .values(state="applied", applied_by=by, applied_at=now)
        .returning(Roster.programme_id, Roster.cohort_id, Roster.sha256, Roster.title)
    ).one_or_none()
    if taken is None:
        raise Conflict("Somebody has decided on this roster already. Reload the page.")
    counts = count_kinds(session, roster_id)
    if blocks(counts):
        raise Refused(
            "Some rows are in error or in conflict, and a roster is applied as a whole. "
            "Correct them in the spreadsheet and send it again."
        )
    cohort = lock_cohort(session, taken.cohort_id)
    if any(_differing(session, roster_id, taken.programme_id, taken.cohort_id)):
        raise Conflict(CHANGED)
    room, wanted = room_in(session, cohort), places_wanted(session, roster_id)
    if room.free is not None and wanted > room.free:
        raise Refused(
            f"The roster needs {wanted} places, and {room.free} of {room.capacity} are free. "
            "Raise the capacity of the cohort, or take people out of the file."
        )
    try:
        for rows in _lots(session, roster_id):
            _apply_lot(session, taken.programme_id, taken.cohort_id, rows, password_hash, now)
    except IntegrityError as twice:
        # Somebody registered one of the addresses, or was given a number, at this very moment.
        raise Conflict(CHANGED) from twice
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=taken.programme_id,
        act="roster.applied",
        subject=f"roster {roster_id}",
        detail={
            "cohort": cohort.title,
            "file": taken.title,
            "sha256": taken.sha256,
            "rows": {kind: count for kind, count in counts.items() if count},
        },
    )


def try_again(session: Session, roster_id: int) -> int:
    """Judge the rows of a draft anew; return how many verdicts are other ones now."""
    roster = session.get_one(Roster, roster_id)
    changed = 0
    for lot in _differing(session, roster_id, roster.programme_id, roster.cohort_id):
        changed += len(lot)
        session.execute(sa.update(RosterRow), lot)
    return changed


def _lots(session: Session, roster_id: int) -> Iterator[Sequence[RosterRow]]:
    """Yield the rows of a roster, some at a time."""
    after = 0
    query = sa.select(RosterRow).where(RosterRow.roster_id == roster_id)
    while rows := session.scalars(
        query.where(RosterRow.number > after).order_by(RosterRow.number).limit(LOT)
    ).all():
        after = rows[-1].number
        yield rows


def person_of(row: RosterRow) -> Person:
    """Return whom a row means."""
    return Person(
        row.external_id,
        row.email,
        row.full_name,
        row.profession,
        row.licence_number,
        row.licence_jurisdiction,
    )


def _differing(
    session: Session, roster_id: int, programme_id: int, cohort_id: int
) -> Iterator[list[dict[str, Any]]]:
    """Yield, lot by lot, the rows on which the verdict is another one now, with it."""
    seen = Seen()
    for rows in _lots(session, roster_id):
        # What was wrong with the file itself is so still.
        sound = [row for row in rows if row.verdict != "error"]
        kept = {row.number: (row.verdict, row.acts, row.notes, row.account_id) for row in sound}
        lot = [Row(row.number, person_of(row), ()) for row in sound]
        found = []
        for row, judged in judge(session, programme_id, cohort_id, lot, seen):
            now = stored(judged)
            if tuple(now.values()) != kept[row.number]:
                found.append({"roster_id": roster_id, "number": row.number, **now})
        if found:
            yield found


def _apply_lot(
    session: Session,
    programme_id: int,
    cohort_id: int,
    rows: Sequence[RosterRow],
    password_hash: str,
    now: datetime,
) -> None:
    asked = _addresses_of_strangers(session, rows)
    _make_accounts(session, [row for row in rows if _is_made(row, asked)], password_hash, now)
    _correct(session, [row for row in rows if "correct" in row.acts], now)
    doing = [row for row in rows if row.acts and row.email not in asked]
    session.flush()
    _link(session, programme_id, [row for row in doing if "link" in row.acts], now)
    _give_places(session, cohort_id, [row for row in doing if "place" in row.acts], now)
    invited = [row for row in rows if "invite" in row.acts]
    _invite(session, programme_id, cohort_id, invited, asked, now)
    session.flush()


def _addresses_of_strangers(session: Session, rows: Sequence[RosterRow]) -> frozenset[str]:
    """Return the addresses of new people that belong to accounts the programme does not know.

    They are asked, and have a place once they take it: nobody is put into a programme unasked, and
    no programme learns by a roster who somebody is.
    """
    new = [row.email for row in rows if row.verdict == "new"]
    return frozenset(session.scalars(sa.select(Account.email).where(Account.email.in_(new))))


def _is_made(row: RosterRow, asked: frozenset[str]) -> bool:
    return "account" in row.acts and row.email not in asked


def _make_accounts(
    session: Session, rows: Sequence[RosterRow], password_hash: str, now: datetime
) -> None:
    if not rows:
        return
    made = session.execute(
        sa.insert(Account).returning(Account.id, Account.email),
        [
            {
                "email": row.email,
                "password": password_hash,
                "active": True,
                "fs_uniquifier": secrets.token_hex(32),
                "full_name": row.full_name,
                "profession": row.profession,
                "licence_number": row.licence_number or None,
                "licence_jurisdiction": row.licence_jurisdiction or None,
                "created_at": now,
            }
            for row in rows
        ],
    )
    accounts = {email: account for account, email in made}
    for row in rows:
        row.account_id, row.made_account = accounts[row.email], True


def _correct(session: Session, rows: Sequence[RosterRow], now: datetime) -> None:
    """Correct accounts that nobody has used yet, and keep what they said before.

    A link that went to another address works no more.
    """
    for row in rows:
        account = session.get_one(Account, row.account_id)
        told = {**details_of(person_of(row)), "email": row.email}
        differing = {key: value for key, value in told.items() if getattr(account, key) != value}
        row.before = json.dumps({key: getattr(account, key) for key in differing})
        for key, value in differing.items():
            setattr(account, key, value)
        if "email" in differing:
            session.execute(
                sa.update(RosterInvitation)
                .where(
                    RosterInvitation.account_id == account.id, RosterInvitation.used_at.is_(None)
                )
                .values(withdrawn_at=now)
            )


def _link(session: Session, programme_id: int, rows: Sequence[RosterRow], now: datetime) -> None:
    if rows:
        session.execute(
            sa.insert(ExternalId),
            [
                {
                    "programme_id": programme_id,
                    "external_id": row.external_id,
                    "account_id": row.account_id,
                    "linked_at": now,
                }
                for row in rows
            ],
        )


def _give_places(
    session: Session, cohort_id: int, rows: Sequence[RosterRow], now: datetime
) -> None:
    if not rows:
        return
    accounts = [row.account_id for row in rows]
    session.execute(
        sa.update(WaitingPlace)
        .where(
            WaitingPlace.cohort_id == cohort_id,
            WaitingPlace.account_id.in_(accounts),
            WaitingPlace.ended_at.is_(None),
        )
        .values(ended_at=now, outcome="enrolled")
    )
    made = session.execute(
        sa.insert(Enrolment).returning(Enrolment.id, Enrolment.account_id),
        [
            {"cohort_id": cohort_id, "account_id": account, "enrolled_at": now, "state": "active"}
            for account in accounts
        ],
    )
    places = {account: enrolment for enrolment, account in made}
    for row in rows:
        row.enrolment_id = places[row.account_id]  # type: ignore[index]


def _invite(
    session: Session,
    programme_id: int,
    cohort_id: int,
    rows: Sequence[RosterRow],
    asked: frozenset[str],
    now: datetime,
) -> None:
    session.add_all(
        RosterInvitation(
            roster_id=row.roster_id,
            number=row.number,
            programme_id=programme_id,
            cohort_id=cohort_id,
            account_id=row.account_id,
            email=row.email,
            external_id=row.external_id,
            is_asked=row.email in asked,
            times_sent=0,
            invited_at=now,
        )
        for row in rows
    )


def discard(session: Session, roster_id: int, *, by: int, now: datetime) -> None:
    """Decide not to apply a roster: its rows are deleted, that it was sent stays."""
    taken = session.execute(
        sa.update(Roster)
        .where(Roster.id == roster_id, Roster.state.in_(("tried", "unreadable")))
        .values(state="discarded", problem=None)
        .returning(Roster.programme_id, Roster.title)
    ).one_or_none()
    if taken is None:
        raise Conflict("Somebody has decided on this roster already. Reload the page.")
    session.execute(sa.delete(RosterRow).where(RosterRow.roster_id == roster_id))
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=taken.programme_id,
        act="roster.discarded",
        subject=f"roster {roster_id}",
        detail={"file": taken.title},
    )
