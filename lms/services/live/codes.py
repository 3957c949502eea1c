"""The rotating code of a session: six digits that change every half minute (after RFC 6238).

A code is taken while it is shown and for the half minute after it, so that it can be typed: it
lives from 30 to 60 seconds. An older one is known as such, because somebody passed it on.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

STEP_SECONDS = 30
DIGITS = 6
# A code as old as the longest session is still told from a mere guess.
REMEMBERED_STEPS = 8 * 3600 // STEP_SECONDS


@dataclass(frozen=True, slots=True)
class Match:
    """What a typed code is: taken, one whose time has passed, or none of this session's."""

    outcome: Literal["taken", "passed", "wrong"]
    step: int | None = None


def key_of(secret: str, uid: str) -> bytes:
    """Return the key of a session's codes, which nobody can tell without the server's secret."""
    return hmac.digest(secret.encode(), f"live attendance {uid}".encode(), "sha256")


def step_of(at: datetime) -> int:
    """Return the number of the half minute that an instant lies in (RFC 6238, T)."""
    return int(at.timestamp()) // STEP_SECONDS


def seconds_left(at: datetime) -> int:
    """Return how long the code of an instant is still shown, from 1 second on."""
    return STEP_SECONDS - int(at.timestamp()) % STEP_SECONDS


def code_of(key: bytes, step: int) -> str:
    """Return the code of a step (RFC 4226, section 5.3, with SHA-256 as RFC 6238 allows)."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha256")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def match(key: bytes, typed: str, at: datetime) -> Match:
    """Return what a typed code is at an instant; spaces and hyphens in it do not matter."""
    bare = "".join(letter for letter in typed if letter not in " \u00a0\u202f-\t\r\n")
    if len(bare) != DIGITS or not (bare.isascii() and bare.isdigit()):
        return Match("wrong")
    now = step_of(at)
    for age in range(REMEMBERED_STEPS):
        if hmac.compare_digest(code_of(key, now - age), bare):
            return Match("taken" if age <= 1 else "passed", now - age)
    return Match("wrong")


def digest_of(key: bytes, what: str) -> str:
    """Return what compares two devices or networks of one session, and says nothing of them."""
    return hashlib.blake2b(what.encode(), key=key, digest_size=16).hexdigest() if what else ""
