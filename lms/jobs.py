"""Work that no page waits for: a sweep that delivers the outbox, in a thread of each process."""

import threading

from flask import Flask

from lms import clock
from lms.db import db
from lms.services import mail

SWEEP_SECONDS = 5.0


class Postman(threading.Thread):
    """Delivers waiting mail every few seconds; what one sweep misses the next one finds."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="postman", daemon=True)
        self._app = app
        self._stop = threading.Event()

    def run(self) -> None:
        """Sweep until asked to stop; a failing sweep is logged and the next one tried."""
        while not self._stop.wait(SWEEP_SECONDS):
            try:
                sweep(self._app)
            except Exception:
                self._app.logger.exception("The mail sweep failed; it is tried again.")

    def stop(self) -> None:
        """Let the current sweep end and start no other."""
        self._stop.set()


def sweep(app: Flask) -> int:
    """Deliver what waits now; return the number of messages that left."""
    settings = app.config["SETTINGS"]
    deliver = mail.delivery(settings)
    if deliver is None:
        return 0
    with app.app_context():
        return mail.deliver_waiting(db.session, deliver, settings, clock.now())
