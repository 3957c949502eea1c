"""Status lists: bits in their places, and no list relied upon that cannot be."""

import base64
import gzip
from datetime import timedelta

import pytest
from badge_samples import (
    AT,
    DID,
    KEY,
    KEYS,
    OTHER_KEY,
    REVOCATION,
    SUSPENSION,
    sample_list,
)
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from certificates import (
    StatusEntry,
    StatusList,
    StatusListError,
    decode_status_list,
    read_status,
    sign_badge,
    sign_badge_jwt,
    status_list_credential,
)
from certificates.status_list import LENGTH

PLACES = st.sets(st.integers(0, LENGTH - 1), max_size=20)


def read(data, entry=REVOCATION, at=AT, keys=KEYS):
    return read_status(data, entry, DID, keys, at)


@given(PLACES, PLACES)
def test_what_is_set_and_only_that_is_read_back(first, second):
    found = decode_status_list(StatusList().set(first).set(second).encode())
    assert {place for place in first | second if found.get(place)} == first | second
    assert sum(byte.bit_count() for byte in found.bits) == len(first | second)


@given(PLACES)
def test_another_reader_finds_the_same_places(places):
    """openbadgeslib reads the list by the standard, with code that is not ours."""
    assert set_indices(decode_encoded_list(StatusList().set(places).encode())) == places


def test_the_same_places_give_the_same_text():
    assert StatusList().set([7, 3]).encode() == StatusList().set([3]).set([7]).encode()


@pytest.mark.parametrize("place", [-1, LENGTH])
def test_it_refuses_a_place_that_no_list_has(place):
    with pytest.raises(IndexError):
        StatusList().get(place)
    with pytest.raises(IndexError):
        StatusList().set([place])
    with pytest.raises(ValueError, match="is not on a list"):
        StatusEntry(REVOCATION.list_url, place, "revocation")


def packed(data):
    return "u" + base64.urlsafe_b64encode(gzip.compress(data)).rstrip(b"=").decode("ascii")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "ux",
        "u****",
        StatusList().encode()[1:],
        StatusList().encode()[:-6],
        packed(bytes(LENGTH // 8 - 1)),
        packed(bytes(LENGTH // 8 + 1)),
        packed(bytes(50_000_000)),
        packed(bytes(LENGTH // 8)) + packed(b"more")[1:],
    ],
    ids=[
        "empty",
        "sign",
        "short",
        "alphabet",
        "no-sign",
        "cut",
        "shorter",
        "longer",
        "bomb",
        "two",
    ],
)
def test_it_refuses_what_is_not_one_whole_list(text):
    with pytest.raises(StatusListError):
        decode_status_list(text)


def test_a_signed_list_tells_of_each_place():
    found = sample_list(REVOCATION, [REVOCATION.index])
    assert read(found)
    assert not read(found, StatusEntry(REVOCATION.list_url, 5, "revocation"))


def test_a_list_may_come_as_a_token():
    document = {
        name: value for name, value in sample_list(REVOCATION, [5]).items() if name != "proof"
    }
    assert not read(sign_badge_jwt(document, KEY))


@pytest.mark.parametrize(
    "data",
    [
        {name: value for name, value in sample_list(REVOCATION).items() if name != "proof"},
        sample_list(REVOCATION, key=OTHER_KEY),
        sample_list(REVOCATION, issuer="did:web:elsewhere.example"),
        sample_list(REVOCATION, url=SUSPENSION.list_url),
        sample_list(REVOCATION, purpose="suspension"),
        {**sample_list(REVOCATION), "validUntil": "2099-01-01T00:00:00Z"},
        {**sample_list(REVOCATION), "ttl": 1},
        "",
        "{}",
        b"\xff\xfe",
        "a.b.c",
        "<html>Not found</html>",
    ],
    ids=[
        "unsigned",
        "other-key",
        "other-issuer",
        "other-list",
        "other-purpose",
        "longer-life",
        "more-said",
        "empty",
        "nothing",
        "bytes",
        "token",
        "page",
    ],
)
def test_it_relies_on_no_list_but_the_issuers(data):
    with pytest.raises(StatusListError):
        read(data)


@pytest.mark.parametrize(
    ("seconds", "is_read"), [(-1, False), (0, True), (172_800, True), (172_801, False)]
)
def test_a_list_is_good_from_its_first_second_to_its_last(seconds, is_read):
    """A stale copy, or one of the future, is no answer (security: fail closed)."""
    data, at = sample_list(REVOCATION), AT + timedelta(seconds=seconds)
    if is_read:
        assert not read(data, at=at)
    else:
        with pytest.raises(StatusListError):
            read(data, at=at)


def test_a_list_signed_outside_the_time_of_its_key_is_refused():
    with pytest.raises(StatusListError, match="not in use"):
        read(sign_badge(unsigned(), KEY, KEY.valid_from - timedelta(seconds=1)))


def unsigned():
    return status_list_credential(
        DID,
        REVOCATION.list_url,
        "revocation",
        StatusList(),
        valid_from=AT,
        valid_until=AT + timedelta(days=1),
    )
