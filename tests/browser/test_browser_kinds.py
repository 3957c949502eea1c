"""Every kind of item in a browser: cut network, reload, two tabs, an ended session, the clock.

The promise each time: what the page called saved is stored, and what is not stored is shown so.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lms import clock
from lms.db import db
from lms.models.assessment import Attempt
from lms.services import accounts, assessment, cohorts
from tests.browser.conftest import NARROW, Site, Visit, Watch, new_page
from tests.browser.hands import Keyboard, Mouse, fits
from tests.browser.test_browser_access import scan
from tests.cast import PASSWORD, Cast
from tests.kinds_course import give_every_kind
from tests.stories import read_all


class Paper:
    """Lena's attempt over every kind of item."""

    def __init__(self, site: Site, attempt: int, items: list[str]) -> None:
        self.site, self.attempt, self.items = site, attempt, items

    def at(self, item: str) -> str:
        return f"/attempts/{self.attempt}/items/{self.items.index(item) + 1}"

    def stored(self, item: str) -> list[str]:
        """Return the answers stored for an item, in their order."""
        query = "SELECT answer FROM response_steps WHERE attempt_id = :a AND slot = :s ORDER BY id"
        values = {"a": self.attempt, "s": self.items.index(item) + 1}
        with self.site.app.app_context():
            return list(db.session.scalars(sa.text(query), values))


@pytest.fixture
def begin(site: Site, cast: Cast, tmp_path: Path) -> Callable[..., Paper]:
    """Begin Lena's attempt under these rules."""

    def begun(rules: str = "{certainty: asked, time_limit_minutes: 60}") -> Paper:
        with site.app.app_context():
            give_every_kind(db.session, tmp_path, cast, rules)
            read_all(db.session, cast.lena, cast.lena_seat, clock.now())
            seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
            attempt = assessment.start(db.session, seat, "first-module", seed=3, now=clock.now())
            db.session.commit()
            paper = assessment.sitting_for(db.session, cast.lena, attempt).paper
        return Paper(site, attempt, [slot.item_id for slot in paper.slots])

    return begun


@pytest.fixture
def paper(begin: Callable[..., Paper]) -> Paper:
    return begin()


def state(page: Page, name: str) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", name)


def check(*options: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        for option in options:
            page.locator(f"#answer-{option}").check()

    return act


def match(page: Page) -> None:
    for prompt, option in (("1", "a"), ("2", "b"), ("3", "c")):
        page.locator(f"#answer-{prompt}").select_option(option)


def order(page: Page) -> None:
    """Bring the steps in their order, by the buttons alone."""
    for place, step in enumerate("abcd"):
        row = page.locator(f"[data-step={step}]")
        while row.evaluate("e => [...e.parentNode.children].indexOf(e)") > place:
            row.locator("[data-move='-1']").click()


def write_number(page: Page) -> None:
    page.locator("#unit").select_option("h")
    page.locator("#answer").press_sequentially("6")


def write(page: Page) -> None:
    page.locator("#answer").press_sequentially("It helps to rest.")


def tap(page: Page) -> None:
    page.locator("label.hotspot-tap[for=answer-a]").click()


# How each kind is answered, what that is in storage, and what shows it after a reload.
GIVEN: dict[str, tuple[Callable[[Page], None], str, str]] = {
    "K-SIN": (check("a"), "a", "#answer-a:checked"),
    "K-MUL": (check("a", "b"), "a,b", "#answer-a:checked ~ *, #answer-b:checked"),
    "K-MAT": (match, "1a,2b,3c", "#answer-2 option[value=b]:checked"),
    "K-ORD": (order, "a,b,c,d", "[data-step=d]:last-child option[value='4']:checked"),
    "K-NUM": (write_number, "6 h", "#unit option[value=h]:checked"),
    "K-CON": (check("c"), "c", "#answer-c:checked"),
    "K-HOT": (tap, "a", "#answer-a:checked"),
    "K-TXT": (write, "It helps to rest.", "#answer"),
}


def test_every_kind_is_saved_as_it_is_given_and_there_again_after_a_reload(
    visit: Visit, paper: Paper
) -> None:
    page = visit("/learn", who="Lena")
    for item, (act, answer, seen) in GIVEN.items():
        page.goto(paper.at(item))
        act(page)
        state(page, "saved")
        expect(page.locator("#save-state")).to_contain_text(re.compile(r"Saved \d\d:\d\d:\d\d"))
        assert paper.stored(item)[-1] == answer, item
        page.reload()
        expect(page.locator(seen).first).to_be_attached()
        state(page, "saved")
    expect(page.locator("#answer")).to_have_value("It helps to rest.")


def test_without_network_every_kind_waits_on_the_device_through_a_reload(
    visit: Visit, paper: Paper, watch: Watch
) -> None:
    """Cut, answer, reload, reconnect: it is marked all the while, and then it is stored."""
    watch.allowed += ["ERR_FAILED", "Failed to fetch"]
    page = visit("/learn", who="Lena")
    page.on("dialog", lambda dialog: dialog.accept())
    for item, (act, answer, seen) in GIVEN.items():
        page.goto(paper.at(item))
        page.route("**/response", lambda route: route.abort())
        act(page)
        state(page, "unsaved")
        assert paper.stored(item) == []
        page.reload()
        state(page, "unsaved")
        expect(page.locator(seen).first).to_be_attached()
        page.unroute("**/response")
        page.evaluate("dispatchEvent(new Event('online'))")
        state(page, "saved")
        assert paper.stored(item)[-1] == answer, item


def test_typed_words_are_saved_within_two_seconds_while_one_goes_on_typing(
    visit: Visit, paper: Paper
) -> None:
    page = visit(paper.at("K-TXT"), who="Lena")
    page.locator("#answer").press_sequentially("word " * 12, delay=40)
    assert paper.stored("K-TXT"), "nothing was stored while the typing went on"
    state(page, "saved")
    assert paper.stored("K-TXT")[-1] == ("word " * 12).strip()
    expect(page.get_by_text("12 of 60 words")).to_be_visible()


def test_words_typed_just_before_leaving_are_delivered(visit: Visit, paper: Paper) -> None:
    page = visit(paper.at("K-TXT"), who="Lena")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#answer").fill("At the last moment.")
    page.goto("/learn")
    page.wait_for_timeout(300)
    assert paper.stored("K-TXT") == ["At the last moment."]
    page.goto(f"/attempts/{paper.attempt}/review")
    expect(page.get_by_text("Some answers on this device are not saved yet")).to_be_hidden()


def test_two_tabs_show_what_is_stored_and_offer_ones_own_words_back(
    site: Site, visit: Visit, paper: Paper, watch: Watch
) -> None:
    watch.allowed += ["status of 409"]
    first = visit(paper.at("K-TXT"), who="Lena")
    second = new_page(first.context, site.url, watch)
    second.goto(paper.at("K-TXT"))
    second.locator("#answer").fill("From the second tab.")
    state(second, "saved")
    first.locator("#answer").fill("From the first tab.")
    state(first, "unsaved")
    expect(first.locator("#answer")).to_have_value("From the second tab.")
    assert paper.stored("K-TXT") == ["From the second tab."]
    first.get_by_role("button", name="Use my answer instead").click()
    state(first, "saved")
    assert paper.stored("K-TXT") == ["From the second tab.", "From the first tab."]


def test_a_session_that_ends_keeps_the_words_and_signs_in_again(
    site: Site, visit: Visit, paper: Paper, cast: Cast, watch: Watch
) -> None:
    watch.allowed += ["status of 401", "status of 400"]
    page = visit(paper.at("K-TXT"), who="Lena")
    with site.app.app_context():
        accounts.end_other_sign_ins(db.session, cast.lena, keep=None, now=datetime.now(UTC))
        db.session.commit()
    page.locator("#answer").fill("Typed after the end.")
    state(page, "unsaved")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Sign in and come back").click()
    page.get_by_label("E-mail address").fill("lena@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{paper.at('K-TXT')}")
    state(page, "saved")
    assert paper.stored("K-TXT") == ["Typed after the end."]


def test_what_cannot_be_read_is_said_and_holds_one_back_once(
    visit: Visit, paper: Paper, watch: Watch
) -> None:
    watch.allowed += ["status of 422"]
    page = visit(paper.at("K-NUM"), who="Lena")
    page.locator("#answer").fill("six hours")
    state(page, "unsaved")
    expect(page.locator("#save-state")).to_contain_text("in digits")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#answer")).to_have_value("six hours")
    page.get_by_role("button", name="Next").click()
    after = paper.items.index("K-NUM") + 2
    expect(page.get_by_role("heading", name=f"Item {after} of 10")).to_be_visible()
    assert paper.stored("K-NUM") == []


def test_certainty_goes_along_with_the_answer(site: Site, visit: Visit, paper: Paper) -> None:
    page = visit(paper.at("K-SIN"), who="Lena")
    page.locator("#answer-b").check()
    state(page, "saved")
    page.get_by_label("Certain", exact=True).check()
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    page.reload()
    expect(page.get_by_label("Certain", exact=True)).to_be_checked()
    with site.app.app_context():
        query = "SELECT certainty FROM response_steps ORDER BY id DESC LIMIT 1"
        assert db.session.scalar(sa.text(query)) == 3


def test_steps_are_ordered_by_keyboard_alone_and_told_aloud(visit: Visit, paper: Paper) -> None:
    page = visit(paper.at("K-ORD"), who="Lena")
    hand = Keyboard(page)
    last = page.locator(".order-step").last
    words = last.locator(".order-words").inner_text()
    hand.press(last.locator("[data-move='-1']"), leaves=False)
    expect(page.locator("[data-order-said]")).to_have_text(f"{words}, now place 3 of 4.")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("[data-order-said]")).to_have_text(f"{words}, now place 1 of 4.")
    # At the top the way up is off, and the focus is on the way down.
    expect(page.locator(".order-step").first.locator("[data-move='1']")).to_be_focused()
    state(page, "saved")


def test_steps_are_dragged(visit: Visit, paper: Paper) -> None:
    page = visit(paper.at("K-ORD"), who="Lena")
    step = page.locator(".order-step").first.get_attribute("data-step")
    grip = page.locator(f"[data-step={step}] .order-grip").bounding_box()
    target = page.locator(".order-step").nth(2).bounding_box()
    assert grip and target
    page.mouse.move(grip["x"] + 5, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, target["y"] + target["height"] - 5, steps=8)
    page.mouse.up()
    state(page, "saved")
    assert paper.stored("K-ORD")[-1].split(",")[2] == step


def test_flags_and_cases_and_the_review(visit: Visit, paper: Paper) -> None:
    page = visit(paper.at("K-CA1"), who="Lena")
    flag = page.get_by_role("button", name="Flag for review")
    flag.click()
    expect(flag).to_have_attribute("aria-pressed", "true")
    page.locator("#answer-a").check()
    page.get_by_role("button", name="Continue the case").click()
    expect(page.get_by_text("the guest now stands at the window")).to_be_visible()
    page.goto(paper.at("K-CA1"))
    expect(page.get_by_text("This answer can no longer change")).to_be_visible()
    expect(page.locator("#answer-b")).to_be_disabled()
    assert paper.stored("K-CA1") == ["a"]


def test_the_clock_is_quiet_until_it_is_asked_and_its_end_ends_the_attempt(
    site: Site, visit: Visit, paper: Paper
) -> None:
    page = visit(paper.at("K-TXT"), who="Lena")
    expect(page.locator("[data-clock-face]")).to_be_hidden()
    page.locator("summary", has_text="Time left").press("Enter")
    expect(page.locator("[data-clock-face]")).to_have_text(
        re.compile(r"59 min left|1 h 0 min left")
    )
    with site.app.app_context():
        soon = clock.now() + timedelta(seconds=4)
        begun = soon - timedelta(minutes=60)
        db.session.execute(sa.update(Attempt).values(closes_at=soon, started_at=begun))
        db.session.commit()
    page.reload()
    page.locator("#answer").fill("Written in the last seconds.")
    state(page, "saved")
    expect(page.locator("[data-clock-said]")).to_contain_text("Time is over", timeout=8000)
    page.wait_for_url(f"**/attempts/{paper.attempt}/result", timeout=8000)
    assert paper.stored("K-TXT") == ["Written in the last seconds."]


def test_axe_finds_nothing_on_any_kind_in_any_state(
    visit: Visit, paper: Paper, watch: Watch
) -> None:
    watch.allowed += ["status of 503"]
    page = visit("/learn", who="Lena", viewport=NARROW)
    found: list[str] = []
    for item in paper.items:
        page.goto(paper.at(item))
        fits(page)
        found += scan(page)
    page.goto(paper.at("K-MUL"))
    page.route("**/response", lambda route: route.fulfill(status=503))
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#answer-a").check()
    state(page, "unsaved")
    found += scan(page)
    page.unroute("**/response")
    page.goto(f"/attempts/{paper.attempt}/review")
    fits(page)
    found += scan(page)
    assert found == [], "\n".join(found)


def test_axe_finds_nothing_after_submission_and_at_the_marker(
    site: Site, visit: Visit, begin: Callable[..., Paper], cast: Cast
) -> None:
    paper = begin("{certainty: marked, safety: must-resolve, attempts: 3}")
    wrong = {"K-SIN": "b", "K-TXT": "No idea.", "K-NUM": "5 h", "K-MAT": "1a", "K-ORD": "b,a,c,d"}
    with site.app.app_context():
        for item, answer in wrong.items():
            assessment.save_response(
                db.session, cast.lena, paper.attempt, slot=paper.items.index(item) + 1,
                sequence=1, answer=answer, certainty=3, now=clock.now(),
            )  # fmt: skip
        assessment.submit(db.session, cast.lena, paper.attempt, clock.now())
        db.session.commit()
    found: list[str] = []
    lena = visit(f"/attempts/{paper.attempt}/result", who="Lena", viewport=NARROW)
    expect(lena.get_by_text("An instructor marks it now")).to_be_visible()
    found += scan(lena)
    ivo = visit(f"/manage/cohorts/{cast.autumn}/marking", who="Ivo", viewport=NARROW)
    for path in ("", f"/manage/attempts/{paper.attempt}/marking",
                 f"/manage/cohorts/{cast.autumn}/quizzes/first-module/feedback"):  # fmt: skip
        if path:
            ivo.goto(path)
        fits(ivo)
        found += scan(ivo)
    ivo.goto(f"/manage/attempts/{paper.attempt}/marking")
    for line in ("1", "2"):
        ivo.locator(f"[name=points-{line}][value='0']").check()
    ivo.get_by_role("button", name="Record the points").click()
    expect(ivo.get_by_text("Every answer is marked")).to_be_visible()
    lena.reload()
    fits(lena)
    found += scan(lena)
    Mouse(lena).press(lena.get_by_role("button", name="Take the re-check").first)
    fits(lena)
    found += scan(lena)
    lena.goto(f"/learn/{cast.lena_seat}/first-module/quiz")
    fits(lena)
    found += scan(lena)
    with site.app.app_context():
        values = {"voided_at": clock.now(), "void_reason": "The fire alarm rang."}
        db.session.execute(sa.update(Attempt).values(**values))
        db.session.commit()
    lena.goto(f"/attempts/{paper.attempt}/result")
    expect(lena.get_by_text("The fire alarm rang.")).to_be_visible()
    found += scan(lena)
    assert found == [], "\n".join(found)
