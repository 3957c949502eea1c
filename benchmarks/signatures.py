"""What it takes to sign a certificate and to check one, and how large and lean signed ones are.

`python benchmarks/signatures.py [--json]`; `measure()` gives the rows. Times are processor time.
Signing is measured against drawing the same certificate, in turns; a check has no anchor but its
goal. The file carries a badge with its picture and a proof of the usual size.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import certificates as attested  # noqa: E402
from benchmarks.certificates import (  # noqa: E402
    FIRST,
    LAST,
    LEAK_SECONDS,
    NAMES,
    goal_row,
    resident_kib,
    spent_milliseconds,
)
from benchmarks.samples import VERIFY_URL, credential  # noqa: E402

ROUNDS, IN_A_ROW = 15, 5
MADE_AT = datetime(2026, 7, 1, tzinfo=UTC)
SIGNED_AT = datetime(2026, 10, 14, 9, 31, tzinfo=UTC)
LARGEST_SIGNED_KIB = 50


def measure() -> list[dict[str, Any]]:
    """Return one row a goal: name, ratio or figure, anchor, goal, and whether it is met."""
    return [*_time_rows(), *_memory_and_size_rows(LEAK_SECONDS)]


def signer() -> tuple[bytes, attested.DocumentSigner]:
    """Return a root and who signs below it."""
    from cryptography.hazmat.primitives.asymmetric import ec

    root_key, key = (ec.derive_private_key(number, ec.SECP256R1()) for number in (7, 8))
    issuer = credential("Lena Marković").programme
    root = attested.make_root(root_key, issuer, serial=b"r" * 19, valid_from=MADE_AT)
    leaf = attested.make_signer(
        key, issuer, root=root, root_key=root_key, serial=b"s" * 19, valid_from=MADE_AT
    )
    return root, attested.DocumentSigner(leaf, key)


def attachments(person: attested.Credential) -> tuple[attested.Attachment, ...]:
    """Return a signed badge, and a text as long as a proof of the log."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = attested.SigningKey(
        "credential-1", "credential", Ed25519PrivateKey.from_private_bytes(bytes(32)), MADE_AT
    )
    badge = attested.badge_for(
        person,
        attested.Issuer("did:web:northgate.example", "Northgate", "https://northgate.example"),
        verify_url=VERIFY_URL,
        criteria=person.assessment,
        status=(),
        image=f"{VERIFY_URL}/badge.png",
    )
    text = json.dumps(attested.sign_badge(badge, key, SIGNED_AT), ensure_ascii=False)
    proof = "".join(f"{number:044}\n" for number in range(24))
    return (
        attested.Attachment("badge.json", text.encode("utf-8"), "Badge", "application/json"),
        attested.Attachment("award.tlog-proof", proof.encode("ascii"), "Proof", "text/plain"),
    )


def _time_rows() -> list[dict[str, Any]]:
    person = credential("Lena Marković")
    root, ours = signer()
    inside = attachments(person)

    def draw() -> bytes:
        return attested.render_certificate(person, VERIFY_URL, attachments=inside)

    drawn = draw()
    file = attested.sign_pdf(drawn, ours, signed_at=SIGNED_AT)
    ratios, signing, drawing, checking = [], [], [], []
    for _ in range(ROUNDS):
        drawing.append(_each(draw))
        signing.append(_each(lambda: attested.sign_pdf(drawn, ours, signed_at=SIGNED_AT)))
        checking.append(_each(lambda: attested.check_pdf(file, (root,))))
        ratios.append(signing[-1] / drawing[-1])
    share, check = statistics.median(ratios), statistics.median(checking)
    return [
        goal_row(
            "P7 signature",
            round(share, 3),
            f"drawing it, {statistics.median(drawing):.0f} ms",
            "at most 0.5",
            met=share <= 0.5,
            milliseconds=round(statistics.median(signing), 1),
        ),
        goal_row("P7 check", round(check, 1), "ms", "at most 10 ms", met=check <= 10),
    ]


def _each(call: Callable[[], object]) -> float:
    """Return the processor time of one of a few calls in a row, in milliseconds."""
    return spent_milliseconds(lambda: [call() for _ in range(IN_A_ROW)]) / IN_A_ROW


def _memory_and_size_rows(seconds: float) -> list[dict[str, Any]]:
    command = [sys.executable, __file__, "--sign-many", str(seconds)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    seen = json.loads(done.stdout)
    grown = seen["grown_kib"] / 1024 * (LAST - FIRST) / (seen["last"] - FIRST)
    largest = max(seen["sizes"].values()) / 1024
    return [
        goal_row(
            f"P6 memory growth over {LAST - FIRST} signed certificates",
            round(grown, 2),
            f"MiB, from certificates {FIRST} to {seen['last']}",
            "at most 1 MiB",
            met=grown <= 1,
        ),
        goal_row(
            "P6 largest signed file, badge and proof inside",
            round(largest, 1),
            "KiB",
            f"at most {LARGEST_SIGNED_KIB} KiB",
            met=largest <= LARGEST_SIGNED_KIB,
            bytes=seen["sizes"],
        ),
    ]


def _sign_many(seconds: float) -> dict[str, Any]:
    """Draw and sign up to 1,000 certificates in turn of every name; return growth and sizes."""
    people = [(person, attachments(person)) for person in map(credential, NAMES)]
    _root, ours = signer()
    deadline = time.monotonic() + seconds
    sizes: dict[str, int] = {}
    at_first = made = 0
    while made < LAST and (made <= FIRST or time.monotonic() < deadline):
        person, inside = people[made % len(people)]
        drawn = attested.render_certificate(person, VERIFY_URL, attachments=inside)
        at = SIGNED_AT + timedelta(seconds=made)
        sizes[person.holder_name] = len(attested.sign_pdf(drawn, ours, signed_at=at))
        made += 1
        if made == FIRST:
            at_first = resident_kib()
    return {"last": made, "grown_kib": resident_kib() - at_first, "sizes": sizes}


def main() -> None:
    """Print the rows as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--sign-many", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sign_many:
        print(json.dumps(_sign_many(options.sign_many)))
        return
    rows = measure()
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for row in rows:
        sign = "✓" if row["met"] else "✕"
        print(f"{sign} {row['name']:<46} {row['ratio']:>8}  {row['goal']:<36} {row['anchor']}")


if __name__ == "__main__":
    main()
