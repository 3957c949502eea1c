"""Acts on credentials by two people, appeals against them, and credentials issued again.

Revocations become acts; each keeps its day, its reason, its note and whoever made it.

Revision ID: 20261122_acts_on_credentials
Revises: 20261122_renewals
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_acts_on_credentials"
down_revision = "20261122_renewals"
branch_labels = None
depends_on = None

# The lists as they stood on this day; what is entered later obeys what the models say later.
PROPOSED = {
    "revoke": ("issued-in-error", "misconduct", "holder-request"),
    "suspend": ("under-review", "requirement-open", "holder-request"),
    "reinstate": ("question-answered", "requirement-met", "holder-request"),
    "reissue": ("name-changed", "detail-corrected"),
}
DONE = {
    "revoke": PROPOSED["revoke"],
    "suspend": PROPOSED["suspend"],
    "reinstate": (*PROPOSED["reinstate"], "appeal-allowed"),
    "supersede": (*PROPOSED["reissue"], "restored-on-appeal"),
}
NEW_TABLES = (
    "act_proposals",
    "proposal_decisions",
    "credential_acts",
    "credential_appeals",
    "credential_appeal_steps",
)


def upgrade() -> None:
    count_versions()
    proposals()
    acts()
    appeals()
    op.execute(
        "INSERT INTO credential_acts (credential_id, number, kind, reason, note, done_by, done_at) "
        "SELECT credential_id, 1, 'revoke', reason, note, revoked_by, revoked_at "
        "FROM revocations ORDER BY id"
    )
    op.drop_table("revocations")
    for table in NEW_TABLES:
        refuse_change(table)


def count_versions() -> None:
    """Let a credential be issued again within its cycle, as the next version."""
    if op.get_bind().dialect.name == "sqlite":
        rewrite_credentials(with_versions=True)
        return
    op.add_column(
        "credentials", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("credentials", sa.Column("supersedes_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_credentials_supersedes_id_credentials"),
        "credentials",
        "credentials",
        ["supersedes_id"],
        ["id"],
    )
    op.drop_constraint("one_credential_per_learner_course_and_cycle", "credentials", type_="unique")
    for name, columns in VERSIONS_ARE_UNIQUE.items():
        op.create_unique_constraint(name, "credentials", columns)
    for name, text in VERSIONS_ARE_SOUND.items():
        op.create_check_constraint(op.f(f"ck_credentials_{name}"), "credentials", text)


VERSIONS_ARE_UNIQUE = {
    "one_credential_per_learner_course_cycle_and_version": [
        "account_id",
        "programme_id",
        "course_slug",
        "cycle",
        "version",
    ],
    "a_credential_is_superseded_once": ["supersedes_id"],
}
VERSIONS_ARE_SOUND = {
    "versions_counted_from_one": "version >= 1",
    "a_later_version_names_the_earlier": "(version = 1) = (supersedes_id IS NULL)",
}


def rewrite_credentials(*, with_versions: bool) -> None:
    """Make the table anew, on SQLite, which cannot take a UNIQUE away from one that exists.

    What refers to its rows is checked when the transaction ends, once they are all back.
    """
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(
        "CREATE TABLE kept_credentials AS SELECT id, serial, account_id, programme_id, "
        "enrolment_id, course_slug, cycle, document, digest, evidence, issued_at FROM credentials"
    )
    op.drop_table("credentials")
    create_credentials(with_versions=with_versions)
    if with_versions:
        op.execute("INSERT INTO credentials SELECT kept.*, 1, NULL FROM kept_credentials AS kept")
    else:
        op.execute("INSERT INTO credentials SELECT * FROM kept_credentials")
    op.execute("DROP TABLE kept_credentials")
    refuse_change("credentials")


def create_credentials(*, with_versions: bool) -> None:
    more: list[sa.schema.SchemaItem] = [
        sa.UniqueConstraint(
            *["account_id", "programme_id", "course_slug", "cycle"],
            name="one_credential_per_learner_course_and_cycle",
        )
    ]
    if with_versions:
        more = [
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("supersedes_id", sa.Integer(), nullable=True),
            *foreign_keys("credentials", supersedes_id="credentials"),
            *versions_are_unique(),
            *checks("credentials", **VERSIONS_ARE_SOUND),
        ]
    op.create_table(
        "credentials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(length=80), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("issued_at", lms.db.Instant(), nullable=False),
        *more,
        *foreign_keys(
            "credentials",
            account_id="accounts",
            programme_id="programmes",
            enrolment_id="enrolments",
        ),
        *checks("credentials", cycles_counted_from_one="cycle >= 1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("serial", name=op.f("uq_credentials_serial")),
    )
    for column in ("enrolment_id", "programme_id"):
        op.create_index(op.f(f"ix_credentials_{column}"), "credentials", [column])


def versions_are_unique() -> list[sa.UniqueConstraint]:
    return [
        sa.UniqueConstraint(*columns, name=name) for name, columns in VERSIONS_ARE_UNIQUE.items()
    ]


def proposals() -> None:
    op.create_table(
        "act_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("holder_name", sa.String(length=120), nullable=True),
        sa.Column("holder_profession", sa.String(length=120), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", lms.db.Instant(), nullable=False),
        *foreign_keys("act_proposals", credential_id="credentials", proposed_by="accounts"),
        *checks(
            "act_proposals",
            reason_belongs_to_the_act=reasons_of(PROPOSED),
            a_new_issue_names_its_holder="(kind = 'reissue') = (holder_name IS NOT NULL)",
            proposal_says_why="length(trim(note)) > 0",
        ),
        sa.UniqueConstraint("credential_id", "number", name="one_proposal_waits_per_credential"),
        sa.UniqueConstraint("id", "proposed_by", name="a_proposal_has_one_author"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_proposals")),
    )
    op.create_table(
        "proposal_decisions",
        sa.Column("proposal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", lms.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id", "proposed_by"],
            ["act_proposals.id", "act_proposals.proposed_by"],
            name="fk_proposal_decisions_proposal_and_author",
        ),
        *foreign_keys("proposal_decisions", decided_by="accounts"),
        *checks(
            "proposal_decisions",
            outcome_is_known="outcome IN ('approved', 'declined', 'withdrawn')",
            nobody_approves_their_own="(outcome = 'withdrawn') = (decided_by = proposed_by)",
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal_decisions")),
    )


def acts() -> None:
    op.create_table(
        "credential_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=False),
        sa.Column("done_at", lms.db.Instant(), nullable=False),
        *foreign_keys(
            "credential_acts",
            credential_id="credentials",
            successor_id="credentials",
            proposal_id="act_proposals",
            proposed_by="accounts",
            done_by="accounts",
        ),
        *checks(
            "credential_acts",
            acts_counted_from_one="number >= 1",
            reason_belongs_to_the_act=reasons_of(DONE),
            a_superseded_one_has_a_successor="(kind = 'supersede') = (successor_id IS NOT NULL)",
            two_people_act_together="proposed_by IS NULL OR proposed_by <> done_by",
            only_old_revocations_were_alone="proposed_by IS NOT NULL OR kind = 'revoke'",
        ),
        sa.UniqueConstraint("credential_id", "number", name="acts_on_a_credential_are_numbered"),
        sa.UniqueConstraint("proposal_id", name="a_proposal_is_carried_out_once"),
        sa.UniqueConstraint("successor_id", name="a_credential_takes_one_place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_acts")),
    )
    for name, kind in (("revocation", "revoke"), ("succession", "supersede")):
        only = sa.text(f"kind = '{kind}'")
        op.create_index(
            f"one_{name}_per_credential",
            "credential_acts",
            ["credential_id"],
            unique=True,
            sqlite_where=only,
            postgresql_where=only,
        )


def appeals() -> None:
    op.create_table(
        "credential_appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=False),
        sa.Column("filed_at", lms.db.Instant(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        *foreign_keys("credential_appeals", act_id="credential_acts", filed_by="accounts"),
        *checks("credential_appeals", credential_appeal_says_why="length(trim(ground)) > 0"),
        sa.UniqueConstraint("act_id", name=op.f("uq_credential_appeals_act_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_appeals")),
    )
    op.create_table(
        "credential_appeal_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=False),
        sa.Column("taken_at", lms.db.Instant(), nullable=False),
        *foreign_keys(
            "credential_appeal_steps", appeal_id="credential_appeals", taken_by="accounts"
        ),
        *checks(
            "credential_appeal_steps",
            step_is_known="kind IN ('found', 'decided')",
            outcome_is_known="outcome IN ('upheld', 'changed')",
            step_says_why="length(trim(words)) > 0",
        ),
        sa.UniqueConstraint("appeal_id", "kind", name="each_step_of_a_credential_appeal_once"),
        sa.UniqueConstraint("appeal_id", "taken_by", name="each_step_by_another_person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_appeal_steps")),
    )


def reasons_of(kinds: dict[str, tuple[str, ...]]) -> str:
    return " OR ".join(f"(kind = '{kind}' AND reason IN {each})" for kind, each in kinds.items())


def foreign_keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=op.f(f"fk_{table}_{name}_{other}"))
        for name, other in columns.items()
    ]


def checks(table: str, **sentences: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))
        for name, text in sentences.items()
    ]


def refuse_change(table: str) -> None:
    """Have the database itself refuse to alter or remove a recorded fact."""
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
    """Go back where nothing but revocations was done; else the tables before have no room."""
    others = "SELECT count(*) FROM credential_acts WHERE kind <> 'revoke'"
    if op.get_bind().execute(sa.text(others)).scalar():
        raise RuntimeError("Credentials were suspended or issued again: there is no way back.")
    create_revocations()
    op.execute(
        "INSERT INTO revocations (credential_id, reason, note, revoked_by, revoked_at) "
        "SELECT credential_id, reason, note, done_by, done_at FROM credential_acts ORDER BY id"
    )
    for table in reversed(NEW_TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "sqlite":
        rewrite_credentials(with_versions=False)
        return
    for name in VERSIONS_ARE_UNIQUE:
        op.drop_constraint(name, "credentials", type_="unique")
    op.drop_column("credentials", "version")
    op.drop_column("credentials", "supersedes_id")
    op.create_unique_constraint(
        "one_credential_per_learner_course_and_cycle",
        "credentials",
        ["account_id", "programme_id", "course_slug", "cycle"],
    )


def create_revocations() -> None:
    op.create_table(
        "revocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revoked_by", sa.Integer(), nullable=False),
        sa.Column("revoked_at", lms.db.Instant(), nullable=False),
        *checks(
            "revocations",
            reason_is_known="reason IN ('issued-in-error', 'misconduct', 'holder-request')",
        ),
        *foreign_keys("revocations", credential_id="credentials", revoked_by="accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocations")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_revocations_credential_id")),
    )
    refuse_change("revocations")
