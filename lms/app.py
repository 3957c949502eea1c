"""Puts the application together: settings, database, accounts, pages, the door and the errors."""

import functools
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import access, headers, identity, speech
from lms.addresses import LateRule
from lms.config import Settings
from lms.db import db
from lms.errors import LmsError
from lms.extensions import Sessions, csrf, limiter
from lms.views import register_pages

YEAR = 31_536_000


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application as `settings` describe it; refuse to start without a secret key."""
    settings = settings or Settings()
    app = Flask(__name__)
    app.jinja_environment = speech.Templates
    app.url_rule_class = LateRule
    app.session_interface = Sessions()
    app.config.update(flask_config(settings))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    db.init_app(app, settings.database)
    speech.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    identity.init_app(app)
    app.before_request(access.guard)
    headers.init_app(app, https=settings.is_https)
    register_pages(app)
    access.declare(app, "static", "public")
    _version_static_files(app)
    _answer_errors(app)
    return app


def flask_config(settings: Settings) -> dict[str, Any]:
    """Translate our settings into those of Flask and its neighbours."""
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret(),
        "SESSION_COOKIE_NAME": "__Host-session" if settings.is_https else "session",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "SESSION_REFRESH_EACH_REQUEST": False,
        "MAX_CONTENT_LENGTH": 1_000_000,
        "MAX_FORM_MEMORY_SIZE": 200_000,
        "MAX_FORM_PARTS": 200,
        "SEND_FILE_MAX_AGE_DEFAULT": YEAR,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "RATELIMIT_STORAGE_URI": settings.rate_limit_storage,
        "RATELIMIT_ENABLED": settings.rate_limits,
        "BABEL_DEFAULT_LOCALE": "en_GB",
        "BABEL_DEFAULT_TIMEZONE": "UTC",
    }


def _version_static_files(app: Flask) -> None:
    """Give each static address the hash of its file, so that a year's caching never misleads."""

    @functools.cache
    def static_address(filename: str) -> str:
        file = Path(app.static_folder or "") / filename
        version = hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else None
        return app.url_for("static", filename=filename, v=version)

    @functools.cache
    def fixed_address(endpoint: str) -> str:
        return app.url_for(endpoint)

    def address(endpoint: str, **values: Any) -> str:
        # A page names some twenty addresses that never change while it is served.
        if endpoint == "static":
            return static_address(values["filename"])
        return app.url_for(endpoint, **values) if values else fixed_address(endpoint)

    @functools.cache
    def tag(filename: str) -> str:
        href = escape(static_address(filename))
        if filename.endswith(".js"):
            return f'<script defer src="{href}"></script>'
        return f'<link rel="stylesheet" href="{href}">'

    def head_files(styles: list[str], scripts: list[str]) -> Markup:
        names = [f"css/{name}.css" for name in styles] + [f"js/{name}" for name in scripts]
        return Markup("\n  ".join(map(tag, names)))  # noqa: S704 -- escaped in `tag`

    app.jinja_env.globals.update(url_for=address, head_files=head_files)


def _answer_errors(app: Flask) -> None:
    @app.errorhandler(LmsError)
    def refused(error: LmsError) -> ResponseReturnValue:
        return _error_page(error.status, error.message)

    @app.errorhandler(CSRFError)
    def form_expired(_: CSRFError) -> ResponseReturnValue:
        return _error_page(
            400, "This form has expired or came from elsewhere. Go back, reload, send it again."
        )

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        body, code = _error_page(status, SENTENCES.get(status, error.description or ""))
        return body, code, _kept_headers(error)

    @app.errorhandler(Exception)
    def last_resort(error: Exception) -> ResponseReturnValue:
        if current_app.config.get("PROPAGATE_EXCEPTIONS") or current_app.testing:
            raise error
        current_app.logger.exception("A request failed.")
        return _error_page(500, SENTENCES[500])


SENTENCES = {
    401: "Your session has ended. Sign in again; what was saved is safe.",
    403: "Your role does not allow this.",
    404: "There is nothing at this address. It may have moved, or it may not be yours to see.",
    405: "This address cannot be used that way. Go back and try again.",
    413: "That is larger than this form accepts.",
    429: "That was tried very often in a short time. Wait a minute, then try again.",
    500: "Something went wrong on our side. It is logged; what was saved is safe. Try again.",
}


def _kept_headers(error: HTTPException) -> dict[str, str]:
    kept = ("Retry-After", "Allow")
    return {name: value for name, value in error.get_headers() if name in kept}


def _error_page(status: int, message: str) -> tuple[Any, int]:
    if access.wants_json():
        return jsonify(error=message), status
    return render_template("layout/error.html", status=status, message=message), status
