"""Forgeries of badges, tokens and status lists: every member touched, every known trick tried."""

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from badge_samples import (
    AT,
    DID,
    ISSUED,
    KEY,
    OTHER_KEY,
    REVOCATION,
    genuine,
    genuine_token,
    sample_badge,
    sample_list,
    signed,
)

Path = tuple[str | int, ...]
UNORDERED = {"alignment", "result", "resultDescription", "credentialStatus"}


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place of a document that holds no further places, and what it holds."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))
    else:
        yield path, value


def objects(value: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every object of a document, itself first."""
    if isinstance(value, dict):
        yield path, value
        for name, one in value.items():
            yield from objects(one, (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from objects(one, (*path, place))


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def with_value(document: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def without(document: dict[str, Any], path: Path) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    del at(changed, path[:-1])[path[-1]]
    return changed


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}0"


def touched(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The document with each of its places changed, taken away, emptied, or added to."""
    for path, value in leaves(document):
        name = ".".join(map(str, path))
        yield f"changed {name}", with_value(document, path, other(value))
        if isinstance(path[-1], str):
            yield f"emptied {name}", with_value(document, path, None)
            yield f"listed {name}", with_value(document, path, [value])
    for path, found in objects(document):
        name = ".".join(map(str, path)) or "badge"
        yield f"member in {name}", with_value(document, (*path, "grade"), "A")
        yield f"blank id in {name}", with_value(document, (*path, "@id"), "_:b0")
        for member in found:
            yield f"without {name}.{member}", without(document, (*path, member))


def tricks() -> Iterator[tuple[str, Any]]:
    """Documents that mean something else to a reader than what was signed."""
    badge = json.loads(genuine())
    proof = badge["proof"]
    subject = ("credentialSubject",)
    yield "VC 1.1 end", {**badge, "expirationDate": "2099-01-01T00:00:00Z"}
    yield "own context", {**badge, "@context": [*badge["@context"], {"name": "http://x.example/"}]}
    yield "context for one", with_value(badge, (*subject, "@context"), {"achievement": None})
    yield "language", {**badge, "name": {"@value": badge["name"], "@language": "en"}}
    yield "number as text", with_value(badge, (*subject, "creditsEarned"), "36")
    yield "whole graph", {"@context": badge["@context"], "@graph": [badge], "proof": proof}
    yield "two proofs", {**badge, "proof": [proof, proof]}
    yield "proof in a list", {**badge, "proof": [proof]}
    yield "no proof", without(badge, ("proof",))
    yield "empty proof", {**badge, "proof": {}}
    yield "proof of a list", {**badge, "proof": sample_list(REVOCATION)["proof"]}
    yield "other suite", with_value(badge, ("proof", "cryptosuite"), "eddsa-jcs-2022")
    yield "other purpose", with_value(badge, ("proof", "proofPurpose"), "authentication")
    yield "proof that ends", with_value(badge, ("proof", "expires"), "2099-01-01T00:00:00Z")
    yield "earlier proof", with_value(badge, ("proof", "created"), "2026-10-13T09:30:00Z")
    yield "leading one", with_value(badge, ("proof", "proofValue"), "z1" + proof["proofValue"][1:])
    yield (
        "key of another",
        with_value(
            signed(sample_badge(), OTHER_KEY), ("proof", "verificationMethod"), f"{DID}#{KEY.id}"
        ),
    )
    yield "another issuer", {**badge, "issuer": {**badge["issuer"], "id": "did:web:evil.example"}}
    yield "key unknown", with_value(badge, ("proof", "verificationMethod"), f"{DID}#none")
    yield "bare key", with_value(badge, ("proof", "verificationMethod"), KEY.id)
    yield "a list for a badge", sample_list(REVOCATION)
    for entry in (0, 1):
        yield f"one list fewer {entry}", without(badge, ("credentialStatus", entry))
    yield "lists unread", {**badge, "credentialStatus": badge["credentialStatus"][0]}
    index = ("credentialStatus", 0, "statusListIndex")
    for spelled in (REVOCATION.index, f"0{REVOCATION.index}", "+1", "-1", "1e3", "131072", ""):
        yield f"place {spelled!r}", with_value(badge, index, spelled)
    yield (
        "other name of record",
        with_value(badge, ("evidence", 0, "id"), badge["evidence"][0]["id"] + "="),
    )
    text = genuine()
    yield "name twice", text[:-1] + ', "validUntil": "2099-01-01T00:00:00Z"}'
    yield "name twice, first", '{"validUntil": "2099-01-01T00:00:00Z", ' + text[1:]
    yield "more after it", text + "{}"
    yield "in a list", f"[{text}]"
    yield "not a number", text.replace('"creditsEarned": 36', '"creditsEarned": NaN')
    yield "deep", "[" * 200_000
    yield "deep object", '{"a":' * 40_000 + "1" + "}" * 40_000
    yield "long", text[:-1] + " " * 300_000 + "}"
    yield "cut", text[:-40]
    yield "not text", b"\xff" + text.encode("ascii")
    yield "half a letter", text.replace("Lena", "\\ud800")


def packed(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unpacked(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def token_with(header: dict[str, Any], payload: dict[str, Any], key=None) -> str:
    """A token of these parts; signed by the key, else with the genuine signature."""
    body = f"{packed(header)}.{packed(payload)}"
    if key is None:
        return f"{body}.{genuine_token().split('.')[2]}"
    return f"{body}.{packed(key.sign(body.encode('ascii')))}"


def forged_tokens() -> Iterator[tuple[str, str]]:
    """Tokens with a bit turned, a claim changed, or a header that asks for another check."""
    token = genuine_token()
    first, second, third = token.split(".")
    header, payload = unpacked(first), unpacked(second)
    for place in range(0, len(token), len(token) // 60):
        turned = "A" if token[place] != "A" else "B"
        yield f"letter {place}", token[:place] + turned + token[place + 1 :]
    for path, value in leaves(payload):
        yield f"changed {path}", token_with(header, with_value(payload, path, other(value)))
    for claim in ("iss", "jti", "nbf", "exp", "iat"):
        yield f"no {claim}", token_with(header, without(payload, (claim,)), KEY)
        yield f"text {claim}", token_with(header, {**payload, claim: [payload[claim]]}, KEY)
    for claim in ("iss", "jti", "nbf", "exp"):
        yield f"own {claim}", token_with(header, {**payload, claim: other(payload[claim])}, KEY)
    yield "before its key", token_with(header, {**payload, "iat": 1}, KEY)
    yield "half a second", token_with(header, {**payload, "iat": payload["iat"] + 0.5}, KEY)
    yield "more said", token_with(header, {**payload, "grade": "A"}, KEY)
    yield "subject", token_with(header, {**payload, "sub": "did:key:z6Mk"}, KEY)
    for algorithm in ("none", "None", "HS256", "ES256", "", None):
        yield f"alg {algorithm}", token_with({**header, "alg": algorithm}, payload)
        yield f"alg {algorithm}, bare", f"{packed({**header, 'alg': algorithm})}.{second}."
    body = f"{packed({**header, 'alg': 'HS256'})}.{second}"
    secret = KEY.public_key.raw
    yield (
        "HS256 with the public key",
        f"{body}.{packed(hmac.digest(secret, body.encode('ascii'), hashlib.sha256))}",
    )
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": packed(OTHER_KEY.public_key.raw)}
    yield "key brought along", token_with({**header, "jwk": jwk}, payload, OTHER_KEY)
    yield "key named", token_with(header, payload, OTHER_KEY)
    yield (
        "key elsewhere",
        token_with({**header, "kid": "https://evil.example/k"}, payload, OTHER_KEY),
    )
    yield "critical", token_with({**header, "crit": ["b64"], "b64": False}, payload, KEY)
    yield "another type", token_with({**header, "typ": "vc+jwt"}, payload, KEY)
    yield "padded", f"{first}.{second}.{third}=="
    yield "spelled otherwise", f"{first}.{second}.{third[:-1]}{chr(ord(third[-1]) + 1)}"
    yield "four parts", f"{token}.{third}"
    yield "two parts", f"{first}.{second}"
    yield "no signature", f"{first}.{second}."
    twice = json.dumps(payload)[:-1] + ', "validUntil": "2099-01-01T00:00:00Z"}'
    yield "name twice", f"{first}.{packed(twice.encode('ascii'))}.{third}"


def forged_lists() -> Iterator[tuple[str, Any]]:
    """Lists on which nothing is set that stand in for the one on which the badge is revoked."""
    revoked = sample_list(REVOCATION, [REVOCATION.index])
    clean = sample_list(REVOCATION)
    bits = clean["credentialSubject"]["encodedList"]
    swapped = with_value(revoked, ("credentialSubject", "encodedList"), bits)
    yield "bits swapped", swapped
    yield "unsigned", without(clean, ("proof",))
    yield "signed by another", sample_list(REVOCATION, key=OTHER_KEY)
    yield (
        "signed by another as ours",
        with_value(
            sample_list(REVOCATION, key=OTHER_KEY),
            ("proof", "verificationMethod"),
            f"{DID}#{KEY.id}",
        ),
    )
    yield "of another address", sample_list(REVOCATION, url="https://evil.example/list")
    yield "of another issuer", sample_list(REVOCATION, issuer="did:web:evil.example")
    yield "of another purpose", sample_list(REVOCATION, purpose="suspension")
    yield "of last week", sample_list(REVOCATION, start=ISSUED)
    yield "of next week", sample_list(REVOCATION, start=AT.replace(month=4))
    yield "the badge itself", json.loads(genuine())
    yield "another member", {**clean, "grade": "A"}
    yield "larger places", with_value(clean, ("credentialSubject", "statusSize"), 8)
    yield "nothing", ""
    yield "a page", "<html><body>502 Bad Gateway</body></html>"
    yield "null", "null"
    for name, forged in touched(clean):
        if not name.startswith(("listed", "blank")):
            yield f"list, {name}", forged
