"""The `lms` command: prepare, serve, content check and publish, setup links, demonstration."""

import contextlib
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click
from pydantic import ValidationError

from lms import clock, demo
from lms.app import create_app
from lms.config import ROOT, Settings
from lms.db import db, make_engine
from lms.errors import LmsError, Refused
from lms.migrate import upgrade
from lms.services import accounts, publishing


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
    except ValidationError as error:
        for problem in error.errors():
            name = "LMS_" + "_".join(str(part) for part in problem["loc"]).upper()
            click.echo(f"lms: {name}: {problem['msg']}", err=True)
        sys.exit(1)


@click.group()
@click.version_option(package_name="pat-lms")
def lms() -> None:
    """Clinician education and certification for psychedelic-assisted therapy."""


@lms.command()
@click.option("--demo", "with_demo", is_flag=True, help="Add a demonstration, once.")
def prepare(with_demo: bool) -> None:
    """Make the secret key, bring the database up to date, publish the bundled curriculum."""
    settings = Settings()
    settings.make_secret()
    engine = make_engine(settings.database)
    upgrade(engine)
    engine.dispose()
    click.echo("The database is up to date.")
    with create_app(settings).app_context():
        if with_demo:
            click.echo("Making the demonstration; this takes some seconds.")
            click.echo("\n".join(demo.present(db.session, settings, clock.now())))
        for release in publishing.publish(db.session, ROOT, now=clock.now(), actor_id=None):
            click.echo(f"Curriculum: {release.course_slug}, release {release.label}.")
        db.session.commit()


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
def check_content(path: Path, as_json: bool) -> None:
    """Report every problem of the content below PATH, each with its file and line.

    PATH holds courses/content and quizzes/content; the bundled curriculum is the default.
    The exit status is 1 when there are errors; warnings alone leave it at 0.
    """
    _curriculum, findings = publishing.check(path)
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        report = {"errors": errors, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for each in findings:
            click.echo(f"{each.file}:{each.line}: {each.severity}: {each.message} [{each.code}]")
        click.echo(f"{errors} errors, {len(findings) - errors} warnings.")
    sys.exit(1 if errors else 0)


@content.command("publish")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT)
def publish_content(path: Path) -> None:
    """Freeze each course below PATH as a release; an unchanged course keeps its release."""
    with create_app(Settings()).app_context():
        for release in publishing.publish(db.session, path, now=clock.now(), actor_id=None):
            click.echo(f"{release.course_slug} {release.label} {release.content_hash}")
        db.session.commit()
