"""Who is asking: binds Flask-Security and Flask-Login to our accounts, sign-ins and mail.

The library keeps what is easily got wrong (hashing, signed links, the flow of its forms). Ours are
the tables, the sign-in rows behind each session, the outbox, the words and the guess limits.
"""

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import Security
from flask_security.views import confirm_email

from lms import access
from lms.config import Settings
from lms.db import db
from lms.forms import accounts as forms
from lms.identity import guesses, sign_ins
from lms.identity.library import Datastore, Outbox, PasswordRules
from lms.identity.settings import library_config
from lms.models.accounts import Account

LIBRARY_VIEWS: dict[str, access.Rule] = {
    "login": "public",
    "logout": "public",  # so that a session ended elsewhere can still be left behind
    "register": "public",
    "send_confirmation": "public",
    "confirm_email": "public",
    "forgot_password": "public",
    "reset_password": "public",
    "change_password": "member",
}


def init_app(app: Flask) -> None:
    """Give `app` its accounts; call it after the database, CSRF and the limiter are bound."""
    settings: Settings = app.config["SETTINGS"]
    app.config.update(library_config())
    security = Security(
        app,
        Datastore(db, Account, None),
        login_form=forms.SignInForm,
        register_form=forms.RegistrationForm,
        send_confirmation_form=forms.ConfirmationForm,
        forgot_password_form=forms.ResetRequestForm,
        reset_password_form=forms.NewPasswordForm,
        change_password_form=forms.PasswordChangeForm,
        mail_util_cls=Outbox,
        password_util_cls=PasswordRules,
    )
    # Links carry a hash of address or password; the same work as hashing a password keeps the time
    # of an answer from telling whether an account exists.
    security.hashing_context = security.pwd_context
    security.want_json(lambda _request: False)
    security.mail_context_processor(
        lambda: {"site_name": settings.site_name, "public_url": settings.public_url}
    )
    security.login_manager.user_loader(sign_ins.load_person)
    # No side door: sessions only, no tokens in addresses or headers.
    security.login_manager.request_loader(None)
    # Flask-Principal would load the person for every request, static files included.
    security.principal.identity_loaders.clear()
    app.view_functions["security.confirm_email"] = confirm_page
    for view, rule in LIBRARY_VIEWS.items():
        access.declare(app, f"security.{view}", rule)
    sign_ins.follow(app)
    # First of all, so that a guess counts whatever the CSRF check says about it.
    app.before_request_funcs.setdefault(None, []).insert(0, guesses.hold)
    app.after_request(sign_ins.clear_after_sign_out)


def confirm_page(token: str) -> ResponseReturnValue:
    """Ask for a press of the button first: mail scanners open links, people press buttons."""
    if request.method == "POST":
        answer: ResponseReturnValue = confirm_email(token)
        return answer
    return render_template("security/confirm_email.html", token=token)
