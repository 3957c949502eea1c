"""How gunicorn serves the application: two processes of threads, a postman in each."""

import os
from typing import Any

from lms.jobs import Postman

bind = f"{os.environ.get('LMS_HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("LMS_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("LMS_THREADS", "4"))
keepalive = 5
timeout = 60
graceful_timeout = 20
# Each process opens its own database and fonts: nothing is shared through a fork.
preload_app = False
errorlog = "-"
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """Start delivering mail once a worker has its application."""
    worker.postman = Postman(worker.wsgi)
    worker.postman.start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Let the postman finish its sweep."""
    postman = getattr(worker, "postman", None)
    if postman is not None:
        postman.stop()
