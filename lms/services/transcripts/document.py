"""A transcript as a document for machines: plain values that can be signed."""

from datetime import UTC, datetime
from typing import Any

import certificates
from lms.services import credentials
from lms.services.transcripts.external import External
from lms.services.transcripts.record import (
    CreditHours,
    Enrolled,
    PlaceHours,
    Transcript,
    cycle_of,
)

VERSION = 1
"""Version of the form that `docs/transcript.md` describes."""

NOTICE = (
    "This transcript records training. Hours are mapped to the rules of a jurisdiction by the "
    "programme; no regulator has approved the mapping. Certificates from elsewhere are as their "
    "holder states them, with the level of proof given. It is not a licence to practise."
)


def document_of(transcript: Transcript, verify_address: str) -> dict[str, Any]:
    """Return the transcript as text, whole numbers, lists and objects.

    `verify_address` is the public address under which serials are looked up.
    """
    return {
        "version": VERSION,
        "holder": {"name": transcript.holder, "profession": transcript.profession},
        "scope": transcript.programme or "everything on record here",
        "made": _instant(transcript.made_at),
        "courses": [_course(each) for each in transcript.enrolments],
        "hoursByCredit": [_credit(each) for each in transcript.by_credit],
        "hoursByJurisdiction": [_place(each) for each in transcript.places],
        "credentials": [_credential(each, verify_address) for each in transcript.credentials],
        "external": [_external(each) for each in transcript.externals],
        "notice": NOTICE,
    }


def _course(each: Enrolled) -> dict[str, Any]:
    return {
        "title": each.course,
        "programme": each.seat.programme_name,
        "cohort": each.seat.cohort_title,
        "release": each.release,
        "releaseHash": each.release_hash,
        "enrolled": _instant(each.seat.enrolled_at),
        "started": each.started_on.isoformat() if each.started_on else None,
        "completed": each.completed_on.isoformat() if each.completed_on else None,
        "minutes": each.minutes_done,
        "minutesOffered": each.minutes_total,
        "assessments": [
            {
                "title": outcome.title,
                "attempt": outcome.number,
                "submitted": _instant(outcome.submitted_at) if outcome.submitted_at else None,
                "outcome": outcome.kind,
            }
            for outcome in each.outcomes
        ],
    }


def _credit(each: CreditHours) -> dict[str, Any]:
    found: dict[str, Any] = {
        "credit": each.credit, "shownBy": each.level, "minutes": each.minutes,
    }  # fmt: skip
    if each.amount is not None:
        hundredths = each.amount * 100
        found["creditsClaimed"] = f"{int(hundredths) // 100}.{int(hundredths) % 100:02}"
    return found


def _place(each: PlaceHours) -> dict[str, Any]:
    return {
        "mappedTo": each.title,
        "rulesAsOf": each.as_of.isoformat(),
        "course": each.course,
        "minutes": each.earned,
        "minutesOffered": each.offered,
        "minutesRequiredByReading": list(each.required),
    }


def _credential(each: credentials.Attested, verify_address: str) -> dict[str, Any]:
    credential = each.credential
    return {
        "serial": certificates.format_serial(credential.serial),
        "digest": each.digest,
        "title": credential.title,
        "awardedTo": credential.holder_name,
        "programme": credential.programme,
        "minutes": credential.minutes,
        "issued": _instant(credential.issued_at),
        "currentUntil": credential.current_until.isoformat(),
        "cycle": cycle_of(credential),
        "status": each.verdict.status,
        "statusReason": each.verdict.reason,
        "verify": f"{verify_address}/{credential.serial}",
    }


def _external(each: External) -> dict[str, Any]:
    stated = each.stated
    return {
        "title": stated.title,
        "issuer": stated.issuer,
        "completed": stated.completed_on.isoformat(),
        "expires": stated.expires_on.isoformat() if stated.expires_on else None,
        "minutes": stated.minutes,
        "credit": stated.credit,
        "proof": each.level,
        "proofSha256": each.proof_sha256,
        "checks": [
            {
                "programme": check.programme,
                "outcome": check.outcome,
                "on": _instant(check.decided_at),
            }
            for check in each.checks
            if check.outcome is not None and check.decided_at is not None
        ],
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
