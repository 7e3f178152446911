"""Who may operate: whoever shows the token; without one, whoever sits at the machine."""

import json
from collections.abc import Mapping
from ipaddress import ip_network

import pytest
from pydantic import SecretStr

from fiblab.config import ServerSettings

from .conftest import RunningServer, Start
from .raw_http import ask, request
from .test_process import server_process

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - made up for these tests
BEARER = {"Authorization": f"Bearer {TOKEN}"}
OPERATOR = {"operator_token": SecretStr(TOKEN)}

#: Every call that changes something, with a body that it takes.
CHANGES = [
    ("POST", "/api/v1/queue/pause", None),
    ("POST", "/api/v1/queue/resume", None),
    ("POST", "/api/v1/dead-letters/1/requeue", None),
    ("DELETE", "/api/v1/dead-letters/1", None),
    ("POST", "/api/v1/dead-letters/requeue", {"indices": [1]}),
    ("POST", "/api/v1/dead-letters/discard", {"indices": [1]}),
]
LOOKS = ["/api/v1/queue", "/api/v1/dead-letters"]

everywhere = pytest.mark.parametrize(("method", "address", "body"), CHANGES)


async def one_dead_letter(server: RunningServer) -> None:
    """Let F(1) be given up, for the calls to change."""
    await server.client.post("/api/v1/fibonacci/1")
    await server.give_up("no luck")


async def assert_unchanged(server: RunningServer) -> None:
    """Hold the queue to its dead letter, with nothing waiting and no pause."""
    depth = await server.parts.queue.depth()
    assert (depth.dead, sum(depth.ready.values()), depth.paused) == (1, 0, False)


@everywhere
async def test_with_the_token(start: Start, method: str, address: str, body: object) -> None:
    """The token opens every call."""
    async with start(**OPERATOR) as server:
        await one_dead_letter(server)
        answer = await server.client.request(method, address, json=body, headers=BEARER)
        assert answer.status_code == 200


async def test_the_schemes_case_does_not_matter(start: Start) -> None:
    """`bearer` is `Bearer` (RFC 9110, 11.1)."""
    async with start(**OPERATOR) as server:
        for scheme in ("bearer", "BEARER"):
            headers = {"Authorization": f"{scheme}  {TOKEN}"}
            answer = await server.client.post("/api/v1/queue/pause", headers=headers)
            assert answer.status_code == 200


@everywhere
async def test_without_the_token(start: Start, method: str, address: str, body: object) -> None:
    """Where one is configured even loopback must show it: 401 says how, and nothing changes."""
    async with start(**OPERATOR) as server:
        await one_dead_letter(server)
        answer = await server.client.request(method, address, json=body)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthorized")
        assert answer.headers["www-authenticate"] == 'Bearer realm="fiblab operator"'
        assert "Authorization: Bearer" in answer.json()["detail"]
        await assert_unchanged(server)


@pytest.mark.parametrize(
    "shown",
    [
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        "Bearer",
        "Bearer ",
        "",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
        f"Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}",
        "Bearer \xe4\xff",
    ],
    ids=repr,
)
async def test_anything_but_the_token(start: Start, shown: str) -> None:
    """What is not exactly the token is refused as invalid, once and for all."""
    async with start(**OPERATOR) as server:
        sent = request("POST", "/api/v1/queue/pause", {"Authorization": shown})
        answer = await ask(server.port, sent)
        assert (answer.status, answer.problem) == (401, "unauthorized")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert (await server.parts.queue.depth()).paused is False


@everywhere
async def test_a_server_for_others_without_a_token(
    start: Start, method: str, address: str, body: object
) -> None:
    """A server that listens beyond loopback refuses: 403 that says which setting to give it."""
    async with start(host="0.0.0.0") as server:  # noqa: S104 - for the length of this test
        await one_dead_letter(server)
        answer = await server.client.request(method, address, json=body)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/operator-only")
        assert "operator_token" in answer.json()["detail"]
        await assert_unchanged(server)


async def test_a_server_for_others_with_a_token(start: Start) -> None:
    """With the token it answers from anywhere, through proxies and to allowed origins too."""
    origin = "https://lab.example"
    everybody = "0.0.0.0"  # noqa: S104 - for the length of this test
    async with start(**OPERATOR, host=everybody, cors_origins=(origin,)) as server:
        elsewhere = {"X-Forwarded-For": "198.51.100.1", "Origin": origin}
        answer = await server.client.post("/api/v1/queue/pause", headers={**BEARER, **elsewhere})
        assert answer.json() == {"paused": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": ""},
        {"X-Real-IP": "127.0.0.1"},
        {"X-Forwarded-Host": "localhost"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
    ids=str,
)
async def test_a_sign_of_someone_else(server: RunningServer, headers: Mapping[str, str]) -> None:
    """On loopback without a token, a proxy or another origin's page is refused."""
    answer = await ask(server.port, request("POST", "/api/v1/queue/pause", headers))
    assert (answer.status, answer.problem) in {(403, "operator-only"), (403, "forbidden")}
    assert (await server.parts.queue.depth()).paused is False


async def test_a_trusted_proxy_on_this_machine(start: Start) -> None:
    """Whom a trusted proxy names is not at the machine, even where it says so."""
    async with start(trusted_proxies=(ip_network("127.0.0.0/8"),)) as server:
        for client in ("198.51.100.1", "127.0.0.1"):
            headers = {"X-Forwarded-For": client}
            answer = await server.client.post("/api/v1/queue/pause", headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (403, "/problems/operator-only")


async def test_an_allowed_origin_needs_the_token(start: Start) -> None:
    """A client that is deployed apart may ask for numbers; to operate it takes the token."""
    origin = "https://lab.example"
    async with start(cors_origins=(origin,)) as server:
        headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
        answer = await server.client.post("/api/v1/queue/pause", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/operator-only")


async def test_other_names_of_a_server_on_loopback(start: Start) -> None:
    """A name that the settings allow is for visitors: without a token operators use loopback's."""
    async with start(allowed_hosts=("lab.example", "localhost")) as server:
        for host, status in (("lab.example", 403), ("localhost", 200)):
            sent = request("POST", "/api/v1/queue/resume", {"Host": host})
            assert (await ask(server.port, sent)).status == status


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
async def test_the_own_page(server: RunningServer, host: str) -> None:
    """The page that this server gave out may operate, on loopback, without a token."""
    name = f"{host}:{server.port}"
    headers = {"Host": name, "Origin": f"http://{name}", "Sec-Fetch-Site": "same-origin"}
    answer = await ask(server.port, request("POST", "/api/v1/queue/pause", headers))
    assert answer.status == 200


@pytest.mark.parametrize("address", LOOKS)
async def test_looking_takes_no_token(start: Start, address: str) -> None:
    """What changes nothing tells nothing that /metrics and a number's own address do not."""
    async with start(**OPERATOR) as server:
        assert (await server.client.get(address)).status_code == 200


async def test_preflight_allows_the_token(start: Start) -> None:
    """A page that is deployed apart may send Authorization, and DELETE."""
    origin = "https://lab.example"
    async with start(**OPERATOR, cors_origins=(origin,)) as server:
        headers = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
        answer = await server.client.options("/api/v1/dead-letters/1", headers=headers)
        assert answer.status_code == 204
        assert "authorization" in answer.headers["access-control-allow-headers"]
        assert "DELETE" in answer.headers["access-control-allow-methods"]


async def test_no_token_is_ever_logged(
    settings: ServerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the configured token nor one that was tried shows in the process's log."""
    monkeypatch.setenv("FIBLAB_OPERATOR_TOKEN", TOKEN)
    monkeypatch.setenv("FIBLAB_LOG_LEVEL", "debug")
    tried = "a-wrong-token-that-someone-tried"
    async with server_process(settings) as server:
        for token, status in ((TOKEN, 200), (tried, 401)):
            sent = request("POST", "/api/v1/queue/resume", {"Authorization": f"Bearer {token}"})
            assert (await ask(server.port, sent)).status == status
        server.process.terminate()
        await server.ended()
    written = json.dumps(server.log) + server.errors.decode()
    assert "answered" in written
    assert TOKEN not in written
    assert tried not in written
