"""The commands `lms keys list` and `lms keys rotate`: which keys sign here, and a new one."""

from datetime import datetime

import click

import certificates
from lms import clock
from lms import keys as our_keys
from lms.config import Settings
from lms.keys import KINDS, Keys, Kind


@click.group()
def keys() -> None:
    """List and rotate the keys that sign badges, the log and PDF files."""


@keys.command("list")
def list_keys() -> None:
    """Print every key with the time in which it signed, and who signs PDF files."""
    settings = Settings()
    for line in told(settings, our_keys.keys_of(settings)):
        click.echo(line)


@keys.command("rotate")
@click.argument("kind", type=click.Choice(KINDS))
@click.confirmation_option(prompt="The key in use is deleted for good. Put a new one in its place?")
def rotate_key(kind: Kind) -> None:
    """Put a new key of this KIND in the place of the one in use, which is deleted.

    What it signed stays genuine: its public half remains published. Pages serve the new key at
    once, without a restart.
    """
    settings = Settings()
    for line in told(settings, our_keys.rotate(settings, kind, clock.now())):
        click.echo(line)


def told(settings: Settings, found: Keys) -> list[str]:
    """Return the keys as the lines in which a terminal tells them."""
    lines = [f"Keys in {settings.keys_folder}, for {certificates.did_of(settings.public_url)}:"]
    for key in found.published:
        until = "in use" if key.valid_until is None else f"until {_day(key.valid_until)}"
        lines.append(f"  {key.id}  {key.multibase}  from {_day(key.valid_from)}, {until}")
    if settings.pdf_certificate:
        lines.append(f"PDF files: the certificate in {settings.pdf_certificate}.")
    else:
        lines.append(
            "PDF files: an authority of this installation's own, which no reader of PDF files "
            "knows by itself. For one that they know set LMS_PDF_CERTIFICATE."
        )
    stamps = found.time_stamping
    lines.append(f"Time-stamps: {stamps.address if stamps else 'none'}.")
    return lines


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
