"""A file that travels inside a certificate: the badge, the proof of the log."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a certificate as data that belongs to it (AFRelationship `Data`).

    `name` is its file name, `description` what a reader of PDF files shows beside it.
    """

    name: str
    data: bytes
    description: str
    media_type: str
