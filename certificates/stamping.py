"""Asks a time-stamping authority for a stamp (RFC 3161, over HTTP), with the standard library."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from asn1crypto import tsp  # type: ignore[import-untyped]
from pyhanko.sign.timestamps import TimeStamper

MOST_BYTES = 100_000
"""An answer longer than this is no time-stamp."""

_ASKS, _ANSWERS = "application/timestamp-query", "application/timestamp-reply"


class NoStamp(OSError):
    """The authority did not answer, or not with a time-stamp."""


class _NoRedirect(HTTPRedirectHandler):
    """Follows an authority nowhere else: its address is an operator's decision."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Stamper(TimeStamper):
    """Asks the authority at `address`, and waits for at most `seconds` for each answer."""

    def __init__(self, address: str, seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        if urlsplit(address).scheme not in ("http", "https"):
            raise NoStamp(f"{address!r} is no address of a time-stamping authority.")
        self._address = address
        self._seconds = seconds
        self._opener = build_opener(_NoRedirect)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the authority's answer; raises `NoStamp` without one.

        Blocks, since nothing else runs in the loop of a signature.
        """
        request = Request(self._address, req.dump(), {"Content-Type": _ASKS})  # noqa: S310 -- above
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                kind = answer.headers.get_content_type()
                content = answer.read(MOST_BYTES + 1)
        except HTTPError as error:
            error.close()
            raise NoStamp(f"{self._address} answers with status {error.code}.") from None
        except (URLError, OSError) as error:
            raise NoStamp(f"{self._address} does not answer: {error}") from error
        if kind != _ANSWERS or len(content) > MOST_BYTES:
            raise NoStamp(f"{self._address} answers with {kind}, {len(content)} bytes.")
        return tsp.TimeStampResp.load(content)
