"""People, competences, settings, conferrals and site partners, as each of the cast meets them."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.errors import Refused
from lms.models.cohorts import CohortFaculty
from lms.models.credentials import CredentialRecord
from lms.models.faculty import Competence, Conferral
from lms.services import accounts, closing, cohorts, credentials, faculty, publishing
from tests.cast import SMALL, Cast, token_in
from tests.stories import read_all, sit

ClientOf = Callable[[str], FlaskClient]


def send(client: FlaskClient, path: str, page: str = "/account", **form: object) -> object:
    token = token_in(client.get(page).text)
    return client.post(path, data={"csrf_token": token, **form})


def base(cast: Cast) -> str:
    return f"/manage/programmes/{cast.northgate}"


def test_only_a_director_makes_another_director(cast: Cast, client_of: ClientOf) -> None:
    """An administrator could else confer completion by a detour."""
    form = {"email": "ada@example.org", "role": "director", "site": ""}
    refused = send(client_of("Ada"), f"{base(cast)}/people", **form)
    assert refused.status_code == 422
    assert "Only a director" in refused.text
    assert send(client_of("Dina"), f"{base(cast)}/people", **form).status_code == 303


def test_the_first_director_may_be_named_by_an_administrator(app: Flask, cast: Cast) -> None:
    with app.app_context():
        accounts.grant_role(
            db.session,
            programme_id=cast.southgate,
            email="otto@example.org",
            role="director",
            by=cast.olga,
            now=clock.now(),
        )
        assert accounts.role_in(db.session, cast.otto, cast.southgate) == "director"


def test_whoever_founds_a_programme_may_become_its_director(
    cast: Cast, client_of: ClientOf
) -> None:
    """A director can do all that its only administrator could; an instructor could not."""
    people = f"/manage/programmes/{cast.southgate}/people"
    form = {"email": "olga@example.org", "site": ""}
    refused = send(client_of("Olga"), people, role="instructor", **form)
    assert refused.status_code == 422
    assert "only administrator" in refused.text
    assert send(client_of("Olga"), people, role="director", **form).status_code == 303


def test_a_competence_takes_the_place_of_the_last_and_both_stay_on_record(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    page = f"{base(cast)}/people/{cast.ivo}"
    for evidence in ("MSc 2019", "Licence 4711"):
        form = {"module": "small-course/first-module", "basis": "degree", "evidence": evidence}
        assert send(client_of("Ada"), page, **form).status_code == 303
    with app.app_context():
        rows = db.session.scalars(sa.select(Competence).order_by(Competence.id)).all()
        assert [row.ended_at is None for row in rows] == [False, True]
    shown = client_of("Rhea").get(page).text
    assert "MSc 2019" in shown and "Licence 4711" in shown
    assert "Record a competence" not in shown


def test_faculty_without_competence_are_named_module_by_module(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.add(
            CohortFaculty(
                cohort_id=cast.autumn,
                account_id=cast.ivo,
                added_by=cast.ada,
                added_at=clock.now(),
            )
        )
        db.session.flush()
        today = clock.now().date()
        (line,) = faculty.list_teaching(db.session, cast.northgate, today)
        assert (line.account_id, line.covered) == (cast.ivo, 0) and line.missing
        for valid_until in (today, None):
            faculty.record_competence(
                db.session,
                cast.northgate,
                cast.ivo,
                course_slug="small-course",
                module_key="first-module",
                basis="licence",
                evidence="Licence",
                valid_until=valid_until,
                by=cast.ada,
                now=clock.now(),
            )
            (line,) = faculty.list_teaching(db.session, cast.northgate, today)
            assert not line.missing
        # The day after its last day it counts no more.
        faculty.record_competence(
            db.session,
            cast.northgate,
            cast.ivo,
            course_slug="small-course",
            module_key="first-module",
            basis="licence",
            evidence="Licence",
            valid_until=today,
            by=cast.ada,
            now=clock.now(),
        )
        after = today + timedelta(days=1)
        assert faculty.list_teaching(db.session, cast.northgate, after)[0].missing


def test_settings_are_saved_and_told_to_the_trail(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    page = f"{base(cast)}/settings"
    assert "Save" not in client_of("Rhea").get(page).text
    dina = client_of("Dina")
    form = {
        "name": "Northgate Institute",
        "summary": "Training.",
        "time_zone": "Europe/Lisbon",
        "web": "https://northgate.example",
        "contact_email": "office@northgate.example",
        "director_name": "Dina Castellanos",
        "director_title": "Director",
        "educator_name": "",
        "educator_title": "",
        "director_confers": "y",
    }
    assert send(dina, page, **{**form, "web": "javascript:alert(1)"}).status_code == 422
    assert send(dina, page, **form).status_code == 303
    with app.app_context():
        known = faculty.settings_of(db.session, cast.northgate)
        assert (known.name, known.time_zone) == ("Northgate Institute", "Europe/Lisbon")
        assert known.director_confers and known.educator_name is None
    assert "changed the settings" in client_of("Rhea").get(f"{base(cast)}/audit").text


@pytest.fixture
def complete(app: Flask, cast: Cast) -> None:
    """Lena has done everything in a programme whose director confers completion."""
    with app.app_context():
        wanted = faculty.settings_of(db.session, cast.northgate)
        faculty.change_programme(
            db.session,
            cast.northgate,
            replace(wanted, director_confers=True),
            by=cast.dina,
            now=clock.now(),
        )
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        sit(db.session, cast.lena, cast.lena_seat, right=3, now=clock.now())
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        credentials.award_if_complete(
            db.session, seat, now=clock.now(), verify_address="https://x.example/v"
        )
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count(CredentialRecord.id))) == 0


@pytest.mark.usefixtures("complete")
def test_a_certificate_waits_for_the_director_and_is_made_by_one_click(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    page = f"{base(cast)}/conferrals"
    assert "confers completion" in client_of("Lena").get("/learn").text
    ada = client_of("Ada")
    assert "Lena" in ada.get(page).text
    assert send(ada, page, learners=str(cast.lena_seat)).status_code == 403
    dina = client_of("Dina")
    assert "Leo" not in dina.get(page).text.split("<main", 1)[1]
    # Leo has not completed: to name him in the form changes nothing.
    assert send(dina, page, learners=str(cast.leo_seat)).status_code == 422
    assert send(dina, page, learners=str(cast.lena_seat)).status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(Conferral.enrolment_id)).all() == [cast.lena_seat]
        assert db.session.scalars(sa.select(CredentialRecord.enrolment_id)).all() == [
            cast.lena_seat
        ]


def test_a_partner_sees_whoever_consents_and_loses_sight_at_once(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    pia, lena = client_of("Pia"), client_of("Lena")
    page = f"{base(cast)}/partner"
    assert "Lena" not in pia.get(page).text
    consent = f"/learn/{cast.lena_seat}/partners/{cast.pia}"
    assert send(lena, consent, may_see="yes").status_code == 303
    shown = pia.get(page).text
    assert "Lena Marković" in shown and "Not started" in shown
    assert "lena@example.org" not in shown and "Leo" not in shown
    assert send(lena, consent, may_see="no").status_code == 303
    assert "Lena" not in pia.get(page).text


def test_consent_is_to_a_person_in_a_role_and_ends_with_the_role(app: Flask, cast: Cast) -> None:
    with app.app_context():
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        faculty.say(db.session, seat, cast.pia, is_given=True, now=clock.now())
        assert faculty.list_consented(db.session, cast.pia, cast.northgate)
        accounts.withdraw_role(
            db.session,
            programme_id=cast.northgate,
            account_id=cast.pia,
            by=cast.ada,
            now=clock.now(),
        )
        later = clock.now() + timedelta(seconds=1)
        accounts.grant_role(
            db.session,
            programme_id=cast.northgate,
            email="pia@example.org",
            role="partner",
            by=cast.ada,
            now=later,
        )
        assert faculty.list_consented(db.session, cast.pia, cast.northgate) == []


def test_no_cohort_opens_before_everybody_has_disclosed(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    form = {
        "release": str(cast.release),
        "title": "Spring",
        "starts_on": "2027-02-01",
        "due_on": "2027-06-01",
        "enrols_until": "2027-02-14",
    }
    page = f"{base(cast)}/cohorts/new"
    refused = send(client_of("Ada"), page, **form)
    assert refused.status_code == 422
    for name in ("Dina Castellanos", "Ed Whitlock", "Ivo Hansen"):
        assert name in refused.text
    today = clock.now().date()
    with app.app_context():
        for name, age in (("dina castellanos", 0), ("Ed Whitlock", 0), ("Ivo Hansen", 800)):
            closing.disclose(
                db.session,
                cast.northgate,
                person=name,
                role="Faculty",
                interests=[],
                made_on=today - timedelta(days=age),
                by=cast.ada,
                now=clock.now(),
            )
        db.session.commit()
        left = closing.list_undisclosed(db.session, cast.northgate, today)
        # Ivo's is older than two years; the case of letters does not matter.
        assert [each.name for each in left] == ["Ivo Hansen"]
        closing.disclose(
            db.session,
            cast.northgate,
            person="Ivo Hansen",
            role="Faculty",
            interests=[],
            made_on=today,
            by=cast.ada,
            now=clock.now(),
        )
        db.session.commit()
    assert send(client_of("Ada"), page, **form).status_code == 303


def test_learners_see_disclosures_before_the_first_lesson(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    lena, lesson = client_of("Lena"), f"/learn/{cast.lena_seat}/first-module/lesson-1"
    assert lena.get(lesson).status_code == 200
    with app.app_context():
        closing.disclose(
            db.session,
            cast.northgate,
            person="Dina Castellanos",
            role="Director",
            interests=[],
            made_on=clock.now().date(),
            by=cast.ada,
            now=clock.now(),
        )
        db.session.commit()
    answer = lena.get(lesson)
    assert answer.status_code == 303
    page = lena.get(answer.location).text
    digest = page.split('name="digest" value="')[1].split('"')[0]
    sent = {"csrf_token": token_in(page), "digest": digest}
    assert lena.post(answer.location, data=sent).location == lesson, "on to where Lena went"
    assert lena.get(lesson).status_code == 200


def test_a_course_is_published_only_with_its_contributors_disclosures(
    app: Flask, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    shutil.copytree(SMALL, root)
    folder = next((root / "courses" / "content").glob("*/course.yaml")).parent
    today = clock.now().date()
    with app.app_context():
        for disclosed_on, is_published in (("", False), (today - timedelta(days=800), False),
                                           (today, True)):  # fmt: skip
            (folder / "contributors.yaml").write_text(
                "contributors:\n  - name: Maren Holt\n    role: Author\n"
                + (f"    disclosed_on: {disclosed_on}\n" if disclosed_on else ""),
                encoding="utf-8",
            )
            if is_published:
                publishing.publish(db.session, root, now=clock.now(), actor_id=None)
                continue
            with pytest.raises(Refused, match="Maren Holt"):
                publishing.publish(db.session, root, now=clock.now(), actor_id=None)


def test_an_auditor_is_offered_nothing_to_send(cast: Cast, client_of: ClientOf) -> None:
    page = f"{base(cast)}/disclosures"
    assert 'class="reads-only"' in client_of("Rhea").get(page).text
    assert 'class="reads-only"' not in client_of("Ada").get(page).text
    # Learning is nobody's audit.
    assert 'class="reads-only"' not in client_of("Rhea").get("/learn").text
