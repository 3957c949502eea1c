"""Proposals: one administrator proposes an act on a credential, a second one answers it.

Nobody answers their own proposal, and nobody has a part in an act on their own certificate. There
is no way around the second person: where a programme has only one administrator, proposals wait.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import certificates
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import Account
from lms.models.acts import ActProposal, ProposalDecision
from lms.models.credentials import CredentialRecord
from lms.services import accounts, audit
from lms.services.credentials import notices
from lms.services.credentials.acts import Order, carry_out, hold, possible_acts
from lms.services.credentials.attested import (
    Attested,
    credential_for_staff,
    find_by_serial,
)
from lms.services.credentials.reasons import PUBLIC_REASONS, ProposedKind, public_words
from lms.services.credentials.staff import Colleague, list_colleagues

Answer = Literal["approved", "declined", "withdrawn"]
LONGEST_NOTE = 2000
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed; for a new issue also the name and the profession it shall bear."""

    kind: ProposedKind
    reason: str
    note: str
    holder_name: str | None = None
    holder_profession: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal on a credential, and its answer, if it has one.

    `words` are those of the public, `holder` is the name on the credential's account today.
    """

    id: int
    credential_id: int
    serial: str
    programme_id: int
    holder_id: int
    holder: str
    kind: ProposedKind
    reason: str
    note: str
    holder_name: str | None
    holder_profession: str | None
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    outcome: Answer | None
    answer: str | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def words(self) -> str:
        """Return what the public would read."""
        return public_words(self.kind, self.reason)

    @property
    def waits(self) -> bool:
        """Whether nobody has answered it yet."""
        return self.outcome is None


def propose(
    session: Session, by: int, serial: str, proposal: Proposal, *, now: datetime
) -> ProposalLine:
    """Propose an act on a credential, and write to those who can approve it.

    Refused for a reason outside the list, for what its standing does not allow, and while another
    proposal on it waits.
    """
    found = credential_for_staff(session, by, serial, now)
    _refuse_own(found, by)
    _refuse_unsound(found, proposal)
    found = hold(session, found, now)
    if proposal.kind not in possible_acts(found):
        raise Refused("This cannot be done to the certificate as it stands. Reload the page.")
    row = ActProposal(
        credential_id=found.id,
        number=_count_answered(session, found.id) + 1,
        kind=proposal.kind,
        reason=proposal.reason,
        note=proposal.note.strip(),
        holder_name=_cleaned(proposal.holder_name),
        holder_profession=_cleaned(proposal.holder_profession),
        proposed_by=by,
        proposed_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("Another proposal on this certificate waits for an answer.") from error
    line = line_of(session, row.id)
    _record(session, "credential.act-proposed", line, by, now, {"note": line.note})
    for colleague in _approvers(session, line):
        notices.tell_approver(session, found, line.kind, colleague, line.proposed_by, now)
    return line


def approve(
    session: Session, by: int, proposal_id: int, *, now: datetime, verify_address: str
) -> str | None:
    """Approve a proposal as its second person, and carry it out; once.

    Returns the serial of a new issue. Forbidden for its author and for the holder; Refused when it
    is answered already, or when the credential no longer stands as it did.
    """
    line, found = _open(session, by, proposal_id, now)
    _answer(session, line, "approved", "", by, now)
    if line.kind not in possible_acts(found):
        raise Refused("This can no longer be done to the certificate. Decline the proposal.")
    order = Order(
        kind=line.kind,
        reason=line.reason,
        note=line.note,
        proposed_by=line.proposed_by_id,
        proposal_id=line.id,
        holder_name=line.holder_name,
        holder_profession=line.holder_profession,
    )
    return carry_out(session, found, order, by=by, now=now, verify_address=verify_address)


def decline(session: Session, by: int, proposal_id: int, *, words: str, now: datetime) -> None:
    """Decline a proposal as its second person, and say why; once."""
    if not words.strip() or len(words) > LONGEST_NOTE:
        raise Refused(f"Say why, in up to {LONGEST_NOTE} characters.")
    line, _found = _open(session, by, proposal_id, now)
    _answer(session, line, "declined", words.strip(), by, now)
    _record(session, "credential.act-declined", line, by, now, {"note": words.strip()})


def withdraw(session: Session, by: int, proposal_id: int, *, now: datetime) -> None:
    """Take one's own proposal back while nobody has answered it."""
    line = proposal_for(session, by, proposal_id, now)
    if line.proposed_by_id != by:
        raise Forbidden("Whoever made a proposal takes it back; you can decline it.")
    _hold(session, line, now)
    _answer(session, line, "withdrawn", "", by, now)
    _record(session, "credential.act-withdrawn", line, by, now, {})


def hindrance(line: ProposalLine, account_id: int) -> str | None:
    """Return why somebody may not answer a proposal, None when they may."""
    if account_id == line.holder_id:
        return "Nobody has a part in an act on their own certificate."
    if account_id == line.proposed_by_id:
        return "You made this proposal. A second administrator has to answer it."
    return None


def list_approvers(session: Session, line: ProposalLine) -> list[str]:
    """Return the names of those who could answer a proposal; nobody, where the role is missing."""
    return [colleague.name for colleague in _approvers(session, line)]


def list_other_administrators(session: Session, found: Attested, by: int) -> list[str]:
    """Return the names of those who could answer what somebody proposes about a credential."""
    people = _administrators(session, found.programme_id, without=(by, found.account_id))
    return [colleague.name for colleague in people]


def proposal_for(
    session: Session, account_id: int, proposal_id: int, now: datetime
) -> ProposalLine:
    """Return a proposal to an administrator of the programme that issued it, or refuse."""
    line = line_of(session, proposal_id)
    credential_for_staff(session, account_id, line.serial, now)
    return line


def line_of(session: Session, proposal_id: int) -> ProposalLine:
    """Return a proposal, or raise NotFound; who may see it is for the caller to ask."""
    found = _lines(session, ActProposal.id == proposal_id)
    if not found:
        raise NotFound()
    return found[0]


def list_waiting(session: Session, programme_id: int) -> list[ProposalLine]:
    """Return the proposals in a programme that wait for a second person, the oldest first."""
    return _lines(
        session,
        CredentialRecord.programme_id == programme_id,
        ProposalDecision.outcome.is_(None),
    )


def list_proposals_on(session: Session, credential_id: int) -> list[ProposalLine]:
    """Return every proposal on a credential, the oldest first."""
    return _lines(session, ActProposal.credential_id == credential_id)


_proposer = so.aliased(Account)
_decider = so.aliased(Account)


def _lines(session: Session, *which: sa.ColumnElement[bool]) -> list[ProposalLine]:
    query = (
        sa.select(
            ActProposal.id,
            ActProposal.credential_id,
            CredentialRecord.serial,
            CredentialRecord.programme_id,
            CredentialRecord.account_id,
            Account.full_name,
            ActProposal.kind,
            ActProposal.reason,
            ActProposal.note,
            ActProposal.holder_name,
            ActProposal.holder_profession,
            ActProposal.proposed_by,
            _proposer.full_name,
            ActProposal.proposed_at,
            ProposalDecision.outcome,
            ProposalDecision.words,
            _decider.full_name,
            ProposalDecision.decided_at,
        )
        .join(CredentialRecord, CredentialRecord.id == ActProposal.credential_id)
        .join(Account, Account.id == CredentialRecord.account_id)
        .join(_proposer, _proposer.id == ActProposal.proposed_by)
        .outerjoin(ProposalDecision, ProposalDecision.proposal_id == ActProposal.id)
        .outerjoin(_decider, _decider.id == ProposalDecision.decided_by)
        .where(*which)
        .order_by(ActProposal.id)
    )
    rows: list[Any] = list(session.execute(query))
    return [ProposalLine(*row) for row in rows]


def _approvers(session: Session, line: ProposalLine) -> list[Colleague]:
    without = (line.proposed_by_id, line.holder_id)
    return _administrators(session, line.programme_id, without)


def _administrators(
    session: Session, programme_id: int, without: tuple[int, ...]
) -> list[Colleague]:
    return list_colleagues(session, programme_id, asked="administrator", without=without)


def _open(
    session: Session, by: int, proposal_id: int, now: datetime
) -> tuple[ProposalLine, Attested]:
    line = proposal_for(session, by, proposal_id, now)
    if (why := hindrance(line, by)) is not None:
        raise Forbidden(why)
    found = _hold(session, line, now)
    # Whoever lost the role while they waited for their turn has lost the right with it.
    accounts.require_role(session, by, line.programme_id, "administrator")
    return line, found


def _hold(session: Session, line: ProposalLine, now: datetime) -> Attested:
    found = find_by_serial(session, line.serial, now)
    assert found is not None
    return hold(session, found, now)


def _answer(
    session: Session, line: ProposalLine, outcome: Answer, words: str, by: int, now: datetime
) -> None:
    session.add(
        ProposalDecision(
            proposal_id=line.id,
            proposed_by=line.proposed_by_id,
            outcome=outcome,
            words=words,
            decided_by=by,
            decided_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This proposal is answered already. Reload the page.") from error


def _count_answered(session: Session, credential_id: int) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(ProposalDecision)
        .join(ActProposal, ActProposal.id == ProposalDecision.proposal_id)
        .where(ActProposal.credential_id == credential_id)
    )
    return session.scalars(query).one()


def _refuse_own(found: Attested, by: int) -> None:
    if found.account_id == by:
        raise Forbidden("Nobody has a part in an act on their own certificate.")


def _refuse_unsound(found: Attested, proposal: Proposal) -> None:
    if proposal.reason not in PUBLIC_REASONS.get(proposal.kind, {}):
        raise Refused("Choose one of the listed reasons.")
    if not proposal.note.strip() or len(proposal.note) > LONGEST_NOTE:
        raise Refused(f"Say what happened, in up to {LONGEST_NOTE} characters.")
    name, profession = _cleaned(proposal.holder_name), _cleaned(proposal.holder_profession)
    if proposal.kind != "reissue":
        if name is not None or profession is not None:
            raise Refused("Only a new issue bears another name or profession.")
        return
    if name is None or max(len(name), len(profession or "")) > LONGEST_NAME:
        raise Refused(f"Give name and profession in up to {LONGEST_NAME} characters each.")
    printed = (found.credential.holder_name, found.credential.holder_profession)
    if (name, profession) == printed:
        raise Refused("This is what the certificate says already. Nothing would be issued anew.")


def _cleaned(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _record(
    session: Session, act: str, line: ProposalLine, by: int, now: datetime, detail: dict[str, str]
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=line.programme_id,
        act=act,
        subject=f"credential {certificates.format_serial(line.serial)}",
        detail={"proposed": line.kind, "reason": line.reason, **detail},
    )
