"""An administrator's afternoon: the cohort, one learner, the file, a revocation, the trail."""

import csv
from pathlib import Path

from playwright.sync_api import expect

from lms import clock
from lms.db import db
from tests.act_samples import second_administrator
from tests.browser.conftest import Site, Visit
from tests.browser.hands import Mouse, fits
from tests.cast import Cast
from tests.closing_course import disclose_everybody
from tests.stories import Told


def test_an_administrator_sees_exports_and_revokes(
    site: Site, visit: Visit, cast: Cast, tmp_path: Path, told: Told
) -> None:
    with site.app.app_context():
        second_administrator(db.session, cast)
        db.session.commit()
    page = visit("/manage", who="Ada", accept_downloads=True)
    page.get_by_role("link", name="Autumn 2026").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Autumn 2026")
    fits(page)
    with page.expect_download() as started:
        page.locator("a[href*='table.csv']").first.click()
    file = tmp_path / "table.csv"
    started.value.save_as(file)
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == ["Lena Marković", "Leo Ferreira"]
    page.get_by_role("link", name="Leo Ferreira").first.click()
    expect(page.get_by_role("heading", level=1, name="Leo Ferreira")).to_be_visible()
    page.get_by_role("link", name="Its history, and what can be done").click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_label("It was issued in error.").check()
    page.get_by_label("Note for the programme").fill("A private remark.")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("Nothing has changed yet")).to_be_visible()
    second = visit(f"/manage/programmes/{cast.northgate}/credentials", who="Bea")
    Mouse(second).press(second.get_by_role("link", name="Leo Ferreira").first)
    fits(second)
    second.get_by_role("button", name="Approve and do it").click()
    expect(second.get_by_text("Approved and done.")).to_be_visible()
    page.goto(f"/manage/programmes/{cast.northgate}/audit")
    expect(page.get_by_text("A private remark.").first).to_be_attached()
    stranger = visit(f"/v/{told.serial}")
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("evoked")
    expect(stranger.get_by_text("It was issued in error.").first).to_be_visible()
    assert stranger.get_by_text("A private remark.").count() == 0
    holder = visit("/credentials", who="Leo")
    expect(holder.get_by_text("Revoked").first).to_be_visible()
    assert holder.get_by_role("link", name="Download the certificate").count() == 0


def test_an_administrator_opens_a_cohort(site: Site, visit: Visit, cast: Cast) -> None:
    with site.app.app_context():
        disclose_everybody(db.session, cast, clock.now())
        db.session.commit()
    page = visit("/manage", who="Ada")
    page.get_by_role("link", name="New cohort").first.click()
    page.get_by_role("button", name="Open the cohort").click()
    expect(page.get_by_text("Give the cohort a title.").first).to_be_visible()
    page.get_by_label("Title").fill("Winter 2027")
    page.get_by_label("Starts on").fill("2027-01-04")
    page.get_by_label("Due on").fill("2027-06-30")
    page.get_by_label("Enrolment open until").fill("2027-02-01")
    page.get_by_role("button", name="Open the cohort").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Winter 2027")
    stranger = visit("/programmes/northgate")
    expect(stranger.get_by_role("heading", name="Winter 2027")).to_be_visible()


def test_the_first_administrator_begins_with_a_link(site: Site, visit: Visit) -> None:
    """A wrong link says nothing more than that there is nothing."""
    page = visit("/setup/not-a-link")
    expect(page.get_by_role("heading", level=1, name="Nothing here")).to_be_visible()
