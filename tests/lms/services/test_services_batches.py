"""Batches: asked for once, made whatever is killed, the same bytes, kept for a while, then gone."""

import csv
import hashlib
import io
import os
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import certificates
from lms import clock
from lms.config import Settings
from lms.db import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.batches import Batch, BatchEntry
from lms.models.mail import OutboxMessage
from lms.services import batches, cohorts
from lms.services.batches import archive, asking, making, press
from tests.award_samples import award_many
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.stories import Told, rows_of

MANY = 7


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.config["SETTINGS"]
    return found


@pytest.fixture
def asked(session: Session, told: Told) -> int:
    """A batch of Leo's certificate and some more."""
    award_many(session, told, MANY - 1)
    batch = ask(session, told.cast)
    session.commit()
    return batch


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Draw in no time what stands for a certificate; return the serials that were drawn."""
    serials: list[str] = []

    def draw(_session: object, found: object, *_: object) -> bytes:
        serial: str = found.credential.serial  # type: ignore[attr-defined]
        serials.append(serial)
        return b"%PDF " + serial.encode() * 40

    monkeypatch.setattr(making, "_certificate", draw)
    yield serials


def ask(session: Session, cast: Cast) -> int:
    autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    return batches.ask(session, autumn, by=cast.ada, now=clock.now())


def line(session: Session, cast: Cast, batch: int) -> batches.BatchLine:
    session.expire_all()
    return batches.batch_for(session, cast.ada, batch)


def file_of(settings: Settings, found: batches.BatchLine) -> Path:
    return batches.batch_folder(settings.data) / f"{found.file_name}.zip"


def work(session: Session, settings: Settings, later: timedelta = timedelta()) -> int:
    return batches.work(session, settings, lambda: clock.now() + later)


# --- asking ---------------------------------------------------------------------------------


def test_the_same_batch_is_asked_for_once_whoever_asks(app: Flask, told: Told) -> None:
    """Twenty at once: the database admits one batch under way for a cohort."""

    def act(session: Session, _number: int) -> int:
        return ask(session, told.cast)

    answers = at_once(app, act, threads=20)
    assert len(set(answers)) == 1
    with app.app_context():
        assert rows_of(db.session, Batch) == rows_of(db.session, BatchEntry) == 1


def test_without_the_index_two_would_be_made(app: Flask, told: Told) -> None:
    """The vulnerable twin: look, then insert, with nothing that holds in between."""
    with app.app_context():
        db.session.execute(sa.text("DROP INDEX one_batch_under_way_per_cohort"))
        db.session.commit()
        for number in range(2):
            row = {"programme_id": told.cast.northgate, "cohort_id": told.cast.autumn}
            db.session.add(
                Batch(**row, file_name=f"{number}", asked_by=told.cast.ada, asked_at=THEN)
            )
        db.session.commit()
        assert rows_of(db.session, Batch) == 2


def test_a_cohort_without_certificates_has_nothing_to_pack(session: Session, cast: Cast) -> None:
    with pytest.raises(Refused, match="Nobody"):
        ask(session, cast)


def test_what_may_not_be_handed_out_is_not_asked_for(
    session: Session, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "HANDED_OUT", ("superseded",))
    with pytest.raises(Refused):
        ask(session, told.cast)


def test_only_administrators_of_the_programme_see_it(
    session: Session, asked: int, told: Told
) -> None:
    cast = told.cast
    assert batches.batch_for(session, cast.ada, asked).total == MANY
    for who, refusal in ((cast.ivo, Forbidden), (cast.leo, NotFound), (cast.olga, NotFound)):
        with pytest.raises(refusal):
            batches.batch_for(session, who, asked)


# --- making ---------------------------------------------------------------------------------


def test_it_becomes_one_file_with_a_manifest(
    session: Session, asked: int, told: Told, settings: Settings, tmp_path: Path
) -> None:
    assert line(session, told.cast, asked).state == "waiting"
    assert work(session, settings) == MANY
    found = line(session, told.cast, asked)
    assert (found.state, found.done, found.left_out) == ("ready", MANY, 0)
    path = file_of(settings, found)
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size) == (
        found.sha256,
        found.size,
    )
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as made:
        assert made.testzip() is None
        manifest, sums, *files = made.namelist()
        rows = list(csv.DictReader(io.StringIO(made.read(manifest).decode("utf-8-sig"))))
        assert (manifest, sums) == (batches.MANIFEST, batches.SUMS)
        assert [row["File"] for row in rows] == files == sorted(files) and len(files) == MANY
        for row in rows:
            data = made.read(row["File"])
            assert hashlib.sha256(data).hexdigest() == row["SHA-256"]
            assert certificates.parse_serial(row["Serial"]) in row["File"]
            assert data.startswith(b"%PDF")
        made.extractall(tmp_path / "out")
    subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", sums], cwd=tmp_path / "out", check=True
    )


def test_it_leaves_its_entries_and_a_letter(
    session: Session, asked: int, settings: Settings, drawn: list[str]
) -> None:
    work(session, settings)
    acts = list(session.scalars(sa.select(AuditEntry.act).where(AuditEntry.act.like("batch.%"))))
    assert acts == ["batch.asked", "batch.made"]
    letter = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert letter is not None and letter.recipient == "ada@example.org"
    assert f"/manage/batches/{asked}" in letter.body


def test_the_same_certificates_make_the_same_bytes(
    session: Session, asked: int, told: Told, settings: Settings, drawn: list[str]
) -> None:
    work(session, settings)
    again = ask(session, told.cast)
    session.commit()
    assert again != asked
    work(session, settings, timedelta(days=3))
    first, second = (line(session, told.cast, each) for each in (asked, again))
    assert first.sha256 == second.sha256
    assert file_of(settings, first).read_bytes() == file_of(settings, second).read_bytes()


def test_several_workers_share_it_and_none_makes_another_ones(
    app: Flask, asked: int, told: Told, settings: Settings, drawn: list[str]
) -> None:
    def act(session: Session, _number: int) -> int:
        return work(session, settings)

    made = at_once(app, act, threads=6)
    assert sum(made) == MANY  # type: ignore[arg-type]
    with app.app_context():
        assert line(db.session, told.cast, asked).state == "ready"
        assert rows_of(db.session, OutboxMessage) == 2, "the award, and one letter for all"


def test_whoever_stops_half_way_loses_nothing(
    session: Session, asked: int, told: Told, settings: Settings, drawn: list[str]
) -> None:
    left = iter([True] * 3 + [False] * 9)
    assert batches.work(session, settings, clock.now, lambda: next(left)) == 3
    assert (line(session, told.cast, asked).done, line(session, told.cast, asked).state) == (
        3,
        "making",
    )
    assert work(session, settings) == MANY - 3
    assert len(drawn) == MANY + MANY, "each made once, and read once more to be packed"


def test_a_claim_of_the_dead_lapses(
    session: Session, asked: int, told: Told, settings: Settings, drawn: list[str]
) -> None:
    assert making._claim_entry(session, clock.now()) is not None
    assert work(session, settings) == MANY - 1
    assert line(session, told.cast, asked).state == "making"
    assert work(session, settings, batches.CLAIM_LASTS + timedelta(seconds=1)) == 1
    assert line(session, told.cast, asked).state == "ready"


def test_killed_while_packing_it_is_packed_again(
    session: Session,
    asked: int,
    told: Told,
    settings: Settings,
    drawn: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        pass

    def stop(_path: Path, members: Iterator[archive.Member]) -> tuple[str, int]:
        next(iter(members)).read()
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(archive, "write", stop)
        work(session, settings)
    session.rollback()
    assert line(session, told.cast, asked).state == "packing"
    assert work(session, settings) == 0, "another may be at it"
    work(session, settings, making.PACKING_LASTS + timedelta(seconds=1))
    assert line(session, told.cast, asked).state == "ready"


def test_what_cannot_be_drawn_is_tried_again_then_left_out(
    session: Session,
    asked: int,
    told: Told,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried: list[str] = []

    def draw(_session: object, found: object, *_: object) -> bytes:
        serial: str = found.credential.serial  # type: ignore[attr-defined]
        if serial == told.serial:
            tried.append(serial)
            raise ValueError("no such glyph")
        return b"%PDF" + serial.encode()

    monkeypatch.setattr(making, "_certificate", draw)
    work(session, settings)
    found = line(session, told.cast, asked)
    assert (found.state, found.left_out, len(tried)) == ("ready", 1, batches.MOST_TRIES)
    assert batches.list_left_out(session, asked) == [
        batches.LeftOut("Leo Ferreira", batches.CANNOT_BE_MADE)
    ]
    assert "was not made" in caplog.text


def test_one_that_takes_its_process_down_is_given_up(
    session: Session, asked: int, told: Told, settings: Settings, drawn: list[str]
) -> None:
    session.execute(
        sa.update(BatchEntry).where(BatchEntry.number == 1).values(tries=batches.MOST_TRIES)
    )
    session.commit()
    work(session, settings)
    assert line(session, told.cast, asked).left_out == 1
    assert len(set(drawn)) == MANY - 1


def test_what_is_revoked_meanwhile_is_left_out(
    session: Session,
    asked: int,
    told: Told,
    settings: Settings,
    drawn: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dataclasses import replace

    find = making.credentials.find_by_serial

    def found(session: Session, serial: str, now: datetime) -> object:
        attested = find(session, serial, now)
        if attested is not None and serial == told.serial:
            return replace(attested, verdict=replace(attested.verdict, status="revoked"))
        return attested

    monkeypatch.setattr(making.credentials, "find_by_serial", found)
    work(session, settings)
    assert batches.list_left_out(session, asked) == [batches.LeftOut("Leo Ferreira", "revoked")]
    assert told.serial not in drawn


def test_certificates_that_come_out_differently_are_made_anew(
    session: Session,
    asked: int,
    told: Told,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Between making and packing a newer release of the software may draw them otherwise."""
    release = ["old"]

    def draw(_session: object, found: object, *_: object) -> bytes:
        return f"%PDF {release[0]} {found.credential.serial}".encode()  # type: ignore[attr-defined]

    monkeypatch.setattr(making, "_certificate", draw)
    left = iter([True] * MANY + [False] * 9)
    batches.work(session, settings, clock.now, lambda: next(left))
    release[0] = "new"
    work(session, settings)
    assert line(session, told.cast, asked).state == "waiting"
    work(session, settings)
    found = line(session, told.cast, asked)
    assert found.state == "ready" and b"old" not in file_of(settings, found).read_bytes()


# --- a process of its own -------------------------------------------------------------------


@pytest.mark.kill
def test_a_press_killed_in_the_middle_costs_a_moment(
    session: Session, told: Told, settings: Settings
) -> None:
    """SIGKILL after some certificates; another press goes on, and the bytes are the same."""
    award_many(session, told, 7)
    batch = ask(session, told.cast)
    session.commit()
    first = press.tend(session, settings)
    assert first is not None and press.tend(session, settings) is first
    until = time.monotonic() + 60
    while line(session, told.cast, batch).done < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    session.rollback()
    done = line(session, told.cast, batch).done
    assert 3 <= done < 8
    kept = dict(digests(session, batch))
    work(session, settings, batches.CLAIM_LASTS + timedelta(seconds=1))
    found = line(session, told.cast, batch)
    assert (found.state, found.done) == ("ready", 8)
    assert kept.items() <= dict(digests(session, batch)).items()
    again = ask(session, told.cast)
    session.commit()
    work(session, settings)
    assert line(session, told.cast, again).sha256 == found.sha256
    assert press.tend(session, settings) is None, "nothing is left to do"


def digests(session: Session, batch: int) -> list[tuple[int, str]]:
    query = sa.select(BatchEntry.number, BatchEntry.sha256).where(
        BatchEntry.batch_id == batch, BatchEntry.sha256.is_not(None)
    )
    return [(row.number, row.sha256) for row in session.execute(query)]


# --- the file -------------------------------------------------------------------------------


def test_fetching_leaves_an_entry_and_waits_for_the_file(
    session: Session, asked: int, told: Told, settings: Settings, drawn: list[str]
) -> None:
    cast = told.cast
    how = {"by": cast.ada, "now": clock.now()}
    with pytest.raises(Refused):
        batches.fetched(session, line(session, cast, asked), settings.data, **how)  # type: ignore[arg-type]
    work(session, settings)
    found = line(session, cast, asked)
    path = batches.fetched(session, found, settings.data, **how)  # type: ignore[arg-type]
    assert path.is_file()
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None and (last.act, last.actor_id) == ("batch.fetched", cast.ada)
    assert found.download_name.startswith("certificates-Autumn-2026-20")


def test_its_time_ends_and_it_can_be_made_again(
    session: Session, asked: int, told: Told, settings: Settings, drawn: list[str]
) -> None:
    work(session, settings)
    path = file_of(settings, line(session, told.cast, asked))
    assert batches.remove_old(session, settings.data, clock.now() + timedelta(days=6)) == 0
    assert path.exists()
    later = clock.now() + batches.KEPT + timedelta(minutes=1)
    assert batches.remove_old(session, settings.data, later) == 1
    assert batches.remove_old(session, settings.data, later) == 0
    assert not path.exists() and line(session, told.cast, asked).state == "removed"
    with pytest.raises(Refused):
        batches.fetched(
            session, line(session, told.cast, asked), settings.data, by=told.cast.ada, now=later
        )
    assert ask(session, told.cast) != asked


def test_half_written_files_are_removed_in_time(settings: Settings) -> None:
    folder = batches.batch_folder(settings.data)
    folder.mkdir(parents=True)
    old, young = folder / "a.1.part", folder / "b.2.part"
    for file in (old, young):
        file.write_bytes(b"x")
    past = time.time() - 25 * 3600
    os.utime(old, (past, past))
    batches.remove_half_written(settings.data)
    assert not old.exists() and young.exists()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Lena Marković", "Lena-Marković"),
        ("王小明", "王小明"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\u202eb\x00c", "a-b-c"),
        ("=HYPERLINK()", "HYPERLINK"),
        ("...", "certificate"),
        ("x" * 300, "x" * 60),
        ("Cafe\u0301", "Café"),
    ],
)
def test_a_file_name_is_plain_in_any_script(name: str, plain: str) -> None:
    assert batches.plain_name(name) == plain


def test_a_thousand_files_take_the_memory_of_one(tmp_path: Path) -> None:
    """The file grows on the disk, not in the process."""
    import tracemalloc

    data = os.urandom(200_000)
    digest = hashlib.sha256(data).hexdigest()
    members = (
        archive.Member(f"{number:04}.pdf", "S", digest, lambda: bytes(bytearray(data)))
        for number in range(300)
    )
    tracemalloc.start()
    _, size = archive.write(tmp_path / "a.zip", members)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 300 * len(data)
    assert peak < 8_000_000


def test_a_file_that_is_not_the_one_in_the_manifest_is_never_packed(tmp_path: Path) -> None:
    wrong = archive.Member("1.pdf", "S", "0" * 64, lambda: b"%PDF")
    with pytest.raises(archive.Differs):
        archive.write(tmp_path / "a.zip", iter([wrong]))
