"""Certificates over HTTP: asked for again, asked for first, against naive ones drawn each time.

`python -m benchmarks.downloads`. The goal is a multiple of another system, which is not part of
this run: elsewhere it gave a third as many certificates as a page of 40 ms where a naive one took
250, which makes it 2.08 naive ones; thrice that is wanted.
"""

from __future__ import annotations

import contextlib
import http.client
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks import anchors
from benchmarks.stage import served
from lms import clock
from lms.db import db
from lms.keys import keys_of
from lms.models.accounts import Account
from lms.models.credentials import CredentialRecord
from lms.services import accounts
from tests import cast, stories
from tests.award_samples import award_many
from tests.population import Learner
from tests.serving import Server

HOLDERS, AGAIN, NAIVE, CLIENTS = 90, 10, 30, 8
NAIVE_MS, PAGE_MS, TIMES, PAGE_TIMES = 250, 40, 3, 3.0
WANTED = TIMES * NAIVE_MS / PAGE_MS / PAGE_TIMES

Ask = tuple[str, str]
"""Address and cookie."""


def measure() -> list[dict[str, Any]]:
    """Return the rows: certificates kept, and certificates made while somebody waits."""
    with served(_holders) as here, _naive_server() as naive:
        asks = here.filled
        rate(naive.port, [("/naive.pdf", "")] * CLIENTS)  # fonts and byte code are warm
        theirs = rate(naive.port, [("/naive.pdf", "")] * NAIVE)
        rate(here.ours.port, asks[:CLIENTS])
        made = rate(here.ours.port, asks[CLIENTS:])
        kept = rate(here.ours.port, asks * AGAIN)
    anchor = f"naive WeasyPrint on the same server, {theirs:.1f} a second"
    return [
        _row("P5 certificates over HTTP", kept, theirs, anchor, WANTED),
        _row("made while their holders wait", made, theirs, anchor, None),
    ]


def _row(name: str, own: float, naive: float, anchor: str, wanted: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "ratio": round(own / naive, 2),
        "anchor": anchor,
        "goal": "none" if wanted is None else f"at least {wanted:.2f} (3 of another system)",
        "met": wanted is None or own / naive >= wanted,
        "per_second": round(own, 1),
    }


def _holders(app: Flask, _root: Path) -> list[Ask]:
    """Award the credentials; return where their holders, signed in, find the certificates."""
    people = cast.seed(db.session)
    db.session.commit()
    told = stories.tell(app, people)
    keys_of(app.config["SETTINGS"])
    award_many(db.session, told, HOLDERS + CLIENTS)
    rows = db.session.execute(
        sa.select(Account, CredentialRecord.serial, CredentialRecord.enrolment_id)
        .join(CredentialRecord, CredentialRecord.account_id == Account.id)
        .where(Account.fs_uniquifier.startswith("holder-"))
        .order_by(Account.id)
    ).all()
    asks = []
    for account, serial, enrolment in rows:
        token = f"token-{account.id}".ljust(40, "x")
        accounts.begin_sign_in(
            db.session,
            account.id,
            token=token,
            device="Test",
            now=clock.now() - timedelta(seconds=1),
        )
        holder = Learner(account.id, enrolment, account.fs_uniquifier, token)
        asks.append((f"/credentials/{serial}/certificate.pdf", holder.cookie(app)))
    db.session.commit()
    return asks


@contextlib.contextmanager
def _naive_server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as name:
        address = f"sqlite:///{Path(name) / 'anchors.db'}"
        server = Server(
            Path(name), address, wsgi=f"{anchors.__name__}:app", ANCHORS_DATABASE=address
        )
        try:
            yield server.start()
        finally:
            server.stop()


def rate(port: int, asks: Iterable[Ask]) -> float:
    """Return the files a second that a few clients get who ask one after the other."""
    own = threading.local()

    def fetch(ask: Ask) -> None:
        path, cookie = ask
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection("127.0.0.1", port)
        own.connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = own.connection.getresponse()
        body = answer.read()
        if answer.status != 200 or not body.startswith(b"%PDF"):
            raise SystemExit(f"{path} answered {answer.status} instead of a certificate")

    asked = list(asks)
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(fetch, asked))
    return len(asked) / (time.monotonic() - began)


if __name__ == "__main__":
    print("\n".join(map(str, measure())))
