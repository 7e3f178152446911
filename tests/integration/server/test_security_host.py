"""Host, exactly: over raw sockets, as clients that mean harm write it."""

import pytest

from .conftest import RunningServer, Start
from .raw_http import ask, head

ADDRESS = "/api/v1/fibonacci/5"


def lines(*hosts: str, target: str = ADDRESS, version: str = "1.1") -> bytes:
    """Write a POST with these Host lines, or with none."""
    written = [f"POST {target} HTTP/{version}", *(f"Host: {host}" for host in hosts), "", ""]
    return "\r\n".join(written).encode("latin-1")


async def assert_no_effect(server: RunningServer) -> None:
    """Hold the server to having counted and queued nothing."""
    assert await server.rows() == []
    assert await server.waiting_jobs() == 0


@pytest.mark.parametrize(
    "host",
    [
        "localhost.",
        "localhost:",
        "localhost:80x",
        "localhost:123456",
        "localhost:80:80",
        "user@localhost",
        "localhost/evil.example",
        "localhost#evil.example",
        "localhost evil.example",
        "127.0.0.2",
        "127.1",
        "0177.0.0.1",
        "2130706433",
        "0.0.0.0",  # noqa: S104 - sent only
        "::1",
        "[::1",
        "[::1]x",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::1%25lo]",
        "xn--lcalhost-e4a",
        "l\xf6calhost",
    ],
)
async def test_what_is_not_exactly_a_loopback_name(server: RunningServer, host: str) -> None:
    """Another spelling of loopback, or a name that only contains it: refused, nothing counted."""
    answer = await ask(server.port, lines(host))
    assert (answer.status, answer.problem) == (421, "misdirected-host")
    assert answer.headers["connection"] == "close"
    await assert_no_effect(server)


@pytest.mark.parametrize("hosts", [("localhost", "evil.example"), ("localhost", "localhost")])
@pytest.mark.parametrize("address", [ADDRESS, "/livez"])
async def test_several_host_lines(
    server: RunningServer, hosts: tuple[str, str], address: str
) -> None:
    """More than one Host line is no HTTP (RFC 9112, 3.2), even where they agree."""
    answer = await ask(server.port, lines(*hosts, target=address))
    assert (answer.status, answer.problem) == (400, "malformed-request")
    await assert_no_effect(server)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_no_host_line(server: RunningServer, version: str) -> None:
    """Without a Host nothing tells whom the caller means to reach."""
    answer = await ask(server.port, lines(version=version))
    assert answer.status in {400, 421}
    await assert_no_effect(server)


@pytest.mark.parametrize("authority", ["evil.example", "localhost.evil.example", "user@localhost"])
async def test_a_target_that_names_a_foreign_host(server: RunningServer, authority: str) -> None:
    """In an absolute target the host counts (RFC 9112, 3.2.2), whatever the Host line says."""
    answer = await ask(server.port, lines("localhost", target=f"http://{authority}{ADDRESS}"))
    assert (answer.status, answer.problem) == (421, "misdirected-host")
    await assert_no_effect(server)


@pytest.mark.parametrize("target", ["localhost:80", "*", "//evil.example/", "http://"])
async def test_targets_that_are_no_path(server: RunningServer, target: str) -> None:
    """A target in another form than a path's is no address of this server, and harms nothing."""
    answer = await ask(server.port, lines("localhost", target=target))
    assert 400 <= answer.status < 500
    assert answer.problem
    await assert_no_effect(server)


@pytest.mark.parametrize("host", ["a, b", "user@lab.example", "", "lab.example/", "lab.example x"])
async def test_a_server_without_names_takes_names_only(start: Start, host: str) -> None:
    """Even where any name will do, what is none is refused."""
    async with start(host="0.0.0.0") as server:  # noqa: S104 - for the length of this test
        answer = await ask(server.port, lines(host))
        assert (answer.status, answer.problem) == (421, "misdirected-host")
        assert (await ask(server.port, lines("any.example:8080"))).status == 202


async def test_a_name_of_ipv6(start: Start) -> None:
    """An IPv6 address among the names is answered with and without a port, in brackets only."""
    async with start(allowed_hosts=("[2001:db8::1]",)) as server:
        for host, status in (
            ("[2001:db8::1]", 404),
            ("[2001:DB8::1]:8000", 404),
            ("2001:db8::1", 421),
            ("[2001:db8::2]", 421),
        ):
            sent = head("GET", ADDRESS, {"Host": host})
            assert (await ask(server.port, sent)).status == status
