"""The JSON of `GET /api/v1/workers`."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from fiblab.server.wire import Index


class HeldJob(Struct):
    """A job in a worker's hands."""

    index: Index
    attempt: Annotated[int, Meta(ge=1, description="Which attempt this is, 1 the first.")]
    lease_left_s: Annotated[float, Meta(ge=0, description="Seconds until its lease runs out.")]


class Worker(Struct):
    """A worker that has said that it is there; one that has died is listed for 15 seconds more."""

    name: str
    host: str
    pid: Annotated[int, Meta(ge=1)]
    lanes: list[str]
    since: Annotated[datetime, Meta(tz=True, description="When it began, by its own clock.")]
    seen_s_ago: Annotated[float, Meta(ge=0, description="Seconds since its last sign of life.")]
    holds: Annotated[list[HeldJob], Meta(description="The lease that ends first comes first.")]


class Workers(Struct):
    """Workers, the longest at work first."""

    items: list[Worker]
