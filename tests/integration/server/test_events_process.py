"""The stream of events of a server as operators run it, over real connections, to its end."""

import signal

import httpx

from fiblab.config import ServerSettings
from fiblab.queue import Keys
from fiblab.redis import Connection

from .conftest import PATIENCE_S
from .raw_http import request
from .sse_client import EVENTS, listening
from .test_process import ServerProcess, server_process
from .test_slow_clients import unread

STREAM = Keys().events
#: Events of a thousand jobs each, 30 KB: more than kernel and server hold for who reads none.
TOO_MANY = 250


def client_of(server: ServerProcess) -> httpx.AsyncClient:
    """Speak to the process."""
    base_url = f"http://127.0.0.1:{server.port}"
    return httpx.AsyncClient(base_url=base_url, timeout=PATIENCE_S, verify=False)  # noqa: S501 - no TLS here


async def test_resumes_told_of_what_was_trimmed(
    settings: ServerSettings, connection: Connection
) -> None:
    """Without a gap where everything is kept; where it is not, the gap comes first."""
    async with server_process(settings) as server, client_of(server) as client:
        for index in (40, 41, 42):
            assert (await client.post(f"/api/v1/fibonacci/{index}")).status_code == 202
        async with listening(client, after="0-0") as events:
            first = await events.next()
        async with listening(client, after=first.last_id) as events:
            assert [event.jobs for event in await events.several(2)] == [[41], [42]]
        await connection.execute("XTRIM", STREAM, "MAXLEN", 1)
        async with listening(client, after=first.last_id) as events:
            gap, left = await events.several(2)
        assert (gap.data["from"], gap.data["to"]) == (first.last_id, left.last_id)
        assert left.jobs == [42]


async def test_told_to_stop_it_ends_its_streams(settings: ServerSettings) -> None:
    """Each ends as any answer does, the process ends in order, and nothing is logged as wrong."""
    async with server_process(settings) as server, client_of(server) as client:
        async with listening(client) as events, listening(client) as others:
            await client.post("/api/v1/fibonacci/40")
            assert (await events.next()).jobs == (await others.next()).jobs == [40]
            server.process.send_signal(signal.SIGTERM)
            await events.rest()
            await others.rest()
        assert await server.ended() == 0
        assert server.errors == b""
    assert [record for record in server.log if record["level"] != "info"] == []
    answered = [record for record in server.log if record.get("route") == EVENTS]
    assert [record["status"] for record in answered] == [200, 200]


async def test_who_reads_nothing_keeps_nothing_waiting(
    settings: ServerSettings, connection: Connection
) -> None:
    """It is cut off, who reads is told everything, and the process still ends in order."""
    jobs = " ".join(f"{index}/light" for index in range(1_000))
    async with server_process(settings) as server, client_of(server) as client:
        with unread(server.port, request("GET", EVENTS)):
            await server.logged("answered", route=EVENTS)
            async with listening(client) as events:
                for _ in range(TOO_MANY):
                    fields = ("kind", "enqueued", "jobs", jobs, "worker", "")
                    await connection.execute("XADD", STREAM, "*", *fields)
                    assert len((await events.next()).jobs) == 1_000
                shown = (await client.get("/metrics")).text
                assert "\nfiblab_event_listeners 1.0\n" in shown
        server.process.send_signal(signal.SIGTERM)
        assert await server.ended() == 0
    assert [record for record in server.log if record["level"] != "info"] == []
