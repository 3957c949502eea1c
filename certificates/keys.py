"""The issuer's Ed25519 keys: what signs badges and the log, and how the world is told of them.

Nothing here reads a file or a clock; `cryptography` is loaded when a key is used.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast, get_args
from urllib.parse import quote, urlsplit

from certificates.base58 import from_base58, to_base58

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

Purpose = Literal["credential", "log"]
"""What a key may sign: credentials (badges, status lists, transcripts) or the log."""

KEYS_VERSION = 1
"""Version of the published document of keys; a reader refuses any other."""

_MULTICODEC_ED25519 = b"\xed\x01"
_KEY_BYTES = 32


class KeysError(ValueError):
    """A value is not a key or not a document of keys; the message says which part and why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that others check with.

    `id` is unique among an issuer's keys. It signed from `valid_from` until before `valid_until`
    (aware UTC instants; None while it is in use). What it signed in that time stays genuine.
    """

    id: str
    purpose: Purpose
    public: Ed25519PublicKey
    valid_from: datetime
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a validity without its offset, or one that ends before it begins."""
        for name, instant in (("valid_from", self.valid_from), ("valid_until", self.valid_until)):
            if instant is not None and instant.utcoffset() != timedelta(0):
                raise KeysError(f"{name}: must be an aware instant in UTC")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise KeysError("valid_until: must not be earlier than valid_from")

    def signed_at(self, at: datetime) -> bool:
        """Whether the key was in use at the instant `at`."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the key."""
        return self.public.public_bytes_raw()

    @property
    def multibase(self) -> str:
        """The key as a Multikey: multicodec ed25519-pub, base58 (W3C Controlled Identifiers)."""
        return "z" + to_base58(_MULTICODEC_ED25519 + self.raw)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs; its fields mean what they mean in its `public_key`."""

    id: str
    purpose: Purpose
    private: Ed25519PrivateKey
    valid_from: datetime
    valid_until: datetime | None = None

    @property
    def public_key(self) -> PublicKey:
        """What others are told of the key."""
        public = self.private.public_key()
        return PublicKey(self.id, self.purpose, public, self.valid_from, self.valid_until)

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of the Ed25519 signature (RFC 8032, deterministic)."""
        return self.private.sign(data)


def key_id(purpose: Purpose, public: Ed25519PublicKey) -> str:
    """Return the name of a key: its purpose and 64 bits of the SHA-256 of its bytes."""
    return f"{purpose}-{hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]}"


def did_of(public_url: str) -> str:
    """Return the did:web identifier of the issuer whose site is `public_url`.

    Its document is served at `/.well-known/did.json`, or, for a site below a path, at
    `did.json` below that path. Raises `KeysError` for an address without a host.
    """
    parts = urlsplit(public_url)
    if not parts.hostname:
        raise KeysError(f"public_url: {public_url!r} names no host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    authority = host if parts.port is None else f"{host}:{parts.port}"
    steps = [step for step in parts.path.split("/") if step]
    return ":".join(["did:web", *(quote(each, safe="") for each in (authority, *steps))])


def did_document(public_url: str, keys: Iterable[PublicKey]) -> dict[str, Any]:
    """Return the DID document of the issuer: every credential key, old and new, as a Multikey.

    A key that is no longer in use carries no `expires`: a reader would refuse what it signed
    while it was. Log keys are left out, since none of them may vouch for a credential.
    """
    did = did_of(public_url)
    methods = [
        {
            "id": f"{did}#{key.id}",
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key.multibase,
        }
        for key in keys
        if key.purpose == "credential"
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def jwks(keys: Iterable[PublicKey]) -> dict[str, Any]:
    """Return the credential keys, old and new, as a JSON Web Key Set (RFC 7517, RFC 8037)."""
    return {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": base64.urlsafe_b64encode(key.raw).rstrip(b"=").decode("ascii"),
                "kid": key.id,
                "use": "sig",
                "alg": "EdDSA",
            }
            for key in keys
            if key.purpose == "credential"
        ]
    }


def published_keys(keys: Iterable[PublicKey], roots: Iterable[bytes] = ()) -> dict[str, Any]:
    """Return what a checker needs when the server is gone, as a JSON-able document.

    `keys` are all keys with their validity; `roots` the certificates (DER) that signatures of
    PDF files lead back to.
    """
    return {
        "version": KEYS_VERSION,
        "keys": [
            {
                "id": key.id,
                "purpose": key.purpose,
                "publicKeyMultibase": key.multibase,
                "validFrom": _written(key.valid_from),
                "validUntil": None if key.valid_until is None else _written(key.valid_until),
            }
            for key in keys
        ],
        "roots": [base64.b64encode(root).decode("ascii") for root in roots],
    }


def keys_from_document(document: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """Return the keys that `published_keys` wrote.

    Raises `KeysError` for a missing or wrongly typed part, or two keys of one id.
    """
    keys = tuple(_key(part) for part in _list(_checked(document), "keys"))
    if len({key.id for key in keys}) != len(keys):
        raise KeysError("keys: two have the same id")
    return keys


def roots_from_document(document: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Return the root certificates (DER) that `published_keys` wrote; `KeysError` as there."""
    try:
        return tuple(
            base64.b64decode(part, validate=True) for part in _list(_checked(document), "roots")
        )
    except (TypeError, ValueError) as error:
        raise KeysError("roots: must be certificates in base64") from error


def public_key_from_multibase(text: str) -> Ed25519PublicKey:
    """Return the Ed25519 key of a Multikey; raises `KeysError` for anything else."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    longest = 64
    if not text.startswith("z") or len(text) > longest:
        raise KeysError("publicKeyMultibase: must be base58 with its leading z")
    try:
        raw = from_base58(text[1:])
    except ValueError as error:
        raise KeysError(f"publicKeyMultibase: {error}") from error
    if not raw.startswith(_MULTICODEC_ED25519) or len(raw) != _KEY_BYTES + 2:
        raise KeysError("publicKeyMultibase: is not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(raw[2:])


def _checked(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(document, Mapping) or document.get("version") != KEYS_VERSION:
        raise KeysError(f"version: must be {KEYS_VERSION}")
    return document


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    value = document.get(name)
    if not isinstance(value, list):
        raise KeysError(f"{name}: must be a list")
    return value


def _key(part: Any) -> PublicKey:
    if not isinstance(part, Mapping):
        raise KeysError("keys: each must be an object")
    if part.get("purpose") not in get_args(Purpose):
        raise KeysError(f"purpose: must be one of {', '.join(get_args(Purpose))}")
    until = part.get("validUntil")
    return PublicKey(
        id=_text(part, "id"),
        purpose=cast(Purpose, part["purpose"]),
        public=public_key_from_multibase(_text(part, "publicKeyMultibase")),
        valid_from=_read(_text(part, "validFrom")),
        valid_until=None if until is None else _read(_text(part, "validUntil")),
    )


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    if not isinstance(value, str):
        raise KeysError(f"{name}: must be text")
    return value


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise KeysError(f"{text!r}: must be an instant in ISO 8601") from error
    if instant.tzinfo is None:
        raise KeysError(f"{text!r}: must carry its offset from UTC")
    return instant.astimezone(UTC)
