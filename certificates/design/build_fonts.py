"""Makes the font files beside the certificate's design from the fontsource packages.

Run once per font update: `python certificates/design/build_fonts.py node_modules/@fontsource`.
Faces used on almost every certificate become plain TrueType, because decompressing woff2 is what
a certificate otherwise spends its time on; the many slices of the Chinese, Japanese and Korean
faces stay compressed, since a name needs one or two. `faces.json` and `slices.json` then say
which code points each face draws. Hints are dropped: the certificate is printed and zoomed, never
hinted.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent / "fonts"

ALWAYS = (
    ("literata", "latin latin-ext vietnamese greek greek-ext cyrillic cyrillic-ext", "400 600"),
    ("atkinson-hyperlegible-next", "latin latin-ext", "400"),
)
SCRIPTS = (
    # Vazirmatn draws each letter as one glyph. Noto Naskh composes letters of a stem and dots,
    # which leaves text that cannot be copied: it stands in for rarer letters only.
    ("vazirmatn", "arabic"),
    ("noto-naskh-arabic", "arabic"),
    ("noto-serif-hebrew", "hebrew"),
    ("noto-serif-devanagari", "devanagari"),
    ("noto-serif-thai", "thai"),
    ("noto-sans-armenian", "armenian"),
    ("noto-sans-georgian", "georgian"),
    ("noto-sans-bengali", "bengali"),
    ("noto-sans-tamil", "tamil"),
    ("noto-sans-kannada", "kannada"),
    ("noto-sans-malayalam", "malayalam"),
    ("noto-serif-gujarati", "gujarati"),
    ("noto-sans-gurmukhi", "gurmukhi"),
    ("noto-sans-oriya", "oriya"),
    ("noto-serif-telugu", "telugu"),
    ("noto-serif-sinhala", "sinhala"),
    ("noto-serif-khmer", "khmer"),
    ("noto-serif-lao", "lao"),
    ("noto-serif-myanmar", "myanmar"),
    ("noto-serif-tibetan", "tibetan"),
    ("noto-sans-thaana", "thaana"),
    ("noto-sans-syriac", "syriac"),
    ("noto-sans-ethiopic", "ethiopic"),
    ("noto-sans-adlam", "adlam"),
    ("noto-sans-cherokee", "cherokee"),
    ("noto-sans-canadian-aboriginal", "canadian-aboriginal"),
    ("noto-sans-meetei-mayek", "meetei-mayek"),
    ("noto-sans-ol-chiki", "ol-chiki"),
)
ONE_WEIGHT = (
    ("noto-sans-nko", "nko"),
    ("noto-sans-tifinagh", "tifinagh"),
    ("noto-sans-mongolian", "mongolian"),
)
"""Scripts of which the packages hold the regular weight alone."""
SLICED = ("noto-serif-sc", "noto-serif-jp", "noto-serif-kr")


@dataclass(frozen=True)
class Source:
    """One subset of one weight in a fontsource package."""

    package: str
    subset: str
    weight: int
    path: Path


def build(packages: Path) -> None:
    """Write every face, its licence and the lists; earlier output is removed."""
    shutil.rmtree(TARGET, ignore_errors=True)
    whole = [
        _plain(_source(packages, package, name, int(weight)))
        for package, names, weights in ALWAYS
        for name in names.split()
        for weight in weights.split()
    ]
    whole += [_plain(_source(packages, package, name, 600)) for package, name in SCRIPTS]
    whole += [_plain(_source(packages, package, name, 400)) for package, name in ONE_WEIGHT]
    sliced = [
        _compressed(_source(packages, package, number, 600))
        for package in SLICED
        for number in _numbers(packages, package)
    ]
    _list("faces.json", whole)
    _list("slices.json", sliced)
    for package in sorted({str(face["package"]) for face in whole + sliced}):
        shutil.copy(packages / package / "LICENSE", TARGET / package / "OFL.txt")


def _list(name: str, faces: list[dict[str, object]]) -> None:
    """Write the entries of the faces, one a line."""
    lines = ",\n".join(json.dumps(face, separators=(",", ":")) for face in faces)
    (TARGET / name).write_text(f"[\n{lines}\n]\n", encoding="ascii")


def _numbers(packages: Path, package: str) -> list[str]:
    """Return the numbers of the slices of a package; its other subsets repeat them."""
    found = (packages / package / "files").glob(f"{package}-*-600-normal.woff2")
    names = (path.name.removeprefix(f"{package}-").split("-600-")[0] for path in found)
    return sorted((name for name in names if name.isdigit()), key=int)


def _source(packages: Path, package: str, name: str, weight: int) -> Source:
    path = packages / package / "files" / f"{package}-{name}-{weight}-normal.woff2"
    return Source(package, name, weight, path)


def _plain(source: Source) -> dict[str, object]:
    """Write one face as TrueType without hints and return its entry."""
    options = subset.Options(
        hinting=False, layout_features=["*"], name_IDs=["*"], notdef_outline=True
    )
    font = TTFont(source.path, recalcTimestamp=False)
    font.flavor = None
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    file = _place(source, "ttf")
    font.save(TARGET / file)
    return _entry(source, file, font.getBestCmap())


def _compressed(source: Source) -> dict[str, object]:
    """Copy one slice as it is and return its entry."""
    file = _place(source, "woff2")
    shutil.copy(source.path, TARGET / file)
    return _entry(source, file, TTFont(source.path, lazy=True).getBestCmap())


def _place(source: Source, suffix: str) -> str:
    (TARGET / source.package).mkdir(parents=True, exist_ok=True)
    return f"{source.package}/{source.subset}-{source.weight}.{suffix}"


def _entry(source: Source, file: str, codepoints: Iterable[int]) -> dict[str, object]:
    """Return what the lists say of a face; `draws` holds first and last of each run."""
    return {
        "family": f"{source.package} {source.subset}",
        "package": source.package,
        "weight": source.weight,
        "file": file,
        "draws": _runs(codepoints),
    }


def _runs(codepoints: Iterable[int]) -> list[list[int]]:
    """Return the firsts and the lasts of the runs of code points, control characters left out."""
    starts: list[int] = []
    ends: list[int] = []
    for codepoint in sorted(point for point in codepoints if point >= 0x20):
        if ends and codepoint == ends[-1] + 1:
            ends[-1] = codepoint
        else:
            starts.append(codepoint)
            ends.append(codepoint)
    return [starts, ends]


if __name__ == "__main__":
    build(Path(sys.argv[1]))
