"""The list of cohorts and the form that opens one, as each of the cast meets them."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.accounts import RoleGrant
from lms.models.audit import AuditEntry
from lms.models.catalogue import Release
from lms.models.cohorts import Cohort, Enrolment
from lms.models.search import PassageRecord, SearchedRelease
from lms.services import accounts, cohorts, messages
from tests.cast import THEN, Cast, token_in
from tests.closing_course import disclose_everybody
from tests.lms import report_samples as sample

ClientOf = Callable[[str], FlaskClient]
GOOD = {
    "title": "Spring 2027",
    "starts_on": "2027-02-01",
    "due_on": "2027-06-01",
    "enrols_until": "2027-02-14",
}


@pytest.fixture
def disclosed(app: Flask, cast: Cast) -> None:
    """No cohort opens before everybody who controls content has disclosed."""
    with app.app_context():
        disclose_everybody(db.session, cast, clock.now())
        db.session.commit()


def new_page(cast: Cast) -> str:
    return f"/manage/programmes/{cast.northgate}/cohorts/new"


@pytest.mark.parametrize(
    ("who", "listing", "form"),
    [
        ("Ada", 200, 200),
        ("Ivo", 200, 403),
        ("Lena", 404, 403),
        ("Otto", 404, 404),
        ("Olga", 200, 404),
    ],
)
def test_each_of_the_cast_meets_what_is_theirs(
    client_of: ClientOf, cast: Cast, who: str, listing: int, form: int
) -> None:
    client = client_of(who)
    assert client.get("/manage").status_code == listing
    assert client.get(new_page(cast)).status_code == form
    token = token_in(client.get("/account").get_data(as_text=True))
    sent = client.post(new_page(cast), data={"csrf_token": token, "title": ""})
    assert sent.status_code == (422 if form == 200 else form)


def test_the_anonymous_are_asked_to_sign_in(app: Flask, cast: Cast) -> None:
    for path in ("/manage", new_page(cast)):
        answer = app.test_client().get(path)
        assert answer.status_code == 302
        assert "/sign-in" in answer.location


def test_the_list_shows_how_many_learn_and_how_many_are_complete(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    with app.app_context():
        sample.complete(db.session, cast.lena, cast.lena_seat)
        db.session.commit()
    page = client_of("Ada").get("/manage").get_data(as_text=True)
    row = page.split(f'href="/manage/cohorts/{cast.autumn}"', 1)[1].split("</tr>", 1)[0]
    assert '<td class="is-number">2</td>' in row
    assert '<td class="is-number">1</td>' in row
    assert f"/manage/programmes/{cast.northgate}/people" in page
    assert f"/manage/programmes/{cast.northgate}/audit" in page


def test_an_instructor_sees_the_cohorts_but_none_of_an_administrators_links(
    client_of: ClientOf, cast: Cast
) -> None:
    page = client_of("Ivo").get("/manage").get_data(as_text=True)
    assert "Autumn 2026" in page
    for link in ("/packs", "/audit", "/cohorts/new"):
        assert link not in page


def test_nobody_reads_of_another_programme(client_of: ClientOf) -> None:
    page = client_of("Olga").get("/manage").get_data(as_text=True)
    assert "Southgate" in page
    assert "Northgate" not in page
    assert "Autumn 2026" not in page


def test_a_programme_that_begins_is_led_step_by_step(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    olga = client_of("Olga")
    begun = olga.get("/manage").text
    here = f"/manage/programmes/{cast.southgate}"
    assert "0 of 5 are done" in begun
    assert f'href="{here}/cohorts/new"' in begun
    assert "/rosters" not in begun, "there is no cohort to bring anybody into"
    with app.app_context():
        for email, role in (("olga", "director"), ("otto", "educator")):
            accounts.grant_role(
                db.session,
                programme_id=cast.southgate,
                email=cast.email(email),
                role=role,
                by=cast.olga,
                now=clock.now(),
            )
        db.session.commit()
    named = olga.get("/manage").text
    assert "1 of 5 are done" in named
    assert "Missing: Olga" in named


def test_the_list_of_steps_goes_away_with_the_last(
    app: Flask, client_of: ClientOf, cast: Cast, disclosed: None
) -> None:
    ada = client_of("Ada")
    assert "4 of 5 are done" in ada.get("/manage").text
    with app.app_context():
        messages.set_rule(
            db.session,
            cohorts.programme_for(db.session, cast.ada, cast.northgate, "administrator"),
            "silent",
            is_on=False,
            days=20,
            by=cast.ada,
            now=clock.now(),
        )
        db.session.commit()
    page = ada.get("/manage").text
    assert "What is next" not in page
    assert "Autumn 2026" in page


def test_an_instructor_without_a_cohort_is_told_who_opens_one(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    with app.app_context():
        grant = RoleGrant(
            account_id=cast.otto, programme_id=cast.southgate, role="instructor", granted_at=THEN
        )
        db.session.add(grant)
        db.session.commit()
    page = client_of("Otto").get("/manage").get_data(as_text=True)
    assert "No cohort yet" in page
    assert "cohorts/new" not in page


def send(client: FlaskClient, cast: Cast, **other: str) -> tuple[int, str]:
    page = client.get(new_page(cast)).get_data(as_text=True)
    values = {**GOOD, "release": str(cast.release), **other, "csrf_token": token_in(page)}
    answer = client.post(new_page(cast), data=values)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.usefixtures("disclosed")
def test_an_administrator_opens_a_cohort(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    client = client_of("Ada")
    assert "release 2026.1" in client.get(new_page(cast)).get_data(as_text=True)
    status, _page = send(client, cast, title="  Spring   2027 ")
    assert status == 303
    with app.app_context():
        made = db.session.scalars(sa.select(Cohort).where(Cohort.title == "Spring 2027")).one()
        assert (made.programme_id, made.release_id) == (cast.northgate, cast.release)
        assert made.enrols_until is not None
        acts = list(db.session.scalars(sa.select(AuditEntry.act)))
        assert acts.count("cohort.created") == 1
    assert "Nobody has enrolled yet" in client.get(f"/manage/cohorts/{made.id}").get_data(
        as_text=True
    )


@pytest.mark.usefixtures("disclosed")
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Give the cohort a title."),
        ("title", " \t ", "Give the cohort a title."),
        ("title", "x" * 121, "Use at most 120 characters."),
        ("title", "two\x07bells", "Use letters, digits and ordinary signs only."),
        ("title", "Autumn 2026", "This programme already has a cohort of that title."),
        ("release", "", "Choose what is taught."),
        ("release", "999", "Not a valid choice"),
        ("starts_on", "", "Enter the first day."),
        ("starts_on", "1 May", "Enter a day, such as 2026-09-01."),
        ("starts_on", "2027-02-30", "Enter a day, such as 2026-09-01."),
        ("due_on", "", "Enter the last day."),
        ("due_on", "2027-02-01", "The due date has to come after the start."),
        ("due_on", "2072-06-01", "That is more than five years after the start."),
        ("enrols_until", "2027-06-02", "Enrolment has to close by the due date."),
        ("enrols_until", "soon", "Enter a day, such as 2026-09-01."),
    ],
)
def test_each_mistake_is_named_at_its_field(
    app: Flask, client_of: ClientOf, cast: Cast, field: str, value: str, sentence: str
) -> None:
    # An earlier due date would put the end of enrolment in the wrong as well.
    other = {"enrols_until": ""} if field == "due_on" else {}
    status, page = send(client_of("Ada"), cast, **{**other, field: value})
    assert status == 422
    assert page.count(sentence) == 2, "in the summary and at the field"
    assert f'id="{field}-error"' in page
    assert page.count('class="field-error"') == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Cohort)) == 1


@pytest.mark.usefixtures("disclosed")
def test_a_cohort_may_open_without_open_enrolment(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    assert send(client_of("Ada"), cast, enrols_until="")[0] == 303
    with app.app_context():
        made = db.session.scalars(sa.select(Cohort).where(Cohort.title == "Spring 2027")).one()
        assert made.enrols_until is None


def test_a_forged_form_opens_nothing(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    answer = client_of("Ada").post(new_page(cast), data={**GOOD, "release": str(cast.release)})
    assert answer.status_code == 400
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Cohort)) == 1


def test_without_a_curriculum_the_form_says_how_to_get_one(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(sa.text("TRUNCATE releases CASCADE"))
        else:
            for table in (SearchedRelease, PassageRecord, Enrolment, Cohort, Release):
                db.session.execute(sa.delete(table))
        db.session.commit()
    page = client_of("Ada").get(new_page(cast)).get_data(as_text=True)
    assert "There is no curriculum yet" in page
    assert 'name="title"' not in page
