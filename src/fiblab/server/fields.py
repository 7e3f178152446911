"""What a request carries, read strictly: index, query, key, body. What is wrong is a Refusal."""

import re
from collections.abc import AsyncIterable, Collection, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from blacksheep import Request

from fiblab.fibonacci.errors import IndexRefused
from fiblab.fibonacci.index import parse_index
from fiblab.server.exchange import Exchange, exchange_of
from fiblab.server.message_framing import BROKEN_BODY
from fiblab.server.problems import (
    INVALID_REQUEST,
    MALFORMED_IDEMPOTENCY_KEY,
    MALFORMED_JSON,
    MALFORMED_REQUEST,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    Refusal,
    invalid,
)
from fiblab.server.wire import FieldError

_KEY = re.compile(r"[!-~]{1,128}")

#: What a JSON object's value is called in an answer.
_JSON_TYPES = {str: "a string", float: "a fraction", bool: "a boolean", type(None): "null"}


def path_index(request: Request, max_index: int) -> int:
    """Read the index of the address."""
    return parse_index(str(request.route_values["index"]), max_index)


def idempotency_key(exchange: Exchange) -> str | None:
    """Read the Idempotency-Key, None where there is none."""
    raw = exchange.headers.get(b"idempotency-key")
    if raw is None:
        return None
    key = raw.decode("latin-1")
    if not _KEY.fullmatch(key):
        raise Refusal(MALFORMED_IDEMPOTENCY_KEY, MALFORMED_IDEMPOTENCY_KEY.advice)
    return key


def query_fields(request: Request, known: Collection[str]) -> dict[str, str]:
    """Read the query: each known field at most once, and no other."""
    text = request.scope["query_string"].decode("latin-1")
    fields: dict[str, str] = {}
    errors = []
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=32):
        if name not in known:
            errors.append(FieldError(name[:64], f"unknown: there is {', '.join(known)}"))
        elif name in fields:
            errors.append(FieldError(name, "given more than once"))
        fields[name] = value
    _refuse(errors)
    return fields


def query_number(fields: Mapping[str, str], name: str, least: int, most: int) -> int:
    """Read a number of the query, spelt as an index is."""
    if name not in fields:
        raise invalid(name, "missing")
    try:
        number = parse_index(fields[name], most)
    except IndexRefused as error:
        raise invalid(name, error.sentence.replace("The index", "The number")) from None
    if number < least:
        raise invalid(name, f"must be at least {least}")
    return number


def query_choice(fields: Mapping[str, str], name: str, choices: Collection[str]) -> str | None:
    """Read one of some words of the query, None where it is not there."""
    word = fields.get(name)
    if word is not None and word not in choices:
        raise invalid(name, f"must be one of {', '.join(choices)}")
    return word


def index_range(first: int, last: int, range_limit: int) -> range:
    """Check a range's order and size; both ends are included."""
    if first > last:
        raise invalid("to", f"must be at least `from`, which is {first}")
    if last - first + 1 > range_limit:
        raise invalid("to", f"a range holds at most {range_limit} indices")
    return range(first, last + 1)


async def json_object(request: Request, limit: int) -> dict[str, Any]:
    """Read the body: JSON by its media type, not too large, well-formed, an object."""
    exchange = exchange_of(request)
    media_type = exchange.header(b"content-type").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_MEDIA_TYPE.advice)
    body = await _read_body(request, exchange, limit)
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(MALFORMED_JSON, f"The body cannot be read: {error}.") from None
    if not isinstance(document, dict):
        raise invalid("body", "must be a JSON object")
    return document


async def _read_body(request: Request, exchange: Exchange, limit: int) -> bytes:
    declared = exchange.header(b"content-length")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    body = bytearray()
    exchange.reading_body = True
    async for chunk in cast("AsyncIterable[bytes]", request.stream()):  # its stub is wrong
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    exchange.reading_body = False
    if BROKEN_BODY in request.scope:
        raise Refusal(MALFORMED_REQUEST, MALFORMED_REQUEST.advice)
    return bytes(body)


def _too_large(limit: int) -> Refusal:
    # The rest of the body is not read, so the connection cannot be used again.
    return Refusal(
        PAYLOAD_TOO_LARGE, f"At most {limit} bytes are read.", headers=[(b"connection", b"close")]
    )


def object_indices(document: Mapping[str, Any], names: Collection[str], most: int) -> list[int]:
    """Read exactly these fields of an object, each an index; names every field that is wrong."""
    errors = _unknown_and_missing(document, names)
    errors += _wrong_indices({name: document[name] for name in names if name in document}, most)
    _refuse(errors)
    return [document[name] for name in names]


def object_index_list(document: Mapping[str, Any], name: str, most: int, longest: int) -> list[int]:
    """Read an object's one field, a list of 1 to `longest` indices, each named once."""
    _refuse(_unknown_and_missing(document, [name]))
    indices = document[name]
    if not isinstance(indices, list) or not 1 <= len(indices) <= longest:
        raise invalid(name, f"must be a list of 1 to {longest} indices")
    _refuse(_wrong_indices({f"{name}[{at}]": index for at, index in enumerate(indices)}, most))
    if len(set(indices)) < len(indices):
        raise invalid(name, "must name each index once")
    return indices


def _unknown_and_missing(document: Mapping[str, Any], names: Collection[str]) -> list[FieldError]:
    known = f"unknown: there is {', '.join(names)}"
    unknown = [FieldError(str(name)[:64], known) for name in document if name not in names]
    return unknown + [FieldError(name, "missing") for name in names if name not in document]


def _wrong_indices(fields: Mapping[str, Any], most: int) -> list[FieldError]:
    reasons = {name: _wrong_index(value, most) for name, value in fields.items()}
    return [FieldError(name, reason) for name, reason in reasons.items() if reason]


def _wrong_index(value: object, most: int) -> str | None:
    if type(value) is not int:
        return f"must be a whole number, not {_JSON_TYPES.get(type(value), 'an array or object')}"
    return None if 0 <= value <= most else f"must be from 0 to {most}"


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        detail = "; ".join(f"{error.field}: {error.reason}" for error in errors)
        raise Refusal(INVALID_REQUEST, detail, errors=errors)
