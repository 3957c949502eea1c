"""Letters to the judges of a panel: where to rate, and that the second round is open."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.services import mail
from lms.services.psychometrics.studies import Judge, Study


def ask_judges(
    session: Session, study: Study, address: Callable[[int], str], now: datetime
) -> list[Judge]:
    """Write to every judge with an account who has yet to rate, once a round; return them.

    `address` makes the address of a judge's own page.
    """
    programme = session.get_one(Programme, study.programme_id)
    asked = []
    for judge in study.waiting_for:
        if judge.account_id is None:
            continue
        account = session.get_one(Account, judge.account_id)
        written = mail.letter(
            "judge-asked",
            name=account.full_name,
            programme=programme.name,
            study=study.label,
            bank=study.bank.title,
            items=len(study.items),
            round=study.round,
            address=address(judge.id),
            contact=programme.contact_email,
        )
        is_new = mail.write(
            session,
            recipient=account.email,
            subject=written.subject,
            body=written.body,
            at=now,
            kind="account",
            account_id=account.id,
            programme_id=programme.id,
            key=f"judge-{judge.id}-round-{study.round}",
        )
        if is_new:
            asked.append(judge)
    return asked
