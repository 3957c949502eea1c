"""What the faces can draw, in which of them, and how large a text is set."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import undrawable
from certificates.fonts import (
    FONTS,
    REPLACEMENT,
    _ordered,
    _slices,
    drawable,
    faces_for,
    is_right_to_left,
    stack,
)
from certificates.lettering import Block, Step, lines_of, size_for, sizes_that_fit

LADDER = (Step(30, 1), Step(20, 2), Step(10, 9))


@given(st.text(max_size=60))
def test_whatever_is_drawn_has_a_face_and_can_disturb_nothing(text: str) -> None:
    drawn = drawable(text)
    faces = faces_for(drawn)
    for character in set(drawn) - {" ", "\u200c", "\u200d"}:
        assert any(face.draws(character) for face in faces)
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
    assert drawable(drawn) == drawn
    assert drawn == " ".join(drawn.split()) != ""


@given(st.text(max_size=60))
def test_what_cannot_be_drawn_is_told(text: str) -> None:
    assert bool(undrawable(text)) <= (REPLACEMENT in drawable(text))


def test_the_letters_no_face_draws_are_named_once() -> None:
    assert undrawable("𒀀𒁀 Ana 𒀀") == ("𒀀", "𒁀")
    assert undrawable("Lena Marković") == ()


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("王小明", "noto-serif-sc"),
        ("山田はなこ", "noto-serif-jp"),
        ("김민수 金", "noto-serif-kr"),
        ("محمد", "vazirmatn"),
        ("Ελένη", "literata"),
        ("వెంకట", "noto-serif-telugu"),
        ("አበበ", "noto-sans-ethiopic"),
    ],
)
def test_a_name_takes_the_face_of_its_script(text: str, package: str) -> None:
    extra = [face for face in faces_for(text) if not face.family.endswith(" latin")]
    assert {face.package for face in extra} == {package}


def test_large_faces_are_left_alone_without_need() -> None:
    assert {face.package for face in faces_for("Lena Marković, Ελένη, Владимир")} == {
        "literata",
        "atkinson-hyperlegible-next",
    }


def test_spaces_between_lines_and_columns_are_looked_for_in_no_face() -> None:
    _slices.cache_clear()
    _ordered.cache_clear()
    assert faces_for("3 h\tEthics\n2 h\tScreening") == faces_for("3 h Ethics 2 h Screening")
    assert _slices.cache_info().misses == 0


def test_each_voice_tries_its_own_face_first() -> None:
    faces = faces_for("Ana 王")
    assert stack(faces, "serif")[0] == "literata latin"
    assert stack(faces, "sans")[:2] == ("atkinson-hyperlegible-next latin", "literata latin")


def test_every_family_names_one_subset_and_carries_its_licence() -> None:
    faces = faces_for("Anać王はな김محمدשלוםअสԱდরதಕശગਗଗగගគລမདހܐአ𞤀ꭰᏣᐊꯃᱨߛⵎᠮ")
    files = {(face.family, face.weight): face.file for face in faces}
    assert len(files) == len(faces)
    for face in faces:
        assert (FONTS / face.file).is_file()
        assert "SIL OPEN FONT LICENSE" in (FONTS / face.package / "OFL.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"), [("Ana", False), ("محمد Ali", True), ("123 שלום", True), ("12", False)]
)
def test_direction_follows_the_first_letter(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected


def test_a_text_takes_the_first_size_that_suits_it() -> None:
    assert size_for("Ana", LADDER, 300) == 30
    assert size_for("Ana Maria Antonia de la Santísima", LADDER, 300) == 20
    assert size_for("x" * 400, LADDER, 300) == 10


@given(st.text(max_size=80), st.floats(5, 60))
def test_a_wider_column_never_takes_more_lines(text: str, width: float) -> None:
    assert lines_of(text, 2 * width) <= lines_of(text, width)


def test_a_full_column_shrinks_together() -> None:
    blocks = (Block("Ana", LADDER, 1.0, 10), Block("Maria", LADDER, 1.0, 10))
    assert sizes_that_fit(blocks, 300, 100) == (30, 30)
    assert sizes_that_fit(blocks, 300, 70) == (20, 20)
    assert sizes_that_fit(blocks, 300, 1) == (10, 10)
