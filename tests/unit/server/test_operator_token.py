"""The operator's token as a setting: long enough, fit for a header, and never shown."""

import pytest

from fiblab.config import BadSettings, ServerSettings, env_example, load

VARIABLE = "FIBLAB_OPERATOR_TOKEN"


@pytest.mark.parametrize("token", ["", "0123456789abcdef", "AZaz09._~+/=-" * 3, "x" * 256])
def test_usable_tokens(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """Sixteen characters of those that fit behind `Bearer `, or none at all."""
    monkeypatch.setenv(VARIABLE, token)
    assert load(ServerSettings).operator_token.get_secret_value() == token


@pytest.mark.parametrize(
    "token",
    ["hunter2", "fifteen-letters", "x" * 257, "with a space inside", "zwölf-umlaute-äöüß"],
)
def test_unusable_tokens_are_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """The start fails, says what to write, and does not repeat what was written."""
    monkeypatch.setenv(VARIABLE, token)
    with pytest.raises(BadSettings, match=f"{VARIABLE}: write 16 to 256") as caught:
        load(ServerSettings)
    assert token not in str(caught.value)


def test_a_token_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings' text nor the printed example holds it."""
    monkeypatch.setenv(VARIABLE, "correct-horse-battery-staple")
    settings = load(ServerSettings)
    shown = f"{settings!r} {settings} {settings.model_dump_json()} {env_example(ServerSettings)}"
    assert "correct-horse" not in shown
