"""Ways to deliver: an SMTP server, over one connection a sweep, or a folder in development."""

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from lms.config import Settings

Deliver = Callable[[EmailMessage], None]
TIMEOUT_SECONDS = 20


@contextlib.contextmanager
def by_smtp(settings: Settings) -> Iterator[Deliver]:
    """Give a delivery through the configured server; it connects with the first message.

    The server's certificate is checked. Mail that comes back goes to `mail_return`.
    """
    line: smtplib.SMTP | None = None
    returns = parseaddr(settings.mail_return or settings.mail_sender)[1]

    def deliver(email: EmailMessage) -> None:
        nonlocal line
        line = line or _connect(settings)
        try:
            line.send_message(email, from_addr=returns)
        except OSError:
            # Every error of smtplib is one; a connection that answered is good for the next.
            if line.sock is None:
                line = None
            raise

    try:
        yield deliver
    finally:
        if line is not None:
            with contextlib.suppress(OSError):
                line.quit()


def _connect(settings: Settings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    where = (settings.mail_host, settings.mail_port)
    if settings.mail_security == "tls":
        line: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=context)
    else:
        line = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
    try:
        if settings.mail_security == "starttls":
            line.starttls(context=context)
        if settings.mail_username:
            line.login(settings.mail_username, settings.mail_password)
    except BaseException:
        line.close()
        raise
    return line


def to_folder(folder: Path) -> Deliver:
    """Return a delivery that keeps each message as an .eml file, for development."""

    def deliver(email: EmailMessage) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = str(email["Message-ID"]).strip("<>").split("@")[0]
        (folder / f"{name}.eml").write_bytes(bytes(email))

    return deliver


def delivery(settings: Settings) -> AbstractContextManager[Deliver] | None:
    """Return how this installation delivers mail: SMTP, a folder in development, or not at all."""
    if settings.mail_host:
        return by_smtp(settings)
    if settings.is_development:
        return contextlib.nullcontext(to_folder(settings.data / "mail"))
    return None
