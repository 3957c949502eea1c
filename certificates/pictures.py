"""Pictures that people hand in, made harmless: drawn anew as PNG, or rebuilt as plain SVG."""

from __future__ import annotations

import io
from typing import Any

from certificates.drawings import PictureError, clean_drawing

LARGEST_PICTURE = 512 * 1024
"""Most bytes of a picture that is handed in."""

_FORMATS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 12_000_000
_WIDEST, _HIGHEST = 440, 240
"""Pixels kept: 240 to the inch where a certificate shows the picture largest."""
_HEAVY = 14 * 1024
_COLOURS = 64


def clean_picture(data: bytes) -> bytes:
    """Return the picture as it may be stored: PNG without anything else, or rebuilt SVG.

    PNG, JPEG and WebP are read and drawn anew, so that comments, places and thumbnails are gone
    and nothing but pixels is left; large ones become smaller, heavy ones are drawn in fewer
    colours. Raises `PictureError`, with a sentence for whoever hands it in, for all else.
    """
    if not data:
        raise PictureError("The file is empty.")
    if len(data) > LARGEST_PICTURE:
        raise PictureError(f"The file is larger than {LARGEST_PICTURE // 1024} KiB.")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return clean_drawing(data)
    return _png_of(_read(data))


def _read(data: bytes) -> Any:
    """Return the pixels, upright, in red, green, blue and opacity."""
    from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

    # WeasyPrint has every picture of the process read to where it was cut off.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise PictureError("The picture has more than 12 million pixels.")
            if getattr(picture, "n_frames", 1) > 1:
                raise PictureError("The picture moves; hand in one that stands still.")
            return ImageOps.exif_transpose(picture).convert("RGBA")
    except UnidentifiedImageError:
        raise PictureError("The file is not a PNG, JPEG, WebP or SVG picture.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError("The picture is damaged.") from error


def _png_of(picture: Any) -> bytes:
    from PIL import Image

    picture.thumbnail((_WIDEST, _HIGHEST), Image.Resampling.LANCZOS)
    if picture.getextrema()[3][0] == 255:
        picture = picture.convert("RGB")
    data = _saved(picture)
    if len(data) > _HEAVY:
        fewer = picture.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
        data = min(data, _saved(fewer.convert(picture.mode)), key=len)
    return data


def _saved(picture: Any) -> bytes:
    file = io.BytesIO()
    picture.info.clear()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
