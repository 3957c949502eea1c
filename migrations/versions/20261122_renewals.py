"""Currency dates in columns, renewals with their items, and reminders.

What was attested before gets its row from its own document.

Revision ID: 20261122_renewals
Revises: 20261122_register
"""

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_renewals"
down_revision = "20261122_register"
branch_labels = None
depends_on = None

APPEND_ONLY = ("currencies", "renewals", "renewal_reminders", "reminder_choices")


def upgrade() -> None:
    currencies()
    renewals()
    items()
    reminders()
    date_what_was_attested()
    for table in APPEND_ONLY:
        refuse_change(table)


def currencies() -> None:
    op.create_table(
        "currencies",
        sa.Column("credential_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("current_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_currencies_credential_id_credentials"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_currencies_release_id_releases")
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_currencies")),
    )
    op.create_index(op.f("ix_currencies_current_until"), "currencies", ["current_until"])


def _of_a_learner(table: str) -> list[sa.schema.SchemaItem]:
    """The columns by which a cycle of somebody's credential for a course is known."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(length=80), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f(f"fk_{table}_programme_id_programmes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def renewals() -> None:
    op.create_table(
        "renewals",
        *_of_a_learner("renewals"),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint("cycle >= 2", name=op.f("ck_renewals_renewals_lead_to_a_later_cycle")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_renewals_release_id_releases")
        ),
        sa.UniqueConstraint(
            "account_id",
            "programme_id",
            "course_slug",
            "cycle",
            name="one_renewal_per_learner_course_and_cycle",
        ),
    )


def items() -> None:
    op.create_table(
        "renewal_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("renewal_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("asked_at", lms.db.Instant(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("answered_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "slot >= 1 AND number >= 1", name=op.f("ck_renewal_items_counted_from_one")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_right IS NULL)",
            name=op.f("ck_renewal_items_an_answer_is_right_or_not"),
        ),
        sa.ForeignKeyConstraint(
            ["renewal_id"], ["renewals.id"], name=op.f("fk_renewal_items_renewal_id_renewals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_items")),
        sa.UniqueConstraint("renewal_id", "slot", "number", name="items_of_a_slot_are_numbered"),
    )
    open_ones = sa.text("answered_at IS NULL")
    op.create_index(
        "one_open_item_of_a_slot",
        "renewal_items",
        ["renewal_id", "slot"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )


def reminders() -> None:
    op.create_table(
        "renewal_reminders",
        *_of_a_learner("renewal_reminders"),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("written_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "days IN (90, 60, 30, 7)",
            name=op.f("ck_renewal_reminders_days_of_reminders_are_known"),
        ),
        sa.UniqueConstraint(
            "account_id",
            "programme_id",
            "course_slug",
            "cycle",
            "days",
            name="each_reminder_of_a_cycle_once",
        ),
    )
    op.create_table(
        "reminder_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", lms.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_reminder_choices_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_choices")),
    )
    op.create_index(op.f("ix_reminder_choices_account_id"), "reminder_choices", ["account_id"])


def date_what_was_attested() -> None:
    """Give each credential its row, from its document and the release of its cohort."""
    connection = op.get_bind()
    known = connection.execute(
        sa.text(
            "SELECT credentials.id, credentials.document, cohorts.release_id FROM credentials "
            "JOIN enrolments ON enrolments.id = credentials.enrolment_id "
            "JOIN cohorts ON cohorts.id = enrolments.cohort_id ORDER BY credentials.id"
        )
    ).all()
    rows = [
        {
            "credential_id": row.id,
            "release_id": row.release_id,
            "current_until": date.fromisoformat(json.loads(row.document)["current_until"]),
        }
        for row in known
    ]
    if rows:
        table = sa.table(
            "currencies",
            sa.column("credential_id", sa.Integer),
            sa.column("release_id", sa.Integer),
            sa.column("current_until", sa.Date),
        )
        connection.execute(sa.insert(table), rows)


def refuse_change(table: str) -> None:
    """Make the database itself refuse to change or remove a row."""
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
    for table in ("reminder_choices", "renewal_reminders", "renewal_items"):
        op.drop_table(table)
    op.drop_table("renewals")
    op.drop_table("currencies")
