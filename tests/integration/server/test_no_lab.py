"""A server for production has no lab: no route of it, and not a line of its code."""

import json
import subprocess
import sys

import pytest

from .conftest import RunningServer

#: Prints every module of this project that a server process has loaded, its routes built.
LOADED = """
import json, sys
from fiblab.server.run import serve
from fiblab.cli.server import server
print(json.dumps([name for name in sys.modules if name.startswith("fiblab")]))
"""


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/processes"),
        *[
            ("POST", f"/processes/worker/{order}")
            for order in ("kill", "freeze", "thaw", "stop", "start", "add")
        ],
        ("GET", "/experiments"),
        ("GET", "/experiments/crash"),
        ("GET", "/runs"),
        ("POST", "/runs"),
        ("GET", "/runs/crash-1"),
        ("GET", "/runs/crash-1/stream"),
        ("POST", "/runs/crash-1/cancel"),
        ("GET", "/answers.csv"),
        ("GET", "/answers.json"),
        ("GET", "/source/queue/lua/claim.lua"),
    ],
)
async def test_no_call_of_the_lab_is_there(server: RunningServer, method: str, path: str) -> None:
    """404, as for any address that there is not; the page so knows that this is no lab."""
    headers = {"X-Fiblab-Lab": "x"}
    answer = await server.client.request(method, f"/api/v1/lab{path}", json={}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def test_no_problem_of_the_lab_is_explained(server: RunningServer) -> None:
    """Its problem types are unknown here."""
    assert (await server.client.get("/problems/lab-token")).status_code == 404


def test_nothing_of_the_lab_is_loaded() -> None:
    """Neither the lab nor the embedded stores: in a process of its own, as others import them."""
    ran = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True)
    loaded = json.loads(ran.stdout)
    assert "fiblab.server.app" in loaded
    assert [name for name in loaded if name.startswith(("fiblab.lab", "fiblab.embedded"))] == []
