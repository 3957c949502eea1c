"""Connections and the processes of the web server: each has its share."""

import contextlib
import http.client
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Server

CONNECTIONS, ROUNDS = 16, 5


@pytest.fixture
def server(address: str, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, address, LMS_WORKERS="2").start()
    yield made
    made.stop()


def open_by_process(port: int) -> Counter[str]:
    """Count the open connections to a port by the process that holds their other end."""
    found: Counter[str] = Counter()
    ends = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        place, state, number = (line.split()[column] for column in (1, 3, 9))
        if int(place.rsplit(":", 1)[1], 16) == port and state == "01":
            ends.add(f"socket:[{number}]")
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            found[entry.parts[2]] += str(entry.readlink()) in ends
    return +found


def smaller_share(port: int) -> int:
    """Open all connections at once; return how many the process with fewer of them has."""
    connections = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    for each in connections:
        each.connect()
    for each in connections:
        each.request("GET", "/healthz")
        each.getresponse().read()
    shares = open_by_process(port)
    for each in connections:
        each.close()
    assert sum(shares.values()) == CONNECTIONS
    return min(shares.values()) if len(shares) == 2 else 0


def test_connections_are_shared_out_evenly(server: Server) -> None:
    shares = []
    for _ in range(ROUNDS):
        shares.append(smaller_share(server.port))
        time.sleep(0.05)
    assert statistics.median(shares) >= CONNECTIONS // 3, shares
