"""The evidence library and an update, for everybody: axe, phones, and nothing but the keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lms import clock
from lms.db import db
from tests.browser.conftest import NARROW, WIDE, Site, Visit
from tests.browser.hands import Keyboard, fits
from tests.browser.test_browser_access import scan
from tests.cast import Cast
from tests.changes import SLUG, publish_update
from tests.stories import Told


@pytest.fixture
def told(site: Site, cast: Cast, tmp_path: Path, told: Told) -> Told:
    """Leo holds a certificate and has an update to read."""
    with site.app.app_context():
        publish_update(db.session, tmp_path, clock.now())
        db.session.commit()
    return told


def pages_of(who: str, told: Told) -> list[str]:
    releases = f"/manage/programmes/{told.cast.northgate}/releases"
    return {
        "": ["/evidence", "/evidence?q=nothing-of-this", "/evidence?area=TST", "/evidence/claims",
             "/evidence/TST-001", "/evidence/TST-002", f"/v/{told.serial}"],
        "Leo": ["/credentials", "/learn", f"/credentials/{told.serial}/updates/{SLUG}"],
        "Ada": [releases, f"{releases}/1", f"{releases}/2", "/evidence/TST-001"],
    }[who]  # fmt: skip


@pytest.mark.parametrize("who", ["", "Leo", "Ada"])
def test_axe_finds_nothing_and_nothing_overflows(visit: Visit, told: Told, who: str) -> None:
    page, found = visit("/", who=who), []
    for path in pages_of(who, told):
        page.goto(path)
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            fits(page)
            found += scan(page)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert found == [], "\n".join(found)


def test_an_update_is_read_and_confirmed_with_the_keyboard_alone(visit: Visit, told: Told) -> None:
    page = visit("/learn", who="Leo")
    hands = Keyboard(page)
    hands.press(page.get_by_role("link", name="Read the update"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Something changed")
    hands.press(page.get_by_role("button", name="I have read this update"))
    expect(page).to_have_url("/credentials")
    expect(page.get_by_text("Noted. You have read this update.")).to_be_visible()
    page.goto(f"/v/{told.serial}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid today")
