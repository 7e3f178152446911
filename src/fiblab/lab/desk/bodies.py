"""What the lab's calls are sent: small JSON objects."""

from typing import TypeVar

import msgspec
from blacksheep import Request

from fiblab.server.fields import json_object
from fiblab.server.problems import Refusal, invalid

#: Bytes of the largest body: a run's request has some dozens.
BODY_LIMIT_BYTES = 1_024

T = TypeVar("T", bound=msgspec.Struct)


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """What an order says besides its address."""


async def empty_object(request: Request) -> None:
    """Read `{}`, which no form of another origin can send as JSON; raises Refusal."""
    await read_object(request, _Nothing)


async def read_object(request: Request, kind: type[T]) -> T:
    """Read the body as this struct; raises Refusal, which names the field that is wrong."""
    document = await json_object(request, BODY_LIMIT_BYTES)
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise _refusal(error) from None


def _refusal(error: msgspec.ValidationError) -> Refusal:
    """Turn msgspec's sentence, `Expected … - at `$.field``, into a field and what is wrong."""
    reason, _, place = str(error).partition(" - at ")
    return invalid(place.strip("`").removeprefix("$.") or "body", reason)
