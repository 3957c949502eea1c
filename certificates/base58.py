"""Base58 as Bitcoin writes it: the letters of Multikeys and of proof values."""

from __future__ import annotations

LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def to_base58(data: bytes) -> str:
    """Return the bytes in base58; each leading zero byte becomes a leading `1`."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = LETTERS[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def from_base58(text: str) -> bytes:
    """Return the bytes that `to_base58` wrote; raises `ValueError` for any other letter.

    The time it takes grows with the square of the length: bound it first.
    """
    number = 0
    for letter in text:
        digit = LETTERS.find(letter)
        if digit < 0:
            raise ValueError("holds a letter that base58 does not know")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
