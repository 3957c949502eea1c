"""Making an evidence pack: each table written as it is read, then a manifest that is signed.

Several processes may sweep at once: each claims a pack; a claim of a dead process lapses. The right
of whoever asked is asked again when it is made, since it may have been taken back meanwhile.
"""

import hashlib
import json
import logging
import os
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import archives, keys
from lms.config import Settings
from lms.downloads import Cell, Table, csv_stream
from lms.errors import LmsError
from lms.hands import GoesOn, Now
from lms.models.accounts import Account
from lms.models.audit import AuditEntry
from lms.models.packs import EvidencePack
from lms.services import audit, catalogue, cohorts, mail
from lms.services.packs.asking import KEPT, pack_folder, record
from lms.services.packs.parts import PARTS, Scope

VERSION = 1
"""Version of the form that `docs/evidence-packs.md` describes."""
CLAIM_LASTS = timedelta(minutes=10)
MOST_TRIES = 3
MANIFEST, SUMS, README = "manifest.json", "SHA256SUMS", "README.txt"
NOTICE = (
    "This pack shows what the programme has on record. Hours are mapped to the rules of "
    "jurisdictions by the programme; no regulator has judged the mapping. It holds personal data: "
    "keep it as you keep other personal data, and delete it when it is no longer needed."
)
log = logging.getLogger(__name__)


def has_work(session: Session, now: datetime) -> bool:
    """Whether a pack waits that nobody makes."""
    return session.scalar(_first_waiting(now)) is not None


def work(session: Session, settings: Settings, now: Now, goes_on: GoesOn = lambda: True) -> int:
    """Make the packs that wait; return how many. Commits as it goes."""
    made = 0
    while goes_on() and (pack := _claim(session, now())) is not None:
        try:
            _make(session, settings, pack, now())
            made += 1
        except LmsError as refusal:
            session.rollback()
            _fail(session, pack.id, refusal.message or "It could not be made.")
        except Exception:
            session.rollback()
            log.exception("Evidence pack %s was not made.", pack.id)
            if pack.tries >= MOST_TRIES:
                _fail(session, pack.id, "It could not be made: tell whoever runs this site.")
        session.commit()
    return made


def _claim(session: Session, now: datetime) -> EvidencePack | None:
    claimed = session.execute(
        sa.update(EvidencePack)
        .where(EvidencePack.id == _first_waiting(now).scalar_subquery(), *_waits(now))
        .values(claimed_until=now + CLAIM_LASTS, tries=EvidencePack.tries + 1)
        .returning(EvidencePack)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    session.commit()
    return claimed


def _first_waiting(now: datetime) -> sa.Select[Any]:
    return sa.select(EvidencePack.id).where(*_waits(now)).order_by(EvidencePack.id).limit(1)


def _waits(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    free = sa.or_(EvidencePack.claimed_until.is_(None), EvidencePack.claimed_until < now)
    return EvidencePack.made_at.is_(None), EvidencePack.failure.is_(None), free


def _fail(session: Session, pack_id: int, why: str) -> None:
    failed = sa.update(EvidencePack).where(EvidencePack.id == pack_id)
    session.execute(failed.values(failure=why[:300], claimed_until=None))


def _make(session: Session, settings: Settings, pack: EvidencePack, now: datetime) -> None:
    cohort = cohorts.cohort_for(session, pack.asked_by, pack.cohort_id, "overseer")
    scope = Scope(session, cohort, catalogue.release(session, cohort.release_id), now)
    asker = session.execute(
        sa.select(Account.full_name, Account.email).where(Account.id == pack.asked_by)
    ).one()
    folder = pack_folder(settings.data)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = folder / f"{pack.file_name}.{secrets.token_hex(4)}.part"
    try:
        write(half, scope, settings, asker.full_name)
        digest, size = archives.digest_of(half), half.stat().st_size
        half.replace(folder / f"{pack.file_name}.zip")
    finally:
        half.unlink(missing_ok=True)
    pack.made_at, pack.sha256, pack.size = now, digest, size
    session.flush()
    record(session, "pack.made", pack.id, pack.programme_id, None, now, sha256=digest)
    told = mail.letter(
        "pack-ready",
        name=asker.full_name,
        cohort=cohort.title,
        until=(now + KEPT).date(),
        address=f"{settings.public_url}/manage/programmes/{pack.programme_id}/packs",
    )
    mail.write(
        session,
        recipient=asker.email,
        account_id=pack.asked_by,
        programme_id=pack.programme_id,
        kind="report",
        key=f"pack {pack.id}",
        subject=told.subject,
        body=told.body,
        at=now,
    )


def write(path: Path, scope: Scope, settings: Settings, made_for: str) -> None:
    """Write the pack of a cohort to `path`: its tables, then README, manifest and sums.

    Holds some rows in memory at a time; it is on the disk afterwards.
    """
    files: list[dict[str, Any]] = []
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in PARTS:
                table = part.table(scope)
                files.append(_add(archive, part.name, table))
            readme = _readme(scope, files).encode()
            archive.writestr(archives.member(README), readme)
            signed = json.dumps(
                certificates.sign_transcript(
                    _subject(scope, files, made_for),
                    certificates.did_of(settings.public_url),
                    keys.keys_of(settings).credential,
                    scope.now,
                    certificates.PACK_TYPE,
                ),
                indent=1,
                ensure_ascii=False,
            )
            archive.writestr(archives.member(MANIFEST), f"{signed}\n")
            archive.writestr(archives.member(SUMS), _sums(files, readme, f"{signed}\n".encode()))
        file.flush()
        os.fsync(file.fileno())


def _add(archive: zipfile.ZipFile, name: str, table: Table) -> dict[str, Any]:
    """Add a table as it is read; return what the manifest says of it."""
    digest, size, rows = hashlib.sha256(), 0, _Counted(table.rows)
    member = archives.member(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(member, "w", force_zip64=True) as file:
        for chunk in csv_stream(replace(table, rows=rows)):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
    columns = [{"heading": each.label, "meaning": each.help} for each in table.columns]
    return {
        "name": name,
        "title": table.name,
        "rows": rows.count,
        "bytes": size,
        "sha256": digest.hexdigest(),
        "columns": columns,
        "notes": list(table.notes),
    }


class _Counted:
    """Rows that are counted as they are read, once."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        for row in self._rows:
            self.count += 1
            yield row


def _subject(scope: Scope, files: list[dict[str, Any]], made_for: str) -> dict[str, Any]:
    content, cohort = scope.content, scope.cohort
    entries, last = scope.session.execute(
        sa.select(sa.func.count(), sa.func.max(AuditEntry.id)).select_from(AuditEntry)
    ).one()
    head = scope.session.scalar(sa.select(AuditEntry.hash).where(AuditEntry.id == last))
    return {
        "version": VERSION,
        "programme": cohort.programme_name,
        "cohort": cohort.title,
        "startsOn": cohort.starts_on.isoformat(),
        "dueOn": cohort.due_on.isoformat(),
        "course": content.course.title,
        "release": content.label,
        "releaseHash": content.content_hash,
        "made": scope.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "madeFor": made_for,
        "files": files,
        "auditTrail": {
            "entries": entries,
            "head": head or audit.GENESIS,
            "whole": "yes" if audit.first_broken(scope.session) is None else "no",
        },
        "notice": NOTICE,
    }


def _readme(scope: Scope, files: list[dict[str, Any]]) -> str:
    listed = "\n".join(
        f"  {each['name']:<34} {each['title']}, rows: {each['rows']}" for each in files
    )
    return (
        f"Evidence pack: {scope.content.course.title}, {scope.cohort.title}\n"
        f"{scope.cohort.programme_name}, made {scope.now.astimezone(UTC):%d %B %Y, %H:%M} UTC\n\n"
        f"{listed}\n  {MANIFEST:<34} what each file is, its SHA-256, signed\n\n"
        "Each table is CSV in UTF-8; instants are in UTC. What each column means stands in the\n"
        f"manifest. To check that nothing was changed: “sha256sum --check {SUMS}”, and that the\n"
        f"manifest is genuine: “lms credentials verify {MANIFEST}”, or with the keys published at\n"
        "/register/keys.json by any library for Data Integrity proofs (eddsa-jcs-2022).\n\n"
        f"{NOTICE}\n"
    )


def _sums(files: list[dict[str, Any]], readme: bytes, manifest: bytes) -> str:
    digests = [(each["sha256"], each["name"]) for each in files]
    digests.append((hashlib.sha256(readme).hexdigest(), README))
    digests.append((hashlib.sha256(manifest).hexdigest(), MANIFEST))
    return "".join(f"{digest}  {name}\n" for digest, name in digests)
