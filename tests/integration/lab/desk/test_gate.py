"""Who may break things: nobody but who sits at the machine and shows the token of this start."""

import json

import pytest
from tests.integration.server.raw_http import ask, request

from .conftest import Desk, Open

#: Every call that changes something, with a body that it takes.
CHANGES = [
    *[
        (f"/processes/worker/{order}", {})
        for order in ("kill", "freeze", "thaw", "stop", "start", "add")
    ],
    ("/runs", {"experiment": "crash", "seed": 2}),
    ("/runs/crash-1/cancel", {}),
]
LOOKS = [
    "",
    "/processes",
    "/experiments",
    "/experiments/crash",
    "/runs",
    "/runs/crash-1",
    "/runs/crash-1/stream",
    "/answers.json",
    "/answers.csv",
    "/source/queue/lua/claim.lua",
]

#: Signs that the caller is no page of this lab, each alone enough to refuse.
ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 proxy"},
    {"Host": "lab.example"},
    {"Host": "localhost.evil.example"},
]


async def assert_unchanged(desk: Desk, pids: dict[str, int]) -> None:
    """Hold the lab to what it was: the same processes, all running, and no run."""
    items = (await desk.get("/processes")).json()["items"]
    assert {item["name"]: item["pid"] for item in items} == pids
    assert {item["state"] for item in items} == {"running"}
    assert (await desk.get("/runs")).json() == {"items": []}


async def test_the_page_is_told_the_token(desk: Desk) -> None:
    """Together with what it is a lab of; no cache keeps it."""
    answer = await desk.get("")
    lab = answer.json()
    assert lab["token"] == desk.client.headers["X-Fiblab-Lab"]
    assert lab["experiments"] >= 1
    assert answer.headers["cache-control"] == "no-store"


async def test_each_start_has_another_token(open_desk: Open) -> None:
    """What was read from an earlier start opens nothing."""
    tokens = set()
    for _ in range(2):
        async with open_desk() as desk:
            tokens.add((await desk.get("")).json()["token"])
    assert len(tokens) == 2


@pytest.mark.parametrize("shown", [None, "", "x", "{token}x", "{token}, {token}"], ids=repr)
async def test_without_the_token(desk: Desk, shown: str | None) -> None:
    """What is not exactly the token is refused, and nothing has changed."""
    pids = desk.staff.pids()
    token = desk.client.headers.pop("X-Fiblab-Lab")
    headers = {} if shown is None else {"X-Fiblab-Lab": shown.format(token=token)}
    for path, body in CHANGES:
        answer = await desk.post(path, body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/lab-token"), path
        assert answer.json()["definite"] is True
        assert token not in answer.text
    await assert_unchanged(desk, pids)


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_from_elsewhere(desk: Desk, headers: dict[str, str]) -> None:
    """The token does not make up for it; nothing is seen, the token above all, nothing changes."""
    pids = desk.staff.pids()
    token = {"X-Fiblab-Lab": desk.client.headers["X-Fiblab-Lab"]}
    for path, body in CHANGES:
        sent = request(
            "POST",
            f"/api/v1/lab{path}",
            {**token, "Content-Type": "application/json", **headers},
            json.dumps(body).encode(),
        )
        assert (await ask(desk.port, sent)).status in {403, 421}, path
    for path in LOOKS:
        answer = await ask(desk.port, request("GET", f"/api/v1/lab{path}", headers))
        assert answer.status in {403, 421}, path
        assert token["X-Fiblab-Lab"].encode() not in answer.body
    await assert_unchanged(desk, pids)


async def test_a_server_for_others_has_no_lab_to_offer(open_desk: Open) -> None:
    """Where it listens beyond loopback even this machine is refused, and told why."""
    async with open_desk(host="0.0.0.0") as desk:  # noqa: S104 - for the length of this test
        answer = await desk.get("")
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/lab-only-here")
        assert "listens beyond loopback" in answer.json()["detail"]
        assert (await desk.post("/processes/worker/kill")).status_code == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
async def test_only_a_post_changes_anything(desk: Desk, method: str) -> None:
    """No other method does: not one that a link, an image or a form can send, nor any other."""
    pids = desk.staff.pids()
    for path, body in CHANGES:
        if (method, path) not in {("GET", "/runs"), ("HEAD", "/runs")}:
            answer = await desk.client.request(method, f"/api/v1/lab{path}", json=body)
            assert answer.status_code == 405, path
            assert "POST" in answer.headers["allow"]
    await assert_unchanged(desk, pids)


FORMS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")


@pytest.mark.parametrize(
    ("media_type", "content", "status"),
    [
        *[(media_type, "{}", 415) for media_type in FORMS],
        *[("application/json", content, 400) for content in ("{", "")],
        *[("application/json", content, 422) for content in ("[]", '{"x": 1}')],
    ],
)
async def test_only_json_is_read(desk: Desk, media_type: str, content: str, status: int) -> None:
    """What a form can send, and what is no JSON, is refused as everywhere."""
    pids = desk.staff.pids()
    headers = {"Content-Type": media_type}
    for path, _ in CHANGES:
        answer = await desk.client.post(f"/api/v1/lab{path}", content=content, headers=headers)
        assert answer.status_code == status, path
    await assert_unchanged(desk, pids)
