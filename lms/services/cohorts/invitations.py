"""Invitations: codes, and links made of them, that let some people join a cohort for a while."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Invitation, InvitationUse
from lms.services import audit
from lms.services.cohorts.enrolling import Taken, take_place
from lms.services.cohorts.room import lock_cohort
from lms.services.cohorts.runs import RunCohort

# Crockford's base 32: no letter that can be taken for a digit, none that spells a word.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
"""60 random bits: with wrong codes limited by the minute, none is ever guessed."""
LOOKS_LIKE = str.maketrans("OIL", "011")
MOST_USES = 1000
LONGEST_DAYS = 366
MOST_OPEN = 50
_USED_UP = "This invitation has let in as many people as it may. Ask the programme for another one."


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation as staff see it: never the code, which was shown once."""

    id: int
    label: str
    hint: str
    uses: int
    most_uses: int
    made_by: str
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    def last_on(self, zone: str) -> date:
        """Return the last day on which it lets somebody in, on the programme's calendar."""
        return last_day_of(self.expires_at, zone)

    def is_open(self, now: datetime) -> bool:
        """Whether it still lets somebody in."""
        return self.ended_at is None and now < self.expires_at and self.uses < self.most_uses


@dataclass(frozen=True, slots=True)
class Invited:
    """What somebody with a code is invited to."""

    invitation_id: int
    cohort_id: int
    cohort_title: str
    programme_name: str
    programme_slug: str
    time_zone: str
    starts_on: date
    due_on: date
    expires_at: datetime

    @property
    def last_on(self) -> date:
        """The last day on which it lets somebody in, on the programme's calendar."""
        return last_day_of(self.expires_at, self.time_zone)


def last_day_of(moment: datetime, zone: str) -> date:
    """Return the last day of which any part lies before a moment."""
    return (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def make_invitation(
    session: Session,
    cohort: RunCohort,
    secret: str,
    *,
    label: str,
    most_uses: int,
    expires_at: datetime,
    by: int,
    now: datetime,
) -> str:
    """Make an invitation into a cohort; return its code, this once: only a hash is kept."""
    if not 1 <= most_uses <= MOST_USES:
        raise Refused(f"An invitation lets between 1 and {MOST_USES} people in.")
    if not now < expires_at <= now + timedelta(days=LONGEST_DAYS):
        raise Refused("An invitation ends after today and within a year.")
    lock_cohort(session, cohort.id)
    still_open = (
        sa.select(sa.func.count())
        .select_from(Invitation)
        .where(
            Invitation.cohort_id == cohort.id,
            Invitation.ended_at.is_(None),
            Invitation.expires_at > now,
            Invitation.uses < Invitation.most_uses,
        )
    )
    if session.scalars(still_open).one() >= MOST_OPEN:
        raise Refused(f"There are {MOST_OPEN} open invitations. End one that is not needed.")
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    invitation = Invitation(
        cohort_id=cohort.id,
        label=label,
        code_hash=_hash(code, secret),
        hint=code[-4:],
        most_uses=most_uses,
        made_by=by,
        made_at=now,
        expires_at=expires_at,
    )
    session.add(invitation)
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="invitation.made",
        subject=f"invitation {invitation.id}",
        detail={
            "cohort": cohort.title,
            "label": label,
            "people": most_uses,
            "until": expires_at.isoformat(),
        },
    )
    return "-".join(code[place : place + 4] for place in range(0, LENGTH, 4))


def find_invited(
    session: Session, code: str, secret: str, now: datetime, account_id: int | None = None
) -> Invited:
    """Return what a code invites to; NotFound for no such code, Refused for one that is over.

    Whoever has used it (`account_id`) may come back to it when it is used up.
    """
    query = (
        sa.select(
            Invitation.id,
            Cohort.id,
            Cohort.title,
            Programme.name,
            Programme.slug,
            Programme.time_zone,
            Cohort.starts_on,
            Cohort.due_on,
            Invitation.expires_at,
            Invitation.ended_at,
            Invitation.uses < Invitation.most_uses,
        )
        .join(Cohort, Cohort.id == Invitation.cohort_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Invitation.code_hash == _hash(tidy_code(code), secret))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound("There is no invitation with this code. Compare it with the one you got.")
    *values, ended_at, has_uses = found
    invited = Invited(*values)
    if ended_at is not None or now >= invited.expires_at:
        raise Refused("This invitation has ended. Ask the programme for another one.")
    if not has_uses and (
        account_id is None
        or session.get(InvitationUse, (invited.invitation_id, account_id)) is None
    ):
        raise Refused(_USED_UP)
    return invited


def accept(session: Session, account_id: int, code: str, secret: str, now: datetime) -> Taken:
    """Join the cohort that a code invites to, or its queue; a code counts once for a person.

    However many come at once with the same code, it lets in no more than it says.
    """
    invited = find_invited(session, code, secret, now, account_id)
    lock_cohort(session, invited.cohort_id)
    used = session.get(InvitationUse, (invited.invitation_id, account_id))
    today = now.astimezone(ZoneInfo(invited.time_zone)).date()
    taken = take_place(
        session,
        account_id=account_id,
        cohort_id=invited.cohort_id,
        now=now,
        today=today,
        is_invited=True,
    )
    if used is None:
        _count(session, invited, account_id, now)
    return taken


def _count(session: Session, invited: Invited, account_id: int, now: datetime) -> None:
    counted = session.scalar(
        sa.update(Invitation)
        .where(
            Invitation.id == invited.invitation_id,
            Invitation.uses < Invitation.most_uses,
            Invitation.ended_at.is_(None),
        )
        .values(uses=Invitation.uses + 1)
        .returning(Invitation.id)
    )
    if counted is None:
        raise Refused(_USED_UP)
    session.add(
        InvitationUse(invitation_id=invited.invitation_id, account_id=account_id, used_at=now)
    )
    session.flush()


def end_invitation(
    session: Session, cohort: RunCohort, invitation_id: int, *, by: int, now: datetime
) -> None:
    """Let an invitation let nobody in any more; who has joined by it stays."""
    lock_cohort(session, cohort.id)
    ended = session.scalar(
        sa.update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.cohort_id == cohort.id,
            Invitation.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(Invitation.label)
    )
    if ended is None:
        raise NotFound("This invitation has ended already. Reload the page.")
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="invitation.ended",
        subject=f"invitation {invitation_id}",
        detail={"cohort": cohort.title, "label": ended},
    )


def list_invitations(session: Session, cohort_id: int) -> list[InvitationLine]:
    """Return the latest two hundred invitations into a cohort, the latest first."""
    query = (
        sa.select(
            Invitation.id,
            Invitation.label,
            Invitation.hint,
            Invitation.uses,
            Invitation.most_uses,
            Account.full_name,
            Invitation.made_at,
            Invitation.expires_at,
            Invitation.ended_at,
        )
        .join(Account, Account.id == Invitation.made_by)
        .where(Invitation.cohort_id == cohort_id)
        .order_by(Invitation.id.desc())
        .limit(200)
    )
    return [InvitationLine(*row) for row in session.execute(query)]


def tidy_code(code: str) -> str:
    """Return the bare code of what somebody typed: case, spaces and look-alikes do not matter."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return bare.translate(LOOKS_LIKE)[: LENGTH + 1]


def _hash(code: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"invitation {code}".encode(), hashlib.sha256).hexdigest()
