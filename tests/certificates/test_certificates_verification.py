"""One file and the published keys: the verdict, by our code and by the one-file script."""

import functools
import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from badge_samples import REVOCATION, SUSPENSION, sample_list
from certificate_samples import SERIAL
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from signing_samples import authority
from verification_samples import (
    AT,
    BADGE_KEY,
    ISSUED,
    KEYS,
    LOG_KEY,
    LOGGED,
    badge_text,
    clean_lists,
    credential,
    genuine_pdf,
    proof_text,
    signed_pdf,
)

import certificates
from certificates import FileVerdict, log

DIGEST = certificates.digest(credential())
SCRIPT = Path(certificates.__file__).parent / "standalone" / "verify_credential.py"
EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@functools.cache
def script() -> ModuleType:
    """Return the one-file script as a module of its own, loaded by its path."""
    spec = importlib.util.spec_from_file_location("verify_credential", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def verify(data: bytes | str, **given: Any) -> FileVerdict:
    raw = data.encode() if isinstance(data, str) else data
    return certificates.verify_file(raw, given.pop("keys", KEYS), AT, **given)


def by_script(tmp_path: Path, data: bytes | str, keys: Any = KEYS) -> tuple[int, dict[str, Any]]:
    file, published = tmp_path / "file", tmp_path / "keys.json"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    published.write_text(json.dumps(keys))
    status, answer = script().judge(file, published)
    return status, answer


# --- what is genuine ------------------------------------------------------------------------


def test_a_certificate_is_genuine_and_says_what_it_attests(tmp_path: Path) -> None:
    found = verify(genuine_pdf(), status_lists=clean_lists())
    assert (found.state, found.kind, found.warnings) == ("genuine", "certificate", ())
    assert found.is_in_order
    facts = dict(found.facts)
    assert facts["Awarded to"] == "Lena Marković"
    assert facts["Serial"] == certificates.format_serial(SERIAL)
    assert facts["Issued"] == "2026-10-14 09:30:00 UTC"
    assert facts["Logged"] == "2026-10-14 09:50:00 UTC"
    assert facts["Status"] == "valid"
    assert found.proof is not None and found.proof.index == 11
    status, answer = by_script(tmp_path, genuine_pdf())
    assert (status, answer["state"], answer["warnings"]) == (0, "genuine", [])
    assert answer["facts"]["Logged"] == "2026-10-14T09:50:00Z"


def test_a_name_that_looks_like_the_inside_of_a_file_stays_a_name(tmp_path: Path) -> None:
    name = "/ByteRange [0 1 2 3] /EmbeddedFile >> stream {OpenBadgeCredential}"
    changed = certificates.digest(credential(holder_name=name))
    pdf = signed_pdf(badge_text(holder_name=name), proof_text(changed), holder_name=name)
    assert pdf.count(b"/ByteRange") > 1
    assert dict(verify(pdf).facts)["Awarded to"] == name
    status, answer = by_script(tmp_path, pdf)
    assert (status, answer["facts"]["Awarded to"]) == (0, name)


def test_a_file_too_long_to_be_ours_is_not_read_to_its_end(tmp_path: Path) -> None:
    status, answer = by_script(tmp_path, b"%PDF-1.7\n" + bytes(20_000_000))
    assert status == 2
    assert "longer" in answer["reasons"][0]


@pytest.mark.parametrize("form", ["document", "token"])
def test_a_badge_alone_is_genuine(tmp_path: Path, form: str) -> None:
    token = certificates.sign_badge_jwt(json.loads(badge_text()), BADGE_KEY)
    text = badge_text() if form == "document" else token
    found = verify(text)
    assert (found.state, found.kind, found.is_in_order) == ("genuine", "badge", True)
    assert dict(found.facts)["Status"].startswith("not known")
    assert by_script(tmp_path, f"\n{text}\n")[0] == 0


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_badge_in_its_picture_is_genuine(kind: str) -> None:
    picture = getattr(certificates, f"badge_{kind}")(
        "Foundations", "Certificate of completion", "Northgate"
    )
    baked = getattr(certificates, f"bake_{kind}")(picture, json.loads(badge_text()))
    assert verify(baked).state == "genuine"
    assert verify(picture).state == "unreadable"


def test_a_transcript_is_genuine_until_a_mark_is_changed() -> None:
    signed = certificates.sign_transcript({"minutes": 60}, "did:web:x.example", BADGE_KEY, ISSUED)
    found = verify(json.dumps(signed))
    assert (found.state, found.kind) == ("genuine", "transcript")
    signed["credentialSubject"]["minutes"] = 61
    assert verify(json.dumps(signed)).state == "altered"


def test_the_examples_are_accepted_by_command_and_script() -> None:
    """What a fresh clone can try: both readers, on the files as they are committed."""
    keys = json.loads((EXAMPLES / "keys.json").read_text())
    for name in ("certificate.pdf", "badge.json", "badge.jwt"):
        found = certificates.verify_file((EXAMPLES / name).read_bytes(), keys, AT)
        assert found.is_in_order, (name, found.reasons, found.warnings)
        told = subprocess.run(
            [sys.executable, SCRIPT, EXAMPLES / name, "--keys", EXAMPLES / "keys.json"],
            capture_output=True,
            text=True,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        assert "GENUINE" in told.stdout and "Alex Example" in told.stdout


# --- what is genuine and must not be relied upon unasked -----------------------------------


@pytest.mark.parametrize(("entry", "word"), [(REVOCATION, "revoked"), (SUSPENSION, "suspended")])
def test_what_was_taken_back_since_is_not_in_order(entry: Any, word: str) -> None:
    lists = {**clean_lists(), entry.list_url: sample_list(entry, [entry.index])}
    found = verify(genuine_pdf(), status_lists=lists)
    assert found.state == "genuine" and not found.is_in_order
    assert word in found.warnings[0]


@pytest.mark.parametrize(("hours", "is_late"), [(24, False), (25, True), (24 * 90, True)])
def test_an_award_dated_back_is_flagged(tmp_path: Path, hours: int, is_late: bool) -> None:
    """Case 42: its log cannot have signed it earlier than it did."""
    late = proof_text(DIGEST, logged=ISSUED + timedelta(hours=hours))
    pdf = signed_pdf(badge_text(), late)
    found = verify(pdf)
    assert found.state == "genuine"
    assert found.is_in_order is not is_late
    assert any("dated back" in each for each in found.warnings) is is_late
    assert by_script(tmp_path, pdf)[0] == (3 if is_late else 0)


def test_a_certificate_that_was_never_logged_is_flagged(tmp_path: Path) -> None:
    pdf = signed_pdf(badge_text(), None)
    found = verify(pdf)
    assert found.state == "genuine" and "no proof" in found.warnings[0]
    assert by_script(tmp_path, pdf)[0] == 3


# --- what is not genuine --------------------------------------------------------------------


def composed() -> Iterator[tuple[str, bytes]]:
    """Yield files signed by the issuer's own key whose parts do not belong together."""
    other = certificates.digest(credential(holder_name="Mallory"))
    foreign = Ed25519PrivateKey.from_private_bytes(bytes([99]) * 32)
    stranger = certificates.SigningKey(LOG_KEY.id, "log", foreign, LOG_KEY.valid_from)
    yield "the proof of another award", signed_pdf(badge_text(), proof_text(other))
    yield (
        "a proof of another time",
        signed_pdf(badge_text(), proof_text(DIGEST, at=ISSUED - timedelta(minutes=1))),
    )
    yield "a proof of a revocation", signed_pdf(badge_text(), proof_text(DIGEST, act="revoke"))
    yield "a log of somebody else", signed_pdf(badge_text(), proof_text(DIGEST, key=stranger))
    changed = badge_text().replace("Lena Marković", "Mallory Marković")
    yield "another name in its badge", signed_pdf(changed, proof_text(DIGEST))
    yield "no proof at all in its badge", signed_pdf('{"type":["OpenBadgeCredential"]}', None)


@functools.cache
def composed_files() -> dict[str, bytes]:
    return dict(composed())


def test_parts_that_do_not_belong_together_are_not_accepted(tmp_path: Path) -> None:
    for name, pdf in composed_files().items():
        found = verify(pdf)
        assert not found.is_in_order, name
        assert by_script(tmp_path, pdf)[0] != 0, name


def altered_pdfs() -> Iterator[tuple[str, bytes]]:
    """Yield what can be done to a signed file without its key."""
    pdf = genuine_pdf()
    chance = random.Random(5)
    for number in range(80):
        place = chance.randrange(len(pdf))
        yield f"bit {number} at {place}", _flipped(pdf, place, 1 << chance.randrange(8))
    for end in (b"\n", b" ", b"%%EOF", b"\0" * 100, b"\n%%EOF\n", pdf):
        yield f"{end[:8]!r} behind it", pdf + end
    yield "cut off", pdf[:-1]
    yield "something before it", b"\n" + pdf
    yield (
        "an incremental update",
        pdf
        + (
            b"\n900 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 0\ntrailer\n<< /Root 900 0 R "
            b"/Prev 116 >>\nstartxref\n" + str(len(pdf) + 1).encode() + b"\n%%EOF\n"
        ),
    )
    at = pdf.index(b"/ByteRange")
    yield "another range", pdf[:at] + pdf[at:].replace(b"[0 ", b"[1 ", 1)
    yield "a second range", pdf.replace(b"/Filter /Adobe", b"/ByteRange [0 1 2 3] /Filter /Adobe")
    yield "without its signature", certificates.render_certificate(credential(), "https://x/v/1")
    _root, forger = authority(50)
    drawn = certificates.render_certificate(credential(), f"https://x.example/v/{SERIAL}")
    forged = certificates.sign_pdf(drawn, forger, signed_at=LOGGED)
    yield "signed by another authority of the same name", forged


def _flipped(data: bytes, place: int, bits: int) -> bytes:
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]


def test_no_altered_certificate_is_accepted(tmp_path: Path) -> None:
    """Neither by our code, which reads with pyHanko, nor by the script, which reads by itself."""
    for name, pdf in altered_pdfs():
        if pdf == genuine_pdf():
            continue
        assert verify(pdf).state != "genuine", name
        assert by_script(tmp_path, pdf)[0] in (1, 2), name


def test_no_digit_of_a_signature_can_be_another(tmp_path: Path) -> None:
    """Of what a signature does not cover itself, too: each byte, in one of its digits."""
    pdf = genuine_pdf()
    begin = pdf.index(b"<30", pdf.index(b"/Contents <")) + 1
    end = pdf.index(b"0" * 100, begin)
    roots = [script().from_base64(root) for root in KEYS["roots"]]
    assert end - begin > 1500 and script().check_pdf(pdf, roots)
    for place in range(begin, end):
        digit = b"%X" % (int(pdf[place : place + 1], 16) ^ random.Random(place).randint(1, 15))
        changed = pdf[:place] + digit + pdf[place + 1 :]
        assert verify(changed).state != "genuine", place
        with pytest.raises(Exception, match=r"."):
            script().check_pdf(changed, roots)


def test_no_altered_badge_is_accepted_by_the_script(tmp_path: Path) -> None:
    """Members changed, dropped, added (with a meaning or without), reordered and repeated."""
    badge = json.loads(badge_text())
    for name, changed in altered_badges(badge):
        text = changed if isinstance(changed, str) else json.dumps(changed)
        assert by_script(tmp_path, text)[0] in (1, 2), name


def altered_badges(badge: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in badge:
        yield f"without {name}", {key: badge[key] for key in badge if key != name}
    for path, value in _texts(badge):
        if path[0] != "@context":
            yield f"{path} changed", _with(badge, path, value + "x")
    yield "a member more", {**badge, "termsOfUse": [{"type": "Free", "id": "urn:x"}]}
    yield "a member without meaning", {**badge, "score": "100 %"}
    yield "a meaningless member within", _with(badge, ("credentialSubject", "grade"), "A")
    yield "a name twice", json.dumps(badge)[:-1] + ', "name": "Doctor of Medicine"}'
    yield "a context more", _with(badge, ("@context",), [*badge["@context"], {"@vocab": "urn:x#"}])
    yield "credits as another number", _with(badge, ("credentialSubject", "creditsEarned"), 99)
    yield "two proofs", {**badge, "proof": [badge["proof"], badge["proof"]]}
    yield "an array", [badge]
    yield "an index", _with(badge, ("credentialSubject", "@index"), "with distinction")
    yield "a graph of nothing", {**badge, "@graph": []}
    yield "a list of one name", {**badge, "name": [badge["name"]]}
    token = certificates.sign_badge_jwt(badge, BADGE_KEY)
    head, body, signature = token.split(".")
    yield "a token of another body", f"{head}.{body[:-6]}AAAAAA.{signature}"
    yield "a token without signature", f"{head}.{body}."
    yield "a token that needs none", f"eyJhbGciOiJub25lIn0.{body}."


def _texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(value, str):
        yield path, value
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, part in pairs:
        yield from _texts(part, (*path, name))


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    copy = json.loads(json.dumps(value))
    at = copy
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = new
    return copy


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"{", b"{}", b"[]", b"null", b"%PDF-1.7", b"\xff\xfe", b"a.b.c", b"..", b"<svg/>",
     b"\x89PNG", b'{"type":["LearningTranscript"]}', b"{" * 5000, b'{"issuer":5}', b"<?xml"],
)  # fmt: skip
def test_nonsense_is_not_genuine_and_breaks_nothing(tmp_path: Path, data: bytes) -> None:
    assert verify(data).state in ("unreadable", "not-ours", "altered")
    assert by_script(tmp_path, data)[0] in (1, 2)


def test_whoever_gives_the_keys_decides_whom_to_trust(tmp_path: Path) -> None:
    root, _signer = authority(50)
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32).public_key()
    named = certificates.PublicKey(BADGE_KEY.id, "credential", stranger, BADGE_KEY.valid_from)
    keys = certificates.published_keys([named], [root])
    for data in (genuine_pdf(), badge_text()):
        assert verify(data, keys=keys).state != "genuine"
        assert by_script(tmp_path, data, keys)[0] == 1


def test_a_key_that_signs_the_log_vouches_for_no_badge(tmp_path: Path) -> None:
    named = certificates.PublicKey(
        BADGE_KEY.id, "log", BADGE_KEY.private.public_key(), BADGE_KEY.valid_from
    )
    keys = certificates.published_keys([named])
    assert verify(badge_text(), keys=keys).state == "not-ours"
    assert by_script(tmp_path, badge_text(), keys)[0] == 1


@pytest.mark.parametrize("keys", [{}, {"version": 2}, {"version": 1, "keys": "none", "roots": []}])
def test_a_document_that_is_not_one_of_keys_is_refused(tmp_path: Path, keys: Any) -> None:
    with pytest.raises(certificates.KeysError):
        verify(badge_text(), keys=keys)
    assert by_script(tmp_path, badge_text(), keys)[0] != 0


def test_a_script_that_believed_the_file_about_its_range_would_accept_an_addition() -> None:
    """The vulnerable twin: the signature itself still holds for the bytes it names."""
    longer = genuine_pdf() + b"\n%%EOF\n"
    ranged = genuine_pdf()
    module = script()
    assert module.check_pdf(ranged, [bytes(each) for each in _roots()])[1]
    with pytest.raises(module.Altered, match="added"):
        module.check_pdf(longer, _roots())
    # Cut back to what the range names, which is what such a reader looks at, all is well.
    assert module.check_pdf(longer[: len(ranged)], _roots())[1]


def _roots() -> list[bytes]:
    return list(certificates.roots_from_document(KEYS))


def test_a_witness_named_in_the_answer_has_to_be_known() -> None:
    key = certificates.SigningKey(
        "w", "log", Ed25519PrivateKey.from_private_bytes(bytes([8]) * 32), LOG_KEY.valid_from
    )
    head, _, note = proof_text(DIGEST).partition("\n\n")
    seen = LOGGED + timedelta(hours=1)
    pdf = signed_pdf(badge_text(), f"{head}\n\n{log.cosign(note, 'w.example', key, seen)}")
    witness = log.Witness("w.example", key.private.public_key())
    assert "Witnessed" not in dict(verify(pdf).facts)
    assert dict(verify(pdf, witnesses=[witness]).facts)["Witnessed"].endswith("by w.example")
