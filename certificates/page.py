"""Lays a credential out as the HTML page of its certificate: its front, then its record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from string import Template
from xml.etree import ElementTree

from certificates.brand import Brand, Paper
from certificates.course_front import course_front
from certificates.credential import Credential
from certificates.fonts import Face, faces_for, stack
from certificates.front import Front
from certificates.look import DESIGN, Look, look_of, particulars_of
from certificates.particulars import Kind
from certificates.programme_front import programme_front
from certificates.record import record_sections
from certificates.serial import format_serial
from certificates.statement_front import statement_front
from certificates.wording import marked, spelled_date

_FRONTS: Mapping[Kind, tuple[str, Callable[[Credential, str, Look], Front]]] = {
    "course": ("course", course_front),
    "programme": ("programme", programme_front),
    "ce": ("statement", statement_front),
}
_CALLED: Mapping[Kind, str] = {
    "course": "certificate of completion",
    "programme": "programme certificate",
    "ce": "statement of continuing education",
}
_SANS_PLACES = (
    ".kicker,.awarded,.manner,.web,.role,.facts,.statement,.notice,.check,li,.note,.section p"
)


def _template(name: str) -> Template:
    """Return a template of the design without the space between its tags, which costs time."""
    text = (DESIGN / f"{name}.html").read_text(encoding="utf-8")
    return Template(re.sub(r"\s*\n\s*", "", text))


_PAGE = _template("page")
_RECORD = _template("record")
_TEMPLATES = {name: _template(name) for name, _ in _FRONTS.values()}
_NEEDS_A_RECORD = {"credits", "hours", "competencies", "mapped", "approvals"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page ready for the press: XHTML without a namespace, faces, style sheets, pictures.

    `sheets` are names of files of the design, filled in with `sizes`; `voices` is the style sheet
    that says which of the faces speak where, and `own_voices` what is otherwise in elements of the
    page's own (`data-own`), if anything. `own_packages` are those of the faces that only such
    elements need: the lines of other scripts are of other heights. The picture of the QR code is
    wanted at `certificate:code.png`, those in `pictures` at their addresses.
    """

    html: str
    faces: tuple[Face, ...]
    voices: str
    sheets: tuple[str, ...]
    sizes: Mapping[str, str]
    pictures: Mapping[str, bytes]
    own_voices: str = ""
    own_packages: frozenset[str] = frozenset()


def page_for(
    credential: Credential,
    verify_url: str,
    brand: Brand | None = None,
    paper: Paper | None = None,
) -> Page:
    """Return the page of a credential's certificate.

    Every text passes through `drawable` and is escaped, so no field can bring markup, styles or
    addresses of its own; a template's placeholders are filled in once, so none can bring those.
    """
    look = look_of(credential, brand, paper)
    name, draw = _FRONTS[look.kind]
    front = draw(credential, verify_url, look)
    body = _TEMPLATES[name].substitute(front.markup) + _record(credential, look, front)
    about = _about(credential, look.kind)
    faces = faces_for("".join(about.values()) + body)
    html = _PAGE.substitute(about, body=body)
    sheets = ("base.css", f"{name}.css", "record.css")
    common = faces_for(_common_text(html))
    own = [face for face in faces if face not in common]
    return Page(
        html,
        faces,
        _voices(common),
        sheets,
        look.sizes,
        look.pictures,
        _own_voices(faces) if own else "",
        frozenset(face.package for face in own),
    )


def _common_text(html: str) -> str:
    """Return the text that other certificates of the cohort have too, in faces of its own.

    What it looks like then rests on nothing that a name brings.
    """
    tree = ElementTree.fromstring(html)  # noqa: S314  Ours, and every part of it escaped.
    return "".join(_texts_without_own(tree))


def _texts_without_own(element: ElementTree.Element) -> Iterator[str]:
    if element.get("data-own") is None:
        yield element.text or ""
        for child in element:
            yield from _texts_without_own(child)
    yield element.tail or ""


def _about(credential: Credential, kind: Kind) -> dict[str, str]:
    """Return what a reader of the file, not of the page, is told."""
    serial = format_serial(credential.serial)
    return {
        "language": marked(credential.language),
        "document_title": marked(f"{credential.title}: {_CALLED[kind]}"),
        "document_subject": marked(f"Awarded to {credential.holder_name}, number {serial}"),
        "author": marked(credential.programme),
        "created": credential.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _record(credential: Credential, look: Look, front: Front) -> str:
    """Return the record of training, or nothing where the front says it all.

    The training is told again beside what else there is, so that the record stands by itself.
    """
    sections = [part for part in record_sections(credential) if part.name not in front.shows]
    told = particulars_of(credential)
    is_new = told.instructors or told.provider_address or told.renews
    if not (_NEEDS_A_RECORD & {part.name for part in sections}) and not (
        is_new and "training" not in front.shows
    ):
        return ""
    issued = spelled_date(credential.issued_at.date())
    return _RECORD.substitute(
        kicker="Record of training",
        holder=marked(credential.holder_name),
        title=marked(credential.title),
        running=marked(f"Number {format_serial(credential.serial)}, issued {issued}"),
        sections="".join(part.html() for part in sections),
    )


def _voices(faces: tuple[Face, ...]) -> str:
    """Return the part of the style that differs by the text: which faces it is set in."""
    serif, sans = _families(faces)
    return (
        f"html{{font-family:{serif}}}{_SANS_PLACES}{{font-family:{sans}}}"
        f"@page{{font-family:{sans}}}"
    )


def _own_voices(faces: tuple[Face, ...]) -> str:
    """Return the same for elements of a page's own, which need more faces than the others."""
    serif, sans = _families(faces)
    return (
        f"[data-own]{{font-family:{serif}}}"
        f":is({_SANS_PLACES}):is([data-own],[data-own] *),:is({_SANS_PLACES}) [data-own]"
        f"{{font-family:{sans}}}"
    )


def _families(faces: tuple[Face, ...]) -> tuple[str, str]:
    """Return the stacks of both voices, serif and sans, as a style sheet names them."""
    serif = ",".join(f'"{name}"' for name in stack(faces, "serif"))
    sans = ",".join(f'"{name}"' for name in stack(faces, "sans"))
    return serif, sans
