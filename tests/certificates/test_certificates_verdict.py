"""The verdict at every edge of time, and the laws that its acts obey in whatever order."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random

import pytest
from certificate_samples import sample_credential
from hypothesis import given
from hypothesis import strategies as st

from certificates import Act, ActKind, RequiredUpdate, Verdict, verdict

CREDENTIAL = sample_credential(current_until=date(2028, 10, 14))
LAST_SECOND = datetime(2028, 10, 14, 23, 59, 59, tzinfo=UTC)
REVOKED_AT = datetime(2027, 3, 1, 12, 0, 0, tzinfo=UTC)
REVOCATION = Act("revoke", REVOKED_AT, "Issued in error")

VALID = Verdict("valid", None, None)
PAST = Verdict("past-currency", date(2028, 10, 15), None)
REVOKED = Verdict("revoked", date(2027, 3, 1), "Issued in error")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("acts", "at", "expected"),
    [
        ([], CREDENTIAL.issued_at, VALID),
        ([], LAST_SECOND - SECOND, VALID),
        ([], LAST_SECOND, VALID),
        ([], LAST_SECOND + timedelta(microseconds=999_999), VALID),
        ([], LAST_SECOND + SECOND, PAST),
        ([], LAST_SECOND + 2 * SECOND, PAST),
        ([REVOCATION], REVOKED_AT - SECOND, VALID),
        ([REVOCATION], REVOKED_AT, REVOKED),
        ([REVOCATION], REVOKED_AT + SECOND, REVOKED),
        ([REVOCATION], LAST_SECOND, REVOKED),
        ([REVOCATION], LAST_SECOND + SECOND, REVOKED),
    ],
)
def test_the_verdict_turns_on_the_second(acts: list[Act], at: datetime, expected: Verdict) -> None:
    assert verdict(CREDENTIAL, acts, at) == expected


@pytest.mark.parametrize("acts", [[], [REVOCATION], [replace(REVOCATION, kind="suspend")]])
def test_nothing_is_worth_anything_before_it_is_issued(acts: list[Act]) -> None:
    before = verdict(CREDENTIAL, acts, CREDENTIAL.issued_at - SECOND)
    assert before == Verdict("not-yet-issued", None, None)
    assert verdict(CREDENTIAL, acts, CREDENTIAL.issued_at).status == "valid"


@pytest.mark.parametrize("hours", [-12, -1, 0, 5, 14])
def test_the_day_ends_in_utc_wherever_the_question_is_asked(hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    assert verdict(CREDENTIAL, [], LAST_SECOND.astimezone(zone)) == VALID
    assert verdict(CREDENTIAL, [], (LAST_SECOND + SECOND).astimezone(zone)) == PAST


def test_a_revocation_after_currency_lapsed_is_dated_by_itself() -> None:
    late = Act("revoke", LAST_SECOND + timedelta(days=9), "Evidence withdrawn")
    assert verdict(CREDENTIAL, [late], late.at - SECOND) == PAST
    assert verdict(CREDENTIAL, [late], late.at) == Verdict(
        "revoked", date(2028, 10, 23), "Evidence withdrawn"
    )


def test_the_day_of_an_act_is_its_day_in_utc() -> None:
    zone = timezone(timedelta(hours=10))
    early = Act("revoke", datetime(2027, 3, 1, 8, 0, tzinfo=zone), "Issued in error")
    assert verdict(CREDENTIAL, [early], early.at).since == date(2027, 2, 28)


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        verdict(CREDENTIAL, [], LAST_SECOND.replace(tzinfo=None))
    naive = Act("revoke", REVOKED_AT.replace(tzinfo=None), "x")
    with pytest.raises(ValueError, match="aware"):
        verdict(CREDENTIAL, [naive], LAST_SECOND)


SUSPENDED_AT = datetime(2027, 1, 10, 8, 0, tzinfo=UTC)
SUSPENSION = Act("suspend", SUSPENDED_AT, "A question about it is being looked into.")
REINSTATED = Act("reinstate", SUSPENDED_AT + timedelta(days=20), "The question is answered.")
SUPERSESSION = Act("supersede", REVOKED_AT, "The holder's name changed.", by_serial="NEXT")


def test_a_suspension_holds_from_its_second_until_it_is_reinstated() -> None:
    acts = [SUSPENSION, REINSTATED]
    assert verdict(CREDENTIAL, acts, SUSPENDED_AT - SECOND) == VALID
    suspended = Verdict("suspended", date(2027, 1, 10), SUSPENSION.public_reason)
    assert verdict(CREDENTIAL, acts, SUSPENDED_AT) == suspended
    assert verdict(CREDENTIAL, acts, REINSTATED.at - SECOND) == suspended
    assert verdict(CREDENTIAL, acts, REINSTATED.at) == VALID


def test_a_second_suspension_without_a_reinstatement_keeps_the_first_day_and_reason() -> None:
    again = replace(SUSPENSION, at=SUSPENDED_AT + timedelta(days=3), public_reason="Another one.")
    found = verdict(CREDENTIAL, [again, SUSPENSION], again.at)
    assert found == Verdict("suspended", date(2027, 1, 10), SUSPENSION.public_reason)


def test_a_superseded_credential_names_what_took_its_place() -> None:
    found = verdict(CREDENTIAL, [SUPERSESSION], REVOKED_AT)
    assert found == Verdict(
        "superseded", date(2027, 3, 1), "The holder's name changed.", superseded_by="NEXT"
    )
    assert verdict(CREDENTIAL, [SUPERSESSION], REVOKED_AT - SECOND) == VALID


def test_a_revoked_credential_that_was_issued_again_names_the_new_one() -> None:
    again = replace(SUPERSESSION, at=REVOKED_AT + timedelta(days=5))
    acts = [REVOCATION, again]
    assert verdict(CREDENTIAL, acts, again.at - SECOND) == REVOKED
    assert verdict(CREDENTIAL, acts, again.at) == replace(REVOKED, superseded_by="NEXT")


def test_of_two_acts_of_one_instant_the_graver_holds() -> None:
    lifted = replace(REINSTATED, at=SUSPENDED_AT)
    for acts in ([SUSPENSION, lifted], [lifted, SUSPENSION]):
        assert verdict(CREDENTIAL, acts, SUSPENDED_AT).status == "suspended"


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
    found = verdict(CREDENTIAL, [], at, [update])
    assert found.status == status
    assert found.outstanding == ((update,) if status == "update-outstanding" else ())


def test_a_revocation_outranks_an_outstanding_update() -> None:
    assert verdict(CREDENTIAL, [REVOCATION], REVOKED_AT, [UPDATE]) == REVOKED


def test_each_of_several_updates_has_to_be_confirmed() -> None:
    second = RequiredUpdate("Another", PUBLISHED + timedelta(days=1))
    at = PUBLISHED + timedelta(days=10)
    assert verdict(CREDENTIAL, [], at, [second, UPDATE]).outstanding == (UPDATE, second)
    assert verdict(CREDENTIAL, [], at, [DONE, second]).outstanding == (second,)
    finished = replace(second, done_at=at)
    assert verdict(CREDENTIAL, [], at, [DONE, finished]) == VALID


def test_the_status_holds_from_the_oldest_update_but_not_before_the_credential() -> None:
    at = PUBLISHED + timedelta(days=10)
    later = RequiredUpdate("Another", PUBLISHED + timedelta(days=1))
    assert verdict(CREDENTIAL, [], at, [later, UPDATE]).since == PUBLISHED.date()
    old = RequiredUpdate("Known before", CREDENTIAL.issued_at - timedelta(days=90))
    assert verdict(CREDENTIAL, [], at, [old]).since == CREDENTIAL.issued_at.date()


INSTANTS = st.datetimes(datetime(2026, 6, 1), datetime(2029, 6, 1), timezones=st.just(UTC))
UPDATES = st.lists(st.builds(RequiredUpdate, st.text(), INSTANTS, st.none() | INSTANTS), max_size=5)
KINDS: tuple[ActKind, ...] = ("suspend", "reinstate", "supersede", "revoke")
# Few instants, so that several acts often share one.
MOMENTS = st.integers(0, 12).map(lambda month: SUSPENDED_AT + timedelta(days=60 * month))
ANY_ACT = st.builds(
    Act, st.sampled_from(KINDS), MOMENTS, st.sampled_from(["One reason.", "Another."]), st.none()
)
ACTS = st.lists(ANY_ACT, max_size=6)


@given(ACTS, INSTANTS | MOMENTS, UPDATES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_matters(
    acts: list[Act], at: datetime, updates: list[RequiredUpdate], chance: Random
) -> None:
    shuffled = chance.sample(acts, len(acts))
    assert verdict(CREDENTIAL, shuffled, at, updates) == verdict(CREDENTIAL, acts, at, updates)


@given(ACTS, ACTS, MOMENTS)
def test_what_comes_later_changes_no_earlier_day(
    acts: list[Act], later: list[Act], at: datetime
) -> None:
    added = [replace(act, at=act.at + timedelta(days=3000)) for act in later]
    assert verdict(CREDENTIAL, acts + added, at) == verdict(CREDENTIAL, acts, at)


@given(ACTS, MOMENTS, MOMENTS)
def test_revocation_is_final(acts: list[Act], revoked_at: datetime, at: datetime) -> None:
    """Whatever else is done, before or after, it is revoked from the first revocation on."""
    found = verdict(CREDENTIAL, [*acts, replace(REVOCATION, at=revoked_at)], at)
    first = min([act.at for act in acts if act.kind == "revoke"] + [revoked_at])
    assert (found.status == "revoked") == (at >= first)
    if at >= first:
        assert found.since == first.date()


@given(ACTS, INSTANTS, UPDATES)
def test_a_reinstatement_restores_exactly_what_was(
    acts: list[Act], at: datetime, updates: list[RequiredUpdate]
) -> None:
    """A suspension that was lifted leaves no trace in any verdict but those of its own days."""
    past = [act for act in acts if act.kind in ("supersede", "revoke")]
    known = verdict(CREDENTIAL, past, at, updates)
    found = verdict(CREDENTIAL, [*past, SUSPENSION, REINSTATED], at, updates)
    if not SUSPENDED_AT <= at < REINSTATED.at:
        assert found == known


@given(ACTS, INSTANTS | MOMENTS, UPDATES)
def test_the_gravest_of_what_holds_is_what_is_said(
    acts: list[Act], at: datetime, updates: list[RequiredUpdate]
) -> None:
    done = sorted(
        (act for act in acts if act.at <= at), key=lambda act: (act.at, act.kind != "reinstate")
    )
    last = [act.kind for act in done if act.kind in ("suspend", "reinstate")][-1:]
    holds = [
        ("not-yet-issued", at < CREDENTIAL.issued_at),
        ("revoked", any(act.kind == "revoke" for act in done)),
        ("superseded", any(act.kind == "supersede" for act in done)),
        ("suspended", last == ["suspend"]),
        ("past-currency", at > LAST_SECOND + SECOND - timedelta(microseconds=1)),
        ("update-outstanding", any(update.is_outstanding(at) for update in updates)),
        ("valid", True),
    ]
    expected = next(status for status, does_hold in holds if does_hold)
    assert verdict(CREDENTIAL, acts, at, updates).status == expected


@given(ACTS, INSTANTS, UPDATES)
def test_updates_only_ever_qualify_what_would_be_valid(
    acts: list[Act], at: datetime, updates: list[RequiredUpdate]
) -> None:
    """Without updates the verdict is the same, save that valid stays plain valid."""
    plain = verdict(CREDENTIAL, acts, at)
    found = verdict(CREDENTIAL, acts, at, updates)
    is_waiting = any(update.is_outstanding(at) for update in updates)
    assert (found.status == "update-outstanding") == (plain.status == "valid" and is_waiting)
    if found.status != "update-outstanding":
        assert found == plain


@given(INSTANTS, UPDATES)
def test_confirming_everything_makes_it_valid_again(
    at: datetime, updates: list[RequiredUpdate]
) -> None:
    done = [replace(update, done_at=at) for update in updates]
    assert verdict(CREDENTIAL, [], at, done) == verdict(CREDENTIAL, [], at)
