"""Attacks on badges, each with its twin: the same attack succeeds against a check that is weak."""

import json
import socket
import subprocess
import sys
import threading
import urllib.request
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from badge_samples import (
    AT,
    ISSUED,
    KEY,
    KEYS,
    OTHER_KEY,
    REVOCATION,
    clean_lists,
    genuine,
    genuine_token,
    sample_badge,
    sample_list,
    signed,
)

from certificates import check_badge, sign_badge_jwt


@pytest.fixture
def canary():
    """A server on this machine that counts who asks it anything."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = json.dumps({"@context": {}}).encode("ascii")
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def luring(address):
    """Badges that name the address wherever a reader might fetch from."""
    badge = json.loads(genuine())
    entry = {**badge["credentialStatus"][0], "statusListCredential": f"{address}/list"}
    proof = badge["proof"]
    yield {**badge, "@context": [*badge["@context"], f"{address}/context"]}
    yield {**badge, "@context": f"{address}/context"}
    yield {**badge, "credentialSchema": [{"id": f"{address}/schema", "type": "JsonSchema"}]}
    yield {**badge, "credentialStatus": [entry]}
    yield {**badge, "issuer": f"{address}/issuer"}
    yield {**badge, "proof": {**proof, "verificationMethod": f"{address}/key"}}
    host = address.removeprefix("http://").replace(":", "%3A")
    yield {
        **badge,
        "issuer": f"did:web:{host}",
        "proof": {**proof, "verificationMethod": f"did:web:{host}#one"},
    }
    yield {
        **badge,
        "refreshService": {"id": f"{address}/newer", "type": "1EdTechCredentialRefresh"},
    }
    # Signed by us, and still no reason to go where it points: the lists come as arguments.
    subject = replace(REVOCATION, list_url=f"{address}/list")
    yield signed(sample_badge(status=(subject,)))


def contexts_fetched(badge, _keys, _at):
    """The twin: a reader that gets each context from where the badge says it is."""
    named = badge["@context"] if isinstance(badge["@context"], list) else [badge["@context"]]
    for address in named:
        if address.startswith("http://127.0.0.1"):
            with urllib.request.urlopen(address, timeout=5) as answer:
                answer.read()


def test_a_badge_makes_its_reader_ask_nobody(canary):
    """Security case 53: contexts, keys, schemas and lists are bundled or given, never fetched."""
    address, asked = canary
    for badge in luring(address):
        check_badge(badge, KEYS, AT)
        check_badge(json.dumps(badge), KEYS, AT)
    assert asked == []


def test_a_reader_that_fetches_would_be_lured(canary):
    address, asked = canary
    for badge in luring(address):
        contexts_fetched(badge, KEYS, AT)
    assert set(asked) == {"/context"}


def test_signing_and_checking_open_no_connection(monkeypatch):
    """With sockets forbidden, badges are signed, checked and their lists read as ever."""

    def refuse(*_arguments, **_options):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    badge = signed(sample_badge())
    token = sign_badge_jwt(sample_badge(), KEY)
    lists = {REVOCATION.list_url: sample_list(REVOCATION, [REVOCATION.index])}
    for one in (badge, token):
        assert check_badge(one, KEYS, AT, lists).status == "revoked"


def test_importing_the_core_brings_in_none_of_the_libraries():
    """Heavy libraries are loaded by whoever signs or checks first."""
    barred = ("openbadgeslib", "pyld", "cryptography", "PIL", "fontTools", "png", "defusedxml")
    script = f"import sys, certificates; print([n for n in {barred!r} if n in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).resolve().parents[2],
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == "[]"


REVOKED = {**clean_lists(), REVOCATION.list_url: sample_list(REVOCATION, [REVOCATION.index])}


def valid_by(check, lists, at=AT, keys=KEYS):
    return [
        check(badge, keys, at, lists).status == "valid" for badge in (genuine(), genuine_token())
    ]


def without_lists(badge, keys, at, lists):
    """The twin that takes a good signature for a good standing."""
    found = check_badge(badge, keys, at, clean_lists())
    return found if found.state == "genuine" else replace(found, status="unknown")


def open_on_failure(badge, keys, at, lists):
    """The twin that takes a list it cannot read for one on which nothing is set."""
    found = check_badge(badge, keys, at, lists)
    return replace(found, status="valid") if found.status == "unknown" else found


def test_a_revoked_badge_is_never_valid():
    """Security case 39."""
    assert valid_by(check_badge, REVOKED) == [False, False]
    assert valid_by(without_lists, REVOKED) == [True, True]


OUTAGES = [
    {},
    {**clean_lists(), REVOCATION.list_url: b""},
    {**clean_lists(), REVOCATION.list_url: "<html>502</html>"},
    {**clean_lists(), REVOCATION.list_url: sample_list(REVOCATION, start=AT - timedelta(days=9))},
    {**clean_lists(), REVOCATION.list_url: sample_list(REVOCATION, key=OTHER_KEY)},
]


@pytest.mark.parametrize("lists", OUTAGES, ids=["none", "empty", "page", "stale", "forged"])
def test_an_outage_makes_nothing_valid(lists):
    """Security cases 39 and 40: fail closed, and say so."""
    assert valid_by(check_badge, lists) == [False, False]
    assert valid_by(open_on_failure, lists) == [True, True]


def by_the_key_in_use(badge, keys, at, lists):
    """The twin that knows only the key of today."""
    return check_badge(badge, [key for key in keys if key.signed_at(at)], at, lists)


def test_a_change_of_keys_breaks_no_badge():
    """Security case 43: old keys stay published, each with the time in which it signed."""
    old = replace(KEY, valid_until=ISSUED + timedelta(days=30)).public_key
    new = replace(OTHER_KEY, valid_from=ISSUED + timedelta(days=30)).public_key
    lists = {
        address: sample_list(entry, key=OTHER_KEY)
        for address, entry in zip(clean_lists(), _entries(), strict=True)
    }
    assert valid_by(check_badge, lists, keys=(new, old)) == [True, True]
    assert valid_by(by_the_key_in_use, lists, keys=(new, old)) == [False, False]


def _entries():
    return (REVOCATION, replace(REVOCATION, list_url=list(clean_lists())[1], purpose="suspension"))


def after_its_time(badge, keys, at, lists):
    """The twin that asks whether a key is known, not whether it was in use."""
    return check_badge(badge, [replace(key, valid_until=None) for key in keys], at, lists)


def test_a_stolen_old_key_signs_nothing_new():
    old = replace(KEY, valid_until=ISSUED - timedelta(days=30)).public_key
    assert check_badge(genuine(), (old,), AT).state == "altered"
    assert after_its_time(genuine(), (old,), AT, {}).state == "genuine"


END = ISSUED.replace(year=2028, hour=23, minute=59, second=59)


def by_local_day(badge, keys, at, lists):
    """The twin that compares days where it stands, ten hours east of UTC."""
    found = check_badge(badge, keys, ISSUED, lists)
    local = (at + timedelta(hours=10)).date()
    return replace(found, status="expired" if local > END.date() else "valid")


@pytest.mark.parametrize(("seconds", "is_valid"), [(-1, True), (0, True), (1, False)])
def test_the_last_second_is_the_same_everywhere(seconds, is_valid):
    """Security case 46: instants in UTC, to the second."""
    at = END + timedelta(seconds=seconds)
    lists = {
        entry.list_url: sample_list(entry, start=END - timedelta(hours=1)) for entry in _entries()
    }
    assert valid_by(check_badge, lists, at) == [is_valid, is_valid]
    if is_valid:
        assert valid_by(by_local_day, lists, at) == [False, False]
