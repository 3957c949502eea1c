"""Documents signed with the issuer's keys, and their check: Data Integrity proofs and tokens.

A signature of either kind is checked against keys that are given, never against what a document
points to: nothing is fetched. The contexts of JSON-LD are those that `openbadgeslib` bundles; it
is loaded when a document is signed or checked.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from certificates.instants import read_instant, written
from certificates.keys import PublicKey, SigningKey
from certificates.shapes import Shape, ShapeError

LONGEST_DOCUMENT = 256 * 1024
"""Most bytes of a signed document that are looked at."""

_PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "proofPurpose": "assertionMethod",
}
_FREE = ("created", "verificationMethod", "proofValue")


class ForeignSignature(ValueError):
    """A document does not even claim to be signed by one of the keys; the message says why."""


class BrokenSignature(ValueError):
    """A document claims to be signed by one of the keys and is not as it was signed."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature covers: the document without its proof, or without a token's own claims.

    `signed_at` is when the signer says to have signed.
    """

    document: dict[str, Any]
    key: PublicKey
    signed_at: datetime


def issuer_of(document: Mapping[str, Any]) -> str:
    """Return the identifier of a document's issuer, given as itself or as a profile."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if not isinstance(found, str):
        raise ForeignSignature("issuer: is not named")
    return found


def sign_document(document: Mapping[str, Any], key: SigningKey, at: datetime) -> dict[str, Any]:
    """Return the document with a proof of the suite `eddsa-rdfc-2022`, made at the instant `at`.

    The same document, key and instant give the same proof (Ed25519 is deterministic).
    """
    from cryptography.hazmat.primitives import serialization
    from openbadgeslib.ob3.ldp import add_data_integrity_proof

    pem = key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    method = _method(issuer_of(document), key.id)
    created = at.astimezone(UTC).replace(microsecond=0)
    signed: dict[str, Any] = add_data_integrity_proof(dict(document), pem, method, created=created)
    return signed


def sign_token(document: Mapping[str, Any], key: SigningKey, at: datetime | None = None) -> str:
    """Return the document as a JSON Web Token, in the form of Open Badges 3.0, section 8.2.

    The document is the payload, with the registered claims beside it; a proof within is left out.
    `at` is the instant of signing, that of `validFrom` when none is given.
    """
    claims = {name: value for name, value in document.items() if name != "proof"}
    header = {"alg": "EdDSA", "kid": _method(issuer_of(document), key.id), "typ": "JWT"}
    head = _base64(_compact(header))
    valid_from = _seconds(claims.get("validFrom"), "validFrom")
    signed_at = valid_from if at is None else int(at.timestamp())
    body = _base64(_compact({**claims, **_registered(claims), "iat": signed_at}))
    return f"{head}.{body}.{_base64(key.sign(f'{head}.{body}'.encode('ascii')))}"


def verify_signed(
    data: Mapping[str, Any] | str | bytes, keys: Iterable[PublicKey], shape: Shape
) -> Signed:
    """Return what one of the credential keys signed: of a document, its text, or a token.

    The proof covers what a document means; that each of its members has a meaning is what the
    shape says, and it is asked first: it costs little, and the proof's check much. Raises
    `ForeignSignature` for what is not readable or names none of the keys, `BrokenSignature` for
    what names one and is not what it signed, or was signed when that key was not in use.
    """
    usable = [key for key in keys if key.purpose == "credential"]
    if isinstance(data, Mapping):
        return _verify_document(dict(data), usable, shape)
    text = _text(data)
    if text.startswith("{"):
        return _verify_document(_object(text, ForeignSignature), usable, shape)
    return _verify_token(text, usable, shape)


def _shaped(document: dict[str, Any], shape: Shape) -> dict[str, Any]:
    try:
        shape(document, "document")
    except ShapeError as error:
        raise BrokenSignature(str(error)) from error
    return document


def _verify_document(document: dict[str, Any], keys: list[PublicKey], shape: Shape) -> Signed:
    proof = document.get("proof")
    if not isinstance(proof, dict):
        raise ForeignSignature("proof: there is none, or not exactly one")
    key = _named(document, proof.get("verificationMethod"), keys)
    if set(proof) != {*_PROOF, *_FREE} or any(proof[name] != _PROOF[name] for name in _PROOF):
        raise BrokenSignature("proof: is not one that the issuer makes")
    signed_at = _instant(proof["created"], "proof.created")
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    rest = _shaped(unsecured, shape)
    _check_proof(document, key)
    return _in_time(Signed(rest, key, signed_at))


def _check_proof(document: dict[str, Any], key: PublicKey) -> None:
    from cryptography.hazmat.primitives import serialization
    from openbadgeslib.ob3.ldp import verify_data_integrity_proof
    from openbadgeslib.ob3.verifier import OB3VerificationError

    pem = key.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        verify_data_integrity_proof(document, pem)
    except OB3VerificationError as error:
        raise BrokenSignature(f"proof: {error}") from error


def _verify_token(text: str, keys: list[PublicKey], shape: Shape) -> Signed:
    from cryptography.exceptions import InvalidSignature

    parts = text.split(".")
    if len(parts) != 3:
        raise ForeignSignature("neither a signed document nor a token")
    header = _object(_from_base64(parts[0], ForeignSignature), ForeignSignature)
    payload = _object(_from_base64(parts[1], ForeignSignature), ForeignSignature)
    key = _named(payload, header.get("kid"), keys)
    if header != {"alg": "EdDSA", "kid": header["kid"], "typ": "JWT"}:
        raise BrokenSignature("token: its header is not one that the issuer writes")
    try:
        signature = _from_base64(parts[2], BrokenSignature)
        key.public.verify(signature, f"{parts[0]}.{parts[1]}".encode("ascii"))
    except InvalidSignature as error:
        raise BrokenSignature("token: its signature does not fit") from error
    claimed = {name: value for name, value in payload.items() if name not in _CLAIMS}
    document = _shaped(claimed, shape)
    signed_at = payload.get("iat")
    if type(signed_at) is not int or not 0 <= signed_at < _LATEST:
        raise BrokenSignature("token: does not say when it was signed")
    if payload != {**document, **_registered(document), "iat": signed_at}:
        raise BrokenSignature("token: its claims differ from its credential")
    return _in_time(Signed(document, key, datetime.fromtimestamp(signed_at, UTC)))


def _named(document: dict[str, Any], method: Any, keys: list[PublicKey]) -> PublicKey:
    issuer = issuer_of(document)
    key = next((key for key in keys if method == _method(issuer, key.id)), None)
    if key is None:
        raise ForeignSignature("none of the given keys is named as the one that signed")
    return key


def _in_time(signed: Signed) -> Signed:
    if not signed.key.signed_at(signed.signed_at):
        raise BrokenSignature(f"key {signed.key.id}: was not in use at {written(signed.signed_at)}")
    return signed


_CLAIMS = ("iss", "jti", "nbf", "exp", "iat")
_LATEST = 1 << 37  # The year 6325: later than any date that is written here.


def _registered(document: Mapping[str, Any]) -> dict[str, Any]:
    """The registered claims of a token, each of which repeats a member of its document."""
    claims = {
        "iss": issuer_of(document),
        "jti": document.get("id"),
        "nbf": _seconds(document.get("validFrom"), "validFrom"),
    }
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"], "validUntil")
    return claims


def _seconds(value: Any, name: str) -> int:
    return int((_instant(value, name) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1))


def _instant(value: Any, name: str) -> datetime:
    try:
        return read_instant(value)
    except (TypeError, ValueError) as error:
        raise BrokenSignature(f"{name}: is not an instant") from error


def _method(issuer: str, key_id: str) -> str:
    return f"{issuer}#{key_id}"


def _compact(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _from_base64(text: str, refusal: type[ValueError]) -> bytes:
    """Decode base64url without padding, of which each value has one spelling only."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise refusal("token: is not in base64url") from error
    if _base64(data) != text:
        raise refusal("token: is not in the one spelling of base64url")
    return data


def _text(data: str | bytes) -> str:
    if len(data) > LONGEST_DOCUMENT:
        raise ForeignSignature(f"longer than {LONGEST_DOCUMENT} bytes")
    try:
        return data.decode("utf-8").strip() if isinstance(data, bytes) else data.strip()
    except UnicodeDecodeError as error:
        raise ForeignSignature("not text in UTF-8") from error


def _object(text: str | bytes, refusal: type[ValueError]) -> dict[str, Any]:
    """Read a JSON object in which no name stands twice; what a reader might take either way."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise refusal(f"not plain JSON: {error}") from error
    if not isinstance(value, dict):
        raise refusal("not a JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")
