"""Reads a certificate with programs that had no part in drawing it."""

import io
import re
import subprocess
from pathlib import Path

import pypdf
from fontTools.ttLib import TTFont


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout


def text_of(path: Path) -> str:
    """Return the text of the page in the order of the content, white space made single spaces."""
    return " ".join(_run("pdftotext", "-raw", str(path), "-").split())


def name_of(path: Path) -> str:
    """Return the holder's name, read from its column in the order of its script."""
    column = ("-x", "240", "-y", "0", "-W", "600", "-H", "420")
    text = _run("pdftotext", *column, str(path), "-")
    name = text.split("Awarded to")[1].split("Clinical psychologist")[0]
    return " ".join(re.sub("[\u202a-\u202c\u200e\u200f]", " ", name).split())


def top_of(path: Path, word: str) -> float:
    """Return how far below the top of the page the word first begins, in points."""
    return min(float(top) for top, _ in _places(path, word))


def bottom_of(path: Path, word: str) -> float:
    """Return how far below the top of the page the word last ends, in points."""
    return max(float(bottom) for _, bottom in _places(path, word))


def _places(path: Path, word: str) -> list[tuple[str, str]]:
    boxes = _run("pdftotext", "-bbox", str(path), "-")
    found = re.findall(rf'yMin="([0-9.]+)" xMax="[0-9.]+" yMax="([0-9.]+)">{word}<', boxes)
    assert found, f"{word} is not on the page"
    return found


def info_of(path: Path) -> dict[str, str]:
    """Return what pdfinfo says, by label."""
    lines = (line.partition(":") for line in _run("pdfinfo", "-isodates", str(path)).splitlines())
    return {label: value.strip() for label, _, value in lines}


def fonts_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of pdffonts: name, encoding, emb, sub, uni."""
    rows = _run("pdffonts", str(path)).splitlines()[2:]
    pattern = re.compile(
        r"^(?P<name>\S+)\s+(?P<type>.+?)\s{2,}(?P<encoding>\S+)\s+"
        r"(?P<emb>yes|no) (?P<sub>yes|no) (?P<uni>yes|no)"
    )
    found = [pattern.match(row) for row in rows]
    assert all(found), rows
    return [match.groupdict() for match in found if match]


def check_with_qpdf(path: Path) -> None:
    """Fail unless qpdf finds the file whole."""
    _run("qpdf", "--check", str(path))


def picture_of(path: Path, dots_per_inch: int = 150) -> Path:
    """Return the rasterised page as a grey PNG file beside the certificate."""
    stem = str(path.with_suffix(""))
    _run("pdftoppm", "-r", str(dots_per_inch), "-gray", "-png", "-singlefile", str(path), stem)
    return path.with_suffix(".png")


def code_of(path: Path) -> str:
    """Return what a scanner reads from the rasterised page."""
    return _run("zbarimg", "--raw", "-q", "--nodbus", str(picture_of(path))).strip()


def drawn_glyphs(path: Path) -> dict[str, set[int]]:
    """Return the glyph numbers that the page shows, by font name, from its content stream."""
    page = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages[0]
    names = {key: font["/BaseFont"] for key, font in page["/Resources"]["/Font"].items()}
    shown: dict[str, set[int]] = {}
    font = ""
    for operands, operator in page.get_contents().operations:
        if operator == b"Tf":
            font = names[operands[0]]
        elif operator in (b"Tj", b"TJ"):
            for part in operands[0] if operator == b"TJ" else operands:
                if isinstance(
                    part, pypdf.generic.ByteStringObject | pypdf.generic.TextStringObject
                ):
                    data = part.original_bytes
                    pairs = zip(data[::2], data[1::2], strict=True)
                    shown.setdefault(font, set()).update(256 * high + low for high, low in pairs)
    return shown


def embedded_fonts(path: Path) -> dict[str, TTFont]:
    """Return the font programs in the file, by font name."""
    page = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages[0]
    fonts = {}
    for font in page["/Resources"]["/Font"].values():
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        program = descriptor.get("/FontFile2") or descriptor["/FontFile3"]
        fonts[font["/BaseFont"]] = TTFont(io.BytesIO(program.get_data()))
    return fonts
