"""Finding facts: by words, area, strength, standing and review date, and never by accident."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import STATUSES, FactQuery, find_facts, strength_of
from tests.courses.course_samples import fact

TODAY = date(2027, 1, 1)
FACTS = [
    fact("SET-001", statement="Music carries the session.", strength="RCT (company topline)"),
    fact("SET-002", source="Practice advice (no single primary source)", status="recalled"),
    fact("SCR-001", statement="Lithium may cause seizures.", review_by=date(2026, 12, 31)),
    fact("SCR-002", source="Kaelen 2018 [secondary]", status="uncertain"),
    fact("SCR-003", source="Somebody 2010 [RETRACTED 2020]", strength="RCT"),
]


def ids(**asked: object) -> list[str]:
    query = FactQuery(**asked)  # type: ignore[arg-type]
    return [each.id for each in find_facts(FACTS, query, TODAY)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["SCR-001", "SCR-002", "SCR-003", "SET-001", "SET-002"]),
        ({"words": "LITHIUM"}, ["SCR-001"]),
        ({"words": "seiz lith"}, ["SCR-001"]),
        ({"words": "lithium music"}, []),
        ({"words": "kaelen"}, ["SCR-002"]),
        ({"words": "set-00"}, ["SET-001", "SET-002"]),
        ({"area": "SCR"}, ["SCR-001", "SCR-002", "SCR-003"]),
        ({"area": "S"}, []),
        ({"strength": "RCT"}, ["SCR-003", "SET-001"]),
        ({"status": "advice"}, ["SET-002"]),
        ({"status": "recalled"}, ["SET-002"]),
        ({"status": "secondary"}, ["SCR-002"]),
        ({"status": "uncertain"}, ["SCR-002"]),
        ({"status": "retracted"}, ["SCR-003"]),
        ({"status": "no-such-status"}, []),
        ({"past_review": True}, ["SCR-001"]),
        ({"past_review": True, "area": "SET"}, []),
    ],
)
def test_it_finds_what_was_asked_for(asked: dict[str, object], found: list[str]) -> None:
    assert ids(**asked) == found


def test_the_review_date_itself_still_holds() -> None:
    last_day = fact(review_by=TODAY)
    assert not last_day.is_past_review(TODAY)
    assert last_day.is_past_review(date(2027, 1, 2))


def test_a_remark_behind_the_strength_is_no_strength_of_its_own() -> None:
    assert strength_of(FACTS[0]) == "RCT"


@given(st.text(max_size=8), st.sampled_from(["", "SET", "SCR"]), st.sampled_from(["", *STATUSES]))
def test_asking_for_more_never_finds_more(words: str, area: str, status: str) -> None:
    narrow = set(ids(words=words, area=area, status=status))
    assert narrow <= set(ids(words=words, area=area))
    assert set(ids(words=words, area=area)) <= set(ids(area=area))
