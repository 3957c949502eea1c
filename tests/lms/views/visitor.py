"""Somebody at a browser, as the tests of accounts play them: real pages, real forms, real mail."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.db import db
from lms.models.mail import OutboxMessage
from tests.cast import PASSWORD, token_in

NEW_PASSWORD = "a heron waits by the mill"
VERA = {
    "full_name": "Vera Achterberg",
    "profession": "Psychiatrist",
    "email": "vera@example.org",
    "password": NEW_PASSWORD,
}


class Visitor:
    """A browser of its own, with the address it comes from."""

    def __init__(self, app: Flask, address: str = "203.0.113.7", agent: str = "") -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.came_from = {"REMOTE_ADDR": address}
        self.headers = {"User-Agent": agent} if agent else {}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, environ_overrides=self.came_from, headers=self.headers)

    def send(self, path: str, form: dict[str, str], *, page: str | None = None) -> TestResponse:
        """Open the page with the form, fill it in and send it."""
        return self.send_blind(path, {**form, "csrf_token": self.token(page or path)})

    def token(self, path: str) -> str:
        """Return the CSRF token of the page at `path`."""
        return token_in(self.get(path).text)

    def send_blind(self, path: str, form: dict[str, str]) -> TestResponse:
        """Send a form without having seen its page."""
        return self.client.post(
            path, data=form, environ_overrides=self.came_from, headers=self.headers
        )

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
        email = name if "@" in name else f"{name.lower()}@example.org"
        return self.send("/sign-in", {"email": email, "password": password, **more})

    def is_signed_in(self) -> bool:
        return self.get("/account").status_code == 200


@contextmanager
def rows(app: Flask) -> Iterator[Session]:
    """A session in a context that ends before the next request: a longer one would share `g`."""
    with app.app_context():
        yield db.session
        db.session.rollback()


def outbox(app: Flask) -> list[tuple[str, str, str]]:
    """Return (recipient, subject, body) of every message written, oldest first."""
    query = sa.select(OutboxMessage.recipient, OutboxMessage.subject, OutboxMessage.body)
    with rows(app) as session:
        return [tuple(row) for row in session.execute(query.order_by(OutboxMessage.id))]


def link_in(body: str, path: str) -> str:
    """Return the path of the first link of a message that leads below `path`."""
    found = re.search(rf"http://127\.0\.0\.1:8000({re.escape(path)}/\S+)", body)
    assert found, body
    return found.group(1)
