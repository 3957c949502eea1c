"""Settings: environment variables that begin with LMS_, each with its meaning and its default."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from lms.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
SECRET_FILE = "secret-key"  # noqa: S105 -- the name of a file, not a secret
PREFIX = "LMS_"
MODES = ("production", "development")
MAIL_SECURITY = ("starttls", "tls", "none")
MOST_PROXIES = 5
T = TypeVar("T")


def _is_on(text: str) -> bool:
    word = text.strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    raise ValueError("say true or false")


def _setting(default: T, read: Callable[[str], T], *, shown: bool = True) -> Any:
    """A setting that is read from its environment variable, or has this default."""
    return field(default=default, repr=shown, metadata={"read": read})


@dataclass(frozen=True, init=False)
class Settings:
    """Everything an operator may decide; `docs/configuration.md` explains each in a sentence.

    A value given here goes before its environment variable, and that before the default. Raises
    ConfigError, naming the variable, for what cannot be read or cannot work.
    """

    mode: str = _setting("production", str)
    data: Path = _setting(DATA, Path)  # noqa: RUF009 -- a path never changes
    database_url: str = _setting("", str)
    secret_key: str = _setting("", str, shown=False)
    public_url: str = _setting("http://127.0.0.1:8000", str)
    trusted_proxies: int = _setting(0, int)
    site_name: str = _setting("PAT Education", str)
    mail_host: str = _setting("", str)
    mail_port: int = _setting(587, int)
    mail_username: str = _setting("", str)
    mail_password: str = _setting("", str, shown=False)
    mail_security: str = _setting("starttls", str)
    mail_sender: str = _setting("no-reply@localhost", str)
    mail_return: str = _setting("", str)
    rate_limit_storage: str = _setting("memory://", str)
    rate_limits: bool = _setting(True, _is_on)
    keys: str = _setting("", str)
    pdf_certificate: str = _setting("", str)
    pdf_key: str = _setting("", str)
    pdf_key_password: str = _setting("", str, shown=False)
    pkcs11_module: str = _setting("", str)
    pkcs11_token: str = _setting("", str)
    pkcs11_key: str = _setting("", str)
    pkcs11_pin: str = _setting("", str, shown=False)
    timestamp_url: str = _setting("", str)
    timestamp_roots: str = _setting("", str)

    def __init__(self, **given: Any) -> None:
        for name, known in self.__dataclass_fields__.items():
            value = given.pop(name) if name in given else _from_environment(name, known)
            object.__setattr__(self, name, value)
        if given:
            raise TypeError(f"There is no setting {', '.join(given)}.")
        object.__setattr__(self, "public_url", self.public_url.rstrip("/"))
        if self.mode not in MODES:
            raise ConfigError(f"{PREFIX}MODE: say one of {', '.join(MODES)}, not {self.mode!r}.")
        if self.mail_security not in MAIL_SECURITY:
            words = ", ".join(MAIL_SECURITY)
            raise ConfigError(f"{PREFIX}MAIL_SECURITY: say one of {words}.")
        if not 0 <= self.trusted_proxies <= MOST_PROXIES:
            raise ConfigError(f"{PREFIX}TRUSTED_PROXIES: give a number from 0 to {MOST_PROXIES}.")
        has_key = bool(self.pdf_key) != bool(self.pkcs11_module)
        if bool(self.pdf_certificate) != has_key:
            raise ConfigError(
                f"{PREFIX}PDF_CERTIFICATE: give it with its key, {PREFIX}PDF_KEY (a file) or "
                f"{PREFIX}PKCS11_MODULE (a device), and none of them without it."
            )

    @property
    def is_development(self) -> bool:
        """Whether pages made for developers exist and mail is kept instead of sent."""
        return self.mode == "development"

    @property
    def is_https(self) -> bool:
        """Whether people reach the site over TLS, which decides the cookie's name and flags."""
        return self.public_url.startswith("https://")

    @property
    def verify_address(self) -> str:
        """The public address under which certificates are verified, without the serial."""
        return f"{self.public_url}/v"

    @property
    def keys_folder(self) -> Path:
        """The folder of the keys that sign credentials, in the data folder by default."""
        return (Path(self.keys) if self.keys else self.data / "keys").resolve()

    @property
    def database(self) -> str:
        """The database's address; the embedded SQLite file in the data folder by default."""
        return self.database_url or f"sqlite:///{(self.data / 'lms.db').resolve()}"

    def secret(self) -> str:
        """Return the key that signs sessions, or refuse to start: there is no default key."""
        if self.secret_key:
            return self.secret_key
        file = self.data / SECRET_FILE
        if not file.is_file():
            raise ConfigError(
                f"No secret key: set LMS_SECRET_KEY, or run `lms prepare` to make {file}."
            )
        return file.read_text(encoding="ascii").strip()

    def make_secret(self) -> None:
        """Write a random secret key into the data folder unless one is there already."""
        self.data.mkdir(parents=True, exist_ok=True)
        file = self.data / SECRET_FILE
        if self.secret_key or file.exists():
            return
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")


def _from_environment(name: str, known: Any) -> Any:
    variable = f"{PREFIX}{name.upper()}"
    text = os.environ.get(variable)
    if text is None:
        return known.default
    try:
        return known.metadata["read"](text)
    except ValueError as error:
        raise ConfigError(f"{variable}: {text!r} cannot be used: {error}.") from None
