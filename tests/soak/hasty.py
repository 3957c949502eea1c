"""A mutant of the application that acknowledges an answer before it is committed.

It exists to be caught: a kill test that passes it would prove nothing.
"""

import io
import json
import queue
import threading
from collections.abc import Iterable
from typing import Any

from lms.app import create_app


class Hasty:
    """Replies to a save at once and carries it out afterwards, in the background."""

    def __init__(self) -> None:
        self.app = create_app()
        self.waiting: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    @property
    def config(self) -> Any:
        """The settings, for whoever takes this for the application."""
        return self.app.config

    def _work(self) -> None:
        while True:
            environ = self.waiting.get()
            for _ in self.app.wsgi_app(environ, lambda *_: None):
                pass

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Take a save for done; leave everything else to the application."""
        if not environ["PATH_INFO"].endswith("/response"):
            return self.app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.waiting.put({**environ, "wsgi.input": io.BytesIO(body)})
        sent = json.loads(body)
        reply = {"kind": "accept", "stored": sent, "message": "", "saved_at": "now"}
        data = json.dumps(reply).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
        start_response("200 OK", headers)
        return [data]


app = Hasty()
