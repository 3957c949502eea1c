"""A certificate's page for machines: the same facts under the same rules, as JSON."""

from datetime import datetime
from typing import Any

import certificates
from lms.services.credentials import Attested
from lms.services.sharing import Display, Other, name_as_shown

VERSION = 1
STAND_FOR = {
    "shows_profession": "holder.profession",
    "shows_hours": "study",
    "shows_assessment": "assessment",
}


def record_of(
    found: Attested,
    display: Display,
    chain: tuple[Other, ...],
    successor: str | None,
    logged_at: datetime | None,
    at: datetime,
    address: str,
) -> dict[str, Any]:
    """Return what is public of a credential at the instant `at`, ready to be written as JSON.

    What its holder holds back is null and listed under `not_shown`. The digest of the credential
    is given only when everything is shown: whoever knew it could try guesses of the rest.
    """
    credential, verdict = found.credential, found.verdict
    return {
        "version": VERSION,
        "checked_at": instant(at),
        "status": verdict.status,
        "since": verdict.since.isoformat() if verdict.since else None,
        "reason": verdict.reason,
        "outstanding": [
            {"title": update.title, "published_at": instant(update.published_at)}
            for update in verdict.outstanding
        ],
        "superseded_by": f"{address}/{successor}" if successor else None,
        "serial": credential.serial,
        "number": certificates.format_serial(credential.serial),
        "address": f"{address}/{credential.serial}",
        "holder": {
            "name": name_as_shown(credential.holder_name, display.shown_name) or None,
            "profession": credential.holder_profession if display.shows_profession else None,
        },
        "cycle": found.cycle,
        "title": credential.title,
        "certifies": credential.certifies,
        "programme": {"name": credential.programme, "web": credential.programme_web},
        "issued_at": instant(credential.issued_at),
        "logged_at": instant(logged_at) if logged_at else None,
        "current_until": credential.current_until.isoformat(),
        "study": _study(credential) if display.shows_hours else None,
        "assessment": credential.assessment if display.shows_assessment else None,
        "release": {"label": credential.release, "sha256": credential.release_hash},
        "does_not_authorise": certificates.full_notice(credential),
        "renewals": [
            {
                "address": f"{address}/{other.serial}",
                "cycle": other.cycle,
                "issued_at": instant(other.issued_at),
                "current_until": other.current_until.isoformat(),
            }
            for other in chain
        ],
        "not_shown": _held_back(display),
        "digest": found.digest if display.shows_all else None,
    }


def instant(at: datetime) -> str:
    """Return an instant in UTC as RFC 3339 writes it, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _study(credential: certificates.Credential) -> dict[str, Any]:
    return {
        "started_on": credential.started_on.isoformat(),
        "completed_on": credential.completed_on.isoformat(),
        "minutes": credential.minutes,
        "parts": [{"title": line.title, "minutes": line.minutes} for line in credential.hours],
    }


def _held_back(display: Display) -> list[str]:
    hidden = [] if display.shown_name == "full" else ["holder.name"]
    return hidden + [said for name, said in STAND_FOR.items() if not getattr(display, name)]
