"""What the product promises first, through HTTP, on the whole lab as `fiblab up` starts it."""

import asyncio
import hashlib
import os
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import psycopg
import pytest
import sympy
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from .computing import held_in_the_middle
from .conftest import Lab, StartLab

pytestmark = [pytest.mark.e2e]

API = "/api/v1/fibonacci"
PATIENT = {"Prefer": "wait=20"}

#: sha256 of the decimal text of F(1,000,000), computed by sympy and by a plain loop of additions.
SHA256_OF_F_1_000_000 = "aef6e8c19df607aa07940f2abde8460d1b34c18df1a6f46b5fc04dfe9be51706"


def ask(client: httpx.Client, index: int) -> dict[str, object]:
    """Request an index and wait until it is known."""
    response = client.post(f"{API}/{index}", headers=PATIENT)
    assert response.status_code in {200, 202}, response.text
    while response.status_code == httpx.codes.ACCEPTED:
        response = client.get(f"{API}/{index}", headers=PATIENT)
    answer: dict[str, object] = response.json()
    return answer


def test_40_is_102334155(lab: Lab) -> None:
    """POST, then GET, gives the number."""
    with lab.client() as client:
        assert ask(client, 40)["value"] == "102334155"
        again = client.get(f"{API}/40")
    assert again.json() == {
        "index": 40,
        "status": "done",
        "value": "102334155",
        "digit_count": 9,
    }
    assert again.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_millionth_has_208_988_digits(lab: Lab) -> None:
    """Its digits are those that an independent source computed."""
    with lab.client() as client:
        answer = ask(client, 1_000_000)
        digits = client.get(str(answer["digits_url"])).text
    assert answer["digit_count"] == len(digits) == 208_988
    assert hashlib.sha256(digits.encode()).hexdigest() == SHA256_OF_F_1_000_000


def test_a_long_job_shows_progress_and_holds_up_nobody(lab: Lab) -> None:
    """While F(100,000,000) is calculated, a light index that nobody knows is answered before it."""
    with lab.client() as client:
        accepted = client.post(f"{API}/100000000")
        assert accepted.status_code == httpx.codes.ACCEPTED
        with held_in_the_middle(lab, 100_000_000):
            light = ask(client, 12_345)
            still = client.get(f"{API}/100000000")
        assert light["status"] == "done"
        assert still.json()["status"] == "calculating"
        done = ask(client, 100_000_000)
    assert done["digit_count"] == 20_898_764
    shown = lab.run("queue", "events", "--json").stdout
    progress = [line for line in shown.splitlines() if '"progress"' in line and "100000000" in line]
    assert progress


def test_ten_million_finishes_with_progress(lab: Lab) -> None:
    """F(10,000,000) is done, and its worker said how far it was on the way."""
    with lab.client() as client:
        assert ask(client, 10_000_000)["digit_count"] == 2_089_877
    shown = lab.run("queue", "events", "--json").stdout
    assert any('"progress"' in line and '"10000000"' in line for line in shown.splitlines())


def test_0_to_40_is_one_range(lab: Lab) -> None:
    """The classic range is requested as one batch and read as one answer."""
    with lab.client() as client:
        accepted = client.post(f"{API}/ranges", json={"from": 0, "to": 40})
        assert accepted.status_code in {200, 202}
        ask(client, 40)
        items = client.get(API, params={"from": 0, "to": 40}).json()["items"]
    assert [item["index"] for item in items] == list(range(41))
    assert [int(item["value"]) for item in items] == [int(sympy.fibonacci(n)) for n in range(41)]


def test_1_000_simultaneous_requests_are_one_computation(lab: Lab) -> None:
    """All are accepted, the job is enqueued and claimed once, and the count is 1,000."""
    index = 777_777

    async def storm() -> list[int]:
        # aiohttp: the pool of httpx costs the square of those that wait for it, a minute here.
        connector, patient = TCPConnector(limit=200), ClientTimeout(total=None)
        async with ClientSession(lab.url, connector=connector, timeout=patient) as client:

            async def status() -> int:
                async with client.post(f"{API}/{index}") as answer:
                    return answer.status

            return await asyncio.gather(*(status() for _ in range(1_000)))

    codes = asyncio.run(storm())
    assert set(codes) <= {200, 202}
    with lab.client() as client:
        ask(client, index)
        top = client.get(f"{API}/most-requested", params={"limit": 1}).json()["items"]
    assert top == [{"index": index, "count": 1_001}]
    shown = lab.run("queue", "events", "--json").stdout
    claims = [line for line in shown.splitlines() if '"claimed"' in line and f'"{index}"' in line]
    assert len(claims) == 1


def test_a_killed_workers_job_is_done_by_the_next(start_lab: StartLab) -> None:
    """SIGKILL in the middle of a job: its lease ends, another worker finishes it."""
    with start_lab(FIBLAB_VISIBILITY_TIMEOUT_S="1") as lab, lab.client() as client:
        client.post(f"{API}/90000000")
        with held_in_the_middle(lab, 90_000_000):
            (worker,) = _children(lab, "worker")
            os.kill(worker.pid, signal.SIGKILL)
        assert ask(client, 90_000_000)["digit_count"] == 18_808_888
        events = lab.run("queue", "events", "--json").stdout
    kinds = [line for line in events.splitlines() if '"90000000"' in line]
    assert any('"expired"' in line for line in kinds)
    assert sum('"claimed"' in line for line in kinds) == 2


def test_sigterm_under_load_drops_nothing_accepted(start_lab: StartLab) -> None:
    """Every request that was accepted before the end has its row, although clients went on."""
    with start_lab() as lab:
        (server,) = _children(lab, "fiblab.lab.desk")
        with ThreadPoolExecutor(8) as pool:
            clients = [pool.submit(_send_until_refused, lab.url) for _ in range(8)]
            _wait_for_rows(lab, 200)
            os.kill(server.pid, signal.SIGTERM)
            accepted = [key for client in clients for key in client.result(timeout=60)]
        with psycopg.connect(lab.running.postgres_url) as database:
            query = "select request_id from request_ledger"
            recorded = {row[0] for row in database.execute(query)}
    assert len(accepted) >= 200
    missing = [key for key in accepted if not any(key in row for row in recorded)]
    assert missing == []


def _send_until_refused(url: str) -> list[str]:
    """Send requests over one kept-alive connection until that is closed; return what it took."""
    accepted: list[str] = []
    with httpx.Client(base_url=url, timeout=30) as client:
        while True:
            key = str(uuid.uuid4())
            try:
                response = client.post(f"{API}/41", headers={"Idempotency-Key": key})
            except httpx.TransportError:
                return accepted
            if response.is_success:
                accepted.append(key)
            if response.headers.get("Connection") == "close":
                return accepted


def _wait_for_rows(lab: Lab, rows: int) -> None:
    with psycopg.connect(lab.running.postgres_url, autocommit=True) as database:
        while database.execute("select count(*) from request_ledger").fetchall()[0][0] < rows:
            pass


def _children(lab: Lab, command: str) -> list[psutil.Process]:
    return [process for process in lab.processes() if command in process.cmdline()]
