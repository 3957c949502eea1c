"""A renewal by hand: begun, missed once, resolved, renewed; and the pages around it, under axe."""

from datetime import timedelta

from playwright.sync_api import Page, expect

import quizzes
from lms import clock
from lms.db import db
from lms.services import credentials
from tests.browser.conftest import NARROW, Site, Visit
from tests.browser.hands import Mouse, fits
from tests.browser.test_browser_access import scan
from tests.cast import Cast
from tests.renewal_samples import earn, items


def due(site: Site, cast: Cast) -> str:
    """Let Lena hold a certificate that lapses in a month; return its number."""
    with site.app.app_context():
        serial = earn(
            db.session, cast.lena, cast.lena_seat, clock.now() - timedelta(days=2 * 365 - 30)
        )
        db.session.commit()
    return serial


def give(page: Page, site: Site, cast: Cast, serial: str, number: int, *, right: bool) -> None:
    """Choose an answer to the item on the page, and send it."""
    with site.app.app_context():
        asked = items(db.session, cast.lena, serial, clock.now())[number - 1]
    best = quizzes.best_answer(asked.item)
    wrong = next(option.id for option in asked.item.options if option.id != best)
    page.locator(f"input[name=answer][value={best if right else wrong}]").check()
    page.get_by_role("button", name="Send the answer").click()


def test_a_holder_renews_after_a_miss(site: Site, visit: Visit, cast: Cast) -> None:
    serial = due(site, cast)
    page = visit("/credentials", who="Lena")
    Mouse(page).press(page.get_by_role("link", name="What renewal asks for"))
    found = scan(page)
    page.get_by_role("button", name="Begin the renewal").click()
    expect(page.get_by_text("0 of 3 answered rightly")).to_be_visible()
    found += scan(page)
    page.get_by_role("link", name="Start with item 1").click()
    give(page, site, cast, serial, 1, right=False)
    expect(page.get_by_text("Not right yet")).to_be_visible()
    found += scan(page)
    Mouse(page).press(page.get_by_role("button", name="Another item"))
    give(page, site, cast, serial, 1, right=True)
    for number in (2, 3):
        page.get_by_role("link", name="Next item").click()
        give(page, site, cast, serial, number, right=True)
    expect(page.get_by_text("Renewed. The new certificate is ready")).to_be_visible()
    expect(page.get_by_text("Cycle 2: it renews")).to_be_visible()
    found += scan(page)
    page.get_by_role("link", name="All cycles").click()
    expect(page.get_by_text("This certificate has been renewed")).to_be_visible()
    assert found + scan(page) == []


def test_the_pages_of_renewal_fit_a_phone(site: Site, visit: Visit, cast: Cast) -> None:
    serial = due(site, cast)
    secret = site.app.config["SETTINGS"].secret()
    token = credentials.stop_token(secret, cast.lena)
    found = []
    for who, path in (
        ("Lena", f"/credentials/{serial}/renewal"),
        ("Ada", f"/manage/programmes/{cast.northgate}/renewals"),
        ("", f"/reminders/stop/{token}"),
    ):
        page = visit(path, who=who, viewport=NARROW)
        fits(page)
        found += scan(page)
    assert found == []


def test_reminders_are_stopped_from_a_letter(site: Site, visit: Visit, cast: Cast) -> None:
    token = credentials.stop_token(site.app.config["SETTINGS"].secret(), cast.lena)
    page = visit(f"/reminders/stop/{token}")
    page.get_by_role("button", name="Stop reminders").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reminders are stopped")
    with site.app.app_context():
        assert not credentials.wants_reminders(db.session, cast.lena)
