"""The people that the tests know, the database they start from, and how they sign in.

The cast, first letter = role: Lena and Leo learners, Ivo instructor, Ada administrator, Dina
director, Ed lead educator, Rhea auditor ("reads"), Saul supervisor, Pia site partner (all of
Northgate, cohort Autumn 2026), Otto an outsider with an account, Olga who administers another
programme, and Vera, who has no account.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.models.accounts import Account, RoleGrant
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.services import publishing
from tests.signing import shared_keys

SMALL = Path(__file__).parent / "content"
BUNDLED = Path(__file__).parent.parent
THEN = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
PASSWORD = "spruce lantern over quiet water"
PEOPLE = {
    "Lena": "Lena Marković",
    "Leo": "Leo Ferreira",
    "Ivo": "Ivo Hansen",
    "Ada": "Ada Okafor",
    "Otto": "Otto Lind",
    "Olga": "Olga Petrova",
    "Dina": "Dina Castellanos",
    "Ed": "Ed Whitlock",
    "Rhea": "Rhea Banerjee",
    "Saul": "Saul Nakamura",
    "Pia": "Pia Lindqvist",
}
# What each of them is in Northgate.
ROLES = {
    "Ivo": "instructor",
    "Ada": "administrator",
    "Dina": "director",
    "Ed": "educator",
    "Rhea": "auditor",
    "Saul": "supervisor",
    "Pia": "partner",
}


@dataclass(frozen=True)
class Cast:
    """Ids of the people and things that every test finds in its database."""

    lena: int
    leo: int
    ivo: int
    ada: int
    otto: int
    olga: int
    dina: int
    ed: int
    rhea: int
    saul: int
    pia: int
    northgate: int
    southgate: int
    autumn: int
    lena_seat: int
    leo_seat: int
    release: int

    def email(self, name: str) -> str:
        return f"{name.lower()}@example.org"


def settings_for(folder: Path, address: str, **more: object) -> Settings:
    values = {
        "mode": "development",
        "secret_key": "s" * 48,
        "rate_limits": False,
        "keys": shared_keys(),
        **more,
    }
    return Settings(data=folder, database_url=address, **values)


def seed(session: Session) -> Cast:
    """Fill a migrated database with two programmes, one cohort and the cast."""
    release = publishing.publish(session, SMALL, now=THEN, actor_id=None)[0]
    password = hash_password(PASSWORD)
    ids = {}
    for name, full_name in PEOPLE.items():
        account = Account(
            email=f"{name.lower()}@example.org",
            password=password,
            active=True,
            fs_uniquifier=f"{name.lower()}-{'0' * 32}",
            confirmed_at=THEN,
            full_name=full_name,
            profession="Licensed psychologist",
            created_at=THEN,
        )
        session.add(account)
        session.flush()
        ids[name.lower()] = account.id
    northgate, southgate = (
        Programme(
            slug=name.lower(),
            name=f"{name} PAT Programme",
            summary="Training for licensed clinicians.",
            time_zone="Europe/London",
            web=f"https://{name.lower()}.example",
            contact_email=f"office@{name.lower()}.example",
            director_name="Dr Adaeze Okafor",
            director_title="Programme director",
            educator_name="Jonas Ward",
            educator_title="Lead educator",
            created_at=THEN,
        )
        for name in ("Northgate", "Southgate")
    )
    session.add_all([northgate, southgate])
    session.flush()
    for name, programme, role in (
        *((name.lower(), northgate, role) for name, role in ROLES.items()),
        ("olga", southgate, "administrator"),
    ):
        session.add(
            RoleGrant(account_id=ids[name], programme_id=programme.id, role=role, granted_at=THEN)
        )
    autumn = Cohort(
        programme_id=northgate.id,
        release_id=release.id,
        title="Autumn 2026",
        starts_on=date(2026, 9, 1),
        due_on=date(2027, 3, 1),
        enrols_until=date(2099, 12, 31),
        created_at=THEN,
    )
    session.add(autumn)
    session.flush()
    seats = [
        Enrolment(cohort_id=autumn.id, account_id=ids[name], enrolled_at=THEN)
        for name in ("lena", "leo")
    ]
    session.add_all(seats)
    session.flush()
    return Cast(
        **ids,
        northgate=northgate.id,
        southgate=southgate.id,
        autumn=autumn.id,
        lena_seat=seats[0].id,
        leo_seat=seats[1].id,
        release=release.id,
    )


def sign_in(app: Flask, name: str) -> FlaskClient:
    """Sign somebody of the cast in through the real form, with CSRF checks as they are."""
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    form = {"email": f"{name.lower()}@example.org", "password": PASSWORD}
    answer = client.post("/sign-in", data={**form, "csrf_token": token_in(page)})
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    return client


def token_in(page: str) -> str:
    """Return the CSRF token of a page's first form."""
    return page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
