"""A forged Host header: no letter and no paper carries an address that a visitor chose."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.models.mail import OutboxMessage
from lms.services import practice
from lms.views import crosswalk
from tests.cast import Cast, token_in
from tests.practice_samples import give_a_practice, list_places

FORGED = {"HTTP_HOST": "evil.example"}


def test_a_one_time_link_leads_to_this_site_whatever_host_its_learner_names(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], tmp_path: Path
) -> None:
    """Else a learner would have the link sent to their own server, and sign for the supervisor."""
    with app.app_context():
        give_a_practice(db.session, tmp_path, cast)
        site, _saul, sue = list_places(db.session, cast)
        db.session.commit()
    lena, home = client_of("Lena"), f"/learn/{cast.lena_seat}/practice"
    page = lena.get(f"{home}/new/practicum").text
    entered = lena.post(
        f"{home}/new/practicum",
        data={
            "csrf_token": token_in(page),
            "practised_on": "2026-09-10",
            "supervisor": sue,
            "site": site,
            "role": "assist",
            "substance": "classic",
            "administration_hours": "6",
            "dosing_sessions": "1",
            "consented": "y",
        },
    )
    assert entered.status_code == 303
    token = token_in(lena.get(home).text)
    session = lena.get_cookie("session")
    assert session is not None
    asked = app.test_client(use_cookies=False).post(
        f"{home}/ask",
        data={"csrf_token": token},
        headers={"Cookie": f"session={session.value}"},
        environ_overrides=FORGED,
    )
    assert asked.status_code == 303
    with app.app_context():
        letters = db.session.scalars(sa.select(OutboxMessage.body)).all()
        (named,) = (
            each for each in practice.list_supervisors(db.session, cast.northgate) if each.id == sue
        )
        assert named.account_id is None
    told = [each for each in letters if "Read each row" in each]
    assert told and app.config["SETTINGS"].public_url in told[0]
    assert not any("evil.example" in each for each in letters)


def test_a_printed_outline_names_this_site(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[str] = []

    def printed(_content: object, _name: str, address: str) -> bytes:
        named.append(address)
        return b"%PDF-"

    monkeypatch.setattr(crosswalk, "printed", printed)
    page = "/programmes/northgate/outline.pdf"
    app.test_client().get(page, environ_overrides=FORGED)
    assert named and named[0].startswith(app.config["SETTINGS"].public_url)
