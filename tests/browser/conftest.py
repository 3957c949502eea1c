"""A running site and browsers that notice: errors in the console, breaches, requests elsewhere."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from lms.app import create_app
from lms.db import db
from tests.cast import PASSWORD, Cast, settings_for
from tests.serving import free_port

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 780}
# A page that is meant to be refused is reported by Chromium as a resource that did not load.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share the browser tests out to two workers: three browsers at once would starve each other.

    Axe on every page takes as long as all the others together.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # A browser that leaves a page breaks off what it was fetching; Python's small server
            # then leaves the file to the garbage collector, which complains in any later test.
            unclosed = "ignore::pytest.PytestUnraisableExceptionWarning"
            item.add_marker(pytest.mark.filterwarnings(unclosed))
            group = "axe" if item.path.stem == "test_browser_access" else "browser"
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start Debian's Chromium, and let it talk to nobody but us."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    program = shutil.which("chromium")
    return {**browser_type_launch_args, "executable_path": program, "args": quiet}


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log(self, _type: str, _message: str, *_args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Site:
    """The application as it runs, and where."""

    app: Flask
    url: str


@pytest.fixture
def site(address: str, cast: Cast, tmp_path: Path) -> Iterator[Site]:
    """The whole application on a port of its own, in threads, on this test's database."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = create_app(settings_for(tmp_path, address, public_url=url))
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Site(app, url)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@dataclass
class Watch:
    """What a browser complained about; `allowed` patterns are part of the story told."""

    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Note a complaint."""
        self.complaints.append(text)

    def unexpected(self) -> list[str]:
        """Return the complaints that no pattern allows."""
        return [
            each
            for each in self.complaints
            if not any(re.search(pattern, each) for pattern in self.allowed)
        ]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fail the test when a browser saw an error, a breach of policy or a foreign request."""
    watching = Watch()
    yield watching
    assert watching.unexpected() == []


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site, watch: Watch) -> Iterator[Visit]:
    """Open a page in a browser of its own: `visit("/learn", who="Lena", viewport=NARROW)`."""
    contexts: list[BrowserContext] = []

    def open_page(path: str = "/", who: str = "", base: str = "", **options: Any) -> Page:
        context = browser.new_context(
            base_url=base or site.url, locale="en-GB", **{"viewport": WIDE, **options}
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = new_page(context, base or site.url, watch)
        if who:
            sign_in(page, who)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def new_page(context: BrowserContext, url: str, watch: Watch) -> Page:
    """Open a watched tab."""
    page = context.new_page()
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => "
        "console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`));"
    )

    def message(said: Any) -> None:
        of_the_page = said.location.get("url", "").split("#")[0] == page.url.split("#")[0]
        if said.type in ("error", "warning") and not (of_the_page and REFUSED.match(said.text)):
            watch.add(f"console at {page.url}: {said.text}")

    page.on("console", message)
    page.on("pageerror", lambda error: watch.add(f"script at {page.url}: {error}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((f"{url}/", "data:", "blob:"))
            else watch.add(f"{page.url} asked {request.url}")
        ),
    )
    return page


def sign_in(page: Page, who: str) -> None:
    """Sign somebody of the cast in through the form."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(f"{who.lower()}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
