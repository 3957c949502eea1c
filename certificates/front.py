"""What the fronts of all designs are put together from: achievement, facts, foot, check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from certificates.credential import Credential, full_notice
from certificates.fonts import drawable
from certificates.lettering import Block, Step, lines_of, size_for, sizes_that_fit
from certificates.look import Look, particulars_of
from certificates.particulars import HoursLine
from certificates.serial import format_serial
from certificates.wording import (
    domain_of,
    duration,
    marked,
    paragraph,
    set_in,
    short_duration,
    spelled_date,
)

NOTICE = (Step(8.6, 3), Step(7.8, 4), Step(6.6, 5), Step(5, 99))
STATEMENT = (Step(8.6, 2), Step(7.8, 3), Step(6.8, 5), Step(5, 99))
DOMAIN = (Step(10, 1), Step(8.5, 1), Step(7, 1), Step(5.5, 9))
SERIAL = (Step(7.9, 1), Step(7.1, 1), Step(6.4, 1))

_LEADING = 1.42
_TITLES = ("title", "name")
_OPTIONAL = ("manner",)
_LONGEST_PAIR = 24


@dataclass(frozen=True, slots=True)
class Front:
    """The front of a certificate: what its template is filled in with, and what it tells.

    `shows` names the sections of the record that the front holds in full already.
    """

    markup: Mapping[str, str]
    shows: frozenset[str]


def column(blocks: Mapping[str, Block], measure: float, room: float) -> dict[str, str]:
    """Return each text of a column and its style, sized so that all end within the room.

    What a certificate may be without is the whole paragraph, or nothing.
    """
    sizes = sizes_that_fit(tuple(blocks.values()), measure, room)
    filled = {}
    for (name, block), size in zip(blocks.items(), sizes, strict=True):
        text = escape(block.text if name in _TITLES else _held_together(block.text))
        style = set_in(block.text, size)
        if name in _OPTIONAL:
            filled[name] = text and f'<p class="{name}" data-own="" style="{style}">{text}</p>'
        else:
            filled |= {name: text, f"{name}_style": style}
    return filled


def _held_together(text: str) -> str:
    """Return the text with its last two words on one line, unless they are long."""
    first, space, last = text.rpartition(" ")
    before = first.rpartition(" ")[2]
    if not space or len(before) + len(last) > _LONGEST_PAIR:
        return text
    return f"{first}\u00a0{last}"


def line_of(text: str) -> str:
    """Return the text as it is drawn, or nothing where there is none."""
    return drawable(text) if text.strip() else ""


def manner_of(credential: Credential) -> str:
    """Return how and where the training was held, and what credits were claimed for it."""
    told = particulars_of(credential)
    held = ". ".join(part.strip(" .") for part in (told.format, told.place) if part.strip())
    claims = ", ".join(f"{claim.amount} {claim.unit}" for claim in told.credits)
    sentences = [f"{held}." if held else "", f"Credits claimed: {claims}." if claims else ""]
    return line_of(" ".join(sentence for sentence in sentences if sentence))


def facts(credential: Credential) -> str:
    """Return the dates and the release as a paragraph, a line each."""
    told = particulars_of(credential)
    lines = [
        f"Issued {spelled_date(credential.issued_at.date())}",
        f"Current until {spelled_date(credential.current_until)}",
        f"Release {credential.release}",
    ]
    if told.cycle > 1:
        lines.append(f"Renewal, cycle {told.cycle}")
    written = "\n".join(marked(line) for line in lines)
    return f'<p class="facts" data-own="">{written}</p>'


def check(
    verify_url: str, credential: Credential, width: float, serial_width: float
) -> dict[str, str]:
    """Return the QR code with the domain beside it, and the number to be read aloud."""
    serial = format_serial(credential.serial)
    return {
        "code_text": marked(f"QR code of the address {verify_url}"),
        "domain": paragraph("domain", domain_of(verify_url), DOMAIN, width),
        "serial": paragraph("serial", serial, SERIAL, serial_width, own=True),
    }


def foot(credential: Credential, look: Look, measure: float) -> tuple[dict[str, str], float]:
    """Return the accreditation statement and the notice, and the height both take in points."""
    height = 0.0
    filled = {}
    texts = {
        "statement": (look.brand.statement, STATEMENT),
        "notice": (full_notice(credential), NOTICE),
    }
    for name, (text, ladder) in texts.items():
        filled[name] = paragraph(name, text, ladder, measure)
        if text.strip():
            size = size_for(drawable(text), ladder, measure)
            height += lines_of(drawable(text), measure / size) * size * _LEADING + 9
    return filled, height


def hours_that_fit(
    hours: tuple[HoursLine, ...], sizes: tuple[float, ...], measure: float, room: float
) -> tuple[tuple[HoursLine, ...], float]:
    """Return the lines that fit a place of that height, and their size in points.

    Where the smallest size is too large, the lines beyond are summed up in one: all that are
    shown always add up to the whole.
    """
    for size in sizes:
        if sum(_height(line, size, measure) for line in hours) <= room:
            return hours, size
    kept, left = 0, room - _height(HoursLine("further parts", 0), sizes[-1], measure)
    while (left := left - _height(hours[kept], sizes[-1], measure)) >= 0:
        kept += 1
    rest = hours[kept:]
    summed = HoursLine(f"{len(rest)} further parts", sum(line.minutes for line in rest))
    return (*hours[:kept], summed), sizes[-1]


def _height(line: HoursLine, size: float, measure: float) -> float:
    return lines_of(drawable(line.title), measure / size) * size * 1.36 + size * 0.2


def hours_list(hours: tuple[HoursLine, ...]) -> str:
    """Return the parts as a list, the length before the title; nothing when there are none."""
    lines = "".join(
        f"<li>{short_duration(line.minutes)}\t{marked(line.title)}</li>" for line in hours
    )
    return f"<ul>{lines}</ul>" if lines else ""


def instruction(credential: Credential) -> str:
    """Return the whole of the hours in words."""
    return f"{duration(credential.minutes)} of instruction"
