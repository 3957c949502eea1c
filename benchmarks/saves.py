"""Durable answer saves: latency at sixteen and sixty-four clients, against a mini save."""

from __future__ import annotations

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


def measure(stage: Stage, database: str, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Return rows for 16 and 64 clients: share of the mini save's rate, p99/p50, errors."""
    sitters = [Sitter(stage.ours.port, stage.csrf, seated) for seated in stage.sitters]
    rows = []
    for clients in (16, 64):
        own, mini = [], []
        for _ in range(rounds):
            asks = [mini_save(stage, number) for number in range(clients)]
            mini.append(load.run(stage.anchors.port, asks, seconds))
            mine = [sitter.resume() for sitter in sitters[:clients]]
            own.append(load.run(stage.ours.port, mine, seconds))
        rows += [_row(database, clients, own, mini), _anchor(database, clients, mini)]
    return rows


def _row(
    database: str, clients: int, own: list[load.Load], mini: list[load.Load]
) -> dict[str, Any]:
    shares = [a.rate / b.rate for a, b in zip(own, mini, strict=True)]
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


def _anchor(database: str, clients: int, mini: list[load.Load]) -> dict[str, Any]:
    name = f"mini save, {database}, {clients} clients"
    return {
        "name": name, "ratio": 1.0, "anchor": "itself", "goal": "anchor", "met": True,
        **_figures(mini),
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
