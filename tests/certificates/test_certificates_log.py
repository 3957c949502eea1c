"""Checkpoints and proofs: what was signed is read back, and nothing that was altered holds."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_samples import (
    BADGE_KEY,
    ISSUED,
    KEYS,
    LOG_KEY,
    OPENED,
    ORIGIN,
    OTHER_LOG_KEY,
    THEN,
    WITNESS,
    checkpoint_of,
    digest_of,
    hours,
    key,
    leaves,
    proof_of,
    salt_of,
)

from certificates import log
from certificates.log.checkpoint import key_id_of

HASHES = leaves(300)
NOTE = checkpoint_of(HASHES)
NUMBER = 77
PROOF = proof_of(NUMBER, HASHES, NOTE)


# --- what holds -----------------------------------------------------------------------------


def test_a_proof_says_what_where_and_when() -> None:
    found = log.check_proof(PROOF.text, digest_of(NUMBER), KEYS)
    assert (found.act, found.index, found.size, found.origin) == ("award", NUMBER, 300, ORIGIN)
    assert (found.at, found.logged_at) == (ISSUED, THEN)
    assert found.cosigned == ()
    assert log.proof_from(PROOF.text) == PROOF


@given(st.integers(1, 300), st.data())
@settings(max_examples=60, deadline=None)
def test_every_award_of_every_log_is_proved(size: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, size - 1))
    proof = proof_of(number, HASHES[:size], checkpoint_of(HASHES[:size]))
    assert log.check_proof(proof.text, digest_of(number), KEYS).index == number


def test_a_thousand_genuine_proofs_are_accepted() -> None:
    hashes = leaves(1000)
    note = checkpoint_of(hashes)
    nodes = log.nodes_of(hashes)
    for number in range(1000):
        path = log.inclusion_proof(number, 1000, nodes)
        proof = log.Proof("award", ISSUED, salt_of(number), number, path, note)
        assert log.check_proof(proof.text, digest_of(number), KEYS).index == number


def test_the_example_of_the_specification_is_read() -> None:
    """c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature print these very lines."""
    note = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJ"
        "sX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    signed = log.read_checkpoint(note)
    assert signed.checkpoint.size == 20852163
    assert [each.name for each in signed.signatures] == [
        "example.com/behind-the-sofa",
        "witness.example.com/w1",
    ]
    assert int.from_bytes(signed.signatures[1].value[:8], "big") == 1679315147


def test_a_signature_is_made_as_the_specification_words_it() -> None:
    """Checked without our reader: the plain line over the text, the other over time and text."""
    text, signed = NOTE.split("\n\n")
    text += "\n"
    plain, timed = (base64.b64decode(line.split()[2]) for line in signed.strip().split("\n"))
    public = LOG_KEY.private.public_key()
    assert plain[:4] == key_id_of(ORIGIN, 1, public.public_bytes_raw())
    public.verify(plain[4:], text.encode())
    seconds = int.from_bytes(timed[4:12], "big")
    assert seconds == int(THEN.timestamp())
    public.verify(timed[12:], f"cosignature/v1\ntime {seconds}\n{text}".encode())


def test_a_log_whose_key_was_changed_still_proves_what_it_signed_before() -> None:
    old = key(1, until=THEN + hours(1))
    keys = (OTHER_LOG_KEY.public_key, old.public_key)
    assert log.check_proof(PROOF.text, digest_of(NUMBER), keys).logged_at == THEN
    newer = checkpoint_of(HASHES, THEN + hours(2), OTHER_LOG_KEY)
    assert log.check_checkpoint(newer, keys).key == OTHER_LOG_KEY.id


def test_a_checkpoint_dated_outside_its_keys_time_is_refused() -> None:
    """Who steals an old key can sign nothing for today, and today's key nothing for the past."""
    for at in (OPENED - timedelta(seconds=1), THEN + hours(1)):
        old = key(1, until=THEN + hours(1))
        with pytest.raises(log.ProofError, match="outside the time"):
            log.check_checkpoint(checkpoint_of(HASHES, at), [old.public_key])


def test_a_witness_vouches_for_the_time() -> None:
    seen = THEN + hours(3)
    note = log.cosign(NOTE, WITNESS.name, key(9), seen)
    proof = replace(PROOF, checkpoint=note)
    found = log.check_proof(proof.text, digest_of(NUMBER), KEYS, [WITNESS])
    assert found.cosigned == ((WITNESS.name, seen),)
    assert log.check_proof(proof.text, digest_of(NUMBER), KEYS).cosigned == ()


def test_signatures_of_strangers_are_passed_over() -> None:
    """As signed notes demand: whoever adds a line must not be able to spoil a proof."""
    note = log.cosign(NOTE, "stranger.example", key(200), THEN)
    assert log.check_checkpoint(note, KEYS, [WITNESS]).cosigned == ()


def test_a_witness_is_named_by_a_vkey() -> None:
    written = log.verifier_key(WITNESS.name, WITNESS.public, log.TIMESTAMPED)
    found = log.witness_from(written + "\n")
    assert found.name == WITNESS.name
    assert found.public.public_bytes_raw() == WITNESS.public.public_bytes_raw()
    name, number, material = written.split("+", 2)
    plain = log.verifier_key(WITNESS.name, WITNESS.public, log.PLAIN)
    for wrong in ("", name, f"+{number}+{material}", f"{name}+00000000+{material}", plain):
        with pytest.raises(log.ProofError):
            log.witness_from(wrong)


@pytest.mark.parametrize(
    ("hours_later", "is_late"), [(0, False), (24, False), (24.001, True), (24 * 365, True)]
)
def test_an_award_logged_a_day_after_its_date_is_late(hours_later: float, is_late: bool) -> None:
    """Case 42: a back-dated award cannot stand under a tree that was signed before it was made."""
    note = checkpoint_of(HASHES, ISSUED + timedelta(hours=hours_later))
    proof = replace(PROOF, checkpoint=note)
    assert log.check_proof(proof.text, digest_of(NUMBER), KEYS).is_late is is_late


@pytest.mark.parametrize(
    ("salt", "digest", "act"),
    [
        (b"short", digest_of(1), "award"),
        (salt_of(1), "ab", "award"),
        (salt_of(1), digest_of(1), "x"),
    ],
)
def test_an_entry_needs_its_three_parts(salt: bytes, digest: str, act: str) -> None:
    with pytest.raises(ValueError, match="an entry needs"):
        log.entry_of(salt, digest, act, ISSUED)  # type: ignore[arg-type]


# --- what was altered -----------------------------------------------------------------------


def forged_notes() -> Iterator[tuple[str, str]]:
    """Yield checkpoints that somebody without the log's key could make of a genuine one."""
    text, signed = NOTE.split("\n\n")
    origin, size, root = text.split("\n")
    plain, timed = signed.strip().split("\n")
    other_root = base64.b64encode(HASHES[0]).decode()
    lines = f"{plain}\n{timed}\n"
    yield "another origin", f"evil.example/log\n{size}\n{root}\n\n{lines}"
    yield "one leaf more", f"{origin}\n301\n{root}\n\n{lines}"
    yield "one leaf fewer", f"{origin}\n299\n{root}\n\n{lines}"
    yield "a zero before the size", f"{origin}\n0300\n{root}\n\n{lines}"
    yield "a sign before the size", f"{origin}\n+300\n{root}\n\n{lines}"
    yield "a size in other digits", f"{origin}\n٣٠٠\n{root}\n\n{lines}"
    yield "a size without end", f"{origin}\n{'9' * 5000}\n{root}\n\n{lines}"
    yield "another root", f"{origin}\n{size}\n{other_root}\n\n{lines}"
    yield "a short root", f"{origin}\n{size}\n{base64.b64encode(b'x').decode()}\n\n{lines}"
    yield "a root with a space", f"{origin}\n{size}\n {root}\n\n{lines}"
    yield "a root in the other alphabet", f"{origin}\n{size}\n{'-' * 43}=\n\n{lines}"
    yield "an extension", f"{origin}\n{size}\n{root}\nvalid for ever\n\n{lines}"
    yield "an empty extension", f"{origin}\n{size}\n{root}\n\n\n{lines}"
    yield "no root", f"{origin}\n{size}\n\n{lines}"
    yield "no origin", f"\n{size}\n{root}\n\n{lines}"
    yield "no signature", f"{origin}\n{size}\n{root}\n\n"
    yield "no blank line", f"{origin}\n{size}\n{root}\n{lines}"
    yield "no plain signature", f"{origin}\n{size}\n{root}\n\n{timed}\n"
    yield "no timed signature", f"{origin}\n{size}\n{root}\n\n{plain}\n"
    yield "a hyphen for the dash", NOTE.replace("— ", "- ")
    yield "carriage returns", NOTE.replace("\n", "\r\n")
    yield "a null", NOTE.replace("example", "exam\0ple")
    yield "cut off", NOTE[:-2]
    yield "something after the end", NOTE + "x"
    yield "far too long", NOTE + plain * 400 + "\n"
    yield "signed by another key", checkpoint_of(HASHES, signing=OTHER_LOG_KEY)
    yield "signed by a key for credentials", checkpoint_of(HASHES, signing=BADGE_KEY)
    yield "another key under the log's number", number_stolen()
    for name, line in (("plain", plain), ("timed", timed)):
        yield f"{name}: first half of the signature changed", NOTE.replace(line, flipped(line, 20))
        yield f"{name}: second half of the signature changed", NOTE.replace(line, flipped(line, 60))
        yield f"{name}: cut signature", NOTE.replace(line, cut(line))
        yield f"{name}: another name", NOTE.replace(line, line.replace(ORIGIN, "x.example"))
        yield f"{name}: number changed", NOTE.replace(line, flipped(line, 1))
    yield "the time changed", NOTE.replace(timed, flipped(timed, 11))
    yield "the time far in the future", NOTE.replace(timed, flipped(timed, 4))
    yield "a plus in the name", NOTE.replace(timed, timed.replace("— ", "— a+"))


def flipped(line: str, place: int) -> str:
    name, data = line.rsplit(" ", 1)
    value = bytearray(base64.b64decode(data))
    value[place] ^= 1
    return f"{name} {base64.b64encode(value).decode()}"


def loose(text: str) -> str:
    """Return a text in base64 with a bit set that no byte needs: lenient readers see no change."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = text.rstrip("=")
    changed = bare[:-1] + digits[digits.index(bare[-1]) + 1] + "=" * (len(text) - len(bare))
    assert base64.b64decode(changed) == base64.b64decode(text)
    return changed


def loosely_signed() -> str:
    for line in NOTE.strip().split("\n")[4:]:
        data = line.rsplit(" ", 1)[1]
        if data.endswith("="):
            return PROOF.text.replace(data, loose(data))
    raise AssertionError("no signature has loose bits")


def cut(line: str) -> str:
    name, data = line.rsplit(" ", 1)
    return f"{name} {base64.b64encode(base64.b64decode(data)[:-1]).decode()}"


def number_stolen() -> str:
    """Return a note signed by another key whose lines claim the number of the log's own."""
    forged = checkpoint_of(HASHES, signing=OTHER_LOG_KEY)
    lines = forged.split("\n")
    public = LOG_KEY.private.public_key().public_bytes_raw()
    for place, kind in ((4 + 0, 1), (4 + 1, 4)):
        name, data = lines[place].rsplit(" ", 1)
        value = key_id_of(ORIGIN, kind, public) + base64.b64decode(data)[4:]
        lines[place] = f"{name} {base64.b64encode(value).decode()}"
    return "\n".join(lines)


def forged_proofs() -> Iterator[tuple[str, str, str]]:
    """Yield proofs for a credential that they do not belong to, or that were tampered with."""
    mine = digest_of(NUMBER)
    for name, note in forged_notes():
        yield f"checkpoint: {name}", replace(PROOF, checkpoint=note).text, mine
    yield "another credential", PROOF.text, digest_of(NUMBER + 1)
    yield "a credential never awarded", PROOF.text, digest_of(5000)
    yield "another salt", replace(PROOF, salt=salt_of(NUMBER + 1)).text, mine
    for act in ("revoke", "suspend", "reinstate", "supersede"):
        yield f"act {act}", replace(PROOF, act=act).text, mine  # type: ignore[arg-type]
    yield "another second", replace(PROOF, at=ISSUED + timedelta(seconds=1)).text, mine
    yield "back-dated", replace(PROOF, at=ISSUED - timedelta(days=300)).text, mine
    for name, deed in (
        ("no time", b"award"),
        ("a time in another form", b"award 2026-10-14T09:12:05+00:00"),
        ("a time without its zeros", b"award 2026-10-14T9:12:5Z"),
        ("no such day", b"award 2026-02-30T09:12:05Z"),
        ("more after the time", b"award 2026-10-14T09:12:05Z and so on"),
        ("not even text", b"\xff\x00"),
    ):
        extra = base64.b64encode(salt_of(NUMBER) + deed).decode()
        lines = PROOF.text.split("\n")
        yield name, "\n".join([lines[0], f"extra {extra}", *lines[2:]]), mine
    yield "an unknown act", replace(PROOF, act="pardon").text, mine  # type: ignore[arg-type]
    yield "no act", replace(PROOF, act="").text, mine  # type: ignore[arg-type]
    for index in (NUMBER - 1, NUMBER + 1, 0, 299, 300, 10**17):
        yield f"index {index}", replace(PROOF, index=index).text, mine
    yield "a negative index", PROOF.text.replace("index 77", "index -77"), mine
    yield "a zero before the index", PROOF.text.replace("index 77", "index 077"), mine
    yield "no index", PROOF.text.replace("index 77\n", ""), mine
    yield "no extra", "\n".join(PROOF.text.split("\n")[:1] + PROOF.text.split("\n")[2:]), mine
    yield "another header", PROOF.text.replace("@v1", "@v2"), mine
    yield "nothing", "", mine
    yield "one line", "c2sp.org/tlog-proof@v1", mine
    yield "far too long", PROOF.text + "x" * 50_000, mine
    yield "only a checkpoint", NOTE, mine
    hashes = PROOF.hashes
    for place in range(len(hashes)):
        dropped = hashes[:place] + hashes[place + 1 :]
        yield f"step {place} dropped", replace(PROOF, hashes=dropped).text, mine
        changed = (*hashes[:place], HASHES[3], *hashes[place + 1 :])
        yield f"step {place} changed", replace(PROOF, hashes=changed).text, mine
        doubled = (*hashes[: place + 1], *hashes[place:])
        yield f"step {place} doubled", replace(PROOF, hashes=doubled).text, mine
    lines = PROOF.text.split("\n")
    yield "a step in another base64", PROOF.text.replace(lines[3], loose(lines[3])), mine
    yield "a signature in another base64", loosely_signed(), mine
    yield "steps reversed", replace(PROOF, hashes=hashes[::-1]).text, mine
    yield "no steps", replace(PROOF, hashes=()).text, mine
    yield "a short step", replace(PROOF, hashes=(b"x", *hashes[1:])).text, mine
    yield "a step more", replace(PROOF, hashes=(*hashes, HASHES[0])).text, mine
    other = proof_of(NUMBER + 1, HASHES, NOTE)
    yield "the path of another", replace(other, index=NUMBER).text, mine
    inserted = [*HASHES[:NUMBER], leaves(400)[399], *HASHES[NUMBER:]]
    tree = proof_of(399, leaves(400), checkpoint_of(leaves(400), signing=OTHER_LOG_KEY))
    yield "a log of one's own", tree.text, digest_of(399)
    path = log.inclusion_proof(NUMBER, 301, log.nodes_of(inserted))
    smuggled = log.Proof("award", ISSUED, salt_of(399), NUMBER, path, NOTE)
    yield "a leaf smuggled in", smuggled.text, digest_of(399)


FORGED = {name: (text, digest) for name, text, digest in forged_proofs()}


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(FORGED) >= 90
    assert len({text for text, _digest in FORGED.values()}) >= 88


@pytest.mark.parametrize("name", FORGED)
def test_no_altered_proof_is_accepted(name: str) -> None:
    with pytest.raises(log.ProofError):
        log.check_proof(*FORGED[name], KEYS)


def test_a_checker_that_trusts_the_checkpoint_would_accept_a_log_of_ones_own() -> None:
    """The vulnerable twin: a path that leads to the root it names, by whomever it is signed."""
    text, digest = FORGED["a log of one's own"]
    proof = log.proof_from(text)
    tree = log.read_checkpoint(proof.checkpoint).checkpoint
    leaf = log.leaf_hash(log.entry_of(proof.salt, digest, proof.act, proof.at))
    log.check_inclusion(proof.index, tree.size, leaf, proof.hashes, tree.root)
    with pytest.raises(log.ProofError):
        log.check_proof(text, digest, KEYS)


@given(st.integers(0, len(PROOF.text) - 1), st.characters(codec="utf-8"))
@settings(max_examples=400, deadline=None)
def test_no_single_letter_can_be_changed(place: int, letter: str) -> None:
    text = PROOF.text[:place] + letter + PROOF.text[place + 1 :]
    if text == PROOF.text:
        return
    with pytest.raises(log.ProofError):
        log.check_proof(text, digest_of(NUMBER), KEYS)


def test_a_false_cosignature_spoils_the_checkpoint() -> None:
    """A known witness's name under a signature that is not theirs is an attack, not a stranger."""
    note = log.cosign(NOTE, WITNESS.name, key(9), THEN)
    for place in (8, 40):
        line = note.strip().split("\n")[-1]
        with pytest.raises(log.ProofError, match="does not hold"):
            log.check_checkpoint(note.replace(line, flipped(line, place)), KEYS, [WITNESS])


def test_a_checkpoint_of_an_earlier_time_cannot_be_made_of_a_later_one() -> None:
    earlier: datetime = THEN - timedelta(days=30)
    _text, lines = checkpoint_of(HASHES[:10], earlier).split("\n\n")
    forged = f"{log.read_checkpoint(NOTE).text}\n{lines}"
    with pytest.raises(log.ProofError):
        log.check_checkpoint(forged, KEYS)
