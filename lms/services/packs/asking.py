"""Evidence packs as people see them: asked for, with how far they are, fetched for a week."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort
from lms.models.packs import EvidencePack
from lms.services import accounts, audit
from lms.services.cohorts import RunCohort

KEPT = timedelta(days=7)
"""How long a finished pack can be fetched; it can be made again at any time."""
MOST_LISTED = 50

State = Literal["waiting", "making", "ready", "failed", "removed"]


@dataclass(frozen=True, slots=True)
class PackLine:
    """A pack with how far it is; `failure` says why there is none."""

    id: int
    programme_id: int
    cohort_id: int
    cohort_title: str
    asked_by: str
    asked_at: datetime
    claimed_until: datetime | None
    made_at: datetime | None
    file_name: str
    sha256: str | None
    size: int | None
    failure: str | None
    removed_at: datetime | None

    @property
    def state(self) -> State:
        """How far it is."""
        if self.failure is not None:
            return "failed"
        if self.removed_at is not None:
            return "removed"
        if self.made_at is not None:
            return "ready"
        return "waiting" if self.claimed_until is None else "making"

    @property
    def kept_until(self) -> datetime | None:
        """When its file is removed; None as long as there is none."""
        return None if self.made_at is None else self.made_at + KEPT

    @property
    def download_name(self) -> str:
        """What the file is called where it is saved."""
        return f"evidence {self.cohort_title} {self.asked_at:%Y-%m-%d}.zip"


def pack_folder(data: Path) -> Path:
    """Return where finished packs lie below the data folder: nothing there is served by address."""
    return data / "packs"


def ask(session: Session, cohort: RunCohort, *, by: int, now: datetime) -> int:
    """Ask for the evidence of a cohort as one file; return the pack, that under way if there is."""
    under_way = sa.select(EvidencePack.id).where(
        EvidencePack.cohort_id == cohort.id,
        EvidencePack.made_at.is_(None),
        EvidencePack.failure.is_(None),
    )
    known = session.scalar(under_way)
    if known is not None:
        return known
    pack = EvidencePack(
        programme_id=cohort.programme_id,
        cohort_id=cohort.id,
        file_name=secrets.token_hex(16),
        asked_by=by,
        asked_at=now,
        tries=0,
    )
    session.add(pack)
    try:
        session.flush()
    except IntegrityError:
        # Somebody else asked at the same moment: theirs holds the same evidence.
        session.rollback()
        return session.scalars(under_way).one()
    record(session, "pack.asked", pack.id, cohort.programme_id, by, now, cohort=cohort.title)
    return pack.id


_LINES: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        EvidencePack.id,
        EvidencePack.programme_id,
        EvidencePack.cohort_id,
        Cohort.title,
        Account.full_name,
        EvidencePack.asked_at,
        EvidencePack.claimed_until,
        EvidencePack.made_at,
        EvidencePack.file_name,
        EvidencePack.sha256,
        EvidencePack.size,
        EvidencePack.failure,
        EvidencePack.removed_at,
    )
    .join(Cohort, Cohort.id == EvidencePack.cohort_id)
    .join(Account, Account.id == EvidencePack.asked_by)
)


def list_packs(session: Session, programme_id: int) -> list[PackLine]:
    """Return the latest packs of a programme, the newest first."""
    query = _LINES.where(EvidencePack.programme_id == programme_id)
    rows = session.execute(query.order_by(EvidencePack.id.desc()).limit(MOST_LISTED))
    return [PackLine(*row) for row in rows]


def pack_for(session: Session, account_id: int, pack_id: int, asked: str) -> PackLine:
    """Return a pack to staff of its programme whose role satisfies `asked`, or refuse."""
    row = session.execute(_LINES.where(EvidencePack.id == pack_id)).one_or_none()
    if row is None:
        raise NotFound()
    found = PackLine(*row)
    accounts.require_role(session, account_id, found.programme_id, asked)
    return found


def fetched(session: Session, found: PackLine, data: Path, *, by: int, now: datetime) -> Path:
    """Note that somebody fetches a pack, and return where it lies; Refused when it is not there."""
    path = pack_folder(data) / f"{found.file_name}.zip"
    if found.state != "ready" or not path.is_file():
        raise Refused("This file is not there: it is not finished, or its time is over.")
    digest = found.sha256 or ""
    record(session, "pack.fetched", found.id, found.programme_id, by, now, sha256=digest)
    return path


def remove_old(session: Session, data: Path, now: datetime) -> int:
    """Remove the packs whose time is over; return how many. Commits; the rows stay."""
    over = (EvidencePack.made_at < now - KEPT, EvidencePack.removed_at.is_(None))
    # Asked first: a sweep that finds nothing takes no writer's turn.
    if session.scalar(sa.select(EvidencePack.id).where(*over).limit(1)) is None:
        return 0
    removed = sa.update(EvidencePack).where(*over).values(removed_at=now)
    names = session.scalars(removed.returning(EvidencePack.file_name)).all()
    session.commit()
    for name in names:
        (pack_folder(data) / f"{name}.zip").unlink(missing_ok=True)
    return len(names)


def record(
    session: Session,
    act: str,
    pack_id: int,
    programme_id: int,
    by: int | None,
    now: datetime,
    **detail: str,
) -> None:
    """Put an act on a pack into the trail: whoever holds one holds a cohort's records."""
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act=act,
        subject=f"pack {pack_id}",
        detail=detail,
    )
