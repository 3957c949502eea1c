"""Asks authorities over HTTP by the standard library: one address, no redirect, short patience."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener


class NoAnswer(OSError):
    """An authority did not answer, or not with what it was asked for."""


class _NoRedirect(HTTPRedirectHandler):
    """Follows an authority nowhere else: its address is an operator's or a certificate's word."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = build_opener(_NoRedirect)


def ask(
    address: str,
    seconds: float,
    most_bytes: int,
    *,
    body: bytes | None = None,
    kind: str = "",
    answer: str = "",
) -> bytes:
    """Return what stands at an address, or what it answers to a body of that kind.

    Waits for at most `seconds` at a time. Raises `NoAnswer` for an address that is not HTTP, for
    any status but success, for another kind of answer than that named, and for one that is longer
    than `most_bytes`.
    """
    if urlsplit(address).scheme not in ("http", "https"):
        raise NoAnswer(f"{address!r} is no address of an authority.")
    headers = {"Content-Type": kind} if kind else {}
    request = Request(address, body, headers)  # noqa: S310 -- HTTP alone, see above
    try:
        with _OPENER.open(request, timeout=seconds) as given:
            found = given.headers.get_content_type()
            content: bytes = given.read(most_bytes + 1)
    except HTTPError as error:
        error.close()
        raise NoAnswer(f"{address} answers with status {error.code}.") from None
    except (URLError, OSError) as error:
        raise NoAnswer(f"{address} does not answer: {error}") from error
    if (answer and found != answer) or len(content) > most_bytes:
        raise NoAnswer(f"{address} answers with {found}, {len(content)} bytes.")
    return content
