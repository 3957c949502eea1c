"""Specimens: certificates of nobody, to see what a brand looks like before anybody is given one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, get_args

import certificates
from lms.errors import NotFound

KINDS: tuple[certificates.Kind, ...] = get_args(certificates.Kind)
PAPERS: tuple[certificates.Paper, ...] = get_args(certificates.Paper)
NAMES = {
    "usual": "Ana Specimen",
    "long": "María Antonia de la Santísima Trinidad Specimen-Wolfeschlegelsteinhausen y Echeverría",
    "arabic": "محمد بن سلمان الفارسي",
    "chinese": "王小明",
    "devanagari": "अनिता श्रीवास्तव",
}
"""Names to try, by what each is an example of."""

NOTICE = "Specimen: this is not a certificate, and its number is unknown to the register."
_SERIAL = certificates.new_serial(bytes(17))
_ISSUED = datetime(2026, 1, 15, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One design on one paper, and what is amiss with it."""

    kind: certificates.Kind
    paper: certificates.Paper
    findings: tuple[certificates.Finding, ...]


def specimens_of(
    programme_name: str, brand: certificates.Brand | None, verify_address: str, name: str
) -> list[Specimen]:
    """Return every design on every paper in the brand, with what is found amiss."""
    address = f"{verify_address}/{_SERIAL}"
    return [
        Specimen(
            kind,
            paper,
            certificates.lint_certificate(
                _credential(kind, programme_name, name), address, brand=brand, paper=paper
            ),
        )
        for kind in KINDS
        for paper in PAPERS
    ]


def draw_specimen(
    programme_name: str,
    brand: certificates.Brand | None,
    verify_address: str,
    *,
    kind: str,
    paper: str,
    name: str,
) -> bytes:
    """Return the specimen of a design on a paper as PDF; NotFound for a design that is none."""
    found: Any = (kind, paper)
    if kind not in KINDS or paper not in PAPERS:
        raise NotFound()
    return certificates.render_certificate(
        _credential(found[0], programme_name, name),
        f"{verify_address}/{_SERIAL}",
        brand=brand,
        paper=found[1],
    )


def _credential(kind: certificates.Kind, programme: str, name: str) -> certificates.Credential:
    """Return a credential of nobody that fills every place of the designs."""
    hours = (
        certificates.HoursLine("Ethics and law", 210),
        certificates.HoursLine("Screening and assessment", 390),
        certificates.HoursLine("Preparing person and place", 360),
        certificates.HoursLine("Adverse events and emergencies", 420),
        certificates.HoursLine("Integration and follow-up", 360),
        certificates.HoursLine("Supervised practice seminars", 420),
    )
    return certificates.Credential(
        serial=_SERIAL,
        holder_name=NAMES.get(name, NAMES["usual"]),
        holder_profession="Example profession",
        title="Example Course of Instruction for Certificates",
        programme=programme,
        programme_web=None,
        minutes=sum(line.minutes for line in hours),
        hours=hours,
        started_on=date(2025, 9, 1),
        completed_on=date(2026, 1, 14),
        issued_at=_ISSUED,
        current_until=date(2028, 1, 15),
        release="0000.0",
        release_hash="0" * 64,
        assessment="An example of how a course was assessed, as long as most are.",
        certifies="An example of what the course certifies.",
        notice=NOTICE,
        signatories=(),
        language="en-GB",
        particulars=_particulars(kind, hours),
    )


def _particulars(
    kind: certificates.Kind, hours: tuple[certificates.HoursLine, ...]
) -> certificates.Particulars:
    return certificates.Particulars(
        kind=kind,
        format="Online, self-paced",
        place="Example Place",
        provider_address="1 Example Street, Example Town",
        instructors=("Example Instructor",),
        competencies=(certificates.Competency("Example framework", "E1", "Example competency"),),
        mapped=(certificates.MappedHours("an example jurisdiction", date(2025, 1, 1), hours[:2]),),
        approvals=(
            certificates.Approval(
                "Example board", "EX-0000", "Example statement.", date(2025, 1, 1), None
            ),
        ),
        credits=(certificates.CreditClaim("example credits", "36", 2160),),
    )
