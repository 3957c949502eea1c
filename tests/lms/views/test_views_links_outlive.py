"""Every link of a certificate outlives what it came from: course, release, programme, person."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import certificates
from lms import clock
from lms.db import db
from lms.models.accounts import Account, RoleGrant
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort
from lms.services import branding, publishing
from tests.act_samples import do
from tests.changes import FACTS, STATEMENT, changed_copy, publish_update
from tests.stories import Told

MINUTE = timedelta(minutes=1)


@pytest.fixture
def serials(app: Flask, told: Told) -> dict[str, str]:
    """Numbers in every state that an act can bring about, by what their pages are to say."""
    with app.app_context():
        now = clock.now()
        new = do(db.session, told.cast, told.serial, "reissue", now - 3 * MINUTE)
        assert new is not None
        do(db.session, told.cast, new, "suspend", now - 2 * MINUTE)
        db.session.commit()
    return {"Superseded": told.serial, "Suspended": new}


def drop_the_course(session: Session, _told: Told, folder: Path, now: datetime) -> None:
    """Publish content in which the course is called otherwise: its own is gone."""
    root = changed_copy(folder)
    renamed = root / "courses/content/another-course"
    (root / "courses/content/small-course").rename(renamed)
    bank = root / "quizzes/content/small-course.yaml"
    bank.rename(bank.with_name("another-course.yaml"))
    for file in [*renamed.rglob("*.*"), *bank.parent.glob("*.yaml")]:
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("small-course", "another-course"), encoding="utf-8")
    publishing.publish(session, root, now=now, actor_id=None)


def supersede_the_release(session: Session, _told: Told, folder: Path, now: datetime) -> None:
    root = changed_copy(folder, (FACTS, STATEMENT, "A statement that says more."))
    publishing.publish(session, root, now=now, actor_id=None)


def bring_an_update(session: Session, _told: Told, folder: Path, now: datetime) -> None:
    publish_update(session, folder, now)


def change_the_brand(session: Session, told: Told, _folder: Path, now: datetime) -> None:
    brand = certificates.Brand(primary="#5a2d6e")
    branding.store_brand(session, told.cast.northgate, brand, by=told.cast.ada, now=now)


def rename_the_programme(session: Session, told: Told, _folder: Path, _now: datetime) -> None:
    changed = {"name": "Another Name", "slug": "another", "web": "https://another.example"}
    session.execute(
        sa.update(Programme).where(Programme.id == told.cast.northgate).values(**changed)
    )


def disable_the_person(session: Session, told: Told, _folder: Path, _now: datetime) -> None:
    session.execute(sa.update(Account).where(Account.id == told.cast.leo).values(active=False))


def take_away_who_they_are(session: Session, told: Told, _folder: Path, _now: datetime) -> None:
    """What an erasure leaves of an account: a row that says nothing about anybody."""
    nobody = {
        "email": "erased-2@invalid.example",
        "full_name": "Erased",
        "profession": "",
        "licence_number": None,
        "licence_jurisdiction": None,
        "active": False,
    }
    session.execute(sa.update(Account).where(Account.id == told.cast.leo).values(**nobody))


def send_the_staff_away(session: Session, told: Told, _folder: Path, _now: datetime) -> None:
    session.execute(sa.delete(RoleGrant).where(RoleGrant.programme_id == told.cast.northgate))


def move_the_cohort_on(session: Session, told: Told, folder: Path, now: datetime) -> None:
    """Rename the cohort, and end its enrolment."""
    ended = {"title": "Closed", "enrols_until": now.date() - timedelta(days=1)}
    session.execute(sa.update(Cohort).where(Cohort.id == told.cast.autumn).values(**ended))


CHANGES = (
    drop_the_course,
    supersede_the_release,
    bring_an_update,
    change_the_brand,
    rename_the_programme,
    disable_the_person,
    take_away_who_they_are,
    send_the_staff_away,
    move_the_cohort_on,
)


def links_of(app: Flask, serials: dict[str, str]) -> dict[str, str]:
    """Follow every public link of the certificates; return what stands there, moments left out."""
    client, found = app.test_client(), {}
    for serial in serials.values():
        for path in (f"/v/{serial}", f"/v/{serial}.json"):
            answer = client.get(path)
            assert answer.status_code == 200, path
            found[path] = steady(answer.text)
    return found


def steady(text: str) -> str:
    """Leave out what a page says of the moment it was asked, and its nonces."""
    for moment in (r"<time[^>]*>[^<]*</time>", r"\d{4}-\d\d-\d\dT[\d:.+Z-]+", r'nonce="[^"]*"'):
        text = re.sub(moment, "", text)
    return text


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_no_change_breaks_or_rewrites_a_link(
    app: Flask,
    told: Told,
    serials: dict[str, str],
    tmp_path: Path,
    change: Callable[[Session, Told, Path, datetime], None],
) -> None:
    """Invariants 18, 20 and 40: what was attested stands, whatever becomes of what it came from."""
    before = links_of(app, serials)
    with app.app_context():
        change(db.session, told, tmp_path, clock.now())
        db.session.commit()
    after = links_of(app, serials)
    assert after.keys() == before.keys()
    for status, serial in serials.items():
        page = after[f"/v/{serial}"]
        assert status in page
        assert "Northgate PAT Programme" in page and "Leo" in page
        assert after[f"/v/{serial}.json"] == before[f"/v/{serial}.json"]


REMOVALS = {
    "credentials": "account_id = {leo}",
    "credential_acts": "id > 0",
    "accounts": "id = {leo}",
    "enrolments": "id = {leo_seat}",
    "cohorts": "id = {autumn}",
    "programmes": "id = {northgate}",
    "releases": "id = {release}",
}


@pytest.mark.parametrize("table", REMOVALS)
def test_what_a_certificate_rests_on_cannot_be_removed(
    app: Flask, told: Told, serials: dict[str, str], table: str
) -> None:
    """At the database's own prompt: a trigger or a foreign key keeps every row a link needs."""
    which = REMOVALS[table].format(**vars(told.cast))
    before = links_of(app, serials)
    with app.app_context():
        with pytest.raises(DatabaseError, match=r"(?i)append-only|foreign key"):
            db.session.execute(sa.text(f"DELETE FROM {table} WHERE {which}"))
            db.session.commit()
        db.session.rollback()
    assert links_of(app, serials) == before


def test_a_page_drawn_from_what_is_there_today_would_change(
    app: Flask, told: Told, serials: dict[str, str]
) -> None:
    """The vulnerable twin: a page that reads the account and the programme as they are now."""

    def twin(session: Session) -> str:
        holder = session.scalars(sa.select(Account.full_name).where(Account.id == told.cast.leo))
        issuer = session.scalars(
            sa.select(Programme.name).where(Programme.id == told.cast.northgate)
        )
        return f"{holder.one()}, {issuer.one()}"

    with app.app_context():
        before = twin(db.session)
        take_away_who_they_are(db.session, told, Path(), clock.now())
        rename_the_programme(db.session, told, Path(), clock.now())
        assert twin(db.session) != before
