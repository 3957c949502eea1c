"""Acts of two people on a credential: Ada proposes, Bea, who also administers, approves."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account, RoleGrant
from lms.services import credentials
from lms.services.credentials import Proposal, ProposedKind
from tests.cast import THEN, Cast
from tests.stories import VERIFY, Told

REASON_OF: dict[ProposedKind, str] = {
    "suspend": "under-review",
    "reinstate": "question-answered",
    "reissue": "name-changed",
    "revoke": "issued-in-error",
}
NOTE = "CANARY-NOTE: what the programme knows."


def second_administrator(session: Session, cast: Cast) -> int:
    """Let Bea, with Ada's password, administer Northgate too; return her account."""
    known = session.scalar(sa.select(Account.id).where(Account.email == "bea@example.org"))
    if known is not None:
        return known
    bea = Account(
        email="bea@example.org",
        password=session.get_one(Account, cast.ada).password,
        active=True,
        fs_uniquifier=f"bea-{'0' * 32}",
        confirmed_at=THEN,
        full_name="Bea Lund",
        profession="Psychiatrist",
        created_at=THEN,
    )
    session.add(bea)
    session.flush()
    session.add(
        RoleGrant(
            account_id=bea.id,
            programme_id=cast.northgate,
            role="administrator",
            granted_at=THEN,
        )
    )
    session.flush()
    return bea.id


def proposal_of(kind: ProposedKind, name: str = "Leonor Ferreira") -> Proposal:
    """Return a proposal of a kind, for its usual reason."""
    again = (name, "Licensed psychologist") if kind == "reissue" else (None, None)
    return Proposal(kind, REASON_OF[kind], NOTE, *again)


def do(session: Session, cast: Cast, serial: str, kind: ProposedKind, now: datetime) -> str | None:
    """Have Ada propose an act and Bea approve it; return the serial of a new issue."""
    bea = second_administrator(session, cast)
    line = credentials.propose(session, cast.ada, serial, proposal_of(kind), now=now)
    return credentials.approve(session, bea, line.id, now=now, verify_address=VERIFY)


def dispute(session: Session, told: Told, now: datetime) -> None:
    """Leave Leo's certificate suspended and appealed, and a proposal to reinstate it waiting."""
    do(session, told.cast, told.serial, "suspend", now - timedelta(minutes=3))
    credentials.file_credential_appeal(
        session,
        told.cast.leo,
        told.serial,
        act=1,
        ground="The question was answered in September.",
        now=now - timedelta(minutes=2),
    )
    credentials.propose(session, told.cast.ada, told.serial, proposal_of("reinstate"), now=now)


def leave_ada_and_ivo(session: Session, cast: Cast) -> None:
    """Take the roles of Dina and Ed away: Northgate has one administrator and one instructor."""
    others = sa.delete(RoleGrant).where(RoleGrant.account_id.in_([cast.dina, cast.ed]))
    session.execute(others)
    session.commit()
