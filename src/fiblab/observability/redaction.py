"""Secrets taken out of log records, by the name of their field or the look of their value."""

import functools
import re
from collections.abc import Mapping

from fiblab.observability.log_rendering import as_text

#: What stands in a secret's place.
REDACTED = "[redacted]"

#: What names a secret, as a part of a field's name.
_NAMES = (
    r"passw(?:or)?d|passphrase|secret|token|authorization|cookie|credential|api_?key|private_?key"
)

_SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)

#: Secrets within a text, each behind the words that tell it. A URL's password goes from the user's
#: colon to the *last* @ of the word, since one that was not percent-encoded may contain an @.
#: Rather too much is hidden than too little.
_SECRETS_IN_TEXT = (
    re.compile(r"(://[^\s/:@]*:)[^\s\"'<>]*(?=@)"),
    re.compile(r"(\bauthorization[\"']?\s*[:=]\s*[\"']?)[^\r\n\"',;]+", re.IGNORECASE),
    re.compile(r"(\bbearer\s+)[^\s\"',;]+", re.IGNORECASE),
    re.compile(rf"((?:{_NAMES})[\w-]*[\"']?\s*[:=]\s*[\"']?)[^\s&\"',;]+", re.IGNORECASE),
)

#: Types of values that hold no text, and so no secret.
_PLAIN = frozenset({int, float, bool, type(None)})

#: Nesting below which a record is not searched but replaced; no honest record goes deeper.
_MAX_DEPTH = 8


def redact(fields: Mapping[str, object], depth: int = 0) -> dict[str, object]:
    """Copy the fields with each secret replaced, however deep in dicts, lists and tuples.

    Objects become their `repr`, and that is searched as well.
    """
    redacted: dict[str, object] = {}
    for key, value in fields.items():
        name = as_text(key)
        if _is_secret(name):
            redacted[name] = REDACTED
        elif type(value) in _PLAIN:
            redacted[name] = value
        else:
            redacted[name] = _redact_value(value, depth)
    return redacted


def redact_text(text: str) -> str:
    """Replace secrets within a text: `redis://user:[redacted]@host`, `password=[redacted]`."""
    # Each of them has one of these in front; to look for them first is ten times as fast.
    if ":" not in text and "=" not in text and "earer" not in text.lower():
        return text
    for secret in _SECRETS_IN_TEXT:
        text = secret.sub(rf"\1{REDACTED}", text)
    return text


def _redact_value(value: object, depth: int) -> object:
    match value:
        case str():
            return redact_text(value)
        case int() | float() | None:
            return value
        case Mapping() | list() | tuple() if depth >= _MAX_DEPTH:
            return "[too deep]"
        case Mapping():
            return redact(value, depth + 1)
        case list() | tuple():
            return [_redact_value(item, depth + 1) for item in value]
        case _:  # an object's fields are never written out, only what it says of itself
            return redact_text(as_text(value))


@functools.lru_cache(maxsize=1_024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None
