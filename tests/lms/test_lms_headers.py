"""What every answer carries: no inline script, no caching, no indexing, one cookie of its own."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.app import create_app
from tests.cast import Cast, settings_for
from tests.stories import tell

OURS = "http://ours.example"
PUBLIC = ["/", "/programmes/northgate", "/verify", "/sign-in", "/register"]


def pages_of_leo(app: Flask, cast: Cast) -> list[str]:
    told = tell(app, cast)
    return [
        *PUBLIC,
        "/learn",
        f"/learn/{cast.leo_seat}/first-module/lesson-1",
        f"/learn/{cast.leo_seat}/progress",
        f"/learn/{cast.leo_seat}/first-module/quiz",
        f"/attempts/{told.passed_attempt}/result",
        "/credentials",
        f"/v/{told.serial}",
        "/nowhere",
    ]


def directives(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


def test_every_page_carries_a_policy_without_a_way_in(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 47: nothing inline, nothing from elsewhere, no frame, no base, no plug-in."""
    leo = client_of("Leo")
    for path in pages_of_leo(app, cast):
        answer = leo.get(path, follow_redirects=True)
        policy = directives(answer.headers["Content-Security-Policy"])
        assert policy["default-src"] == ["'none'"], path
        for name in ("script-src", "style-src", "font-src", "connect-src", "form-action"):
            assert policy[name] == ["'self'"], path
        assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_no_page_is_kept_by_caches(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 59: a shared cache never hands one person's page or cookie to another."""
    leo = client_of("Leo")
    for path in pages_of_leo(app, cast):
        answer = leo.get(path)
        assert "no-store" in answer.headers["Cache-Control"], path
        if answer.headers.get("Set-Cookie"):
            assert "Cookie" in answer.headers.get("Vary", ""), path


def test_static_files_are_cached_under_their_hash_and_set_no_cookie(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/").text
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert found
    for address in found:
        assert re.search(r"[?&]v=[0-9a-f]{10}$", address), address
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert "31536000" in answer.headers["Cache-Control"]
            assert "Set-Cookie" not in answer.headers


def test_search_engines_see_only_the_public_pages(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 41: certificates and everything behind the door stay out of every index."""
    leo, anybody = client_of("Leo"), app.test_client()
    indexable = {"/", "/programmes/northgate"}
    for path in pages_of_leo(app, cast):
        wanted = "all" if path in indexable else "noindex, nofollow"
        assert anybody.get(path).headers["X-Robots-Tag"] == wanted, path
        assert leo.get(path).headers["X-Robots-Tag"] == "noindex, nofollow", path
    listed = anybody.get("/robots.txt").text
    assert "Disallow: /v/" in listed and "Disallow: /learn" in listed


def test_no_page_sends_anybody_to_another_host(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 53 for browsers: whatever a page loads, posts to or embeds is our own."""
    leo = client_of("Leo")
    loads = re.compile(r"<(?:script|link|img|iframe|form|source|object)\b[^>]*?"
                       r"(?:src|href|action|srcset|data)=\"([^\"]*)\"")  # fmt: skip
    for path in pages_of_leo(app, cast):
        for address in loads.findall(leo.get(path, follow_redirects=True).text):
            assert urljoin(f"{OURS}{path}", address).startswith(f"{OURS}/"), (path, address)


@pytest.fixture
def https_app(address: str, tmp_path: Path) -> Flask:
    settings = settings_for(tmp_path, address, public_url="https://learn.northgate.example")
    return create_app(settings)


def test_over_tls_the_cookie_is_bound_to_the_host(https_app: Flask) -> None:
    answer = https_app.test_client().get("/sign-in", base_url="https://learn.northgate.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain=" not in cookie
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]


def test_without_tls_no_promise_of_tls_is_made(app: Flask) -> None:
    answer = app.test_client().get("/sign-in")
    assert "Strict-Transport-Security" not in answer.headers
    assert "HttpOnly" in answer.headers["Set-Cookie"]


def test_an_error_page_gives_nothing_away(app: Flask) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken() -> str:
        raise RuntimeError("a secret detail")

    app.view_functions["catalogue.healthz"] = broken
    broken.access_rule = "public"  # type: ignore[attr-defined]
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text and "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_a_request_larger_than_any_form_is_refused(app: Flask) -> None:
    """Invariant 60: size is judged before anything is parsed or hashed."""
    answer = app.test_client().post("/sign-in", data={"password": "x" * 1_100_000})
    assert answer.status_code == 413
