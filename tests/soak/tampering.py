"""Somebody with the database's password, and the log's key, tampers at random; a witness looks.

    python -m tests.soak.tampering --rounds 10000

Every round alters, removes or dates back rows of a register with some history, and asks whether
the witness program or the inspection against its memory has seen it.
"""

import argparse
import hashlib
import importlib.util
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import keys
from lms.app import create_app
from lms.config import Settings
from lms.db import db, make_engine
from lms.migrate import upgrade
from lms.models.acts import CredentialAct
from lms.models.credentials import CredentialRecord
from lms.models.register import RegisterAct
from lms.services import register
from lms.services.credentials.inspection import inspect
from tests.cast import THEN, Cast, seed, settings_for
from tests.register_samples import open_tables

log = certificates.log
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS, AWARDS_A_DAY = 6, 3
END = THEN + (DAYS + 1) * DAY


@cache
def witness() -> ModuleType:
    """Return the one-file program as a module."""
    file = Path(certificates.__file__).parent / "standalone" / "witness.py"
    spec = importlib.util.spec_from_file_location("witness_program", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def fetcher(session: Session, settings: Settings) -> Callable[[str], bytes]:
    """Return what fetches the register's pages, without the pages."""

    def fetch(path: str) -> bytes:
        signed = register.latest_checkpoint(session)
        if path == "register/keys.json":
            return json.dumps(keys.published_document(settings)).encode()
        if signed is None:
            raise witness().Unseen(path)
        if path == "log/checkpoint":
            return signed.note.encode()
        data = register.published_tile(session, path.removeprefix("log/tile/"), signed.size)
        return data or b""

    return fetch


@dataclass
class History:
    """A register with six days behind it, and a witness that looked every evening."""

    session: Session
    settings: Settings
    cast: Cast
    memory: Any = field(default_factory=lambda: witness().Memory())
    serials: int = 0

    @property
    def seen(self) -> register.Seen:
        looks = [
            (datetime.fromtimestamp(each["time"], UTC), each["size"]) for each in self.memory.looks
        ]
        return register.Seen(self.memory.leaves, looks)

    def pass_days(self) -> None:
        """Award three a day, act on some, sign every few hours, and let the witness look."""
        for number in range(DAYS):
            day = THEN + number * DAY
            for place in range(AWARDS_A_DAY):
                self.award(day + place * HOUR)
                if place:
                    register.sign_if_due(self.session, self.settings, day + place * HOUR)
            if number % 2:
                self.act(1 + number, "suspend", "under-review", day + 5 * HOUR)
                self.act(2 + number, "revoke", "issued-in-error", day + 5 * HOUR)
            register.sign_if_due(self.session, self.settings, day + 9 * HOUR)
            self.look(day + 10 * HOUR)

    def credential(self, at: datetime) -> certificates.Credential:
        self.serials += 1
        return certificates.Credential(
            serial=certificates.new_serial(
                hashlib.sha256(bytes([self.serials % 256, self.serials // 256])).digest()
            ),
            holder_name=f"Holder {self.serials}",
            holder_profession=None,
            title="A course",
            programme="Northgate",
            programme_web=None,
            minutes=60,
            hours=(),
            started_on=date(2026, 7, 1),
            completed_on=at.date(),
            issued_at=at,
            current_until=date(2028, 9, 1),
            release="2026.1",
            release_hash="ab" * 32,
            assessment="",
            certifies="",
            notice="",
            signatories=(),
            language="en-GB",
        )

    def store(self, at: datetime) -> CredentialRecord:
        """Put an award into its table, and nowhere else."""
        credential = self.credential(at)
        document = certificates.credential_to_document(credential)
        record = CredentialRecord(
            serial=credential.serial,
            account_id=self.cast.leo,
            programme_id=self.cast.northgate,
            enrolment_id=self.cast.leo_seat,
            course_slug=f"course-{self.serials}",
            cycle=1,
            document=json.dumps(document, sort_keys=True, ensure_ascii=False),
            digest=certificates.digest(credential),
            evidence="{}",
            issued_at=at,
        )
        self.session.add(record)
        self.session.flush()
        return record

    def award(self, at: datetime) -> CredentialRecord:
        record = self.store(at)
        register.enter_award(self.session, record.id, record.digest, at)
        return record

    def act(self, credential: int, kind: Any, reason: str, at: datetime) -> None:
        digest = self.session.scalars(
            sa.select(CredentialRecord.digest).where(CredentialRecord.id == credential)
        ).one()
        self.done(credential, kind, reason, at)
        register.enter_act(self.session, credential, digest, kind, at)

    def done(self, credential: int, kind: str, reason: str, at: datetime) -> None:
        """Put an act into its table, and nowhere else; one of before two people were asked for
        suspensions too, since who did it is not what is tampered with here."""
        values = {"credential_id": credential, "number": 1, "kind": kind, "reason": reason}
        other = None if kind == "revoke" else self.cast.ivo
        self.session.add(
            CredentialAct(**values, note="x", proposed_by=other, done_by=self.cast.ada, done_at=at)
        )
        self.session.flush()

    def look(self, at: datetime) -> None:
        raw, note, leaves = witness().look(
            fetcher(self.session, self.settings), self.memory, at.timestamp()
        )
        assert raw
        look = {"time": int(at.timestamp()), "size": note.size, "origin": note.origin}
        self.memory.looks.append({**look, "signed_at": note.signed_at})
        self.memory.leaves = leaves

    def fault(self) -> str | None:
        """Return the first thing that an inspection finds against what the witness remembers."""
        self.session.expire_all()
        return next(inspect(self.session, self.settings, self.seen), None)

    def wrong(self) -> str | None:
        """Return what the witness program says by itself, of what is published alone."""
        try:
            witness().look(fetcher(self.session, self.settings), self.memory, END.timestamp())
        except (witness().Wrong, witness().Unseen) as wrong:
            # A log that is not there any more ends the program with a status of its own.
            return str(wrong)
        return None


# --- tampering ------------------------------------------------------------------------------


class Tamperer:
    """Does one random wrong to a history, as somebody would who wants it to go unseen."""

    def __init__(self, history: History, chance: random.Random) -> None:
        self.history, self.chance = history, chance
        self.run = history.session.execute

    def sql(self, statement: str, **values: Any) -> None:
        self.run(sa.text(statement), values)

    def some(self, column: str, table: str, where: str = "1 = 1") -> Any:
        found = list(self.run(sa.text(f"SELECT {column} FROM {table} WHERE {where}")).scalars())
        return self.chance.choice(found)

    def hex(self) -> str:
        return self.chance.randbytes(32).hex()

    def back(self) -> timedelta:
        return timedelta(days=self.chance.randrange(2, 400), seconds=self.chance.randrange(86_400))

    def rewritten(self, identity: int, **changes: Any) -> str:
        """Alter a credential throughout: document, digest, row and the register's own digest."""
        row = self.history.session.get_one(CredentialRecord, identity)
        credential = certificates.credential_from_document(json.loads(row.document))
        new = replace(credential, **changes)
        digest = certificates.digest(new)
        document = json.dumps(certificates.credential_to_document(new), sort_keys=True)
        statement = (
            sa.update(CredentialRecord)
            .where(CredentialRecord.id == identity)
            .values(document=document, digest=digest, issued_at=new.issued_at)
        )
        self.run(statement)
        self.sql(
            "UPDATE register_acts SET digest = :d WHERE credential_id = :i", d=digest, i=identity
        )
        return digest

    # Each of these is one wrong.
    def another_name(self) -> None:
        self.rewritten(
            self.some("id", "credentials"), holder_name=f"Mallory {self.chance.random()}"
        )

    def dated_back(self) -> None:
        identity = self.some("id", "credentials")
        row = self.history.session.get_one(CredentialRecord, identity)
        earlier = row.issued_at - self.back()
        self.rewritten(identity, issued_at=earlier)
        self.run(
            sa.update(register_acts())
            .where(register_acts().c.credential_id == identity, register_acts().c.act == "award")
            .values(at=earlier)
        )

    def document_alone(self) -> None:
        identity = self.some("id", "credentials")
        self.sql(
            "UPDATE credentials SET document = replace(document, 'Holder', 'Healer') WHERE id = :i",
            i=identity,
        )

    def digest_alone(self) -> None:
        self.sql(
            "UPDATE credentials SET digest = :d WHERE id = :i",
            d=self.hex(),
            i=self.some("id", "credentials"),
        )

    def date_alone(self) -> None:
        identity = self.some("id", "credentials")
        row = self.history.session.get_one(CredentialRecord, identity)
        self.run(
            sa.update(CredentialRecord)
            .where(CredentialRecord.id == identity)
            .values(issued_at=row.issued_at - self.back())
        )

    def gone_with_all_that_names_it(self) -> None:
        identity = self.some("id", "credentials")
        positions = f"SELECT position FROM register_acts WHERE credential_id = {int(identity)}"
        self.sql(f"DELETE FROM leaf_salts WHERE position IN ({positions})")
        for table in ("register_acts", "status_entries", "credential_acts"):
            self.sql(f"DELETE FROM {table} WHERE credential_id = :i", i=identity)
        self.sql("DELETE FROM credentials WHERE id = :i", i=identity)

    def act_undone(self) -> None:
        identity = self.some("credential_id", "credential_acts")
        self.sql("DELETE FROM credential_acts WHERE credential_id = :i", i=identity)
        if self.chance.random() < 0.5:
            positions = (
                "SELECT position FROM register_acts "
                f"WHERE credential_id = {int(identity)} AND act <> 'award'"
            )
            self.sql(f"DELETE FROM leaf_salts WHERE position IN ({positions})")
            self.sql(
                "DELETE FROM register_acts WHERE credential_id = :i AND act <> 'award'", i=identity
            )

    def act_dated_back(self) -> None:
        identity = self.some("credential_id", "credential_acts")
        acts, done = register_acts(), CredentialAct.__table__
        at = END - self.back()
        self.run(sa.update(done).where(done.c.credential_id == identity).values(done_at=at))
        if self.chance.random() < 0.5:
            named = acts.c.credential_id == identity
            self.run(sa.update(acts).where(named, acts.c.act != "award").values(at=at))

    def act_invented(self) -> None:
        identity = self.some(
            "id", "credentials", "id NOT IN (SELECT credential_id FROM credential_acts)"
        )
        at = THEN + timedelta(hours=self.chance.randrange(200))
        self.history.done(identity, "revoke", "misconduct", at)
        if self.chance.random() < 0.5:
            digest = self.history.session.get_one(CredentialRecord, identity).digest
            register.enter_act(self.history.session, identity, digest, "revoke", THEN - self.back())

    def act_renamed(self) -> None:
        position = self.some("position", "register_acts", "act <> 'award'")
        self.sql("UPDATE register_acts SET act = 'reinstate' WHERE position = :p", p=position)

    def register_digest(self) -> None:
        self.sql(
            "UPDATE register_acts SET digest = :d WHERE position = :p",
            d=self.hex(),
            p=self.some("position", "register_acts"),
        )

    def given_to_another(self) -> None:
        position = self.some("position", "register_acts", "act <> 'award'")
        holder = self.run(
            sa.text("SELECT credential_id FROM register_acts WHERE position = :p"), {"p": position}
        ).scalar()
        other = self.some("id", "credentials", f"id <> {int(holder)}")
        self.sql(
            "UPDATE register_acts SET credential_id = :o WHERE position = :p", o=other, p=position
        )

    def salt_changed(self) -> None:
        self.sql(
            "UPDATE leaf_salts SET salt = :s WHERE position = :p",
            s=self.hex(),
            p=self.some("position", "leaf_salts"),
        )

    def salt_gone(self) -> None:
        self.sql(
            "DELETE FROM leaf_salts WHERE position = :p", p=self.some("position", "leaf_salts")
        )

    def leaf_changed(self) -> None:
        self.sql(
            "UPDATE log_leaves SET entry = :e WHERE position = :p",
            e=self.hex(),
            p=self.some("position", "log_leaves"),
        )

    def leaf_bit_changed(self) -> None:
        position = self.some("position", "log_leaves")
        entry = bytearray.fromhex(self.some("entry", "log_leaves", f"position = {int(position)}"))
        entry[self.chance.randrange(32)] ^= 1 << self.chance.randrange(8)
        self.sql("UPDATE log_leaves SET entry = :e WHERE position = :p", e=entry.hex(), p=position)

    def leaves_exchanged(self) -> None:
        one = self.some("position", "log_leaves")
        two = self.some("position", "log_leaves", f"position <> {int(one)}")
        for here, there in ((one, -1), (two, one), (-1, two)):
            for table, column in (("register_acts", "position"), ("leaf_salts", "position")):
                self.sql(f"UPDATE {table} SET {column} = :t WHERE {column} = :h", t=there, h=here)
        first, second = (
            self.some("entry", "log_leaves", f"position = {int(each)}") for each in (one, two)
        )
        for position, entry in ((one, "0" * 64), (two, first), (one, second)):
            self.sql("UPDATE log_leaves SET entry = :e WHERE position = :p", e=entry, p=position)

    def leaf_dated_back(self) -> None:
        leaves = sa.table(
            "log_leaves", sa.column("position"), sa.column("logged_at", sa.DateTime())
        )
        position = self.some("position", "log_leaves")
        at = (THEN - self.back()).replace(tzinfo=None)
        self.run(sa.update(leaves).where(leaves.c.position == position).values(logged_at=at))

    def end_cut_off(self) -> None:
        size = self.run(sa.text("SELECT count(*) FROM log_leaves")).scalar()
        keep = self.chance.randrange(1, size)
        for table in ("leaf_salts", "register_acts", "log_leaves"):
            self.sql(f"DELETE FROM {table} WHERE position >= :k", k=keep)
        if self.chance.random() < 0.5:
            self.sql("DELETE FROM log_checkpoints WHERE size > :k", k=keep)

    def forged_in_the_past(self) -> None:
        """Put an award where another one stood, and sign every tree anew with the real key."""
        position = self.some("position", "register_acts", "act = 'award'")
        at = self.run(
            sa.select(register_acts().c.at).where(register_acts().c.position == position)
        ).scalar()
        forged = self.history.store(at)
        salt = self.chance.randbytes(32)
        entry = log.entry_of(salt, forged.digest, "award", at).hex()
        self.sql("UPDATE log_leaves SET entry = :e WHERE position = :p", e=entry, p=position)
        self.sql("UPDATE leaf_salts SET salt = :s WHERE position = :p", s=salt.hex(), p=position)
        self.sql(
            "UPDATE register_acts SET credential_id = :i, digest = :d WHERE position = :p",
            i=forged.id,
            d=forged.digest,
            p=position,
        )
        self.sign_all_anew()

    def sign_all_anew(self) -> None:
        query = sa.text("SELECT entry FROM log_leaves ORDER BY position")
        hashes = [log.leaf_hash(bytes.fromhex(entry)) for entry in self.run(query).scalars()]
        nodes = log.nodes_of(hashes)
        table = sa.table(
            "log_checkpoints",
            *map(sa.column, ("size", "root", "note")),
            sa.column("signed_at", sa.DateTime()),
        )
        for size, at in self.run(sa.select(table.c.size, table.c.signed_at)).all():
            tree = log.Checkpoint(
                register.origin_of(self.history.settings), size, log.root(size, nodes)
            )
            signing = keys.keys_of(self.history.settings).log
            note = log.sign_checkpoint(tree, signing, at.replace(tzinfo=UTC))
            self.run(
                sa.update(table).where(table.c.size == size).values(root=tree.root.hex(), note=note)
            )

    def forged_at_the_end(self) -> None:
        """Enter an award in proper form, with a date long past."""
        self.history.award(THEN - self.back())
        if self.chance.random() < 0.5:
            register.sign(self.history.session, self.history.settings, END - HOUR)

    def forged_without_a_leaf(self) -> None:
        self.history.store(THEN + timedelta(hours=self.chance.randrange(200)))

    def checkpoint_root(self) -> None:
        self.sql(
            "UPDATE log_checkpoints SET root = :r WHERE size = :s",
            r=self.hex(),
            s=self.some("size", "log_checkpoints"),
        )

    def checkpoint_note(self) -> None:
        one = self.some("size", "log_checkpoints")
        note = self.some("note", "log_checkpoints", f"size <> {int(one)}")
        self.sql("UPDATE log_checkpoints SET note = :n WHERE size = :s", n=note, s=one)

    def checkpoint_date(self) -> None:
        table = sa.table(
            "log_checkpoints", sa.column("size"), sa.column("signed_at", sa.DateTime())
        )
        at = (THEN - self.back()).replace(tzinfo=None)
        self.run(
            sa.update(table)
            .where(table.c.size == self.some("size", "log_checkpoints"))
            .values(signed_at=at)
        )

    def last_checkpoint_gone(self) -> None:
        self.sql("DELETE FROM log_checkpoints WHERE size = (SELECT max(size) FROM log_checkpoints)")

    def place_on_a_list_gone(self) -> None:
        self.sql(
            "DELETE FROM status_entries WHERE credential_id = :i", i=self.some("id", "credentials")
        )


def register_acts() -> sa.TableClause:
    return RegisterAct.__table__  # type: ignore[return-value]


WRONGS = [
    name
    for name, value in vars(Tamperer).items()
    if callable(value)
    and not name.startswith("_")
    and name not in {"sql", "some", "hex", "back", "rewritten", "sign_all_anew"}
]


# What the public log itself gives away, to a witness who knows no record.
PUBLISHED = (
    *("leaf_changed", "leaf_bit_changed", "leaves_exchanged", "end_cut_off"),
    *("forged_in_the_past", "last_checkpoint_gone"),
)


def tamper(history: History, rounds: int, number: int = 1) -> tuple[Counter[str], list[str]]:
    """Tamper so many times; return how often in which way, and what went unseen."""
    chance = random.Random(number)
    counted: Counter[str] = Counter()
    unseen = []
    for _round in range(rounds):
        name = chance.choice(WRONGS)
        counted[name] += 1
        point = history.session.begin_nested()
        getattr(Tamperer(history, chance), name)()
        if not history.fault() or (name in PUBLISHED and not history.wrong()):
            unseen.append(name)
        point.rollback()
    return counted, unseen


def begin(session: Session, settings: Settings, cast: Cast) -> History:
    """Return a history that is whole, in tables whose triggers have been taken away."""
    open_tables(session)
    history = History(session, settings, cast)
    history.pass_days()
    assert history.fault() is None and history.wrong() is None
    return history


def main() -> int:
    """Tamper on a database of its own, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/lms.db"
        engine = make_engine(address)
        upgrade(engine)
        engine.dispose()
        settings = settings_for(Path(folder), address)
        with create_app(settings).app_context():
            cast = seed(db.session)
            history = begin(db.session, settings, cast)
            counted, unseen = tamper(history, given.rounds, given.seed)
            assert history.fault() is None and history.wrong() is None
            db.session.rollback()
            db.engine.dispose()
    for name, count in sorted(counted.items()):
        print(f"{count:6} {name}")
    print(f"{given.rounds} rounds, {len(unseen)} unseen {sorted(set(unseen))}")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
