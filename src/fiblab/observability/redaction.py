"""Secrets taken out of log records, by the name of their field or the look of their value."""

import functools
import re
from collections.abc import Mapping

#: What stands in a secret's place.
REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token|authorization|cookie|credential|api_?key|private_?key",
    re.IGNORECASE,
)

#: A URL's password: from the user's colon to the *last* @ of the word, since a password that was
#: not percent-encoded may contain one. Rather too much is hidden than too little.
_URL_PASSWORD = re.compile(r"(://[^\s/:@]*:)[^\s\"'<>]*@")

#: Nesting below which a record is not searched but replaced; no honest record goes deeper.
_MAX_DEPTH = 8


def redact(fields: Mapping[str, object], depth: int = 0) -> dict[str, object]:
    """Copy the fields with each secret replaced, however deep in dicts, lists and tuples."""
    return {
        str(name): REDACTED if _is_secret(str(name)) else _redact_value(value, depth)
        for name, value in fields.items()
    }


def redact_text(text: str) -> str:
    """Replace the passwords of URLs: `redis://user:[redacted]@host`."""
    if "://" not in text:
        return text
    return _URL_PASSWORD.sub(rf"\1{REDACTED}@", text)


def _redact_value(value: object, depth: int) -> object:
    match value:
        case str():
            return redact_text(value)
        case bool() | int() | float() | None:
            return value
        case Mapping() | list() | tuple() if depth >= _MAX_DEPTH:
            return "[too deep]"
        case Mapping():
            return redact(value, depth + 1)
        case list() | tuple():
            return [_redact_value(item, depth + 1) for item in value]
        case _:
            return value


@functools.lru_cache(maxsize=1_024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None
