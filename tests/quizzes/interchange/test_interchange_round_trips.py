"""Whatever this project writes for other systems, it reads back as the very same items."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import quizzes
from quizzes import KINDS, Bank, read_banks, read_items, write_moodle, write_qti3
from quizzes.items import bank_to_document
from tests.extent import IN_FULL
from tests.quizzes.interchange.generated import FIGURES, banks, items

ONE = "screening"
CONTENT = Path(quizzes.__file__).parent / "content"
WRITERS = {"moodle": write_moodle, "qti3": write_qti3}
GENEROUS = settings(
    # Shrinking a whole bank takes minutes; a kind by itself shows the same fault.
    phases=(Phase.explicit, Phase.generate),
    max_examples=100 if IN_FULL else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def bundled() -> dict[str, Bank]:
    """The banks that come with the project: one of them on every change, each of them in full."""
    found = {key: bank for key, bank in read_banks(CONTENT)[0].items() if not bank.draws_from}
    return found if IN_FULL else {ONE: found[ONE]}


def figures() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (CONTENT / "figures").glob("*.svg")}


@pytest.mark.parametrize("target", WRITERS)
def test_every_bundled_bank_reads_back_as_the_same_items(target: str) -> None:
    found = bundled()
    assert found
    for bank in found.values():
        reading = read_items(WRITERS[target](bank, figures()))
        assert reading.items == bank.items
        assert reading.is_everything_kept
        assert [item.content_hash for item in reading.items] == [
            item.content_hash for item in bank.items
        ]
        assert (reading.title, reading.language) == (bank.title, bank.language)
        assert reading.vignettes == bank.vignettes
        assert reading.specification == bank_to_document(bank)["specification"]


@pytest.mark.parametrize("target", WRITERS)
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@GENEROUS
def test_an_item_of_any_kind_reads_back_as_the_same_item(
    target: str, kind: str, data: st.DataObject
) -> None:
    item = data.draw(items(kind))
    bank = Bank("drawn", "Drawn", "en-GB", quizzes.Specification((), 80, "None."), (item,))
    reading = read_items(WRITERS[target](bank, FIGURES))
    assert reading.refused == ""
    assert reading.items == (item,), reading.entries
    assert reading.is_everything_kept, reading.entries
    assert reading.items[0].content_hash == item.content_hash


@pytest.mark.parametrize("target", WRITERS)
@given(bank=banks())
@GENEROUS
def test_a_bank_reads_back_with_vignettes_figures_and_specification(
    target: str, bank: Bank
) -> None:
    reading = read_items(WRITERS[target](bank, FIGURES))
    assert reading.items == bank.items
    assert reading.vignettes == bank.vignettes
    assert (reading.title, reading.language) == (bank.title, bank.language)
    assert reading.specification == bank_to_document(bank)["specification"]
    drawn = [item.details for item in bank.items if item.kind == "hotspot"]
    assert reading.figures == {each.figure: FIGURES[each.figure] for each in drawn}


@pytest.mark.parametrize("target", WRITERS)
@given(bank=banks())
@settings(GENEROUS, max_examples=5)
def test_writing_twice_gives_the_same_bytes(target: str, bank: Bank) -> None:
    assert WRITERS[target](bank, FIGURES) == WRITERS[target](bank, FIGURES)


@pytest.mark.parametrize("target", WRITERS)
def test_a_bank_written_read_and_put_into_a_file_is_the_same_bank(
    target: str, tmp_path: Path
) -> None:
    for bank in bundled().values():
        reading = read_items(WRITERS[target](bank, figures()))
        (tmp_path / f"{bank.id}.yaml").write_text(quizzes.draft_bank(reading), encoding="utf-8")
        (tmp_path / "figures").mkdir(exist_ok=True)
        for name, content in reading.figures.items():
            (tmp_path / "figures" / name).write_bytes(content)
    again = {key: bank for key, bank in read_banks(tmp_path)[0].items() if not bank.draws_from}
    assert again == bundled()
