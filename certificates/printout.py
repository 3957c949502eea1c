"""A printout: headed tables over as many pages as they take, laid out as a page for the press.

Whoever has something to hand in (an outline of a curriculum, say) gives it as plain values; no
text can bring markup, styles or addresses of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template

from certificates.fonts import Face, drawable, faces_for, stack
from certificates.page import Page

_TEMPLATE = Template(
    (Path(__file__).parent / "design" / "printout.html").read_text(encoding="utf-8")
)

Cell = tuple[str, ...]
"""What stands in a cell, one paragraph each."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and its width as a share of the table in per cent."""

    label: str
    width: int


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table under a heading; the first cell of a row is the row's own heading."""

    title: str
    lead: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Printout:
    """All that is printed; `created_at` is an aware instant, `foot` runs under every page."""

    language: str
    title: str
    kicker: str
    author: str
    created_at: datetime
    paragraphs: tuple[str, ...]
    tables: tuple[PrintedTable, ...]
    foot: str


def page_for_printout(printout: Printout) -> Page:
    """Return the pages of a printout, ready for the press."""
    markup = {
        "language": _marked(printout.language),
        "title": _marked(printout.title),
        "kicker": _marked(printout.kicker),
        "author": _marked(printout.author),
        "created": printout.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "paragraphs": "".join(f"<p>{_marked(text)}</p>" for text in printout.paragraphs),
        "tables": "".join(_table(table) for table in printout.tables),
        "foot": _marked(printout.foot),
    }
    faces = faces_for("".join(markup.values()) + _TEMPLATE.template)
    return Page(_TEMPLATE.substitute(markup), faces, _voices(faces), ("printout.css",), {}, {})


def _table(table: PrintedTable) -> str:
    heads = "".join(
        f'<th scope="col" style="width:{column.width}%">{_marked(column.label)}</th>'
        for column in table.columns
    )
    rows = "".join(_row(row) for row in table.rows)
    lead = f"<p>{_marked(table.lead)}</p>" if table.lead else ""
    return (
        f"<section><h2>{_marked(table.title)}</h2>{lead}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _row(row: tuple[Cell, ...]) -> str:
    head, *cells = ["".join(f"<p>{_marked(text)}</p>" for text in cell) for cell in row]
    return f'<tr><th scope="row">{head}</th>' + "".join(f"<td>{c}</td>" for c in cells) + "</tr>"


def _marked(text: str) -> str:
    """Return the text as it is drawn, safe inside an element or a quoted attribute."""
    return escape(drawable(text))


def _voices(faces: tuple[Face, ...]) -> str:
    sans = ",".join(f'"{name}"' for name in stack(faces, "sans"))
    serif = ",".join(f'"{name}"' for name in stack(faces, "serif"))
    return (
        f"@page{{font-family:{sans}}}html{{font-family:{sans}}}"
        f"h1,h2,tbody th p:first-child{{font-family:{serif}}}"
    )
