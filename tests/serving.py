"""A real server for tests and measurements: gunicorn on its own data, stopped or killed whole."""

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = "s" * 48
STARTS_WITHIN = 30.0


def free_port() -> int:
    """Return a port of this machine that nobody listens on now.

    Below the range from which outgoing connections get theirs: a client that knocks while the
    server is down could otherwise be given this very port, and connect to itself.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """One installation served by gunicorn, as `lms serve` does, in a process group of its own."""

    def __init__(
        self, data: Path, database: str, *, wsgi: str = "wsgi:app", **environment: str
    ) -> None:
        self.data = data
        self.port = free_port()
        self.wsgi = wsgi
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            "LMS_DATA": str(data),
            "LMS_DATABASE_URL": database,
            "LMS_MODE": "development",
            "LMS_SECRET_KEY": SECRET,
            "LMS_PUBLIC_URL": self.url,
            "LMS_RATE_LIMITS": "false",
            "PORT": str(self.port),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the server without waiting for it."""
        command = [sys.executable, "-m", "gunicorn", "--config", "python:lms.server"]
        with (self.data / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--chdir", str(ROOT), self.wsgi],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> "Server":
        """Start the server and return once it answers."""
        self.launch()
        self.wait()
        return self

    def wait(self) -> None:
        """Return once the server answers; say what it wrote when it never does."""
        deadline = time.monotonic() + STARTS_WITHIN
        while not self.answers():
            code = None if self._process is None else self._process.poll()
            if code is not None or time.monotonic() > deadline:
                log = (self.data / "server.log").read_text(errors="replace")
                state = "is silent" if code is None else f"ended with {code}"
                raise RuntimeError(f"The server {state}:\n{log[-3000:]}")
            time.sleep(0.01)

    def answers(self) -> bool:
        """Whether the server says that it is well."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def processor_seconds(self) -> float:
        """Return the processor time that the server's processes have used so far."""
        assert self._process is not None
        ticks = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                values = entry.read_text().rsplit(")", 1)[1].split()
                if int(values[2]) == self._process.pid:
                    ticks += int(values[11]) + int(values[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End every process of the server at once, as a crash would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Let the server finish what it is doing and end."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait()
        self._process = None
