"""Signed transcripts: the vector of the standard, every alteration found, nothing fetched."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.base58 import from_base58, to_base58
from certificates.keys import SigningKey, public_key_from_multibase
from certificates.transcript import (
    DOSSIER_TYPE,
    PACK_TYPE,
    TRANSCRIPT_TYPE,
    TranscriptError,
    canonical_json,
    check_transcript,
    hash_data,
    sign_transcript,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DID = "did:web:northgate.example"
SUBJECT = {"holder": {"name": "Lena Marković"}, "courses": [{"minutes": 60}, {"minutes": 45}]}


def key(number: int = 1, **more: Any) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    values = {"valid_from": NOON - timedelta(days=1), **more}
    return SigningKey(f"credential-{number}", "credential", private, **values)


def signed() -> dict[str, Any]:
    return sign_transcript(SUBJECT, DID, key(), NOON)


def state(document: Any, *keys: SigningKey) -> str:
    public = [each.public_key for each in keys or (key(),)]
    return check_transcript(document, public, DID).state


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """Data Integrity EdDSA Cryptosuites v1.0, appendix B.2 (representation: eddsa-jcs-2022)."""
    context = [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2",
    ]
    document = {
        "@context": context,
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:abcdefgh",
            "alumniOf": "The School of Examples",
        },
    }
    multikey = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": f"did:key:{multikey}#{multikey}",
        "proofPurpose": "assertionMethod",
    }
    hashed = hash_data(document, options)
    assert hashed.hex() == (
        "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
        "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
    )
    value = (
        "2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
    )
    public_key_from_multibase(multikey).verify(from_base58(value), hashed)
    assert to_base58(from_base58(value)) == value


def test_what_was_signed_is_genuine_and_read_back() -> None:
    found = check_transcript(json.dumps(signed(), indent=2), [key().public_key], DID)
    assert (found.state, found.signed_at) == ("genuine", NOON)
    assert found.subject == SUBJECT


KINDS = (TRANSCRIPT_TYPE, PACK_TYPE, DOSSIER_TYPE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", KINDS)
def test_no_kind_passes_for_another(kind: str, asked: str) -> None:
    document = sign_transcript(SUBJECT, DID, key(), NOON, kind)
    found = check_transcript(document, [key().public_key], DID, asked)
    assert found.state == ("genuine" if kind == asked else "altered")
    named = {**document, "type": ["VerifiableCredential", asked]}
    renamed = check_transcript(named, [key().public_key], DID, asked)
    assert renamed.state == ("genuine" if kind == asked else "altered")


def test_the_same_transcript_has_the_same_signature() -> None:
    assert signed() == signed()


ALTERATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a name": lambda d: d["credentialSubject"]["holder"].update(name="Lena Markovic"),
    "a number": lambda d: d["credentialSubject"]["courses"][0].update(minutes=61),
    "the order of a list": lambda d: d["credentialSubject"]["courses"].reverse(),
    "one more member": lambda d: d["credentialSubject"].update(note="Distinction"),
    "one more member outside": lambda d: d.update(name="Licence"),
    "one member fewer": lambda d: d["credentialSubject"].pop("courses"),
    "the day": lambda d: d.update(validFrom="2025-01-01T00:00:00Z"),
    "the day of the proof": lambda d: d["proof"].update(created="2026-11-22T11:59:59Z"),
    "the context": lambda d: d["@context"].append("https://example.org/v1"),
    "the type": lambda d: d["type"].append("Licence"),
    "the purpose": lambda d: d["proof"].update(proofPurpose="authentication"),
    "the suite": lambda d: d["proof"].update(cryptosuite="eddsa-rdfc-2022"),
    "one more member of the proof": lambda d: d["proof"].update(domain="x"),
    "no value": lambda d: d["proof"].pop("proofValue"),
    "an empty value": lambda d: d["proof"].update(proofValue="z"),
    "a long value": lambda d: d["proof"].update(proofValue="z" + "2" * 100_000),
    "a fraction": lambda d: d["credentialSubject"]["courses"][0].update(minutes=60.0),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_any_alteration_is_found(what: str) -> None:
    document = copy.deepcopy(signed())
    ALTERATIONS[what](document)
    assert state(document) == "altered"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_altered_byte_passes(data: st.DataObject) -> None:
    text = bytearray(json.dumps(signed()).encode())
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    found = check_transcript(bytes(text), [key().public_key], DID)
    assert found.state != "genuine" or found.subject == SUBJECT


def test_without_the_hash_of_the_document_an_alteration_would_pass() -> None:
    """The vulnerable twin: a proof over its own options alone says nothing of the transcript."""
    document = signed()
    document["credentialSubject"]["holder"]["name"] = "Somebody Else"
    options = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    weak = key().sign(canonical_json(options))
    key().public_key.public.verify(weak, canonical_json(options))
    assert state(document) == "altered"


def test_another_issuer_or_key_is_not_ours() -> None:
    assert state(signed(), key(2)) == "not-ours"
    assert check_transcript(signed(), [key().public_key], "did:web:other.example").state == (
        "not-ours"
    )
    assert state("[]") == state("{") == state(b"\xff") == state({}) == "not-ours"
    assert state("[" * 100_000) == "not-ours"


def test_a_key_of_the_log_may_not_sign_transcripts() -> None:
    log = SigningKey("credential-1", "log", key().private, NOON - timedelta(days=1))
    assert state(signed(), log) == "not-ours"


def test_a_key_signs_only_while_it_is_in_use() -> None:
    assert state(signed(), key(valid_until=NOON)) == "altered"
    assert state(signed(), key(valid_until=NOON + timedelta(seconds=1))) == "genuine"


def test_a_name_that_stands_twice_is_refused() -> None:
    """Two readers could see two different values."""
    text = json.dumps(signed()).replace('{"holder"', '{"courses": [], "holder"')
    assert state(text) == "not-ours"


@pytest.mark.parametrize("value", [1.5, float("nan"), {"é": 1}, {1: 1}, 2**53, "\ud800", b"x"])
def test_what_has_no_canonical_form_is_not_signed(value: Any) -> None:
    with pytest.raises(TranscriptError):
        sign_transcript({"value": value}, DID, key(), NOON)
