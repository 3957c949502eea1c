"""Colleagues who are invited in tests, and a link of theirs that is known."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.faculty import RoleInvitation
from lms.services import accounts, faculty
from lms.services.faculty import Called
from tests.cast import Cast

LINK = "a-link-for-a-colleague"


def call_in(session: Session, cast: Cast, now: datetime) -> None:
    """Northgate waits for a colleague, who may come by LINK."""
    called = Called("vera@clinic.example", "educator", full_name="Vera Nyström")
    faculty.invite(
        session, cast.northgate, called, public_url="https://pat.example", by=cast.ada, now=now
    )
    invited = sa.update(RoleInvitation).where(RoleInvitation.email == called.email)
    session.execute(invited.values(token_hash=accounts.hash_token(LINK)))
