"""Transcripts, evidence packs and dossiers signed as JSON that a person can read, with a JCS proof.

Each is a Verifiable Credential whose subject is what was signed.

The proof is a Data Integrity proof of the suite `eddsa-jcs-2022` (W3C, Data Integrity EdDSA
Cryptosuites v1.0, section 3.3): it covers every member of the document and the order of every
list. It is checked against keys that are given; nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from certificates.base58 import from_base58, to_base58
from certificates.keys import PublicKey, SigningKey

TRANSCRIPT_TYPE = "LearningTranscript"
PACK_TYPE = "EvidencePack"
DOSSIER_TYPE = "LearnerDossier"
LONGEST_TRANSCRIPT = 4_000_000
"""Most bytes of a transcript that are looked at."""

_CONTEXT = "https://www.w3.org/ns/credentials/v2"
# Every member has a meaning of its own, so that a reader of linked data drops none of them.
_VOCABULARIES = {
    TRANSCRIPT_TYPE: "urn:pat-lms:transcript:",
    PACK_TYPE: "urn:pat-lms:evidence-pack:",
    DOSSIER_TYPE: "urn:pat-lms:dossier:",
}
_SUITE = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}
_PURPOSE = "assertionMethod"
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_SIGNATURE_BYTES, _LONGEST_VALUE = 64, 100
_MOST_EXACT = 2**53


class TranscriptError(ValueError):
    """A document cannot be signed, or cannot be read as a signed one; the message says why."""


@dataclass(frozen=True, slots=True)
class TranscriptCheck:
    """What a check found: `subject` is what was signed, if it is genuine, else empty.

    "genuine": one of the keys signed exactly this, while it was in use. "altered": it names one
    of the keys, which did not sign this. "not-ours": it names none of them.
    """

    state: Literal["genuine", "altered", "not-ours"]
    subject: Mapping[str, Any]
    signed_at: datetime | None
    reason: str


def sign_transcript(
    subject: Mapping[str, Any],
    issuer: str,
    key: SigningKey,
    at: datetime,
    kind: str = TRANSCRIPT_TYPE,
) -> dict[str, Any]:
    """Return `subject` as a credential of `issuer` (a DID) with a proof made at `at`.

    `kind` is `TRANSCRIPT_TYPE`, `PACK_TYPE` or `DOSSIER_TYPE`: none passes for another.

    The same arguments give the same document. Raises `TranscriptError` for a subject with
    anything but text, whole numbers, truth values, lists and objects with ASCII names.
    """
    when = at.astimezone(UTC).strftime(_INSTANT)
    document = {
        "@context": [_CONTEXT, {"@vocab": _VOCABULARIES[kind]}],
        "type": ["VerifiableCredential", kind],
        "issuer": issuer,
        "validFrom": when,
        "credentialSubject": dict(subject),
    }
    options = {
        **_SUITE,
        "created": when,
        "verificationMethod": f"{issuer}#{key.id}",
        "proofPurpose": _PURPOSE,
    }
    value = "z" + to_base58(key.sign(hash_data(document, options)))
    return {**document, "proof": {**options, "proofValue": value}}


def hash_data(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """Return what is signed: the hash of the proof's options, then that of the document.

    Source: Data Integrity EdDSA Cryptosuites v1.0, sections 3.3.4 and 3.3.5.
    """
    bound = {**options, "@context": document["@context"]} if "@context" in document else options
    return b"".join(hashlib.sha256(canonical_json(part)).digest() for part in (bound, document))


def canonical_json(value: Any) -> bytes:
    """Return the one byte form of a JSON value (RFC 8785); `TranscriptError` for what has none.

    Fractions are refused rather than formatted, so that no rounding can decide.
    """
    _refuse_unwritable(value)
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise TranscriptError("text: holds a code point that is not valid Unicode") from error


def _refuse_unwritable(value: Any) -> None:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise TranscriptError("names: must be plain ASCII")
            _refuse_unwritable(part)
    elif isinstance(value, list):
        for part in value:
            _refuse_unwritable(part)
    elif isinstance(value, int):
        if abs(value) >= _MOST_EXACT:
            raise TranscriptError("numbers: must be exact in every reader")
    elif value is not None and not isinstance(value, str):
        raise TranscriptError(f"{type(value).__name__}: has no canonical form here")


def check_transcript(
    data: Mapping[str, Any] | bytes | str,
    keys: Iterable[PublicKey],
    issuer: str,
    kind: str = TRANSCRIPT_TYPE,
) -> TranscriptCheck:
    """Say whether `issuer` signed this, a transcript or what `kind` says, with its keys."""
    try:
        document = dict(data) if isinstance(data, Mapping) else _read(data)
        proof, key = _named(document, [k for k in keys if k.purpose == "credential"], issuer)
    except (TranscriptError, RecursionError) as error:
        return TranscriptCheck("not-ours", {}, None, str(error))
    try:
        signed_at = _checked(document, proof, key, kind)
    except (TranscriptError, RecursionError) as error:
        return TranscriptCheck("altered", {}, None, str(error))
    return TranscriptCheck("genuine", document["credentialSubject"], signed_at, "")


def _read(data: bytes | str) -> dict[str, Any]:
    if len(data) > LONGEST_TRANSCRIPT:
        raise TranscriptError("it is too long")
    try:
        found = json.loads(data, object_pairs_hook=_each_name_once)
    except ValueError as error:
        raise TranscriptError(f"it is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise TranscriptError("it is no JSON object")
    return found


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse two members of one name, of which two readers may see a different one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TranscriptError("a name stands twice in one object")
    return found


def _named(
    document: Mapping[str, Any], keys: list[PublicKey], issuer: str
) -> tuple[Mapping[str, Any], PublicKey]:
    proof = document.get("proof")
    if not isinstance(proof, Mapping):
        raise TranscriptError("proof: there is none, or not exactly one")
    if document.get("issuer") != issuer:
        raise TranscriptError("issuer: is somebody else")
    for key in keys:
        if proof.get("verificationMethod") == f"{issuer}#{key.id}":
            return proof, key
    raise TranscriptError("proof: names no key of the issuer")


def _checked(
    document: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey, kind: str
) -> datetime:
    """Return when it was signed, or raise TranscriptError for what the key did not sign."""
    from cryptography.exceptions import InvalidSignature

    options = {name: value for name, value in proof.items() if name != "proofValue"}
    wanted = {**_SUITE, "proofPurpose": _PURPOSE}
    if {name: options.get(name) for name in wanted} != wanted or set(options) != {
        *wanted,
        "created",
        "verificationMethod",
    }:
        raise TranscriptError("proof: is not one that the issuer makes")
    rest = {name: value for name, value in document.items() if name != "proof"}
    is_kind = rest.get("type") == ["VerifiableCredential", kind]
    if not is_kind or not isinstance(rest.get("credentialSubject"), Mapping):
        raise TranscriptError(f"type: is no {kind}")
    try:
        key.public.verify(_signature(proof.get("proofValue")), hash_data(rest, options))
    except InvalidSignature:
        raise TranscriptError("proof: the key did not sign this") from None
    try:
        signed_at = datetime.strptime(str(options["created"]), _INSTANT).replace(tzinfo=UTC)
    except ValueError as error:
        raise TranscriptError("created: is not an instant") from error
    if not key.signed_at(signed_at):
        raise TranscriptError("proof: the key was not in use then")
    return signed_at


def _signature(text: Any) -> bytes:
    if not isinstance(text, str) or not text.startswith("z") or len(text) > _LONGEST_VALUE:
        raise TranscriptError("proofValue: must be base58 with its leading z")
    try:
        raw = from_base58(text[1:])
    except ValueError as error:
        raise TranscriptError(f"proofValue: {error}") from error
    if len(raw) != _SIGNATURE_BYTES:
        raise TranscriptError("proofValue: is not a signature")
    return raw
