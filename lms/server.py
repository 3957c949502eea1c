"""How gunicorn serves the application: a process for each core, a postman in each."""

import os
import sys
from typing import Any

from lms.even_worker import forget
from lms.jobs import Postman

bind = f"{os.environ.get('LMS_HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# A page is work for the processor: many threads of one process would only hand the interpreter to
# and fro, and more processes than cores would answer their connections less evenly. The second
# thread goes on while the first waits for a slow client or for the disk.
workers = int(os.environ.get("LMS_WORKERS", max(2, os.cpu_count() or 1)))
worker_class = "lms.even_worker.EvenWorker"
threads = int(os.environ.get("LMS_THREADS", "2"))
keepalive = 5
timeout = 60
graceful_timeout = 20
# The application is put together once and its memory shared. Nothing with a life of its own goes
# through the fork: each process opens its own database, write lock and fonts.
preload_app = True
# How long one thread may keep the interpreter from another that waits for it, in seconds. A save
# waits some ten times: with Python's own five milliseconds a save beside a page that takes seconds
# to draw holds the queue of writers for as long as fifty, and everybody in it.
HAND_OVER = 0.0005
errorlog = "-"
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """Let threads take short turns; deliver mail once a worker has its application."""
    sys.setswitchinterval(HAND_OVER)
    worker.postman = Postman(worker.wsgi, worker.age - 1)
    worker.postman.start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Let the postman finish its sweep."""
    postman = getattr(worker, "postman", None)
    if postman is not None:
        postman.stop()


def child_exit(_server: Any, worker: Any) -> None:
    """Let the others not wait for a process that has ended."""
    forget(worker)
