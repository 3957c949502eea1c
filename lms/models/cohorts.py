"""Tables of cohorts and of who is enrolled in them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class Cohort(Base):
    """A group that learns one release of a course between two dates.

    Without `cadence_weeks` the plan spreads the minutes evenly; without `capacity` everybody who
    may enrol finds a place.
    """

    __tablename__ = "cohorts"
    __table_args__ = (
        sa.UniqueConstraint(
            "programme_id", "title", name="cohort_titles_differ_within_a_programme"
        ),
        sa.CheckConstraint("due_on > starts_on", name="due_after_start"),
        sa.CheckConstraint("cadence_weeks BETWEEN 1 AND 52", name="cadence_up_to_a_year"),
        sa.CheckConstraint("capacity BETWEEN 1 AND 100000", name="capacity_for_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    starts_on: Mapped[date]
    due_on: Mapped[date]
    enrols_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    cadence_weeks: Mapped[int | None]
    capacity: Mapped[int | None]
    has_waiting_list: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class RequiredModule(Base):
    """A module on the plan of a cohort; a cohort without any has them all on it."""

    __tablename__ = "cohort_required_modules"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"), primary_key=True)
    module_key: Mapped[str] = mapped_column(sa.String(120), primary_key=True)


class CohortFaculty(Base):
    """Somebody with a role in the programme who teaches this cohort."""

    __tablename__ = "cohort_faculty"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), primary_key=True)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)


class DueRuleRecord(Base):
    """A day of its own for a module of a cohort: on a date, or days after somebody's first day."""

    __tablename__ = "cohort_due_rules"
    __table_args__ = (
        sa.CheckConstraint("(due_on IS NULL) <> (days IS NULL)", name="a_day_or_days_not_both"),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name="days_up_to_ten_years"),
    )

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"), primary_key=True)
    module_key: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    due_on: Mapped[date | None]
    days: Mapped[int | None]


class Enrolment(Base):
    """One learner's place in one cohort; `state` is what the last of its acts made of it."""

    __tablename__ = "enrolments"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "account_id", name="one_enrolment_per_learner_and_cohort"),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'withdrawn')", name="seat_state_is_known"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(sa.String(10), default="active", server_default="active")


class EnrolmentAct(Base):
    """Something done to a place: paused, resumed, withdrawn, taken again, moved; append-only.

    A place without acts has been active in one cohort since the enrolment.
    """

    __tablename__ = "enrolment_acts"
    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('pause', 'resume', 'withdraw', 'rejoin', 'move')", name="act_is_known"
        ),
        sa.CheckConstraint(
            "(kind = 'move') = (from_cohort_id IS NOT NULL AND to_cohort_id IS NOT NULL)",
            name="a_move_names_both_cohorts",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    from_cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohorts.id"))
    to_cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohorts.id"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    done_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    done_at: Mapped[datetime] = mapped_column(Instant)


class DueExtension(Base):
    """More time for one learner, in a module or the whole course; append-only.

    Of those for the same module, or for the course, the last one counts; without a day it takes
    the earlier one back.
    """

    __tablename__ = "due_extensions"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    module_key: Mapped[str | None] = mapped_column(sa.String(120))
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.String(500))
    granted_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    granted_at: Mapped[datetime] = mapped_column(Instant)


class WaitingPlace(Base):
    """Somebody who waits for a place in a full cohort; first come, first served."""

    __tablename__ = "waiting_places"
    __table_args__ = (
        sa.CheckConstraint(
            "outcome IN ('enrolled', 'left', 'removed')", name="waiting_ends_in_a_known_way"
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="an_end_has_an_outcome"),
        sa.Index(
            "ix_waiting_places_one_open_per_person_and_cohort",
            "cohort_id",
            "account_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    joined_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(sa.String(10))


class Invitation(Base):
    """A code, and the link made of it, with which some people may join a cohort until a moment.

    Only a keyed hash of the code is kept, and its last letters to tell codes apart.
    """

    __tablename__ = "cohort_invitations"
    __table_args__ = (
        sa.CheckConstraint("most_uses BETWEEN 1 AND 1000", name="uses_up_to_a_thousand"),
        sa.CheckConstraint("uses BETWEEN 0 AND most_uses", name="never_used_too_often"),
        sa.CheckConstraint("expires_at > made_at", name="expires_after_it_was_made"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"), index=True)
    label: Mapped[str] = mapped_column(sa.String(80))
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hint: Mapped[str] = mapped_column(sa.String(4))
    most_uses: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class InvitationUse(Base):
    """Who joined, or began to wait, by an invitation; once each, append-only."""

    __tablename__ = "invitation_uses"

    invitation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("cohort_invitations.id"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(Instant)
