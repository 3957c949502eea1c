"""The quiz when things go wrong: no network, reloads, two tabs, no session, no server, no script.

The promise each time: what the page called saved is stored, and what is not stored is shown so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import abort
from playwright.sync_api import Page, expect
from pytest import MonkeyPatch

from lms import clock
from lms.db import db
from lms.services import accounts, assessment, cohorts
from tests.browser.conftest import Site, Visit, Watch, new_page, sign_in
from tests.cast import Cast
from tests.serving import Server
from tests.stories import read_all


@pytest.fixture
def attempt(site: Site, cast: Cast) -> int:
    """Lena has begun an attempt and answered nothing."""
    with site.app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        begun = assessment.start(db.session, seat, "first-module", seed=3, now=clock.now())
        db.session.commit()
    return begun


def stored(site: Site, attempt: int) -> list[tuple[int, int, str]]:
    """Return (slot, sequence, option) of every stored step."""
    query = "SELECT slot, sequence, answer FROM response_steps WHERE attempt_id = :a ORDER BY id"
    with site.app.app_context():
        return [tuple(row) for row in db.session.execute(sa.text(query), {"a": attempt})]


def state(page: Page, name: str) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", name)


def choose(page: Page, option: str) -> None:
    page.locator(f"#answer-{option}").check()


def test_an_answer_given_without_network_is_shown_unsaved_and_sent_later(
    site: Site, visit: Visit, attempt: int, watch: Watch
) -> None:
    """Invariant 14: cut, choose, reload, reconnect: the choice is marked, then saved."""
    watch.allowed += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    page = visit(f"/attempts/{attempt}/items/1", who="Lena")
    choose(page, "a")
    state(page, "saved")
    page.context.set_offline(True)
    choose(page, "b")
    state(page, "unsaved")
    assert stored(site, attempt) == [(1, 1, "a")]
    page.context.set_offline(False)
    state(page, "saved")
    assert stored(site, attempt) == [(1, 1, "a"), (1, 2, "b")]


def test_an_unsaved_answer_survives_a_reload(
    site: Site, visit: Visit, attempt: int, watch: Watch
) -> None:
    watch.allowed += ["ERR_FAILED", "Failed to fetch"]
    page = visit(f"/attempts/{attempt}/items/1", who="Lena")
    page.route("**/response", lambda route: route.abort())
    choose(page, "c")
    state(page, "unsaved")
    page.unroute("**/response")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    state(page, "saved")
    expect(page.locator("#answer-c")).to_be_checked()
    assert stored(site, attempt) == [(1, 1, "c")]


@pytest.mark.parametrize("keeps", [True, False], ids=["as it is", "the twin: nothing is kept"])
def test_an_answer_outlives_a_reload_because_the_device_keeps_it(
    site: Site, visit: Visit, attempt: int, watch: Watch, monkeypatch: MonkeyPatch, keeps: bool
) -> None:
    """Attack 14 with a server that fails: not even what a page sends as it is left arrives."""
    watch.allowed += ["status of 503"]
    page = visit("/learn", who="Lena")
    if not keeps:
        page.add_init_script("Storage.prototype.setItem = () => {}")
    page.goto(f"/attempts/{attempt}/items/1")
    with monkeypatch.context() as failing:
        failing.setattr(assessment, "save_response", lambda *_, **__: abort(503))
        choose(page, "c")
        state(page, "unsaved")
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        if not keeps:
            # What the page sent as it was left may arrive after the next has been asked for.
            page.wait_for_load_state("networkidle")
    state(page, "saved" if keeps else "idle")
    expect(page.locator("#answer-c")).to_be_checked(checked=keeps)
    assert stored(site, attempt) == ([(1, 1, "c")] if keeps else [])


@pytest.mark.parametrize(
    ("body", "kind", "believed"),
    [
        ("<!doctype html><title>Sign in to the guest network</title>", "text/html", "unsaved"),
        ('{"kind": "accept", "stored": {"sequence": 1, "answer": "c", "certainty": null},'
         ' "saved_at": "2026-11-22T12:00:00+00:00", "left": null, "message": ""}',
         "application/json", "saved"),
    ],
    ids=["a gateway's own page", "the twin: a reply in the server's own words"],
)  # fmt: skip
def test_only_the_servers_own_words_count_as_saved(
    visit: Visit, attempt: int, watch: Watch, body: str, kind: str, believed: str
) -> None:
    """Attack 17 from the network: whoever stands between answers 200 with a page of their own."""
    watch.allowed += ["Unexpected token"]
    page = visit(f"/attempts/{attempt}/items/1", who="Lena")
    page.route("**/response", lambda route: route.fulfill(status=200, body=body, content_type=kind))
    choose(page, "c")
    state(page, believed)


def test_a_reply_that_got_lost_is_asked_for_again_and_counts_once(
    site: Site, visit: Visit, attempt: int, watch: Watch
) -> None:
    watch.allowed += ["ERR_FAILED", "Failed to fetch"]
    page = visit(f"/attempts/{attempt}/items/1", who="Lena")
    lost: list[int] = []

    def lose_the_first_reply(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        if lost:
            route.fulfill(response=answer)  # type: ignore[attr-defined]
        else:
            lost.append(answer.status)
            route.abort()  # type: ignore[attr-defined]

    page.route("**/response", lose_the_first_reply)
    choose(page, "d")
    state(page, "saved")
    assert lost == [200]
    assert stored(site, attempt) == [(1, 1, "d")]


def test_the_review_names_answers_that_still_wait(
    site: Site, visit: Visit, attempt: int, watch: Watch
) -> None:
    watch.allowed += ["ERR_FAILED", "Failed to fetch"]
    page = visit(f"/attempts/{attempt}/items/2", who="Lena")
    page.route("**/response", lambda route: route.abort())
    choose(page, "c")
    state(page, "unsaved")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/attempts/{attempt}/review")
    expect(page.get_by_text("Some answers on this device are not saved yet")).to_be_visible()
    page.locator("[data-pending-items] a").click()
    page.unroute("**/response")
    page.reload()
    state(page, "saved")
    assert stored(site, attempt) == [(2, 1, "c")]


def test_two_tabs_never_overwrite_each_other_unseen(
    site: Site, visit: Visit, attempt: int, watch: Watch
) -> None:
    """Invariant 13: the older tab is told, and shows what is stored."""
    watch.allowed += ["status of 409"]
    first = visit(f"/attempts/{attempt}/items/1", who="Lena")
    second = new_page(first.context, site.url, watch)
    second.goto(f"/attempts/{attempt}/items/1")
    choose(second, "b")
    state(second, "saved")
    first.locator("#answer-c").click()
    state(first, "unsaved")
    expect(first.locator("#answer-b")).to_be_checked()
    expect(first.get_by_text("Changed in another window.")).to_be_visible()
    choose(first, "c")
    state(first, "saved")
    assert stored(site, attempt) == [(1, 1, "b"), (1, 2, "c")]


def test_going_back_shows_what_is_stored(site: Site, visit: Visit, attempt: int) -> None:
    page = visit(f"/attempts/{attempt}/items/1", who="Lena")
    choose(page, "b")
    state(page, "saved")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Item 2 of 3")).to_be_visible()
    page.go_back()
    expect(page.locator("#answer-b")).to_be_checked()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Item 2 of 3")).to_be_visible()
    assert stored(site, attempt) == [(1, 1, "b")]


def test_a_session_that_ends_mid_quiz_costs_nothing(
    site: Site, visit: Visit, attempt: int, cast: Cast, watch: Watch
) -> None:
    """Invariant 17: sign in again, come back, and the answer given meanwhile is saved."""
    watch.allowed += ["status of 401", "status of 400"]
    page = visit(f"/attempts/{attempt}/items/1", who="Lena")
    choose(page, "a")
    state(page, "saved")
    with site.app.app_context():
        accounts.end_other_sign_ins(db.session, cast.lena, keep=None, now=datetime.now(UTC))
        db.session.commit()
    choose(page, "b")
    state(page, "unsaved")
    link = page.get_by_role("link", name="Sign in and come back")
    expect(link).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    link.click()
    page.get_by_label("E-mail address").fill("lena@example.org")
    page.get_by_label("Password", exact=True).fill("spruce lantern over quiet water")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/attempts/{attempt}/items/1")
    state(page, "saved")
    expect(page.locator("#answer-b")).to_be_checked()
    assert stored(site, attempt) == [(1, 1, "a"), (1, 2, "b")]


def test_without_script_the_whole_quiz_works(site: Site, visit: Visit, attempt: int) -> None:
    page = visit("/sign-in", java_script_enabled=False)
    sign_in(page, "Lena")
    page.goto(f"/attempts/{attempt}/items/1")
    for number, option in enumerate("abc", start=1):
        choose(page, option)
        page.get_by_role("button", name="Next" if number < 3 else "Look back").click()
    expect(page.get_by_text("All items are answered and saved")).to_be_visible()
    assert stored(site, attempt) == [(1, 1, "a"), (2, 1, "b"), (3, 1, "c")]
    page.get_by_role("button", name="Submit for scoring").click()
    expect(page.get_by_role("heading", name="Every item, every option, and why")).to_be_visible()


# --- a server that goes away ----------------------------------------------------------------


@pytest.fixture
def served(site: Site, address: str, tmp_path: Path) -> Iterator[Server]:
    """The real server on the same database, to be killed and started again."""
    server = Server(tmp_path, address)
    yield server.start()
    server.kill()


def test_a_server_that_is_killed_loses_nothing_it_acknowledged(
    site: Site, visit: Visit, attempt: int, served: Server, watch: Watch
) -> None:
    """The page goes on trying while nobody answers, and says so; afterwards all is there."""
    watch.allowed += ["ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET",
                      "Failed to fetch"]  # fmt: skip
    page = visit(f"/attempts/{attempt}/items/1", who="Lena", base=served.url)
    choose(page, "a")
    state(page, "saved")
    served.kill()
    choose(page, "b")
    state(page, "unsaved")
    served.start()
    state(page, "saved")
    assert stored(site, attempt) == [(1, 1, "a"), (1, 2, "b")]
    page.reload()
    expect(page.locator("#answer-b")).to_be_checked()
