"""Attacks on certificates, each tried twice: on the house as it stands and on a weak twin.

An attack says whether it got through. On the house as it stands it must not; with the weakness
that would let it built in, it must, for an attack that cannot succeed anywhere proves nothing.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient
from jinja2 import Environment
from pypdf import PdfReader
from sqlalchemy.exc import IntegrityError

import certificates
from lms import clock
from lms.app import create_app
from lms.config import Settings
from lms.db import db
from lms.errors import ConfigError
from lms.models.accounts import Account
from lms.models.credentials import CredentialRecord
from lms.services import cohorts, credentials
from lms.services.credentials import awards
from tests.cast import Cast
from tests.stories import VERIFY, Told, read_all, rows_of, sit, tell

Patch = pytest.MonkeyPatch


@dataclass
class Scene:
    """Leo with a certificate, Lena without one, and a folder of nobody."""

    app: Flask
    cast: Cast
    client_of: Callable[[str], FlaskClient]
    folder: Path

    @cached_property
    def told(self) -> Told:
        return tell(self.app, self.cast)

    def certificate(self, who: str = "Leo", query: str = "", **how: Any) -> tuple[int, str]:
        """Ask for Leo's certificate; return the status, and the text if it is a PDF."""
        path = f"/credentials/{self.told.serial}/certificate.pdf{query}"
        answer = self.client_of(who).get(path, **how)
        if answer.mimetype != "application/pdf":
            return answer.status_code, ""
        pages = PdfReader(io.BytesIO(answer.data)).pages
        return answer.status_code, "".join(page.extract_text() for page in pages)


def draw_with(patch: Patch, change: Callable[[str], str]) -> None:
    """Have certificates drawn for another name than the one attested."""
    draw = certificates.render_certificate

    def drawn(credential: certificates.Credential, *args: Any, **how: Any) -> bytes:
        altered = replace(credential, holder_name=change(credential.holder_name))
        return draw(altered, *args, **how)

    patch.setattr(certificates, "render_certificate", drawn)


# --- attack 32: one course, two certificates --------------------------------------------------


def be_awarded_twice(scene: Scene) -> bool:
    with scene.app.app_context():
        now, lena, seat = clock.now(), scene.cast.lena, scene.cast.lena_seat
        read_all(db.session, lena, seat, now)
        sit(db.session, lena, seat, right=3, now=now)
        held = cohorts.seat_for(db.session, lena, seat)
        for _ in range(2):
            credentials.award_if_complete(db.session, held, now=now, verify_address=VERIFY)
        return rows_of(db.session, CredentialRecord) > 1


def look_for_no_earlier_award(patch: Patch) -> None:
    enter = awards.enter

    def next_cycle(session: Any, *args: Any, **how: Any) -> None:
        enter(session, *args, **{**how, "cycle": rows_of(session, CredentialRecord) + 1})

    patch.setattr(awards, "list_issues", lambda *_: [])
    patch.setattr(awards, "enter", next_cycle)


# --- attack 33: two people with one number ----------------------------------------------------

COLUMNS = (
    "account_id, programme_id, enrolment_id, course_slug, document, digest, evidence, issued_at"
)


def share_a_number(scene: Scene, table: str = "credentials") -> bool:
    copy = (
        f"INSERT INTO {table} (serial, cycle, version, {COLUMNS}) "
        f"SELECT serial, cycle + 1, version, {COLUMNS} FROM credentials WHERE serial = :serial"
    )
    table_of_ours = scene.told.serial
    with scene.app.app_context():
        try:
            db.session.execute(sa.text(copy), {"serial": table_of_ours})
        except IntegrityError:
            return False
        return True


def test_a_table_without_the_constraint_would_take_the_number_twice(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], tmp_path: Path
) -> None:
    """The weak twin of attack 33: the same insert into a copy of the table that holds nothing."""
    scene = Scene(app, cast, client_of, tmp_path)
    assert scene.told.serial
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE naive AS SELECT * FROM credentials"))
        db.session.commit()
    assert not share_a_number(scene)
    assert share_a_number(scene, "naive")


# --- attack 36: a certificate that somebody else earned ---------------------------------------


def take_anothers_certificate(scene: Scene) -> bool:
    return "Leo Ferreira" in scene.certificate(who="Lena")[1]


def hand_it_to_whoever_knows_the_number(patch: Patch) -> None:
    def found(session: Any, _account: int, serial: str, now: Any) -> Any:
        return credentials.find_by_serial(session, serial, now)

    patch.setattr(credentials, "own_credential_for", found)


# --- attack 37: a certificate made of what stands in its address ------------------------------


def write_ones_own_name(scene: Scene) -> bool:
    return "Mallory" in scene.certificate(query="?holder_name=Mallory&name=Mallory")[1]


def take_the_name_from_the_address(patch: Patch) -> None:
    draw_with(patch, lambda name: request.args.get("holder_name", name))


# --- attack 44: a key that everybody knows ----------------------------------------------------


def start_without_a_key(scene: Scene) -> bool:
    try:
        create_app(Settings(data=scene.folder / "new", secret_key=""))
    except ConfigError:
        return False
    return True


def fall_back_on_a_key(patch: Patch) -> None:
    patch.setattr(Settings, "secret", lambda _settings: "change-me")


# --- attack 45: a code that leads to somebody else's server -----------------------------------


def print_another_host(scene: Scene) -> bool:
    path = f"/credentials/{scene.told.serial}/certificate.pdf"
    cookies = scene.client_of("Leo")._cookies or {}
    words = "; ".join(f"{each.decoded_key}={each.value}" for each in cookies.values())
    elsewhere = scene.app.test_client(use_cookies=False)
    answer = elsewhere.get(path, headers={"Host": "evil.example", "Cookie": words})
    assert answer.status_code == 200
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return "evil.example" in "".join(page.extract_text() for page in pages)


def believe_the_host_header(patch: Patch) -> None:
    theirs = property(lambda _settings: f"{request.host_url}v")
    patch.setattr(Settings, "verify_address", theirs)


# --- attack 52: a name that is run as a template ----------------------------------------------


def be_computed(scene: Scene) -> bool:
    told = scene.told
    with scene.app.app_context():
        name = sa.update(Account).values(full_name="Lena {{7*191}} ${7*191}")
        db.session.execute(name.where(Account.id == scene.cast.lena))
        now, lena, seat = clock.now(), scene.cast.lena, scene.cast.lena_seat
        sit(db.session, lena, seat, right=3, now=now)
        held = cohorts.seat_for(db.session, lena, seat)
        serial = credentials.award_if_complete(db.session, held, now=now, verify_address=VERIFY)
        db.session.commit()
    assert serial is not None and serial != told.serial
    answer = scene.client_of("Lena").get(f"/credentials/{serial}/certificate.pdf")
    pages = PdfReader(io.BytesIO(answer.data)).pages
    page = scene.app.test_client().get(f"/v/{serial}").text
    return "1337" in page + "".join(each.extract_text() for each in pages)


def draw_names_as_templates(patch: Patch) -> None:
    environment = Environment(autoescape=True)
    draw_with(patch, lambda name: environment.from_string(name).render())


CASES = [
    (be_awarded_twice, look_for_no_earlier_award),
    (take_anothers_certificate, hand_it_to_whoever_knows_the_number),
    (write_ones_own_name, take_the_name_from_the_address),
    (start_without_a_key, fall_back_on_a_key),
    (print_another_host, believe_the_host_header),
    (be_computed, draw_names_as_templates),
]
NAMES = [attack.__name__ for attack, _weaken in CASES]


@pytest.fixture
def scene(app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], tmp_path: Path) -> Scene:
    return Scene(app, cast, client_of, tmp_path)


@pytest.mark.parametrize("attack", [attack for attack, _weaken in CASES], ids=NAMES)
def test_no_attack_on_a_certificate_gets_through(
    scene: Scene, attack: Callable[[Scene], bool]
) -> None:
    assert not attack(scene)


@pytest.mark.parametrize(("attack", "weaken"), CASES, ids=NAMES)
def test_each_gets_through_a_certificate_with_its_weakness(
    scene: Scene,
    attack: Callable[[Scene], bool],
    weaken: Callable[[Patch], None],
    monkeypatch: Patch,
) -> None:
    weaken(monkeypatch)
    assert attack(scene)
