"""The picture of a shared link: one size, the same each time, any script, nothing of a person."""

import inspect
import io

import pytest
from PIL import Image

import certificates

TITLES = [
    "Foundations",
    "Foundations of Psychedelic-Assisted Therapy",
    "Διεθνές πρόγραμμα العلاج 心理治疗基础",
    "word " * 80,
    "x" * 400,
    "",
    "\u202e{{ 7*7 }}<script>",
]


def pixels(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")


@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_any_title_fits_with_its_margins_kept(title: str) -> None:
    image = pixels(certificates.render_share_image(title, "Northgate PAT Programme " * 3))
    assert image.size == (1200, 630)
    for edge in ((0, 0, 80, 630), (1120, 0, 1200, 630), (0, 600, 1200, 630)):
        low, high = image.crop(edge).getextrema()
        assert low == high, "nothing is written into a margin"


def test_the_same_words_give_the_same_picture_and_others_another() -> None:
    from certificates.share_image import render_share_image

    first = certificates.render_share_image("Title", "Programme")
    assert render_share_image.__wrapped__("Title", "Programme") == first
    assert certificates.render_share_image("Other", "Programme") != first


def test_it_is_told_nothing_of_a_holder() -> None:
    """Invariant 41: what it never learns it cannot show."""
    assert list(inspect.signature(certificates.render_share_image).parameters) == [
        "title",
        "programme",
    ]
