"""The keys of this installation: what signs its badges, its log and its PDF files.

They live in one folder (`LMS_KEYS`), made on first use: private keys in files that only the
application may read, and `keys.json`, which is what the world may know. A certificate for PDF files
from an authority that readers know already is configuration, as a file or on a PKCS#11 device.
"""

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

import certificates
from lms import clock
from lms.config import Settings
from lms.errors import Refused
from lms.keys.folder import PUBLISHED, KeyFolder

__all__ = [
    "KINDS",
    "PUBLISHED",
    "Keys",
    "Kind",
    "keys_of",
    "make",
    "published_document",
    "rotate",
]

Kind = Literal["credential", "log", "document"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HEAD_START = timedelta(minutes=1)
"""How long before it is made a new key is valid: what it signs first may carry the time at which
a request began. The old key's validity ends when the new one is made, so that they overlap."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys in use, and all that were ever published.

    `credential` signs badges, status lists and transcripts, `log` checkpoints, `document` PDF
    files; the signatures of those lead back to one of `roots` (certificates, DER).
    `time_stamping` is None unless an authority is configured.
    """

    credential: certificates.SigningKey
    log: certificates.SigningKey
    published: tuple[certificates.PublicKey, ...]
    document: certificates.DocumentSigner
    roots: tuple[bytes, ...]
    time_stamping: certificates.TimeStamping | None


def make(settings: Settings, now: datetime) -> None:
    """Make the keys of an installation that has none, valid from `now` on."""
    from lms.keys import documents

    folder = KeyFolder(settings.keys_folder)
    now = _whole_second(now)
    if not folder.is_made:
        folder.make(now)
    documents.remember_signer(folder, settings, now)


def keys_of(settings: Settings) -> Keys:
    """Return the keys of the installation, which are made if there are none yet.

    Cheap to call: files are read again only after a rotation. Raises `ConfigError` for a folder,
    file or setting that cannot be used.
    """
    folder = KeyFolder(settings.keys_folder)
    if not folder.is_made:
        make(settings, clock.now() - HEAD_START)
    return _loaded(settings, folder.path, folder.stamp)


def rotate(settings: Settings, kind: Kind, now: datetime) -> Keys:
    """Put a new key in the place of one in use, and return the keys of the installation.

    What the old key signed stays genuine: it remains published with its validity, and its
    private half is deleted. Refused for PDF files when their certificate is configured.
    """
    keys_of(settings)
    folder = KeyFolder(settings.keys_folder)
    if kind != "document":
        # Up to the whole second: what was signed a moment ago was signed in its time.
        ends = _whole_second(now + timedelta(microseconds=999_999))
        folder.rotate(kind, ends=ends, begins=_whole_second(now) - HEAD_START)
    elif settings.pdf_certificate:
        raise Refused(
            "The certificate for PDF files is configured: put another in LMS_PDF_CERTIFICATE and "
            "restart. What the present one signed stays genuine."
        )
    else:
        from lms.keys import documents

        documents.renew_own_signer(folder, settings, _whole_second(now - HEAD_START))
    return keys_of(settings)


def published_document(settings: Settings) -> dict[str, object]:
    """Return what anybody needs to check what this installation signed, as a JSON-able document."""
    keys = keys_of(settings)
    return certificates.published_keys(keys.published, keys.roots)


@functools.lru_cache(maxsize=8)
def _loaded(settings: Settings, path: Path, _stamp: tuple[int, int]) -> Keys:
    # Certificates are loaded with the keys that need them: a server starts without.
    from lms.keys import documents

    folder = KeyFolder(path)
    documents.remember_signer(folder, settings, _whole_second(clock.now() - HEAD_START))
    published = folder.published()
    return Keys(
        credential=folder.signing_key("credential"),
        log=folder.signing_key("log"),
        published=certificates.keys_from_document(published),
        document=documents.signer_of(folder, settings),
        roots=certificates.roots_from_document(published),
        time_stamping=documents.time_stamping_of(
            settings, certificates.roots_from_document(published)
        ),
    )


def _whole_second(instant: datetime) -> datetime:
    """Return the instant as it is written down: signatures name their second."""
    return instant.replace(microsecond=0)
