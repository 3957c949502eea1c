"""Mail against a real server: taken once, refused for good, refused for now, cut off, killed."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.config import Settings
from lms.db import db
from lms.models.mail import AddressAct, OutboxMessage
from lms.services import mail
from tests.cast import Cast, settings_for
from tests.smtp_server import Post, make_certificate, serving

NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)


def settings_of(post: Post, security: str = "none", **more: object) -> Settings:
    return settings_for(
        Path("unused"),
        "",
        mail_host="localhost",
        mail_port=post.port,
        mail_security=security,
        mail_sender="school@northgate.example",
        **more,
    )


def write(session: Session, *names: str, kind: mail.Kind = "account", **more: object) -> None:
    for name in names:
        mail.write(
            session,
            recipient=f"{name}@example.org",
            subject=f"Hello {name}",
            body="Grüße aus Łódź\n",
            at=NOW,
            kind=kind,
            **more,  # type: ignore[arg-type]
        )
    session.commit()


def sweep(session: Session, settings: Settings, now: datetime = NOW) -> int:
    with mail.by_smtp(settings) as deliver:
        return mail.deliver_waiting(session, deliver, settings, now)


def row_of(session: Session, name: str) -> OutboxMessage:
    session.expire_all()
    query = sa.select(OutboxMessage).where(OutboxMessage.recipient == f"{name}@example.org")
    return session.scalars(query).one()


def test_a_sweep_delivers_over_one_connection(session: Session) -> None:
    with serving() as post:
        write(session, "vera", "otto", "lena")
        assert sweep(session, settings_of(post, mail_return="bounces@northgate.example")) == 3
        assert sweep(session, settings_of(post)) == 0
    assert post.recipients == ["vera@example.org", "otto@example.org", "lena@example.org"]
    assert post.connections == 1
    assert {sender for sender, _to, _email in post.taken} == {"bounces@northgate.example"}
    email = post.taken[0][2]
    assert email["Subject"] == "Hello vera"
    assert email.get_content_type() == "multipart/alternative"


def test_starttls_is_kept_to_and_a_wrong_certificate_is_refused(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, secret = make_certificate(tmp_path)
    _other, wrong = make_certificate(tmp_path, "elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    write(session, "vera")
    with serving(wrong) as post:
        assert sweep(session, settings_of(post, "starttls")) == 0
        assert post.taken == []
    with serving() as post:
        assert sweep(session, settings_of(post, "starttls"), NOW + timedelta(hours=1)) == 0
        assert post.taken == []
    with serving(secret) as post:
        assert sweep(session, settings_of(post, "starttls"), NOW + timedelta(days=1)) == 1
        assert post.was_secret


def test_an_address_that_is_gone_is_marked_and_the_rest_is_delivered(
    session: Session, cast: Cast
) -> None:
    with serving() as post:
        post.refuses["lena@example.org"] = "550 5.1.1 No such user here"
        write(session, "lena", "otto")
        assert sweep(session, settings_of(post)) == 1
    assert post.recipients == ["otto@example.org"]
    lost = row_of(session, "lena")
    assert lost.failed_at == NOW
    assert lost.last_error == "550 5.1.1 No such user here"
    assert session.scalars(sa.select(AddressAct.address)).all() == ["lena@example.org"]
    write(session, "vera", kind="reminder")
    mail.write(
        session, recipient="lena@example.org", subject="x", body="y", at=NOW, kind="announcement",
        account_id=cast.lena, key="later",
    )  # fmt: skip
    later = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.key == "later")).one()
    assert later.withheld_because == "bounced"


@pytest.mark.parametrize("answer", ["450 4.2.1 Try later", "550 5.7.1 Relaying denied"])
def test_an_unwilling_server_says_nothing_against_an_address(session: Session, answer: str) -> None:
    with serving() as post:
        post.refuses["lena@example.org"] = answer
        write(session, "lena", "otto")
        assert sweep(session, settings_of(post)) == 1
        row = row_of(session, "lena")
        assert (row.failed_at, row.tries) == (None, 1)
        assert session.scalars(sa.select(AddressAct)).all() == []
        post.refuses.clear()
        assert sweep(session, settings_of(post), NOW + timedelta(seconds=59)) == 0
        assert sweep(session, settings_of(post), NOW + timedelta(seconds=60)) == 1


def test_a_server_out_of_reach_costs_one_try_of_one_message(session: Session) -> None:
    with serving() as post:
        settings = settings_of(post)
    write(session, "vera", "otto", "lena")
    assert sweep(session, settings) == 0
    assert [row_of(session, name).tries for name in ("vera", "otto", "lena")] == [1, 0, 0]


def _send_all(folder: str, address: str, port: int) -> None:
    """What a process of its own does: sweep until nothing waits."""
    settings = settings_for(
        Path(folder), address, mail_host="localhost", mail_port=port, mail_security="none"
    )
    with create_app(settings).app_context(), mail.by_smtp(settings) as deliver:
        while mail.deliver_waiting(db.session, deliver, settings, NOW):
            pass


@pytest.fixture
def sender(address: str, tmp_path: Path) -> Callable[[int], multiprocessing.Process]:
    """Start a process that sends everything to a port."""
    fresh = multiprocessing.get_context("spawn")

    def start(port: int) -> multiprocessing.Process:
        process = fresh.Process(target=_send_all, args=(str(tmp_path), address, port))
        process.start()
        return process  # type: ignore[return-value]

    return start


@pytest.mark.kill
def test_two_processes_send_each_message_once(
    app: Flask, sender: Callable[[int], multiprocessing.Process]
) -> None:
    names = [f"reader{number}" for number in range(60)]
    with app.app_context():
        write(db.session, *names)
    with serving() as post:
        processes = [sender(post.port) for _ in range(2)]
        for process in processes:
            process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert sorted(post.recipients) == sorted(f"{name}@example.org" for name in names)


@pytest.mark.kill
def test_what_a_killed_process_was_sending_is_sent_by_the_next(
    app: Flask, sender: Callable[[int], multiprocessing.Process]
) -> None:
    """Killed before the server took it: nothing is lost, and nothing is sent twice."""
    with app.app_context():
        write(db.session, "vera", "otto")
    with serving() as post:
        post.holds = threading.Event()
        process = sender(post.port)
        assert post.holding.wait(30)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        post.refuses_text = "451 the line was cut"
        post.holds.set()
    with serving() as post, app.app_context():
        settings = settings_of(post)
        assert sweep(db.session, settings, NOW) == 1
        assert sweep(db.session, settings, NOW + mail.CLAIM_LASTS + timedelta(seconds=1)) == 1
        assert sorted(post.recipients) == ["otto@example.org", "vera@example.org"]
