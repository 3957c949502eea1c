"""Settings: nothing secret has a default, and what cannot work is refused at the start."""

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from lms.app import create_app
from lms.config import SECRET_FILE, Settings
from lms.errors import ConfigError


def test_without_a_secret_key_nothing_starts(tmp_path: Path) -> None:
    """Invariant 44: there is no default and no fall-back key."""
    with pytest.raises(ConfigError, match="LMS_SECRET_KEY"):
        create_app(Settings(data=tmp_path, secret_key=""))


def test_the_made_secret_is_long_private_and_made_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "new", secret_key="")
    settings.make_secret()
    first = settings.secret()
    settings.make_secret()
    assert settings.secret() == first and len(first) >= 48
    file = tmp_path / "new" / SECRET_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        settings = Settings(data=tmp_path / name, secret_key="")
        settings.make_secret()
        made.append(settings.secret())
    assert made[0] != made[1]


def test_secrets_are_not_shown_when_settings_are_printed() -> None:
    shown = repr(Settings(secret_key="hidden-key", mail_password="hidden-word"))
    assert "hidden" not in shown


def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LMS_DATA", str(tmp_path))
    monkeypatch.setenv("LMS_PUBLIC_URL", "https://learn.example/")
    settings = Settings()
    assert settings.database == f"sqlite:///{tmp_path / 'lms.db'}"
    assert settings.is_https and settings.verify_address == "https://learn.example/v"


@pytest.mark.parametrize(
    "wrong", [{"mode": "debug"}, {"trusted_proxies": -1}, {"trusted_proxies": 9}]
)
def test_an_impossible_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=f"LMS_{next(iter(wrong)).upper()}"):
        Settings(**wrong)


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [("LMS_MAIL_PORT", "smtp"), ("LMS_TRUSTED_PROXIES", "1.5"), ("LMS_RATE_LIMITS", "maybe")],
)
def test_what_cannot_be_read_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, wrong: str
) -> None:
    monkeypatch.setenv(variable, wrong)
    with pytest.raises(ConfigError, match=f"{variable}: '{wrong}'"):
        Settings()


@pytest.mark.parametrize("word", ["false", "0", "no", "OFF"])
def test_a_switch_is_turned_off_by_any_usual_word(
    monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("LMS_RATE_LIMITS", word)
    assert Settings().rate_limits is False


def test_a_setting_that_does_not_exist_is_no_setting() -> None:
    with pytest.raises(TypeError, match="colour"):
        Settings(colour="blue")


def test_production_is_the_default() -> None:
    defaults = {field.name: field.default for field in fields(Settings)}
    assert defaults["mode"] == "production"
    assert defaults["rate_limits"] is True
