"""What holders and administrators are written about acts on a credential and appeals."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.models.accounts import Account
from lms.services import mail
from lms.services.credentials.attested import Attested
from lms.services.credentials.reasons import ProposedKind, public_words
from lms.services.credentials.staff import Colleague

_DONE: dict[ProposedKind, str] = {
    "suspend": "was suspended",
    "reinstate": "is reinstated",
    "reissue": "was issued again",
    "revoke": "was revoked",
}
_MEANS: dict[ProposedKind, str] = {
    "suspend": "Until it is reinstated, its public page says that it is suspended, and why.",
    "reinstate": "Its public page says again what it said before.",
    "revoke": "Its public page says so from now on, with the reason above. This is final.",
}
ACTS: dict[ProposedKind, str] = {
    "suspend": "suspend",
    "reinstate": "reinstate",
    "reissue": "issue again",
    "revoke": "revoke",
}


def tell_holder(
    session: Session,
    found: Attested,
    kind: ProposedKind,
    reason: str,
    *,
    appeal_until: date | None,
    successor_at: str | None,
    now: datetime,
) -> None:
    """Tell a holder what was done to their credential, why, and what they can do about it."""
    number = certificates.format_serial(found.credential.serial)
    parts = [f"your certificate {number} {_DONE[kind]} by {found.credential.programme}."]
    parts.append(public_words(kind, reason))
    parts.append(_MEANS.get(kind, f"The new one is at {successor_at}. {_OLD_ONE}"))
    if appeal_until is not None:
        parts.append(
            "If you think this is wrong, you can appeal until "
            f"{said(appeal_until)}: sign in, open Credentials and choose “Appeal”. People who had "
            "no part in the decision answer you."
        )
    write(session, found, f"Your certificate {_DONE[kind]}", "\n\n".join(parts), now)


_OLD_ONE = (
    "The one before stays where it was; its page says that it was superseded, and by which number."
)


def write(session: Session, found: Attested, subject: str, text: str, now: datetime) -> None:
    """Write to the holder of a credential, at the address their account has today."""
    email = sa.select(Account.email).where(Account.id == found.account_id)
    mail.write(
        session,
        recipient=session.scalars(email).one(),
        subject=f"{subject}: {found.credential.title}",
        body=f"Dear {found.credential.holder_name},\n\n{text}\n\n{found.credential.programme}\n",
        at=now,
    )


def tell_approver(
    session: Session,
    found: Attested,
    kind: ProposedKind,
    colleague: Colleague,
    proposer: str,
    now: datetime,
) -> None:
    """Tell an administrator that a proposal waits for a second person."""
    number = certificates.format_serial(found.credential.serial)
    mail.write(
        session,
        recipient=colleague.email,
        subject=f"A proposal waits for a second person: {found.credential.programme}",
        body=(
            f"Dear {colleague.name},\n\n{proposer} proposes to {ACTS[kind]} the certificate "
            f"{number}. It takes effect only once another administrator has approved it. Sign in, "
            "and under Manage open the certificates of the programme to read the reason and to "
            "answer.\n"
        ),
        at=now,
    )


def said(day: date) -> str:
    """Return a day in words, as letters give it."""
    return f"{day.day} {day:%B %Y}"
