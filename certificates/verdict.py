"""What a credential is worth at an instant: valid, with an update outstanding, lapsed, revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from certificates.credential import Credential

Status = Literal["valid", "update-outstanding", "past-currency", "revoked"]


@dataclass(frozen=True, slots=True)
class Revocation:
    """The act of taking a credential back: when, and the reason that may be published."""

    at: datetime
    public_reason: str


@dataclass(frozen=True, slots=True)
class RequiredUpdate:
    """A safety-critical change of the curriculum since the release a credential was earned on.

    `published_at` is the instant from which holders had to read it, `done_at` the one at which
    this holder confirmed that they have.
    """

    title: str
    published_at: datetime
    done_at: datetime | None = None

    def is_outstanding(self, at: datetime) -> bool:
        """Whether it was published, and not yet confirmed, at the instant `at`."""
        if _utc(self.published_at) > _utc(at):
            return False
        return self.done_at is None or _utc(self.done_at) > _utc(at)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer at one instant.

    `since` is the first day, in UTC, on which a status other than valid held; `reason` is the
    published reason of a revocation; `outstanding` are the updates still to be read, the oldest
    first, whenever the status is "update-outstanding".
    """

    status: Status
    since: date | None
    reason: str | None
    outstanding: tuple[RequiredUpdate, ...] = ()


def verdict(
    credential: Credential,
    revocation: Revocation | None,
    at: datetime,
    updates: Iterable[RequiredUpdate] = (),
) -> Verdict:
    """Return what the credential is worth at the instant `at`.

    A revocation holds from its own instant on and outranks lapsed currency, which outranks an
    update that its holder has not confirmed. The currency date itself is still valid, to its last
    moment in UTC. Raises `ValueError` for a naive instant.
    """
    today = _utc(at).date()
    if revocation is not None and at >= _utc(revocation.at):
        return Verdict("revoked", _utc(revocation.at).date(), revocation.public_reason)
    if today > credential.current_until:
        return Verdict("past-currency", credential.current_until + timedelta(days=1), None)
    outstanding = [update for update in updates if update.is_outstanding(at)]
    if outstanding:
        outstanding.sort(key=lambda update: (_utc(update.published_at), update.title))
        # One awarded on an old release after the update came out was never without it.
        since = max(_utc(outstanding[0].published_at), _utc(credential.issued_at)).date()
        return Verdict("update-outstanding", since, None, tuple(outstanding))
    return Verdict("valid", None, None)


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("a verdict needs aware instants")
    return instant.astimezone(UTC)
