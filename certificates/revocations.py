"""Asks authorities whether they have revoked a certificate (OCSP, else CRL), and keeps the answer.

A file that is to be checked when its authorities are gone carries what they said when it was
signed. Hundreds of files are signed in an hour, and an authority's word holds for days: each is
asked at most once an hour, and again as soon as its word has lapsed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import crl, ocsp, x509  # type: ignore[import-untyped]
from pyhanko_certvalidator.authority import Authority
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers import (
    CertificateFetcher,
    CRLFetcher,
    FetcherBackend,
    Fetchers,
    OCSPFetcher,
)
from pyhanko_certvalidator.fetchers.common_utils import (
    enumerate_delivery_point_urls,
    format_ocsp_request,
    process_ocsp_response_data,
)
from pyhanko_certvalidator.util import get_ocsp_urls, get_relevant_crl_dps

from certificates.asking import NoAnswer, ask

MOST_BYTES = 5_000_000
"""The longest list of revocations that is taken; an answer about one certificate is a thousandth
of that."""
KEPT = timedelta(hours=1)
_ASKS, _ANSWERS = "application/ocsp-request", "application/ocsp-response"


@dataclass(frozen=True, slots=True)
class _Heard:
    word: Any
    until: datetime


_heard: dict[tuple[str, bytes], _Heard] = {}
"""By address and certificate, for all signatures of this process."""


class Desk(FetcherBackend):
    """Where a signature of that instant has its questions asked, with so many seconds' patience."""

    def __init__(self, signed_at: datetime, seconds: float) -> None:
        self._asks = _Asks(signed_at, seconds)

    def get_fetchers(self) -> Fetchers:
        """Return who asks: about one certificate, for lists, and for nothing else."""
        return Fetchers(_Ocsp(self._asks), _Crl(self._asks), _NoCertificates())


@dataclass(frozen=True, slots=True)
class _Asks:
    """Asks at one address after the other, or remembers what was said there."""

    at: datetime
    seconds: float

    def first(
        self,
        addresses: Iterable[str],
        cert: x509.Certificate,
        asked: Callable[[str], Any],
        end_of: Callable[[Any], datetime | None],
    ) -> Any:
        """Return the first answer there is, from memory while it holds; None without any."""
        for address in addresses:
            key = address, cert.issuer_serial
            known = _heard.get(key)
            if known is not None and self.at < known.until:
                return known.word
            try:
                word = asked(address)
            except (NoAnswer, OCSPFetchError, ValueError):
                continue
            latest = self.at + KEPT
            _heard[key] = _Heard(word, min(latest, end_of(word) or latest))
            return word
        return None


class _Ocsp(OCSPFetcher):
    def __init__(self, asks: _Asks) -> None:
        self._asks = asks
        self._found: dict[bytes, ocsp.OCSPResponse] = {}

    async def fetch(self, cert: x509.Certificate, authority: Authority) -> ocsp.OCSPResponse:
        # Without a nonce: answers made beforehand have none, and ours are kept for an hour anyway.
        request = format_ocsp_request(
            cert, authority, certid_hash_algo="sha1", request_nonces=False
        )

        def asked(address: str) -> ocsp.OCSPResponse:
            content = ask(
                *(address, self._asks.seconds, MOST_BYTES),
                body=request.dump(),
                kind=_ASKS,
                answer=_ANSWERS,
            )
            return process_ocsp_response_data(content, ocsp_request=request, ocsp_url=address)

        found = self._asks.first(get_ocsp_urls(cert), cert, asked, _end_of_answer)
        if found is None:
            raise OCSPFetchError(f"Nobody says whether {cert.subject.human_friendly} is revoked.")
        self._found[cert.issuer_serial] = found
        return found

    def fetched_responses(self) -> Iterable[ocsp.OCSPResponse]:
        return self._found.values()

    def fetched_responses_for_cert(self, cert: x509.Certificate) -> Iterable[ocsp.OCSPResponse]:
        return [self._found[cert.issuer_serial]] if cert.issuer_serial in self._found else []


class _Crl(CRLFetcher):
    def __init__(self, asks: _Asks) -> None:
        self._asks = asks
        self._found: dict[bytes, list[crl.CertificateList]] = {}

    async def fetch(
        self, cert: x509.Certificate, *, use_deltas: bool | None = None
    ) -> Iterable[crl.CertificateList]:
        def asked(address: str) -> crl.CertificateList:
            return crl.CertificateList.load(
                ask(address, self._asks.seconds, MOST_BYTES), strict=True
            )

        lists = []
        for point in get_relevant_crl_dps(cert, use_deltas=bool(use_deltas)):
            found = self._asks.first(
                enumerate_delivery_point_urls(point), cert, asked, _end_of_list
            )
            if found is None:
                raise CRLFetchError(f"No list of those who issued {cert.subject.human_friendly}.")
            lists.append(found)
        self._found[cert.issuer_serial] = lists
        return lists

    def fetched_crls(self) -> Iterable[crl.CertificateList]:
        return [one for lists in self._found.values() for one in lists]

    def fetched_crls_for_cert(self, cert: x509.Certificate) -> Iterable[crl.CertificateList]:
        return self._found[cert.issuer_serial]


class _NoCertificates(CertificateFetcher):
    """Fetches none: the operator names those that a signature leads back to."""

    async def fetch_cert_issuers(self, cert: Any) -> AsyncGenerator[x509.Certificate, None]:
        return
        yield

    async def fetch_crl_issuers(self, certificate_list: Any) -> AsyncGenerator[Any, None]:
        return
        yield

    def fetched_certs(self) -> Iterable[x509.Certificate]:
        return ()


def _end_of_answer(answer: ocsp.OCSPResponse) -> datetime | None:
    (about, *_rest) = answer.response_data["responses"]
    end: datetime | None = about["next_update"].native
    return end


def _end_of_list(found: crl.CertificateList) -> datetime | None:
    end: datetime | None = found["tbs_cert_list"]["next_update"].native
    return end
