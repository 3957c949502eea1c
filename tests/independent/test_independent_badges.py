"""Badges, status lists and tokens hold before implementations that are not ours (Node, offline)."""

import copy
import json
from datetime import timedelta

import pytest
from badge_samples import (
    AT,
    KEYS,
    OTHER_KEY,
    REVOCATION,
    SITE,
    SUSPENSION,
    clean_lists,
    genuine,
    genuine_token,
    sample_badge,
    sample_list,
    signed,
)
from certificate_samples import sample_particulars
from independent import ask, published_schema
from openbadgeslib.ob3.contexts import bundled_contexts

from certificates import did_document, sign_badge_jwt
from certificates.instants import written

SECOND = timedelta(seconds=1)
PICTURE = "https://learn.example.org/v/picture.png"


def asked(badges=None, tokens=None, *, lists=None, at=AT, keys=KEYS):
    return ask(
        {
            "didDocument": did_document(SITE, keys),
            "contexts": bundled_contexts(),
            "lists": clean_lists() if lists is None else lists,
            "now": written(at),
            "badges": badges or {},
            "tokens": tokens or {},
        }
    )


def test_digital_bazaars_verifier_accepts_every_genuine_badge():
    answers = asked(
        {
            "plain": json.loads(genuine()),
            "with picture": signed(sample_badge(image=PICTURE)),
            "hours in parts": signed(sample_badge(minutes=2160, particulars=None)),
            "any script": signed(sample_badge(holder_name="李小龍 محمد \u202e </script>")),
            "programme": signed(sample_badge(particulars=sample_particulars(kind="programme"))),
        },
        {"token": genuine_token()},
    )
    assert {name: answer["verified"] for name, answer in answers.items()} == dict.fromkeys(
        ("plain", "with picture", "hours in parts", "any script", "programme", "token"), True
    ), answers


def test_it_refuses_what_we_refuse():
    badge = json.loads(genuine())
    renamed = copy.deepcopy(badge)
    renamed["credentialSubject"]["identifier"][0]["identityHash"] = "Otto Fremd"
    longer = {**badge, "validUntil": "2099-01-01T00:00:00Z"}
    answers = asked(
        {"renamed": renamed, "longer": longer, "another key": signed(sample_badge(), OTHER_KEY)},
        {
            "cut token": genuine_token()[:-3],
            "another key, token": sign_badge_jwt(sample_badge(), OTHER_KEY),
        },
    )
    assert not any(answer["verified"] for answer in answers.values()), answers


@pytest.mark.parametrize("entry", [REVOCATION, SUSPENSION], ids=["revoked", "suspended"])
def test_it_reads_our_status_lists(entry):
    badge = {"badge": json.loads(genuine())}
    neighbour = {**clean_lists(), entry.list_url: sample_list(entry, [entry.index + 1])}
    set_there = {**clean_lists(), entry.list_url: sample_list(entry, [entry.index])}
    free, held = asked(badge, lists=neighbour)["badge"], asked(badge, lists=set_there)["badge"]
    assert free["verified"] and free["set"] == [], free
    assert held["verified"] and held["set"] == [entry.purpose], held


def test_it_accepts_no_list_that_cannot_be_relied_upon():
    badge = {"badge": json.loads(genuine())}
    forged = {**clean_lists(), REVOCATION.list_url: sample_list(REVOCATION, key=OTHER_KEY)}
    old = sample_list(REVOCATION, start=AT - timedelta(days=3))
    stale = {**clean_lists(), REVOCATION.list_url: old}
    for lists in (forged, stale, {}):
        assert not asked(badge, lists=lists)["badge"]["verified"]


def test_it_dates_a_badge_as_we_do():
    """Within a second: we count the last second whole, and it leaves it out."""
    last = AT.replace(year=2028, month=10, day=14, hour=23, minute=59, second=59)
    for at, is_valid in [(last - SECOND, True), (last + SECOND, False)]:
        lists = {
            entry.list_url: sample_list(entry, start=at - timedelta(hours=1))
            for entry in (REVOCATION, SUSPENSION)
        }
        answer = asked({"badge": json.loads(genuine())}, lists=lists, at=at)
        assert answer["badge"]["verified"] == is_valid, answer


def test_a_badge_fits_the_published_schema_but_for_its_second_status():
    """1EdTech's schema knows one status; the data model beneath it several: each fits by itself."""
    badge = signed(sample_badge(image=PICTURE))
    single = {
        entry["statusPurpose"]: {**badge, "credentialStatus": entry}
        for entry in badge["credentialStatus"]
    }
    lacking = {name: value for name, value in single["revocation"].items() if name != "issuer"}
    answers = ask(
        {
            "didDocument": did_document(SITE, KEYS),
            "contexts": {},
            "lists": {},
            "schema": published_schema(),
            "shaped": {**single, "lacking": lacking},
        }
    )
    assert answers["revocation"]["verified"] and answers["suspension"]["verified"], answers
    assert not answers["lacking"]["verified"]
