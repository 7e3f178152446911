"""What counts as a secret, by its name or within a text; and what does not."""

from dataclasses import dataclass

import pytest

from fiblab.observability.redaction import REDACTED, redact, redact_text
from fiblab.redis import Address


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "PGPASSWORD",
        "passwd",
        "redis_password",
        "Authorization",
        "Proxy-Authorization",
        "Set-Cookie",
        "access_token",
        "client_secret",
        "apiKey",
        "api_key",
        "private_key",
    ],
)
def test_a_field_with_a_secret_s_name_is_hidden(name: str) -> None:
    """Whatever it holds, and however deep it is."""
    assert redact({name: "hunter2"}) == {name: REDACTED}
    assert redact({name: ["hunter2"]}) == {name: REDACTED}
    assert redact({"a": [{"b": {name: 42}}]}) == {"a": [{"b": {name: REDACTED}}]}


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("redis://app:hunter2@db:6379/0", "redis://app:[redacted]@db:6379/0"),
        ("redis://:hunter2@db", "redis://:[redacted]@db"),
        ("postgresql://a:b@c@d/e and more", "postgresql://a:[redacted]@d/e and more"),
        ("two http://a:b@c http://d:e@f", "two http://a:[redacted]@c http://d:[redacted]@f"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: [redacted]"),
        ("{'authorization': 'Basic YTpi', 'x': 1}", "{'authorization': '[redacted]', 'x': 1}"),
        ("sent Bearer abc.def", "sent Bearer [redacted]"),
        ("GET /a?token=abc&n=1", "GET /a?token=[redacted]&n=1"),
        ("host=db password=hunter2 port=1", "host=db password=[redacted] port=1"),
        ("Address(password='hunter2', port=1)", "Address(password='[redacted]', port=1)"),
        ('{"api_key": "abc"}', '{"api_key": "[redacted]"}'),
    ],
)
def test_a_secret_within_a_text_is_hidden_and_the_rest_stays(text: str, redacted: str) -> None:
    """What it belongs to can still be told."""
    assert redact_text(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "answered",
        "redis://db:6379/0",
        "http://[::1]:8000/fibonacci/40",
        "the password was refused",
        "a token of trust",
        "at 10:30 by mail to a@b",
        "index=40 lane=heavy",
    ],
)
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    """Nothing is hidden that someone needs."""
    assert redact_text(text) == text


def test_values_that_can_hold_no_secret_stay_what_they_are() -> None:
    """Numbers remain numbers, lists lists."""
    fields = {"a": 1, "b": 0.5, "c": True, "d": None, "e": [1, "x"], "f": {"g": "h"}}

    assert redact(fields) == fields


@dataclass
class Login:
    """An object that shows its secret in its repr."""

    user: str
    password: str


def test_objects_become_what_they_say_of_themselves_without_the_secrets() -> None:
    """A JSON writer would write a data class's fields, also those that its repr leaves out."""
    address = Address(password="hunter2")  # noqa: S106 - what must not be seen

    redacted = redact(
        {
            "login": Login("app", "hunter2"),
            "address": address,
            "error": OSError("redis://a:hunter2@b"),
            "raw": b"redis://a:hunter2@b",
        }
    )

    assert "hunter2" not in str(redacted)
    assert redacted["login"] == "Login(user='app', password='[redacted]')"
    assert "127.0.0.1" in str(redacted["address"])


def test_what_is_nested_without_end_is_cut() -> None:
    """A record is not searched for ever."""
    endless: dict[str, object] = {}
    endless["self"] = endless

    assert "[too deep]" in str(redact(endless))
