"""The picture of a badge: the same for all who hold it, whole whatever its title is."""

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from certificates import badge_png, badge_svg

KIND, PROGRAMME = "Certificate of completion", "Northgate PAT Programme"
TITLES = [
    "Ethics",
    "Foundations of Psychedelic-Assisted Therapy",
    "Preparation, Dosing-Session Support and Integration of Difficult Experiences for Licensed "
    "Clinicians in Hospitals, Hospices and Community Practices of Every Size, Second Edition",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "Основы психоделической терапии",
    "علاج بمساعدة العقاقير المخدرة",
    "</title><script>alert(1)</script>",
    "\u202egnihtemos",
    "",
]


def pixels(title, side=512):
    with Image.open(io.BytesIO(badge_png(title, KIND, PROGRAMME, side))) as image:
        return image.convert("RGBA")


@pytest.mark.parametrize("title", TITLES)
def test_no_title_leaves_the_seal(title):
    """Between the hairline and the edge of the disc stands nothing but its green."""
    image = pixels(title)
    middle = image.width / 2
    ring = [
        image.getpixel((x, y))
        for x in range(0, image.width, 3)
        for y in range(0, image.height, 3)
        if 228.5 < ((x + 0.5 - middle) ** 2 + (y + 0.5 - middle) ** 2) ** 0.5 < 231.5
    ]
    assert len(ring) > 300
    assert all(red < 60 and alpha > 250 for red, _green, _blue, alpha in ring)


@pytest.mark.parametrize("title", TITLES)
def test_the_drawing_is_one_image_with_a_title_and_nothing_active(title):
    root = ElementTree.fromstring(badge_svg(title, KIND, PROGRAMME))
    names = {element.tag.rsplit("}", 1)[-1] for element in root.iter()}
    assert names <= {"svg", "title", "circle", "path", "defs", "use"}
    assert root[0].text.startswith(f"{KIND}: ")


def test_the_same_words_give_the_same_bytes():
    for draw in (badge_svg, badge_png):
        assert draw(TITLES[1], KIND, PROGRAMME) == draw(TITLES[1], KIND, PROGRAMME)
        assert draw(TITLES[1], KIND, PROGRAMME) != draw(TITLES[0], KIND, PROGRAMME)


def test_its_corners_are_clear_and_it_is_small_enough_to_travel():
    assert pixels("Ethics").getpixel((2, 2))[3] == 0
    assert len(badge_png(TITLES[1], KIND, PROGRAMME, 256)) < 12_000


def test_letters_of_other_alphabets_are_drawn_too():
    assert pixels(TITLES[4]).tobytes() != pixels("").tobytes()
