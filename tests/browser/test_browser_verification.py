"""Checking a PDF: in the browser it is sent nowhere; without script, to us on request."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lms import clock
from lms.db import db
from lms.services import credentials
from tests.browser.conftest import NARROW, Site, Visit
from tests.browser.hands import fits
from tests.browser.test_browser_access import scan
from tests.stories import Told


@pytest.fixture
def paper(site: Site, told: Told, tmp_path: Path) -> Path:
    """Leo's certificate, as it is handed out."""

    def draw() -> bytes:
        with site.app.app_context():
            found = credentials.find_by_serial(db.session, told.serial, clock.now())
            assert found is not None
            settings = site.app.config["SETTINGS"]
            kept = credentials.certificate_file(db.session, found, settings, now=clock.now())
            return kept.content

    # In a thread of its own: the browser's loop runs in this one, and to sign takes a loop.
    with ThreadPoolExecutor(1) as own:
        content = own.submit(draw).result()
    file = tmp_path / "given-to-me.pdf"
    file.write_bytes(content)
    return file


def test_a_file_is_compared_in_the_browser_and_sent_nowhere(
    visit: Visit, told: Told, paper: Path, tmp_path: Path
) -> None:
    page = visit(f"/v/{told.serial}", viewport=NARROW)
    sent: list[tuple[str, str, object]] = []
    page.on("request", lambda each: sent.append((each.method, each.url, each.post_data_buffer)))
    page.get_by_text("Check a PDF", exact=True).click()
    chooser = page.get_by_label("Choose the PDF you were given")
    chooser.set_input_files(paper)
    result = page.get_by_role("status").filter(has_text="byte for byte")
    expect(result).to_contain_text("Unaltered")
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(paper.read_bytes() + b"\n")
    chooser.set_input_files(changed)
    expect(page.get_by_text("Not a file issued for this certificate")).to_be_visible()
    fits(page)
    assert scan(page) == []
    assert {(method, body) for method, _url, body in sent} == {("GET", None)}
    asked = {url.rsplit("/", 1)[1] for _method, url, _body in sent if "/static/" not in url}
    assert asked == {"files"}


def test_the_server_checks_a_file_without_any_script(visit: Visit, told: Told, paper: Path) -> None:
    page = visit(f"/v/{told.serial}", java_script_enabled=False)
    page.get_by_text("Check a PDF", exact=True).click()
    expect(page.get_by_label("Choose the PDF you were given")).to_be_hidden()
    page.get_by_role("link", name="Check the signature of a file").click()
    page.get_by_label("The PDF you were given").set_input_files(paper)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Unaltered")
    expect(page.get_by_role("link", name="See its record")).to_be_visible()


def test_a_past_day_is_asked_for_and_today_stays_at_the_top(visit: Visit, told: Told) -> None:
    page = visit(f"/v/{told.serial}")
    page.get_by_text("Was it valid on a past day?").click()
    page.get_by_label("Day", exact=True).fill("2026-01-31")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("On 31 January 2026: Not yet issued")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid today")
