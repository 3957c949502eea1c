"""Durable answer saves: latency at sixteen and sixty-four clients, against a mini save."""

from __future__ import annotations

import http.client
import itertools
import statistics
from typing import Any

from benchmarks import load
from benchmarks.stage import Seated, Stage

# What the mini save was worth against Moodle's autosave in the figures the goal was set from.
MOODLE_IN_MINIS = {"SQLite": 8.0, "PostgreSQL": 4.7}
MOODLE_GOAL = {"SQLite": 6.0, "PostgreSQL": 4.0}


class Sitter:
    """A learner who answers item after item, and begins again with another choice."""

    def __init__(self, port: int, csrf: str, seated: Seated) -> None:
        self.port, self.csrf, self.seated = port, csrf, seated
        self.turn = 0

    def next(self) -> bytes:
        """Return the next save: sequences count up slot by slot, options alternate."""
        sequence, place = divmod(self.turn, len(self.seated.slots))
        self.turn += 1
        path = f"/attempts/{self.seated.attempt}/items/{self.seated.slots[place]}/response"
        body = f'{{"sequence": {sequence + 1}, "answer": "{"ab"[sequence % 2]}"}}'
        return load.post_json(self.port, path, body, self.seated.cookie, self.csrf)

    def resume(self) -> load.Ask:
        """Go on where the last round was cut off.

        Its last request may or may not have been carried out: a repeat of it is answered with
        200 as well, and everything after it is new.
        """
        self.turn = max(0, self.turn - 1)
        return self.next


def mini_save(stage: Stage, client: int) -> load.Ask:
    """Return the ask of a client of the mini save."""
    turn = itertools.count()

    def ask() -> bytes:
        number = next(turn)
        path, body = f"/mini/{client + 1}/{number % 15 + 1}", f'{{"option": "{"ab"[number % 2]}"}}'
        return load.post_json(stage.anchors.port, path, body, "", "")

    return ask


def signed_in_save(stage: Stage, client: int) -> load.Ask:
    """Return the ask of a client of the same save for somebody signed in."""
    turn = itertools.count()
    connection = http.client.HTTPConnection("127.0.0.1", stage.anchors.port)
    connection.request("GET", f"/sign-in/{client + 1}")
    cookie = connection.getresponse().getheader("Set-Cookie", "").split(";")[0]
    connection.close()

    def ask() -> bytes:
        number = next(turn)
        path, body = f"/mine/{number % 15 + 1}", f'{{"option": "{"ab"[number % 2]}"}}'
        return load.post_json(stage.anchors.port, path, body, cookie, "")

    return ask


def measure(stage: Stage, database: str, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Return rows for 16 and 64 clients: share of the mini save's rate, p99/p50, errors."""
    sitters = [Sitter(stage.ours.port, stage.csrf, seated) for seated in stage.sitters]
    rows = []
    for clients in (16, 64):
        own, mini, signed_in = [], [], []
        for _ in range(rounds):
            for found, anchor in ((mini, mini_save), (signed_in, signed_in_save)):
                asks = [anchor(stage, number) for number in range(clients)]
                found.append(load.run(stage.anchors.port, asks, seconds))
            mine = [sitter.resume() for sitter in sitters[:clients]]
            own.append(load.run(stage.ours.port, mine, seconds))
        rows += [
            _row(database, clients, own, mini),
            _anchor(f"mini save, {database}, {clients} clients", own, mini),
            _anchor(f"mini save, signed in, {database}, {clients} clients", own, signed_in),
        ]
    return rows


def _shares(own: list[load.Load], anchor: list[load.Load]) -> list[float]:
    return [a.rate / b.rate for a, b in zip(own, anchor, strict=True)]


def _row(
    database: str, clients: int, own: list[load.Load], mini: list[load.Load]
) -> dict[str, Any]:
    shares = _shares(own, mini)
    share, goal = statistics.median(shares), MOODLE_GOAL[database] / MOODLE_IN_MINIS[database]
    figures = _figures(own)
    return {
        "name": f"P2 answer save, {database}, {clients} clients",
        "ratio": round(share, 2),
        "spread": [round(min(shares), 2), round(max(shares), 2)],
        "anchor": "mini save (one upsert, durable)",
        "goal": f"p99 at most 4 x p50, no error; {goal:.2f} minis",
        "met": figures["p99_over_p50"] <= 4 and not figures["errors"] and share >= goal,
        **figures,
    }


def _anchor(name: str, own: list[load.Load], anchor: list[load.Load]) -> dict[str, Any]:
    """Return a row that says how many of ours make one of the anchor."""
    share = statistics.median(_shares(own, anchor))
    return {
        "name": name, "ratio": 1.0, "anchor": f"ours is {share:.2f} of it", "goal": "anchor",
        "met": True, **_figures(anchor),
    }  # fmt: skip


def _figures(loads: list[load.Load]) -> dict[str, Any]:
    """Return rate, latencies and errors over all rounds together."""
    whole = load.Load(sum(each.seconds for each in loads))
    for each in loads:
        whole.latencies += each.latencies
        whole.statuses += each.statuses
    p50, p99 = whole.percentile(50), whole.percentile(99)
    return {
        "per_second": round(whole.rate),
        "p50_ms": round(p50, 1),
        "p99_ms": round(p99, 1),
        "p99_over_p50": round(p99 / p50, 2),
        "errors": whole.errors,
    }
