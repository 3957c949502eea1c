"""The record of training: what an award tells beyond its front, in sections of short lines."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.credential import Credential
from certificates.fonts import drawable
from certificates.lettering import lines_of
from certificates.look import particulars_of
from certificates.particulars import Approval, MappedHours
from certificates.serial import format_serial
from certificates.wording import (
    duration,
    marked,
    period_of,
    short_duration,
    spelled_date,
)

MAPPED_NOTE = (
    "Mapped by the programme to the categories of these rules as they stood on {day}. This is "
    "not an approval by the jurisdiction, and a minute may count in more than one category."
)
"""What stands under hours mapped to a jurisdiction; {day} is the date of the rules."""

_OF_THE_HOLDER = frozenset({"Format", "Place", "Dates", "Renews"})
_LEADING = 1.42
_BETWEEN = 2.0
_AROUND = 26.0


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a record: a note, then lines of a label and a text, then paragraphs.

    `own` names the lines, by label, that may tell other things of another holder.
    """

    name: str
    title: str
    lines: tuple[tuple[str, str], ...] = ()
    note: str = ""
    paragraphs: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()

    def html(self, size: float | None = None) -> str:
        """Return the section as markup, in a size of its own if one is given in points."""
        style = f' style="font-size:{size}pt"' if size else ""
        note = f'<p class="note">{marked(self.note)}</p>' if self.note else ""
        lines = "".join(_line(label, text, label in self.own) for label, text in self.lines)
        listed = f"<ul>{lines}</ul>" if lines else ""
        paragraphs = "".join(f"<p>{marked(text)}</p>" for text in self.paragraphs)
        return (
            f'<div class="section {self.name}"{style}><h2>{marked(self.title)}</h2>'
            f"{note}{listed}{paragraphs}</div>"
        )

    def height(self, size: float, measure: float, label: float) -> float:
        """Return the height in points that it takes at that size, by estimate.

        `measure` is the width of the section, `label` that of its column of labels.
        """
        texts = [(text, measure - label) for _, text in self.lines]
        texts += [(text, measure) for text in (*self.paragraphs, self.note) if text]
        return _AROUND + sum(
            lines_of(drawable(text), width / size) * size * _LEADING + _BETWEEN
            for text, width in texts
        )


def _line(label: str, text: str, is_own: bool) -> str:
    own = ' data-own=""' if is_own else ""
    return f"<li{own}>{marked(label)}\t<span>{marked(text)}</span></li>"


def record_sections(credential: Credential) -> tuple[Section, ...]:
    """Return every section that the credential has something to say in, in reading order."""
    found = (
        _training(credential),
        _credits(credential),
        _hours(credential),
        _competencies(credential),
        *(_mapped(mapped) for mapped in particulars_of(credential).mapped),
        _approvals(credential),
    )
    return tuple(section for section in found if section.lines or section.paragraphs)


def _training(credential: Credential) -> Section:
    told = particulars_of(credential)
    lines = (
        ("Provider", ", ".join(filter(None, (credential.programme, told.provider_address)))),
        ("Format", told.format),
        ("Place", told.place),
        ("Dates", _capital(period_of(credential))),
        ("Instruction", duration(credential.minutes)),
        ("Assessment", credential.assessment),
        ("Instructors", ", ".join(told.instructors)),
        ("Release", credential.release),
        ("Renews", _renews(told.cycle, told.renews)),
    )
    told_lines = tuple(line for line in lines if line[1].strip())
    return Section("training", "The training", told_lines, own=_OF_THE_HOLDER)


def _renews(cycle: int, serial: str | None) -> str:
    return f"{format_serial(serial)}, now in cycle {cycle}" if serial else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _credits(credential: Credential) -> Section:
    claims = particulars_of(credential).credits
    lines = tuple(
        (claim.amount, f"{claim.unit}, claimed for {duration(claim.minutes)}") for claim in claims
    )
    return Section("credits", "Credits claimed", lines)


def _hours(credential: Credential) -> Section:
    lines = tuple((short_duration(line.minutes), line.title) for line in credential.hours)
    total = (short_duration(sum(line.minutes for line in credential.hours)), "Altogether")
    return Section("hours", "Hours of instruction", (*lines, total) if lines else ())


def _competencies(credential: Credential) -> Section:
    """Return the competencies; a framework is named once, with the first of its own."""
    lines, framework = [], None
    for one in particulars_of(credential).competencies:
        name = one.name if one.framework == framework else f"{one.name} ({one.framework})"
        lines.append((one.code, name))
        framework = one.framework
    return Section("competencies", "Competencies evidenced", tuple(lines))


def _mapped(mapped: MappedHours) -> Section:
    return Section(
        "mapped",
        f"Hours mapped to the rules of {mapped.jurisdiction}",
        tuple((short_duration(line.minutes), line.title) for line in mapped.lines),
        note=MAPPED_NOTE.format(day=spelled_date(mapped.as_of)),
    )


def _approvals(credential: Credential) -> Section:
    approvals = particulars_of(credential).approvals
    texts = tuple(text for one in approvals for text in (_held(one), one.statement) if text)
    return Section("approvals", "Approvals of the provider", paragraphs=texts)


def _held(approval: Approval) -> str:
    until = f" until {spelled_date(approval.valid_until)}" if approval.valid_until else ""
    return (
        f"{approval.body}: provider number {approval.number}, "
        f"from {spelled_date(approval.valid_from)}{until}."
    )
