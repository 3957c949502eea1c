"""The public number of a credential: too large to guess, easy to read aloud, proof against slips.

A serial is 26 symbols of Crockford's base 32 (130 bits, no I, L, O or U) and two check symbols.
Read as one number in base 32, a serial leaves the remainder 1 when divided by 1021. That modulus
is prime and larger than 32, so a wrong symbol (a change of d * 32**k, 0 < d < 32) and two
neighbours swapped (a change of d * 31 * 32**k) always change the remainder. The scheme is that
of ISO/IEC 7064 pure systems, with the largest prime that two symbols can hold.
"""

from __future__ import annotations

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAYLOAD_SYMBOLS = 26
CHECK_SYMBOLS = 2
ENTROPY_BYTES = 17
"""Fewest random bytes that fill the 130 bits of a serial."""
LONGEST_INPUT = 80
"""Longest text that `parse_serial` looks at, in characters: a serial and generous spacing."""

_SYMBOLS = PAYLOAD_SYMBOLS + CHECK_SYMBOLS
_MODULUS = 1021
_REMAINDER = 1
_PAYLOAD_BITS = 5 * PAYLOAD_SYMBOLS
_CHECK_BITS = 5 * CHECK_SYMBOLS
_GROUP = 4
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
# Spaces, and the hyphens and dashes that word processors put in place of the one typed.
_SEPARATORS = re.compile("[\\s\u00ad\u2010-\u2015\u2212\ufe63\uff0d-]+")


def new_serial(entropy: bytes) -> str:
    """Return the serial made of the first 130 bits of `entropy`, in canonical form.

    `entropy` must come from a cryptographic source. Raises `ValueError` below 17 bytes.
    """
    if len(entropy) < ENTROPY_BYTES:
        raise ValueError(f"a serial needs at least {ENTROPY_BYTES} random bytes")
    number = int.from_bytes(entropy[:ENTROPY_BYTES], "big") >> (8 * ENTROPY_BYTES - _PAYLOAD_BITS)
    return _write(number, PAYLOAD_SYMBOLS) + _write(_check_of(number), CHECK_SYMBOLS)


def format_serial(serial: str) -> str:
    """Return the serial in groups of four joined by hyphens, as people read it aloud."""
    return "-".join(serial[start : start + _GROUP] for start in range(0, len(serial), _GROUP))


def parse_serial(text: str) -> str | None:
    """Return the canonical serial that `text` means, or None when it can be none.

    Case, spaces and hyphens do not matter; O counts as 0, I and L count as 1.
    """
    if len(text) > LONGEST_INPUT:
        return None
    bare = _SEPARATORS.sub("", text)
    if len(bare) != _SYMBOLS or not bare.isascii():
        return None
    serial = bare.upper().translate(_LOOKALIKES)
    if any(symbol not in _VALUES for symbol in serial):
        return None
    payload, check = _read(serial[:PAYLOAD_SYMBOLS]), _read(serial[PAYLOAD_SYMBOLS:])
    return serial if check == _check_of(payload) else None


def _check_of(number: int) -> int:
    return (_REMAINDER - (number << _CHECK_BITS)) % _MODULUS


def _write(number: int, symbols: int) -> str:
    written = []
    for _ in range(symbols):
        number, value = divmod(number, len(ALPHABET))
        written.append(ALPHABET[value])
    return "".join(reversed(written))


def _read(symbols: str) -> int:
    number = 0
    for symbol in symbols:
        number = number * len(ALPHABET) + _VALUES[symbol]
    return number
