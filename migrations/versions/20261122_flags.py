"""Flags of who is at risk, their rules, what was done about them, and notes on learners.

Revision ID: 20261122_flags
Revises: 20261122_seat_states
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_flags"
down_revision = "20261122_seat_states"
branch_labels = None
depends_on = None

APPEND_ONLY = ("risk_flag_acts", "learner_notes")
TABLES = (
    "cohort_watches",
    "attempt_readings",
    "learner_notes",
    "risk_flag_acts",
    "risk_flags",
    "risk_rules",
)
RULE_IS_KNOWN = "rule IN ('safety', 'certain', 'window', 'behind', 'silent')"


def upgrade() -> None:
    op.create_table(
        "risk_rules",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", lms.db.Instant(), nullable=False),
        check("risk_rules", "rule_is_known", RULE_IS_KNOWN),
        check("risk_rules", "number_up_to_a_year", "number BETWEEN 1 AND 365"),
        reference("risk_rules", "programme_id", "programmes"),
        reference("risk_rules", "set_by", "accounts"),
        sa.PrimaryKeyConstraint("programme_id", "rule", name=op.f("pk_risk_rules")),
    )
    flags()
    acts()
    notes()
    readings()
    for table in APPEND_ONLY:
        refuse_changes(table)


def flags() -> None:
    op.create_table(
        "risk_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("opened_at", lms.db.Instant(), nullable=False),
        sa.Column("closed_at", lms.db.Instant(), nullable=True),
        check("risk_flags", "rule_is_known", RULE_IS_KNOWN),
        check("risk_flags", "flag_closes_after_it_opened", "closed_at >= opened_at"),
        reference("risk_flags", "enrolment_id", "enrolments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_flags")),
    )
    op.create_index("ix_risk_flags_of_a_learner", "risk_flags", ["enrolment_id", "id"])
    op.create_index(
        "one_open_flag_of_a_cause",
        "risk_flags",
        ["enrolment_id", "rule", "subject"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def acts() -> None:
    op.create_table(
        "risk_flag_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flag_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("again_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=False),
        sa.Column("done_at", lms.db.Instant(), nullable=False),
        *(
            check("risk_flag_acts", name, sentence)
            for name, sentence in {
                "act_is_known": "kind IN ('owner', 'note', 'outcome')",
                "only_an_outcome_has_one": "(kind = 'outcome') = (outcome IS NOT NULL)",
                "outcome_is_known": "outcome IN "
                "('contacted', 'plan', 'extension', 'teaching', 'no-action')",
                "only_an_outcome_asks_again": "kind = 'outcome' OR again_on IS NULL",
                "only_an_owner_act_names_one": "kind = 'owner' OR owner_id IS NULL",
                "note_says_something": "kind <> 'note' OR length(trim(words)) > 0",
                "words_are_not_too_long": "length(words) <= 2000",
            }.items()
        ),
        reference("risk_flag_acts", "flag_id", "risk_flags"),
        reference("risk_flag_acts", "owner_id", "accounts"),
        reference("risk_flag_acts", "done_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_flag_acts")),
    )
    op.create_index(op.f("ix_risk_flag_acts_flag_id"), "risk_flag_acts", ["flag_id"])


def notes() -> None:
    op.create_table(
        "learner_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", lms.db.Instant(), nullable=False),
        check("learner_notes", "note_says_something", "length(trim(words)) > 0"),
        check("learner_notes", "words_are_not_too_long", "length(words) <= 2000"),
        reference("learner_notes", "enrolment_id", "enrolments"),
        reference("learner_notes", "written_by", "accounts"),
        sa.UniqueConstraint("enrolment_id", "ticket", name="one_staff_note_per_form_sent"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_notes")),
    )


def readings() -> None:
    op.create_table(
        "attempt_readings",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        reference("attempt_readings", "attempt_id", "attempts"),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_attempt_readings")),
    )
    op.create_table(
        "cohort_watches",
        sa.Column("cohort_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("watched_at", lms.db.Instant(), nullable=False),
        reference("cohort_watches", "cohort_id", "cohorts"),
        sa.PrimaryKeyConstraint("cohort_id", name=op.f("pk_cohort_watches")),
    )


def check(table: str, name: str, sentence: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sentence, name=op.f(f"ck_{table}_{name}"))


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def refuse_changes(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
