"""The attested fact: its document, its canonical bytes, and what it refuses."""

import copy
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from certificate_samples import sample_credential
from hypothesis import given
from hypothesis import strategies as st

from certificates import (
    Credential,
    CredentialError,
    HoursLine,
    Signatory,
    canonical_bytes,
    credential_from_document,
    credential_to_document,
    digest,
)

text = st.text(max_size=30)
minutes = st.integers(0, 10**6)
credentials = st.builds(
    Credential,
    serial=text,
    holder_name=text.filter(str.strip),
    holder_profession=st.none() | text,
    title=text,
    programme=text,
    programme_web=st.none() | text,
    minutes=minutes,
    hours=st.lists(st.builds(HoursLine, text, minutes), max_size=3).map(tuple),
    started_on=st.dates(),
    completed_on=st.dates(),
    issued_at=st.datetimes(timezones=st.just(UTC)),
    current_until=st.dates(),
    release=text,
    release_hash=text,
    assessment=text,
    certifies=text,
    notice=text,
    signatories=st.lists(st.builds(Signatory, text, text), max_size=3).map(tuple),
    language=text,
)


@given(credentials)
def test_a_credential_survives_its_document_exactly(credential: Credential) -> None:
    document = json.loads(json.dumps(credential_to_document(credential)))
    restored = credential_from_document(document)
    assert restored == credential
    assert canonical_bytes(restored) == canonical_bytes(credential)


def test_the_digest_is_that_of_the_known_canonical_bytes() -> None:
    credential = sample_credential()
    document = json.loads(canonical_bytes(credential))
    assert list(document) == sorted(document)
    assert document["issued_at"] == "2026-10-14T09:30:00+00:00"
    assert "Marković".encode() in canonical_bytes(credential)
    assert digest(credential) == (
        "98bb10e7fcae9ee3e452311bb6bc4d9a266aa6786e3e0865de22fc9033854970"
    )


@pytest.mark.parametrize("field", sorted(credential_to_document(sample_credential())))
def test_a_change_of_any_field_changes_the_digest_or_is_refused(field: str) -> None:
    document = credential_to_document(sample_credential())
    changed = copy.deepcopy(document)
    value = changed[field]
    changed[field] = {
        str: lambda: "2030-01-01" if field.endswith("_on") or field == "current_until" else "x",
        int: lambda: value + 1,
        list: lambda: value[:-1],
    }[type(value)]()
    try:
        other = credential_from_document(changed)
    except CredentialError:
        assert field in {"version", "issued_at"}
    else:
        assert digest(other) != digest(sample_credential())


@pytest.mark.parametrize("field", sorted(credential_to_document(sample_credential())))
@pytest.mark.parametrize("value", [3.5, True, {}, ["x"], b"x"])
def test_a_wrongly_typed_field_is_named(field: str, value: object) -> None:
    document = credential_to_document(sample_credential())
    document[field] = value
    with pytest.raises(CredentialError):
        credential_from_document(document)


def test_missing_and_unknown_fields_are_refused_by_name() -> None:
    document = credential_to_document(sample_credential())
    with pytest.raises(CredentialError, match="does not know shoe_size"):
        credential_from_document({**document, "shoe_size": 41})
    del document["notice"]
    with pytest.raises(CredentialError, match="lacks notice"):
        credential_from_document(document)


@pytest.mark.parametrize(
    "changes",
    [
        {"issued_at": datetime(2026, 1, 1)},
        {"issued_at": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))},
        {"holder_name": "  "},
        {"holder_name": "Lone \ud800"},
        {"minutes": -1},
        {"hours": (HoursLine("Ethics", -5),)},
    ],
)
def test_it_refuses_what_could_not_be_attested(changes: dict[str, Any]) -> None:
    with pytest.raises(CredentialError):
        sample_credential(**changes)


def test_a_credential_cannot_be_altered() -> None:
    with pytest.raises(AttributeError):
        sample_credential().current_until = date(2099, 1, 1)  # type: ignore[misc]


def test_importing_the_core_does_not_import_weasyprint() -> None:
    script = "import certificates, sys; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
