"""The colours of a certificate: whatever a brand asks for, what is printed can be read."""

from hypothesis import given
from hypothesis import strategies as st

from certificates.palette import PAPER, WHITE, contrast, palette_of

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours)
def test_text_can_be_read_in_every_brand(primary: str) -> None:
    palette = palette_of(primary)
    assert contrast(palette.accent, PAPER) >= 4.5
    assert contrast(palette.accent, WHITE) >= 4.5
    assert contrast(palette.on_band, palette.band) >= 7
    assert contrast(palette.soft_on_band, palette.band) >= 4.5
    assert contrast("#4a524e", palette.tint) >= 4.5
    assert contrast("#1d2321", palette.tint) >= 7


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert palette_of("#14594f").accent == "#14594f"
    assert palette_of("#ffcc00").accent != "#ffcc00"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
    assert contrast("#777777", "#777777") == 1
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
