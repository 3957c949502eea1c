"""Lays a credential out as the HTML page of its certificate: the words, and how large."""

from __future__ import annotations

from datetime import date
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from certificates.credential import Credential, Signatory, full_notice
from certificates.fonts import Face, drawable, faces_for, is_right_to_left, stack
from certificates.lettering import Block, Step, lines_of, size_for, sizes_that_fit
from certificates.particulars import HoursLine
from certificates.serial import format_serial

DESIGN = Path(__file__).parent / "design"

_TEMPLATE = Template((DESIGN / "certificate.html").read_text(encoding="utf-8"))
_SANS_PLACES = ".awarded,.web,li,.check,.role,.facts,.notice"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_TITLE = (
    Step(28, 1),
    Step(25, 1),
    Step(22.5, 1),
    Step(22, 2),
    Step(19, 3),
    Step(15, 4),
    Step(10, 9),
)
_NAME = (Step(37, 1), Step(31, 1), Step(26, 2), Step(21, 3), Step(17, 5), Step(13, 9))
_PROFESSION = (Step(12, 1), Step(10, 2), Step(7.5, 9))
_DEED = (Step(13, 3), Step(12, 4), Step(10.5, 5), Step(9, 7), Step(7, 99))
_NOTICE = (Step(8.6, 3), Step(7.8, 4), Step(6.6, 5), Step(5, 99))
_PROGRAMME = (Step(16, 2), Step(14, 3), Step(11, 4), Step(8, 9))
_WEB = (Step(8, 1), Step(6, 9))
_DOMAIN = (Step(10, 1), Step(8.5, 1), Step(7, 1), Step(5.5, 9))
_SERIAL = (Step(7.9, 1), Step(7.1, 1), Step(6.6, 1))
_SIGNED = (Step(12.5, 1), Step(11, 2), Step(8.5, 9))
_HOURS = (Step(8.6, 11), Step(7.6, 13), Step(6.6, 16))

_MEASURE = 508.0
_COLUMN = 366.0
_HOURS_MEASURE = 98.0
_LEFT = 268.0
_SIGNATORIES_MEASURE = 344.0
_SIGNATORIES_FOOT = 108.0
_SIGNATORIES_PITCH = 64.0
_SIGNATORIES_IN_A_ROW = 3


def page_for(credential: Credential, verify_url: str) -> tuple[str, tuple[Face, ...]]:
    """Return the page as XHTML without a namespace, and the faces it is set in.

    Every text passes through `drawable` and is escaped, so no field can bring markup, styles or
    addresses of its own. The picture of the QR code is wanted at `certificate:code.png`.
    """
    markup = _about(credential) | _achievement(credential) | _band(credential, verify_url)
    faces = faces_for("".join(markup.values()) + _TEMPLATE.template)
    return _TEMPLATE.substitute(markup, face_rules=_face_rules(faces)), faces


def duration(minutes: int) -> str:
    """Return a length of time in words: `3 hours 30 minutes`."""
    hours, rest = divmod(minutes, 60)
    parts = [_counted(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(_counted(rest, "minute"))
    return " ".join(parts)


def spelled_date(day: date) -> str:
    """Return the day with the name of its month: `14 October 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _about(credential: Credential) -> dict[str, str]:
    """Return what a reader of the file, not of the page, is told."""
    serial = format_serial(credential.serial)
    return {
        "language": _marked(credential.language),
        "document_title": _marked(f"{credential.title}: certificate of completion"),
        "document_subject": _marked(f"Awarded to {credential.holder_name}, number {serial}"),
        "created": credential.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _achievement(credential: Credential) -> dict[str, str]:
    """Return the right side: what was achieved, by whom, and who answers for it."""
    texts = {
        "title": drawable(credential.title),
        "name": drawable(credential.holder_name),
        "profession": drawable(credential.holder_profession or ""),
        "certifies": drawable(credential.certifies),
        "deed": drawable(
            f"{duration(credential.minutes)} of instruction, {_period(credential)}. "
            f"{credential.assessment}"
        ),
    }
    if not (credential.holder_profession or "").strip():
        texts["profession"] = ""
    notice = full_notice(credential)
    return {
        **{name: escape(text) for name, text in texts.items()},
        **_column(texts, rows=-(-len(credential.signatories) // _SIGNATORIES_IN_A_ROW)),
        "signatories": _signatories(credential.signatories),
        "facts": _facts(credential),
        "notice": _marked(notice),
        "notice_style": _style(notice, _NOTICE, _MEASURE),
    }


def _column(texts: dict[str, str], rows: int) -> dict[str, str]:
    """Return the styles of the achievement, set to end above the rows of signatories."""
    blocks = (
        Block(texts["title"], _TITLE, 1.22, 29),
        Block(texts["name"], _NAME, 1.4, 52),
        Block(texts["profession"], _PROFESSION, 1.4, 2),
        Block(texts["certifies"], _DEED, 1.5, 22),
        Block(texts["deed"], _DEED, 1.5, 6),
    )
    room = _COLUMN - _SIGNATORIES_PITCH * max(0, rows - 1)
    title, name, profession, certifies, deed = sizes_that_fit(blocks, _MEASURE, room)
    sizes = {
        "title": title,
        "name": name,
        "profession": profession,
        "certifies": min(certifies, deed),
        "deed": min(certifies, deed),
    }
    return {f"{part}_style": _set_in(texts[part], size) for part, size in sizes.items()}


def _band(credential: Credential, verify_url: str) -> dict[str, str]:
    """Return the left side: whose programme, how many hours, how to check."""
    domain = urlsplit(verify_url).netloc
    web = (credential.programme_web or "").removeprefix("https://").removeprefix("http://")
    serial = format_serial(credential.serial)
    hours, hours_size = _fitted(credential.hours)
    return {
        "programme": _marked(credential.programme),
        "programme_style": _style(credential.programme, _PROGRAMME, 160),
        "web": _paragraph("web", web.strip("/ "), _WEB, 160),
        "total": _marked(f"{duration(credential.minutes)} of instruction"),
        "hours": _hours_list(hours),
        "hours_style": f"font-size:{hours_size}pt",
        "code_text": _marked(f"QR code of the address {verify_url}"),
        "domain": _marked(domain),
        "domain_style": _style(domain, _DOMAIN, 168),
        "serial": _marked(serial),
        "serial_style": _style(serial, _SERIAL, 168),
    }


def _marked(text: str) -> str:
    """Return the text as it is drawn, safe inside an element or a quoted attribute."""
    return escape(drawable(text))


def _style(text: str, ladder: tuple[Step, ...], width: float) -> str:
    """Return the size, and the direction, in which the text is set by itself."""
    drawn = drawable(text)
    return _set_in(drawn, size_for(drawn, ladder, width))


def _set_in(drawn: str, size: float) -> str:
    return f"font-size:{size}pt" + (";direction:rtl" if is_right_to_left(drawn) else "")


def _paragraph(kind: str, text: str, ladder: tuple[Step, ...], width: float) -> str:
    if not text:
        return ""
    return f'<p class="{kind}" style="{_style(text, ladder, width)}">{_marked(text)}</p>'


def _period(credential: Credential) -> str:
    if credential.started_on == credential.completed_on:
        return f"on {spelled_date(credential.completed_on)}"
    started, completed = spelled_date(credential.started_on), spelled_date(credential.completed_on)
    return f"from {started} to {completed}"


def _facts(credential: Credential) -> str:
    facts = (
        ("Issued", spelled_date(credential.issued_at.date())),
        ("Current until", spelled_date(credential.current_until)),
        ("Release", credential.release),
    )
    return "".join(f"<p>{label} {_marked(text)}</p>" for label, text in facts)


def _signatories(people: tuple[Signatory, ...]) -> str:
    """Return the people in rows of up to three, the last row at the foot."""
    columns = max(2, min(len(people), _SIGNATORIES_IN_A_ROW))
    pitch = _SIGNATORIES_MEASURE / columns
    last_row = (len(people) - 1) // columns
    return "".join(
        _signatory(
            person,
            left=_LEFT + pitch * (place % columns),
            bottom=_SIGNATORIES_FOOT + _SIGNATORIES_PITCH * (last_row - place // columns),
            width=pitch - 20,
        )
        for place, person in enumerate(people)
    )


def _signatory(person: Signatory, left: float, bottom: float, width: float) -> str:
    return (
        f'<div class="signatory" style="left:{left:.1f}pt;bottom:{bottom:.1f}pt;'
        f'width:{width:.1f}pt"><p class="signed" style="{_style(person.name, _SIGNED, width)}">'
        f'{_marked(person.name)}</p><p class="role">{_marked(person.role)}</p></div>'
    )


def _fitted(hours: tuple[HoursLine, ...]) -> tuple[tuple[HoursLine, ...], float]:
    """Return the lines that fit the band, and their size; those beyond are summed up in one."""
    for step in _HOURS:
        if sum(_lines_in_band(line, step) for line in hours) <= step.lines:
            return hours, step.size
    kept, room = 0, step.lines - 1
    while (room := room - _lines_in_band(hours[kept], step)) >= 0:
        kept += 1
    rest = hours[kept:]
    summed = HoursLine(f"{len(rest)} further parts", sum(line.minutes for line in rest))
    return (*hours[:kept], summed), step.size


def _lines_in_band(line: HoursLine, step: Step) -> int:
    return lines_of(drawable(line.title), _HOURS_MEASURE / step.size)


def _hours_list(hours: tuple[HoursLine, ...]) -> str:
    """Return the parts as a list, or nothing when there are none."""
    lines = "".join(_hours_line(line) for line in hours)
    return f"<ul>{lines}</ul>" if lines else ""


def _hours_line(line: HoursLine) -> str:
    length = f'<span class="length">{_short_duration(line.minutes)}</span>'
    return f"<li>{_marked(line.title)} {length}</li>"


def _short_duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _face_rules(faces: tuple[Face, ...]) -> str:
    """Return the one part of the style sheet that differs: which faces this page is set in."""
    serif = ",".join(f'"{name}"' for name in stack(faces, "serif"))
    sans = ",".join(f'"{name}"' for name in stack(faces, "sans"))
    return f"html{{font-family:{serif}}}{_SANS_PLACES}{{font-family:{sans}}}"
