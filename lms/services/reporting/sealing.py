"""Sealing what somebody agreed to have reported: encrypted at rest, bound to whom it is about.

AES-256 in Galois/Counter Mode (NIST SP 800-38D) with a random nonce of 96 bits for every sealing.
The key is derived from the secret key of the installation by HKDF with SHA-256 (RFC 5869), for this
purpose alone: a stolen copy of the database tells nobody's day of birth. The programme and the
person are authenticated with it, so that a sealed row moved to another person does not open.
"""

import functools
import json
import secrets
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lms.errors import Unavailable

PURPOSE = b"pat-lms completion reports, particulars of a learner, version 1"
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is reported of somebody beside the completion: no year of birth, by construction."""

    first_name: str
    last_name: str
    licence_jurisdiction: str
    licence_number: str
    board: str
    board_id: str
    birth_month: int
    birth_day: int


@functools.lru_cache(maxsize=4)
def _cipher(secret: str) -> AESGCM:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return AESGCM(key)


def seal(told: Particulars, *, secret: str, programme_id: int, account_id: int) -> bytes:
    """Return the particulars encrypted for one person in one programme."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    plain = json.dumps(asdict(told), ensure_ascii=False).encode()
    return nonce + _cipher(secret).encrypt(nonce, plain, _about(programme_id, account_id))


def unseal(sealed: bytes, *, secret: str, programme_id: int, account_id: int) -> Particulars:
    """Return the particulars, or raise Unavailable: the secret key is another one by now."""
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        plain = _cipher(secret).decrypt(nonce, rest, _about(programme_id, account_id))
    except (InvalidTag, ValueError):
        raise Unavailable(
            "Particulars of a learner cannot be opened: the secret key of this installation has "
            "changed since they were given. Restore it, or ask for them again."
        ) from None
    return Particulars(**json.loads(plain))


def _about(programme_id: int, account_id: int) -> bytes:
    return f"programme {programme_id}, account {account_id}".encode()
