"""Pages against a bare route: requests a second in interleaved rounds at sixteen clients."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from benchmarks import load
from benchmarks.anchors import PEOPLE
from benchmarks.stage import Stage

CLIENTS = 16
Knock = tuple[int, Callable[[int], load.Ask]]


def constantly(request: bytes) -> Callable[[int], load.Ask]:
    """Every client asks the same, again and again."""
    return lambda _client: lambda: request


def targets(stage: Stage) -> dict[str, Knock]:
    """Return what is asked of whom: (port, the ask of client n) by name."""
    ours, theirs = stage.ours.port, stage.anchors.port

    def mini(client: int) -> load.Ask:
        request = load.get(theirs, f"/mini/{client % PEOPLE + 1}")
        return lambda: request

    def page(path: str, cookie: str = "") -> Knock:
        return ours, constantly(load.get(ours, path, cookie))

    return {
        "bare route": (theirs, constantly(load.get(theirs, "/bare"))),
        "mini page, 2 queries": (theirs, mini),
        "lesson page": page(stage.lesson, stage.reader_cookie),
        "quiz page": page(stage.quiz, stage.reader_cookie),
        "verification page": page(stage.verify),
        "cohort page of 200": page(stage.cohort, stage.staff_cookie),
    }


GOALS = {
    "lesson page": 0.15,
    "quiz page": 0.12,
    "cohort page of 200": 0.05,
    "verification page": 0.25,
}


def measure(stage: Stage, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Return one row a page: its rate as a share of the bare route's, median of the rounds.

    Rounds are many and short, so that whatever else the machine does meets page and anchor alike.
    """
    asked = targets(stage)
    seen: dict[str, list[load.Load]] = {name: [] for name in asked}
    spent: dict[str, float] = dict.fromkeys(asked, 0.0)
    for number in range(-1, rounds):
        for name, (port, ask) in asked.items():
            server = stage.ours if port == stage.ours.port else stage.anchors
            before = server.processor_seconds()
            found = load.run(port, [ask(client) for client in range(CLIENTS)], seconds)
            if number >= 0:  # the first round fills what processes keep
                seen[name].append(found)
                spent[name] += server.processor_seconds() - before
    return [_row(name, seen, spent) for name in asked]


def _row(name: str, seen: dict[str, list[load.Load]], spent: dict[str, float]) -> dict[str, Any]:
    bares, loads = seen["bare route"], seen[name]
    shares = [own.rate / bare.rate for own, bare in zip(loads, bares, strict=True)]
    share, errors = statistics.median(shares), sum(each.errors for each in loads)
    goal = GOALS.get(name)
    answered = sum(each.answered for each in loads)
    return {
        "name": f"P1 {name}" if goal else name,
        "ratio": round(share, 3),
        "spread": [round(each, 3) for each in _middle_half(shares)],
        "anchor": "bare route on the same server",
        "goal": f"at least {goal}" if goal else "anchor",
        "met": goal is None or (share >= goal and not errors),
        "per_second": round(statistics.median(each.rate for each in loads)),
        "p50_ms": round(statistics.median(each.percentile(50) for each in loads), 1),
        "processor_ms": round(1000 * spent[name] / answered, 2),
        "errors": errors,
    }


def _middle_half(values: list[float]) -> tuple[float, float]:
    quarters = statistics.quantiles(values, n=4)
    return quarters[0], quarters[2]
