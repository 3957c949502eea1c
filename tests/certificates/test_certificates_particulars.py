"""What a credential says beyond the award: its document, its digest, and what it refuses."""

import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from certificate_samples import sample_credential, sample_particulars
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import (
    Approval,
    Competency,
    CredentialError,
    CreditClaim,
    HoursLine,
    MappedHours,
    Particulars,
    canonical_bytes,
    credential_from_document,
    credential_to_document,
    digest,
)

text = st.text(max_size=12)
lines = st.lists(st.builds(HoursLine, text, st.integers(0, 10**5)), max_size=2).map(tuple)
particulars = st.builds(
    Particulars,
    kind=st.sampled_from(["course", "programme", "ce"]),
    cycle=st.integers(1, 50),
    renews=st.none() | text,
    brand=st.none() | st.just("0f" * 32),
    format=text,
    place=text,
    provider_address=text,
    instructors=st.lists(text, max_size=2).map(tuple),
    competencies=st.lists(st.builds(Competency, text, text, text, text), max_size=2).map(tuple),
    mapped=st.lists(st.builds(MappedHours, text, st.dates(), lines), max_size=2).map(tuple),
    approvals=st.lists(
        st.builds(
            Approval, text, text, text, st.just(date(2026, 1, 1)), st.none() | st.just(date.max)
        ),
        max_size=2,
    ).map(tuple),
    credits=st.lists(
        st.builds(CreditClaim, text, st.sampled_from(["0", "6", "6.25"]), st.integers(0, 999)),
        max_size=2,
    ).map(tuple),
)


@given(particulars)
@settings(max_examples=60)
def test_particulars_survive_their_document_exactly(given: Particulars) -> None:
    credential = sample_credential(particulars=given)
    document = json.loads(json.dumps(credential_to_document(credential)))
    restored = credential_from_document(document)
    assert restored == credential
    assert canonical_bytes(restored) == canonical_bytes(credential)


def test_a_credential_without_particulars_stays_of_version_one() -> None:
    document = credential_to_document(sample_credential())
    assert document["version"] == 1
    assert "particulars" not in document
    # Digests of credentials awarded before particulars existed stand in logs and files.
    assert digest(sample_credential()) == (
        "98bb10e7fcae9ee3e452311bb6bc4d9a266aa6786e3e0865de22fc9033854970"
    )


def test_a_key_with_its_default_value_is_not_written() -> None:
    document = credential_to_document(sample_credential(particulars=Particulars()))
    assert (document["version"], document["particulars"]) == (2, {})
    some = sample_credential(particulars=Particulars(kind="ce", cycle=2))
    assert credential_to_document(some)["particulars"] == {"kind": "ce", "cycle": 2}
    unlinked = Particulars(competencies=(Competency("Oregon", "1", "Safety"),))
    assert credential_to_document(sample_credential(particulars=unlinked))["particulars"] == {
        "competencies": [{"framework": "Oregon", "code": "1", "name": "Safety"}]
    }


@pytest.mark.parametrize("name", [field.name for field in fields(Particulars)])
def test_every_particular_is_part_of_the_digest(name: str) -> None:
    full = sample_particulars(kind="ce", cycle=2, renews="OLD", brand="0f" * 32)
    less = replace(full, **{name: getattr(Particulars(), name)})
    assert full != less
    one, other = (digest(sample_credential(particulars=part)) for part in (full, less))
    assert one != other


@pytest.mark.parametrize("version", [1, 3, "2", True])
def test_a_document_of_another_version_is_refused(version: object) -> None:
    document = credential_to_document(sample_credential(particulars=Particulars()))
    with pytest.raises(CredentialError, match="version"):
        credential_from_document({**document, "version": version})


def test_an_early_document_may_not_claim_the_later_version() -> None:
    document = credential_to_document(sample_credential())
    with pytest.raises(CredentialError, match="version"):
        credential_from_document({**document, "version": 2})


def test_hours_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(CredentialError, match="add up to 2160 minutes, not to 2161"):
        sample_credential(minutes=2161, particulars=Particulars())
    assert sample_credential(minutes=90, hours=(), particulars=Particulars()).minutes == 90


@pytest.mark.parametrize("name", [field.name for field in fields(Particulars)])
@pytest.mark.parametrize("value", [3.5, True, {}, [3], b"x", None])
def test_a_wrongly_typed_particular_is_refused(name: str, value: object) -> None:
    document: dict[str, Any] = credential_to_document(
        sample_credential(particulars=sample_particulars())
    )
    document["particulars"] = {**document["particulars"], name: value}
    with pytest.raises(CredentialError):
        credential_from_document(document)


@pytest.mark.parametrize("name", ["competencies", "mapped", "approvals", "credits"])
def test_unknown_and_missing_keys_of_a_part_are_refused_by_name(name: str) -> None:
    document = credential_to_document(sample_credential(particulars=sample_particulars()))
    part = document["particulars"][name][0]
    document["particulars"][name][0] = {**part, "shoe_size": 41}
    with pytest.raises(CredentialError, match="does not know shoe_size"):
        credential_from_document(document)
    document["particulars"][name][0] = dict(list(part.items())[1:])
    with pytest.raises(CredentialError, match="lacks"):
        credential_from_document(document)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Particulars(kind="diploma"),  # type: ignore[arg-type]
        lambda: Particulars(cycle=0),
        lambda: Particulars(brand="house"),
        lambda: CreditClaim("CE credit", "6,5", 390),
        lambda: CreditClaim("CE credit", "-1", 390),
        lambda: CreditClaim("CE credit", "٦", 390),
        lambda: CreditClaim("CE credit", "1e3", 390),
        lambda: CreditClaim("CE credit", "6", -1),
        lambda: Approval("Body", "1", "", date(2026, 2, 1), date(2026, 1, 31)),
        lambda: Particulars(mapped=(MappedHours("O", date.min, (HoursLine("x", -1),)),)),
    ],
)
def test_it_refuses_particulars_that_could_not_be_attested(make: Any) -> None:
    with pytest.raises(CredentialError):
        make()


def test_particulars_that_are_not_valid_unicode_are_refused() -> None:
    with pytest.raises(CredentialError, match="Unicode"):
        sample_credential(particulars=Particulars(place="Lone \ud800"))
