"""Settings: environment variables that begin with LMS_, each with its meaning and its default."""

import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from lms.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
SECRET_FILE = "secret-key"  # noqa: S105 -- the name of a file, not a secret


class Settings(BaseSettings):
    """Everything an operator may decide; `docs/configuration.md` explains each in a sentence."""

    model_config = SettingsConfigDict(env_prefix="LMS_", extra="ignore")

    mode: Literal["production", "development"] = "production"
    data: Path = ROOT / "data"
    database_url: str = ""
    secret_key: str = Field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    site_name: str = "PAT Education"
    mail_host: str = ""
    mail_port: int = 587
    mail_username: str = ""
    mail_password: str = Field(default="", repr=False)
    mail_sender: str = "no-reply@localhost"
    rate_limit_storage: str = "memory://"
    rate_limits: bool = True

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

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
