"""Baking: the badge comes out of its picture as it went in, and pictures are not trusted."""

import json
import zlib

import pytest
from badge_samples import AT, KEYS, clean_lists, genuine, genuine_token
from openbadgeslib.ob3.ldp import OB3LdpVerifier  # noqa: F401  the reader below needs its extra
from openbadgeslib.ob3.verifier import OB3Verifier

from certificates import (
    BakingError,
    badge_png,
    badge_svg,
    bake_png,
    bake_svg,
    check_badge,
    unbake,
)

WORDS = ("Foundations of Psychedelic-Assisted Therapy", "Certificate of completion", "Northgate")
PNG = badge_png(*WORDS, side=64)
SVG = badge_svg(*WORDS)


@pytest.mark.parametrize("badge", [json.loads(genuine()), genuine_token()], ids=["proof", "token"])
@pytest.mark.parametrize(("bake", "image"), [(bake_png, PNG), (bake_svg, SVG)], ids=["png", "svg"])
def test_a_baked_badge_comes_out_genuine(bake, image, badge):
    found = check_badge(unbake(bake(image, badge)), KEYS, AT, clean_lists())
    assert (found.state, found.status) == ("genuine", "valid")


def test_a_reader_that_is_not_ours_finds_the_token():
    assert OB3Verifier.extract_token_from_png(bake_png(PNG, genuine_token())) == genuine_token()
    assert OB3Verifier.extract_token_from_svg(bake_svg(SVG, genuine_token())) == genuine_token()


def test_the_picture_stays_a_picture():
    import io

    from PIL import Image

    with Image.open(io.BytesIO(bake_png(PNG, genuine_token()))) as image:
        image.load()
        assert image.size == (64, 64)


@pytest.mark.parametrize(("bake", "image"), [(bake_png, PNG), (bake_svg, SVG)], ids=["png", "svg"])
def test_a_picture_takes_one_badge(bake, image):
    with pytest.raises(BakingError):
        bake(bake(image, genuine_token()), genuine_token())


def chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def with_chunks(*chunks):
    end = PNG.rindex(b"IEND") - 4
    return PNG[:end] + b"".join(chunks) + PNG[end:]


BOMB = chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(bytes(20_000_000)))
TWICE = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0x")


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"GIF89a",
        PNG,
        SVG,
        PNG[:200],
        bytes(3_000_000),
        with_chunks(BOMB),
        with_chunks(TWICE, TWICE),
        bake_png(PNG, "token").replace(b"token", b"taken"),
        with_chunks(chunk(b"iTXt", b"openbadgecredential\0")),
        with_chunks(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0\xff\xfe")),
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + SVG,
        b"<html></html>",
        b"<svg",
        b"<svg>" + b"<g>" * 5000 + b"</g>" * 5000 + b"</svg>",
    ],
    ids=[
        "empty",
        "gif",
        "png",
        "svg",
        "cut",
        "large",
        "bomb",
        "two",
        "crc",
        "short",
        "utf8",
        "entity",
        "html",
        "open",
        "deep",
    ],
)
def test_it_reads_no_badge_where_there_is_not_exactly_one(image):
    with pytest.raises(BakingError):
        unbake(image)


def test_a_packed_badge_is_unpacked():
    packed = chunk(
        b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(genuine().encode("ascii"))
    )
    assert unbake(with_chunks(packed)) == genuine()
