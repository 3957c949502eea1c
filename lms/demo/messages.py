"""Messages of the demonstration: rules switched on, announcements told, and what became of mail."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.mail import OutboxMessage
from lms.models.messages import Announcement
from lms.services import mail, messages

RULES: dict[messages.RuleName, int] = {"due-soon": 7, "overdue": 3, "window-closing": 3}
# Weeks after the start of a cohort, a subject, and what was said.
TOLD = (
    (
        0,
        "Welcome, and where to begin",
        "Good to have you here. The first module takes about an afternoon.\n\n"
        "- Read the disclosures before the first lesson.\n"
        "- Put the live sessions into your calendar: your page has an address for it.\n"
        "- If a day does not suit you, say so early. A later one can be arranged.",
    ),
    (
        3,
        "The practice afternoon has moved upstairs",
        "The room on the ground floor is being repaired. We meet on the second floor, room 2.14. "
        "The lift works.",
    ),
    (
        8,
        "Before the final examination",
        "Several of you asked what may lie on the desk: water, and nothing else. If you have been "
        "granted extra time, the first page of the examination shows it.",
    ),
)
DRAFT = (
    "Role play on Thursday: who brings what",
    "Please bring the checklist for preparation sessions. Nobody plays a case of their own: "
    "use the invented ones from the module.",
)


def fill(session: Session, scene: Scene) -> None:
    """Switch rules on, tell each cohort what it was told, and let one address fail."""
    programme = session.get_one(Programme, scene.programme_id)
    author = next(iter(scene.staff.values()))
    for name, days in RULES.items():
        messages.set_rule(session, programme, name, is_on=True, days=days, by=author, now=scene.now)
    for cohort_id in scene.cohorts:
        _tell(session, session.get_one(Cohort, cohort_id), author, scene)
    messages.draft(
        session,
        programme_id=programme.id,
        cohort_id=scene.cohorts[-1],
        subject=DRAFT[0],
        body=DRAFT[1],
        by=author,
        now=scene.now - timedelta(hours=2),
    )
    _lose_one(session, scene)


def _tell(session: Session, cohort: Cohort, author: int, scene: Scene) -> None:
    for weeks, subject, body in TOLD:
        day = cohort.starts_on + timedelta(weeks=weeks)
        at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=scene.now.tzinfo)
        if at < scene.now:
            _told(session, cohort, author, subject, body, at)


def _told(
    session: Session, cohort: Cohort, author: int, subject: str, body: str, at: datetime
) -> None:
    """Enter an announcement as it was sent then, with the messages that left."""
    readers = session.execute(
        sa.select(Account.id, Account.full_name, Account.email)
        .join(Enrolment, Enrolment.account_id == Account.id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state != "withdrawn")
        .order_by(Account.id)
    ).all()
    row = Announcement(
        programme_id=cohort.programme_id,
        cohort_id=cohort.id,
        subject=subject,
        body=body,
        written_by=author,
        written_at=at - timedelta(minutes=20),
        send_at=at,
        sent_at=at,
        readers=len(readers),
    )
    session.add(row)
    session.flush()
    line = messages.find_announcement(session, row.id)
    programme = session.get_one(Programme, cohort.programme_id)
    rows: list[dict[str, Any]] = []
    for account_id, name, email in readers:
        told = messages.as_letter(line, name, programme.name)
        rows.append(
            {
                "recipient": email,
                "subject": told.subject,
                "body": told.body,
                "kind": "announcement",
                "key": f"announcement:{row.id}:{account_id}",
                "account_id": account_id,
                "programme_id": cohort.programme_id,
                "written_at": at,
                "claimed_at": at + timedelta(seconds=30),
                "sent_at": at + timedelta(seconds=30),
                "tries": 1,
            }
        )
    if rows:
        session.execute(sa.insert(OutboxMessage), rows)


def _lose_one(session: Session, scene: Scene) -> None:
    """Let mail to one learner of the latest cohort have come back, for staff to look after."""
    last = sa.select(OutboxMessage).where(
        OutboxMessage.programme_id == scene.programme_id, OutboxMessage.kind == "announcement"
    )
    lost = session.scalar(last.order_by(OutboxMessage.id.desc()).limit(1))
    if lost is not None:
        mail.mark_address(
            session,
            lost.recipient,
            status="5.1.1",
            detail="550 5.1.1 The mailbox does not exist",
            message_id=lost.id,
            at=scene.now - timedelta(days=2),
        )
