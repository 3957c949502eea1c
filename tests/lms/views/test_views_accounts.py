"""How people register, sign in, recover, change and leave, through the real forms."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms import clock
from lms.models.accounts import Account, RoleGrant, SignIn
from lms.models.audit import AuditEntry
from lms.services import cohorts
from tests.cast import Cast
from tests.lms.views.visitor import NEW_PASSWORD, VERA, Visitor, link_in, outbox, rows

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
)


def register_vera(app: Flask, **more: str) -> Visitor:
    vera = Visitor(app)
    answer = vera.send("/register", {**VERA, **more})
    assert answer.status_code == 302, answer.text
    return vera


def acts(app: Flask) -> list[str]:
    with rows(app) as session:
        return list(session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


# --- registering and confirming -------------------------------------------------------------


def test_a_person_registers_confirms_and_signs_in(app: Flask) -> None:
    vera = register_vera(app, licence_number="PSY 1234", licence_jurisdiction="Oregon")
    assert vera.sign_in("Vera", NEW_PASSWORD).status_code == 200, "not before confirming"
    (recipient, _, body) = outbox(app)[-1]
    assert recipient == "vera@example.org"
    link = link_in(body, "/confirm")
    assert vera.send(link, {}).status_code == 302
    assert vera.sign_in("Vera", NEW_PASSWORD).status_code == 302
    page = vera.get("/account").text
    for said in ("Vera Achterberg", "Psychiatrist", "PSY 1234", "Oregon", "vera@example.org"):
        assert said in page


def test_opening_the_confirmation_link_changes_nothing(app: Flask) -> None:
    vera = register_vera(app)
    link = link_in(outbox(app)[-1][2], "/confirm")
    assert "Confirm my address" in vera.get(link).text
    assert vera.client.head(link).status_code == 200
    with rows(app) as session:
        confirmed = sa.select(Account.confirmed_at).where(Account.email == VERA["email"])
        assert session.scalar(confirmed) is None


def test_a_confirmation_link_expires_and_can_be_sent_again(app: Flask) -> None:
    vera = register_vera(app)
    link = link_in(outbox(app)[-1][2], "/confirm")
    with time_machine.travel(clock.now() + timedelta(days=2, minutes=1)):
        vera.send(link, {})
        assert "expired" in vera.get("/confirm").text
        assert vera.send("/confirm", {"email": VERA["email"]}).status_code == 200
        vera.send(link_in(outbox(app)[-1][2], "/confirm"), {})
        assert vera.sign_in("Vera", NEW_PASSWORD).status_code == 302


def test_a_mistyped_form_comes_back_with_its_errors_and_without_the_password(app: Flask) -> None:
    answer = Visitor(app).send("/register", {**VERA, "email": "vera@", "full_name": "  "})
    assert answer.status_code == 200
    assert "Enter a complete e-mail address" in answer.text
    assert "Enter the name." in answer.text
    assert 'href="#email"' in answer.text
    assert NEW_PASSWORD not in answer.text
    assert outbox(app) == []


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short words", "at least 12"),
        ("x" * 200 + "heron mill" * 10, "at most 256"),
        ("sunshine2024", "among the first"),
        ("Vera-Achterberg-2026", "your own details"),
        ("PAT Education 2026", "your own details"),
        ("psychedelic therapy", "your own details"),
    ],
)
def test_a_guessable_password_is_refused_with_the_reason(
    app: Flask, password: str, why: str
) -> None:
    answer = Visitor(app).send("/register", {**VERA, "password": password})
    assert answer.status_code == 200
    assert why in answer.text


@pytest.mark.parametrize(
    "password",
    ["heron mill " * 5 + "river stone", "水面に映る月の光は静かに揺れる", "  spaced  out  words  "],
)
def test_any_long_password_works_exactly_as_typed(app: Flask, password: str) -> None:
    vera = register_vera(app, password=password)
    vera.send(link_in(outbox(app)[-1][2], "/confirm"), {})
    assert vera.sign_in("Vera", password.strip() + "!").status_code == 200
    assert vera.sign_in("Vera", password).status_code == 302


def test_passwords_are_kept_as_argon2id_only(app: Flask) -> None:
    register_vera(app)
    with rows(app) as session:
        kept = session.scalars(sa.select(Account.password).where(Account.email == VERA["email"]))
        assert kept.one().startswith("$argon2id$v=19$m=19456,t=2,p=1$")


# --- signing in and out ---------------------------------------------------------------------


def test_the_way_back_after_signing_in_is_where_one_came_from(app: Flask) -> None:
    lena = Visitor(app)
    sent_away = lena.get("/account/sessions?all=1")
    assert sent_away.status_code == 302
    page = lena.get(sent_away.location).text
    way_back = re.search(r'name="next"[^>]* value="([^"]*)"', page)
    assert way_back
    answer = lena.sign_in("Lena", next=way_back.group(1))
    assert answer.location == "/account/sessions?all=1"


@pytest.mark.parametrize(
    ("who", "arrives"),
    [
        ("Lena", "/learn"),
        ("Otto", "/learn"),
        ("Ada", "/manage"),
        ("Dina", "/manage"),
        ("Ivo", "/manage"),
        ("Rhea", "/manage"),
        ("Olga", "/manage"),
        ("Saul", "/manage/programmes/{northgate}/supervision"),
        ("Pia", "/manage/programmes/{northgate}/partner"),
    ],
)
def test_signing_in_leads_to_where_ones_work_is(
    app: Flask, cast: Cast, who: str, arrives: str
) -> None:
    visitor = Visitor(app)
    answer = visitor.sign_in(who)
    assert visitor.get(answer.location).location == arrives.format(northgate=cast.northgate)
    assert visitor.get(visitor.get("/").location).status_code == 200
    asked_for = Visitor(app).sign_in(who, next="/account/sessions?all=1")
    assert asked_for.location == "/account/sessions?all=1"


def test_staff_who_learn_are_led_to_what_they_learn(app: Flask, cast: Cast) -> None:
    with rows(app) as session:
        how = {"cohort_id": cast.autumn, "by": cast.ada, "now": clock.now()}
        seat = cohorts.place(session, account_id=cast.ivo, **how)  # type: ignore[arg-type]
        session.commit()
    ivo = Visitor(app)
    assert ivo.get(ivo.sign_in("Ivo").location).location == "/learn"
    with rows(app) as session:
        run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
        why = {"reason": "-", "by": cast.ada, "now": clock.now()}
        cohorts.change_state(session, run, seat, "withdraw", **why)  # type: ignore[arg-type]
        session.commit()
    assert ivo.get("/").location == "/manage", "what was given up is nobody's work"


def test_an_empty_sign_in_is_told_once_what_is_wrong(app: Flask) -> None:
    page = Visitor(app).sign_in("@", "").text
    assert page.count("The e-mail address or the password is not right") == 1


def test_a_session_lasts_as_long_as_the_browser_unless_asked_to_stay(app: Flask) -> None:
    brief = Visitor(app).sign_in("Lena").headers["Set-Cookie"]
    assert "Expires" not in brief
    assert "HttpOnly" in brief
    assert "SameSite=Lax" in brief
    lasting = Visitor(app).sign_in("Lena", keep="y").headers["Set-Cookie"]
    assert "Expires" in lasting


def test_fourteen_days_are_the_longest(app: Flask) -> None:
    lena = Visitor(app)
    began = clock.now()
    lena.sign_in("Lena", keep="y")
    for days, works in ((13, True), (13.9, True), (14.1, False)):
        with time_machine.travel(began + timedelta(days=days)):
            assert lena.is_signed_in() is works, days


def test_signing_out_ends_the_row_and_empties_the_browser(app: Flask) -> None:
    lena = Visitor(app)
    lena.sign_in("Lena")
    answer = lena.send("/sign-out", {}, page="/account")
    assert answer.status_code == 302
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "You are signed out" in lena.get(answer.location).text
    assert not lena.is_signed_in()
    with rows(app) as session:
        assert session.scalars(sa.select(SignIn.ended_at)).one() is not None


def test_signing_out_twice_is_no_error(app: Flask) -> None:
    lena = Visitor(app)
    token_page = lena.get("/sign-in")
    assert token_page.status_code == 200
    assert lena.send("/sign-out", {}, page="/sign-in").status_code == 302


# --- one's own account ----------------------------------------------------------------------


def test_details_can_be_changed_and_a_new_name_is_noted(app: Flask, cast: Cast) -> None:
    lena = Visitor(app)
    lena.sign_in("Lena")
    new = {
        "full_name": "  Lena   Marković-Berg ",
        "profession": "Clinical psychologist",
        "licence_number": "",
        "licence_jurisdiction": "Slovenia",
    }
    assert lena.send("/account", new).status_code == 303
    with rows(app) as session:
        account = session.get(Account, cast.lena)
        assert account
        assert account.full_name == "Lena Marković-Berg"
        assert account.licence_number is None
        assert account.licence_jurisdiction == "Slovenia"
    assert "account.renamed" in acts(app)


def test_one_sees_where_one_is_signed_in_and_can_end_a_session(app: Flask) -> None:
    desk, phone = Visitor(app, agent=FIREFOX), Visitor(app, agent=IPHONE)
    desk.sign_in("Lena")
    phone.sign_in("Lena")
    page = desk.get("/account/sessions").text
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.count("This session") == 1
    end = re.findall(r'action="(/account/sessions/\d+/end)"', page)
    assert len(end) == 1, "the present session is left by signing out"
    assert desk.send(end[0], {}, page="/account/sessions").status_code == 303
    assert not phone.is_signed_in()
    assert desk.is_signed_in()


def test_all_other_sessions_end_at_once(app: Flask) -> None:
    desk, others = Visitor(app), [Visitor(app), Visitor(app)]
    for each in (desk, *others):
        each.sign_in("Lena")
    leo = Visitor(app)
    leo.sign_in("Leo")
    answer = desk.send("/account/sessions/end-others", {}, page="/account/sessions")
    assert "2 other sessions have ended" in desk.get(answer.location).text
    assert [each.is_signed_in() for each in (desk, *others, leo)] == [True, False, False, True]


def test_a_forgotten_password_is_replaced_and_every_session_ends(app: Flask) -> None:
    thief, lena = Visitor(app), Visitor(app)
    thief.sign_in("Lena")
    lena.send("/reset", {"email": "lena@example.org"})
    link = link_in(outbox(app)[-1][2], "/reset")
    assert lena.send(link, {"password": NEW_PASSWORD}).status_code == 302
    assert not thief.is_signed_in()
    assert lena.sign_in("Lena").status_code == 200, "the old password is gone"
    assert lena.sign_in("Lena", NEW_PASSWORD).status_code == 302
    assert outbox(app)[-1][1] == "Your password has been replaced"
    assert "account.password-reset" in acts(app)
    assert lena.get(link).status_code == 302, "the link works once"


def test_resetting_also_confirms_because_the_message_arrived(app: Flask) -> None:
    vera = register_vera(app)
    vera.send("/reset", {"email": VERA["email"]})
    vera.send(link_in(outbox(app)[-1][2], "/reset"), {"password": "willow over the old weir"})
    assert vera.sign_in("Vera", "willow over the old weir").status_code == 302


def test_changing_the_password_needs_the_present_one_and_ends_other_sessions(app: Flask) -> None:
    desk, phone = Visitor(app), Visitor(app)
    desk.sign_in("Lena", keep="y")
    phone.sign_in("Lena")
    wrong = {"password": "not the present one", "new_password": NEW_PASSWORD}
    assert "not your present password" in desk.send("/change-password", wrong).text
    assert phone.is_signed_in()
    right = {"password": "spruce lantern over quiet water", "new_password": NEW_PASSWORD}
    answer = desk.send("/change-password", right)
    assert answer.location == "/account/sessions"
    assert "Expires" in answer.headers["Set-Cookie"], "a lasting session stays one"
    assert desk.is_signed_in()
    assert not phone.is_signed_in()
    with rows(app) as session:
        still_open = sa.select(sa.func.count()).where(SignIn.ended_at.is_(None))
        assert session.scalar(still_open) == 1
    assert outbox(app)[-1][1] == "Your password has been changed"
    assert "account.password-changed" in acts(app)


# --- the staff of a programme ---------------------------------------------------------------


def people_page(cast: Cast) -> str:
    return f"/manage/programmes/{cast.northgate}/people"


def test_an_administrator_grants_and_withdraws_a_role(app: Flask, cast: Cast) -> None:
    ada = Visitor(app)
    ada.sign_in("Ada")
    grant = {"email": "LENA@example.org", "role": "instructor"}
    assert ada.send(people_page(cast), grant).status_code == 303
    page = ada.get(people_page(cast)).text
    assert "Lena Marković" in page
    assert "Ada Okafor" in page
    withdraw = f"{people_page(cast)}/{cast.lena}/withdraw"
    assert ada.send(withdraw, {}, page=people_page(cast)).status_code == 303
    assert "Lena Marković" not in ada.get(people_page(cast)).text
    assert acts(app)[-2:] == ["role.granted", "role.withdrawn"]


def test_the_last_administrator_stays(app: Flask, cast: Cast) -> None:
    with rows(app) as session:
        session.execute(sa.delete(RoleGrant).where(RoleGrant.account_id == cast.dina))
        session.commit()
    ada = Visitor(app)
    ada.sign_in("Ada")
    withdraw = f"{people_page(cast)}/{cast.ada}/withdraw"
    ada.send(withdraw, {}, page=people_page(cast))
    assert "only administrator" in ada.get(people_page(cast)).text
    demote = {"email": "ada@example.org", "role": "instructor"}
    answer = ada.send(people_page(cast), demote)
    assert answer.status_code == 422
    assert "only administrator" in answer.text


def test_an_address_that_nobody_confirmed_gets_no_role_but_an_invitation(
    app: Flask, cast: Cast
) -> None:
    register_vera(app)
    ada = Visitor(app)
    ada.sign_in("Ada")
    answer = ada.send(people_page(cast), {"email": VERA["email"], "role": "instructor"})
    assert answer.status_code == 303
    assert VERA["full_name"] not in ada.get(people_page(cast)).text
    with rows(app) as session:
        vera = sa.select(Account.id).where(Account.email == VERA["email"])
        held = sa.select(RoleGrant.id).where(RoleGrant.account_id.in_(vera))
        assert session.scalar(held) is None


@pytest.mark.parametrize(
    ("name", "status"), [("Ivo", 403), ("Lena", 403), ("Otto", 404), ("Olga", 404)]
)
def test_roles_are_for_the_programme_s_administrators_to_give(
    app: Flask, cast: Cast, name: str, status: int
) -> None:
    holders = sa.select(RoleGrant.account_id).where(RoleGrant.programme_id == cast.northgate)
    with rows(app) as session:
        before = set(session.scalars(holders))
    visitor = Visitor(app)
    visitor.sign_in(name)
    assert visitor.get(people_page(cast)).status_code == (200 if name == "Ivo" else status)
    grant = {"email": f"{name.lower()}@example.org", "role": "administrator"}
    assert visitor.send(people_page(cast), grant, page="/account").status_code == status
    withdraw = f"{people_page(cast)}/{cast.ada}/withdraw"
    assert visitor.send(withdraw, {}, page="/account").status_code == status
    with rows(app) as session:
        assert set(session.scalars(holders)) == before
