"""`lms items import` and `lms items export`: items from other systems, and for them."""

# Annotations stay unread, so that naming a type does not load the readers.
from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal

import click

import quizzes
from lms.config import ROOT

# One more than is read, so that an endless file is refused instead of filling the memory.
MOST_BYTES = 20 * 1024 * 1024 + 1
FIGURES = "figures"
UNREAD, IN_PART = 1, 3
_SUFFIXES = {"qti3": ".qti3.zip", "moodle": ".moodle.xml"}


@click.command("import")
@click.argument("file", type=click.File("rb"), metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the drafts as a bank file (YAML) there; never over an existing file.",
)
@click.pass_context
def import_items(
    context: click.Context, file: BinaryIO, as_json: bool, target: Path | None
) -> None:
    """Read items of another system and report, item by item, what was kept and what was not.

    GIFT, Aiken, Moodle XML and QTI 2.0 to 3.0 (an item or a package) are told apart by content.
    What was read are drafts: an author completes them. The exit status is 0 when everything was
    kept, 3 when every item was read but not all of its parts were kept, and 1 when an item or
    the file could not be read. A file named - is read from the standard input.
    """
    reading = quizzes.read_items(file.read(MOST_BYTES))
    written = [] if target is None or reading.refused else _write(reading, target)
    if as_json:
        document = report(reading) | {"written": [str(path) for path in written]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        for line in told(reading):
            click.echo(_printable(line))
        for path in written:
            click.echo(f"Wrote {path}")
    if not reading.is_everything_kept:
        context.exit(IN_PART if reading.is_whole_file_read else UNREAD)


def report(reading: quizzes.Reading) -> dict[str, Any]:
    """The loss report as JSON-able values."""
    return {
        "format": reading.format,
        "refused": reading.refused,
        "read": len(reading.drafts),
        "whole": len(reading.items),
        "not_read": sum(entry.draft is None for entry in reading.entries),
        "losses": [_loss(loss) for loss in reading.losses],
        "items": [
            {
                "place": entry.place,
                "name": entry.name,
                "standing": entry.standing,
                "id": entry.draft.id if entry.draft else None,
                "kind": entry.draft.kind if entry.draft else None,
                "kept": list(entry.kept),
                "losses": [_loss(loss) for loss in entry.losses],
                "missing": list(entry.draft.missing) if entry.draft else [],
            }
            for entry in reading.entries
        ],
    }


def told(reading: quizzes.Reading) -> list[str]:
    """The loss report as the lines in which a terminal tells it."""
    if reading.refused:
        return [f"Nothing was read. {reading.refused}"]
    lines = []
    for entry in reading.entries:
        draft = entry.draft
        what = f"{draft.kind} item {draft.id}, {entry.standing}" if draft else "not read"
        lines.append(f"{entry.place}: {entry.name or 'without a name'}: {what}")
        lines += [f"  kept: {', '.join(entry.kept)}"] if draft else []
        lines += [f"  not kept: {loss.what}: {loss.why}" for loss in entry.losses]
        if draft is not None and draft.missing:
            lines.append(f"  to complete: {', '.join(draft.missing)}")
    lines += [f"not kept: {loss.what}: {loss.why}" for loss in reading.losses]
    unread = sum(entry.draft is None for entry in reading.entries)
    whole = len(reading.items)
    counts = f"{whole} whole, {len(reading.drafts) - whole} to complete, {unread} not read"
    return [*lines, f"{reading.format}: {len(reading.entries)} items: {counts}."]


def _write(reading: quizzes.Reading, target: Path) -> list[Path]:
    """Write the bank file and the figures beside it, and nothing over what is there."""
    folder = target.parent / FIGURES
    contents = {target: quizzes.draft_bank(reading).encode()}
    contents |= {folder / name: content for name, content in reading.figures.items()}
    for path in contents:
        if path.exists() or path.is_symlink():
            raise click.ClickException(f"{path} is there already; nothing was written.")
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(content)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    return list(contents)


@click.command("export")
@click.argument("bank")
@click.option(
    "--format",
    "target_format",
    type=click.Choice(["qti3", "moodle"]),
    default="qti3",
    show_default=True,
    help="A QTI 3.0 package, or Moodle XML.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write; BANK.qti3.zip or BANK.moodle.xml here is the default.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def export_items(
    bank: str, target_format: Literal["qti3", "moodle"], target: Path | None, as_json: bool
) -> None:
    """Write BANK for other systems; `lms items import` reads the very same items back.

    BANK is the name of a bundled bank, such as ethics, or the path of a bank file. The report
    says item by item what other systems will not show. An existing file is never overwritten.
    """
    found, figures = _bank(bank)
    write = quizzes.write_qti3 if target_format == "qti3" else quizzes.write_moodle
    try:
        content = write(found, figures)
    except KeyError as error:
        raise click.ClickException(f"The figure {error.args[0]} is not there.") from error
    path = target or Path(found.id + _SUFFIXES[target_format])
    try:
        with path.open("xb") as stream:
            stream.write(content)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    losses = quizzes.lost_elsewhere(found, target_format)
    if as_json:
        items = [
            {"id": item, "not_shown": [_loss(loss) for loss in each]}
            for item, each in losses.items()
        ]
        document = {"bank": found.id, "format": target_format, "written": str(path)}
        click.echo(json.dumps(document | {"items": items}, indent=2, ensure_ascii=False))
        return
    for line in _told_export(losses):
        click.echo(line)
    click.echo(f"Wrote {path}: {len(found.items)} items.")


def _told_export(losses: Mapping[str, tuple[quizzes.Loss, ...]]) -> list[str]:
    """What others will not show, each thing once with the items it concerns."""
    concerned: dict[quizzes.Loss, list[str]] = {}
    for item, each in losses.items():
        for loss in each:
            concerned.setdefault(loss, []).append(item)
    return [
        f"other systems do not show {loss.what} ({loss.why}): "
        + ("every item" if len(items) == len(losses) else ", ".join(items))
        for loss, items in concerned.items()
    ]


def _bank(name: str) -> tuple[quizzes.Bank, Mapping[str, bytes]]:
    path = Path(name)
    is_path = path.suffix == ".yaml" or "/" in name
    folder = path.parent if is_path else ROOT / "quizzes" / "content"
    key = path.stem if is_path else name
    banks, problems = quizzes.read_banks(folder)
    if key not in banks:
        faults = [p for p in problems if p.file == f"{key}.yaml" and p.severity == "error"]
        for each in faults:
            click.echo(f"{each.file}:{each.line}: {each.message} [{each.code}]", err=True)
        others = ", ".join(banks) or "none"
        raise click.ClickException(f"There is no bank {key} without errors. Banks: {others}.")
    bank = banks[key]
    if bank.draws_from:
        drawn = ", ".join(bank.draws_from)
        raise click.ClickException(f"{key} draws its items from {drawn}; export those.")
    return bank, _figures(folder / FIGURES)


def _figures(folder: Path) -> dict[str, bytes]:
    files = folder.glob("*.svg") if folder.is_dir() else ()
    return {path.name: path.read_bytes() for path in files if path.is_file()}


def _loss(loss: quizzes.Loss) -> dict[str, str]:
    return {"what": loss.what, "why": loss.why}


def _printable(line: str) -> str:
    """A line of the report as a terminal may show it: a name in a file may hold its orders."""
    return "".join(character if character.isprintable() else "�" for character in line)
