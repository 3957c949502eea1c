"""`lms mail bounces`, what came back; `lms mail test`, whether the mail server takes our mail."""

import sys
from email.message import EmailMessage
from typing import BinaryIO

import click

from lms import clock
from lms.app import create_app
from lms.config import Settings
from lms.db import db
from lms.errors import Refused
from lms.services import mail as outbox

LARGEST = 50_000_000


@click.group()
def mail() -> None:
    """Take in what came back, and try the mail server."""


@mail.command("bounces")
@click.argument("file", type=click.File("rb"))
def bounces(file: BinaryIO) -> None:
    """Mark the addresses that the delivery reports in FILE tell of; - reads standard input.

    FILE is one message or a whole mbox. Only reports about messages of this installation count:
    they carry its Message-ID, which nobody else can make.
    """
    source = file.read(LARGEST + 1)
    if len(source) > LARGEST:
        raise Refused("That is larger than 50 MB. Split the mailbox and take it in parts.")
    settings = Settings()
    with create_app(settings).app_context():
        found = outbox.read_bounces(source)
        taken = outbox.take_bounces(
            db.session, found, lambda text: outbox.number_of(settings, text), clock.now()
        )
        db.session.commit()
    for each in taken:
        click.echo(f"{each.address}: {each.status} {each.detail}")
    click.echo(f"{len(found)} failures for good, {len(taken)} addresses marked.")


@mail.command("test")
@click.argument("address")
def test(address: str) -> None:
    """Send a message to ADDRESS now, past the outbox, and say what the server answered."""
    settings = Settings()
    delivery = outbox.delivery(settings)
    if delivery is None:
        raise Refused("No mail server is set: give LMS_MAIL_HOST.")
    email = EmailMessage()
    email["From"], email["To"] = settings.mail_sender, address
    email["Subject"] = f"A test of {settings.site_name}"
    email["Message-ID"] = f"<test-{clock.now():%Y%m%d%H%M%S}@{settings.public_url.split('//')[-1]}>"
    email.set_content("The mail server took this message. Nothing is asked of you.\n")
    try:
        with delivery as deliver:
            deliver(email)
    except OSError as error:
        click.echo(f"The server refused: {error}", err=True)
        sys.exit(1)
    click.echo("The server took the message.")
