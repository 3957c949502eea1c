"""Work that no page waits for: sweeps in a thread of each process."""

import functools
import itertools
import threading
from collections.abc import Callable
from typing import TypeVar

from flask import Flask

from lms import clock
from lms.db import db
from lms.services import (
    assessment,
    batches,
    cohorts,
    credentials,
    mail,
    messages,
    packs,
    qualifications,
    register,
    rosters,
    saved,
    sharing,
    sittings,
    transcripts,
    watch,
)

Done = TypeVar("Done")
SWEEP_SECONDS = 5.0
# Every ten minutes: what an award or the calendar left to be done can wait so long.
SWEEPS_A_ROUND = 120
# Every minute: who is at risk.
SWEEPS_A_MINUTE = 12
# Half a minute and a little between one postman's look and the next one's, so that a dozen differ.
SWEEPS_BETWEEN = 7


class Postman(threading.Thread):
    """Delivers mail and closes attempts every few seconds; what one sweep misses the next finds.

    Now and then it looks for awards that were missed and for reminders that have come due. Each
    process has a postman; `place` is its number among them, from 0, and those of others look at
    other times: what one has done just now, the next does not find.
    """

    def __init__(self, app: Flask, place: int = 0) -> None:
        super().__init__(name="postman", daemon=True)
        self._app = app
        self._first = -(place * SWEEPS_BETWEEN % SWEEPS_A_MINUTE)
        self._stop = threading.Event()

    def run(self) -> None:
        """Sweep until asked to stop; a failing sweep is logged and the next one tried."""
        often = (
            (announce, "announcement"),
            (sweep, "mail"),
            (close_overdue, "deadline"),
            (tend_hands, "long work"),
            (invite_people, "invitation"),
            (keep_look_ups, "look-up"),
            (sign_log, "log"),
        )
        seldom = (
            (award_missed, "award"),
            (fill_places, "waiting list"),
            (remind_holders, "reminder"),
            (remind_of_expiry, "expiry"),
            (remind_learners, "reminder of a programme"),
            (send_reports, "report"),
            (clear_files, "file"),
        )
        each_minute = ((tend_watchman, "flag"),)
        for count in itertools.count(self._first):
            if self._stop.wait(SWEEP_SECONDS):
                return
            for act, name in (
                *often,
                *(() if count % SWEEPS_A_MINUTE else each_minute),
                *(() if count % SWEEPS_A_ROUND else seldom),
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
    delivery = mail.delivery(settings)
    if delivery is None:
        return 0
    with app.app_context(), delivery as deliver:
        return mail.deliver_waiting(db.session, deliver, settings, clock.now())


def announce(app: Flask) -> int:
    """Write the announcements whose time has come, each in one transaction; return how many."""
    written = 0
    with app.app_context():
        session, now = db.session, clock.now()
        for each in messages.list_due_announcements(session, now):
            write = functools.partial(messages.expand, session, each, now)
            written += bool(_alone(app, f"Announcement {each}", write))
    return written


def remind_learners(app: Flask) -> int:
    """Make the round of reminders of every programme whose time it is; return how many it wrote."""
    written = 0
    with app.app_context():
        session, now = db.session, clock.now()
        address = app.config["SETTINGS"].public_url
        for each in messages.list_due(session, now):
            make = functools.partial(messages.make_round, session, each, address, now)
            written += _alone(app, f"The round of programme {each}", make) or 0
    return written


def tend_hands(app: Flask) -> None:
    """Start the processes that make batches and evidence packs and read rosters, where needed."""
    settings = app.config["SETTINGS"]
    with app.app_context():
        batches.tend(db.session, settings)
        packs.tend(db.session, settings, clock.now())
        rosters.tend(db.session, settings, clock.now())


def tend_watchman(app: Flask) -> None:
    """Start the process that goes through cohorts, if one has news and it does not run."""
    with app.app_context():
        watch.tend(db.session, app.config["SETTINGS"], clock.now())


def invite_people(app: Flask) -> int:
    """Write the invitations that wait; return how many."""
    with app.app_context():
        return rosters.write_waiting(db.session, app.config["SETTINGS"], clock.now())


def send_reports(app: Flask) -> int:
    """Write the letters about saved reports that are due; return how many."""
    with app.app_context():
        written = saved.send_due(db.session, app.config["SETTINGS"].public_url, clock.now())
        db.session.commit()
        return written


def fill_places(app: Flask) -> int:
    """Give free places to those who wait for them, if an act left any; return how many."""
    given = 0
    with app.app_context():
        session, now = db.session, clock.now()
        for cohort in cohorts.list_waited_for(session):
            promote = functools.partial(cohorts.promote_in, session, cohort, now)
            given += _alone(app, f"The waiting list of cohort {cohort}", promote) or 0
    return given


def clear_files(app: Flask) -> int:
    """Remove files whose time is over and what a crash left behind; return how many."""
    data = app.config["SETTINGS"].data
    with app.app_context():
        removed = batches.remove_old(db.session, data, clock.now())
        removed += packs.remove_old(db.session, data, clock.now())
        batches.remove_half_written(data)
        rosters.clear_old(db.session, data, clock.now())
        removed += transcripts.drop_orphans(db.session, transcripts.proof_folder(data))
        folder = qualifications.proof_folder(data)
        return removed + qualifications.drop_orphans(db.session, folder)


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


def award_missed(app: Flask) -> None:
    """Award what is complete and was not awarded when it was completed, renewals too.

    Each has a transaction of its own, and is awarded once, however many processes sweep.
    """
    with app.app_context():
        session, now, address = db.session, clock.now(), app.config["SETTINGS"].verify_address
        for seat in credentials.list_unawarded(session):
            award = functools.partial(
                credentials.award_if_complete, session, seat, now=now, verify_address=address
            )
            _alone(app, f"The award of enrolment {seat.enrolment_id}", award)
        for waiting in credentials.list_waiting_renewals(session):
            renew = functools.partial(
                credentials.renew_if_complete,
                session,
                waiting.account_id,
                waiting.serial,
                now=now,
                verify_address=address,
            )
            _alone(app, f"The renewal of {waiting.serial}", renew)


def remind_holders(app: Flask) -> int:
    """Write the reminders that have come due, each in a transaction of its own; return how many."""
    settings = app.config["SETTINGS"]
    addresses = credentials.addresses_at(settings.public_url, settings.secret())
    written = 0
    with app.app_context():
        session, now = db.session, clock.now()
        for due in credentials.list_due(session, now):
            write = functools.partial(credentials.remind, session, due, addresses, now)
            written += bool(_alone(app, f"The reminder about {due.serial}", write))
    return written


def remind_of_expiry(app: Flask) -> int:
    """Write what reminds people of a qualification that expires, each once; return how many."""
    public_url = app.config["SETTINGS"].public_url
    written = 0

    def page(enrolment: int) -> str:
        return f"{public_url}/learn/{enrolment}/qualifications"

    with app.app_context():
        session, now = db.session, clock.now()
        for due in qualifications.list_due(session, now):
            write = functools.partial(qualifications.remind, session, due, page, now)
            written += bool(_alone(app, f"The reminder {due.key}", write))
    return written


def _alone(app: Flask, what: str, act: Callable[[], Done]) -> Done | None:
    """Act in a transaction of its own: one that fails must not keep the others from happening."""
    try:
        done = act()
        db.session.commit()
    except Exception:
        db.session.rollback()
        app.logger.exception("%s failed; it is tried again.", what)
        return None
    return done


def keep_look_ups(app: Flask) -> int:
    """Write down the look-ups that this process has counted since its last sweep."""
    with app.app_context():
        return sharing.keep_look_ups(db.session, app.extensions["look_ups"])


def sign_log(app: Flask) -> bool:
    """Sign the public log if an hour is over and something is new; return whether it was signed."""
    with app.app_context():
        is_signed = register.sign_if_due(db.session, app.config["SETTINGS"], clock.now())
        db.session.commit()
        return is_signed
