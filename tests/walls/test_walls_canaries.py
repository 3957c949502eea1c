"""No canary on the wrong side: every page, file, search and letter, opened as everybody."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.access import rule_of
from lms.app import create_app
from lms.db import db
from lms.models.accounts import ROLES, Account, RoleGrant
from lms.models.mail import OutboxMessage
from lms.services.cohorts import runs, seats
from lms.services.faculty import partners
from lms.services.sittings import learners
from tests.cast import Cast, settings_for
from tests.walls.crawl import Address, addresses, leaks
from tests.walls.world import ALL, CANARIES, MAY_MEET, SURNAMES, World, build

Story = tuple[str, Path, World]
ClientOf = Callable[[str], FlaskClient]


@pytest.fixture(scope="module")
def story(
    template: tuple[str, Cast],
    copy_database: Callable[[str, str, Path], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Story:
    """The world, made once, with its folder of files."""
    folder, files = tmp_path_factory.mktemp("walls"), tmp_path_factory.mktemp("files")
    address = copy_database(template[0], "walls", folder)
    app = create_app(settings_for(files, address))
    world = build(app, template[1], tmp_path_factory.mktemp("curriculum"))
    with app.app_context():
        db.engine.dispose()
    return address, files, world


@pytest.fixture
def address(story: Story, tmp_path: Path, copy_database: Callable[[str, str, Path], str]) -> str:
    """A copy of it, files and all, for each test."""
    shutil.copytree(story[1], tmp_path, dirs_exist_ok=True)
    return copy_database(story[0], "test", tmp_path)


@pytest.fixture
def world(story: Story) -> World:
    return story[2]


@pytest.fixture
def pages(app: Flask, world: World) -> list[Address]:
    return addresses(app, world)


def foreign(pages: list[Address]) -> list[Address]:
    """The addresses in which something is another programme's."""
    return [page for page in pages if "south" in page.side]


def test_the_crawl_finds_the_routes_by_itself(app: Flask, pages: list[Address]) -> None:
    """A page that somebody adds is crawled without being named here."""
    opened = {page.endpoint for page in pages}
    left_out = [
        route
        for route in app.url_map.iter_rules()
        if "GET" in (route.methods or ()) and route.endpoint not in opened
    ]
    rules = {rule_of(app, route.endpoint) for route in left_out}
    assert len(opened) > 100 and rules <= {"public", "development"}


@pytest.mark.parametrize("who", ["", "Otto", "Lena", "Leo", "Sunniva", "Sten", "Pia", "Saul"])
def test_who_comes_from_outside_or_learns_meets_nobody_else(
    app: Flask, client_of: ClientOf, pages: list[Address], who: str
) -> None:
    client = client_of(who) if who else app.test_client()
    assert list(leaks(client, pages, MAY_MEET[who])) == []


@pytest.mark.parametrize("who", ["Dina", "Ada", "Ed", "Ivo", "Rhea"])
def test_staff_meet_nobody_of_another_programme(
    client_of: ClientOf, pages: list[Address], who: str
) -> None:
    assert list(leaks(client_of(who), foreign(pages), MAY_MEET[who])) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_role_in_one_programme_opens_another(
    app: Flask, cast: Cast, client_of: ClientOf, pages: list[Address], role: str
) -> None:
    """Olga in Southgate, in each role there is, opens everything of Northgate."""
    with app.app_context():
        held = sa.update(RoleGrant).where(RoleGrant.account_id == cast.olga)
        db.session.execute(held.values(role=role))
        db.session.commit()
    # Her own side is opened with the most that a role opens; the others have no more of it.
    asked = [page for page in pages if role == "administrator" or page.side != "south"]
    assert list(leaks(client_of("Olga"), asked, MAY_MEET["Olga"])) == []


def test_the_pages_of_a_cohort_hold_nobody_of_another(
    client_of: ClientOf, pages: list[Address]
) -> None:
    ada = client_of("Ada")
    of_a_cohort = [
        page for page in pages if "cohort" in page.arguments and "enrolment" not in page.arguments
    ]
    autumn = [page for page in of_a_cohort if page.side == "autumn"]
    spring = [page for page in of_a_cohort if page.side == "spring"]
    assert autumn and spring
    assert list(leaks(ada, autumn, CANARIES["Leo"] | CANARIES["Lena"])) == []
    assert list(leaks(ada, spring, CANARIES["Sunniva"])) == []


@pytest.mark.parametrize("who", ["", "Otto", "Lena", "Sten", "Olga", "Pia", "Saul", "Ada"])
def test_search_finds_nobody_on_the_other_side(
    app: Flask, client_of: ClientOf, world: World, who: str
) -> None:
    """Asked for half a name, no page says the other half."""
    client = client_of(who) if who else app.test_client()
    programmes = (world.told.cast.northgate, world.told.cast.southgate)
    asked = [
        Address(path, "search", frozenset(), "")
        for surname in SURNAMES.values()
        for path in (
            f"/search?q={surname[:6]}",
            *(f"/manage/programmes/{each}/credentials?q={surname[:6]}" for each in programmes),
        )
    ]
    assert list(leaks(client, asked, MAY_MEET[who])) == []


def test_no_letter_tells_one_about_another(app: Flask, cast: Cast) -> None:
    with app.app_context():
        names = {
            account.email: account.full_name.split()[0]
            for account in db.session.scalars(sa.select(Account))
        }
        letters = db.session.scalars(sa.select(OutboxMessage)).all()
        assert len(letters) > 5
        wrong = []
        for letter in letters:
            # Whoever has no account was named by the learner: a supervisor asked to sign.
            may_meet = MAY_MEET.get(names.get(letter.recipient, ""), CANARIES["Leo"])
            text = f"{letter.subject}\n{letter.body}\n{letter.html or ''}"
            told = {each for each in ALL - may_meet if each in text}
            if told:
                wrong.append(f"{letter.recipient}: {letter.subject}: {sorted(told)}")
    assert wrong == []


def test_the_canaries_sing_where_they_may(client_of: ClientOf, pages: list[Address]) -> None:
    """That nothing is met proves something only where there is much to meet."""
    mine = [page for page in pages if page.side == "autumn"]
    assert len(list(leaks(client_of("Ada"), mine, set()))) > 20
    assert any("notes" in page for page in leaks(client_of("Leo"), mine, set()))


# --- walls with a hole: the crawl has to find each ------------------------------------------


def first(found: Iterator[str]) -> str:
    return next(found, "")


def test_it_finds_a_programme_whose_roles_are_not_asked(
    client_of: ClientOf, pages: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs.accounts, "require_role", lambda *_args, **_more: None)
    assert first(leaks(client_of("Olga"), pages, MAY_MEET["Olga"]))


def test_it_finds_a_seat_that_anybody_may_take(
    client_of: ClientOf, pages: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "refuse_other", lambda *_args: None)
    assert first(leaks(client_of("Lena"), pages, MAY_MEET["Lena"]))


def test_it_finds_a_partner_who_is_not_asked_for_consent(
    client_of: ClientOf, pages: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partners, "_last_word", lambda _enrolment: sa.true())
    assert "faculty.partner" in first(leaks(client_of("Pia"), pages, MAY_MEET["Pia"]))


def test_it_finds_a_list_that_forgets_its_cohort(
    client_of: ClientOf, pages: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = learners._LEARNERS
    monkeypatch.setattr(
        "lms.services.sittings.list_learners",
        lambda session, _cohort: [learners.Learner(*row) for row in session.execute(everybody)],
    )
    autumn = [page for page in pages if "cohort" in page.arguments and page.side == "autumn"]
    assert first(leaks(client_of("Ada"), autumn, CANARIES["Leo"] | CANARIES["Lena"]))
