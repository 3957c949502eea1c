"""The issuer's keys: how they are named, published and read back."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

import certificates
from certificates import KeysError, PublicKey, SigningKey

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
SEED = bytes(range(32))


def signing_key(purpose="credential", seed=SEED, until=None):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return SigningKey(
        certificates.key_id(purpose, private.public_key()), purpose, private, START, until
    )


def test_a_multikey_is_written_as_the_standard_writes_it():
    # The key pair of RFC 8032, section 7.1, test 1; its Multikey is that of did:key registries.
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = signing_key(seed=seed).public_key
    assert key.raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.multibase == "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"


@given(st.binary(min_size=32, max_size=32))
def test_every_key_comes_back_from_its_multikey(seed):
    key = signing_key(seed=seed).public_key
    assert certificates.public_key_from_multibase(key.multibase).public_bytes_raw() == key.raw


@pytest.mark.parametrize(
    "text", ["", "z", "u6Mk", "z0", "zé", "z" + "1" * 60, "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yE"]
)
def test_what_is_no_multikey_is_refused(text):
    with pytest.raises(KeysError):
        certificates.public_key_from_multibase(text)


def test_published_keys_come_back_with_their_validity_and_roots():
    old = signing_key(until=LATER).public_key
    log = signing_key("log", seed=SEED[::-1]).public_key
    document = json.loads(json.dumps(certificates.published_keys([old, log], [b"root"])))
    found = certificates.keys_from_document(document)
    assert [(k.id, k.purpose, k.raw, k.valid_from, k.valid_until) for k in found] == [
        (k.id, k.purpose, k.raw, k.valid_from, k.valid_until) for k in (old, log)
    ]
    assert certificates.roots_from_document(document) == (b"root",)


def broken(change):
    document = certificates.published_keys([signing_key().public_key], [b"root"])
    change(document)
    return document


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(version=2),
        lambda d: d.update(keys={}),
        lambda d: d["keys"].append("key"),
        lambda d: d["keys"].append(dict(d["keys"][0])),
        lambda d: d["keys"][0].update(purpose="anything"),
        lambda d: d["keys"][0].update(id=7),
        lambda d: d["keys"][0].update(validFrom="yesterday"),
        lambda d: d["keys"][0].update(validFrom="2026-01-01T00:00:00"),
        lambda d: d["keys"][0].update(validUntil="2025-01-01T00:00:00Z"),
        lambda d: d["keys"][0].update(publicKeyMultibase="z6Mk"),
    ],
)
def test_a_document_of_keys_with_a_broken_part_is_refused(change):
    with pytest.raises(KeysError):
        certificates.keys_from_document(broken(change))


@pytest.mark.parametrize("roots", [None, [7], ["no base64!"]])
def test_roots_that_are_no_certificates_are_refused(roots):
    with pytest.raises(KeysError):
        certificates.roots_from_document(broken(lambda d: d.update(roots=roots)))


def test_a_key_signed_from_its_first_instant_until_before_its_last():
    key = signing_key(until=LATER).public_key
    moment = timedelta(microseconds=1)
    assert key.signed_at(START) and key.signed_at(LATER - moment)
    assert not key.signed_at(START - moment) and not key.signed_at(LATER)
    assert signing_key().public_key.signed_at(LATER)


@pytest.mark.parametrize(
    "start", [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))]
)
def test_a_validity_must_be_in_utc(start):
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key()
    with pytest.raises(KeysError):
        PublicKey("key", "credential", public, start)


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://lms.example.org", "did:web:lms.example.org"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
        ("https://example.org/pat/lms", "did:web:example.org:pat:lms"),
        ("http://[::1]:8000", "did:web:%5B%3A%3A1%5D%3A8000"),
    ],
)
def test_an_issuer_is_named_by_its_address(address, did):
    assert certificates.did_of(address) == did


def test_an_address_without_a_host_names_no_issuer():
    with pytest.raises(KeysError):
        certificates.did_of("lms.example.org")


def test_documents_for_wallets_keep_old_keys_and_leave_out_those_of_the_log():
    now, old = signing_key(), signing_key(seed=SEED[::-1], until=LATER)
    keys = [each.public_key for each in (now, old, signing_key("log", seed=SEED[1:] + b"x"))]
    document = certificates.did_document("https://lms.example.org", keys)
    did = "did:web:lms.example.org"
    assert document["assertionMethod"] == [f"{did}#{now.id}", f"{did}#{old.id}"]
    assert [m["id"] for m in document["verificationMethod"]] == document["assertionMethod"]
    assert all("expires" not in method for method in document["verificationMethod"])
    assert [key["kid"] for key in certificates.jwks(keys)["keys"]] == [now.id, old.id]


def test_the_same_data_gets_the_same_signature():
    key = signing_key()
    key.public_key.public.verify(key.sign(b"data"), b"data")
    assert key.sign(b"data") == key.sign(b"data")
