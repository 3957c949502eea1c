"""The response headers that keep a page to itself: strict CSP, no caching of personal pages."""

from flask import Flask, Response, g, request
from flask_login import current_user

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def init_app(app: Flask, *, https: bool) -> None:
    """Add the headers to every answer of `app`."""
    always = dict(ALWAYS)
    if https:
        always["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    @app.after_request
    def add(response: Response) -> Response:
        missing = always
        if request.endpoint != "static":
            missing = {**always, "Cache-Control": "no-store", "X-Robots-Tag": robots()}
        given = {name.lower() for name, _ in response.headers}
        response.headers.extend(
            [(name, value) for name, value in missing.items() if name.lower() not in given]
        )
        return response


def robots() -> str:
    """Let search engines see only what a stranger is meant to find."""
    is_public_page = g.get("indexable", False) and not current_user.is_authenticated
    return "all" if is_public_page else "noindex, nofollow"
