"""Badges: what they say, what they never say, and what they are worth at an instant."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from badge_samples import (
    AT,
    CRITERIA,
    DID,
    ISSUED,
    ISSUER,
    KEY,
    KEYS,
    OTHER_KEY,
    REVOCATION,
    SUSPENSION,
    clean_lists,
    genuine,
    genuine_token,
    sample_badge,
    sample_list,
    signed,
)
from certificate_samples import SERIAL, VERIFY_URL, sample_credential, sample_particulars
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3Verifier

from certificates import (
    Competency,
    CreditClaim,
    badge_for,
    check_badge,
    digest,
    sign_badge_jwt,
    verdict,
)


def check(badge, at=AT, lists=None, keys=KEYS):
    return check_badge(badge, keys, at, clean_lists() if lists is None else lists)


@pytest.mark.parametrize("make", [genuine, genuine_token])
def test_a_genuine_badge_is_valid_and_names_its_credential(make):
    found = check(make())
    assert (found.state, found.status, found.reasons) == ("genuine", "valid", ())
    assert found.serial == SERIAL
    assert found.credential_digest == digest(sample_credential(particulars=sample_particulars()))
    assert found.document == sample_badge()


def test_readers_that_are_not_ours_accept_it():
    """openbadgeslib checks proof, meaning of every member, and token, by the standard."""
    pem = pem_of(KEY)
    lasting = sample_badge(current_until=date(2999, 1, 1))
    # Its clock is the machine's: the sample is issued when every machine has long been running.
    lasting["validFrom"] = lasting["awardedDate"] = "2026-01-02T00:00:00Z"
    assert OB3LdpVerifier(pem).verify(signed(lasting)).id == VERIFY_URL
    assert OB3Verifier(pem).verify(sign_badge_jwt(lasting, KEY)).id == VERIFY_URL


def pem_of(key):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key.public
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_the_same_award_gives_the_same_badge():
    assert json.dumps(signed(sample_badge())) == genuine()


def test_it_says_what_was_achieved():
    subject = sample_badge()["credentialSubject"]
    achievement = subject["achievement"]
    assert achievement["criteria"] == {"narrative": CRITERIA}
    assert [each["targetCode"] for each in achievement["alignment"]] == ["N1", "N2"]
    assert subject["creditsEarned"] == achievement["creditsAvailable"] == 36
    assert [each.get("status", each.get("value")) for each in subject["result"]] == [
        "Completed",
        "2160",
        "36",
    ]
    assert "not a licence" in sample_badge()["description"]


def test_it_holds_no_address_and_no_score():
    """The holder's e-mail never reaches it; the only contact is the issuer's, where given."""
    assert "@" not in json.dumps(sample_badge()).replace("@context", "")
    assert "core" not in json.dumps(sample_badge()["credentialSubject"]["result"])


def test_achievements_are_told_apart_by_content_and_kind():
    def achievement(**changes):
        return sample_badge(**changes)["credentialSubject"]["achievement"]["id"]

    other_person = achievement(holder_name="Leo Brandt")
    assert achievement() == other_person
    different = {
        achievement(),
        achievement(title="Advanced"),
        achievement(release_hash="cd" * 32),
        achievement(particulars=sample_particulars(kind="ce")),
    }
    assert len(different) == 4


@given(st.integers(0, 600_000))
def test_hours_are_credited_in_numbers_that_every_language_writes_alike(minutes):
    badge = sample_badge(minutes=minutes, particulars=None)
    earned = badge["credentialSubject"]["creditsEarned"]
    assert earned * 60 <= minutes + 1e-6
    assert isinstance(earned, int) or not earned.is_integer()


def test_it_refuses_the_address_of_another_credential():
    with pytest.raises(ValueError, match="serial"):
        badge_for(
            sample_credential(), ISSUER, verify_url="https://x.example/v/1", criteria="", status=()
        )


@pytest.mark.parametrize(
    ("places", "entry", "status"),
    [
        ([REVOCATION.index], REVOCATION, "revoked"),
        ([SUSPENSION.index], SUSPENSION, "suspended"),
        ([REVOCATION.index + 1], REVOCATION, "valid"),
    ],
)
@pytest.mark.parametrize("make", [genuine, genuine_token])
def test_the_lists_decide_what_it_is_worth(make, places, entry, status):
    lists = {**clean_lists(), entry.list_url: sample_list(entry, places)}
    found = check(make(), lists=lists)
    assert (found.state, found.status) == ("genuine", status)


@pytest.mark.parametrize(
    "lists",
    [
        {},
        {REVOCATION.list_url: "unreachable"},
        {REVOCATION.list_url: sample_list(REVOCATION, start=AT - timedelta(days=3))},
        {REVOCATION.list_url: sample_list(REVOCATION, key=OTHER_KEY)},
        {REVOCATION.list_url: sample_list(SUSPENSION)},
    ],
    ids=["missing", "unreadable", "stale", "forged", "another"],
)
@pytest.mark.parametrize("make", [genuine, genuine_token])
def test_without_a_list_to_rely_on_its_status_is_unknown(make, lists):
    kept = {SUSPENSION.list_url: clean_lists()[SUSPENSION.list_url]}
    found = check(make(), lists={**kept, **lists})
    assert (found.state, found.status) == ("genuine", "unknown")
    assert found.reasons


def test_what_is_certain_is_told_before_what_is_not():
    revoked = {REVOCATION.list_url: sample_list(REVOCATION, [REVOCATION.index])}
    assert check(genuine(), lists=revoked).status == "revoked"


def test_a_badge_that_could_not_be_revoked_is_never_called_valid():
    found = check(signed(sample_badge(status=())))
    assert (found.state, found.status) == ("genuine", "unknown")


@pytest.mark.parametrize("make", [genuine, genuine_token])
@pytest.mark.parametrize(
    ("at", "status"),
    [
        (ISSUED - timedelta(seconds=1), "unknown"),
        (ISSUED, "valid"),
        (ISSUED + timedelta(seconds=1), "valid"),
        (END := ISSUED.replace(year=2028, hour=23, minute=59, second=59), "valid"),
        (END - timedelta(seconds=1), "valid"),
        (END + timedelta(microseconds=999_999), "valid"),
        (END + timedelta(seconds=1), "expired"),
    ],
)
def test_its_first_and_last_second_are_instants_in_utc(make, at, status):
    entries = (REVOCATION, SUSPENSION)
    lists = {entry.list_url: sample_list(entry, start=at) for entry in entries}
    assert check(make(), at=at, lists=lists).status == status


@given(st.integers(-3, 3), st.integers(0, 999_999))
def test_badge_and_page_change_at_the_same_instant(seconds, microseconds):
    """The page's verdict and the badge's dates are one law (security case 46)."""
    at = END + timedelta(seconds=seconds, microseconds=microseconds)
    page = verdict(sample_credential(), (), at)
    expired = check(genuine_token(), at=at, lists={}).status == "expired"
    assert expired == (page.status == "past-currency")


def test_a_badge_of_a_retired_key_stays_genuine():
    retired = replace(KEY, valid_until=ISSUED + timedelta(days=1)).public_key
    assert check(genuine(), keys=(OTHER_KEY.public_key, retired)).state == "genuine"


@pytest.mark.parametrize("make", [genuine, genuine_token])
def test_a_badge_signed_after_its_key_was_retired_is_none(make):
    retired = replace(KEY, valid_until=ISSUED - timedelta(days=1)).public_key
    assert check(make(), keys=(retired,)).state == "altered"


def test_what_another_issuer_signed_is_not_ours():
    assert check(signed(sample_badge(), OTHER_KEY)).state == "not-ours"
    assert check(sign_badge_jwt(sample_badge(), OTHER_KEY)).state == "not-ours"


def test_a_key_of_the_log_cannot_vouch_for_a_badge():
    public = replace(KEY, purpose="log").public_key
    assert check(genuine(), keys=(public,)).state == "not-ours"


def test_a_competency_without_an_address_is_named_below_the_issuer():
    particulars = sample_particulars(competencies=(Competency("A b", "1/2", "Listens"),))
    badge = sample_badge(particulars=particulars)
    (alignment,) = badge["credentialSubject"]["achievement"]["alignment"]
    assert alignment["targetUrl"] == f"{DID}/frameworks/A%20b/1%2F2"
    assert check(signed(badge)).state == "genuine"


def test_credits_of_several_kinds_are_results_and_hours_the_credits():
    credits = (CreditClaim("A", "6.25", 360), CreditClaim("B", "7", 420))
    badge = sample_badge(particulars=sample_particulars(credits=credits))
    assert badge["credentialSubject"]["creditsEarned"] == 36
    assert len(badge["credentialSubject"]["result"]) == 4
    assert check(signed(badge)).state == "genuine"


@pytest.mark.parametrize(
    "name", ["李小龍", "محمد علي", "‮evil", "{{7*7}}", "</script>", "A\\tB\u2028C"]
)
def test_any_name_is_signed_as_it_is(name):
    found = check(signed(sample_badge(holder_name=name)))
    assert found.state == "genuine"
    assert found.document["credentialSubject"]["identifier"][0]["identityHash"] == name


WORDS = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=40, deadline=None)
@given(name=WORDS.filter(str.strip), title=WORDS, url=WORDS, code=WORDS)
def test_whatever_a_credential_says_its_badge_is_genuine(name, title, url, code):
    """No text makes a badge that its own check refuses, and each comes back as it was."""
    credential = sample_credential(
        holder_name=name,
        title=title,
        certifies=code,
        particulars=sample_particulars(competencies=(Competency(code, title, name, url),)),
    )
    issuer = replace(ISSUER, url=url)
    document = badge_for(
        credential, issuer, verify_url=VERIFY_URL, criteria=title, status=(REVOCATION,)
    )
    for badge in (json.dumps(signed(document)), sign_badge_jwt(document, KEY)):
        found = check(badge)
        assert (found.state, found.status) == ("genuine", "valid"), found.reasons
        assert found.document["credentialSubject"]["identifier"][0]["identityHash"] == name


def test_a_token_made_after_a_change_of_keys_says_when_it_was_signed():
    later = replace(KEY, valid_from=ISSUED + timedelta(days=90))
    document = sample_badge()
    assert check(sign_badge_jwt(document, later), keys=(later.public_key,)).state == "altered"
    token = sign_badge_jwt(document, later, later.valid_from)
    assert check(token, keys=(later.public_key,)).state == "genuine"
