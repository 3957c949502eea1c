"""The brand of a programme: what its certificates look like, as data and never as a template."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from certificates.documents import CredentialError, expect_keys, parts_of, text_of

Paper = Literal["a4", "letter"]
"""The paper a certificate is printed on, landscape: A4, or US Letter."""

HOUSE_COLOUR = "#14594f"
BRAND_VERSION = 1
"""Version of the document form; a reader refuses any other."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class SignedBy:
    """One person who answers for the programme's awards, and a picture of the signature."""

    name: str
    role: str
    image: bytes | None = None


@dataclass(frozen=True, slots=True)
class Brand:
    """One version of a programme's brand, named by its digest.

    `primary` is `#rrggbb` in lower case. `logo` is PNG or SVG as `clean_picture` returns it,
    `logo_alt` what it shows, in words; the images of the signatories are such pictures too.
    `statement` is the accreditation statement, `paper` what certificates are made for unless
    somebody asks for the other. Raises `CredentialError` for a colour or paper that is neither,
    or a logo without words.
    """

    primary: str = HOUSE_COLOUR
    logo: bytes | None = None
    logo_alt: str = ""
    signatories: tuple[SignedBy, ...] = ()
    statement: str = ""
    paper: Paper = "a4"

    def __post_init__(self) -> None:
        """Refuse what no certificate could be drawn with."""
        if not _COLOUR.fullmatch(self.primary):
            raise CredentialError("primary: must be a colour such as #14594f")
        if self.paper not in get_args(Paper):
            raise CredentialError("paper: must be a4 or letter")
        if self.logo is not None and not self.logo_alt.strip():
            raise CredentialError("logo_alt: must say what the logo shows")


def brand_to_document(brand: Brand) -> dict[str, Any]:
    """Return the brand as a JSON-able document; pictures in Base64."""
    return {
        "version": BRAND_VERSION,
        "primary": brand.primary,
        "logo": _base64(brand.logo),
        "logo_alt": brand.logo_alt,
        "signatories": [
            {"name": person.name, "role": person.role, "image": _base64(person.image)}
            for person in brand.signatories
        ],
        "statement": brand.statement,
        "paper": brand.paper,
    }


def brand_from_document(document: Mapping[str, Any]) -> Brand:
    """Return the very brand that `brand_to_document` wrote.

    Raises `CredentialError` for a missing, unknown or wrongly typed field.
    """
    names = {"version", "primary", "logo", "logo_alt", "signatories", "statement", "paper"}
    expect_keys(document, names, "brand")
    if document["version"] != BRAND_VERSION:
        raise CredentialError(f"version: {document['version']!r} is not {BRAND_VERSION}")
    paper: Any = text_of(document, "paper")
    return Brand(
        primary=text_of(document, "primary"),
        logo=_bytes(document, "logo"),
        logo_alt=text_of(document, "logo_alt"),
        signatories=tuple(_signed_by(part) for part in parts_of(document, "signatories")),
        statement=text_of(document, "statement"),
        paper=paper,
    )


def brand_digest(brand: Brand) -> str:
    """Return the SHA-256 of the brand's canonical JSON (RFC 8785), in lower-case hexadecimal."""
    document = json.dumps(
        brand_to_document(brand), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(document.encode("utf-8")).hexdigest()


def _signed_by(part: Mapping[str, Any]) -> SignedBy:
    expect_keys(part, {"name", "role", "image"}, "signatories")
    return SignedBy(text_of(part, "name"), text_of(part, "role"), _bytes(part, "image"))


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _bytes(document: Mapping[str, Any], name: str) -> bytes | None:
    if document[name] is None:
        return None
    try:
        return base64.b64decode(text_of(document, name), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CredentialError(f"{name}: must be Base64") from error
