"""A programme's directors, lead educators, supervisors, auditors and site partners have roles.

Revision ID: 20261122_roles_of_a_programme
Revises: 20261122_observed_ratings
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_roles_of_a_programme"
down_revision = "20261122_observed_ratings"
branch_labels = None
depends_on = None

OLD = "role IN ('instructor', 'administrator')"
NEW = (
    "role IN ('director', 'administrator', 'educator', 'instructor', 'supervisor', "
    "'auditor', 'partner')"
)


def upgrade() -> None:
    know(OLD, NEW)


def downgrade() -> None:
    """Go back: who held a role that was not there before becomes what comes nearest, or nothing."""
    op.execute("UPDATE role_grants SET role = 'administrator' WHERE role = 'director'")
    op.execute("UPDATE role_grants SET role = 'instructor' WHERE role = 'educator'")
    op.execute("DELETE FROM role_grants WHERE role NOT IN ('instructor', 'administrator')")
    know(NEW, OLD)


def know(before: str, after: str) -> None:
    """Let `after` say which roles there are."""
    with op.batch_alter_table("role_grants", copy_from=grants(before)) as table:
        table.drop_constraint(op.f("ck_role_grants_role_is_known"), type_="check")
        table.create_check_constraint(op.f("ck_role_grants_role_is_known"), after)


# SQLite rewrites a table whose constraint changes; it is told what the table was, since it cannot
# read its own CHECK constraints back.


def grants(roles: str) -> sa.Table:
    return sa.Table(
        "role_grants",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("granted_at", lms.db.Instant(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(roles, name=op.f("ck_role_grants_role_is_known")),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{other}.id"], name=op.f(f"fk_role_grants_{name}_{other}")
            )
            for name, other in (
                ("account_id", "accounts"),
                ("programme_id", "programmes"),
                ("granted_by", "accounts"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
        sa.UniqueConstraint("account_id", "programme_id", name="one_role_per_person_and_programme"),
        sa.Index(op.f("ix_role_grants_programme_id"), "programme_id"),
    )
