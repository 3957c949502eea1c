"""Many threads that do the same thing at the same moment."""

import threading
from collections.abc import Callable
from typing import TypeVar

from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import LmsError

Value = TypeVar("Value")
THREADS = 50


def at_once(
    app: Flask, act: Callable[[Session, int], Value], threads: int = THREADS
) -> list[Value | LmsError]:
    """Let every thread act in a transaction of its own, all let go by one barrier.

    Returns what each got: a value, or the refusal it met. Any other error is raised.
    """
    barrier = threading.Barrier(threads)
    answers: list[Value | LmsError] = []
    failures: list[Exception] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            with app.app_context():
                value = act(db.session, number)
                db.session.commit()
            answers.append(value)
        except LmsError as refusal:
            answers.append(refusal)
        except Exception as error:
            failures.append(error)

    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    return answers
