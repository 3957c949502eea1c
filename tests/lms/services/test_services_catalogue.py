"""What is offered: releases as values, programmes, and who may found one."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.accounts import RoleGrant
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort
from lms.services import accounts, catalogue
from tests.cast import THEN, Cast


def found(session: Session, cast: Cast, name: str) -> str:
    programme = catalogue.found_programme(
        session,
        founder_id=cast.otto,
        now=THEN,
        name=name,
        summary="A programme.",
        time_zone="Europe/Oslo",
        web=None,
        contact_email="office@example.org",
        director_name="Otto Lind",
        director_title="Director",
        educator_name=None,
        educator_title=None,
    )
    return programme.slug


def test_a_release_is_read_once_and_shared(session: Session, cast: Cast) -> None:
    assert catalogue.release(session, cast.release) is catalogue.release(session, cast.release)


def test_a_release_reads_back_as_courses_facts_and_banks(session: Session, cast: Cast) -> None:
    content = catalogue.release(session, cast.release)
    assert [lesson.key for lesson in content.course.lessons] == [
        "first-module/lesson-1",
        "first-module/lesson-2",
    ]
    assert len(content.banks["small-course"].items) == 9
    assert content.facts["TST-001"].strength == "expert opinion"


def test_an_unknown_release_or_programme_is_not_there(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        catalogue.release(session, 999)
    with pytest.raises(NotFound):
        catalogue.programme(session, "nowhere")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Østlandet PAT", "stlandet-pat"),
        ("Zürich & Genève", "zurich-geneve"),
        ("精神療法", "programme"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 120, "x" * 50),
        ("Northgate", "northgate-2"),
    ],
)
def test_a_programme_gets_an_address_of_plain_letters(
    session: Session, cast: Cast, name: str, slug: str
) -> None:
    assert found(session, cast, name) == slug


def test_programmes_of_one_name_get_addresses_of_their_own(session: Session, cast: Cast) -> None:
    slugs = [found(session, cast, "Fjord") for _ in range(3)]
    assert slugs == ["fjord", "fjord-2", "fjord-3"]


def test_the_founder_is_its_administrator_and_the_trail_says_so(
    session: Session, cast: Cast
) -> None:
    slug = found(session, cast, "Fjord")
    programme = catalogue.programme(session, slug)
    assert accounts.role_in(session, cast.otto, programme.id) == "administrator"
    acts = session.scalars(
        sa.select(AuditEntry.act).where(AuditEntry.programme_id == programme.id)
    ).all()
    assert acts == ["programme.founded", "role.granted"]
    granted = session.scalars(
        sa.select(RoleGrant).where(RoleGrant.programme_id == programme.id)
    ).one()
    assert granted.granted_by == cast.otto


def test_open_cohorts_are_those_one_may_still_join(session: Session, cast: Cast) -> None:
    last = date(2026, 9, 30)
    session.execute(sa.update(Cohort).values(enrols_until=last))
    assert catalogue.list_open_cohorts(session, cast.northgate, last)
    assert not catalogue.list_open_cohorts(session, cast.northgate, date(2026, 10, 1))
    session.execute(sa.update(Cohort).values(enrols_until=None))
    assert not catalogue.list_open_cohorts(session, cast.northgate, last)
    assert not catalogue.list_open_cohorts(session, cast.southgate, last)


def test_a_programme_shows_what_its_latest_cohort_learns(session: Session, cast: Cast) -> None:
    assert catalogue.release_taught(session, cast.northgate) == cast.release
    assert catalogue.release_taught(session, cast.southgate) == cast.release
