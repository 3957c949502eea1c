"""Draws credentials and printouts as PDF with WeasyPrint, quickly and without the network.

Setting up fonts is what a certificate costs most, so that one press is kept for the life of the
process. Two traps come with that, both silent corruption of the text. A font configuration made
before a fork is destroyed with the files it reads as soon as a child ends: each process
therefore has a press of its own and cleans up only what it made. And a configuration used by two
threads at once corrupts memory: a lock admits one. Parallel work is for processes.
"""

from __future__ import annotations

import atexit
import gc
import os
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from string import Template
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

from cssselect2 import ElementWrapper  # type: ignore[import-untyped]
from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from certificates.archival import OPTIONS, give_colours, name_accessible
from certificates.attachment import Attachment
from certificates.brand import Brand, Paper
from certificates.credential import Credential
from certificates.embedding import embed
from certificates.endings import end_clearly
from certificates.fonts import FONTS, Face
from certificates.glyph_map import map_every_glyph
from certificates.identifier import with_identifier
from certificates.kept import KeptLayouts
from certificates.look import DESIGN
from certificates.page import Page, page_for
from certificates.printout import Printout, page_for_printout
from certificates.qr_code import CodePicture
from certificates.styles import FilledDocument
from certificates.uncollected import uncollected

Finisher = Callable[[Any, Any], None]
"""What WeasyPrint calls with its document and the file before the file is written."""

Read = TypeVar("Read")

_HOME = "certificate:"
_CODE = "certificate:code.png"
_FONT = f"{_HOME}{FONTS.name}/"
_FONT_TYPES = {".ttf": "font/ttf", ".woff2": "font/woff2"}
_PNG = b"\x89PNG"
_MOST_KEPT = 32
"""Style sheets and pictures kept: those of as many brands as a busy process draws by turns."""
_PAGES_A_CLEARING = 100
"""Cleared after every so many pages, the memory that they leave behind is used by the next."""


class ClosedFetcher(URLFetcher):  # type: ignore[misc]
    """Serves the fonts of the design and the pictures at hand; anything else ends the drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: Mapping[str, bytes] = {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return the file behind the address, or raise `FatalURLFetchingError`."""
        picture = self.pictures.get(url)
        if picture is not None:
            kind = "image/png" if picture.startswith(_PNG) else "image/svg+xml"
            return URLFetcherResponse(url, picture, {"Content-Type": kind})
        if url.startswith(_FONT):
            path = (FONTS / url.removeprefix(_FONT)).resolve()
            if path.is_relative_to(FONTS.resolve()) and path.suffix in _FONT_TYPES:
                kind = _FONT_TYPES[path.suffix]
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
        raise FatalURLFetchingError(f"a certificate may not fetch {url[:200]!r}")


class _OwnFonts(FontConfiguration):  # type: ignore[misc]
    """A font configuration that removes its files only in the process that made them."""

    def __init__(self) -> None:
        self._made_in = os.getpid()
        super().__init__()

    def __del__(self) -> None:
        if self._made_in == os.getpid():
            super().__del__()


class _Root(ElementWrapper):  # type: ignore[misc]
    """The root of a page of ours, in whose head stands all that WeasyPrint looks up by its name."""

    def query_all(self, *selectors: str) -> Iterator[ElementWrapper]:
        """Yield the elements of the head that bear one of the names."""
        head = next(self.iter_children())
        return (element for element in head.iter_children() if element.local_name in selectors)


class _Page(HTML):  # type: ignore[misc]
    """Our own well-formed page: read as XML and styled by one sheet, which halves the layout.

    WeasyPrint's parser of arbitrary HTML and its default styles would only cost time here. This
    sets the attributes that `HTML` of WeasyPrint 70 sets; an upgrade has to look at them again.
    """

    def __init__(self, tree: Element, fetcher: URLFetcher) -> None:
        self.base_url = _HOME
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = _Root.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return []

    def render(self, font_config: FontConfiguration, **options: Any) -> Document:
        """Return the page laid out, its styles filled in first."""
        options = {**DEFAULT_OPTIONS, **options}
        document: Document = FilledDocument._render(self, font_config, None, None, options)
        return document


class _Press:
    """What one process keeps between drawings: fonts, style sheets, pictures, fetcher."""

    def __init__(self) -> None:
        self._fetcher = ClosedFetcher()
        self._fonts = _OwnFonts()
        self._loaded: set[Face] = set()
        self._sheets: dict[Hashable, CSS] = {}
        self._pictures: dict[str, Any] = {}
        self._layouts = KeptLayouts()
        self.drawn = 0

    def document(self, page: Page, code: CodePicture | None) -> Document:
        """Return the page laid out, in its faces, with the picture of its code."""
        self._load(page.faces)
        self._fetcher.pictures = page.pictures
        pictures = {**self._pictures, **({_CODE: code} if code else {})}
        style = self._style_of(page)

        def lay_out(tree: Element) -> Document:
            laid_out = _Page(tree, self._fetcher)
            return laid_out.render(self._fonts, stylesheets=style, cache=pictures)

        look = (page.sheets, *page.sizes.items(), page.voices, page.own_packages)
        document = self._layouts.document(page.html, look, lay_out)
        # Logos and marks are named by what they show; the code is another one each time.
        if len(self._pictures) > _MOST_KEPT:
            self._pictures.clear()
        self._pictures.update({one: pictures[one] for one in page.pictures if one in pictures})
        return document

    def draw(self, page: Page, code: CodePicture | None, finisher: Finisher | None) -> bytes:
        """Return the page as the bytes of a PDF file."""
        return self.write(self.document(page, code), finisher)

    def write(self, document: Document, finisher: Finisher | None = None) -> bytes:
        """Return a page laid out as the bytes of a PDF file."""

        def finish(document: Any, pdf: Any) -> None:
            map_every_glyph(pdf)
            if finisher is not None:
                finisher(document, pdf)
            name_accessible(pdf)
            end_clearly(pdf)

        give_colours(document)
        pdf: bytes = document.write_pdf(finisher=finish, pdf_identifier=False, **OPTIONS)
        return with_identifier(pdf)

    def _style_of(self, page: Page) -> list[CSS]:
        """Return the page's style: its sheets as one, filled in with its sizes, then its voices."""
        return [
            self._sheet((page.sheets, *page.sizes.items()), lambda: _filled(page)),
            self._sheet(page.voices, lambda: page.voices),
            *([self._sheet(page.own_voices, lambda: page.own_voices)] if page.own_voices else ()),
        ]

    def _sheet(self, key: Hashable, rules: Callable[[], str]) -> CSS:
        """Return the sheet of that key, made anew unless it is among those asked for last."""
        sheet = self._sheets.pop(key, None) or self._style(rules())
        self._sheets[key] = sheet
        if len(self._sheets) > _MOST_KEPT:
            del self._sheets[next(iter(self._sheets))]
        return sheet

    def _load(self, faces: tuple[Face, ...]) -> None:
        """Add the faces that no earlier certificate of this process needed."""
        new = [face for face in faces if face not in self._loaded]
        if new:
            self._style("".join(_face_rule(face) for face in new))
            self._loaded.update(new)

    def _style(self, rules: str) -> CSS:
        return CSS(string=rules, base_url=_HOME, font_config=self._fonts, url_fetcher=self._fetcher)


def _filled(page: Page) -> str:
    rules = "".join((DESIGN / sheet).read_text("utf-8") for sheet in page.sheets)
    return Template(rules).substitute(page.sizes)


_lock = threading.Lock()
_presses: dict[int, _Press] = {}


def render_certificate(
    credential: Credential,
    verify_url: str,
    *,
    brand: Brand | None = None,
    paper: Paper | None = None,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Return the certificate as a tagged PDF (PDF/UA-1, PDF/A-3a).

    Equal input gives equal bytes. The QR code carries `verify_url` exactly; its domain is
    printed beside it. Safe to call from threads, which wait for one another, and after a fork.
    """
    page = page_for(credential, verify_url, brand, paper)

    def finish(_document: Any, pdf: Any) -> None:
        embed(pdf, attachments, credential.issued_at)

    return _pressed(page, CodePicture(verify_url), finish)


def render_printout(printout: Printout) -> bytes:
    """Return the printout as a tagged PDF (PDF/UA-1, PDF/A-3a) of as many pages as it takes.

    Equal input gives equal bytes. As safe to call as `render_certificate`.
    """
    return _pressed(page_for_printout(printout), None, None)


def measured(page: Page, verify_url: str, read: Callable[[Document], Read]) -> tuple[Read, int]:
    """Return what `read` makes of the page laid out, and the bytes of its file.

    As safe to call as `render_certificate`.
    """
    with _lock:
        press = _press()
        document = press.document(page, CodePicture(verify_url))
        return read(document), len(press.write(document))


def _pressed(page: Page, code: CodePicture | None, finisher: Finisher | None) -> bytes:
    with _lock:
        press = _press()
        press.drawn += 1
        with uncollected():
            drawn = press.draw(page, code, finisher)
        if press.drawn % _PAGES_A_CLEARING == 0 and gc.isenabled():
            gc.collect()
        return drawn


def _press() -> _Press:
    """Return the press of this process, to be asked for behind the lock."""
    press = _presses.get(os.getpid())
    if press is None:
        press = _presses[os.getpid()] = _Press()
    return press


def _face_rule(face: Face) -> str:
    return (
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};'
        f'src:url("{_FONT}{face.file}")}}'
    )


def _free_lock_in_child() -> None:
    """Replace a lock that a thread of the parent may have held at the moment of the fork."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_free_lock_in_child)
# Fonts freed by the end of the interpreter, after the libraries that hold them, crash it.
atexit.register(_presses.clear)
