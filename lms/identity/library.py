"""What we put in place of Flask-Security's own parts: people, mail, rules for passwords."""

import secrets
from typing import Any

from flask import Response, after_this_request, current_app
from flask_security import MailUtil, PasswordUtil, SQLAlchemyUserDatastore
from sqlalchemy.exc import IntegrityError

from lms import clock, passwords
from lms.db import db
from lms.errors import Conflict
from lms.models.accounts import Account
from lms.services import mail


class Datastore(SQLAlchemyUserDatastore):  # type: ignore[misc]
    """Accounts as the library makes and changes them."""

    def create_user(self, **values: Any) -> Account:
        """Add an account from a registration; the same form sent twice at once counts once."""
        account = Account(
            **values, active=True, fs_uniquifier=secrets.token_hex(32), created_at=clock.now()
        )
        self.put(account)
        try:
            db.session.flush()
        except IntegrityError as twice:
            db.session.rollback()
            raise Conflict("This form was sent twice. Look for our message to you.") from twice
        return account

    def set_uniquifier(self, user: Account, uniquifier: str | None = None) -> None:
        """Give an account a new random key, which every session made before lacks."""
        user.fs_uniquifier = uniquifier or secrets.token_hex(32)
        self.put(user)


class Outbox(MailUtil):  # type: ignore[misc]
    """Writes the library's messages to the outbox, and knows one form of each address."""

    def send_mail(self, _template: str, subject: str, recipient: str, *rest: Any, **_: Any) -> None:
        """Write the plain text within the transaction of its cause."""
        _sender, body, _html = rest
        mail.write(db.session, recipient=recipient, subject=subject, body=body, at=clock.now())
        after_this_request(commit)

    def normalize(self, email: str) -> str:
        """Return the address in lower case, its domain in one spelling."""
        return str(super().normalize(email)).lower()

    def validate(self, email: str) -> str:
        """As `normalize`: whether mail arrives is what the confirmation shows."""
        return self.normalize(email)


class PasswordRules(PasswordUtil):  # type: ignore[misc]
    """Applies `lms.passwords` wherever the library takes a new password."""

    def validate(
        self, password: str, is_register: bool, **known: Any
    ) -> tuple[list[str] | None, str]:
        """Return what is wrong, if anything, and the password exactly as it was typed."""
        user = known.pop("user", None)
        about = [user.full_name, user.email] if user else [*known.values()]
        about.append(current_app.config["SETTINGS"].site_name)
        problem = passwords.problem(password, [text for text in about if isinstance(text, str)])
        return ([problem] if problem else None), password


def commit(response: Response) -> Response:
    """Commit what a view of the library leaves uncommitted."""
    db.session.commit()
    return response
