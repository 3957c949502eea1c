"""Letters: templates that gettext translates, and the HTML that every text is given."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

import lms
from lms.speech import duration

ROOT = Path(lms.__file__).parent
TEMPLATES = ROOT / "templates" / "mail"
TRANSLATIONS = ROOT / "translations"
_ADDRESS = re.compile(r"(https?://[^\s<>\"'“”]+[^\s<>\"'“”.,;:!?)])")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a template says: a subject of one line, and a plain text."""

    subject: str
    body: str


def letter(template: str, language: str = "en", /, **values: Any) -> Letter:
    """Write the letter of a template (a file of `templates/mail/letters`) in a language.

    The first line of a template is the subject; the text begins after an empty line. Paragraphs
    have an empty line between them; lines that begin with “- ” make a list. A missing value is
    an error: no letter leaves with a hole in it.
    """
    text = _texts(language).get_template(f"letters/{template}.txt").render(values)
    subject, _, body = text.strip().partition("\n")
    body = re.sub(r"\n{3,}", "\n\n", body.strip())
    return Letter(" ".join(subject.split()), f"{body}\n")


def footer(sender: str, kind: str, public_url: str, stop: str | None) -> str:
    """Say why somebody gets a message of a kind, and how to get none of it."""
    template = _texts("en").get_template("footer.txt")
    values = {"sender": sender, "kind": kind, "public_url": public_url, "stop": stop}
    return re.sub(r"\n{3,}", "\n\n", template.render(values).strip()) + "\n"


def as_html(subject: str, body: str, foot: str, sender: str, public_url: str) -> str:
    """Return a message as HTML that says exactly what its text says.

    It loads nothing from anywhere: no picture, no font, nothing that tells it was opened.
    """
    return (
        _pages("en")
        .get_template("frame.jinja")
        .render(
            subject=subject,
            sender=sender,
            public_url=public_url,
            blocks=blocks(body),
            foot=blocks(foot),
        )
    )


@functools.cache
def _texts(language: str) -> Environment:
    return _environment(language, autoescape=False)


@functools.cache
def _pages(language: str) -> Environment:
    return _environment(language, autoescape=True)


def _environment(language: str, *, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701 -- plain text is not HTML
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    spoken: NullTranslations = Translations.load(TRANSLATIONS, [language])
    environment.filters["day"] = functools.partial(
        format_date, format="long", locale=_dates(language)
    )
    environment.filters["weekday"] = functools.partial(
        format_date, format="EEEE d MMMM y", locale=_dates(language)
    )
    environment.install_gettext_translations(spoken, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["duration"] = functools.partial(
        duration, lambda words, **given: spoken.gettext(words) % given
    )
    return environment


def _dates(language: str) -> str:
    """The locale in which a language's letters write days: British ones in English."""
    return "en_GB" if language == "en" else language


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a text: a paragraph, a heading, an address alone, or the points of a list."""

    kind: str
    parts: tuple[Markup, ...]


def blocks(body: str) -> list[Block]:
    """Take a plain text apart into what its HTML shows, every part escaped."""
    found: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        lines = paragraph.strip().split("\n")
        while lines:
            kind = _kind(lines[0])
            taken = [lines.pop(0)]
            while lines and _kind(lines[0]) == kind and kind != "address":
                taken.append(lines.pop(0))
            strip = 2 if kind in ("list", "heading") else 0
            parts = tuple(_linked(line.strip()[strip:]) for line in taken)
            if kind == "text":
                parts = (Markup("<br>").join(parts),)
            found.append(Block(kind, parts))
    return found


def _kind(line: str) -> str:
    line = line.strip()
    if line.startswith("- "):
        return "list"
    if line.startswith("# "):
        return "heading"
    return "address" if _ADDRESS.fullmatch(line) else "text"


def _linked(line: str) -> Markup:
    """Escape a line and make its addresses links that show where they lead."""
    parts = _ADDRESS.split(line)
    return Markup("").join(
        Markup('<a href="{0}">{0}</a>').format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def core_of(body: str) -> str:
    """Return a letter without its greeting and its signature, as a digest quotes it.

    A greeting is a first paragraph that ends in a comma, a signature a last one of one line
    without a full stop.
    """
    parts = re.split(r"\n\s*\n", body.strip())
    if len(parts) > 1 and "\n" not in parts[0] and parts[0].endswith(","):
        parts = parts[1:]
    is_signed = len(parts) > 1 and "\n" not in parts[-1] and not re.search(r"[.!?:/]", parts[-1])
    return "\n\n".join(parts[:-1] if is_signed else parts)
