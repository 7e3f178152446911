"""What a client may send: each call of the API as a plain value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

ADDRESS = "/api/v1/fibonacci"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call, before it is sent; `kind` is what the history calls it."""

    kind: str
    method: str
    path: str
    first: int = -1
    last: int = -1
    key: str = ""
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    gives_up_after_s: float | None = None
    """Set for a client that goes away in the middle; None for one that waits."""

    @property
    def counts(self) -> bool:
        """Whether the server counts it, if it accepts it."""
        return self.kind in {"request", "request_range"}


def request(index: int, key: str = "", *, gives_up_after_s: float | None = None) -> Call:
    """Ask for a number."""
    return Call(
        "request",
        "POST",
        f"{ADDRESS}/{index}",
        index,
        index,
        key,
        gives_up_after_s=gives_up_after_s,
    )


def request_range(first: int, last: int, key: str = "") -> Call:
    """Ask for all numbers of a range."""
    body = msgspec.json.encode({"from": first, "to": last})
    return Call("request_range", "POST", f"{ADDRESS}/ranges", first, last, key, body, JSON)


def look_up(index: int, wait_s: int = 0, *, gives_up_after_s: float | None = None) -> Call:
    """Ask how a number stands, and wait for it if wished."""
    headers = {"Prefer": f"wait={wait_s}"} if wait_s else {}
    return Call(
        "look_up",
        "GET",
        f"{ADDRESS}/{index}",
        index,
        index,
        headers=headers,
        gives_up_after_s=gives_up_after_s,
    )


def look_up_range(first: int, last: int) -> Call:
    """Ask how the numbers of a range stand."""
    return Call("look_up_range", "GET", f"{ADDRESS}?from={first}&to={last}", first, last)


def digits(index: int) -> Call:
    """Ask for the whole number as text."""
    return Call("digits", "GET", f"{ADDRESS}/{index}/digits", index, index)


#: Calls that no server may accept, from the table of bad inputs: method, path, key, body.
_MISTAKES: tuple[tuple[str, str, str, bytes | None], ...] = (
    ("POST", f"{ADDRESS}/05", "", None),
    ("POST", f"{ADDRESS}/+5", "", None),
    ("POST", f"{ADDRESS}/-1", "", None),
    ("POST", f"{ADDRESS}/5.0", "", None),
    ("POST", f"{ADDRESS}/1e1", "", None),
    ("POST", f"{ADDRESS}/0x10", "", None),
    ("POST", f"{ADDRESS}/5_0", "", None),
    ("POST", f"{ADDRESS}/true", "", None),
    ("POST", f"{ADDRESS}/{'9' * 400}", "", None),
    ("POST", f"{ADDRESS}/7", "k" * 129, None),
    ("POST", f"{ADDRESS}/7", "with space", None),
    ("DELETE", f"{ADDRESS}/7", "", None),
    ("POST", f"{ADDRESS}/ranges", "", b"{"),
    ("POST", f"{ADDRESS}/ranges", "", b'{"from":5,"to":1}'),
    ("POST", f"{ADDRESS}/ranges", "", b'{"from":0,"to":5,"step":2}'),
    ("POST", f"{ADDRESS}/ranges", "", b'{"from":"0","to":5}'),
    ("GET", f"{ADDRESS}?from=5", "", None),
    ("GET", f"{ADDRESS}/most-requested?limit=-1", "", None),
)

MISTAKES: tuple[Call, ...] = tuple(
    Call("bad", method, path, key=key, body=body, headers=JSON if body else {})
    for method, path, key, body in _MISTAKES
)
