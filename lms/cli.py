"""The `lms` command: prepare, serve, content check and publish, setup links, items."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lms import clock, demo
from lms import keys as our_keys
from lms.app import create_app
from lms.config import ROOT, SECRET_FILE, Settings
from lms.credential_commands import credentials
from lms.db import db, make_engine
from lms.errors import LmsError, Refused
from lms.items import items
from lms.key_commands import keys
from lms.mail_commands import mail
from lms.migrate import is_current, upgrade
from lms.services import accounts, evidence, publishing, search, updates
from lms.services.evidence import KindNeeded


def main() -> None:
    """Run the command; say what went wrong in a sentence instead of a traceback."""
    try:
        lms(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except LmsError as error:
        click.echo(f"lms: {error.message}", err=True)
        sys.exit(1)


@click.group()
@click.version_option(package_name="pat-lms")
def lms() -> None:
    """Clinician education and certification for psychedelic-assisted therapy."""


lms.add_command(items)
lms.add_command(keys)
lms.add_command(credentials)
lms.add_command(mail)


@lms.command()
@click.option("--demo", "with_demo", is_flag=True, help="Add a demonstration, once.")
def prepare(with_demo: bool) -> None:
    """Make the keys, bring the database up to date, publish the bundled curriculum."""
    settings = Settings()
    settings.make_secret()
    our_keys.make(settings, demo.begins(clock.now()) if with_demo else clock.now())
    engine = make_engine(settings.database)
    upgrade(engine)
    engine.dispose()
    click.echo("The database is up to date.")
    with create_app(settings).app_context():
        if with_demo:
            click.echo("Making the demonstration; this takes some seconds.")
            is_new = demo.is_wanted(db.session)
            click.echo("\n".join(demo.present(db.session, settings, clock.now())))
            if is_new:
                # It has published the curriculum, at the time at which its story begins.
                return
        try:
            for slug, label, _hash in _publish(ROOT, settings):
                click.echo(f"Curriculum: {slug}, release {label}.")
        except KindNeeded as needed:
            # The releases that are published go on being taught until somebody has decided.
            db.session.rollback()
            click.echo(f"Curriculum: not published yet. {needed.message}", err=True)


@lms.command()
def serve() -> None:
    """Serve with gunicorn until interrupted."""
    settings = Settings()
    with create_app(settings).app_context():
        click.echo(f"\nOpen {settings.public_url}")
        with contextlib.suppress(Refused):
            token = accounts.make_setup_link(db.session, clock.now())
            db.session.commit()
            click.echo(f"Become the first administrator: {settings.public_url}/setup/{token}")
            click.echo("(works once, for 48 hours; `lms setup-link` makes another)")
        if settings.is_development:
            click.echo(f"Mail is kept, not sent: {settings.public_url}/mailbox")
        click.echo("Stop with Ctrl-C.\n")
    # Replaces this process, so that signals reach the server itself.
    gunicorn = ["gunicorn", "--config", "python:lms.server", "--chdir", str(ROOT), "wsgi:app"]
    os.execv(sys.executable, [sys.executable, "-m", *gunicorn])  # noqa: S606


@lms.command("setup-link")
def setup_link() -> None:
    """Print a one-time address that makes its visitor the first administrator."""
    settings = Settings()
    with create_app(settings).app_context():
        token = accounts.make_setup_link(db.session, clock.now())
        db.session.commit()
    click.echo(f"{settings.public_url}/setup/{token}")


@lms.group()
def content() -> None:
    """Check and publish courses and item banks."""


@content.command("check")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Name the facts whose review is due on that day instead of today.",
)
def check_content(path: Path, as_json: bool, day: datetime | None) -> None:
    """Report every problem of the content below PATH, each with its file and line.

    PATH holds courses/content and quizzes/content; the bundled curriculum is the default.
    Where this installation has published the course before, what has changed since is named with
    all that it touches. The exit status is 1 when there are errors; warnings leave it at 0.
    """
    curriculum, findings = publishing.check(path, (day or clock.now()).date())
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        report = {
            "errors": errors,
            "findings": [asdict(finding) for finding in findings],
            "courses": publishing.overviews(curriculum),
        }
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for each in findings:
            click.echo(f"{each.file}:{each.line}: {each.severity}: {each.message} [{each.code}]")
        for course in publishing.overviews(curriculum):
            click.echo(
                f"{course['course']}: {len(course['modules'])} modules, "
                f"{course['lessons']} lessons, {course['words']} words, "
                f"{course['minutes']} minutes, {len(course['facts_cited'])} facts cited, "
                f"{len(course['facts_uncited'])} not."
            )
        for line in [] if errors else _pending(path):
            click.echo(line)
        click.echo(f"{errors} errors, {len(findings) - errors} warnings.")
    sys.exit(1 if errors else 0)


@content.command("publish")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT)
@click.option("--kind", type=click.Choice(evidence.KINDS), help="Else what the changes call for.")
@click.option("--note", default="", help="What changed, in public words.")
def publish_content(path: Path, kind: evidence.Kind | None, note: str) -> None:
    """Freeze each course below PATH as a release; an unchanged course keeps its release.

    A release is editorial, or at least material when facts or right answers changed. Only you can
    call it safety-critical: it brings an update for everybody certified already, and a note.
    """
    settings = Settings()
    with create_app(settings).app_context():
        for release in _publish(path, settings, kind, note):
            click.echo(" ".join(release))


def _publish(
    path: Path, settings: Settings, kind: evidence.Kind | None = None, note: str = ""
) -> list[tuple[str, str, str]]:
    """Publish what stands below `path` and tell the holders whom it concerns, all or nothing.

    Return course, label and hash of each release.
    """
    now = clock.now()
    releases = publishing.publish(db.session, path, now=now, actor_id=None, kind=kind, note=note)
    address = f"{settings.public_url}/credentials"
    told = updates.announce(db.session, now=now, credentials_address=address)
    db.session.commit()
    if told:
        click.echo(f"{told} letters to holders wait in the outbox.", err=True)
    return [(each.course_slug, each.label, each.content_hash) for each in releases]


@content.command("diff")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT)
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def diff_content(path: Path, as_json: bool) -> None:
    """Print what publishing PATH would change against the last release, and what that touches."""
    with create_app(Settings()).app_context():
        if as_json:
            found = publishing.diff(db.session, path)
            report = {slug: None if each is None else as_report(each) for slug, each in found}
            click.echo(json.dumps(report, indent=2, ensure_ascii=False))
            return
        for line in _differences(path):
            click.echo(line)


def _pending(path: Path) -> list[str]:
    """Return what differs from the last release, where an installation has been prepared."""
    settings = Settings()
    has_database = bool(settings.database_url) or (settings.data / "lms.db").is_file()
    has_key = bool(settings.secret_key) or (settings.data / SECRET_FILE).is_file()
    if not has_database or not has_key:
        return []
    with create_app(settings).app_context():
        if not is_current(db.engine):
            return ["The database is of an earlier version: `lms prepare` brings it up to date."]
        return _differences(path)


def _differences(path: Path) -> list[str]:
    lines: list[str] = []
    for slug, difference in publishing.diff(db.session, path):
        lines += [f"{slug}, against the last release:", *told(difference)]
        if difference is not None:
            attempts, holders = updates.reach_of_pending(db.session, slug, difference, clock.now())
            lines.append(
                f"  reaches {len(attempts)} open attempts and {len(holders)} credential holders"
            )
    return lines


def as_report(difference: evidence.Difference) -> dict[str, Any]:
    """Return a difference as JSON-able values."""
    return {
        "kind": difference.least_kind,
        "facts": [
            {"id": change.fact_id, "how": change.how, "fields": list(change.fields)}
            for change in difference.impact.changes
        ],
        "touched": [asdict(touched) for touched in difference.impact.touched],
        "items": [asdict(change) for change in difference.items],
        "updates": [update.slug for update in difference.updates],
    }


def told(difference: evidence.Difference | None) -> Iterator[str]:
    """Return a difference as the lines in which a terminal tells it."""
    if difference is None:
        yield "  the first release of this course"
        return
    yield f"  at least {difference.least_kind}"
    for change in difference.impact.changes:
        fields = f" ({', '.join(change.fields)})" if change.fields else ""
        yield f"  fact {change.fact_id} {change.how}{fields}"
    for touched in difference.impact.touched:
        yield f"  touches {touched.kind} {touched.key}: {', '.join(touched.facts)}"
    for item in difference.items:
        yield f"  item {item.item_id} {item.how}"
    for update in difference.updates:
        yield f"  brings the {update.kind} update {update.slug}"


@content.command("index")
@click.option("--again", is_flag=True, help="Write those anew that are written already.")
def index_content(again: bool) -> None:
    """Write what search finds for releases published before there was a search.

    Publishing does it by itself. With --again it is done anew for every release, as the rules of
    this version cut and spell; restart the server afterwards.
    """
    with create_app(Settings()).app_context():
        write = search.write_again if again else search.write_missing
        for name in write(db.session):
            click.echo(f"Indexed {name}.")
        db.session.commit()
    click.echo("Everything published can be searched.")
