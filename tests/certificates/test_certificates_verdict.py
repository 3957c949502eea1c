"""The verdict at every edge: the last second of currency and the first of a revocation."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from certificate_samples import sample_credential

from certificates import Revocation, Verdict, verdict

CREDENTIAL = sample_credential(current_until=date(2028, 10, 14))
LAST_SECOND = datetime(2028, 10, 14, 23, 59, 59, tzinfo=UTC)
REVOKED_AT = datetime(2027, 3, 1, 12, 0, 0, tzinfo=UTC)
REVOCATION = Revocation(REVOKED_AT, "Issued in error")

VALID = Verdict("valid", None, None)
PAST = Verdict("past-currency", date(2028, 10, 15), None)
REVOKED = Verdict("revoked", date(2027, 3, 1), "Issued in error")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("revocation", "at", "expected"),
    [
        (None, CREDENTIAL.issued_at, VALID),
        (None, LAST_SECOND - SECOND, VALID),
        (None, LAST_SECOND, VALID),
        (None, LAST_SECOND + timedelta(microseconds=999_999), VALID),
        (None, LAST_SECOND + SECOND, PAST),
        (None, LAST_SECOND + 2 * SECOND, PAST),
        (REVOCATION, REVOKED_AT - SECOND, VALID),
        (REVOCATION, REVOKED_AT, REVOKED),
        (REVOCATION, REVOKED_AT + SECOND, REVOKED),
        (REVOCATION, LAST_SECOND, REVOKED),
        (REVOCATION, LAST_SECOND + SECOND, REVOKED),
    ],
)
def test_the_verdict_turns_on_the_second(
    revocation: Revocation | None, at: datetime, expected: Verdict
) -> None:
    assert verdict(CREDENTIAL, revocation, at) == expected


@pytest.mark.parametrize("hours", [-12, -1, 0, 5, 14])
def test_the_day_ends_in_utc_wherever_the_question_is_asked(hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    assert verdict(CREDENTIAL, None, LAST_SECOND.astimezone(zone)) == VALID
    assert verdict(CREDENTIAL, None, (LAST_SECOND + SECOND).astimezone(zone)) == PAST


def test_a_revocation_after_currency_lapsed_is_dated_by_itself() -> None:
    late = Revocation(LAST_SECOND + timedelta(days=9), "Evidence withdrawn")
    assert verdict(CREDENTIAL, late, late.at - SECOND) == PAST
    assert verdict(CREDENTIAL, late, late.at) == Verdict(
        "revoked", date(2028, 10, 23), "Evidence withdrawn"
    )


def test_the_day_of_a_revocation_is_its_day_in_utc() -> None:
    zone = timezone(timedelta(hours=10))
    early = Revocation(datetime(2027, 3, 1, 8, 0, tzinfo=zone), "Issued in error")
    assert verdict(CREDENTIAL, early, early.at).since == date(2027, 2, 28)


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        verdict(CREDENTIAL, None, LAST_SECOND.replace(tzinfo=None))
    with pytest.raises(ValueError, match="aware"):
        verdict(CREDENTIAL, Revocation(REVOKED_AT.replace(tzinfo=None), "x"), LAST_SECOND)
