"""What a badge is worth, from its bytes, the issuer's keys and status lists: no server is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from certificates.badge import CONTEXTS, digest_of_address
from certificates.instants import read_instant
from certificates.keys import PublicKey
from certificates.securing import (
    BrokenSignature,
    ForeignSignature,
    issuer_of,
    verify_signed,
)
from certificates.serial import parse_serial
from certificates.shapes import (
    ShapeError,
    each,
    exactly,
    instant,
    matching,
    number,
    record,
    text,
    uri,
)
from certificates.status_list import StatusEntry, StatusListError, read_status

BadgeState = Literal["genuine", "altered", "not-ours"]
"""Signed by the issuer; claims to be, and is not as it was signed; does not even claim it."""

BadgeStatus = Literal["valid", "revoked", "suspended", "expired", "unknown"]

_PLAIN: Mapping[str, BadgeStatus] = {"revocation": "revoked", "suspension": "suspended"}


@dataclass(frozen=True, slots=True)
class BadgeCheck:
    """The answer at one instant, with its reasons in words.

    Only what is genuine names its credential: `credential_digest` (SHA-256 in hexadecimal), the
    `serial`, and the `document` that was signed. `status` is unknown for everything else, and
    whenever a list that a genuine badge names is missing, stale or not the issuer's.
    """

    state: BadgeState
    status: BadgeStatus
    credential_digest: str | None
    reasons: tuple[str, ...]
    serial: str | None = None
    document: Mapping[str, Any] | None = None


def check_badge(
    badge: Mapping[str, Any] | str | bytes,
    keys: Iterable[PublicKey],
    at: datetime,
    status_lists: Mapping[str, Mapping[str, Any] | str | bytes] | None = None,
) -> BadgeCheck:
    """Return what the badge (a document, its text, or a token) is worth at the instant `at`.

    `status_lists` are the lists as they were fetched, by address. What is certain is told first:
    revoked, then suspended, then expired; only then is a doubt (unknown) told, and valid last.
    """
    known = tuple(keys)
    try:
        document = verify_signed(badge, known, _SHAPE).document
        serial, digest = _named(document)
    except ForeignSignature as error:
        return BadgeCheck("not-ours", "unknown", None, (str(error),))
    except (BrokenSignature, ShapeError) as error:
        return BadgeCheck("altered", "unknown", None, (str(error),))
    found = _of_lists(document, known, at, status_lists or {}) + _of_dates(document, at)
    worst = min(found, key=lambda each: _ORDER.index(each[0]), default=("valid", ""))
    reasons = tuple(reason for _status, reason in found)
    return BadgeCheck("genuine", worst[0], digest, reasons, serial, document)


_ORDER: tuple[BadgeStatus, ...] = ("revoked", "suspended", "expired", "unknown", "valid")
_Found = list[tuple[BadgeStatus, str]]


def _named(document: Mapping[str, Any]) -> tuple[str, str]:
    serial = document["id"].rsplit("/", 1)[-1]
    if parse_serial(serial) != serial:
        raise ShapeError("badge.id: does not end with a serial")
    try:
        return serial, digest_of_address(document["evidence"][0]["id"])
    except ValueError as error:
        raise ShapeError("badge.evidence: does not name the record by its SHA-256") from error


def _of_dates(document: Mapping[str, Any], at: datetime) -> _Found:
    """Valid from its first second to the end of its last: the last second counts whole."""
    second = at.replace(microsecond=0)
    if second < read_instant(document["validFrom"]):
        return [("unknown", f"it is valid only from {document['validFrom']}")]
    if second > read_instant(document["validUntil"]):
        return [("expired", f"it was current until {document['validUntil']}")]
    return []


def _of_lists(
    document: Mapping[str, Any],
    keys: tuple[PublicKey, ...],
    at: datetime,
    lists: Mapping[str, Mapping[str, Any] | str | bytes],
) -> _Found:
    """What the lists say; a badge that names no list of revocations cannot be called valid."""
    entries = document.get("credentialStatus", [])
    found: _Found = []
    if not any(entry["statusPurpose"] == "revocation" for entry in entries):
        found.append(("unknown", "it names no list on which it could be revoked"))
    for written in entries:
        entry = StatusEntry(
            written["statusListCredential"],
            int(written["statusListIndex"]),
            written["statusPurpose"],
        )
        try:
            if entry.list_url not in lists:
                raise StatusListError("the list could not be had")
            if read_status(lists[entry.list_url], entry, issuer_of(document), keys, at):
                found.append((_PLAIN[entry.purpose], f"{entry.purpose}: the list says so"))
        except StatusListError as error:
            found.append(("unknown", f"{entry.purpose}: {error}"))
    return found


def _status_entry(value: Any, where: str) -> None:
    _ENTRY(value, where)
    try:
        StatusEntry(
            value["statusListCredential"], int(value["statusListIndex"]), value["statusPurpose"]
        )
    except ValueError as error:
        raise ShapeError(f"{where}: {error}") from error


_ENTRY = record(
    {
        "id": uri,
        "type": exactly("BitstringStatusListEntry"),
        "statusPurpose": matching("revocation|suspension"),
        "statusListIndex": matching("0|[1-9][0-9]{0,5}"),
        "statusListCredential": uri,
    }
)

_ALIGNMENT = record(
    {
        "type": exactly(["Alignment"]),
        "targetType": exactly("CFItem"),
        "targetFramework": text,
        "targetCode": text,
        "targetName": text,
        "targetUrl": uri,
    }
)

_ACHIEVEMENT = record(
    {
        "id": uri,
        "type": exactly(["Achievement"]),
        "achievementType": matching("CertificateOfCompletion|Certificate"),
        "name": text,
        "description": text,
        "humanCode": text,
        "inLanguage": text,
        "criteria": record({"narrative": text}),
        "creditsAvailable": number,
        "resultDescription": each(
            record(
                {"id": uri, "type": exactly(["ResultDescription"]), "name": text},
                {"resultType": matching("Status|Result")},
            )
        ),
    },
    {
        "alignment": each(_ALIGNMENT),
        "image": record({"id": uri, "type": exactly("Image"), "caption": text}),
    },
)

_SUBJECT = record(
    {
        "type": exactly(["AchievementSubject"]),
        "identifier": each(
            record(
                {
                    "type": exactly("IdentityObject"),
                    "hashed": exactly(False),
                    "identityHash": text,
                    "identityType": exactly("name"),
                }
            )
        ),
        "activityStartDate": instant,
        "activityEndDate": instant,
        "creditsEarned": number,
        "achievement": _ACHIEVEMENT,
        "result": each(
            record(
                {"type": exactly(["Result"]), "resultDescription": uri},
                {"status": exactly("Completed"), "value": text},
            )
        ),
    }
)

_SHAPE = record(
    {
        "@context": exactly(list(CONTEXTS)),
        "id": uri,
        "type": exactly(["VerifiableCredential", "OpenBadgeCredential"]),
        "name": text,
        "description": text,
        "issuer": record(
            {"id": uri, "type": exactly(["Profile"]), "name": text},
            {"url": uri, "email": text},
        ),
        "validFrom": instant,
        "validUntil": instant,
        "awardedDate": instant,
        "credentialSubject": _SUBJECT,
        "evidence": each(
            record({"id": uri, "type": exactly(["Evidence"]), "name": text, "description": text})
        ),
    },
    {"credentialStatus": each(_status_entry)},
)
