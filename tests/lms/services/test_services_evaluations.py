"""Evaluations: shown in whole blocks, small counts hidden, words from ten on, one programme's."""

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.closing import EvaluationAnswers
from lms.services import evaluations
from tests.cast import Cast
from tests.closing_course import give_a_closing

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def answer(
    session: Session, programme: int, release: int, month: str, use: int, bias: str, more: str = ""
) -> None:
    said = {"use": use, "bias": bias, **({"more": more} if more else {})}
    session.add(
        EvaluationAnswers(
            key=secrets.token_hex(16),
            programme_id=programme,
            release_id=release,
            month=month,
            answers=json.dumps(said),
        )
    )
    session.flush()


def results(
    session: Session, cast: Cast, release: int, period: str | None = None
) -> evaluations.Results:
    return evaluations.find_results(session, cast.northgate, release, "Europe/London", NOW, period)


def test_nothing_is_shown_of_few_or_of_a_month_that_is_not_over(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    release = give_a_closing(session, tmp_path, cast)
    with pytest.raises(NotFound):
        results(session, cast, release)
    for _ in range(9):
        answer(session, cast.northgate, release, "2026-11", 5, "Yes", "CANARY")
    for _ in range(4):
        answer(session, cast.northgate, release, "2026-10", 1, "No", "CANARY")
    shown = results(session, cast, release)
    assert (shown.count, shown.periods, shown.is_waiting) == (0, (), True)
    assert "CANARY" not in repr(shown)
    answer(session, cast.northgate, release, "2026-09", 5, "Yes")
    assert [each.months for each in results(session, cast, release).periods] == [
        ("2026-09", "2026-10")
    ]


def test_small_counts_are_hidden_on_the_page_and_in_the_file(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    release = give_a_closing(session, tmp_path, cast)
    for place in range(14):
        answer(session, cast.northgate, release, "2026-08", 4 + place % 2, "Yes")
    answer(session, cast.northgate, release, "2026-08", 1, "No")
    shown = results(session, cast, release)
    use, bias, _more = shown.questions
    assert [(band.low, band.high, band.count) for band in use.bands] == [(1, 4, 8), (5, 5, 7)]
    assert [option.count for option in bias.options] == [None, None]
    table = evaluations.results_table(shown, "Northgate", "Europe/London")
    assert [row[2:4] for row in table.rows] == [
        ("1 to 4", 8), ("5", 7), ("Yes", None), ("No", None)
    ]  # fmt: skip


def test_words_need_ten_and_are_never_those_of_one_period(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    release = give_a_closing(session, tmp_path, cast)
    for place in range(6):
        answer(session, cast.northgate, release, "2026-07", 5, "Yes", f"July {place}")
    assert results(session, cast, release).words_count == 0
    for place in range(6):
        answer(session, cast.northgate, release, "2026-08", 5, "Yes", f"August {place}")
    shown = results(session, cast, release)
    assert (shown.words_count, len(shown.questions[2].words)) == (12, 12)
    alone = results(session, cast, release, "2026-08")
    assert (alone.count, alone.questions[2].words) == (6, ())
    assert evaluations.words_table(alone, "N", "UTC").rows == []


def test_another_programme_shows_nothing_of_these(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    release = give_a_closing(session, tmp_path, cast)
    for _ in range(12):
        answer(session, cast.southgate, release, "2026-08", 5, "Yes", "CANARY-SOUTH")
    for _ in range(12):
        answer(session, cast.northgate, release, "2026-08", 3, "No", "North")
    shown = results(session, cast, release)
    assert shown.count == 12 and "CANARY-SOUTH" not in repr(shown)
    with pytest.raises(NotFound):
        results(session, cast, release, "2026-11")


def test_a_period_is_not_told_by_all_periods_less_the_others(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    """Else the one who said “No” in August is what July leaves of the sum."""
    release = give_a_closing(session, tmp_path, cast)
    for place in range(24):
        answer(session, cast.northgate, release, "2026-07", 1 + place % 2, ["Yes", "No"][place % 2])
    for place in range(12):
        answer(
            session, cast.northgate, release, "2026-08", 1 if place else 2, "Yes" if place else "No"
        )
    views = [results(session, cast, release, each) for each in (None, "2026-07", "2026-08")]
    choice = [[option.count for option in view.questions[1].options] for view in views]
    assert choice == [[23, 13], [None, None], [None, None]]
    scale = [[(b.low, b.high, b.count) for b in view.questions[0].bands] for view in views]
    assert scale[0][:2] == [(1, 1, 23), (2, 2, 13)]
    ends = [{high for _low, high, _count in each} for each in scale[1:]]
    assert ends[0] == ends[1] and 1 not in ends[0]


def test_words_of_one_person_are_not_matched_by_their_place(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    release = give_a_closing(session, tmp_path, cast)
    for place in range(12):
        answer(session, cast.northgate, release, "2026-08", 5, "Yes", f"Word {place:02}")
    words = results(session, cast, release).questions[2].words
    assert list(words) == sorted(words)
