"""What became of the demonstration's certificates: acts of two people, renewals and reminders."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.config import Settings
from lms.models.accounts import Account
from lms.models.credentials import CredentialRecord
from lms.services import credentials


def act_on_some(
    session: Session, staff: list[Account], spared: str, settings: Settings, now: datetime
) -> None:
    """Let two administrators act on a few certificates, and one act wait for the second of them.

    One is revoked for an error and one at its holder's request; one is issued again under a new
    name; one is suspended, which its holder appeals; and to revoke one more is proposed. Nothing
    happens to that of the person whose e-mail address is `spared`.
    """
    in_order = (
        sa.select(
            CredentialRecord.serial,
            CredentialRecord.account_id,
            Account.full_name,
            Account.profession,
        )
        .join(Account, Account.id == CredentialRecord.account_id)
        .where(Account.email != spared)
        .order_by(CredentialRecord.id)
    )
    issued = list(session.execute(in_order))
    plans: list[tuple[int, credentials.Proposal]] = [
        (3, credentials.Proposal("revoke", "issued-in-error", "Issued before the last quiz.")),
        (-1, credentials.Proposal("revoke", "holder-request", "Asked for in writing.")),
        (
            1,
            credentials.Proposal(
                "reissue",
                "name-changed",
                "Marriage certificate seen on paper.",
                holder_name=f"{issued[1].full_name}-Okonkwo",
                holder_profession=issued[1].profession,
            ),
        ),
        (5, credentials.Proposal("suspend", "under-review", "A letter asks about the practicum.")),
        (4, credentials.Proposal("revoke", "misconduct", "Finding of the board, in the file.")),
    ]
    for place, proposal in plans:
        line = credentials.propose(session, staff[0].id, issued[place].serial, proposal, now=now)
        if proposal.reason != "misconduct":
            credentials.approve(
                session, staff[2].id, line.id, now=now, verify_address=settings.verify_address
            )
    suspended = issued[5]
    credentials.file_credential_appeal(
        session,
        suspended.account_id,
        suspended.serial,
        act=1,
        ground="The practicum was signed by my supervisor in March; I enclose the log.",
        now=now,
    )


def renew_some(session: Session, settings: Settings, now: datetime) -> None:
    """Let one holder renew and another begin to; the others whose time has come are reminded.

    The two whose time comes next have done nothing yet.
    """
    in_order = sa.select(CredentialRecord.account_id, CredentialRecord.serial)
    standings = [
        credentials.standing_for(session, account, serial, now)
        for account, serial in session.execute(in_order.order_by(CredentialRecord.id)).all()
    ]
    due = [each for each in standings if each.state == "open" and each.held.version == 1]
    due.sort(key=lambda each: (each.is_late, each.window.current_until))
    for standing, share in zip(due[2:4], (1.0, 0.5), strict=False):
        _renew(session, standing.held, share, settings, now)
    addresses = credentials.addresses_at(settings.public_url, settings.secret())
    for reminder in credentials.list_due(session, now):
        credentials.remind(session, reminder, addresses, now)


def _renew(
    session: Session,
    held: credentials.Attested,
    share: float,
    settings: Settings,
    now: datetime,
) -> None:
    """Begin a renewal and answer this share of its items."""
    holder, serial, place = held.account_id, held.credential.serial, settings.verify_address
    credentials.begin_renewal(session, holder, serial, seed=held.id, now=now, verify_address=place)
    items = credentials.list_safety_items(
        session, credentials.standing_for(session, holder, serial, now)
    )
    for asked in items[: round(len(items) * share)]:
        right = quizzes.best_answer(asked.item)
        assert right is not None
        credentials.answer_safety_item(
            session, holder, serial, asked, right, now=now, verify_address=place
        )
