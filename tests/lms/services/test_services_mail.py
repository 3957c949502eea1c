"""The outbox: written with its cause, delivered once, never a way to forge a header."""

import smtplib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.mail import OutboxMessage
from lms.services import mail
from tests.cast import settings_for

NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
SETTINGS = settings_for(Path("unused"), "", mail_sender="school@northgate.example")


def write(session: Session, recipient: str = "vera@example.org", subject: str = "Hello") -> None:
    mail.write(session, recipient=recipient, subject=subject, body="Grüße aus Łódź\n", at=NOW)
    session.commit()


def deliver_to(kept: list[EmailMessage]) -> mail.Deliver:
    return kept.append


def test_a_message_leaves_once(session: Session) -> None:
    write(session)
    kept: list[EmailMessage] = []
    assert mail.deliver_waiting(session, deliver_to(kept), SETTINGS, NOW) == 1
    assert mail.deliver_waiting(session, deliver_to(kept), SETTINGS, NOW) == 0
    (email,) = kept
    assert email["To"] == "vera@example.org"
    assert email["From"] == "PAT Education <school@northgate.example>"
    for form in ("plain", "html"):
        part = email.get_body((form,))
        assert part is not None and "Grüße aus Łódź" in part.get_content()


def test_mail_of_an_undone_cause_is_never_sent(session: Session) -> None:
    mail.write(session, recipient="vera@example.org", subject="x", body="y", at=NOW)
    session.flush()
    session.rollback()
    assert mail.deliver_waiting(session, deliver_to([]), SETTINGS, NOW) == 0


def test_a_failed_delivery_is_tried_again_later_and_not_for_ever(session: Session) -> None:
    write(session)

    def fail(_: EmailMessage) -> None:
        raise smtplib.SMTPServerDisconnected("gone away")

    now = NOW
    for _ in range(mail.MOST_TRIES):
        assert mail.deliver_waiting(session, fail, SETTINGS, now) == 0
        at_once = mail.deliver_waiting(session, fail, SETTINGS, now + timedelta(seconds=59))
        assert at_once == 0
        now += timedelta(days=1)
    kept: list[EmailMessage] = []
    assert mail.deliver_waiting(session, deliver_to(kept), SETTINGS, now) == 0
    row = session.scalars(sa.select(OutboxMessage)).one()
    assert (row.tries, row.last_error, row.sent_at) == (mail.MOST_TRIES, "gone away", None)


def test_a_message_that_another_sender_holds_is_left_alone(session: Session) -> None:
    write(session)
    seen: list[int] = []

    def interrupted(_: EmailMessage) -> None:
        seen.append(mail.deliver_waiting(session, deliver_to([]), SETTINGS, NOW))

    mail.deliver_waiting(session, interrupted, SETTINGS, NOW)
    assert seen == [0]


@pytest.mark.parametrize(
    "mark", ["\r\nBcc: all@example.org", "\nX-Spam: yes", "\r", "\x0b", "\u2028"]
)
def test_line_breaks_never_become_headers(session: Session, mark: str) -> None:
    write(session, recipient=f"vera@example.org{mark}")
    write(session, subject=f"Hello{mark}")
    kept: list[EmailMessage] = []
    mail.deliver_waiting(session, deliver_to(kept), SETTINGS, NOW)
    for email in kept:
        headers = message_from_bytes(bytes(email)).keys()
        assert "Bcc" not in headers
        assert "X-Spam" not in headers


def test_development_keeps_messages_in_a_folder(session: Session, tmp_path: Path) -> None:
    write(session)
    assert mail.deliver_waiting(session, mail.to_folder(tmp_path / "mail"), SETTINGS, NOW) == 1
    (file,) = (tmp_path / "mail").iterdir()
    assert b"To: vera@example.org" in file.read_bytes()


def test_without_a_server_production_keeps_its_mail(tmp_path: Path) -> None:
    assert mail.delivery(settings_for(tmp_path, "", mode="production")) is None
    assert mail.delivery(settings_for(tmp_path, "", mode="development")) is not None


def test_a_message_of_a_known_key_is_not_written_twice(session: Session) -> None:
    def once_more() -> bool:
        return mail.write(
            session,
            recipient="vera@example.org",
            subject="x",
            body="y",
            at=NOW,
            kind="reminder",
            key="reminder of the first week",
        )

    assert once_more()
    session.commit()
    assert not once_more()
    session.commit()
    assert mail.deliver_waiting(session, deliver_to([]), SETTINGS, NOW) == 1
