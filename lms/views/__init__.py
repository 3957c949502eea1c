"""The pages: each file one feature, each route with its declared rule."""

from flask import Flask

from lms.views import formats


def register_pages(app: Flask) -> None:
    """Add every feature's pages to `app`."""
    formats.init_app(app)
