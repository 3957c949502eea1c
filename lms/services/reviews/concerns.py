"""Credentials in doubt: which rest on what no longer counts, and what somebody decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import Account
from lms.models.acts import CredentialAct
from lms.models.assessment import Attempt
from lms.models.credentials import CredentialRecord
from lms.models.reviews import ConcernDecision, CredentialConcern, RulingRecord, VoidAct
from lms.services import audit, cohorts, credentials, mail

Outcome = Literal["stands", "revoked"]
LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """A credential in doubt: whose, why, since when, and how it was decided, if it was.

    `counts_again` says that the attempt whose voiding brought the doubt has been restored.
    """

    id: int
    programme_id: int
    credential_id: int
    serial: str
    account_id: int
    holder: str
    enrolment_id: int
    raised_at: datetime
    is_revoked: bool
    reason: str
    item_id: str | None
    attempt_id: int | None
    counts_again: bool
    outcome: Outcome | None
    words: str | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.outcome is None and not self.is_revoked


_decider = so.aliased(Account)
_LINES = (
    sa.select(
        CredentialConcern.id,
        CredentialRecord.programme_id,
        CredentialRecord.id,
        CredentialRecord.serial,
        CredentialRecord.account_id,
        Account.full_name,
        CredentialRecord.enrolment_id,
        CredentialConcern.raised_at,
        CredentialAct.id.is_not(None),
        sa.func.coalesce(RulingRecord.reason, VoidAct.reason),
        RulingRecord.item_id,
        VoidAct.attempt_id,
        sa.and_(Attempt.id.is_not(None), Attempt.voided_at.is_(None)),
        ConcernDecision.outcome,
        ConcernDecision.words,
        _decider.full_name,
        ConcernDecision.decided_at,
    )
    .join(CredentialRecord, CredentialRecord.id == CredentialConcern.credential_id)
    .join(Account, Account.id == CredentialRecord.account_id)
    .outerjoin(
        CredentialAct,
        sa.and_(CredentialAct.credential_id == CredentialRecord.id, CredentialAct.kind == "revoke"),
    )
    .outerjoin(RulingRecord, RulingRecord.id == CredentialConcern.ruling_id)
    .outerjoin(VoidAct, VoidAct.id == CredentialConcern.void_act_id)
    .outerjoin(Attempt, Attempt.id == VoidAct.attempt_id)
    .outerjoin(ConcernDecision, ConcernDecision.concern_id == CredentialConcern.id)
    .outerjoin(_decider, _decider.id == ConcernDecision.decided_by)
)


def list_concerns(session: Session, programme_id: int) -> list[ConcernLine]:
    """Return the credentials of a programme that came into doubt, the newest concern first."""
    query = _LINES.where(CredentialRecord.programme_id == programme_id)
    rows: list[Any] = list(session.execute(query.order_by(CredentialConcern.id.desc())))
    return [ConcernLine(*row) for row in rows]


def concern_for(session: Session, account_id: int, concern_id: int) -> ConcernLine:
    """Return a concern to an administrator of its programme, or refuse."""
    row: Any = session.execute(_LINES.where(CredentialConcern.id == concern_id)).one_or_none()
    if row is None:
        raise NotFound()
    line = ConcernLine(*row)
    cohorts.programme_for(session, account_id, line.programme_id, "administrator")
    return line


def decide_concern(
    session: Session, by: int, concern_id: int, *, outcome: Outcome, words: str, now: datetime
) -> None:
    """Decide, once, whether a credential stands or is to be revoked; that it stands is told.

    Nobody decides about their own. To revoke it is proposed, for the public reason that it was
    issued in error: like any other act it waits for a second administrator.
    """
    line = concern_for(session, by, concern_id)
    if line.account_id == by:
        raise Forbidden("Nobody decides about their own certificate.")
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Refused(f"Say why, in up to {LONGEST_WORDS} characters.")
    db.lock(session)
    session.add(
        ConcernDecision(
            concern_id=concern_id,
            outcome=outcome,
            words=words.strip(),
            decided_by=by,
            decided_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("Somebody has decided about this certificate already.") from error
    found = credentials.credential_for_staff(session, by, line.serial, now)
    if outcome == "revoked":
        found = _latest(session, by, found, now)
        proposal = credentials.Proposal("revoke", "issued-in-error", words)
        credentials.propose(session, by, found.credential.serial, proposal, now=now)
        return
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=line.programme_id,
        act="credential.upheld",
        subject=f"credential {certificates.format_serial(line.serial)}",
        detail={"note": words.strip()},
    )
    email = sa.select(Account.email).where(Account.id == line.account_id)
    told = mail.letter(
        "certificate-stands",
        credential=found.credential,
        number=certificates.format_serial(line.serial),
    )
    mail.write(
        session,
        recipient=session.scalars(email).one(),
        subject=told.subject,
        body=told.body,
        at=now,
        kind="credential",
        account_id=line.account_id,
        programme_id=line.programme_id,
    )


def _latest(
    session: Session, by: int, found: credentials.Attested, now: datetime
) -> credentials.Attested:
    """Return the latest issue of a credential: what is in doubt is the award, not its number."""
    while (serial := found.verdict.superseded_by) is not None:
        found = credentials.credential_for_staff(session, by, serial, now)
    return found
