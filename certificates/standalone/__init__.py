"""Programs of one file each, handed out to whoever wants to check without this project."""

from pathlib import Path

SCRIPTS = ("verify_credential.py", "witness.py")
"""The programs, by their file names."""


def script(name: str) -> bytes:
    """Return the text of one of `SCRIPTS`; raises `KeyError` for any other name."""
    if name not in SCRIPTS:
        raise KeyError(name)
    return (Path(__file__).parent / name).read_bytes()
