"""How often a secret may be guessed, and that nobody can be locked out by another."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from lms.app import create_app
from lms.db import db
from tests.cast import settings_for
from tests.lms.views.visitor import NEW_PASSWORD, Visitor


@pytest.fixture
def limited(address: str, tmp_path: Path) -> Iterator[Flask]:
    """The application with its guess limits on."""
    app = create_app(settings_for(tmp_path, address, rate_limits=True))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


def guess(visitor: Visitor, path: str, form: dict[str, str], times: int) -> list[int]:
    return [visitor.send_blind(path, form).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("path", "allowed"), [("/sign-in", 10), ("/register", 5), ("/reset", 5), ("/confirm", 5)]
)
def test_guesses_at_one_account_run_out_even_without_a_form_token(
    limited: Flask, path: str, allowed: int
) -> None:
    visitor = Visitor(limited)
    form = {"email": "lena@example.org", "password": "a wrong but long password"}
    assert guess(visitor, path, form, allowed + 2) == [400] * allowed + [429] * 2
    answer = visitor.send_blind(path, form)
    assert "Too many tries" in answer.text
    assert int(answer.headers["Retry-After"]) >= 1


def test_another_spelling_of_the_address_is_the_same_account(limited: Flask) -> None:
    visitor = Visitor(limited)
    spelt = ["lena@example.org", "LENA@example.org", "Lena@Example.ORG", "lena@ｅxample.org"]
    statuses = [
        visitor.send_blind("/sign-in", {"email": spelt[n % 4], "password": "x" * 12}).status_code
        for n in range(12)
    ]
    assert statuses[10:] == [429, 429]


def test_nobody_can_lock_another_out(limited: Flask) -> None:
    attacker = Visitor(limited, address="198.51.100.9")
    guess(attacker, "/sign-in", {"email": "lena@example.org", "password": "x" * 12}, 40)
    assert Visitor(limited, address="203.0.113.7").sign_in("Lena").status_code == 302


def test_an_ipv6_customer_is_one_address(limited: Flask) -> None:
    form = {"email": "lena@example.org", "password": "x" * 12}
    statuses = []
    for n in range(12):
        visitor = Visitor(limited, address=f"2001:db8:1:2::{n + 1:x}")
        statuses.append(visitor.send_blind("/sign-in", form).status_code)
    assert statuses[10:] == [429, 429]


@pytest.mark.parametrize(
    ("path", "rate"), [("/setup/unknown", 20), ("/reset/unknown", 30), ("/confirm/unknown", 30)]
)
def test_guessed_links_run_out(limited: Flask, path: str, rate: int) -> None:
    visitor = Visitor(limited)
    statuses = [visitor.get(f"{path}{n}").status_code for n in range(rate + 2)]
    assert 429 not in statuses[:rate]
    assert statuses[rate:] == [429, 429]


def test_guesses_at_the_present_password_run_out(limited: Flask) -> None:
    lena = Visitor(limited)
    lena.sign_in("Lena")
    form = {"password": "a wrong but long password", "new_password": NEW_PASSWORD}
    assert guess(lena, "/change-password", form, 12)[10:] == [429, 429]


def test_guesses_in_parallel_are_all_counted(limited: Flask) -> None:
    statuses: list[int] = []
    barrier = threading.Barrier(16)

    def one() -> None:
        visitor = Visitor(limited)
        barrier.wait()
        form = {"email": "lena@example.org", "password": "x" * 12}
        statuses.append(visitor.send_blind("/sign-in", form).status_code)

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(429) == 6
