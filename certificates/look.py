"""The look of one certificate: its design, its paper, and the brand it is drawn in."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from certificates.brand import Brand, Paper
from certificates.credential import Credential, Signatory
from certificates.palette import Palette, palette_of
from certificates.particulars import Kind, Particulars
from certificates.wording import marked

DESIGN = Path(__file__).parent / "design"
PICTURES = "certificate:picture/"

_PAPERS: dict[Paper, tuple[float, float]] = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
"""Width and height of a sheet held upright, in points."""
_FRAME = 29.4
"""From the edge of a landscape sheet to the ground its front is drawn on, in points."""
_MARK = Template((DESIGN / "mark.svg").read_text(encoding="utf-8"))
_PNG = b"\x89PNG"
_SIDE = re.compile(rb'\s(width|height)="([0-9.e+]+)"')
_MARK_ALT = "A sun above four lines of hills"


@dataclass(frozen=True, slots=True)
class Look:
    """What all parts of a certificate are laid out by.

    `width` and `height` are those of the ground of the front, in points. `pictures` collects
    what the page shows, by address.
    """

    kind: Kind
    paper: Paper
    brand: Brand
    palette: Palette
    width: float
    height: float
    pictures: dict[str, bytes] = field(default_factory=dict)

    def picture(self, data: bytes) -> str:
        """Take the picture in; return the address it is shown by, which its content names."""
        address = PICTURES + hashlib.sha256(data).hexdigest()[:32]
        self.pictures[address] = data
        return address

    def logo(self, width: float, height: float, *, on_band: bool) -> str:
        """Return the logo in a place of that size in points: the brand's, or the house's mark."""
        if self.brand.logo is not None:
            data, alt, kind = self.brand.logo, self.brand.logo_alt, "logo"
        else:
            line = self.palette.rule_on_band if on_band else self.palette.accent
            sun = self.palette.on_band if on_band else self.palette.accent
            data = _MARK.substitute(line=line, sun=sun).encode("ascii")
            alt, kind = _MARK_ALT, "mark"
        return f'<p class="{kind}">{self.image(data, alt, width, height)}</p>'

    def image(self, data: bytes, alt: str, width: float, height: float) -> str:
        """Return the picture as large as its place allows, in the middle of the place's height."""
        wide, high = size_of(data)
        scale = min(width / wide, height / high)
        style = f"width:{wide * scale:.2f}pt;height:{high * scale:.2f}pt"
        above = f"margin-top:{(height - high * scale) / 2:.2f}pt"
        return f'<img src="{self.picture(data)}" alt="{marked(alt)}" style="{style};{above}"/>'

    def signatories(self, credential: Credential) -> tuple[tuple[Signatory, bytes | None], ...]:
        """Return who signs, each with the picture of a signature if the brand has one.

        Those named in the credential sign; the brand's only where it names nobody.
        """
        images = {person.name: person.image for person in self.brand.signatories}
        people = credential.signatories or tuple(
            Signatory(person.name, person.role) for person in self.brand.signatories
        )
        return tuple((person, images.get(person.name)) for person in people)

    @property
    def sizes(self) -> dict[str, str]:
        """Return what the style sheet is filled in with: colours, and the sizes of the sheet."""
        short, long = _PAPERS[self.paper]
        palette = {name: getattr(self.palette, name) for name in Palette.__dataclass_fields__}
        return palette | {
            "short": f"{short}pt",
            "long": f"{long}pt",
            "width": f"{self.width:.2f}pt",
            "height": f"{self.height:.2f}pt",
        }


def look_of(credential: Credential, brand: Brand | None, paper: Paper | None) -> Look:
    """Return the look of a credential's certificate; the house's where no brand is given."""
    brand = brand or Brand()
    paper = paper or brand.paper
    kind = particulars_of(credential).kind
    short, long = _PAPERS[paper]
    width, height = (short, long) if kind == "ce" else (long - 2 * _FRAME, short - 2 * _FRAME)
    return Look(kind, paper, brand, palette_of(brand.primary), width, height)


def size_of(picture: bytes) -> tuple[float, float]:
    """Return the width and height of a clean picture, in its own units."""
    if picture.startswith(_PNG):
        return struct.unpack(">II", picture[16:24])
    sides = dict(_SIDE.findall(picture[: picture.index(b">")]))
    return float(sides[b"width"]), float(sides[b"height"])


def particulars_of(credential: Credential) -> Particulars:
    """Return the credential's particulars, empty ones where it was awarded without."""
    return credential.particulars or Particulars()
