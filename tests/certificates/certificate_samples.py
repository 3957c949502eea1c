"""One made-up credential that the tests of this folder bend to their needs."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from PIL import Image

from certificates import (
    Approval,
    Brand,
    Competency,
    Credential,
    CreditClaim,
    HoursLine,
    MappedHours,
    Particulars,
    Signatory,
    SignedBy,
    clean_picture,
    new_serial,
)

SERIAL = new_serial(bytes(range(7, 24)))
VERIFY_URL = f"https://verify.northgate.example/v/{SERIAL}"
NOTICE = (
    "This certificate records completed training. It is not a licence to practise, does not "
    "permit the handling of a controlled substance and does not authorise anyone to practise."
)

_SAMPLE = Credential(
    serial=SERIAL,
    holder_name="Lena Marković",
    holder_profession="Clinical psychologist",
    title="Foundations of Psychedelic-Assisted Therapy",
    programme="Northgate PAT Programme",
    programme_web="https://northgate.example",
    minutes=2160,
    hours=(
        HoursLine("Foundations and law", 210),
        HoursLine("Set and setting", 360),
        HoursLine("Screening", 390),
        HoursLine("Adverse events", 420),
        HoursLine("Integration", 360),
        HoursLine("Ethics", 420),
    ),
    started_on=date(2026, 7, 1),
    completed_on=date(2026, 10, 13),
    issued_at=datetime(2026, 10, 14, 9, 30, tzinfo=UTC),
    current_until=date(2028, 10, 14),
    release="2026.2",
    release_hash="ab" * 32,
    assessment="Every module assessment passed at its set standard.",
    certifies="Completed the whole course of instruction.",
    notice=NOTICE,
    signatories=(
        Signatory("Dr Adaeze Okafor", "Programme Director"),
        Signatory("Jonas Ward, MSc", "Lead Educator"),
    ),
    language="en-GB",
)


def sample_credential(**changes: Any) -> Credential:
    """Return the sample with some fields changed."""
    return replace(_SAMPLE, **changes)


_PARTICULARS = Particulars(
    format="Online, self-paced, with four live seminars",
    place="Northgate Hospital, Leeds",
    provider_address="14 Northgate, Leeds LS1 3AA, United Kingdom",
    instructors=("Dr Adaeze Okafor", "Jonas Ward, MSc"),
    competencies=(
        Competency("Northgate framework", "N1", "Screens for contraindications"),
        Competency("Northgate framework", "N2", "Prepares person and place"),
    ),
    mapped=(
        MappedHours(
            "Oregon",
            date(2026, 9, 1),
            (HoursLine("Safety and ethics", 420), HoursLine("Screening", 390)),
        ),
    ),
    approvals=(
        Approval(
            "Example Board of Continuing Education",
            "EX-1042",
            "Northgate is an example of an approved provider.",
            date(2026, 1, 1),
            date(2028, 12, 31),
        ),
    ),
    credits=(CreditClaim("CE contact hours", "36", 2160),),
)


def sample_particulars(**changes: Any) -> Particulars:
    """Return full particulars with some fields changed."""
    return replace(_PARTICULARS, **changes)


def picture(colour: str = "#7a1e3c", size: tuple[int, int] = (120, 40)) -> bytes:
    """Return a clean PNG picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return clean_picture(file.getvalue())


def sample_brand(**changes: Any) -> Brand:
    """Return a full brand with some fields changed."""
    brand = {
        "primary": "#7a1e3c",
        "logo": picture(),
        "logo_alt": "Northgate",
        "signatories": (
            SignedBy("Dr Adaeze Okafor", "Programme Director", picture("#203060", (90, 30))),
            SignedBy("Jonas Ward, MSc", "Lead Educator"),
        ),
        "statement": "Northgate is an example of a provider of continuing education.",
        "paper": "a4",
    }
    return Brand(**(brand | changes))
