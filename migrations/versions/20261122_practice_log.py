"""The practice log: sites, supervisors, rows nobody can change, signatures and links.

Revision ID: 20261122_practice_log
Revises: 20261122_flags
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_practice_log"
down_revision = "20261122_flags"
branch_labels = None
depends_on = None

TABLES = (
    "practice_links",
    "practice_acts",
    "practice_entries",
    "practice_supervisors",
    "practice_sites",
    "practice_switches",
)


def upgrade() -> None:
    switches()
    sites()
    supervisors()
    entries()
    acts()
    links()


def switches() -> None:
    op.create_table(
        "practice_switches",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("log_demanded", sa.Boolean(), nullable=True),
        sa.Column("ratings_demanded", sa.Boolean(), nullable=True),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", lms.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_practice_switches_programme_id_programmes"),
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["accounts.id"], name=op.f("fk_practice_switches_set_by_accounts")
        ),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_practice_switches")),
    )


def sites() -> None:
    op.create_table(
        "practice_sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", lms.db.Instant(), nullable=False),
        sa.Column("ended_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "length(trim(name)) > 0", name=op.f("ck_practice_sites_site_has_a_name")
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["accounts.id"], name=op.f("fk_practice_sites_added_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_practice_sites_programme_id_programmes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_sites")),
        sa.UniqueConstraint("programme_id", "name", name="site_names_differ_within_a_programme"),
    )


def supervisors() -> None:
    op.create_table(
        "practice_supervisors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("licence_number", sa.String(length=60), nullable=False),
        sa.Column("licence_jurisdiction", sa.String(length=80), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", lms.db.Instant(), nullable=False),
        sa.Column("ended_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "email = lower(email)",
            name=op.f("ck_practice_supervisors_supervisor_email_is_lower_case"),
        ),
        sa.CheckConstraint(
            "length(trim(licence_number)) > 0",
            name=op.f("ck_practice_supervisors_supervisor_has_a_licence"),
        ),
        sa.CheckConstraint(
            "length(trim(name)) > 0", name=op.f("ck_practice_supervisors_supervisor_has_a_name")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_practice_supervisors_account_id_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["accounts.id"], name=op.f("fk_practice_supervisors_added_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_practice_supervisors_programme_id_programmes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_supervisors")),
        sa.UniqueConstraint(
            "programme_id", "account_id", name="one_supervisor_per_account_and_programme"
        ),
        sa.UniqueConstraint(
            "programme_id",
            "licence_number",
            "licence_jurisdiction",
            name="one_supervisor_per_licence_and_programme",
        ),
    )
    op.create_index(
        op.f("ix_practice_supervisors_account_id"),
        "practice_supervisors",
        ["account_id"],
        unique=False,
    )


def entries() -> None:
    op.create_table(
        "practice_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("practised_on", sa.Date(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=True),
        sa.Column("substance", sa.String(length=12), nullable=True),
        sa.Column("administration_minutes", sa.Integer(), nullable=False),
        sa.Column("other_minutes", sa.Integer(), nullable=False),
        sa.Column("dosing_sessions", sa.Integer(), nullable=False),
        sa.Column("consultation_minutes", sa.Integer(), nullable=False),
        sa.Column("group_size", sa.Integer(), nullable=True),
        sa.Column("competencies", sa.Text(), nullable=False),
        sa.Column("consented", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=True),
        sa.Column("entered_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'consultation' OR (site_id IS NULL AND role IS NULL AND substance IS NULL"
            " AND group_size BETWEEN 1 AND 99 AND consultation_minutes > 0"
            " AND administration_minutes + other_minutes = 0 AND dosing_sessions = 0"
            " AND NOT consented)",
            name=op.f("ck_practice_entries_consultation_has_its_group"),
        ),
        sa.CheckConstraint(
            "kind <> 'practicum' OR (site_id IS NOT NULL AND role IS NOT NULL"
            " AND substance IS NOT NULL AND group_size IS NULL AND consultation_minutes = 0)",
            name=op.f("ck_practice_entries_practicum_has_site_role_and_substance"),
        ),
        sa.CheckConstraint(
            "kind <> 'practicum' OR role = 'role-play' OR consented",
            name=op.f("ck_practice_entries_no_practice_without_written_consent"),
        ),
        sa.CheckConstraint(
            "kind IN ('practicum', 'consultation')", name=op.f("ck_practice_entries_kind_is_known")
        ),
        sa.CheckConstraint(
            "reason IN ('typing', 'minutes', 'day', 'supervisor', 'site', 'other')",
            name=op.f("ck_practice_entries_reason_is_known"),
        ),
        sa.CheckConstraint(
            "role <> 'role-play' OR (administration_minutes = 0 AND dosing_sessions = 0"
            " AND substance = 'none')",
            name=op.f("ck_practice_entries_role_play_is_no_session"),
        ),
        sa.CheckConstraint(
            "role IN ('observe', 'assist', 'lead', 'role-play')",
            name=op.f("ck_practice_entries_role_is_known"),
        ),
        sa.CheckConstraint(
            "substance IN ('classic', 'entactogen', 'dissociative', 'none')",
            name=op.f("ck_practice_entries_substance_class_is_known"),
        ),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (reason IS NULL)",
            name=op.f("ck_practice_entries_a_correction_has_its_reason"),
        ),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (revision = 1) AND revision BETWEEN 1 AND 99",
            name=op.f("ck_practice_entries_corrections_are_counted_from_two"),
        ),
        sa.CheckConstraint(
            "administration_minutes >= 0 AND other_minutes >= 0 AND consultation_minutes >= 0"
            " AND administration_minutes + other_minutes + consultation_minutes BETWEEN 1"
            " AND 1440",
            name=op.f("ck_practice_entries_minutes_of_one_day"),
        ),
        sa.CheckConstraint(
            "dosing_sessions = 0 OR administration_minutes > 0",
            name=op.f("ck_practice_entries_sessions_take_time"),
        ),
        sa.CheckConstraint(
            "dosing_sessions BETWEEN 0 AND 10", name=op.f("ck_practice_entries_sessions_of_one_day")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["practice_entries.id"],
            name=op.f("fk_practice_entries_corrects_id_practice_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_practice_entries_enrolment_id_enrolments"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["practice_sites.id"],
            name=op.f("fk_practice_entries_site_id_practice_sites"),
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["practice_supervisors.id"],
            name=op.f("fk_practice_entries_supervisor_id_practice_supervisors"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_entries")),
        sa.UniqueConstraint("corrects_id", "revision", name="each_revision_once"),
        sa.UniqueConstraint("enrolment_id", "ticket", name="one_entry_per_form_sent"),
    )
    op.create_index(
        op.f("ix_practice_entries_supervisor_id"),
        "practice_entries",
        ["supervisor_id"],
        unique=False,
    )
    refuse("practice_entries", "UPDATE", "DELETE")


def acts() -> None:
    op.create_table(
        "practice_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("at", lms.db.Instant(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("typed_name", sa.String(length=120), nullable=True),
        sa.Column("licence", sa.String(length=160), nullable=True),
        sa.Column("statement", sa.String(length=500), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "(act = 'returned') = (reason IS NOT NULL)",
            name=op.f("ck_practice_acts_a_return_says_why"),
        ),
        sa.CheckConstraint(
            "(act = 'signed') = (digest IS NOT NULL)"
            " AND (act = 'signed') = (typed_name IS NOT NULL)"
            " AND (act = 'signed') = (licence IS NOT NULL)"
            " AND (act = 'signed') = (statement IS NOT NULL)",
            name=op.f("ck_practice_acts_a_signature_is_whole"),
        ),
        sa.CheckConstraint(
            "act IN ('signed', 'returned', 'withdrawn')", name=op.f("ck_practice_acts_act_is_known")
        ),
        sa.CheckConstraint(
            "reason IN ('not-there', 'minutes', 'details')",
            name=op.f("ck_practice_acts_return_reason_is_known"),
        ),
        sa.CheckConstraint(
            "way IN ('account', 'link')", name=op.f("ck_practice_acts_way_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_practice_acts_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["practice_entries.id"],
            name=op.f("fk_practice_acts_entry_id_practice_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_acts")),
        sa.UniqueConstraint("entry_id", "act", name="each_act_on_an_entry_once"),
    )
    op.create_index(
        "an_entry_is_signed_or_returned",
        "practice_acts",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("act <> 'withdrawn'"),
        postgresql_where=sa.text("act <> 'withdrawn'"),
    )
    refuse("practice_acts", "UPDATE", "DELETE")


def links() -> None:
    op.create_table(
        "practice_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("sent_at", lms.db.Instant(), nullable=False),
        sa.Column("expires_at", lms.db.Instant(), nullable=False),
        sa.Column("used_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "expires_at > sent_at", name=op.f("ck_practice_links_expires_after_it_was_sent")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_practice_links_enrolment_id_enrolments"),
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["practice_supervisors.id"],
            name=op.f("fk_practice_links_supervisor_id_practice_supervisors"),
        ),
        sa.ForeignKeyConstraint(
            ["up_to"],
            ["practice_entries.id"],
            name=op.f("fk_practice_links_up_to_practice_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_links")),
        sa.UniqueConstraint("token_hash", name="one_link_per_token"),
    )
    op.create_index(
        op.f("ix_practice_links_enrolment_id"), "practice_links", ["enrolment_id"], unique=False
    )


def refuse(table: str, *verbs: str) -> None:
    """Have the database itself refuse to alter or remove a recorded fact."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE {' OR '.join(verbs)} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
