"""Whom reminders reach that rest on no cohort's plan: unused invitations, expiring qualifications.

Both are previewed beside the rules. A rule switches the first on; the second always stands, and
is written by the sweep of qualifications under the keys that are shown here.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.catalogue import Programme
from lms.models.mail import OutboxMessage
from lms.services import mail, qualifications, rosters
from lms.services.messages.reached import Part, Reached
from lms.services.messages.rules import Rule, RuleName

EXPIRING: RuleName = "qualification-expiring"


def expiring_rule() -> Rule:
    """Return the reminders of qualifications as a rule that nobody switches."""
    return Rule(EXPIRING, True, max(qualifications.REMINDER_DAYS), None)


def invited(session: Session, programme_id: int, rule: Rule, now: datetime) -> list[Reached]:
    """Return who was invited by a roster so many days ago or more, once, and never came."""
    lines = rosters.list_unanswered(session, programme_id, now, timedelta(days=rule.days))
    marked = mail.list_marked(session, [line.email for line in lines]) if lines else {}
    return [
        Reached(
            enrolment_id=line.enrolment_id,
            account_id=line.account_id,
            name=line.name,
            email=line.email,
            cohort_id=line.cohort_id,
            cohort=line.cohort,
            course="",
            key=line.key,
            days=(now - line.written_at).days,
            choice="each",
            is_marked=line.email.lower() in marked,
        )
        for line in lines
    ]


def remind_invited(session: Session, programme: Programme, rule: Rule, now: datetime) -> int:
    """Let those whom the rule reaches be invited once more; return how many.

    Mail that would come back is not written. The letters carry new links, so the sweep of
    invitations writes them.
    """
    lines = rosters.list_unanswered(session, programme.id, now, timedelta(days=rule.days))
    marked = mail.list_marked(session, [line.email for line in lines]) if lines else {}
    kept = [line for line in lines if line.email.lower() not in marked]
    return rosters.write_once_more(session, programme, kept, now)


def expiring(session: Session, programme_id: int, now: datetime) -> list[Reached]:
    """Return whose qualification expires soon, with the reminder that holds and whether it left."""
    lines = qualifications.list_expiring(session, now, programme_id)
    written = _written(session, [line.key for line in lines])
    choices = mail.list_choices(session, sorted({line.account_id for line in lines}), "reminder")
    marked = mail.list_marked(session, [line.email for line in lines]) if lines else {}
    return [
        Reached(
            enrolment_id=line.enrolment_id,
            account_id=line.account_id,
            name=line.name,
            email=line.email,
            cohort_id=line.cohort_id,
            cohort=line.cohort,
            course="",
            key=line.key,
            parts=(Part(line.kind, line.expires_on, line.left),),
            days=line.days,
            written_at=written.get(line.key),
            choice=choices[line.account_id],
            is_marked=line.email.lower() in marked,
        )
        for line in lines
    ]


def _written(session: Session, keys: list[str]) -> dict[str | None, datetime]:
    query = sa.select(OutboxMessage.key, OutboxMessage.written_at)
    return dict(session.execute(query.where(OutboxMessage.key.in_(keys))).all())
