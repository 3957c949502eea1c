"""The folder of keys: private ones in files for the application alone, and what is published."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

import certificates
from lms.errors import ConfigError

PUBLISHED = "keys.json"
PURPOSES: tuple[certificates.Purpose, ...] = ("credential", "log")


class KeyFolder:
    """Reads and changes the folder at `path`; one process at a time changes it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def is_made(self) -> bool:
        """Whether there are keys in it."""
        return (self.path / PUBLISHED).is_file()

    @property
    def stamp(self) -> tuple[int, int]:
        """What differs after each change of the folder."""
        found = (self.path / PUBLISHED).stat()
        return found.st_mtime_ns, found.st_ino

    def make(self, now: datetime) -> None:
        """Make the first key for each purpose, unless another process has."""
        with self.changing():
            if not self.is_made:
                self._publish([self._new_key(purpose, now) for purpose in PURPOSES], [])

    def rotate(self, purpose: certificates.Purpose, *, ends: datetime, begins: datetime) -> None:
        """End the key in use for this purpose, and begin another."""
        with self.changing():
            document = self.published()
            keys = list(certificates.keys_from_document(document))
            place = keys.index(_in_use(keys, purpose))
            old = keys[place]
            keys[place] = replace(old, valid_until=ends)
            keys.append(self._new_key(purpose, begins))
            self._publish(keys, certificates.roots_from_document(document))
            # Only what is published of it is needed now; what nobody has nobody can lose.
            self._file(old.id).unlink()

    def add_root(self, root: bytes) -> None:
        """Publish one more certificate that signatures of PDF files lead back to."""
        with self.changing():
            document = self.published()
            roots = certificates.roots_from_document(document)
            if root not in roots:
                self._publish(certificates.keys_from_document(document), [*roots, root])

    def touch(self) -> None:
        """Let every process read the folder again."""
        with self.changing():
            document = self.published()
            keys = certificates.keys_from_document(document)
            self._publish(keys, certificates.roots_from_document(document))

    def published(self) -> dict[str, Any]:
        """Return the document of all that is published."""
        file = self.path / PUBLISHED
        try:
            document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            certificates.keys_from_document(document)
            certificates.roots_from_document(document)
        except (OSError, ValueError) as error:
            raise ConfigError(f"LMS_KEYS: {file} cannot be used: {error}.") from error
        return document

    def signing_key(self, purpose: certificates.Purpose) -> certificates.SigningKey:
        """Return the key in use for this purpose."""
        known = _in_use(certificates.keys_from_document(self.published()), purpose)
        file = self._file(known.id)
        try:
            private = load_pem_private_key(file.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(f"LMS_KEYS: {file} cannot be used: {error}.") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise ConfigError(f"LMS_KEYS: {file} does not hold an Ed25519 key.")
        if private.public_key().public_bytes_raw() != known.raw:
            raise ConfigError(f"LMS_KEYS: {file} is not the key that is published under its name.")
        return certificates.SigningKey(known.id, purpose, private, known.valid_from)

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the folder for oneself, across processes; raises `ConfigError` if it is closed."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(f"LMS_KEYS: {self.path} cannot be written: {error}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def write(self, name: str, content: bytes) -> None:
        """Put a file in place as a whole, for the application alone."""
        new = self.path / f".{name}.new"
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path / name)

    def _new_key(self, purpose: certificates.Purpose, now: datetime) -> certificates.PublicKey:
        private = Ed25519PrivateKey.generate()
        name = certificates.key_id(purpose, private.public_key())
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.write(self._file(name).name, pem)
        return certificates.PublicKey(name, purpose, private.public_key(), now)

    def _publish(self, keys: Any, roots: Any) -> None:
        document = certificates.published_keys(keys, roots)
        self.write(PUBLISHED, json.dumps(document, indent=2).encode("utf-8"))

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.pem"


def _in_use(keys: Any, purpose: certificates.Purpose) -> certificates.PublicKey:
    for key in keys:
        if key.purpose == purpose and key.valid_until is None:
            found: certificates.PublicKey = key
            return found
    raise ConfigError(f"LMS_KEYS: no {purpose} key is in use.")
