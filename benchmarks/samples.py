"""Made-up credentials of usual size, to draw and to sign.

They need nothing but the package that attests: a process that draws one begins as fast as it can.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from certificates import (
    Competency,
    Credential,
    HoursLine,
    Kind,
    MappedHours,
    Particulars,
    Signatory,
    new_serial,
)

VERIFY_URL = "https://verify.northgate.example/v/0W40J2GB1G6GW3RG2491650N2R6Z"


def credential(name: str) -> Credential:
    """Return a made-up credential of usual size for the name."""
    parts = ("Foundations and law", "Set and setting", "Screening", "Adverse events", "Ethics")
    return Credential(
        serial=new_serial(bytes(range(7, 24))),
        holder_name=name,
        holder_profession="Clinical psychologist",
        title="Foundations of Psychedelic-Assisted Therapy",
        programme="Northgate PAT Programme",
        programme_web="https://northgate.example",
        minutes=2160,
        hours=tuple(HoursLine(part, 432) for part in parts),
        started_on=date(2026, 7, 1),
        completed_on=date(2026, 10, 13),
        issued_at=datetime(2026, 10, 14, 9, 30, tzinfo=UTC),
        current_until=date(2028, 10, 14),
        release="2026.2",
        release_hash="ab" * 32,
        assessment="Every module assessment passed at its set standard.",
        certifies="Completed the whole course of instruction.",
        notice="",
        signatories=(
            Signatory("Dr Adaeze Okafor", "Programme Director"),
            Signatory("Jonas Ward, MSc", "Lead Educator"),
        ),
        language="en-GB",
    )


def particulars(kind: Kind) -> Particulars:
    """Return particulars of usual size."""
    named = [f"Competency number {number} of a framework" for number in range(1, 9)]
    return Particulars(
        kind=kind,
        format="Online, self-paced",
        provider_address="14 Northgate, Leeds LS1 3AA, United Kingdom",
        instructors=("Dr Adaeze Okafor", "Jonas Ward, MSc"),
        competencies=tuple(
            Competency("Northgate framework", f"N{number}", name)
            for number, name in enumerate(named, start=1)
        ),
        mapped=(
            MappedHours(
                "Oregon",
                date(2026, 9, 1),
                tuple(HoursLine(f"Category {number}", 300) for number in range(1, 6)),
            ),
        ),
    )
