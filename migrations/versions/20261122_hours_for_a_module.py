"""Minutes of a live session say which module they were held for; those before say nothing.

Revision ID: 20261122_hours_for_a_module
Revises: 20261122_role_invitations
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_hours_for_a_module"
down_revision = "20261122_role_invitations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hours", sa.Column("module_key", sa.String(length=80), nullable=True))
    op.create_index("ix_hours_of_a_learner", "hours", ["enrolment_id"])


def downgrade() -> None:
    op.drop_index("ix_hours_of_a_learner", table_name="hours")
    op.drop_column("hours", "module_key")
