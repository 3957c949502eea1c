"""The badge of a credential: Open Badges 3.0, a W3C Verifiable Credential that wallets read.

https://www.imsglobal.org/spec/ob/v3p0 is the standard, https://www.w3.org/TR/vc-data-model-2.0/
the one below it. A badge holds no address and no score: a name, what was achieved, and the digest
by which certificate and log name the same award.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import ROUND_DOWN, Decimal
from typing import Any
from urllib.parse import quote

from certificates.credential import Credential, digest, full_notice
from certificates.instants import written
from certificates.keys import SigningKey
from certificates.particulars import Competency, Kind, Particulars
from certificates.securing import sign_document, sign_token
from certificates.serial import format_serial
from certificates.shapes import is_uri
from certificates.status_list import StatusEntry

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
"""What the words of a badge mean, in this order; bundled wherever badges are signed or checked."""

KIND_WORDS: Mapping[Kind, str] = {
    "course": "Certificate of completion",
    "programme": "Programme certificate",
    "ce": "Statement of continuing education",
}
"""What each kind of credential is called."""

_TYPES: Mapping[Kind, str] = {
    "course": "CertificateOfCompletion",
    "programme": "Certificate",
    "ce": "CertificateOfCompletion",
}
_NAMED = "ni:///sha-256;"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: its DID, its name, and where it is found; what is no address is left out."""

    did: str
    name: str
    url: str = ""
    email: str = ""


def badge_for(
    credential: Credential,
    issuer: Issuer,
    *,
    verify_url: str,
    criteria: str,
    status: tuple[StatusEntry, ...],
    image: str | None = None,
) -> dict[str, Any]:
    """Return the badge, unsigned; the same arguments give the same badge.

    `verify_url` is the public address of the credential and ends with its serial. `criteria` says
    in Markdown what was asked for the award. `status` are its places on status lists, without
    which no reader can call it valid. `image` is the address of a picture of the achievement: it
    is named, so that badges stay small, and nobody has to fetch it. Raises `ValueError` for an
    address of another credential.
    """
    if verify_url.rsplit("/", 1)[-1] != credential.serial:
        raise ValueError("verify_url: does not end with the serial of the credential")
    badge = {
        "@context": list(CONTEXTS),
        "id": verify_url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": credential.title,
        "description": full_notice(credential),
        "issuer": _profile(issuer),
        "validFrom": written(credential.issued_at),
        "validUntil": written(datetime.combine(credential.current_until, _LAST_SECOND, UTC)),
        "awardedDate": written(credential.issued_at),
        "credentialSubject": _subject(credential, issuer, criteria, image),
        "evidence": [_record(credential)],
    }
    if status:
        badge["credentialStatus"] = [_status(entry) for entry in status]
    return badge


def sign_badge(document: Mapping[str, Any], key: SigningKey, at: datetime) -> dict[str, Any]:
    """Return the badge, or the status list, with the issuer's proof made at the instant `at`."""
    return sign_document(document, key, at)


def sign_badge_jwt(document: Mapping[str, Any], key: SigningKey, at: datetime | None = None) -> str:
    """Return the badge as the JSON Web Token that some wallets want instead of a proof.

    `at` is when it is signed, the instant from which it is valid when none is given.
    """
    return sign_token(document, key, at)


def digest_address(hexadecimal: str) -> str:
    """Return a SHA-256 as an address (RFC 6920), as a badge names its credential."""
    packed = base64.urlsafe_b64encode(bytes.fromhex(hexadecimal))
    return _NAMED + packed.rstrip(b"=").decode("ascii")


def digest_of_address(address: str) -> str:
    """Return the SHA-256, in hexadecimal, that `digest_address` wrote; `ValueError` otherwise."""
    packed = address.removeprefix(_NAMED)
    found = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).hex()
    if digest_address(found) != address:
        raise ValueError("the address does not name a SHA-256")
    return found


_LAST_SECOND = time(23, 59, 59)


def _profile(issuer: Issuer) -> dict[str, Any]:
    profile: dict[str, Any] = {"id": issuer.did, "type": ["Profile"], "name": issuer.name}
    if is_uri(issuer.url):
        profile["url"] = issuer.url
    if issuer.email:
        profile["email"] = issuer.email
    return profile


def _subject(
    credential: Credential, issuer: Issuer, criteria: str, image: str | None
) -> dict[str, Any]:
    particulars = credential.particulars or Particulars()
    base = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, _achievement_name(credential, issuer))}"
    results = _results(credential, particulars, base)
    earned = _credits(credential, particulars)
    achievement: dict[str, Any] = {
        "id": base,
        "type": ["Achievement"],
        "achievementType": _TYPES[particulars.kind],
        "name": credential.title,
        "description": credential.certifies,
        "humanCode": credential.release,
        "inLanguage": credential.language,
        "criteria": {"narrative": criteria},
        "creditsAvailable": earned,
        "resultDescription": [result.described() for result in results],
    }
    if particulars.competencies:
        achievement["alignment"] = [
            _alignment(each, issuer) for each in dict.fromkeys(particulars.competencies)
        ]
    if image is not None:
        achievement["image"] = {
            "id": image,
            "type": "Image",
            "caption": f"{KIND_WORDS[particulars.kind]}: {credential.title}",
        }
    return {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": credential.holder_name,
                "identityType": "name",
            }
        ],
        "activityStartDate": _day(credential.started_on.isoformat()),
        "activityEndDate": _day(credential.completed_on.isoformat()),
        "creditsEarned": earned,
        "achievement": achievement,
        "result": [result.stated() for result in results],
    }


def _achievement_name(credential: Credential, issuer: Issuer) -> str:
    kind = (credential.particulars or Particulars()).kind
    return "\n".join([issuer.did, kind, credential.title, credential.release_hash])


def _day(date: str) -> str:
    return f"{date}T00:00:00Z"


@dataclass(frozen=True, slots=True)
class _Result:
    """One outcome that the badge states, and where the achievement says what it means."""

    id: str
    name: str
    kind: str
    value: str

    def described(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": ["ResultDescription"],
            "name": self.name,
            "resultType": self.kind,
        }

    def stated(self) -> dict[str, Any]:
        word = "status" if self.kind == "Status" else "value"
        return {"type": ["Result"], "resultDescription": self.id, word: self.value}


def _results(credential: Credential, particulars: Particulars, base: str) -> tuple[_Result, ...]:
    """Completed, so many minutes, such credits: never a score."""
    stated = [
        ("Outcome", "Status", "Completed"),
        ("Instruction, in minutes", "Result", str(credential.minutes)),
        *((f"Credits: {one.unit}", "Result", one.amount) for one in particulars.credits),
    ]
    return tuple(
        _Result(f"{base}#result-{place}", *each) for place, each in enumerate(stated, start=1)
    )


def _credits(credential: Credential, particulars: Particulars) -> int | float:
    """The credits of the one kind that was claimed, else hours of instruction, rounded down.

    Whole numbers are written without a fraction: readers in other languages know one kind of
    number only, and would sign and check `12.0` as `12`.
    """
    if len(particulars.credits) == 1:
        amount = Decimal(particulars.credits[0].amount)
    else:
        hours = Decimal(credential.minutes) / 60
        amount = hours.quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    return int(amount) if amount == int(amount) else float(amount)


def _alignment(competency: Competency, issuer: Issuer) -> dict[str, Any]:
    """The competency in its framework; one without an address gets a name below the issuer's."""
    steps = [quote(part, safe="") for part in (competency.framework, competency.code)]
    own = f"{issuer.did}/frameworks/{'/'.join(steps)}"
    return {
        "type": ["Alignment"],
        "targetType": "CFItem",
        "targetFramework": competency.framework,
        "targetCode": competency.code,
        "targetName": competency.name,
        "targetUrl": competency.url if is_uri(competency.url) else own,
    }


def _record(credential: Credential) -> dict[str, Any]:
    return {
        "id": digest_address(digest(credential)),
        "type": ["Evidence"],
        "name": "Record of the award",
        "description": (
            f"Certificate {format_serial(credential.serial)}: this SHA-256 names its record; the "
            "certificate (PDF) and the public log are of the same record."
        ),
    }


def _status(entry: StatusEntry) -> dict[str, Any]:
    """The place on a list, one for each purpose, as W3C's data model 2.0 has it (section 4.10).

    The schema of Open Badges knows a single place, for which reason a badge does not name that
    schema: who is suspended must not pass for valid anywhere, and who is revoked neither.
    """
    return {
        "id": f"{entry.list_url}#{entry.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": entry.purpose,
        "statusListIndex": str(entry.index),
        "statusListCredential": entry.list_url,
    }
