"""What must not work at the doors: guessing, telling accounts apart, forging, fixing, flooding."""

import re
import threading
import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from lms.access import rule_of
from lms.db import db
from lms.models.accounts import Account, RoleGrant, SignIn
from tests.cast import PASSWORD, Cast
from tests.lms.views.visitor import NEW_PASSWORD, VERA, Visitor, link_in, outbox, rows

MEGABYTE = 1_000_000


def without_tokens(page: str) -> str:
    return re.sub(r'(name="csrf_token"[^>]* value=)"[^"]*"', r"\1", page)


# --- telling accounts apart -----------------------------------------------------------------


def test_signing_in_says_the_same_whoever_it_is(app: Flask) -> None:
    Visitor(app).send("/register", VERA)
    pages = set()
    for email in ("lena@example.org", "nobody@example.org", VERA["email"]):
        answer = Visitor(app).sign_in(email, "a wrong but long password")
        pages.add(without_tokens(answer.text).replace(email, "?"))
    # The right password of an address that is not confirmed yet tells nothing either.
    answer = Visitor(app).sign_in(VERA["email"], NEW_PASSWORD)
    pages.add(without_tokens(answer.text).replace(VERA["email"], "?"))
    assert len(pages) == 1


@pytest.mark.parametrize("path", ["/reset", "/confirm", "/register"])
def test_asking_for_mail_says_the_same_whoever_it_is(app: Flask, path: str) -> None:
    Visitor(app).send("/register", VERA)
    answers = set()
    for email in ("lena@example.org", "nobody@example.org", VERA["email"]):
        visitor = Visitor(app)
        answer = visitor.send(path, {**VERA, "email": email})
        page = visitor.get(answer.location).text if answer.location else answer.text
        answers.add((answer.status_code, without_tokens(page).replace(email, "?")))
    assert len(answers) == 1


@pytest.mark.parametrize("path", ["/sign-in", "/reset", "/confirm", "/register"])
def test_answers_take_the_same_work_whoever_it_is(
    app: Flask, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = app.extensions["security"].pwd_context
    work: list[str] = []
    for act in ("hash", "verify"):
        real = getattr(context, act)

        def counted(*given: str, _real: Callable[..., object] = real, **more: str) -> object:
            work.append(path)
            return _real(*given, **more)

        monkeypatch.setattr(context, act, counted)
    counts = []
    for email in ("lena@example.org", "nobody@example.org"):
        before = len(work)
        Visitor(app).send(path, {**VERA, "email": email})
        counts.append(len(work) - before)
    assert counts[0] == counts[1] >= 1


def test_registering_a_known_address_tells_its_owner_and_changes_nothing(app: Flask) -> None:
    Visitor(app).send("/register", {**VERA, "email": "Lena@Example.org"})
    recipient, _, body = outbox(app)[-1]
    assert recipient == "lena@example.org"
    assert "has an account already" in body
    assert "Achterberg" not in body, "what a stranger typed is not sent to anybody"
    assert Visitor(app).sign_in("Lena", NEW_PASSWORD).status_code == 200
    assert Visitor(app).sign_in("Lena").status_code == 302


# --- redirects and links --------------------------------------------------------------------


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "////evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "\t//evil.example",
        "http://localhost@evil.example/",
        "http://localhost.evil.example/",
    ],
)
def test_signing_in_never_leads_off_the_site(app: Flask, elsewhere: str) -> None:
    in_form = Visitor(app).sign_in("Lena", next=elsewhere)
    lena = Visitor(app)
    in_address = lena.client.post(
        "/sign-in",
        query_string={"next": elsewhere},
        data={
            "email": "lena@example.org",
            "password": PASSWORD,
            "csrf_token": lena.token("/sign-in"),
        },
    )
    for answer in (in_form, in_address):
        assert answer.status_code == 302
        assert "\\" not in answer.location
        arrived = urlsplit(urljoin("http://localhost/sign-in", answer.location))
        assert (arrived.scheme, arrived.netloc) == ("http", "localhost"), answer.location


def test_links_in_mail_lead_to_the_public_address_whatever_the_host_header(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.headers = {"Host": "evil.example"}
    visitor.send("/reset", {"email": "lena@example.org"})
    visitor.send("/register", VERA)
    for _, _, body in outbox(app):
        assert "evil.example" not in body
        assert "http://127.0.0.1:8000/" in body


def test_a_header_cannot_be_injected_through_a_form(app: Flask) -> None:
    for email in ("vera@example.org\r\nBcc: all@example.org", "vera@example.org\nX: y"):
        Visitor(app).send("/register", {**VERA, "email": email})
        Visitor(app).send("/reset", {"email": email})
    Visitor(app).send("/register", {**VERA, "full_name": "Vera\r\nBcc: all@example.org"})
    for recipient, subject, body in outbox(app):
        assert "\n" not in recipient + subject
        assert "Bcc" not in recipient + subject + body


def test_tampered_and_foreign_links_open_nothing(app: Flask) -> None:
    Visitor(app).send("/register", VERA)
    confirm = link_in(outbox(app)[-1][2], "/confirm")
    visitor = Visitor(app)
    visitor.send("/reset", {"email": "lena@example.org"})
    reset = link_in(outbox(app)[-1][2], "/reset")
    # A confirmation token is no reset token, and a changed one is nothing at all.
    for link in (reset[:-3] + "AAA", confirm.replace("/confirm", "/reset"), "/reset/x"):
        assert visitor.get(link).status_code == 302, link
        blind = {"password": NEW_PASSWORD, "csrf_token": visitor.token("/sign-in")}
        visitor.send_blind(link, blind)
    assert Visitor(app).sign_in("Lena").status_code == 302


# --- sessions -------------------------------------------------------------------------------


def cookie_of(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("session")
    assert cookie
    return cookie.value


def thief_with(app: Flask, cookie: str) -> Visitor:
    thief = Visitor(app, address="198.51.100.9")
    thief.client.set_cookie("session", cookie)
    return thief


def test_a_session_planted_before_signing_in_is_worth_nothing_after(app: Flask) -> None:
    attacker = Visitor(app)
    attacker.sign_in("Otto")
    planted = attacker.token("/account")
    lena = Visitor(app)
    lena.get("/sign-in")
    before = cookie_of(lena)
    old_token = lena.token("/sign-in")
    lena.sign_in("Lena")
    assert cookie_of(lena) != before
    assert not thief_with(app, before).is_signed_in()
    for token in (planted, old_token):
        forged = {**VERA, "csrf_token": token}
        assert lena.send_blind("/account", forged).status_code == 400, "its CSRF token is new too"


def test_signing_in_over_a_planted_sign_in_ends_the_planted_one(app: Flask) -> None:
    otto = Visitor(app)
    otto.sign_in("Otto")
    victim = thief_with(app, cookie_of(otto))
    with victim.client.session_transaction() as browser:
        browser.pop("_user_id")  # as after Flask-Login lost its part
    victim.sign_in("Lena")
    assert "lena@example.org" in victim.get("/account").text
    assert not otto.is_signed_in()


def test_a_stolen_cookie_dies_with_the_sign_out(app: Flask) -> None:
    lena = Visitor(app)
    lena.sign_in("Lena")
    thief = thief_with(app, cookie_of(lena))
    assert thief.is_signed_in(), "else this test shows nothing"
    lena.send("/sign-out", {}, page="/account")
    assert not thief.is_signed_in()


def test_a_session_cannot_be_ended_by_somebody_else(app: Flask) -> None:
    lena, otto = Visitor(app), Visitor(app)
    lena.sign_in("Lena")
    otto.sign_in("Otto")
    with rows(app) as session:
        ids = session.scalars(sa.select(SignIn.id)).all()
    statuses = [
        otto.send(f"/account/sessions/{each}/end", {}, page="/account").status_code for each in ids
    ]
    assert sorted(statuses)[-1] == 404
    assert lena.is_signed_in()


def test_a_closed_account_is_out_at_its_next_request(app: Flask, cast: Cast) -> None:
    lena = Visitor(app)
    lena.sign_in("Lena")
    with rows(app) as session:
        session.execute(sa.update(Account).where(Account.id == cast.lena).values(active=False))
        session.commit()
    assert not lena.is_signed_in()
    assert lena.sign_in("Lena").status_code == 200


def test_a_withdrawn_role_is_gone_at_the_next_request(app: Flask, cast: Cast) -> None:
    olga = Visitor(app)
    olga.sign_in("Olga")
    path = f"/manage/programmes/{cast.southgate}/people"
    assert olga.get(path).status_code == 200
    with rows(app) as session:
        session.execute(sa.delete(RoleGrant).where(RoleGrant.account_id == cast.olga))
        session.commit()
    assert olga.get(path).status_code == 404


def test_there_is_no_side_door_by_token_header_or_remember_cookie(app: Flask, cast: Cast) -> None:
    with rows(app) as session, app.test_request_context():
        account = session.get(Account, cast.lena)
        assert account
        token = account.get_auth_token()
    visitor = Visitor(app)
    assert visitor.get(f"/account?auth_token={token}").status_code == 302
    visitor.headers = {"Authentication-Token": str(token)}
    assert visitor.get("/account").status_code == 302
    signed_in = Visitor(app)
    signed_in.sign_in("Lena", remember="y")
    assert signed_in.client.get_cookie("remember_token") is None


def test_a_sign_in_by_script_gets_no_token_either(app: Flask) -> None:
    visitor = Visitor(app)
    answer = visitor.client.post(
        "/sign-in?include_auth_token",
        json={"email": "lena@example.org", "password": PASSWORD},
        headers={"X-CSRFToken": visitor.token("/sign-in")},
    )
    assert "authentication_token" not in answer.text


def test_forms_without_their_token_do_nothing(app: Flask) -> None:
    lena = Visitor(app)
    lena.sign_in("Lena")
    for path in ("/sign-out", "/account", "/change-password", "/account/sessions/end-others"):
        assert lena.send_blind(path, VERA).status_code == 400, path
    assert lena.client.get("/sign-out").status_code == 405
    assert lena.is_signed_in()


def test_only_the_fields_of_the_form_reach_the_account(app: Flask) -> None:
    extra = {"active": "", "confirmed_at": "2026-01-01", "is_staff": "1", "id": "1", "role": "x"}
    Visitor(app).send("/register", {**VERA, **extra})
    with rows(app) as session:
        found = session.scalars(sa.select(Account).where(Account.email == VERA["email"])).one()
        assert found.active
        assert found.confirmed_at is None


# --- load -----------------------------------------------------------------------------------


def statements_of(app: Flask, visitor: Visitor, path: str) -> list[str]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    visitor.get(path).close()
    event.remove(engine, "before_cursor_execute", note)
    return seen


def test_a_page_spends_one_query_on_its_person_and_none_on_a_stranger(app: Flask) -> None:
    ivo = Visitor(app)
    ivo.sign_in("Ivo")
    assert len(statements_of(app, ivo, "/account")) == 1
    assert statements_of(app, ivo, "/static/css/tokens.css") == []
    stranger = Visitor(app)
    assert statements_of(app, stranger, "/sign-in") == []
    assert statements_of(app, stranger, "/sign-in") == [], "nor with a cookie that names nobody"


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/reset", "/confirm"])
@pytest.mark.parametrize("field", ["email", "password", "full_name"])
def test_a_huge_field_costs_nothing(app: Flask, path: str, field: str) -> None:
    visitor = Visitor(app)
    token = visitor.token(path)
    for size in (190_000, MEGABYTE):
        form = {**VERA, field: "a" * size, "csrf_token": token}
        began = time.perf_counter()
        answer = visitor.send_blind(path, form)
        assert answer.status_code in (200, 302, 413)
        assert time.perf_counter() - began < 1.5
    assert all(len(recipient) < 255 for recipient, _, _ in outbox(app))
    with rows(app) as session:
        assert session.scalar(sa.select(sa.func.max(sa.func.length(Account.full_name)))) <= 120


def test_personal_pages_are_kept_by_no_cache(app: Flask) -> None:
    lena = Visitor(app)
    lena.sign_in("Lena")
    for path in ("/account", "/account/sessions", "/change-password"):
        headers = lena.get(path).headers
        assert "no-store" in headers["Cache-Control"]
        assert "Cookie" in headers["Vary"]


def test_a_form_sent_twice_at_once_makes_one_account(app: Flask) -> None:
    visitors = [Visitor(app) for _ in range(4)]
    forms = [{**VERA, "csrf_token": visitor.token("/register")} for visitor in visitors]
    barrier = threading.Barrier(len(visitors))
    statuses: list[int] = []

    def register(number: int) -> None:
        barrier.wait()
        statuses.append(visitors[number].send_blind("/register", forms[number]).status_code)

    threads = [threading.Thread(target=register, args=(n,)) for n in range(len(visitors))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {302, 409}
    with rows(app) as session:
        made = sa.select(sa.func.count()).where(Account.email == VERA["email"])
        assert session.scalar(made) == 1


# --- the doors themselves -------------------------------------------------------------------


def test_every_page_of_the_library_declares_its_rule(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    mine = {each for each in endpoints if each.startswith(("security.", "accounts.", "mail."))}
    assert {each for each in mine if rule_of(app, each) is None} == set()
    assert {each for each in mine if each.startswith("security.")} == {
        "security.login",
        "security.logout",
        "security.register",
        "security.send_confirmation",
        "security.confirm_email",
        "security.forgot_password",
        "security.reset_password",
        "security.change_password",
    }
