"""How Flask-Security is set: addresses, what is on, how passwords are hashed, and every word."""

from datetime import timedelta
from typing import Any

from flask_security import uia_email_mapper

from lms import clock, passwords


def library_config() -> dict[str, Any]:
    """Return the settings of Flask-Security: addresses, what is on, hashing and words."""
    settings = {
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "CHANGE_URL": "/change-password",
        "POST_LOGIN_VIEW": "/",
        "POST_LOGOUT_VIEW": "/sign-in?signed-out=1",
        "POST_REGISTER_VIEW": "security.send_confirmation",
        "POST_CHANGE_VIEW": "accounts.sessions",
        "REGISTERABLE": True,
        "CONFIRMABLE": True,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "RETURN_GENERIC_RESPONSES": True,
        "CONFIRM_EMAIL_WITHIN": timedelta(days=2),
        "RESET_PASSWORD_WITHIN": timedelta(hours=2),
        "FRESHNESS": timedelta(minutes=-1),  # no page for typing the password once more
        "API_ENABLED_METHODS": ["session"],
        "STATIC_FOLDER": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "EMAIL_HTML": False,
        "EMAIL_VALIDATOR_ARGS": {"allow_smtputf8": False, "check_deliverability": False},
        "DATETIME_FACTORY": clock.now,
        "USER_IDENTITY_ATTRIBUTES": [
            {"email": {"mapper": uia_email_mapper, "case_insensitive": False}}
        ],
        # argon2id with the parameters of OWASP's password storage cheat sheet.
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "HASHING_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": {"argon2"},
        "PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__time_cost": 2,
            "argon2__memory_cost": 19456,
            "argon2__parallelism": 1,
        },
        "PASSWORD_NORMALIZE_FORM": None,
        "PASSWORD_LENGTH_MIN": passwords.SHORTEST,
        "PASSWORD_CONFIRM_REQUIRED": False,
        **SUBJECTS,
        **{f"MSG_{name}": said for name, said in MESSAGES.items()},
    }
    return {f"SECURITY_{name}": value for name, value in settings.items()}


SUBJECTS = {
    "EMAIL_SUBJECT_REGISTER": "Your registration",
    "EMAIL_SUBJECT_CONFIRM": "Confirm your e-mail address",
    "EMAIL_SUBJECT_PASSWORD_RESET": "Choose a new password",
    "EMAIL_SUBJECT_PASSWORD_NOTICE": "Your password has been replaced",
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": "Your password has been changed",
}
MESSAGES = {
    "GENERIC_AUTHN_FAILED": (
        "The e-mail address or the password is not right, or the address is not confirmed yet.",
        "error",
    ),
    "CONFIRM_REGISTRATION": (
        "Thank you. We have sent a message to %(email)s. Open it and confirm your address.",
        "success",
    ),
    "CONFIRMATION_REQUEST": (
        "If %(email)s waits for its confirmation, a new message is on its way.",
        "info",
    ),
    "EMAIL_CONFIRMED": ("Your address is confirmed. You can sign in now.", "success"),
    "ALREADY_CONFIRMED": ("Your address was confirmed before. You can sign in.", "info"),
    "INVALID_CONFIRMATION_TOKEN": (
        "This confirmation link does not work. Ask for a new one below.",
        "error",
    ),
    "CONFIRMATION_EXPIRED": (
        "This link has expired after %(within)s. Ask for a new one below.",
        "caution",
    ),
    "PASSWORD_RESET_REQUEST": (
        "If there is an account for %(email)s, a message with a link is on its way.",
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (
        "This link has expired after %(within)s. Ask for a new one below.",
        "caution",
    ),
    "INVALID_RESET_PASSWORD_TOKEN": (
        "This link does not work, or was used before. Ask for a new one below.",
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (
        "Your new password is set, and every session has ended. Sign in with it.",
        "success",
    ),
    "PASSWORD_CHANGE": (
        "Your password is changed. You stay signed in here and are signed out everywhere else.",
        "success",
    ),
    "PASSWORD_IS_THE_SAME": ("The new password is the present one. Choose another.", "error"),
    "INVALID_PASSWORD": ("This is not your present password.", "error"),
    "EMAIL_NOT_PROVIDED": ("Enter your e-mail address.", "error"),
    "INVALID_EMAIL_ADDRESS": (
        "Enter a complete e-mail address, such as name@hospital.org.",
        "error",
    ),
    "PASSWORD_NOT_PROVIDED": ("Enter a password.", "error"),
}
