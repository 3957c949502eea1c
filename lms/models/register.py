"""Tables of the public register: the log's leaves, tiles and checkpoints, and status indexes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant

ACTS = "act IN ('award', 'suspend', 'reinstate', 'revoke', 'supersede')"
PURPOSES = "purpose IN ('revocation', 'suspension')"


class LogLeaf(Base):
    """One leaf of the log: what it holds (hexadecimal), at a position counted from 0, no gaps."""

    __tablename__ = "log_leaves"
    __table_args__ = (
        sa.CheckConstraint("position >= 0", name="positions_counted_from_zero"),
        sa.CheckConstraint("length(entry) = 64", name="entry_is_a_sha256"),
    )

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[str] = mapped_column(sa.String(64), unique=True)
    logged_at: Mapped[datetime] = mapped_column(Instant)


class RegisterAct(Base):
    """The act on a credential that a leaf stands for, and when it took effect."""

    __tablename__ = "register_acts"
    __table_args__ = (
        sa.CheckConstraint(ACTS, name="act_is_known"),
        sa.Index(
            "one_award_of_a_credential_is_logged",
            "credential_id",
            unique=True,
            sqlite_where=sa.text("act = 'award'"),
            postgresql_where=sa.text("act = 'award'"),
        ),
    )

    position: Mapped[int] = mapped_column(
        sa.ForeignKey("log_leaves.position"), primary_key=True, autoincrement=False
    )
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    act: Mapped[str] = mapped_column(sa.String(10))
    at: Mapped[datetime] = mapped_column(Instant)


class LeafSalt(Base):
    """What ties a leaf to its act (hexadecimal); with this row erased, nothing does any more."""

    __tablename__ = "leaf_salts"
    __table_args__ = (sa.CheckConstraint("length(salt) = 64", name="salt_has_256_bits"),)

    position: Mapped[int] = mapped_column(
        sa.ForeignKey("log_leaves.position"), primary_key=True, autoincrement=False
    )
    salt: Mapped[str] = mapped_column(sa.String(64))


class LogTile(Base):
    """The hash over one full tile, so that the levels above need not be worked out again."""

    __tablename__ = "log_tiles"
    __table_args__ = (sa.CheckConstraint("level >= 0 AND number >= 0", name="a_tile_has_a_place"),)

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(sa.String(64))


class LogCheckpoint(Base):
    """What the log signed of itself at a size, once and for ever."""

    __tablename__ = "log_checkpoints"
    __table_args__ = (sa.CheckConstraint("size >= 0", name="sizes_counted_from_zero"),)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(sa.String(64))
    note: Mapped[str] = mapped_column(sa.Text)
    signed_at: Mapped[datetime] = mapped_column(Instant)


class StatusEntry(Base):
    """The bit that says of one credential whether it is revoked, or suspended."""

    __tablename__ = "status_entries"
    __table_args__ = (
        sa.CheckConstraint(PURPOSES, name="purpose_is_known"),
        sa.CheckConstraint("list_number >= 1", name="lists_counted_from_one"),
        sa.UniqueConstraint(
            "purpose", "list_number", "position", name="one_credential_per_bit_of_a_list"
        ),
    )

    credential_id: Mapped[int] = mapped_column(
        sa.ForeignKey("credentials.id"), primary_key=True, autoincrement=False
    )
    purpose: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    list_number: Mapped[int]
    position: Mapped[int]
