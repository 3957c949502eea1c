"""The verdict at every edge: the last second of currency and the first of a revocation."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from certificate_samples import sample_credential
from hypothesis import given
from hypothesis import strategies as st

from certificates import RequiredUpdate, Revocation, Verdict, verdict

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


PUBLISHED = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
UPDATE = RequiredUpdate("Lithium and psilocybin", PUBLISHED)
DONE = replace(UPDATE, done_at=PUBLISHED + timedelta(days=3))


@pytest.mark.parametrize(
    ("update", "at", "status"),
    [
        (UPDATE, PUBLISHED - SECOND, "valid"),
        (UPDATE, PUBLISHED, "update-outstanding"),
        (UPDATE, LAST_SECOND, "update-outstanding"),
        (UPDATE, LAST_SECOND + SECOND, "past-currency"),
        (DONE, PUBLISHED - SECOND, "valid"),
        (DONE, PUBLISHED, "update-outstanding"),
        (DONE, PUBLISHED + timedelta(days=3) - SECOND, "update-outstanding"),
        (DONE, PUBLISHED + timedelta(days=3), "valid"),
    ],
)
def test_an_update_is_outstanding_from_its_publication_until_it_is_confirmed(
    update: RequiredUpdate, at: datetime, status: str
) -> None:
    found = verdict(CREDENTIAL, None, at, [update])
    assert found.status == status
    assert found.outstanding == ((update,) if status == "update-outstanding" else ())


def test_a_revocation_outranks_an_outstanding_update() -> None:
    assert verdict(CREDENTIAL, REVOCATION, REVOKED_AT, [UPDATE]) == REVOKED


def test_each_of_several_updates_has_to_be_confirmed() -> None:
    second = RequiredUpdate("Another", PUBLISHED + timedelta(days=1))
    at = PUBLISHED + timedelta(days=10)
    assert verdict(CREDENTIAL, None, at, [second, UPDATE]).outstanding == (UPDATE, second)
    assert verdict(CREDENTIAL, None, at, [DONE, second]).outstanding == (second,)
    finished = replace(second, done_at=at)
    assert verdict(CREDENTIAL, None, at, [DONE, finished]) == VALID


def test_the_status_holds_from_the_oldest_update_but_not_before_the_credential() -> None:
    at = PUBLISHED + timedelta(days=10)
    later = RequiredUpdate("Another", PUBLISHED + timedelta(days=1))
    assert verdict(CREDENTIAL, None, at, [later, UPDATE]).since == PUBLISHED.date()
    old = RequiredUpdate("Known before", CREDENTIAL.issued_at - timedelta(days=90))
    assert verdict(CREDENTIAL, None, at, [old]).since == CREDENTIAL.issued_at.date()


INSTANTS = st.datetimes(datetime(2026, 6, 1), datetime(2029, 6, 1), timezones=st.just(UTC))
UPDATES = st.lists(st.builds(RequiredUpdate, st.text(), INSTANTS, st.none() | INSTANTS), max_size=5)
REVOCATIONS = st.none() | st.builds(Revocation, INSTANTS, st.just("Issued in error"))


@given(REVOCATIONS, INSTANTS, UPDATES)
def test_updates_only_ever_qualify_what_would_be_valid(
    revocation: Revocation | None, at: datetime, updates: list[RequiredUpdate]
) -> None:
    """Without updates the verdict is the same, save that valid stays plain valid."""
    plain = verdict(CREDENTIAL, revocation, at)
    found = verdict(CREDENTIAL, revocation, at, updates)
    is_waiting = any(update.is_outstanding(at) for update in updates)
    assert (found.status == "update-outstanding") == (plain.status == "valid" and is_waiting)
    if found.status != "update-outstanding":
        assert found == plain


@given(INSTANTS, UPDATES)
def test_confirming_everything_makes_it_valid_again(
    at: datetime, updates: list[RequiredUpdate]
) -> None:
    done = [replace(update, done_at=at) for update in updates]
    assert verdict(CREDENTIAL, None, at, done) == verdict(CREDENTIAL, None, at)
