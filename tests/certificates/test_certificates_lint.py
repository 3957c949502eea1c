"""What is found amiss with a certificate before anybody is given one."""

from datetime import date
from typing import get_args

import pytest
from certificate_samples import (
    VERIFY_URL,
    picture,
    sample_brand,
    sample_credential,
    sample_particulars,
)

from certificates import (
    Approval,
    Brand,
    Credential,
    HoursLine,
    Kind,
    Paper,
    Signatory,
    lint_certificate,
)


def kinds_of(credential: Credential, brand: Brand | None = None) -> set[str]:
    return {finding.kind for finding in lint_certificate(credential, VERIFY_URL, brand=brand)}


@pytest.mark.parametrize("paper", get_args(Paper))
@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("name", ["O", "W" * 120, "محمد بن سلمان الفارسي " * 5])
def test_nothing_is_amiss_with_a_full_certificate(name: str, kind: Kind, paper: Paper) -> None:
    credential = sample_credential(
        holder_name=name[:120], particulars=sample_particulars(kind=kind)
    )
    assert lint_certificate(credential, VERIFY_URL, brand=sample_brand(), paper=paper) == ()


def test_equal_input_gives_equal_findings() -> None:
    credential = sample_credential(title="Title 𝔉 " * 40)
    first = lint_certificate(credential, VERIFY_URL)
    assert first
    assert lint_certificate(credential, VERIFY_URL) == first


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_text_too_long_for_its_place_is_found(kind: Kind) -> None:
    crowded = sample_credential(
        title="Preparing the Person and the Place in " * 8,
        holder_name="W" * 120,
        assessment="Every assessment passed at its set standard. " * 60,
        signatories=tuple(Signatory(f"Signed {number}", "Role") for number in range(15)),
        particulars=sample_particulars(kind=kind),
    )
    assert {"overlap", "small"} & kinds_of(crowded)


def test_a_number_wider_than_its_place_is_found() -> None:
    domain = "https://" + "w" * 300 + ".example/v/1"
    found = lint_certificate(sample_credential(), domain)
    assert {finding.kind for finding in found} & {"overflow", "overlap", "small"}


def test_a_letter_without_a_glyph_is_found_and_named() -> None:
    (finding,) = lint_certificate(sample_credential(holder_name="Ana 𝔉 𒀀"), VERIFY_URL)
    assert finding.kind == "glyph"
    assert "𝔉 𒀀 of the name" in finding.message


def test_a_colour_too_light_to_read_is_found_and_what_is_used_instead() -> None:
    (finding,) = lint_certificate(
        sample_credential(), VERIFY_URL, brand=sample_brand(primary="#ffcc00")
    )
    assert finding.kind == "contrast"
    assert "#ffcc00 has a contrast of only 1.4 : 1" in finding.message
    assert "#896e00 is used instead" in finding.message


def test_a_logo_that_cannot_be_seen_is_found() -> None:
    assert kinds_of(sample_credential(), sample_brand(logo=picture("#fdfdfd"))) == {"logo"}
    assert kinds_of(sample_credential(), sample_brand(logo=picture("#bbbbbb"))) == set()


def test_many_approvals_move_to_the_record_and_crowd_nothing() -> None:
    approvals = tuple(
        Approval(f"Board {number}", f"N-{number}", "Words. " * 40, date(2026, 1, 1), None)
        for number in range(9)
    )
    hours = tuple(HoursLine(f"Part {number}", 60) for number in range(36))
    credential = sample_credential(
        hours=hours, particulars=sample_particulars(kind="ce", approvals=approvals)
    )
    assert lint_certificate(credential, VERIFY_URL) == ()
