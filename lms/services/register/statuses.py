"""Status lists: the bits of a credential, and a list of them signed, for now or a past day."""

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import keys
from lms.config import Settings
from lms.models.register import RegisterAct, StatusEntry

StatusPurpose = Literal["revocation", "suspension"]
PURPOSES: tuple[StatusPurpose, ...] = get_args(StatusPurpose)
# What is superseded must not be relied on either: its badge counts as revoked.
SETTING = {"revocation": ("revoke", "supersede"), "suspension": ("suspend", "reinstate")}
ENDS_SUSPENSION = "reinstate"
# A list may be relied upon for a day; a new one is signed every five minutes.
LASTS = timedelta(days=1)
SECONDS_BETWEEN = 300


@dataclass(frozen=True, slots=True)
class Place:
    """The bit of one credential: in which list, for which purpose, at which position."""

    purpose: StatusPurpose
    list_number: int
    position: int


def status_places_of(session: Session, credential_id: int) -> tuple[Place, ...]:
    """Return the bits of a credential, revocation before suspension; none if it has none."""
    query = (
        sa.select(StatusEntry.purpose, StatusEntry.list_number, StatusEntry.position)
        .where(StatusEntry.credential_id == credential_id)
        .order_by(StatusEntry.purpose)
    )
    return tuple(
        Place(_purpose(row.purpose), row.list_number, row.position)
        for row in session.execute(query)
    )


def status_entries_of(
    session: Session, credential_id: int, settings: Settings
) -> tuple[certificates.StatusEntry, ...]:
    """Return the bits of a credential as its badge names them: by the address of their lists."""
    return tuple(
        certificates.StatusEntry(
            certificates.status_list_address(settings.public_url, place.purpose, place.list_number),
            place.position,
            place.purpose,
        )
        for place in status_places_of(session, credential_id)
    )


def count_lists(session: Session) -> int:
    """Return how many lists there are of each purpose; the first is there from the beginning."""
    return session.scalar(sa.select(sa.func.max(StatusEntry.list_number))) or 1


def positions_set(
    session: Session, list_number: int, purpose: StatusPurpose, at: datetime
) -> frozenset[int]:
    """Return the positions of a list whose bit is set at the instant `at`."""
    query = (
        sa.select(StatusEntry.position, RegisterAct.act)
        .join(RegisterAct, RegisterAct.credential_id == StatusEntry.credential_id)
        .where(StatusEntry.list_number == list_number, StatusEntry.purpose == purpose)
        .where(RegisterAct.act.in_(SETTING[purpose]), RegisterAct.at <= at)
        .order_by(RegisterAct.position)
    )
    last = {row.position: row.act for row in session.execute(query)}
    return frozenset(position for position, act in last.items() if act != ENDS_SUSPENSION)


def status_list(
    session: Session,
    settings: Settings,
    purpose: StatusPurpose,
    list_number: int,
    now: datetime,
    at: datetime | None = None,
) -> dict[str, Any] | None:
    """Return a signed list as it stands now, or stood at the past instant `at`.

    None for a list that there is not, and for an instant that has not come. Good for a day from
    its time on; the same bits within five minutes give the same list.
    """
    if not 1 <= list_number <= count_lists(session) or (at is not None and at > now):
        return None
    held = frozenset(positions_set(session, list_number, purpose, at or now))
    seconds = int(now.timestamp())
    start = datetime.fromtimestamp(seconds - seconds % SECONDS_BETWEEN, UTC)
    signing = keys.keys_of(settings).credential
    # A key that is younger than the last five minutes signs for itself from its first second on.
    signed_at = max(start, signing.valid_from)
    return _signed(
        settings.public_url, purpose, list_number, held, at or signed_at, signed_at, signing
    )


@functools.lru_cache(maxsize=64)
def _signed(
    site: str,
    purpose: StatusPurpose,
    list_number: int,
    held: frozenset[int],
    valid_from: datetime,
    signed_at: datetime,
    key: certificates.SigningKey,
) -> dict[str, Any]:
    document = certificates.status_list_credential(
        certificates.did_of(site),
        certificates.status_list_address(site, purpose, list_number),
        purpose,
        certificates.StatusList().set(held),
        valid_from=valid_from,
        valid_until=valid_from + LASTS,
    )
    return certificates.sign_badge(document, key, signed_at)


def _purpose(word: str) -> StatusPurpose:
    return "revocation" if word == "revocation" else "suspension"
