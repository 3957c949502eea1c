"""The corpus of badges: no forgery accepted, no genuine one refused, and the corpus has teeth."""

import json
import random
from datetime import timedelta

import pytest
from badge_forgeries import forged_lists, forged_tokens, touched, tricks
from badge_samples import (
    AT,
    ISSUER,
    KEY,
    KEYS,
    REVOCATION,
    SITE,
    clean_lists,
    genuine,
    genuine_token,
    sample_badge,
    signed,
)
from certificate_samples import sample_credential, sample_particulars

from certificates import (
    StatusEntry,
    badge_for,
    badge_png,
    badge_svg,
    bake_png,
    bake_svg,
    check_badge,
    new_serial,
    sign_badge_jwt,
    unbake,
)
from certificates.securing import BrokenSignature, ForeignSignature, verify_signed

KINDS = ("course", "programme", "ce")


def forged_badges():
    yield from touched(json.loads(genuine()))
    yield from tricks()
    yield from forged_tokens()


def state_of(badge):
    return check_badge(badge, KEYS, AT, clean_lists()).state


def test_no_forgery_is_genuine():
    forgeries = list(forged_badges())
    assert len(forgeries) > 500
    accepted = [name for name, forged in forgeries if state_of(forged) == "genuine"]
    assert accepted == []


def test_nothing_is_said_of_a_forgery_but_why():
    for name, forged in [*tricks(), *forged_tokens()]:
        found = check_badge(forged, KEYS, AT, clean_lists())
        assert found.credential_digest is found.serial is found.document is None, name
        assert found.status == "unknown", name
        assert found.reasons, name


def test_no_forged_list_clears_a_revoked_badge():
    forgeries = list(forged_lists())
    assert len(forgeries) > 60
    cleared = [
        name
        for name, forged in forgeries
        if check_badge(
            genuine_token(), KEYS, AT, {**clean_lists(), REVOCATION.list_url: forged}
        ).status
        == "valid"
    ]
    assert cleared == []


def test_a_check_of_the_proof_alone_would_be_deceived():
    """The twin without shapes: the proof of RDF lets unsigned members pass as signed."""

    def proof_alone(badge):
        try:
            verify_signed(badge, KEYS, lambda _document, _where: None)
        except (BrokenSignature, ForeignSignature):
            return False
        return True

    forgeries = dict(touched(json.loads(genuine())))
    added = [name for name in forgeries if name.startswith("member in credentialSubject")]
    assert len(added) > 5
    assert all(proof_alone(forgeries[name]) for name in added)


def accepts_any_header(token, claims):
    """The twin that trusts the header of a token: `alg` none needs no signature."""
    import base64

    parts = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(parts[0] + "=="))
    return str(header.get("alg")).lower() == "none" and parts[2] == ""


def test_a_check_that_trusts_the_header_would_be_deceived():
    tokens = [token for name, token in forged_tokens() if name.startswith("alg") and "bare" in name]
    assert any(accepts_any_header(token, KEYS) for token in tokens)
    assert not any(state_of(token) == "genuine" for token in tokens)


def genuine_ones():
    """Three hundred badges as they may come: of many holders, spelled and carried in many ways."""
    chance = random.Random(7)
    for place in range(190):
        yield sign_badge_jwt(badge_of(place), KEY)
    for place in range(60):
        yield signed(badge_of(place))
    for _form in range(40):
        yield respelled(json.loads(genuine()), chance)
    yield from carried()


def badge_of(place):
    credential = sample_credential(
        serial=new_serial((place << 64).to_bytes(17, "big")),
        holder_name=f"Lena {'Marković' * (place % 4)} {place} 李",
        minutes=place * 37,
        hours=(),
        particulars=None if place % 3 else sample_particulars(kind=KINDS[place % 9 // 3], cycle=2),
    )
    return badge_for(
        credential,
        ISSUER,
        verify_url=f"{SITE}/v/{credential.serial}",
        criteria="All lessons completed.\n\n* Every quiz passed.",
        status=tuple(
            StatusEntry(entry, place * 600, purpose)
            for entry, purpose in zip(clean_lists(), ("revocation", "suspension"), strict=True)
        ),
    )


def respelled(badge, chance):
    """The same badge: its members in another order, other spacing, other escapes."""

    def shuffled(value):
        if isinstance(value, dict):
            members = list(value.items())
            chance.shuffle(members)
            return {name: shuffled(one) for name, one in members}
        return [shuffled(one) for one in value] if isinstance(value, list) else value

    return json.dumps(
        shuffled(badge), indent=chance.choice([None, 1, 4]), ensure_ascii=chance.random() < 0.5
    )


def carried():
    words = ("Foundations", "Certificate of completion", "Northgate")
    png, svg = badge_png(*words, side=32), badge_svg(*words)
    for badge in (json.loads(genuine()), genuine_token()):
        yield unbake(bake_png(png, badge))
        yield unbake(bake_svg(svg, badge))
    yield genuine().encode("ascii")
    yield genuine_token().encode("ascii")
    yield f"\n{genuine()}\n"
    yield f"{genuine_token()}\n"
    reordered = json.loads(genuine())
    for name in ("alignment", "resultDescription"):
        reordered["credentialSubject"]["achievement"][name].reverse()
        yield reordered


def test_no_genuine_badge_is_refused():
    found = [check_badge(badge, KEYS, AT, clean_lists()) for badge in genuine_ones()]
    assert len(found) == 300
    assert {(one.state, one.status) for one in found} == {("genuine", "valid")}
    assert len({one.serial for one in found}) > 190


@pytest.mark.parametrize("days", [-1, 0, 1, 400])
def test_a_forgery_is_one_at_any_time(days):
    forged = json.loads(genuine()) | {"validUntil": "2099-01-01T00:00:00Z"}
    assert check_badge(forged, KEYS, AT + timedelta(days=days)).state == "altered"


def test_the_sample_it_all_rests_on_is_genuine():
    assert state_of(genuine()) == state_of(genuine_token()) == "genuine"
    assert sample_badge()["id"].startswith(SITE)
