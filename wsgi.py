"""The WSGI entry point: `gunicorn wsgi:app`."""

import gc

# Nothing made while the application is put together is ever garbage: looking for some takes a
# quarter of the start, and later a part of every full collection.
gc.disable()

from lms.app import create_app  # noqa: E402

app = create_app()
gc.freeze()
gc.enable()
