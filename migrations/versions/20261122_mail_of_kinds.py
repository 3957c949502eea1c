"""Mail of kinds: what leaves once and when, who wants which, quiet hours, what came back.

What was written before is mail about accounts: it was sent whatever its reader wished. What had
been given up on is marked as failed.

Revision ID: 20261122_mail_of_kinds
Revises: 20261122_credits
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_mail_of_kinds"
down_revision = "20261122_credits"
branch_labels = None
depends_on = None

APPEND_ONLY = ("mail_choices", "address_acts")
KINDS = ("account", "credential", "learning", "reminder", "announcement", "report")
WAITING = "sent_at IS NULL AND withheld_at IS NULL AND failed_at IS NULL"
CHECKS = {
    "kind_of_mail_is_known": f"kind IN {KINDS}",
    "reason_to_withhold_known": "withheld_because IN "
    "('unsubscribed', 'bounced', 'recalled', 'gathered')",
    "withheld_with_its_reason": "(withheld_at IS NULL) = (withheld_because IS NULL)",
    "sent_withheld_or_failed_not_two": "sent_at IS NULL OR "
    "(withheld_at IS NULL AND failed_at IS NULL)",
}
REFERENCES = {"account_id": "accounts", "programme_id": "programmes", "gathered_into": "outbox"}


def columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False, server_default="account"),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("send_after", lms.db.Instant(), nullable=True),
        sa.Column("in_digest", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("gathered_into", sa.Integer(), nullable=True),
        sa.Column("withheld_at", lms.db.Instant(), nullable=True),
        sa.Column("withheld_because", sa.String(length=12), nullable=True),
        sa.Column("failed_at", lms.db.Instant(), nullable=True),
    ]


def upgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        for column in columns():
            outbox.add_column(column)
        outbox.create_unique_constraint("one_message_of_a_key", ["key"])
        for name, sentence in CHECKS.items():
            outbox.create_check_constraint(op.f(f"ck_outbox_{name}"), sentence)
        for name, other in REFERENCES.items():
            outbox.create_foreign_key(op.f(f"fk_outbox_{name}_{other}"), other, [name], ["id"])
    op.create_index(op.f("ix_outbox_account_id"), "outbox", ["account_id"])
    op.create_index(op.f("ix_outbox_programme_id"), "outbox", ["programme_id"])
    op.execute(
        "UPDATE outbox SET failed_at = coalesce(claimed_at, written_at) "
        "WHERE sent_at IS NULL AND tries >= 8"
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["id"],
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )
    choices()
    quiet_hours()
    address_acts()
    for table in APPEND_ONLY:
        refuse_changes(table)


def choices() -> None:
    op.create_table(
        "mail_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("choice", sa.String(length=6), nullable=False),
        sa.Column("chosen_at", lms.db.Instant(), nullable=False),
        check("mail_choices", "kind_leaves_a_choice", f"kind IN {KINDS[2:]}"),
        check("mail_choices", "choice_of_mail_is_known", "choice IN ('each', 'daily', 'none')"),
        reference("mail_choices", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_choices")),
    )
    op.create_index("ix_mail_choices_of_a_person", "mail_choices", ["account_id", "kind", "id"])


def quiet_hours() -> None:
    op.create_table(
        "quiet_hours",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("digest_at", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", lms.db.Instant(), nullable=False),
        *(
            check("quiet_hours", f"{name}_is_within_a_day", f"{name} BETWEEN 0 AND 1439")
            for name in ("begins", "ends", "digest_at")
        ),
        reference("quiet_hours", "programme_id", "programmes"),
        reference("quiet_hours", "set_by", "accounts"),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_quiet_hours")),
    )


def address_acts() -> None:
    op.create_table(
        "address_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=True),
        sa.Column("detail", sa.String(length=300), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("at", lms.db.Instant(), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=True),
        check("address_acts", "act_on_address_is_known", "act IN ('bounced', 'cleared')"),
        check("address_acts", "address_is_lower_case", "address = lower(address)"),
        reference("address_acts", "message_id", "outbox"),
        reference("address_acts", "done_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_acts")),
    )
    op.create_index("ix_address_acts_of_an_address", "address_acts", ["address", "id"])


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
    for table in ("address_acts", "quiet_hours", "mail_choices"):
        op.drop_table(table)
    for index in ("ix_outbox_waiting", "ix_outbox_account_id", "ix_outbox_programme_id"):
        op.drop_index(index, "outbox")
    with op.batch_alter_table("outbox") as outbox:
        for name, other in REFERENCES.items():
            outbox.drop_constraint(op.f(f"fk_outbox_{name}_{other}"), type_="foreignkey")
        for name in CHECKS:
            outbox.drop_constraint(op.f(f"ck_outbox_{name}"), type_="check")
        outbox.drop_constraint("one_message_of_a_key", type_="unique")
        for column in columns():
            outbox.drop_column(column.name)
