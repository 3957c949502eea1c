"""What a credential is worth at an instant: valid, or what else, since when and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from certificates.credential import Credential

Status = Literal[
    "valid",
    "update-outstanding",
    "past-currency",
    "suspended",
    "superseded",
    "revoked",
    "not-yet-issued",
]
ActKind = Literal["suspend", "reinstate", "supersede", "revoke"]

# Of acts of one instant the graver one comes last, so that it is the one that holds.
_GRAVITY: dict[ActKind, int] = {"reinstate": 0, "suspend": 1, "supersede": 2, "revoke": 3}


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to a credential after its award: what, when, in words for the public.

    `by_serial` names the credential that takes the place of a superseded one, in canonical form.
    """

    kind: ActKind
    at: datetime
    public_reason: str
    by_serial: str | None = None


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
    published reason of the act that it follows from; `outstanding` are the updates still to be
    read, the oldest first, whenever the status is "update-outstanding"; `superseded_by` is the
    serial of the credential that took its place: of a superseded one always, of a revoked one if
    it was issued again on appeal.
    """

    status: Status
    since: date | None
    reason: str | None
    outstanding: tuple[RequiredUpdate, ...] = ()
    superseded_by: str | None = None


def verdict(
    credential: Credential,
    acts: Iterable[Act],
    at: datetime,
    updates: Iterable[RequiredUpdate] = (),
) -> Verdict:
    """Return what the credential is worth at the instant `at`; any day in the past may be asked.

    Before its issue it is "not-yet-issued", whatever came later. From then on, the first of these
    that holds: revoked, which is final; superseded, likewise; suspended, until it is reinstated;
    past its currency date, which itself is still valid to its last moment in UTC; with an update
    outstanding that its holder has not confirmed; valid. An act holds from its own instant on. Of
    acts of the same instant the graver one holds; their order in `acts` never matters.

    Raises `ValueError` for a naive instant.
    """
    now = _utc(at)
    done = _until(acts, now)
    if now < _utc(credential.issued_at):
        return Verdict("not-yet-issued", None, None)
    superseded = _first(done, "supersede")
    by_serial = superseded.by_serial if superseded is not None else None
    if (revoked := _first(done, "revoke")) is not None:
        return Verdict("revoked", _day(revoked), revoked.public_reason, superseded_by=by_serial)
    if superseded is not None:
        return Verdict(
            "superseded", _day(superseded), superseded.public_reason, superseded_by=by_serial
        )
    if (suspended := _suspension(done)) is not None:
        return Verdict("suspended", _day(suspended), suspended.public_reason)
    if now.date() > credential.current_until:
        return Verdict("past-currency", credential.current_until + timedelta(days=1), None)
    outstanding = [update for update in updates if update.is_outstanding(now)]
    if outstanding:
        outstanding.sort(key=lambda update: (_utc(update.published_at), update.title))
        # One awarded on an old release after the update came out was never without it.
        since = max(_utc(outstanding[0].published_at), _utc(credential.issued_at)).date()
        return Verdict("update-outstanding", since, None, tuple(outstanding))
    return Verdict("valid", None, None)


def _until(acts: Iterable[Act], now: datetime) -> list[Act]:
    """Return the acts done by `now`, in the one order that their own content gives them."""
    known = [(_utc(act.at), act) for act in acts]
    done = [act for instant, act in known if instant <= now]
    done.sort(
        key=lambda act: (_utc(act.at), _GRAVITY[act.kind], act.public_reason, act.by_serial or "")
    )
    return done


def _first(done: list[Act], kind: ActKind) -> Act | None:
    return next((act for act in done if act.kind == kind), None)


def _suspension(done: list[Act]) -> Act | None:
    """Return the act since which it is suspended, None where it is not or no longer is."""
    holds = None
    for act in done:
        if act.kind == "reinstate":
            holds = None
        elif act.kind == "suspend" and holds is None:
            holds = act
    return holds


def _day(act: Act) -> date:
    return _utc(act.at).date()


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("a verdict needs aware instants")
    return instant.astimezone(UTC)
