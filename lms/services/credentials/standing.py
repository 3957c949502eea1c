"""Where a renewal stands: its window, what it asks for, what is there, and what is missing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
from lms.models.catalogue import Release
from lms.models.credentials import CredentialRecord
from lms.models.renewals import Renewal
from lms.services import catalogue
from lms.services.credentials import rechecks
from lms.services.credentials.attested import (
    Attested,
    SinceEarned,
    list_of_ids,
    own_credential_for,
)
from lms.services.credentials.currency import rule_of, today_of, window_of
from lms.services.credentials.elsewhere import Learned, list_learned
from lms.services.credentials.storing import Issue, Track, list_issues

State = Literal["early", "open", "closed", "renewed", "barred"]

# What may be followed by another cycle; the rest waits for the people who decided it.
RENEWABLE = ("valid", "update-outstanding", "past-currency")


@dataclass(frozen=True, slots=True)
class Begun:
    """A renewal that its holder began: on which release, and when."""

    id: int
    release_id: int
    seed: int
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A renewal as it stands today, on the programme's clocks.

    "early" waits for the window, "closed" is too late for anything but the course itself,
    "renewed" has a later cycle (`successor`), "barred" is suspended, revoked or superseded.
    `until` is the currency date that a renewal today would give. `items_asked` counts the items of
    the re-check, `items_resolved` those answered rightly; before it is begun none is.
    """

    held: Attested
    track: Track
    state: State
    today: date
    window: certificates.RenewalWindow
    until: date
    rule: certificates.CurrencyRule
    release_id: int
    release_label: str
    begun: Begun | None
    successor: str | None
    updates: tuple[SinceEarned, ...]
    items_asked: int
    items_resolved: int
    minutes_asked: int
    learned: tuple[Learned, ...]

    @property
    def minutes_learned(self) -> int:
        """Minutes of continuing education that count."""
        return sum(each.minutes for each in self.learned if each.counts == "counts")

    @property
    def is_late(self) -> bool:
        """Whether the currency date is past, so that the new period runs from the renewal."""
        return self.window.is_late(self.today)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What is still missing, each by its kind; empty once nothing is.

        Kinds are "window", "begin", "updates", "recheck" and "hours".
        """
        missing = {
            "window": self.state != "open",
            "begin": self.begun is None,
            "updates": bool(self.updates),
            "recheck": self.items_resolved < self.items_asked,
            "hours": self.minutes_learned < self.minutes_asked,
        }
        return tuple(kind for kind, is_missing in missing.items() if is_missing)

    @property
    def is_complete(self) -> bool:
        """Whether a new cycle may begin now."""
        return not self.waits_for


def standing_for(session: Session, account_id: int, serial: str, now: datetime) -> Standing:
    """Return where the renewal of a holder's own credential stands, or refuse."""
    return standing_of(session, own_credential_for(session, account_id, serial, now), now)


def standing_of(session: Session, held: Attested, now: datetime) -> Standing:
    """Return where the renewal of a credential stands."""
    track = track_of(session, held)
    issues = list_issues(session, track)
    successor = next((each for each in issues if each.cycle > held.cycle), None)
    today = today_of(session, held.programme_id, now)
    window = window_of(session, held)
    begun = find_begun(session, track, held.cycle + 1)
    content = catalogue.release(
        session, begun.release_id if begun else _newest(session, track.course_slug)
    )
    asks, rule = content.course.renewal, rule_of(content.course)
    items = rechecks.list_asked(session, begun.id, content) if begun else ()
    return Standing(
        held=held,
        track=track,
        state=_state(held, successor, window, today),
        today=today,
        window=window,
        until=certificates.current_until(rule, today, held.credential.current_until),
        rule=rule,
        release_id=content.id,
        release_label=content.label,
        begun=begun,
        successor=successor.serial if successor else None,
        updates=tuple(each for each in held.updates if each.is_required and each.done_at is None),
        items_asked=len(items) if begun else rechecks.count_items(content),
        items_resolved=sum(each.is_right is True for each in items),
        minutes_asked=asks.ce_minutes,
        learned=_learned(session, held, asks, today),
    )


def chain_of(session: Session, standing: Standing, now: datetime) -> list[Attested]:
    """Return the cycles of a credential, the first one first, each as it was issued last."""
    latest: dict[int, int] = {}
    for each in list_issues(session, standing.track):
        latest.setdefault(each.cycle, each.id)
    found = list_of_ids(session, list(latest.values()), now)
    return sorted(found, key=lambda each: each.cycle)


def _state(
    held: Attested, successor: Issue | None, window: certificates.RenewalWindow, today: date
) -> State:
    if successor is not None:
        return "renewed"
    if held.verdict.status not in RENEWABLE:
        return "barred"
    if today < window.opens_on:
        return "early"
    return "open" if window.is_open(today) else "closed"


def track_of(session: Session, held: Attested) -> Track:
    """Return what the cycles of a credential are counted by."""
    slug = sa.select(CredentialRecord.course_slug).where(CredentialRecord.id == held.id)
    return Track(held.account_id, held.programme_id, session.scalars(slug).one())


def find_begun(session: Session, track: Track, cycle: int) -> Begun | None:
    """Return the renewal that leads to a cycle, if its holder has begun it."""
    query = sa.select(Renewal.id, Renewal.release_id, Renewal.seed, Renewal.begun_at).where(
        Renewal.account_id == track.account_id,
        Renewal.programme_id == track.programme_id,
        Renewal.course_slug == track.course_slug,
        Renewal.cycle == cycle,
    )
    row = session.execute(query).one_or_none()
    return Begun(*row) if row else None


def _newest(session: Session, course_slug: str) -> int:
    newest = sa.select(sa.func.max(Release.id)).where(Release.course_slug == course_slug)
    return session.scalars(newest).one()


def _learned(
    session: Session, held: Attested, asks: courses.RenewalAsks, today: date
) -> tuple[Learned, ...]:
    if not asks.ce_minutes:
        return ()
    since = held.credential.completed_on
    return list_learned(session, held.account_id, held.programme_id, since, today)
