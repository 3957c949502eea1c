"""Tables of what was done to credentials: proposals and their answers, acts, and appeals."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant

# Which reasons an act may have: the closed lists, held by the database too.
REASONS = {
    "revoke": ("issued-in-error", "misconduct", "holder-request"),
    "suspend": ("under-review", "requirement-open", "holder-request"),
    "reinstate": ("question-answered", "requirement-met", "holder-request", "appeal-allowed"),
    "reissue": ("name-changed", "detail-corrected", "restored-on-appeal"),
}
ON_APPEAL = ("appeal-allowed", "restored-on-appeal")


def reasons_of(kinds: dict[str, tuple[str, ...]]) -> str:
    """Return the SQL condition that a row's reason is one of those of its kind."""
    parts = [f"(kind = '{kind}' AND reason IN {reasons})" for kind, reasons in kinds.items()]
    return " OR ".join(parts)


_OF_ACTS = {("supersede" if kind == "reissue" else kind): each for kind, each in REASONS.items()}
_OF_PROPOSALS = {
    kind: tuple(reason for reason in each if reason not in ON_APPEAL)
    for kind, each in REASONS.items()
}


class ActProposal(Base):
    """What one administrator proposes to do to a credential; a second one answers it.

    `number` is one more than the answered proposals of the credential, so that a second one can
    not be entered while the first one waits. The names belong to a new issue only.
    """

    __tablename__ = "act_proposals"
    __table_args__ = (
        sa.UniqueConstraint("credential_id", "number", name="one_proposal_waits_per_credential"),
        sa.UniqueConstraint("id", "proposed_by", name="a_proposal_has_one_author"),
        sa.CheckConstraint(reasons_of(_OF_PROPOSALS), name="reason_belongs_to_the_act"),
        sa.CheckConstraint(
            "(kind = 'reissue') = (holder_name IS NOT NULL)", name="a_new_issue_names_its_holder"
        ),
        sa.CheckConstraint("length(trim(note)) > 0", name="proposal_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(30))
    note: Mapped[str] = mapped_column(sa.Text)
    holder_name: Mapped[str | None] = mapped_column(sa.String(120))
    holder_profession: Mapped[str | None] = mapped_column(sa.String(120))
    proposed_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)


class ProposalDecision(Base):
    """The answer to a proposal; the database itself keeps its author from approving it."""

    __tablename__ = "proposal_decisions"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["proposal_id", "proposed_by"],
            ["act_proposals.id", "act_proposals.proposed_by"],
            name="fk_proposal_decisions_proposal_and_author",
        ),
        sa.CheckConstraint(
            "outcome IN ('approved', 'declined', 'withdrawn')", name="outcome_is_known"
        ),
        sa.CheckConstraint(
            "(outcome = 'withdrawn') = (decided_by = proposed_by)",
            name="nobody_approves_their_own",
        ),
    )

    proposal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    proposed_by: Mapped[int]
    outcome: Mapped[str] = mapped_column(sa.String(10))
    words: Mapped[str] = mapped_column(sa.Text)
    decided_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(Instant)


class CredentialAct(Base):
    """What was done to a credential, for good: suspended, reinstated, superseded, revoked.

    `proposed_by` is empty only for revocations of the time before a second person was asked.
    """

    __tablename__ = "credential_acts"
    __table_args__ = (
        sa.UniqueConstraint("credential_id", "number", name="acts_on_a_credential_are_numbered"),
        sa.UniqueConstraint("proposal_id", name="a_proposal_is_carried_out_once"),
        sa.UniqueConstraint("successor_id", name="a_credential_takes_one_place"),
        sa.CheckConstraint("number >= 1", name="acts_counted_from_one"),
        sa.CheckConstraint(reasons_of(_OF_ACTS), name="reason_belongs_to_the_act"),
        sa.CheckConstraint(
            "(kind = 'supersede') = (successor_id IS NOT NULL)",
            name="a_superseded_one_has_a_successor",
        ),
        sa.CheckConstraint(
            "proposed_by IS NULL OR proposed_by <> done_by", name="two_people_act_together"
        ),
        sa.CheckConstraint(
            "proposed_by IS NOT NULL OR kind = 'revoke'", name="only_old_revocations_were_alone"
        ),
        sa.Index(
            "one_revocation_per_credential",
            "credential_id",
            unique=True,
            sqlite_where=sa.text("kind = 'revoke'"),
            postgresql_where=sa.text("kind = 'revoke'"),
        ),
        sa.Index(
            "one_succession_per_credential",
            "credential_id",
            unique=True,
            sqlite_where=sa.text("kind = 'supersede'"),
            postgresql_where=sa.text("kind = 'supersede'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(30))
    note: Mapped[str] = mapped_column(sa.Text)
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("credentials.id"))
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act_proposals.id"))
    proposed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    done_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    done_at: Mapped[datetime] = mapped_column(Instant)


class CredentialAppeal(Base):
    """A holder appeals the suspension or the revocation of their credential, once each."""

    __tablename__ = "credential_appeals"
    __table_args__ = (
        sa.CheckConstraint("length(trim(ground)) > 0", name="credential_appeal_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(sa.ForeignKey("credential_acts.id"), unique=True)
    ground: Mapped[str] = mapped_column(sa.Text)
    filed_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    filed_at: Mapped[datetime] = mapped_column(Instant)
    answer_by: Mapped[date]


class CredentialAppealStep(Base):
    """One step of such an appeal: looked into by one person, decided by another."""

    __tablename__ = "credential_appeal_steps"
    __table_args__ = (
        sa.UniqueConstraint("appeal_id", "kind", name="each_step_of_a_credential_appeal_once"),
        sa.UniqueConstraint("appeal_id", "taken_by", name="each_step_by_another_person"),
        sa.CheckConstraint("kind IN ('found', 'decided')", name="step_is_known"),
        sa.CheckConstraint("outcome IN ('upheld', 'changed')", name="outcome_is_known"),
        sa.CheckConstraint("length(trim(words)) > 0", name="step_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(sa.ForeignKey("credential_appeals.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    outcome: Mapped[str] = mapped_column(sa.String(10))
    words: Mapped[str] = mapped_column(sa.Text)
    taken_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    taken_at: Mapped[datetime] = mapped_column(Instant)
