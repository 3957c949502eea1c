"""The public register: the log of acts on credentials, its checkpoints, and status indexes.

What was awarded and revoked before there was a register is entered with the time of this
upgrade: when it was logged is a fact, and the pages show it beside the date of issue.

Revision ID: 20261122_register
Revises: 20261122_sharing
"""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_register"
down_revision = "20261122_sharing"
branch_labels = None
depends_on = None

APPEND_ONLY = ("log_leaves", "register_acts", "log_tiles", "log_checkpoints", "status_entries")
BITS_OF_A_LIST = 131_072
LEAVES_OF_A_LIST = 65_536


def upgrade() -> None:
    leaves()
    checkpoints()
    statuses()
    enter_the_past()
    for table in APPEND_ONLY:
        refuse(table, "UPDATE", "DELETE")
    # A salt may be erased, never changed.
    refuse("leaf_salts", "UPDATE")


def leaves() -> None:
    op.create_table(
        "log_leaves",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("logged_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_log_leaves_positions_counted_from_zero")),
        sa.CheckConstraint("length(entry) = 64", name=op.f("ck_log_leaves_entry_is_a_sha256")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_leaves")),
        sa.UniqueConstraint("entry", name=op.f("uq_log_leaves_entry")),
    )
    op.create_table(
        "register_acts",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "act IN ('award', 'suspend', 'reinstate', 'revoke', 'supersede')",
            name=op.f("ck_register_acts_act_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["position"],
            ["log_leaves.position"],
            name=op.f("fk_register_acts_position_log_leaves"),
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_register_acts_credential_id_credentials"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_register_acts")),
    )
    op.create_index(op.f("ix_register_acts_credential_id"), "register_acts", ["credential_id"])
    op.create_index(
        "one_award_of_a_credential_is_logged",
        "register_acts",
        ["credential_id"],
        unique=True,
        sqlite_where=sa.text("act = 'award'"),
        postgresql_where=sa.text("act = 'award'"),
    )
    op.create_table(
        "leaf_salts",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(salt) = 64", name=op.f("ck_leaf_salts_salt_has_256_bits")),
        sa.ForeignKeyConstraint(
            ["position"], ["log_leaves.position"], name=op.f("fk_leaf_salts_position_log_leaves")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_leaf_salts")),
    )


def checkpoints() -> None:
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "level >= 0 AND number >= 0", name=op.f("ck_log_tiles_a_tile_has_a_place")
        ),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_tiles")),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_log_checkpoints_sizes_counted_from_zero")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
    )


def statuses() -> None:
    op.create_table(
        "status_entries",
        sa.Column("credential_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('revocation', 'suspension')",
            name=op.f("ck_status_entries_purpose_is_known"),
        ),
        sa.CheckConstraint(
            "list_number >= 1", name=op.f("ck_status_entries_lists_counted_from_one")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_status_entries_credential_id_credentials"),
        ),
        sa.PrimaryKeyConstraint("credential_id", "purpose", name=op.f("pk_status_entries")),
        sa.UniqueConstraint(
            "purpose", "list_number", "position", name="one_credential_per_bit_of_a_list"
        ),
    )


def enter_the_past() -> None:
    """Enter every credential and revocation there is, in the order in which they came."""
    connection = op.get_bind()
    metadata = sa.MetaData()
    names = ("credentials", "revocations", "log_leaves", "register_acts", "leaf_salts")
    tables = {
        name: sa.Table(name, metadata, autoload_with=connection, resolve_fks=False)
        for name in (*names, "status_entries")
    }
    awarded, revoked = tables["credentials"], tables["revocations"]
    acts = [
        (row.issued_at, 0, row.id, row.digest, "award")
        for row in connection.execute(
            sa.select(awarded.c.id, awarded.c.digest, awarded.c.issued_at)
        )
    ] + [
        (row.revoked_at, 1, row.id, row.digest, "revoke")
        for row in connection.execute(
            sa.select(awarded.c.id, awarded.c.digest, revoked.c.revoked_at).join(
                revoked, revoked.c.credential_id == awarded.c.id
            )
        )
    ]
    taken: set[tuple[str, int, int]] = set()
    now = datetime.now(UTC)
    logged_at = now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now
    for position, (at, _order, credential, digest, act) in enumerate(sorted(acts)):
        salt = secrets.token_bytes(32)
        utc = at if at.tzinfo is None else at.astimezone(UTC)
        deed = f"{act} {utc:%Y-%m-%dT%H:%M:%SZ}".encode("ascii")
        entry = hashlib.sha256(salt + bytes.fromhex(digest) + deed).hexdigest()
        put(tables["log_leaves"], position=position, entry=entry, logged_at=logged_at)
        act_row = {"credential_id": credential, "digest": digest, "act": act, "at": at}
        put(tables["register_acts"], position=position, **act_row)
        put(tables["leaf_salts"], position=position, salt=salt.hex())
        if act == "award":
            for purpose in ("revocation", "suspension"):
                number, bit = free_bit(purpose, position, taken)
                row = {"purpose": purpose, "list_number": number, "position": bit}
                put(tables["status_entries"], credential_id=credential, **row)


def free_bit(purpose: str, leaf: int, taken: set[tuple[str, int, int]]) -> tuple[int, int]:
    number = leaf // LEAVES_OF_A_LIST + 1
    while (bit := (purpose, number, secrets.randbelow(BITS_OF_A_LIST))) in taken:
        continue
    taken.add(bit)
    return number, bit[2]


def put(table: sa.Table, **values: Any) -> None:
    op.get_bind().execute(table.insert().values(values))


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
    for table in ("status_entries", "log_checkpoints", "log_tiles", "leaf_salts", "register_acts"):
        op.drop_table(table)
    op.drop_table("log_leaves")
