"""Bitstring Status Lists: whether a credential is revoked or suspended, for all of them at once.

W3C Bitstring Status List v1.0. A list says one thing (its purpose) of 131,072 places; a
credential names its place, taken at random, so that who asks about a list tells nothing of whom.
"""

from __future__ import annotations

import base64
import gzip
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from certificates.instants import read_instant, written
from certificates.keys import PublicKey
from certificates.securing import (
    BrokenSignature,
    ForeignSignature,
    issuer_of,
    verify_signed,
)
from certificates.shapes import exactly, instant, matching, record, uri

LENGTH = 131_072
"""Places of a list: the least that the standard allows, so that each hides among many."""

ListPurpose = Literal["revocation", "suspension"]

_CONTEXT = "https://www.w3.org/ns/credentials/v2"


class StatusListError(ValueError):
    """A list cannot be relied upon; the message says why."""


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """A credential's place on a list: the list's address, the place from 0, what it says."""

    list_url: str
    index: int
    purpose: ListPurpose

    def __post_init__(self) -> None:
        """Refuse a place that no list has."""
        if not 0 <= self.index < LENGTH:
            raise ValueError(f"index: {self.index} is not on a list of {LENGTH}")


@dataclass(frozen=True, slots=True)
class StatusList:
    """The bits of a list, place 0 in the highest bit of the first byte; none set at first."""

    bits: bytes = bytes(LENGTH // 8)

    def __post_init__(self) -> None:
        """Refuse a list of another length."""
        if len(self.bits) != LENGTH // 8:
            raise StatusListError(f"bits: must be {LENGTH // 8} bytes")

    def get(self, index: int) -> bool:
        """Whether the place is set; `IndexError` for one that is not on the list."""
        if not 0 <= index < LENGTH:
            raise IndexError(f"index: {index} is not on a list of {LENGTH}")
        return bool(self.bits[index // 8] & 0x80 >> index % 8)

    def set(self, indexes: Iterable[int]) -> StatusList:
        """Return the list with these places set as well."""
        bits = bytearray(self.bits)
        for index in indexes:
            if not 0 <= index < LENGTH:
                raise IndexError(f"index: {index} is not on a list of {LENGTH}")
            bits[index // 8] |= 0x80 >> index % 8
        return StatusList(bytes(bits))

    def encode(self) -> str:
        """Return the bits compressed, in base64url with its multibase sign; always the same."""
        packed = gzip.compress(self.bits, compresslevel=9, mtime=0)
        return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def decode_status_list(text: str) -> StatusList:
    """Return the list that was encoded; `StatusListError` for anything else.

    Never unpacks more than a list holds, whatever the text would swell to.
    """
    if not re.fullmatch("u[A-Za-z0-9_-]+", text):
        raise StatusListError("encodedList: is not base64url with its sign")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        bits = unpacker.decompress(packed, LENGTH // 8 + 1)
    except (ValueError, zlib.error) as error:
        raise StatusListError("encodedList: cannot be unpacked") from error
    if not unpacker.eof or unpacker.unused_data:
        raise StatusListError("encodedList: is not one whole list")
    return StatusList(bits)


def status_list_address(site: str, purpose: ListPurpose, number: int) -> str:
    """Return the address of a list: those of a purpose are numbered from 1 below the site's."""
    return f"{site}/register/status/{purpose}-{number}"


def status_list_credential(
    issuer: str,
    url: str,
    purpose: ListPurpose,
    places: StatusList,
    *,
    valid_from: datetime,
    valid_until: datetime,
) -> dict[str, Any]:
    """Return the list as a credential, to be signed like a badge and served at `url`.

    `issuer` is the issuer's DID. After `valid_until` nobody may rely on this copy, so that an old
    one cannot be shown for ever.
    """
    return {
        "@context": [_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": written(valid_from),
        "validUntil": written(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": places.encode(),
        },
    }


def read_status(
    data: Mapping[str, Any] | str | bytes,
    entry: StatusEntry,
    issuer: str,
    keys: Iterable[PublicKey],
    at: datetime,
) -> bool:
    """Whether the credential's place is set on the list that was fetched from its address.

    Raises `StatusListError` unless the list is signed by one of the keys, is the issuer's, is the
    list and of the purpose that the credential names, and may be relied upon at the instant `at`.
    """
    try:
        document = verify_signed(data, keys, _SHAPE).document
    except (BrokenSignature, ForeignSignature) as error:
        raise StatusListError(f"the list is not one of the issuer: {error}") from error
    subject = document["credentialSubject"]
    if issuer_of(document) != issuer or document["id"] != entry.list_url:
        raise StatusListError("the list is not the one that the credential names")
    if subject["statusPurpose"] != entry.purpose:
        raise StatusListError(f"the list is not about {entry.purpose}")
    second = at.replace(microsecond=0)
    if not read_instant(document["validFrom"]) <= second:
        raise StatusListError("the list is of a later time")
    if second > read_instant(document["validUntil"]):
        raise StatusListError(f"the list is stale: it ended at {document['validUntil']}")
    return decode_status_list(subject["encodedList"]).get(entry.index)


_SHAPE = record(
    {
        "@context": exactly([_CONTEXT]),
        "id": uri,
        "type": exactly(["VerifiableCredential", "BitstringStatusListCredential"]),
        "issuer": uri,
        "validFrom": instant,
        "validUntil": instant,
        "credentialSubject": record(
            {
                "id": uri,
                "type": exactly("BitstringStatusList"),
                "statusPurpose": matching("revocation|suspension"),
                "encodedList": matching("u[A-Za-z0-9_-]+"),
            }
        ),
    }
)
