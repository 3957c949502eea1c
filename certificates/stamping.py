"""Asks a time-stamping authority for a stamp (RFC 3161, over HTTP)."""

from __future__ import annotations

from asn1crypto import tsp  # type: ignore[import-untyped]
from pyhanko.sign.timestamps import TimeStamper

from certificates.asking import ask

MOST_BYTES = 100_000
"""An answer longer than this is no time-stamp."""

_ASKS, _ANSWERS = "application/timestamp-query", "application/timestamp-reply"


class Stamper(TimeStamper):
    """Asks the authority at `address`, and waits for at most `seconds` for each answer."""

    def __init__(self, address: str, seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._address = address
        self._seconds = seconds

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the authority's answer; raises `NoAnswer` without one.

        Blocks, since nothing else runs in the loop of a signature.
        """
        asked = req.dump()
        content = ask(
            self._address, self._seconds, MOST_BYTES, body=asked, kind=_ASKS, answer=_ANSWERS
        )
        return tsp.TimeStampResp.load(content)
