"""Assessment pages as people see them: plots, explanations without script, panels, print."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from lms import clock
from lms.db import db
from lms.services import catalogue, psychometrics
from tests.browser.conftest import NARROW, Site, Visit
from tests.browser.hands import fits
from tests.browser.test_browser_access import scan
from tests.cast import Cast
from tests.psychometric_samples import BANK, OUTSIDERS, add, convene, learner, rate, sit

LEARNERS = 45


@pytest.fixture
def crowd(site: Site, cast: Cast) -> None:
    """Forty-five learners have sat one paper, certain of it, and a panel is in its second round."""
    with site.app.app_context():
        session, now = db.session, clock.now()
        content = catalogue.release(session, cast.release)
        specification = content.banks[BANK].specification
        asked = replace(specification, rules=replace(specification.rules, certainty="asked"))
        bank = replace(content.banks[BANK], specification=asked)
        content.banks[BANK] = bank  # type: ignore[index]
        for number in range(LEARNERS):
            who = learner(session, cast, number)
            right, sure = number % 4, 3 if number % 3 else 1
            sit(session, who, right=right, now=now - timedelta(hours=1), sure=sure, seed=3)
        study = convene(session, cast, now)
        for name in OUTSIDERS[1:]:
            add(session, cast, study, now, name=name)
        found = psychometrics.study_for(session, cast.ada, study, "administrator")
        for place, judge in enumerate(found.judges):
            percents = [60 + place, 70 - place, 80]
            rate(session, cast, judge.id, percents, now, who=judge.account_id or 0)
        psychometrics.begin_second_round(session, found, by=cast.ada, now=now)
        session.commit()


def addresses(cast: Cast, page: Page) -> list[str]:
    """The pages that only a crowd fills."""
    home = f"/manage/programmes/{cast.northgate}/assessment/{BANK}"
    page.goto(home)
    items = page.locator("tbody th a").evaluate_all("all => all.map((a) => a.pathname)")
    return [home, items[0], f"/manage/programmes/{cast.northgate}/misconceptions", "/panels/1"]


def test_axe_finds_nothing_where_figures_are_drawn(visit: Visit, crowd: None, cast: Cast) -> None:
    page = visit("/manage", who="Ivo")
    found = []
    for path in addresses(cast, page):
        page.goto(path)
        page.evaluate(
            "document.querySelectorAll('main details').forEach((each) => each.open = true)"
        )
        found += scan(page)
    assert found == [], "\n".join(found)


def test_they_fit_a_phone(visit: Visit, crowd: None, cast: Cast) -> None:
    page = visit("/manage", who="Ivo", viewport=NARROW)
    for path in addresses(cast, page):
        page.goto(path)
        fits(page)


def test_a_figure_is_explained_on_the_spot_without_script(
    visit: Visit, crowd: None, cast: Cast
) -> None:
    page = visit("/manage", who="Ivo", java_script_enabled=False)
    page.goto(f"/manage/programmes/{cast.northgate}/assessment/{BANK}")
    told = page.locator("#why-alpha")
    assert not told.is_visible()
    page.get_by_role("button", name="What is “Reliability (alpha, KR-20)”?").click()
    assert told.is_visible()
    assert "How well the items agree" in told.inner_text()


def test_statistics_and_study_print(visit: Visit, crowd: None, cast: Cast, tmp_path: Path) -> None:
    page = visit("/manage", who="Ada")
    for path, words in (
        (f"/manage/programmes/{cast.northgate}/assessment/{BANK}", "The paper as a whole"),
        ("/manage/standards/1", "Panel"),
    ):
        page.goto(path)
        file = tmp_path / "page.pdf"
        page.pdf(path=file, format="A4")
        text = "".join(each.extract_text() for each in PdfReader(file).pages)
        assert words in text and "Sign out" not in text
