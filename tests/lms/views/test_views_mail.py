"""The mailbox of development mode: what is shown, to whom, and which links are links."""

from pathlib import Path

import pytest
from flask import Flask

from lms import clock
from lms.app import create_app
from lms.db import db
from lms.services import mail
from lms.views.mail import with_links
from tests.cast import settings_for
from tests.lms.views.visitor import VERA, Visitor, rows

HERE = "127.0.0.1"
OWN = "http://127.0.0.1:8000"


def test_a_registration_can_be_followed_through_the_mailbox(app: Flask) -> None:
    Visitor(app).send("/register", VERA)
    developer = Visitor(app, address=HERE)
    assert "Your registration" in developer.get("/mailbox").text
    page = developer.get("/mailbox/1").text
    assert f'<a href="{OWN}/confirm/' in page
    assert "vera@example.org" in page


def test_an_empty_mailbox_says_how_to_fill_it(app: Flask) -> None:
    assert "No message yet" in Visitor(app, address=HERE).get("/mailbox").text
    assert Visitor(app, address=HERE).get("/mailbox/1").status_code == 404


@pytest.mark.parametrize(("mode", "origin"), [("production", HERE), ("development", "203.0.113.7")])
def test_nobody_else_sees_the_mailbox(address: str, tmp_path: Path, mode: str, origin: str) -> None:
    app = create_app(settings_for(tmp_path, address, mode=mode))
    visitor = Visitor(app, address=origin)
    assert visitor.get("/mailbox").status_code == 404
    assert visitor.get("/mailbox/1").status_code == 404
    with app.app_context():
        db.engine.dispose()


def test_what_a_message_says_is_shown_as_text(app: Flask) -> None:
    body = f"<script>alert(1)</script> {OWN}/confirm/x\n\nhttps://evil.example/ {OWN}.evil.example/"
    with rows(app) as session:
        mail.write(
            session, recipient="<b>@example.org", subject="<i>x</i>", body=body, at=clock.now()
        )
        session.commit()
    page = Visitor(app, address=HERE).get("/mailbox/1").text
    assert "<script>alert" not in page
    assert "<i>x" not in page
    assert f'href="{OWN}/confirm/x"' in page
    assert 'href="https://evil' not in page
    assert f'href="{OWN}.evil' not in page


@pytest.mark.parametrize("text", [f"{OWN}@evil.example/", f"{OWN}0/", f"{OWN}.evil.example"])
def test_an_address_that_only_begins_like_ours_is_no_link(text: str) -> None:
    assert with_links(text, OWN) == text


def test_a_link_ends_where_its_address_ends() -> None:
    expected = f'<a href="{OWN}/">{OWN}/</a>&#34;onclick=&#34;x'
    assert with_links(f'{OWN}/"onclick="x', OWN) == expected
