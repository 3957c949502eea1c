"""Links that a holder gives away: to chosen credentials, for a time, and until they end them."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.sharing import SharedCredential, ShareLink, ShownName
from lms.services import accounts, credentials
from lms.services.sharing.look_ups import look_ups_of_links

TOKEN_BYTES = 24
"""192 random bits: a link cannot be guessed."""
LASTS_DAYS = (7, 30, 90)
MOST_OPEN_LINKS = 20
LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link as its maker sees it; the token itself was shown once and is not kept."""

    id: int
    label: str
    shown_name: ShownName
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    credential_ids: tuple[int, ...]
    look_ups: tuple[tuple[date, int], ...]

    def is_open(self, now: datetime) -> bool:
        """Whether it still leads somewhere."""
        return self.ended_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What a link shows to whoever holds it."""

    id: int
    account_id: int
    shown_name: ShownName
    expires_at: datetime
    found: tuple[credentials.Attested, ...]


def make_link(
    session: Session,
    account_id: int,
    *,
    serials: list[str],
    shown_name: ShownName,
    label: str,
    days: int,
    now: datetime,
) -> str:
    """Make a link to some of the holder's own credentials; return its token, this once.

    Refused without a credential, for a span that is not offered, or beside twenty open links; a
    credential of somebody else is not found.
    """
    if days not in LASTS_DAYS:
        raise Refused("Choose one of the offered spans of time.")
    if not serials:
        raise Refused("Choose at least one credential.")
    db.lock(session)
    # The maker's row, so that two links made at once are counted one after the other.
    session.scalars(
        sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)
    ).one()
    own = {each.credential.serial: each.id for each in _held(session, account_id, now)}
    if not set(serials) <= set(own):
        raise NotFound()
    still_open = (
        sa.select(sa.func.count())
        .select_from(ShareLink)
        .where(
            ShareLink.account_id == account_id,
            ShareLink.ended_at.is_(None),
            ShareLink.expires_at > now,
        )
    )
    if (session.scalar(still_open) or 0) >= MOST_OPEN_LINKS:
        raise Refused(f"You have {MOST_OPEN_LINKS} open links. End one you no longer need first.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = ShareLink(
        account_id=account_id,
        token_hash=accounts.hash_token(token),
        label=" ".join(label.split()),
        shown_name=shown_name,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(link)
    session.flush()
    session.add_all(
        SharedCredential(link_id=link.id, credential_id=own[serial])
        for serial in dict.fromkeys(serials)
    )
    session.flush()
    return token


def list_links(session: Session, account_id: int) -> list[SharedLink]:
    """Return the links that somebody has made, the latest first, with their look-ups."""
    links = list(
        session.scalars(
            sa.select(ShareLink)
            .where(ShareLink.account_id == account_id)
            .order_by(ShareLink.id.desc())
        )
    )
    ids = [link.id for link in links]
    shown: dict[int, list[int]] = {}
    for row in session.execute(
        sa.select(SharedCredential.link_id, SharedCredential.credential_id)
        .where(SharedCredential.link_id.in_(ids))
        .order_by(SharedCredential.credential_id)
    ):
        shown.setdefault(row.link_id, []).append(row.credential_id)
    look_ups = look_ups_of_links(session, ids)
    return [
        SharedLink(
            id=link.id,
            label=link.label,
            shown_name=link.shown_name,
            created_at=link.created_at,
            expires_at=link.expires_at,
            ended_at=link.ended_at,
            credential_ids=tuple(shown.get(link.id, ())),
            look_ups=tuple(look_ups.get(link.id, ())),
        )
        for link in links
    ]


def end_link(session: Session, account_id: int, link_id: int, now: datetime) -> None:
    """End a link of one's own at once; one that has ended stays as it is."""
    db.lock(session)
    link = session.scalars(
        sa.select(ShareLink)
        .where(ShareLink.id == link_id, ShareLink.account_id == account_id)
        .with_for_update()
    ).one_or_none()
    if link is None:
        raise NotFound()
    if link.ended_at is None:
        link.ended_at = now
    session.flush()


def find_open_link(session: Session, token: str, now: datetime) -> OpenLink | None:
    """Return what a link shows; None alike for unknown, malformed, expired and ended ones."""
    # What is sought is the hash, so that the time of the search tells nothing of the token.
    wanted = accounts.hash_token(token[:LONGEST_TOKEN])
    rows = session.execute(
        sa.select(
            ShareLink.id,
            ShareLink.account_id,
            ShareLink.shown_name,
            ShareLink.expires_at,
            SharedCredential.credential_id,
        )
        .join(SharedCredential, SharedCredential.link_id == ShareLink.id)
        .where(
            ShareLink.token_hash == wanted,
            ShareLink.ended_at.is_(None),
            ShareLink.expires_at > now,
        )
    ).all()
    if not rows:
        return None
    chosen = {row.credential_id for row in rows}
    held = _held(session, rows[0].account_id, now)
    return OpenLink(
        id=rows[0].id,
        account_id=rows[0].account_id,
        shown_name=rows[0].shown_name,
        expires_at=rows[0].expires_at,
        found=tuple(each for each in held if each.id in chosen),
    )


def _held(session: Session, account_id: int, now: datetime) -> list[credentials.Attested]:
    return credentials.list_of_holder(session, account_id, now)
