"""A dossier as a document for machines: text, whole numbers, truth values, lists and objects."""

from datetime import UTC, date, datetime
from typing import Any

import certificates
from lms import keys
from lms.config import Settings
from lms.services import credentials, practice, qualifications, reports, watch
from lms.services.dossiers.gathering import Dossier

VERSION = 1
NOTICE = (
    "This dossier is what a programme has on record of one learner's training. It holds no answers "
    "to quiz items, no reasons of accommodations, pauses or extensions, no notes of staff and no "
    "evaluation. Hours are as recorded; no regulator has approved them."
)


def signed_document_of(dossier: Dossier, settings: Settings) -> dict[str, Any]:
    """Return the dossier as a credential of the type `LearnerDossier`, signed when it was made.

    Raises `TranscriptError` for a value that has no canonical form.
    """
    return certificates.sign_transcript(
        document_of(dossier, settings.verify_address),
        certificates.did_of(settings.public_url),
        keys.keys_of(settings).credential,
        dossier.made_at,
        certificates.DOSSIER_TYPE,
    )


def document_of(dossier: Dossier, verify_address: str) -> dict[str, Any]:
    """Return the dossier as plain values; `verify_address` is where serials are looked up."""
    report = dossier.report
    return {
        "version": VERSION,
        "made": _instant(dossier.made_at),
        "notice": NOTICE,
        "learner": {
            "name": report.name,
            "email": report.email,
            "emailConfirmed": report.is_confirmed,
            "profession": report.profession,
            "licenceNumber": report.licence_number,
            "licenceJurisdiction": report.licence_jurisdiction,
        },
        "enrolment": _enrolment(dossier),
        "missing": _missing(dossier),
        "units": [_unit(report, state) for state in report.progress.units],
        "attempts": [_attempt(each) for each in report.sittings],
        "appeals": [
            {
                "filed": _instant(each.filed_at),
                "quiz": each.module_key,
                "attempt": each.number,
                "item": each.slot or None,
                "decided": each.is_decided,
            }
            for each in dossier.appeals
        ],
        "hours": _hours(dossier),
        "practice": _practice(dossier),
        "observedSkills": [
            {
                "skill": each.checklist.title,
                "met": each.is_met,
                "observed": each.latest.observed_on.isoformat() if each.latest else None,
            }
            for each in dossier.skills
        ],
        "qualifications": [_qualification(each, dossier.today) for each in dossier.qualifications],
        "beforeTheAward": [{"gate": gate.kind, "passed": gate.is_passed} for gate in dossier.gates],
        "credentials": [_credential(each, verify_address) for each in dossier.credentials],
        "accommodations": [_accommodation(each) for each in dossier.accommodations],
        "flags": [_flag(each) for each in dossier.flags],
        "messages": [
            {
                "subject": each.subject,
                "kind": each.kind,
                "state": each.state,
                "written": _instant(each.written_at),
                "sent": _when(each.sent_at),
            }
            for each in dossier.messages
        ],
        "auditTrail": [
            {"number": each.number, "act": each.act, "at": _instant(each.at), "hash": each.hash}
            for each in dossier.trail
        ],
    }


def _enrolment(dossier: Dossier) -> dict[str, Any]:
    report = dossier.report
    return {
        "programme": report.cohort.programme_name,
        "cohort": report.cohort.title,
        "timeZone": report.cohort.time_zone,
        "course": report.content.course.title,
        "release": report.content.label,
        "releaseHash": report.content.content_hash,
        "enrolled": _instant(report.enrolled_at),
        "state": report.state,
        "pace": report.pace.state,
        "lastDay": report.pace.last_on.isoformat(),
        "completed": _when(report.progress.completed_at),
        "minutesDone": report.progress.minutes_done,
        "minutesInAll": report.progress.minutes_total,
        "acts": [
            {
                "act": act.kind,
                "from": act.from_cohort,
                "to": act.to_cohort,
                "by": act.by,
                "at": _instant(act.at),
            }
            for act in dossier.seat_acts
        ],
        "extensions": [
            {
                "module": each.module_key,
                "until": each.until.isoformat() if each.until else None,
                "by": each.by,
                "at": _instant(each.at),
            }
            for each in dossier.extensions
        ],
    }


def _missing(dossier: Dossier) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"what": each.kind, "module": each.module_key, "units": list(each.unit_keys)}
        for each in dossier.report.progress.missing
    ]
    for each in dossier.lacking:
        found.append({"what": each.kind, "about": list(each.about)})
        found[-1] |= (
            {"rules": [{"rule": line.rule.measure, "missing": line.missing} for line in each.rules]}
            if each.rules
            else {}
        )
    return found


def _unit(report: reports.LearnerReport, state: Any) -> dict[str, Any]:
    return {
        "key": state.unit.key,
        "title": state.unit.title,
        "kind": state.unit.kind,
        "minutes": state.unit.minutes,
        "state": state.state,
        "done": _when(state.done_at),
        "due": report.pace.due[state.unit.key].isoformat(),
    }


def _attempt(each: reports.Sitting) -> dict[str, Any]:
    return {
        "module": each.module_key,
        "attempt": each.number,
        "started": _instant(each.started_at),
        "submitted": _when(each.submitted_at),
        "points": str(each.points) if each.points is not None else None,
        "maximum": each.maximum,
        "cutPercent": each.cut_percent,
        "passed": each.passed,
        "voided": each.is_voided,
        "scoredAgain": each.reason or None,
    }


def _hours(dossier: Dossier) -> dict[str, Any]:
    return {
        "minutesByMode": dict(dossier.hours.minutes),
        "liveSessions": [
            {
                "title": each.title,
                "held": each.held_on.isoformat(),
                "minutes": each.minutes,
                "mode": each.mode,
                "evidence": each.evidence,
                "correction": each.is_correction,
                "recorded": _instant(each.recorded_at),
            }
            for each in dossier.hours.credits
        ],
    }


def _practice(dossier: Dossier) -> dict[str, Any]:
    return {
        "rules": [
            {
                "rule": line.rule.measure,
                "wanted": line.rule.wanted,
                "reached": line.reached,
                "missing": line.missing,
            }
            for line in dossier.practice.lines
        ],
        "log": [_entry(each) for each in dossier.practised],
    }


def _entry(each: practice.Entry) -> dict[str, Any]:
    stated = each.stated
    return {
        "on": stated.practised_on.isoformat(),
        "kind": stated.kind,
        "role": stated.role,
        "site": each.site or None,
        "supervisor": each.supervisor.name,
        "administrationMinutes": stated.administration_minutes,
        "otherMinutes": stated.other_minutes,
        "consultationMinutes": stated.consultation_minutes,
        "dosingSessions": stated.dosing_sessions,
        "revision": each.revision,
        "state": each.state,
        "signed": _when(each.acted_at) if each.state == "signed" else None,
        "digest": each.digest,
    }


def _qualification(each: qualifications.Held, today: date) -> dict[str, Any]:
    return {
        "kind": each.stated.kind,
        "number": each.stated.number,
        "issuer": each.stated.issuer,
        "issued": each.stated.issued_on.isoformat(),
        "expires": each.stated.expires_on.isoformat(),
        "state": each.state(today),
        "proofSha256": each.proof_sha256,
    }


def _credential(each: credentials.Attested, verify_address: str) -> dict[str, Any]:
    return {
        "serial": certificates.format_serial(each.credential.serial),
        "digest": each.digest,
        "title": each.credential.title,
        "issued": _instant(each.credential.issued_at),
        "currentUntil": each.credential.current_until.isoformat(),
        "status": each.verdict.status,
        "statusReason": each.verdict.reason,
        "verify": f"{verify_address}/{each.credential.serial}",
    }


def _accommodation(each: Any) -> dict[str, Any]:
    return {
        "percentOfTime": each.given.percent,
        "extraMinutes": each.given.minutes,
        "unlimited": each.given.unlimited,
        "pauseMinutes": each.given.pause_minutes,
        "largerSpacing": each.given.larger_spacing,
        "from": each.valid_from.isoformat(),
        "until": each.valid_until.isoformat() if each.valid_until else None,
        "withdrawn": _when(each.withdrawn_at),
        "approvedBy": each.approved_by,
    }


def _flag(each: watch.Flag) -> dict[str, Any]:
    outcomes = [act for act in each.acts if act.kind == "outcome"]
    return {
        "rule": each.rule,
        "about": list(each.why.about),
        "since": each.why.since.isoformat(),
        "opened": _instant(each.opened_at),
        "closed": _when(each.closed_at),
        "owner": each.owner,
        "outcomes": [{"outcome": act.outcome, "at": _instant(act.at)} for act in outcomes],
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _when(moment: datetime | None) -> str | None:
    return None if moment is None else _instant(moment)
