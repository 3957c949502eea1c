"""What a credential is worth at an instant: valid, past its currency, or revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from certificates.credential import Credential

Status = Literal["valid", "past-currency", "revoked"]


@dataclass(frozen=True, slots=True)
class Revocation:
    """The act of taking a credential back: when, and the reason that may be published."""

    at: datetime
    public_reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer at one instant.

    `since` is the first day, in UTC, on which a status other than valid held; `reason` is the
    published reason of a revocation.
    """

    status: Status
    since: date | None
    reason: str | None


def verdict(credential: Credential, revocation: Revocation | None, at: datetime) -> Verdict:
    """Return what the credential is worth at the instant `at`.

    A revocation holds from its own instant on and outranks lapsed currency. The currency date
    itself is still valid, to its last moment in UTC. Raises `ValueError` for a naive instant.
    """
    today = _utc(at).date()
    if revocation is not None and at >= _utc(revocation.at):
        return Verdict("revoked", _utc(revocation.at).date(), revocation.public_reason)
    if today > credential.current_until:
        return Verdict("past-currency", credential.current_until + timedelta(days=1), None)
    return Verdict("valid", None, None)


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("a verdict needs aware instants")
    return instant.astimezone(UTC)
