"""Request ids: the name of one request in every answer, log line and job timeline."""

import re

import uuid_utils

#: Long enough for every id scheme in use (UUID 36, ULID 26), short enough for a log line.
MAX_LENGTH = 64

_WELL_FORMED = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_LENGTH}}}")


def is_well_formed(text: str) -> bool:
    """Tell whether a caller's id is kept: 1 to 64 of `A-Z a-z 0-9 . _ -`, nothing else.

    Such an id can neither break a log line nor a header, whoever sent it.
    """
    return _WELL_FORMED.fullmatch(text) is not None


def new_request_id() -> str:
    """Return a new UUIDv7 (RFC 9562): unique, and sorted by the time of its making."""
    return str(uuid_utils.uuid7())
