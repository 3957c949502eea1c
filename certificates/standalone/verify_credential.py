#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["asn1crypto>=1.5", "cryptography>=42", "pyld>=2.0.4"]
# ///
"""Checks a certificate (PDF) or badge (JSON or token) with its issuer gone: one file, no network.

    python verify_credential.py certificate.pdf --keys keys.json
    uv run verify_credential.py badge.json --keys keys.json --json

`keys.json` holds the issuer's published keys, kept from its address `/register/keys.json`: whoever
gives you keys decides whom you trust. The exit status is 0 when the file is genuine and unaltered
and nothing is to be said against it, 3 when it is genuine but was logged late or not at all, 1
when it is altered or not the issuer's, 2 when it could not be checked. Whether a credential was
revoked since cannot be known offline: its public page says so while there is one.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp  # type: ignore[import-untyped]
from asn1crypto.core import Integer  # type: ignore[import-untyped]
from asn1crypto.parser import emit  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
LARGEST = 20_000_000
LATE = timedelta(hours=24)
CLAIMS = ("iss", "jti", "nbf", "exp", "iat")
SUITE = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "proofPurpose": "assertionMethod",
}
Facts = list[tuple[str, str]]


class NotOurs(Exception):
    """The file does not even claim to be the issuer's; the message says why."""


class Altered(Exception):
    """The file claims to be the issuer's and is not as it was made; the message says why."""


class Unchecked(Exception):
    """The file, or the keys, cannot be read; the message says why."""


@dataclass(frozen=True)
class Key:
    """A published key, and the time in which it signed."""

    id: str
    purpose: str
    public: bytes
    valid_from: datetime
    valid_until: datetime | None

    def signed(self, signature: bytes, message: bytes, at: datetime) -> bool:
        """Whether this key signed the message, at a time when it was in use."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


# --- what was published ---------------------------------------------------------------------


def keys_in(document: Any) -> list[Key]:
    """Return the keys of the published document."""
    return [
        Key(
            each["id"],
            each["purpose"],
            from_base58(each["publicKeyMultibase"])[2:],
            datetime.fromisoformat(each["validFrom"]),
            each["validUntil"] and datetime.fromisoformat(each["validUntil"]),
        )
        for each in document["keys"]
    ]


def from_base58(text: str) -> bytes:
    """Return the bytes of a text in base58 with its leading z (multibase)."""
    number = 0
    for letter in text[1:]:
        number = number * 58 + BASE58.index(letter)
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    if not text.startswith("z"):
        raise ValueError(f"{text[:12]} is not base58")
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def from_base64(text: str) -> bytes:
    """Return the bytes of a text in the one base64 form they have."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("a text in base64 has another form than it should")
    return data


# --- the signature of a PDF file ------------------------------------------------------------


def check_pdf(pdf: bytes, roots: list[bytes]) -> tuple[datetime, str]:
    """Return when and by whom the whole file was signed."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)" + rb"\s+(\d{1,9})" * 3 + rb"\s*\]", pdf)
    if not ranges:
        raise NotOurs("the file carries no signature")
    # A name may look like a range; the one that counts covers all but the place of the signature.
    whole = [
        (int(before), int(after))
        for start, before, after, rest in ranges
        if start == b"0" and int(before) < int(after) == len(pdf) - int(rest)
    ]
    if not whole:
        raise Altered("something was added to the file, or taken from it, after it was signed")
    before, after = whole[0]
    placed = pdf[before:after]
    if not re.fullmatch(rb"<[0-9A-F]+>", placed) or len(placed) % 2:
        raise Altered("the place of the signature holds something else")
    raw = bytes.fromhex(placed[1:-1].decode())
    signed = cms.ContentInfo.load(raw)["content"]
    if len(signed["signer_infos"]) != 1:
        raise Altered("the file is signed more than once")
    certificate = check_cms(signed, hashlib.sha256(pdf[:before] + pdf[after:]).digest())
    at = time_of_signature(pdf, before)
    brought = [each.chosen.dump() for each in signed["certificates"]]
    chain = check_chain(certificate, brought, roots, at)
    form = written(signed, certificate)
    is_form = raw.startswith(form) and not any(raw[len(form) :])
    beside = {each["type"].native for each in signed["signer_infos"][0]["unsigned_attrs"]}
    if (
        not is_form
        or beside - {"signature_time_stamp_token"}
        or not belong_together(brought, chain)
    ):
        raise Altered("the signature holds something that it does not cover")
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return at, str(names[0].value) if names else ""


def check_cms(signed: Any, digest: bytes) -> x509.Certificate:
    """Return the certificate of whoever signed this digest (CMS, PAdES B-B)."""
    info = signed["signer_infos"][0]
    said = {each["type"].native: each["values"][0] for each in info["signed_attrs"]}
    naming = tsp.SigningCertificateV2.load(said["signing_certificate_v2"].dump())
    named = naming["certs"][0]["cert_hash"].native
    found = [each.chosen.dump() for each in signed["certificates"]]
    mine = [each for each in found if hashlib.sha256(each).digest() == named]
    if said["message_digest"].native != digest or said["content_type"].native != "data" or not mine:
        raise Altered("the file was changed after it was signed")
    certificate = x509.load_der_x509_certificate(mine[0])
    public, message = certificate.public_key(), info["signed_attrs"].untag().dump()
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(info["signature"].native, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(info["signature"].native, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise Altered("the file is signed in a way that is not known here")
    except InvalidSignature:
        raise Altered("the signature of the file does not hold") from None
    return certificate


def written(signed: Any, certificate: x509.Certificate) -> bytes:
    """Return the signature in the one way to write it: most of this it does not cover itself.

    Version 1, SHA-256, no content of its own; a time-stamp as its authority wrote it.
    """
    info, serial = signed["signer_infos"][0], Integer(certificate.serial_number).dump()
    is_rsa = isinstance(certificate.public_key(), rsa.RSAPublicKey)
    algorithm = "300d06092a864886f70d01010b0500" if is_rsa else "300a06082a8648ce3d040302"
    version, sha256 = (bytes.fromhex(x) for x in ("020101", "300d06096086480165030402010500"))
    told = version + emit(0, 1, 16, certificate.issuer.public_bytes() + serial) + sha256
    told += emit(2, 1, 0, info["signed_attrs"].contents) + bytes.fromhex(algorithm)
    told += emit(0, 0, 4, info["signature"].native) + info["unsigned_attrs"].dump()
    brought = b"".join(each.chosen.dump() for each in signed["certificates"])
    body = version + emit(0, 1, 17, sha256) + bytes.fromhex("300b06092a864886f70d010701")
    body += emit(2, 1, 0, brought) + emit(0, 1, 17, emit(0, 1, 16, told))
    inner = emit(2, 1, 0, emit(0, 1, 16, body))
    return bytes(emit(0, 1, 16, bytes.fromhex("06092a864886f70d010702") + inner))


def time_of_signature(pdf: bytes, before: int) -> datetime:
    """Return the time that the dictionary around the signature names."""
    begin = pdf.rindex(b" obj", 0, before)
    around = pdf[begin:before] + pdf[pdf.index(b">", before) : pdf.index(b"endobj", before)]
    found = re.search(rb"/M\s*\(D(?::|\\072)(\d{14})(?:Z|\+00'00'?)", around)
    if found is None:
        raise Altered("the signature does not say when it was made")
    return datetime.strptime(found[1].decode() + "Z", "%Y%m%d%H%M%S%z").astimezone(UTC)


def check_chain(
    certificate: x509.Certificate, brought: list[bytes], roots: list[bytes], at: datetime
) -> list[x509.Certificate]:
    """Return the certificates from this one to one of the roots, all of them valid then."""
    trusted = [x509.load_der_x509_certificate(each) for each in roots]
    others = [x509.load_der_x509_certificate(each) for each in brought]
    current, chain = certificate, []
    while True:
        chain.append(current)
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise Altered("the certificate of the signature was not valid at its time")
        if current in trusted:
            return chain
        above = [each for each in trusted + others if issued(each, current)]
        if not above:
            raise NotOurs("the file is signed, but by somebody else")
        others = [each for each in others if each != current]
        current = above[0]


def belong_together(brought: list[bytes], chain: list[x509.Certificate]) -> bool:
    """Whether each certificate in a signature is of the chain, or certifies one that is."""
    others = [x509.load_der_x509_certificate(each) for each in brought]
    known = list(chain)
    for _ in others:
        known += [each for each in others if any(issued(each, one) for one in known)]
    return all(each in known for each in others)


def issued(above: x509.Certificate, below: x509.Certificate) -> bool:
    """Whether one certificate, of an authority, certifies the other."""
    try:
        below.verify_directly_issued_by(above)
        kind = above.extensions.get_extension_for_class(x509.BasicConstraints)
        return kind.value.ca and above != below
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def attached(pdf: bytes) -> list[bytes]:
    """Return the files within the file; signed with it, they need no further care."""
    found = []
    for place in re.finditer(rb"/EmbeddedFile\b.{0,999}?>>\s*stream\r?\n", pdf, re.DOTALL):
        data = pdf[place.end() : pdf.index(b"endstream", place.end())]
        unpacker = zlib.decompressobj()
        try:
            found.append(unpacker.decompress(data, LARGEST))
        except zlib.error:
            found.append(data.strip())
    return found


# --- the badge ------------------------------------------------------------------------------


def check_badge(text: str, keys: list[Key]) -> dict[str, Any]:
    """Return the badge that one of the keys signed, without its proof."""
    if not text.startswith("{") and text.count(".") != 2:
        raise Unchecked("it is neither a PDF file nor a badge as JSON or token")
    usable = [key for key in keys if key.purpose == "credential"]
    return check_document(text, usable) if text.startswith("{") else check_token(text, usable)


def key_named(document: dict[str, Any], method: Any, keys: list[Key]) -> Key:
    """Return the key that a badge names as the one that signed it."""
    issuer = document["issuer"]["id"]
    for key in keys:
        if method == f"{issuer}#{key.id}":
            return key
    raise NotOurs("none of the given keys is named as the one that signed")


def check_token(text: str, keys: list[Key]) -> dict[str, Any]:
    """Check a badge as JSON Web Token (Open Badges 3.0, section 8.2)."""
    head, body, signature = text.split(".")
    header, badge = (
        once(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, body)
    )
    key = key_named(badge, header.get("kid"), keys)
    value = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    if base64.urlsafe_b64encode(value).rstrip(b"=").decode() != signature:
        raise Altered("the token does not write its signature as it should")
    at = datetime.fromtimestamp(badge["iat"], UTC)
    if header.get("alg") != "EdDSA" or not key.signed(value, f"{head}.{body}".encode(), at):
        raise Altered("the badge was changed after it was signed")
    return {name: badge[name] for name in badge if name not in CLAIMS}


def check_document(text: str, keys: list[Key]) -> dict[str, Any]:
    """Check a badge with its proof (W3C Data Integrity, `eddsa-rdfc-2022`)."""
    badge = once(text)
    proof = badge.pop("proof", None)
    if not isinstance(proof, dict):
        raise NotOurs("the badge carries no proof")
    key = key_named(badge, proof.get("verificationMethod"), keys)
    free = {"created", "verificationMethod", "proofValue"}
    if set(proof) != {*SUITE, *free} or any(proof[name] != SUITE[name] for name in SUITE):
        raise Altered("the proof is not one that the issuer makes")
    at = datetime.strptime(proof["created"], INSTANT).replace(tzinfo=UTC)
    value = from_base58(proof.pop("proofValue"))
    message = meaning({**proof, "@context": badge["@context"]}) + meaning(badge)
    if not key.signed(value, message, at):
        raise Altered("the badge was changed after it was signed")
    return badge


def meaning(document: dict[str, Any]) -> bytes:
    """Return the hash of what a document means (RDF, canonical); all of it must mean something."""
    try:
        from pyld import jsonld  # type: ignore[import-untyped]
    except ImportError:
        raise Unchecked("to check a badge in JSON, install pyld; its token needs nothing") from None
    known = json.loads(zlib.decompress(base64.b85decode(PACKED)))
    if document["@context"] != list(known):
        raise Altered("the badge is written in other words than those of Open Badges 3.0")

    def load(address: str, _options: Any) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": address, "document": known[address]}

    if len(re.findall(r'"@\w+": ', json.dumps(document))) > 1:  # Only its context is its own.
        raise Altered("the badge holds something that its proof does not cover")
    given = {"documentLoader": load}
    again = jsonld.compact(jsonld.expand(document, given), list(known), given)
    if bare({**again, "@context": 0}) != bare({**document, "@context": 0}):
        raise Altered("the badge holds something that its proof does not cover")
    form = {"algorithm": "URDNA2015", "format": "application/n-quads", **given}
    return hashlib.sha256(jsonld.normalize(document, form).encode()).digest()


def bare(value: Any) -> Any:
    """Return a value with every list of one replaced by that one: they mean the same."""
    if isinstance(value, list):
        return (
            bare(value[0]) if len(value) == 1 else sorted((bare(each) for each in value), key=repr)
        )
    return {name: bare(value[name]) for name in sorted(value)} if isinstance(value, dict) else value


def once(text: str | bytes) -> dict[str, Any]:
    """Read JSON in which no name stands twice in one object."""

    def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a name stands twice in one object")
        return dict(pairs)

    found = json.loads(text, object_pairs_hook=each_once)
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found


# --- the log --------------------------------------------------------------------------------


def check_proof(text: str, digest: bytes, issued: str, keys: list[Key]) -> tuple[datetime, str]:
    """Return when the log signed a tree with this award, and where the award stands in it."""
    head, _, checkpoint = text.partition("\n\n")
    header, extra, index, *path = head.split("\n")
    said = from_base64(extra.removeprefix("extra "))
    if header != "c2sp.org/tlog-proof@v1" or said[32:] != f"award {issued}".encode():
        raise Altered("the proof of the log is of something else")
    place = int(index.removeprefix("index "))
    reached = hashlib.sha256(b"\0" + hashlib.sha256(said[:32] + digest + said[32:]).digest())
    body, _, signed = checkpoint.rpartition("\n\n")
    origin, size, root = body.split("\n")
    top = climb(place, int(size), reached.digest(), [from_base64(each) for each in path])
    if top != from_base64(root):
        raise Altered("the award is not in the log whose tree was signed")
    at = check_note(origin, body + "\n", signed, keys)
    return at, f"number {place} of {origin}, in its tree of {size}"


def climb(at: int, size: int, reached: bytes, path: list[bytes]) -> bytes:
    """Return the root that a path leads to (RFC 9162, section 2.1.3.2)."""
    last = size - 1
    for step in path:
        if at & 1 or at == last:
            reached = hashlib.sha256(b"\x01" + step + reached).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            reached = hashlib.sha256(b"\x01" + reached + step).digest()
        at, last = at >> 1, last >> 1
    return reached if not last and at >= 0 else b""


def check_note(origin: str, text: str, signed: str, keys: list[Key]) -> datetime:
    """Return when the log signed a checkpoint (c2sp.org/signed-note, tlog-cosignature)."""
    lines = [line.rsplit(" ", 1) for line in signed.splitlines()]
    for key in keys:
        mine = [
            (kind, value[4:])
            for name, data in lines
            for value in [from_base64(data)]
            for kind in (1, 4)
            if name == f"— {origin}"
            and value[:4]
            == hashlib.sha256(f"{origin}\n".encode() + bytes([kind]) + key.public).digest()[:4]
        ]
        if key.purpose != "log" or sorted(kind for kind, _value in mine) != [1, 4]:
            continue
        values = dict(mine)
        seconds = int.from_bytes(values[4][:8], "big")
        at = datetime.fromtimestamp(seconds, UTC)
        timed = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        if key.signed(values[1], text.encode(), at) and key.signed(values[4][8:], timed, at):
            return at
        raise Altered("a signature of the log does not hold")
    raise Altered("the log has not signed its tree with a key that is known")


# --- the answer -----------------------------------------------------------------------------


def verify(data: bytes, document: Any) -> tuple[Facts, list[str]]:
    """Return what a genuine file attests, and what is to be said against relying on it."""
    keys, roots = keys_in(document), [from_base64(each) for each in document["roots"]]
    if not data.startswith(b"%PDF-"):
        return facts_of(check_badge(data.decode("utf-8", "replace").strip(), keys)), []
    at, signer = check_pdf(data, roots)
    files = attached(data)
    signed = [("File signed", f"{at:{INSTANT}} by {signer}")]
    badges = [each for each in files if b"OpenBadgeCredential" in each]
    if not badges:
        return signed, ["it is signed by the issuer, but carries no badge"]
    badge = check_badge(badges[0].decode("utf-8").strip(), keys)
    proofs = [each for each in files if each.startswith(b"c2sp.org/tlog-proof@")]
    if not proofs:
        return facts_of(badge) + signed, ["it carries no proof that its award was logged"]
    name = badge["evidence"][0]["id"].removeprefix("ni:///sha-256;")
    digest, issued = base64.urlsafe_b64decode(name + "="), badge["validFrom"]
    logged, place = check_proof(proofs[0].decode("utf-8"), digest, issued, keys)
    late = logged - datetime.strptime(issued, INSTANT).replace(tzinfo=UTC)
    said = [f"issued {issued}, logged {logged:{INSTANT}}: it may have been dated back"]
    told = [("Logged", f"{logged:{INSTANT}}"), ("In the log", place), *signed]
    return facts_of(badge) + told, said if late > LATE else []


def facts_of(badge: dict[str, Any]) -> Facts:
    """Return what a badge attests, as label and text."""
    who = ", ".join(each["identityHash"] for each in badge["credentialSubject"]["identifier"])
    issuer = f"{badge['issuer']['name']} ({badge['issuer']['id']})"
    facts = [
        ("Awarded to", who),
        ("For", badge["name"]),
        ("Issuer", issuer),
        ("Issued", badge["validFrom"]),
        ("Current until", badge["validUntil"]),
        ("Public page", badge["id"]),
    ]
    if not all(isinstance(text, str) for _label, text in facts):
        raise Altered("the badge says in several words what it should say in one")
    return facts


def judge(file: Path, keys: Path) -> tuple[int, dict[str, Any]]:
    """Return the exit status, and the answer as a JSON-able document."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise Unchecked(f"the file is longer than {LARGEST} bytes")
        facts, warnings = verify(data, json.loads(keys.read_bytes()))
    except (NotOurs, Altered) as error:
        state = "altered" if isinstance(error, Altered) else "not-ours"
        return 1, {"state": state, "reasons": [str(error)]}
    except (Unchecked, OSError) as error:
        return 2, {"state": "unreadable", "reasons": [str(error)]}
    except Exception as error:
        # Whatever a hostile file makes a reader stumble over: it is not what the issuer made.
        return 1, {"state": "unreadable", "reasons": [f"it cannot be read: {error!r}"]}
    answer = {"state": "genuine", "warnings": warnings, "facts": dict(facts)}
    return 3 if warnings else 0, answer


def main() -> int:
    """Do what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--keys", type=Path, required=True, help="the issuer's published keys")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    given = parser.parse_args()
    status, answer = judge(given.file, given.keys)
    if given.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return status
    print(
        {"genuine": "GENUINE and unaltered", "not-ours": "NOT OURS"}.get(
            answer["state"], answer["state"].upper()
        )
    )
    for line in (*answer.get("reasons", ()), *answer.get("warnings", ())):
        print(f"  {line}")
    for label, text in answer.get("facts", {}).items():
        print(f"  {label + ':':<15}{text}")
    return status


# What the words of a badge mean: the contexts of Open Badges 3.0, packed, so that none is fetched.
PACKED = (
    "c-q}t+iu%95d9bDHEXvG7Fgt|&8538k|uDPV&4i{qGcu$=_M&UZjpaqUUZ=(N)}1CSnNxhxO2`7hr{7;NdK6uIp47J*=)D"
    "lO?PKgLX#P0vxveNVvaz{X4`j@^B<G<5y2e3aP|9!5)LB{<H<RvIXs;p@!RCR_<1_v`wf(TsDDo<F=P=%8;%GTpO)HKw1y"
    "c_+Dri<juOcDZJu(p1Pm%|ioCM(48;n^V3bqD_a|-0X`y=vlU35MrOt=N+@h`a%DXpj|1kY>Qo}472XKs{2Tl=Ar0xvH2z"
    "*iCwr;~m5Jw~yh>wJ3fJ+<(8MMo)|2ds}g%qt2Sf=o@((N`rE5oUGAPCqB37QDrLcS)kn=u`9?Q=;YJW@+PC}%kGx6woV9"
    "PpfZ^K0}Ff4+PYPW4t$z&jcomm=J1hr8KPp*rdjV>zU5Yz3ynbuj!zV3O6C?4bpl3W^{H2uph>?-L3(YpIsP6@_g50O=OF"
    "I;Mr~42i-Nh=sI(jO5gvya~3j;}}w(mDfOacsZmQyIVanM}rMqhjR;36n~^7bEB+b&3xR3y?HzP`}RgJ^OIP(?F-6arT0;"
    "=r5=hk&P(&F(0z@!FeMup+w=A)JBB&TE#Y27qWBo-RN%KMG&uaXg*8cI*Q`)rI)U?Z7X42N@!;Kg+p{|#9FaLyI8W2Q@N3"
    "41ZveKU<P#%U$G>xQTcIYSoBs@)fABteDt~GyFG=O6IvZRd&Qyu0i-jA+_#uC_igu=eC&NTmMS~+5ttG&zs@R3Gr!6Mh`6"
    "Qq@?sK{!47zA-0>zNH(=<u(o_W8<obHb^Cz{HCVwg1;oh@VbP;6z$T52xpj~71$8hXTe)qmeY#y|qS$6n(7ry?sY7_U03l"
    "(ORd;%c@EQT^)zt{^>lI2a<U8G5Gv0e$ypSKtH3@<ug=#55#gn^fud3UDx&AIJ=GKeni_paM?IYmlZ8C&S6BmQv?Opr}nt"
    "1!|MiRG;pmnJP(UrKD$>9MS!T6P6=Bsy$<hk4eaeeBCCANhZpe;Wm&K5&Or>28pU;jBQG^s$hMbfr(lK13I*XEKbGIn22O"
    "DzDP9z_F}h6X(MaiI+ImwTM~g~K%@f3AeAocJzRE7X+ws~Rt8na3*>w)*Lu`<YU!$JAY61sU;~yY6(m<Mg~@1*Hk_Z{IhO"
    "O{uD8ay=zWI!4+(`Z6Yd(L&y*jp=e3O5uOQ9G$E=oiuI2Orso{$e8ZD^S%9Ep*PN(**2?4CzP$I-pf~9}h>}khOBtihcvD"
    "gtP5uG!FBKii>#GOo`)N*pQL?XIfOT2QVk%&Xt<{7yf_lzvYJ?)+yX(YmWA`?4>Bb7wBR3KuX_^eXK7S79JMC4t-9ra4Y5"
    "%e<VqF3xGvR7-Fg6G_oM?yM0ju9bwtRaDyuJI}n;r?X#($#(m>Dd4ByR$zf#FE2Gu&NJH#*&mQfvyzU21YZooNdoGZ)U|p"
    "{q1b}W_mVND<a@J@NNU~1&EWuzE__~TWysrSf*>9r6)EvF|-fS8o_PPZZ?|SWC<vbY8Lx7-)MW<Ofre5#Z-sTRvdjri99Y"
    "48la+NC~mnBXCJlzrLsR5#@eKES*5F#fMRswpg|D`FyykN=&aTif@yrWdf<7y4^YsckxMtv0KOz~i1%s^ne8)cJ7YAN#&?"
    "EKMEy<YYGH~YghWuAsV7v6Yp?)CB}1<QCTh$p^CC4sRhz3vsf3HnhQ5P9jV&U1w*ivDhX<n2-w_(KKGQ_G%))Fc8DtdV8-"
    "SDC8j6NZhM3yOj67}IR1WVEz4z@tTZM7^9=>B7XSYy0MI;ImalpC8@fF}<+fb9qCF{!0iD}IP2b3Slo|?<YqGB_-1{4S7k"
    "0y`Tj)abpFwwzW`IB;fiXw;^{G4aYpaC>_s?-~tZ+kO42`WYuT;}SY#~b5wbk740*}4s&RdAgy<5+ltg=D*eAt1$RhD(y$"
    "Z?}wW-x7Uog9FPTlcnaq5dyNCHpa3_wuUcYV%-$G;6hSB6G#Gv@h2pgL~PUui+sjZdzdhOw_1r+bU|MFR-<8%O}?N3solv"
    "fbRniLa43YlH_!}RQ&Pug|Cz=BR#JDN+pX9(637F?$RK$wDF>@WV<=teisB;$859NB^9X`kwt|0FujCFQl~@G|Jf#{W73C"
    "vMN0=d{TsBOA_m7LY4w}m&p5oMVn3z!3TT(i6+xeP`!mCgVS;#Al+GLUi7NZt2{p_gsiRt)38}ChhccVN;b}P(;T?(mOjp"
    "?womQZ7CrRJmMc>nQ=6E5QUfs9@W$(oMfWCWs;Qsb^q>pf3cMi0Er<UjIbm)4DHJuq>$hzuX{{at8kXb}ZG*92@GbU-QyT"
    "oV0~h~gUH+S`2pmtYC@bwOj$9%Tv(8d(Q{paYA7>o^EJtIe~p=SC4YT*j0#%HVrSRw(E|RWbw}GLW<gqzCJumS|nchx8@t"
    "Q&Q_|7$SY&tu7GdAt7wC_%uAk?`XIx(-N|a4KkGO4?58hYk=-4T%nhc_IH~~Zoy~^@j;VnDcLnAn5fJBK7$NkTh@d><g3x"
    "}LiT^uV&4ENPhB(#P*rnuUo`<v3EpQYvQMsqjs}sW7PAt>sPNL~@|YZUAgCx*wp;{XTP&K_79QF1ztG8Fgtqt=jTWDO?>)"
    "W|Khp5-d%@##s{I9bO&&I}p07TRuW5>x#Om8t`EYn>2_rI&<BLV#y_-+Gq$%0KxaUEe!yUXq(@wmp{3?TrhktTJ!(+3_;~"
    "SfrBXr<Ro+{`A>u`faQszsFqN2S+aIpJqbbZ&Oa#*(@r1+^QDmsLN=}=LoFOKV)#ei#k`V@iYXuN7-Bg{jxRzaYA_DkN}#"
    "3OshakFb|^x2Nnt?RST5c#w_k}gT~Yws#O%9Qe}=L6!ns5dd7R6PR>Fudjvg!zFsdQN@QIoJUj!{C<z21{+n3yaUqZ%jOK"
    "<oYOAAUY2iU;hP>4fw?"
)

if __name__ == "__main__":
    sys.exit(main())
