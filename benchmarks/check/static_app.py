"""The least that a request costs on uvicorn: the anchor of the requests' ratios."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

BODY = b'{"index":40,"value":"102334155"}'
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))],
}


async def app(
    scope: dict[str, Any], _: object, send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Answer every request with the same bytes, having read nothing of it."""
    if scope["type"] == "http":
        await send(START)
        await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), lifespan="off", access_log=False)
