"""The set-up page: one link, one use, one administrator and their programme."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from lms import clock
from lms.models.accounts import RoleGrant
from lms.models.catalogue import Programme
from lms.services import accounts
from tests.lms.views.visitor import NEW_PASSWORD, Visitor, rows

FOUNDER = {
    "full_name": "Noor Haddad",
    "profession": "Psychiatrist",
    "email": "noor@example.org",
    "password": NEW_PASSWORD,
    "password_again": NEW_PASSWORD,
    "name": "Riverside PAT Programme",
    "summary": "We train licensed clinicians.\nOne cohort a term.",
    "time_zone": "America/Vancouver",
    "web": "https://riverside.example/training",
    "contact_email": "office@riverside.example",
    "director_name": "Dr Noor Haddad",
    "director_title": "Programme director",
    "educator_name": "",
    "educator_title": "",
}


@pytest.fixture
def empty(app: Flask) -> Flask:
    """The application before anybody administers it."""
    with rows(app) as session:
        session.execute(sa.delete(RoleGrant))
        session.commit()
    return app


def setup_link(app: Flask) -> str:
    with rows(app) as session:
        token = accounts.make_setup_link(session, clock.now())
        session.commit()
    return f"/setup/{token}"


def test_the_first_administrator_founds_the_programme(empty: Flask) -> None:
    link = setup_link(empty)
    noor = Visitor(empty)
    answer = noor.send(link, FOUNDER)
    assert (answer.status_code, answer.location) == (303, "/manage")
    assert noor.is_signed_in()
    with rows(empty) as session:
        found = session.scalars(sa.select(Programme).where(Programme.name == FOUNDER["name"])).one()
        assert found.summary == "We train licensed clinicians. One cohort a term."
        assert found.time_zone == "America/Vancouver"
        programme = found.id
    assert noor.get(f"/manage/programmes/{programme}/people").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Middle-earth/Shire", "Not a valid choice"),
        ("time_zone", "", "Choose the time zone."),
        ("web", "javascript://riverside.example/%0aalert(1)", "https://"),
        ("web", "riverside.example", "https://"),
        ("password_again", "another password", "differ"),
        ("password", "riverside programme", "your own details"),
        ("educator_name", "Jonas Ward", "title too, or neither"),
        ("educator_title", "Lead educator", "name too, or neither"),
        ("contact_email", "office", "complete e-mail address"),
    ],
)
def test_set_up_refuses_what_a_programme_cannot_have(
    empty: Flask, field: str, value: str, said: str
) -> None:
    form = {**FOUNDER, field: value}
    if field == "password":
        form["password_again"] = value
    answer = Visitor(empty).send(setup_link(empty), form)
    assert answer.status_code == 200
    assert said in answer.text


def test_a_taken_address_leaves_the_link_usable(empty: Flask) -> None:
    link = setup_link(empty)
    answer = Visitor(empty).send(link, {**FOUNDER, "email": "lena@example.org"})
    assert answer.status_code == 409
    assert Visitor(empty).send(link, FOUNDER).status_code == 303


def test_unknown_used_and_replaced_links_are_alike(empty: Flask) -> None:
    replaced = setup_link(empty)
    used = setup_link(empty)
    Visitor(empty).send(used, FOUNDER)
    pages = [Visitor(empty).get(path) for path in (replaced, used, "/setup/unknown")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1


def test_one_link_makes_one_administrator_however_many_use_it(empty: Flask) -> None:
    link = setup_link(empty)
    visitors = [Visitor(empty, address=f"203.0.113.{n}") for n in range(6)]
    tokens = [visitor.token(link) for visitor in visitors]
    barrier = threading.Barrier(len(visitors))
    statuses: list[int] = []

    def found(number: int) -> None:
        form = {**FOUNDER, "email": f"founder{number}@example.org", "csrf_token": tokens[number]}
        barrier.wait()
        statuses.append(visitors[number].send_blind(link, form).status_code)

    threads = [threading.Thread(target=found, args=(n,)) for n in range(len(visitors))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303] + [404] * (len(visitors) - 1)
    with rows(empty) as session:
        founded = sa.select(sa.func.count()).where(Programme.name == FOUNDER["name"])
        assert session.scalar(founded) == 1
