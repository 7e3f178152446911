"""Settings: read from the environment alone, and refused with a message that says what to write."""

from pathlib import Path

import pytest

from fiblab.config import (
    SERVICES,
    BadSettings,
    MigrateSettings,
    ServerSettings,
    WorkerSettings,
    env_example,
    load,
)

ROOT = Path(__file__).parents[2]


def test_defaults_are_those_of_the_product() -> None:
    """Without any variable a server serves up to F(100,000,000), the first 1,001 densely."""
    settings = load(ServerSettings)
    assert (settings.max_index, settings.dense_max_index) == (100_000_000, 1_000)
    assert settings.host == "127.0.0.1"


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are read as people write them in an environment variable."""
    monkeypatch.setenv("FIBLAB_CORS_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("FIBLAB_TRUSTED_PROXIES", "10.0.0.0/8")
    settings = load(ServerSettings)
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8"]


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("FIBLAB_PORT", "http", "FIBLAB_PORT (it is 'http'): Input should be a valid integer"),
        ("FIBLAB_PORT", "70000", "less than or equal to 65535"),
        ("FIBLAB_MAX_INDEX", "-1", "FIBLAB_MAX_INDEX (it is '-1')"),
        ("FIBLAB_TRUSTED_PROXIES", "nowhere", "FIBLAB_TRUSTED_PROXIES"),
        ("FIBLAB_LIGHT_MAX_INDEX", "5", "write at least dense_max_index"),
        ("FIBLAB_REDIS_URL", "localhost:6379", "write redis://:PASSWORD@HOST:PORT/0"),
        ("FIBLAB_POSTGRES_URL", "mysql://x", "write postgresql://USER:PASSWORD@HOST"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    """The start stops with a message that names the variable."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSettings) as caught:
        load(ServerSettings)
    assert variable in str(caught.value)
    assert expected in str(caught.value)


def test_every_bad_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One start shows all that is wrong, not the first of it."""
    monkeypatch.setenv("FIBLAB_LANES", "light,medium")
    monkeypatch.setenv("FIBLAB_LIGHT_BATCH", "0")
    with pytest.raises(BadSettings) as caught:
        load(WorkerSettings)
    assert "FIBLAB_LANES" in str(caught.value)
    assert "FIBLAB_LIGHT_BATCH" in str(caught.value)


def test_a_misspelt_variable_is_refused_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that nobody reads is an error, not silence."""
    monkeypatch.setenv("FIBLAB_MAX_INDX", "5")
    with pytest.raises(BadSettings, match="did you mean FIBLAB_MAX_INDEX"):
        load(MigrateSettings)


def test_a_secret_is_shown_neither_in_errors_nor_in_a_settings_repr(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Passwords stand in URLs, and URLs stay hidden."""
    monkeypatch.setenv("FIBLAB_REDIS_URL", "redis://:hunter2@127.0.0.1:6379/0")
    assert "hunter2" not in repr(load(ServerSettings))
    monkeypatch.setenv("FIBLAB_REDIS_URL", "http://:hunter2@127.0.0.1")
    with pytest.raises(BadSettings) as caught:
        load(ServerSettings)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("settings", SERVICES, ids=lambda settings: settings.service)
def test_env_examples_are_those_of_the_settings(settings: type[ServerSettings]) -> None:
    """The committed examples are what `fiblab config --write deploy` writes."""
    path = ROOT / "deploy" / f"{settings.service}.env.example"
    assert path.read_text(encoding="utf-8") == env_example(settings)
