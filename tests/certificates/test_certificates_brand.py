"""The brand of a programme: its document, its digest, and what it refuses."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from certificate_samples import picture, sample_brand

from certificates import (
    Brand,
    CredentialError,
    SignedBy,
    brand_digest,
    brand_from_document,
    brand_to_document,
)


@pytest.mark.parametrize("brand", [Brand(), sample_brand()], ids=["house", "full"])
def test_a_brand_survives_its_document_exactly(brand: Brand) -> None:
    document = json.loads(json.dumps(brand_to_document(brand)))
    restored = brand_from_document(document)
    assert restored == brand
    assert brand_digest(restored) == brand_digest(brand)


def test_the_digest_of_the_house_is_known() -> None:
    # Credentials name the brand they are drawn in by this digest, for ever.
    assert brand_digest(Brand()) == (
        "96c06a905567bd9f0c1b9715aaf2320c8be6cf37be2a06cc6179fe666a830bcf"
    )


@pytest.mark.parametrize("name", [field.name for field in fields(Brand)])
def test_every_part_of_a_brand_counts_in_its_digest(name: str) -> None:
    full = sample_brand(paper="letter")
    other = "Another" if name == "logo_alt" else getattr(Brand(), name)
    assert brand_digest(replace(full, **{name: other})) != brand_digest(full)


@pytest.mark.parametrize(
    "changes",
    [
        {"primary": "red"},
        {"primary": "#14594F"},
        {"primary": "#14594f;}body{display:none"},
        {"primary": "#14594f\n"},
        {"paper": "a3"},
        {"logo": picture(), "logo_alt": " "},
    ],
)
def test_it_refuses_what_no_certificate_could_be_drawn_with(changes: dict[str, Any]) -> None:
    with pytest.raises(CredentialError):
        sample_brand(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"primary": None},
        {"paper": ["a4"]},
        {"logo": "not Base64!"},
        {"logo": 7},
        {"signatories": {}},
        {"signatories": [{"name": "A"}]},
        {"signatories": [{"name": "A", "role": "B", "image": "*"}]},
        {"shoe_size": 41},
    ],
)
def test_a_wrong_document_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CredentialError):
        brand_from_document({**brand_to_document(sample_brand()), **changes})


def test_a_signatory_needs_no_picture() -> None:
    assert brand_from_document(
        brand_to_document(Brand(signatories=(SignedBy("Ana", "Director"),)))
    ).signatories == (SignedBy("Ana", "Director", None),)
