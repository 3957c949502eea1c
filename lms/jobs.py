"""Work that no page waits for: sweeps in a thread of each process."""

import threading

from flask import Flask

from lms import clock
from lms.db import db
from lms.services import assessment, credentials, mail, sharing, sittings

SWEEP_SECONDS = 5.0


class Postman(threading.Thread):
    """Delivers mail and closes attempts every few seconds; what one sweep misses the next finds."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="postman", daemon=True)
        self._app = app
        self._stop = threading.Event()

    def run(self) -> None:
        """Sweep until asked to stop; a failing sweep is logged and the next one tried."""
        while not self._stop.wait(SWEEP_SECONDS):
            for act, name in (
                (sweep, "mail"),
                (close_overdue, "deadline"),
                (keep_look_ups, "look-up"),
            ):
                try:
                    act(self._app)
                except Exception:
                    self._app.logger.exception("The %s sweep failed; it is tried again.", name)

    def stop(self) -> None:
        """Let the current sweep end and start no other; keep what is counted until now."""
        self._stop.set()
        try:
            keep_look_ups(self._app)
        except Exception:
            self._app.logger.exception("The last look-ups were not kept.")


def sweep(app: Flask) -> int:
    """Deliver what waits now; return the number of messages that left."""
    settings = app.config["SETTINGS"]
    deliver = mail.delivery(settings)
    if deliver is None:
        return 0
    with app.app_context():
        return mail.deliver_waiting(db.session, deliver, settings, clock.now())


def close_overdue(app: Flask) -> int:
    """Submit the attempts whose time is over, each in a transaction of its own; return how many.

    Several processes may sweep at once: each attempt is closed by one of them, at its deadline.
    """
    closed = 0
    with app.app_context():
        now = clock.now()
        for attempt in sittings.list_overdue(db.session, now):
            try:
                seat = assessment.close_overdue(db.session, attempt, now)
                if seat is not None:
                    address = app.config["SETTINGS"].verify_address
                    credentials.award_if_complete(db.session, seat, now=now, verify_address=address)
                    closed += 1
                db.session.commit()
            except Exception:
                # One that cannot be closed must not keep the others open.
                db.session.rollback()
                app.logger.exception("Attempt %s is overdue and was not closed.", attempt)
    return closed


def keep_look_ups(app: Flask) -> int:
    """Write down the look-ups that this process has counted since its last sweep."""
    with app.app_context():
        return sharing.keep_look_ups(db.session, app.extensions["look_ups"])
