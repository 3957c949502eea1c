"""The public number: round trip, slips caught, look-alikes folded, hostile input refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import format_serial, new_serial, parse_serial
from certificates.serial import ALPHABET, LONGEST_INPUT, PAYLOAD_SYMBOLS

serials = st.binary(min_size=17, max_size=40).map(new_serial)


@given(serials)
def test_a_serial_reads_back_from_its_spoken_form(serial: str) -> None:
    assert parse_serial(serial) == serial
    assert parse_serial(format_serial(serial)) == serial


@given(serials, st.sampled_from([" ", "-", "\u2011", "\u2013", "\u00a0"]))
def test_case_and_separators_do_not_matter(serial: str, separator: str) -> None:
    typed = separator.join(serial[start : start + 2] for start in range(0, len(serial), 2))
    assert parse_serial(f" {typed.lower()}\n") == serial


@given(serials)
def test_lookalike_symbols_are_folded(serial: str) -> None:
    for one in "IiLl":
        assert parse_serial(serial.replace("1", one).replace("0", "o")) == serial


@given(serials, st.data())
def test_any_single_wrong_symbol_is_caught(serial: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(serial) - 1))
    wrong = data.draw(st.sampled_from(sorted(set(ALPHABET) - {serial[place]})))
    assert parse_serial(serial[:place] + wrong + serial[place + 1 :]) is None


def test_every_single_slip_in_one_serial_is_caught() -> None:
    serial = new_serial(bytes(range(17)))
    slips = {
        serial[:place] + symbol + serial[place + 1 :]
        for place in range(len(serial))
        for symbol in ALPHABET
    } - {serial}
    assert len(slips) == 28 * 31
    assert not [slip for slip in slips if parse_serial(slip)]


@given(serials)
def test_any_swap_of_neighbours_is_caught(serial: str) -> None:
    for place in range(len(serial) - 1):
        swapped = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
        assert parse_serial(swapped) == (serial if swapped == serial else None)


@given(st.binary(min_size=17, max_size=17), st.integers(0, 129))
def test_each_of_130_random_bits_changes_the_serial(entropy: bytes, bit: int) -> None:
    flipped = int.from_bytes(entropy, "big") ^ (1 << (135 - bit))
    other = new_serial(flipped.to_bytes(17, "big"))
    assert other[:PAYLOAD_SYMBOLS] != new_serial(entropy)[:PAYLOAD_SYMBOLS]


def test_the_form_is_28_symbols_in_seven_groups_of_four() -> None:
    serial = new_serial(b"\x00" * 17)
    assert serial == "0" * 27 + "1"
    assert format_serial(serial) == "0000-0000-0000-0000-0000-0000-0001"


def test_too_little_entropy_is_refused() -> None:
    with pytest.raises(ValueError, match="17 random bytes"):
        new_serial(b"\x00" * 16)


def test_check_symbols_beyond_the_modulus_are_no_second_spelling() -> None:
    # Remainder 1 comes from the checks 1 and 1022; only the first is ever written.
    assert parse_serial("0" * 26 + "ZY") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "0" * 28,
        "0" * 27,
        "0" * 27 + "1" + "0",
        "U" * 28,
        "०" * 28,
        "\x00" * 28,
        "ı" * 28,
        "0" * 26 + "\ud800" + "1",
        "-" * (LONGEST_INPUT + 1),
        " " * 60 + "0" * 27 + "1",
        "A" * 1_000_000,
    ],
)
def test_malformed_text_is_no_serial(text: str) -> None:
    assert parse_serial(text) is None


@given(st.text(max_size=100))
def test_any_text_gets_an_answer_and_only_canonical_ones(text: str) -> None:
    answer = parse_serial(text)
    assert answer is None or parse_serial(answer) == answer
