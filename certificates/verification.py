"""What a file is worth with no server at hand: certificate (PDF), badge or transcript.

The issuer's published keys are all that is needed. Nothing is fetched, and what cannot be known
without asking (was it revoked since?) is said to be unknown unless a status list is given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from certificates.badge_check import BadgeCheck, check_badge
from certificates.baking import BakingError, unbake
from certificates.keys import keys_from_document, roots_from_document
from certificates.log import ProofCheck, ProofError, Witness, check_proof
from certificates.serial import format_serial
from certificates.signed_file import PdfCheck
from certificates.transcript import (
    DOSSIER_TYPE,
    PACK_TYPE,
    TRANSCRIPT_TYPE,
    TranscriptCheck,
    check_transcript,
)

FileState = Literal["genuine", "altered", "not-ours", "unreadable"]
FileKind = Literal["certificate", "badge", "transcript", "evidence pack", "dossier", "document"]

LARGEST_FILE = 20_000_000
"""Most bytes of a file that are looked at."""

_PROOF_HEADER = b"c2sp.org/tlog-proof@"
_PICTURES = (b"\x89PNG", b"<svg", b"<?xml")


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """The answer about one file.

    `genuine`: the issuer made it and nothing was changed since. `altered`: it claims to be the
    issuer's and is not as it was made. `not-ours`: it does not claim to be. `unreadable`: nothing
    that can be checked. `reasons` say why it is not genuine; `warnings` say why something genuine
    should not be relied upon unasked; `facts` are what it attests, as label and text, and are
    empty unless it is genuine.
    """

    state: FileState
    kind: FileKind | None = None
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    pdf: PdfCheck | None = None
    badge: BadgeCheck | None = None
    proof: ProofCheck | None = None

    @property
    def is_in_order(self) -> bool:
        """Whether it is genuine and nothing is to be said against relying on it."""
        return self.state == "genuine" and not self.warnings


@dataclass(frozen=True, slots=True)
class _Given:
    """What a check may rest on."""

    document: Mapping[str, Any]
    at: datetime
    status_lists: Mapping[str, Any]
    witnesses: tuple[Witness, ...]
    keys: tuple[Any, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", keys_from_document(self.document))


def verify_file(
    data: bytes,
    keys: Mapping[str, Any],
    at: datetime,
    *,
    status_lists: Mapping[str, Mapping[str, Any] | str | bytes] | None = None,
    witnesses: Iterable[Witness] = (),
) -> FileVerdict:
    """Say what a file is worth at the instant `at`, given the document of published keys.

    Takes a certificate (PDF), a badge (JSON, JSON Web Token, or baked into PNG or SVG) and a
    signed transcript (JSON). `status_lists` are lists as they were fetched, by address. Raises
    `KeysError` when `keys` is no document of keys; never for any content of the file.
    """
    given = _Given(keys, at, status_lists or {}, tuple(witnesses))
    if len(data) > LARGEST_FILE:
        return FileVerdict("unreadable", reasons=("the file is too large",))
    if data.startswith(b"%PDF-"):
        return _of_pdf(data, given)
    if data.lstrip().startswith(_PICTURES):
        try:
            return _of_badge(unbake(data), given)
        except BakingError as error:
            return FileVerdict("unreadable", reasons=(str(error),))
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return FileVerdict("unreadable", reasons=("neither PDF, PNG, SVG nor text",))
    if not text.startswith("{"):
        if text.count(".") == 2:
            return _of_badge(text, given)
        return FileVerdict("unreadable", reasons=("neither PDF, PNG, SVG, JSON nor a token",))
    return _of_json(text, given)


def _of_json(text: str, given: _Given) -> FileVerdict:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return FileVerdict("unreadable", reasons=("it is no JSON",))
    kinds = document.get("type")
    for kind, word in _SIGNED_JSON.items():
        if isinstance(kinds, list) and kind in kinds:
            return _of_signed_json(text, document.get("issuer"), given, kind, word)
    return _of_badge(text, given)


_SIGNED_JSON: Mapping[str, FileKind] = {
    TRANSCRIPT_TYPE: "transcript",
    PACK_TYPE: "evidence pack",
    DOSSIER_TYPE: "dossier",
}


def _of_signed_json(
    text: str, issuer: Any, given: _Given, kind: str, word: FileKind
) -> FileVerdict:
    found = check_transcript(text, given.keys, str(issuer), kind)
    if found.state != "genuine" or found.signed_at is None:
        return FileVerdict(found.state, word, (found.reason,))
    return FileVerdict("genuine", word, facts=_transcript_facts(found, issuer))


def _transcript_facts(found: TranscriptCheck, issuer: str) -> tuple[tuple[str, str], ...]:
    assert found.signed_at is not None
    return (("Issuer", issuer), ("Signed", _instant(found.signed_at)))


def _of_badge(text: str, given: _Given) -> FileVerdict:
    badge = check_badge(text, given.keys, given.at, given.status_lists)
    if badge.state != "genuine":
        return FileVerdict(badge.state, "badge", badge.reasons, badge=badge)
    return FileVerdict(
        "genuine", "badge", warnings=_warnings(badge), facts=_badge_facts(badge), badge=badge
    )


def _of_pdf(data: bytes, given: _Given) -> FileVerdict:
    from certificates.pdf_check import check_pdf

    pdf = check_pdf(data, roots_from_document(given.document))
    if pdf.state != "unaltered":
        state: FileState = "not-ours" if pdf.state == "unsigned" else pdf.state
        return FileVerdict(state, reasons=(_PDF_WORDS[pdf.state],), pdf=pdf)
    badge = _attached_badge(pdf)
    signed = (("File signed", _instant(pdf.signed_at)), ("File signed by", pdf.signer or ""))
    if badge is None:
        return FileVerdict("genuine", "document", facts=signed, pdf=pdf)
    return _of_certificate(pdf, badge, signed, given)


_PDF_WORDS: Mapping[str, str] = {
    "altered": "the file was changed, or added to, after it was signed",
    "unsigned": "the file carries no signature",
    "not-ours": "the file is signed, but by somebody else",
    "unreadable": "no PDF file, or a damaged one",
}


def _of_certificate(
    pdf: PdfCheck, attached: bytes, signed: tuple[tuple[str, str], ...], given: _Given
) -> FileVerdict:
    """Judge a whole, signed file by what it carries: the badge, and the proof of the log."""
    badge = check_badge(attached, given.keys, given.at, given.status_lists)
    if badge.state != "genuine" or badge.credential_digest is None:
        reasons = tuple(f"the badge in it: {reason}" for reason in badge.reasons)
        return FileVerdict("altered", "certificate", reasons, pdf=pdf, badge=badge)
    text = _attached_proof(pdf)
    if text is None:
        facts = _badge_facts(badge) + signed
        warnings = (*_warnings(badge), "it carries no proof that its award was logged")
        return FileVerdict("genuine", "certificate", (), warnings, facts, pdf, badge)
    try:
        proof = check_proof(text, badge.credential_digest, given.keys, given.witnesses)
        if badge.document is None or _instant(proof.at) != _read(badge.document["validFrom"]):
            raise ProofError("the log has another time of issue")
    except ProofError as error:
        reasons = (f"the proof of the log in it: {error}",)
        return FileVerdict("altered", "certificate", reasons, pdf=pdf, badge=badge)
    facts = _badge_facts(badge) + _proof_facts(proof) + signed
    return FileVerdict(
        "genuine", "certificate", (), _warnings(badge, proof), facts, pdf, badge, proof
    )


def _attached_badge(pdf: PdfCheck) -> bytes | None:
    for data in pdf.attachments.values():
        if data.lstrip().startswith(b"{") and b"OpenBadgeCredential" in data:
            return data
    return None


def _attached_proof(pdf: PdfCheck) -> str | None:
    for data in pdf.attachments.values():
        if data.startswith(_PROOF_HEADER):
            return data.decode("utf-8", "replace")
    return None


def _warnings(badge: BadgeCheck, proof: ProofCheck | None = None) -> tuple[str, ...]:
    found = []
    if badge.status in ("revoked", "suspended"):
        found.append(f"it is {badge.status}: the status list says so")
    if proof is not None and proof.act != "award":
        found.append(f"the proof in it is of another act: {proof.act}")
    if proof is not None and proof.is_late:
        late = proof.logged_at - proof.at
        found.append(
            f"issued {_instant(proof.at)}, logged {_instant(proof.logged_at)}: {late.days} days "
            "later. It may have been dated back."
        )
    return tuple(found)


def _badge_facts(badge: BadgeCheck) -> tuple[tuple[str, str], ...]:
    document = badge.document or {}
    subject = document["credentialSubject"]
    return (
        ("Awarded to", ", ".join(each["identityHash"] for each in subject["identifier"])),
        ("For", document["name"]),
        ("Issuer", f"{document['issuer']['name']} ({document['issuer']['id']})"),
        ("Serial", format_serial(badge.serial or "")),
        ("Issued", _read(document["validFrom"])),
        ("Current until", _read(document["validUntil"])),
        ("Status", _STATUS_WORDS[badge.status]),
    )


_STATUS_WORDS: Mapping[str, str] = {
    "valid": "valid",
    "revoked": "revoked",
    "suspended": "suspended",
    "expired": "past its currency date",
    "unknown": "not known: look at the public page, or give the status lists",
}


def _proof_facts(proof: ProofCheck) -> tuple[tuple[str, str], ...]:
    seen = tuple(("Witnessed", f"{_instant(at)} by {name}") for name, at in proof.cosigned)
    place = f"number {proof.index} of {proof.origin}, in its tree of {proof.size}"
    return (("Logged", _instant(proof.logged_at)), ("In the log", place), *seen)


def _instant(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _read(text: str) -> str:
    """Return an instant of a badge as the facts show it."""
    return _instant(datetime.fromisoformat(text))
