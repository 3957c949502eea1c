"""Rulings: proposed for an item of a quiz, listed, and set aside when nobody needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort
from lms.models.reviews import RulingRecord
from lms.services import audit, catalogue, cohorts, reviewed

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class RulingLine:
    """A ruling with the names of the people behind it."""

    id: int
    programme_id: int
    release_id: int
    bank_id: str
    item_id: str
    item_hash: str
    remedy: quizzes.Remedy
    keys: tuple[str, ...]
    keeps_passes: bool
    reason: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    set_aside_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it waits to be confirmed or set aside."""
        return self.confirmed_at is None and self.set_aside_at is None


def propose(
    session: Session,
    by: int,
    programme_id: int,
    *,
    release_id: int,
    bank_id: str,
    item_id: str,
    remedy: quizzes.Remedy,
    keys: Sequence[str] = (),
    keeps_passes: bool,
    reason: str,
    now: datetime,
) -> int:
    """Write a ruling down, for a dry run; nothing counts differently until it is confirmed.

    Refused when the item cannot bear it, or when it would leave papers without any item.
    """
    cohorts.programme_for(session, by, programme_id, "administrator")
    bank, item = item_in(session, programme_id, release_id, bank_id, item_id)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refused(f"Say why, in up to {LONGEST_REASON} characters.")
    try:
        ruling = quizzes.read_ruling(item, remedy, keys, keeps_passes=keeps_passes)
    except quizzes.UnfitRuling as unfit:
        raise Refused(unfit.message) from unfit
    db.lock(session)
    if remedy == "drop":
        _refuse_to_empty(session, programme_id, bank, item)
    row = RulingRecord(
        programme_id=programme_id,
        release_id=release_id,
        bank_id=bank_id,
        item_id=item_id,
        item_hash=item.content_hash,
        remedy=remedy,
        keys="\n".join(ruling.keys),
        keeps_passes=keeps_passes,
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    record(session, row, "ruling.proposed", by, now)
    return row.id


def item_in(
    session: Session, programme_id: int, release_id: int, bank_id: str, item_id: str
) -> tuple[quizzes.Bank, quizzes.Item]:
    """Return a bank and its item of a release that a programme teaches, or raise NotFound."""
    if release_id not in list_taught(session, programme_id):
        raise NotFound()
    bank = catalogue.release(session, release_id).banks.get(bank_id)
    if bank is None:
        raise NotFound()
    try:
        return bank, bank.item(item_id)
    except KeyError:
        raise NotFound() from None


def list_taught(session: Session, programme_id: int) -> list[int]:
    """Return the releases that cohorts of a programme learn from, the newest first."""
    taught = sa.select(Cohort.release_id).where(Cohort.programme_id == programme_id).distinct()
    return sorted(session.scalars(taught), reverse=True)


def _refuse_to_empty(
    session: Session, programme_id: int, bank: quizzes.Bank, item: quizzes.Item
) -> None:
    """Refuse to drop as many items of a bank as stand on one of its papers."""
    hashes = {each.content_hash for each in bank.items}
    latest = {
        row.item_id: row.remedy for row in reviewed.list_confirmed(session, programme_id, hashes)
    }
    dropped = {name for name, remedy in latest.items() if remedy == "drop"} | {item.id}
    if len(dropped) >= bank.specification.length:
        raise Refused(
            "With this, a paper could be left without any item. Give full credit instead, or void "
            "the attempts."
        )


def ruling_for(
    session: Session, account_id: int, ruling_id: int, asked: str = "administrator"
) -> RulingLine:
    """Return a ruling to staff of its programme whose role satisfies `asked`, or refuse."""
    line = line_of(session, ruling_id)
    cohorts.programme_for(session, account_id, line.programme_id, asked)
    return line


def list_rulings(session: Session, programme_id: int) -> list[RulingLine]:
    """Return the rulings of a programme, the newest first."""
    query = _LINES.where(RulingRecord.programme_id == programme_id)
    rows = session.execute(query.order_by(RulingRecord.id.desc()))
    return [_as_line(*row) for row in rows]


def list_in_force(session: Session, programme_id: int, paper: quizzes.Paper) -> list[RulingLine]:
    """Return the rulings that hold for the items of a paper, one an item, in their order."""
    query = _LINES.where(
        RulingRecord.programme_id == programme_id,
        RulingRecord.confirmed_at.is_not(None),
        RulingRecord.item_hash.in_(reviewed.hashes_on(paper)),
    ).order_by(RulingRecord.confirmed_at, RulingRecord.id)
    lines = [_as_line(*row) for row in session.execute(query)]
    return list({line.item_hash: line for line in lines}.values())


_confirmer = so.aliased(Account)
_LINES = (
    sa.select(RulingRecord, Account.full_name, _confirmer.full_name)
    .join(Account, Account.id == RulingRecord.proposed_by)
    .outerjoin(_confirmer, _confirmer.id == RulingRecord.confirmed_by)
    # As it stands now, and not as the session may have seen it before somebody confirmed it.
    .execution_options(populate_existing=True)
)


def line_of(session: Session, ruling_id: int) -> RulingLine:
    """Return a ruling as it stands, or raise NotFound; who may see it is for the caller to ask."""
    row = session.execute(_LINES.where(RulingRecord.id == ruling_id)).one_or_none()
    if row is None:
        raise NotFound()
    return _as_line(*row)


def _as_line(row: RulingRecord, proposed_by: str, confirmed_by: str | None) -> RulingLine:
    said = reviewed.as_ruling(row)
    return RulingLine(
        row.id,
        row.programme_id,
        row.release_id,
        row.bank_id,
        row.item_id,
        row.item_hash,
        said.remedy,
        said.keys,
        row.keeps_passes,
        row.reason,
        proposed_by,
        row.proposed_at,
        confirmed_by,
        row.confirmed_at,
        row.set_aside_at,
    )


def set_aside(session: Session, by: int, ruling_id: int, now: datetime) -> None:
    """Drop a proposal that nobody confirmed; Refused when it is in force already."""
    ruling_for(session, by, ruling_id)
    db.lock(session)
    row = session.scalar(
        sa.update(RulingRecord)
        .where(RulingRecord.id == ruling_id, RulingRecord.confirmed_at.is_(None))
        .where(RulingRecord.set_aside_at.is_(None))
        .values(set_aside_at=now)
        .returning(RulingRecord)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise Refused("This ruling is in force or set aside already.")
    record(session, row, "ruling.set-aside", by, now)


def record(
    session: Session,
    row: RulingRecord,
    act: str,
    by: int,
    now: datetime,
    more: Mapping[str, int] | None = None,
) -> None:
    """Put an act on a ruling into the trail."""
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act=act,
        subject=row.item_id,
        detail={"ruling": row.id, "remedy": row.remedy, "reason": row.reason, **(more or {})},
    )
