"""A small closed-loop load generator: some clients, each asking again as soon as it is answered.

One thread, non-blocking sockets, requests made beforehand: it costs the machine little beside the
server it measures, but it does share its cores. Every client keeps its connection open.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Ask = Callable[[], bytes]


@dataclass
class Load:
    """What came back: latencies in seconds and the statuses, over `seconds` of asking."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    answered: int = 0  # those outside the measured seconds included

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """A percentile of the latencies, in milliseconds."""
        if len(self.latencies) < 2:
            return float("nan")
        return 1000 * statistics.quantiles(self.latencies, n=100)[percent - 1]

    @property
    def errors(self) -> int:
        """Answers other than 2xx; 0 stands for a connection that broke."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)


def get(port: int, path: str, cookie: str = "") -> bytes:
    """Return a GET request as bytes."""
    return _head("GET", port, path, cookie) + b"\r\n"


def post_json(port: int, path: str, body: str, cookie: str, csrf: str) -> bytes:
    """Return a POST request with a JSON body and its CSRF token."""
    data = body.encode()
    more = f"Content-Type: application/json\r\nX-CSRFToken: {csrf}\r\n"
    more += f"Accept: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    return _head("POST", port, path, cookie) + more.encode() + data


def post_form(port: int, path: str, body: str, cookie: str) -> bytes:
    """Return a POST request with a form."""
    more = "Content-Type: application/x-www-form-urlencoded\r\n"
    more += f"Content-Length: {len(body)}\r\n\r\n"
    return _head("POST", port, path, cookie) + more.encode() + body.encode()


def _head(method: str, port: int, path: str, cookie: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return ("\r\n".join(lines) + "\r\n").encode()


class Client:
    """One open connection, asking what `ask` says next."""

    def __init__(self, port: int, ask: Ask) -> None:
        self.port, self.ask = port, ask
        self.buffer, self.needed, self.sent_at = b"", 0, 0.0
        self.open()

    def open(self) -> None:
        """Connect anew."""
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        """Send the next request."""
        self.buffer, self.needed = b"", 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.ask())

    def receive(self) -> tuple[int, bool] | None:
        """Read what arrived; the status and whether the connection stays, once it is all there."""
        try:
            part = self.socket.recv(262_144)
        except OSError:
            part = b""
        if not part:
            return 0, False
        self.buffer += part
        if not self.needed:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = self.buffer[:end].lower()
            length = head.find(b"content-length:")
            self.needed = end + 4 + int(head[length + 15 :].split(b"\r\n", 1)[0])
        if len(self.buffer) < self.needed:
            return None
        return int(self.buffer[9:12]), b"connection: close" not in self.buffer[:400].lower()


def run(port: int, asks: list[Ask], seconds: float, settle: float = 0.1) -> Load:
    """Let one client per ask put load on `port`; what the first `settle` seconds gave is left out.

    An ask is called for each request of its client, so that it may count.
    """
    chooser = selectors.DefaultSelector()
    clients = [Client(port, ask) for ask in asks]
    for client in clients:
        chooser.register(client.socket, selectors.EVENT_READ, client)
        client.send()
    begin = time.perf_counter() + settle
    end = begin + seconds
    load = Load(seconds)
    while (now := time.perf_counter()) < end:
        for key, _ in chooser.select(0.05):
            client = key.data
            answer = client.receive()
            if answer is None:
                continue
            status, stays = answer
            now = time.perf_counter()
            load.answered += 1
            if begin <= now <= end:
                load.latencies.append(now - client.sent_at)
                load.statuses[status] += 1
            if not stays:
                chooser.unregister(client.socket)
                client.socket.close()
                client.open()
                chooser.register(client.socket, selectors.EVENT_READ, client)
            client.send()
    for client in clients:
        client.socket.close()
    chooser.close()
    return load
