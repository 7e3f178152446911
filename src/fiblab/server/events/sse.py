"""Server-sent events as the HTML standard writes them (9.2.5)."""

from typing import Final

from fiblab.server.answers import NO_STORE

EVENT_STREAM: Final = b"text/event-stream"

#: A proxy that gathers an answer before it passes it on would pass on nothing (nginx's own header).
HEADERS: Final = (NO_STORE, (b"x-accel-buffering", b"no"))

#: Seconds between two signs of life of a stream on which nothing happens: proxies cut what is
#: silent for a minute, people wonder earlier.
KEEP_ALIVE_S: Final = 10.0
KEEP_ALIVE: Final = b": still here\n\n"

#: Milliseconds after which a client whose stream ended asks again.
RETRY_MS: Final = 1_000


def opening(last_id: str) -> bytes:
    """Begin a stream: when to ask again, and after which event if none has come until then."""
    return f"retry: {RETRY_MS}\nid: {last_id}\n\n".encode()


def event(name: str, data: bytes, last_id: str | None = None) -> bytes:
    """Write an event; `data` is JSON, which has no line breaks of its own."""
    place = b"" if last_id is None else b"id: %b\n" % last_id.encode()
    return b"%bevent: %b\ndata: %b\n\n" % (place, name.encode(), data)
