"""`lms credentials verify`, what a file is worth; `inspect`, whether the records still hold."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

import certificates
from lms import clock
from lms import keys as our_keys
from lms.app import create_app
from lms.config import Settings
from lms.db import db
from lms.services import register
from lms.services.credentials.inspection import inspect as faults_in

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TITLES = {
    "genuine": "GENUINE and unaltered",
    "altered": "ALTERED",
    "not-ours": "NOT OURS: somebody else made it",
    "unreadable": "UNREADABLE",
}
EXITS = {"altered": 1, "not-ours": 1, "unreadable": 2}
GENUINE_WITH_WARNINGS = 3
ENOUGH = 20_000_001
"""Bytes of a file that are read: enough to see that it is longer than what is looked at."""


@click.group()
def credentials() -> None:
    """Check certificates, badges and transcripts, and the records behind them."""


@credentials.command("verify")
@click.argument("file", type=FILE)
@click.option("--keys", "keys_file", type=FILE, help="The issuer's published keys; else our own.")
@click.option(
    "--status", "lists", type=FILE, multiple=True, help="A status list as it was published."
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify(file: Path, keys_file: Path | None, lists: tuple[Path, ...], as_json: bool) -> None:
    """Say whether FILE is genuine: a certificate (PDF), badge or transcript (JSON, token, image).

    Nothing is fetched. The exit status is 0 for what is genuine, unaltered and has nothing said
    against it; 3 for what is genuine but revoked, suspended, logged late or not logged; 1 for
    what is altered or not the issuer's; 2 for what cannot be read.
    """
    with file.open("rb") as opened:
        content = opened.read(ENOUGH)
    found = certificates.verify_file(
        content, _keys(keys_file), clock.now(), status_lists=dict(_status_lists(lists))
    )
    if as_json:
        click.echo(json.dumps(report(found), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(told(found)))
    sys.exit(EXITS.get(found.state, GENUINE_WITH_WARNINGS if found.warnings else 0))


@credentials.command("inspect")
@click.option(
    "--witness",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of a witness: compare with what it remembers.",
)
def inspect(folder: Path | None) -> None:
    """Compare every credential, its acts and the log with each other, and with a witness.

    Names whatever was altered, removed, added or dated back since it was logged; the exit status
    is then 1.
    """
    settings = Settings()
    with create_app(settings).app_context():
        seen = None if folder is None else _seen_by(folder)
        faults = list(faults_in(db.session, settings, seen))
    for line in faults:
        click.echo(line)
    click.echo(f"{len(faults)} discrepancies.")
    sys.exit(1 if faults else 0)


def report(found: certificates.FileVerdict) -> dict[str, Any]:
    """Return a verdict as JSON-able values."""
    badge, proof = found.badge, found.proof
    return {
        "state": found.state,
        "kind": found.kind,
        "reasons": list(found.reasons),
        "warnings": list(found.warnings),
        "facts": dict(found.facts),
        "signature": None if found.pdf is None else found.pdf.state,
        "badge": None if badge is None else {"state": badge.state, "status": badge.status},
        "log": proof
        and {
            "origin": proof.origin,
            "index": proof.index,
            "size": proof.size,
            "issued_at": proof.at.isoformat(),
            "logged_at": proof.logged_at.isoformat(),
            "late": proof.is_late,
        },
    }


def told(found: certificates.FileVerdict) -> Iterator[str]:
    """Return a verdict as the lines in which a terminal tells it."""
    yield TITLES[found.state]
    for line in (*found.reasons, *found.warnings):
        yield f"  {line}"
    for label, text in found.facts:
        yield f"  {label + ':':<15} {text}"


def _keys(file: Path | None) -> dict[str, Any]:
    """Return the keys that were given, else those of this installation, which is not changed."""
    if file is None:
        settings = Settings()
        if not (settings.keys_folder / our_keys.PUBLISHED).is_file():
            raise click.UsageError("This installation has no keys yet: give --keys FILE.")
        return dict(our_keys.published_document(settings))
    document = _json(file)
    try:
        certificates.keys_from_document(document)
        certificates.roots_from_document(document)
    except certificates.KeysError as error:
        raise click.BadParameter(f"{file} is no document of keys: {error}") from error
    return document


def _status_lists(files: tuple[Path, ...]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        yield str(_json(file).get("id")), file.read_bytes()


def _seen_by(folder: Path) -> register.Seen:
    """Return what a witness keeps in its folder."""
    try:
        leaves = (folder / "leaves").read_bytes()
        looks = map(json.loads, (folder / "looks.jsonl").read_text("utf-8").splitlines())
        size = certificates.log.HASH_BYTES
        return register.Seen(
            [leaves[at : at + size] for at in range(0, len(leaves), size)],
            [(datetime.fromtimestamp(each["time"], UTC), each["size"]) for each in looks],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.BadParameter(f"{folder} is not the folder of a witness: {error}") from error


def _json(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except ValueError as error:
        raise click.BadParameter(f"{file} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise click.BadParameter(f"{file} is no JSON object")
    return document
