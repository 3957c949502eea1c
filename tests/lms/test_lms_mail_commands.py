"""`lms mail`: what came back is taken in, and the mail server is tried."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from lms.cli import lms
from lms.models.mail import AddressAct
from lms.services import mail
from tests.cast import settings_for
from tests.smtp_server import serving

NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)


@pytest.fixture
def installation(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands read their settings from the environment: those of this test."""
    for name, value in {
        "DATA": str(tmp_path),
        "DATABASE_URL": address,
        "SECRET_KEY": "s" * 48,
        "MODE": "production",
        "MAIL_SECURITY": "none",
    }.items():
        monkeypatch.setenv(f"LMS_{name}", value)


def test_reports_from_a_mailbox_mark_addresses(
    app: Flask, session: Session, installation: None, tmp_path: Path
) -> None:
    mail.write(session, recipient="vera@example.org", subject="x", body="y", at=NOW)
    session.commit()
    kept: list[str] = []
    settings = settings_for(tmp_path, "")
    mail.deliver_waiting(session, lambda email: kept.append(email["Message-ID"]), settings, NOW)
    report = (
        'Content-Type: multipart/report; boundary="b"\n\n--b\n'
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; vera@example.org\nAction: failed\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {kept[0]}\n\n--b--\n"
    )
    answer = CliRunner().invoke(lms, ["mail", "bounces", "-"], input=report)
    assert answer.exit_code == 0, answer.output
    assert "1 failures for good, 1 addresses marked." in answer.output
    assert session.scalars(sa.select(AddressAct.address)).all() == ["vera@example.org"]
    again = CliRunner().invoke(lms, ["mail", "bounces", "-"], input=report.replace("vera", "otto"))
    assert "1 failures for good, 0 addresses marked." in again.output


def test_the_mail_server_is_tried_and_its_answer_told(
    app: Flask, installation: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as post:
        monkeypatch.setenv("LMS_MAIL_HOST", "localhost")
        monkeypatch.setenv("LMS_MAIL_PORT", str(post.port))
        answer = CliRunner().invoke(lms, ["mail", "test", "vera@example.org"])
        assert answer.exit_code == 0, answer.output
        assert post.recipients == ["vera@example.org"]
        post.refuses["vera@example.org"] = "554 5.7.1 Relaying denied"
        refused = CliRunner().invoke(lms, ["mail", "test", "vera@example.org"])
    assert refused.exit_code == 1
    assert "Relaying denied" in refused.output
