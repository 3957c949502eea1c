"""From the front page to a certificate that a stranger verifies: mouse, keyboard, phone."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lms.db import db
from lms.services import assessment
from tests.browser.conftest import NARROW, WIDE, Site, Visit
from tests.browser.hands import Keyboard, Mouse, fits
from tests.cast import Cast

WORDS = "a heron waits by the mill"


@pytest.mark.parametrize(
    ("hand_of", "viewport"),
    [(Mouse, WIDE), (Keyboard, WIDE), (Mouse, NARROW)],
    ids=["mouse", "keyboard", "phone"],
)
def test_a_trainee_goes_from_sign_up_to_a_certificate_anyone_can_verify(
    site: Site,
    visit: Visit,
    cast: Cast,
    tmp_path: Path,
    hand_of: type[Mouse],
    viewport: dict[str, int],
) -> None:
    page = visit("/", viewport=viewport, accept_downloads=True)
    hand = hand_of(page)
    register_and_confirm(page, hand)
    enrol(page, hand)
    read_the_lessons(page, hand)
    sit_the_quiz(page, hand, site, right=0)
    expect(page.get_by_role("heading", name="Not passed yet")).to_be_visible()
    hand.press(page.get_by_role("button", name="Take it again"))
    sit_the_quiz(page, hand, site, right=3)
    expect(page.get_by_role("heading", name="Passed", exact=True)).to_be_visible()
    hand.press(page.get_by_role("link", name="See your certificate"))
    address = download(page, hand, tmp_path)
    assert address.startswith(f"{site.url}/v/")
    verify(visit, address.removeprefix(site.url), viewport)


def register_and_confirm(page: Page, hand: Mouse) -> None:
    fits(page)
    hand.press(page.get_by_role("main").get_by_role("link", name="Create an account"))
    fits(page)
    hand.write(page.get_by_label(re.compile("name", re.IGNORECASE)).first, "Wanjirũ Þórsdóttir")
    hand.write(page.get_by_label("Profession"), "Psychiatrist")
    hand.write(page.get_by_label("E-mail address"), "wanjiru@example.org")
    hand.write(page.get_by_label("Password", exact=True), WORDS)
    hand.press(page.get_by_role("button", name="Create the account"))
    page.wait_for_load_state()
    hand.press(page.get_by_role("link", name="mailbox"))
    hand.press(page.get_by_role("link", name=re.compile("registration|Confirm")).first)
    fits(page)
    hand.press(page.get_by_role("main").locator("a[href*='/confirm']"))
    hand.press(page.get_by_role("button", name="Confirm my address"))
    page.wait_for_load_state()
    if "/sign-in" not in page.url:
        hand.press(page.get_by_role("link", name="Sign in").first)
    hand.write(page.get_by_label("E-mail address"), "wanjiru@example.org")
    hand.write(page.get_by_label("Password", exact=True), WORDS)
    hand.press(page.get_by_role("button", name="Sign in"))
    page.wait_for_url("**/learn")
    fits(page)


def enrol(page: Page, hand: Mouse) -> None:
    hand.press(page.get_by_role("main").locator("a[href$='/programmes/northgate']").first)
    page.wait_for_url("**/programmes/northgate")
    fits(page)
    hand.press(page.get_by_role("button", name="Enrol in Autumn 2026"))
    expect(page.get_by_text("You are enrolled.")).to_be_visible()
    fits(page)


def read_the_lessons(page: Page, hand: Mouse) -> None:
    hand.press(page.get_by_role("link", name="Start reading"))
    expect(page.get_by_role("heading", level=1, name="Lesson number 1")).to_be_visible()
    fits(page)
    hand.press(page.get_by_role("button", name="Mark read, continue"))
    expect(page.get_by_role("heading", level=1, name="Lesson number 2")).to_be_visible()
    hand.press(page.get_by_role("button", name="Mark read, continue"))
    expect(page.get_by_role("heading", level=1, name="Quiz: First module")).to_be_visible()
    fits(page)
    hand.press(page.get_by_role("button", name="Start attempt 1"))


def sit_the_quiz(page: Page, hand: Mouse, site: Site, right: int) -> None:
    """Answer `right` items right and the others wrong, and submit."""
    page.wait_for_url("**/attempts/*/items/1")
    keys = keys_of(site, int(page.url.split("/attempts/")[1].split("/")[0]))
    for number, key in enumerate(keys, start=1):
        expect(page.get_by_role("heading", name=f"Item {number} of 3")).to_be_visible()
        fits(page)
        option = key if number <= right else next(each for each in "abcd" if each != key)
        hand.choose(page.locator(f"#answer-{option}"))
        expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
        hand.press(page.get_by_role("button", name="Next" if number < 3 else "Look back"))
    expect(page.get_by_text("All items are answered and saved")).to_be_visible()
    fits(page)
    hand.press(page.get_by_role("button", name="Submit for scoring"))
    page.wait_for_url("**/result")
    expect(page.get_by_text(f"{right} of 3", exact=True)).to_be_visible()
    assert page.get_by_text("CANARY-").count() == 12
    fits(page)


def keys_of(site: Site, attempt: int) -> list[str]:
    """Return the right option of each item of a paper, as only the server knows them."""
    with site.app.app_context():
        owner = db.session.scalar(
            sa.text(
                "SELECT account_id FROM enrolments JOIN attempts "
                "ON attempts.enrolment_id = enrolments.id WHERE attempts.id = :attempt"
            ),
            {"attempt": attempt},
        )
        sitting = assessment.sitting_for(db.session, owner, attempt)
        return [sitting.bank.item(slot.item_id).key.id for slot in sitting.paper.slots]


def download(page: Page, hand: Mouse, folder: Path) -> str:
    """Download the certificate; return the address that its code leads to."""
    fits(page)
    with page.expect_download() as started:
        hand.press(page.get_by_role("link", name="Download the certificate (PDF)"), leaves=False)
    file = folder / "certificate.pdf"
    started.value.save_as(file)
    text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True)
    assert "Wanjirũ Þórsdóttir" in text.stdout
    picture = ["pdftoppm", "-r", "200", "-png", "-singlefile", file, folder / "certificate"]
    subprocess.run(picture, check=True)
    scan = ["zbarimg", "-q", "--raw", folder / "certificate.png"]
    return subprocess.run(scan, check=True, capture_output=True, text=True).stdout.strip()


def verify(visit: Visit, path: str, viewport: dict[str, int]) -> None:
    """Look the certificate up as a stranger, by its code and by typing its number."""
    options: dict[str, Any] = {"viewport": viewport}
    stranger = visit(path, **options)
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("alid")
    expect(stranger.get_by_text("Wanjirũ Þórsdóttir").first).to_be_visible()
    assert "Wanjir" not in stranger.title()
    fits(stranger)
    serial = path.rsplit("/", 1)[1]
    typed = visit("/verify", **options)
    typed.get_by_label("Certificate number").fill(" ".join(re.findall("....", serial.lower())))
    typed.get_by_role("button", name="Verify").click()
    typed.wait_for_url(f"**{path}")
