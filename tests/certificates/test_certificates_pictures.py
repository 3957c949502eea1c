"""Pictures that are handed in: what is left of them, and what is refused."""

import io
from pathlib import Path

import pytest
from PIL import Image

from certificates import PictureError, clean_picture

SHAPES = b'<path d="M0 0L10 10" fill="#123456"/>'


def svg(inside: bytes, attributes: bytes = b'viewBox="0 0 20 10"') -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" ' + attributes + b">" + inside + b"</svg>"


def raster(kind: str, size: tuple[int, int] = (40, 20), **saved: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#7a1e3c").save(file, kind, **saved)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_raster_becomes_a_png(kind: str) -> None:
    cleaned = clean_picture(raster(kind))
    with Image.open(io.BytesIO(cleaned)) as picture:
        assert (picture.format, picture.size) == ("PNG", (40, 20))
    assert clean_picture(cleaned) == cleaned


def test_what_a_camera_adds_is_gone_and_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x010E] = "CANARY in Leeds"
    exif[0x0112] = 6  # Turned by a quarter.
    data = raster("JPEG", exif=exif.tobytes(), comment=b"CANARY")
    assert b"CANARY" in data
    cleaned = clean_picture(data + b"CANARY <script>alert(1)</script>")
    assert b"CANARY" not in cleaned
    with Image.open(io.BytesIO(cleaned)) as picture:
        assert picture.size == (20, 40)
        assert not picture.getexif()
        assert picture.info == {}


def test_a_large_raster_becomes_smaller() -> None:
    with Image.open(io.BytesIO(clean_picture(raster("PNG", (3000, 1000))))) as picture:
        assert picture.width <= 440
        assert picture.height <= 240


def test_transparency_stays() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (20, 20), (10, 20, 30, 90)).save(file, "PNG")
    with Image.open(io.BytesIO(clean_picture(file.getvalue()))) as picture:
        assert picture.convert("RGBA").getpixel((5, 5)) == (10, 20, 30, 90)


def moving() -> bytes:
    file = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 600 * 1024, "larger than"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "not a PNG"),
        (raster("GIF"), "not a PNG"),
        (raster("TIFF"), "not a PNG"),
        (b"%PDF-1.7", "not a PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "not a PNG"),
        (raster("PNG")[:60], "damaged"),
        (raster("PNG", (5000, 3000)), "12 million"),
        (moving(), "moves"),
        (b"\xff\xd8\xff", "not a PNG|damaged"),
    ],
)
def test_a_raster_of_another_kind_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(PictureError, match=said):
        clean_picture(data)


def test_a_drawing_keeps_its_shapes_and_colours_and_loses_the_rest() -> None:
    drawn = svg(
        b"<!-- CANARY --><title>CANARY</title><metadata>CANARY</metadata>"
        b'<x:y xmlns:x="https://canary.example/">CANARY</x:y>'
        b'<g onclick="CANARY" id="CANARY" transform="scale(2)">'
        b'<path d="M0 0L10 10" style="stroke:#123456;stroke-width:2;-x:CANARY"/></g>'
    )
    assert clean_picture(drawn) == (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10" width="20" height="10">'
        b'<g transform="scale(2)"><path d="M0 0L10 10" stroke="#123456" stroke-width="2" /></g>'
        b"</svg>"
    )


def test_a_clean_drawing_stays_as_it_is() -> None:
    once = clean_picture(b"\xef\xbb\xbf\n" + svg(SHAPES, b'width="20px" height="10"'))
    assert clean_picture(once) == once
    assert b'viewBox="0 0 20 10"' in once


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>alert(1)</script>",
        b"<style>@import 'https://example.com/x.css';</style>",
        b"<text>Hello</text>",
        b"<foreignObject><body/></foreignObject>",
        b'<image href="file:///etc/passwd"/>',
        b'<use href="https://example.com/x.svg#a"/>',
        b"<a><path/></a>",
        b'<animate attributeName="x"/>',
        b'<set attributeName="href" to="javascript:alert(1)"/>',
        b"<filter/>",
        b"<mask/>",
        b"<pattern/>",
        b"<linearGradient/>",
        b'<path d="M0 0" fill="url(https://example.com/x)"/>',
        b'<path d="M0 0" style="fill:url(file:///etc/passwd)"/>',
        b'<path d="M0 0" fill="URL(#a)"/>',
        b'<path d="M0 0" style="fill:\\75rl(//x)"/>',
    ],
)
def test_what_would_draw_something_else_is_refused(inside: bytes) -> None:
    with pytest.raises(PictureError, match="hand in a PNG"):
        clean_picture(svg(inside))


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg(SHAPES),
        b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + svg(SHAPES),
        b"<html><body/></html>",
        b"<svg",
        b'<?xml version="1.0" encoding="UTF-16"?>' + svg(SHAPES),
        b'<?xml version="1.0" encoding="no-such"?>' + svg(SHAPES),
        svg(SHAPES, b""),
        svg(SHAPES, b'viewBox="0 0 0 0"'),
        svg(SHAPES, b'viewBox="0 0 nan nan"'),
        svg(SHAPES, b'viewBox="0 0 inf 1"'),
        svg(SHAPES * 700),
        svg(b"<g>" * 30 + b"</g>" * 30),
        svg(b'<path d="' + b"M0 0" * 20000 + b'"/>'),
        svg(b"<g>" * 100_000),
    ],
)
def test_a_drawing_that_is_none_or_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        clean_picture(data)


def test_utf_16_hides_no_document_type() -> None:
    hidden = '<!DOCTYPE svg [<!ENTITY a "b">]>' + svg(b"<g/>").decode()
    with pytest.raises(PictureError):
        clean_picture(hidden.encode("utf-16"))


def test_no_picture_is_fetched_from_anywhere(tmp_path: Path) -> None:
    canary = tmp_path / "canary.png"
    canary.write_bytes(raster("PNG"))
    with pytest.raises(PictureError):
        clean_picture(svg(f'<image href="{canary.as_uri()}"/>'.encode()))
