"""When a learner was last seen is found without reading every place of theirs.

Revision ID: 20261122_when_places_seen
Revises: 20261122_saved_reports
"""

from alembic import op

revision = "20261122_when_places_seen"
down_revision = "20261122_saved_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_places_when_seen", "places", ["enrolment_id", "seen_at"])


def downgrade() -> None:
    op.drop_index("ix_places_when_seen", table_name="places")
