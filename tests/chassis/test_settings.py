import pytest
from ekyc_chassis.settings import ProcessSettings
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict


class Settings(ProcessSettings):
    model_config = SettingsConfigDict(env_prefix="THING_")

    port: int = 1
    workers: int = 1


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING_PORT", "8080")
    monkeypatch.setenv("THING_WORKERS", "3")
    settings = Settings()
    assert (settings.port, settings.workers) == (8080, 3)


def test_a_misspelt_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING_WROKERS", "3")
    with pytest.raises(ValidationError, match="THING_WROKERS"):
        Settings()


def test_a_wrong_value_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING_ENVIRONMENT", "staging")
    with pytest.raises(ValidationError, match="environment"):
        Settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 2
