"""What the page reads: the experiments, the answers, the product's own sources."""

import csv
import io
from html import escape

from tests.integration.server.raw_http import ask, request

from fiblab.lab.desk.catalogue import right_choice
from fiblab.lab.desk.problems import TABLE

from .conftest import Desk, Open
from .test_runs import finished


async def test_experiments_are_listed_without_their_answers(desk: Desk) -> None:
    """Each with what a learner is asked; what is right is told by a run."""
    items = (await desk.get("/experiments")).json()["items"]
    crash = next(item for item in items if item["id"] == "crash")
    assert set(crash) == {
        *("id", "title", "pattern", "chapter", "question", "fault", "without", "lasts_s"),
        "prediction",
    }
    assert set(crash["prediction"]) == {"question", "choices"}
    assert (await desk.get("")).json()["experiments"] == len(items)


async def test_an_experiment_is_told_in_full(desk: Desk) -> None:
    """Explanation, checks, the one that breaks, and lines of the product that the desk serves."""
    crash = (await desk.get("/experiments/crash")).json()
    assert "\n\n" in crash["explanation"]
    assert crash["breaks"] in {check["id"] for check in crash["checks"]}
    for source in crash["sources"]:
        text = (await desk.get(f"/source/{source['path']}")).text
        assert 1 <= source["line"] <= len(text.splitlines())


async def test_an_experiment_that_there_is_not(desk: Desk) -> None:
    """404, which says where the others are."""
    answer = await desk.get("/experiments/unknown")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-experiment")


async def test_answers_are_exported(open_desk: Open) -> None:
    """Every run with a verdict, with what was predicted, also from earlier starts."""
    right = right_choice("crash")
    async with open_desk() as desk:
        await finished(desk, "ends", choice=right)
        await finished(desk, "crashes")
    async with open_desk() as desk:
        await finished(desk, "ends")
        answers = (await desk.get("/answers.json")).json()["items"]
        table = await desk.get("/answers.csv")
    assert [answer.get("choice") for answer in answers] == [right, None]
    assert answers[0]["checks"] == [
        {"arm": "with", "id": "nothing-lost", "holds": True},
        {"arm": "without", "id": "nothing-lost", "holds": False},
    ]
    assert table.headers["content-type"].startswith("text/csv")
    predicted, unpredicted = csv.DictReader(io.StringIO(table.text))
    assert predicted["choice"] == str(right + 1)
    assert (predicted["experiment"], predicted["right"], predicted["outcome"]) == (
        *("crash", "yes"),
        "valid",
    )
    assert predicted["checks"] == "with:nothing-lost=holds without:nothing-lost=broken"
    assert (unpredicted["choice"], unpredicted["right"]) == ("", "")


async def test_a_source_is_shown(desk: Desk) -> None:
    """As plain text, so that nothing in it is ever run."""
    for path in ("queue/lua/claim.lua", "queue/lua/parts/reclaim.lua", "queue/queue.py"):
        answer = await desk.get(f"/source/{path}")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "return" in answer.text


#: Ways out of the package, into its folders, and to its files of other kinds.
NO_SOURCES = (
    "../../pyproject.toml",
    "queue/../../../pyproject.toml",
    "..%2f..%2fpyproject.toml",
    "%2e%2e/%2e%2e/pyproject.toml",
    "queue%2flua%2f..%2f..%2f..%2f..%2fREADME.md",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "queue/lua",
    "queue",
    "py.typed",
    "server/page/index.html",
    "queue/lua/claim.lua%00",
    "queue/lua/CLAIM.lua",
    "queue\\lua\\claim.lua",
    "unknown.py",
)


async def test_nothing_else_is_shown(desk: Desk) -> None:
    """No other file, whatever is written for its path."""
    for path in NO_SOURCES:
        answer = await ask(desk.port, request("GET", f"/api/v1/lab/source/{path}"))
        assert answer.status in {400, 404}, path
        assert answer.problem in {"no-such-source", "not-found", "malformed-request"}


async def test_each_problem_has_its_page(desk: Desk) -> None:
    """Its type is an address at which it is explained."""
    for kind in TABLE:
        answer = await desk.client.get(kind.uri)
        assert answer.headers["content-type"].startswith("text/html")
        assert escape(kind.title) in answer.text
