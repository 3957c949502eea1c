"""Site partners: whom a learner lets see how they stand, and the little that a partner sees."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.acts import CredentialAct
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.faculty import PartnerConsent, PartnerSite
from lms.models.learning import LessonCompletion
from lms.services import accounts, audit
from lms.services.cohorts import Seat

PartnerStatus = Literal["withdrawn", "paused", "certified", "in-progress", "not-started"]
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """A site partner of a learner's programme, and whether the learner lets them see."""

    account_id: int
    name: str
    site: str
    may_see: bool


@dataclass(frozen=True, slots=True)
class Consented:
    """All that a partner sees of somebody."""

    name: str
    cohort: str
    status: PartnerStatus


def list_partners(session: Session, seat: Seat) -> list[PartnerLine]:
    """Return the site partners of a learner's programme by site, each with the learner's word."""
    query = (
        sa.select(
            Account.id,
            Account.full_name,
            sa.func.coalesce(PartnerSite.name, ""),
            sa.func.coalesce(_last_word(seat.enrolment_id), sa.false()),
        )
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .outerjoin(
            PartnerSite,
            sa.and_(
                PartnerSite.account_id == Account.id,
                PartnerSite.programme_id == RoleGrant.programme_id,
            ),
        )
        .where(RoleGrant.programme_id == seat.programme_id, RoleGrant.role == "partner")
        .order_by(PartnerSite.name, Account.full_name)
    )
    return [PartnerLine(row[0], row[1], row[2], bool(row[3])) for row in session.execute(query)]


def _last_word(enrolment: int | so.InstrumentedAttribute[int]) -> sa.ScalarSelect[bool]:
    """The last thing said about an enrolment to the partner who holds the enclosing grant.

    What was said before the partner held the role does not count: another person may ask anew.
    """
    return (
        sa.select(PartnerConsent.is_given)
        .where(
            PartnerConsent.enrolment_id == enrolment,
            PartnerConsent.partner_id == RoleGrant.account_id,
            PartnerConsent.said_at >= RoleGrant.granted_at,
        )
        .order_by(PartnerConsent.id.desc())
        .limit(1)
        .correlate(RoleGrant, Enrolment)
        .scalar_subquery()
    )


def say(session: Session, seat: Seat, partner_id: int, *, is_given: bool, now: datetime) -> None:
    """Let a partner see the learner's status from now on, or take that back at once."""
    db.lock(session)
    partner = next(
        (each for each in list_partners(session, seat) if each.account_id == partner_id), None
    )
    if partner is None:
        raise NotFound()
    if partner.may_see == is_given:
        return
    session.add(
        PartnerConsent(
            enrolment_id=seat.enrolment_id, partner_id=partner_id, is_given=is_given, said_at=now
        )
    )
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act="partner.consented" if is_given else "partner.refused",
        subject=f"enrolment {seat.enrolment_id}",
        detail={"partner": partner_id},
    )


def list_consented(session: Session, account_id: int, programme_id: int) -> list[Consented]:
    """Return to a partner whoever lets them see, by name: name, cohort and status, no more.

    Raises NotFound or Forbidden for anybody who is not a partner of the programme.
    """
    accounts.require_role(session, account_id, programme_id, "partner")
    query = (
        sa.select(Account.full_name, Cohort.title, _status())
        .select_from(Enrolment)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(
            RoleGrant,
            sa.and_(
                RoleGrant.programme_id == Cohort.programme_id,
                RoleGrant.account_id == account_id,
                RoleGrant.role == "partner",
            ),
        )
        .where(Cohort.programme_id == programme_id, _last_word(Enrolment.id))
        .order_by(Account.full_name, Enrolment.id)
    )
    return [
        Consented(row[0], row[1], cast(PartnerStatus, row[2])) for row in session.execute(query)
    ]


def _status() -> sa.ColumnElement[str]:
    undone = sa.exists().where(
        CredentialAct.credential_id == CredentialRecord.id, CredentialAct.kind == "revoke"
    )
    certified = sa.exists().where(CredentialRecord.enrolment_id == Enrolment.id, ~undone)
    begun = sa.exists().where(LessonCompletion.enrolment_id == Enrolment.id)
    return sa.case(
        (Enrolment.state != "active", Enrolment.state),
        (certified, sa.literal("certified")),
        (begun, sa.literal("in-progress")),
        else_=sa.literal("not-started"),
    )


def name_site(session: Session, programme_id: int, account_id: int, name: str) -> None:
    """Say for which site somebody is a partner; learners are shown it when they are asked."""
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME:
        raise Refused("Say for which site: learners are asked whether this site may see them.")
    session.merge(PartnerSite(programme_id=programme_id, account_id=account_id, name=words))
    session.flush()


def site_of(session: Session, programme_id: int, account_id: int) -> str:
    """Return the site for which somebody is a partner; empty when none is named."""
    row = session.get(PartnerSite, (programme_id, account_id))
    return "" if row is None else row.name


def list_own_programmes(session: Session, account_id: int) -> list[tuple[int, str, str]]:
    """Return (programme id, its name, role) of each that somebody visits from outside."""
    return [
        line
        for line in accounts.list_programme_roles(session, account_id)
        if line[2] in ("supervisor", "partner")
    ]
