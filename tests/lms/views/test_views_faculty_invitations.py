"""Inviting a colleague from the people page, and what the link in the message opens."""

import re
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.models.accounts import Account, RoleGrant
from lms.models.faculty import RoleInvitation
from lms.models.mail import OutboxMessage
from tests.cast import Cast, token_in

ClientOf = Callable[[str], FlaskClient]
VERA = "vera@clinic.example"


def people(cast: Cast) -> str:
    return f"/manage/programmes/{cast.northgate}/people"


def send(client: FlaskClient, path: str, **form: object) -> tuple[int, str]:
    """Send a form with a valid token; return the status and the page it leads to."""
    token = token_in(client.get("/account").text)
    headers = form.pop("headers", {})
    answer = client.post(path, data={"csrf_token": token, **form}, headers=headers)  # type: ignore[arg-type]
    if answer.status_code != 303:
        return answer.status_code, answer.text
    return 303, client.get(answer.headers["Location"]).text


def links(app: Flask) -> list[str]:
    with app.app_context():
        bodies = db.session.scalars(sa.select(OutboxMessage.body).order_by(OutboxMessage.id))
        return [
            found[0] for body in bodies if (found := re.findall(r"https?://\S+/faculty/\S+", body))
        ]


def path_of(link: str) -> str:
    return "/faculty/" + link.rsplit("/", 1)[1]


def take(client: FlaskClient, path: str) -> int:
    """Make an account by a link; return the status."""
    opened = client.get(path)
    form = {
        "csrf_token": token_in(opened.text),
        "full_name": "Vera Nyström",
        "profession": "Nurse",
        "password": "a heron waits by the mill",
    }
    return client.post(path, data=form).status_code


def test_from_a_name_on_the_people_page_to_a_colleague_at_work(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    dina = client_of("Dina")
    form = {"full_name": "Vera Nyström", "email": VERA, "role": "educator", "site": ""}
    status, page = send(dina, people(cast), **form)
    assert status == 303 and "Written to vera@clinic.example" in page
    assert "Invited, not here yet" in page and "Lead educator" in page
    (link,) = links(app)
    vera = app.test_client()
    opened = vera.get(path_of(link))
    assert "Dina Castellanos invites you" in opened.text and 'content="no-referrer"' in opened.text
    weak = {"csrf_token": token_in(opened.text), "full_name": "V", "password": "short"}
    assert vera.post(path_of(link), data=weak).status_code == 422
    assert take(vera, path_of(link)) == 303
    assert vera.get("/manage").status_code == 200
    assert vera.get(people(cast)).status_code == 200
    assert "Not here yet" not in dina.get(people(cast)).text
    assert app.test_client().get(path_of(link)).status_code == 404


def test_the_page_says_the_same_of_an_address_with_and_without_an_account(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    pages = []
    for email in ("otto@example.org", VERA):
        status, page = send(ada, people(cast), email=email, role="auditor", site="")
        assert status == 303 and "Otto Lind" not in page
        main = page.split('<main id="main"', 1)[1].split("</main>", 1)[0]
        pages.append(re.sub(r'value="[^"]*"|<time[^>]*>[^<]*', "", main.replace(email, "X")))
        status, _page = send(ada, f"{people(cast)}/invitations/{len(pages)}/end")
        assert status == 303
    first, second = (re.sub(r"invitations/\d+", "", page) for page in pages)
    assert first == second


def test_a_forged_host_does_not_reach_the_letter(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    send(client_of("Ada"), people(cast), email=VERA, role="auditor", site="", headers=headers)
    (link,) = links(app)
    assert link.startswith(app.config["SETTINGS"].public_url + "/faculty/")
    assert "evil" not in link


def test_an_educator_cannot_invite_send_again_or_end(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    send(client_of("Ada"), people(cast), email=VERA, role="auditor", site="")
    for name in ("Ed", "Ivo", "Rhea"):
        client = client_of(name)
        assert VERA in client.get(people(cast)).text
        assert "Send again" not in client.get(people(cast)).text
        form = {"email": "friend@clinic.example", "role": "administrator", "site": ""}
        assert send(client, people(cast), **form)[0] == 403
        for act in ("again", "end"):
            assert send(client, f"{people(cast)}/invitations/1/{act}")[0] == 403
    for act in ("again", "end"):
        path = f"/manage/programmes/{cast.southgate}/people/invitations/1/{act}"
        assert send(client_of("Olga"), path)[0] == 404
        assert send(client_of("Ada"), path)[0] == 404
    with app.app_context():
        row = db.session.scalars(sa.select(RoleInvitation)).one()
        assert (row.email, row.role, row.times_sent, row.ended_at) == (VERA, "auditor", 1, None)


def test_an_administrator_invites_no_director_beside_one(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    status, page = send(client_of("Ada"), people(cast), email=VERA, role="director", site="")
    assert status == 422 and "Only a director" in page
    assert links(app) == []


def test_somebody_signed_in_as_another_takes_nothing(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    """Neither a new account is made behind their back, nor is the role of another theirs."""
    ada = client_of("Ada")
    for email in (VERA, "otto@example.org"):
        send(ada, people(cast), email=email, role="administrator", site="")
    for link in links(app):
        lena = client_of("Lena")
        opened = lena.get(path_of(link))
        assert "another address than the one you are signed in with" in opened.text
        form = {"full_name": "Lena", "profession": "N", "password": "a heron waits by the mill"}
        send(lena, path_of(link), **form)
    with app.app_context():
        assert db.session.scalar(sa.select(Account.id).where(Account.email == VERA)) is None
        holders = sa.select(RoleGrant.account_id).where(RoleGrant.programme_id == cast.northgate)
        assert not {cast.lena, cast.otto} & set(db.session.scalars(holders))


def test_somebody_with_an_account_signs_in_and_takes_the_role(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    send(client_of("Ada"), people(cast), email="otto@example.org", role="supervisor", site="")
    (link,) = links(app)
    unknown = app.test_client().get(path_of(link))
    assert "There is an account with this address" in unknown.text
    assert "new-password" not in unknown.text
    otto = client_of("Otto")
    assert "Take the role" in otto.get(path_of(link)).text
    assert send(otto, path_of(link))[0] == 303
    assert send(otto, path_of(link))[0] == 404
    assert "Otto Lind" in client_of("Dina").get(people(cast)).text


def test_sent_again_from_the_list_and_ended_there(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    send(ada, people(cast), email=VERA, role="auditor", site="")
    status, page = send(ada, f"{people(cast)}/invitations/1/again")
    assert status == 303 and "The earlier link is void" in page and "2 times" in page
    first, second = links(app)
    assert app.test_client().get(path_of(first)).status_code == 404
    assert app.test_client().get(path_of(second)).status_code == 200
    status, page = send(ada, f"{people(cast)}/invitations/1/end")
    assert status == 303 and "Invited, not here yet" not in page
    assert app.test_client().get(path_of(second)).status_code == 404
    assert send(ada, f"{people(cast)}/invitations/1/end")[0] == 404


def test_what_is_no_address_or_name_is_refused(cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    for email, name in (
        ("vera", ""),
        ("vera@clinic.example\nBcc: all@x.example", ""),
        (VERA, "Ve\x07ra"),
        (VERA, "V" * 121),
    ):
        status, _page = send(
            ada, people(cast), email=email, full_name=name, role="auditor", site=""
        )
        assert status == 422, (email, name)
