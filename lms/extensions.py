"""Flask's neighbours, made once here and bound to an application in `lms.app`."""

from typing import Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

CSRF_HEADER = "X-CSRFToken"


class Csrf(CSRFProtect):  # type: ignore[misc]
    """Takes the token where scripts send it, before the body is read in search of a form."""

    def _get_csrf_token(self) -> Any:
        return request.headers.get(CSRF_HEADER) or super()._get_csrf_token()


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, by a signer that is made once for an application."""

    _signer: Any = None

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return what signs the cookie: the key does not change while the site is served."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


babel = Babel()
csrf = Csrf()
limiter = Limiter(key_func=get_remote_address, headers_enabled=True)
