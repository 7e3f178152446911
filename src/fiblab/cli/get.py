"""`fiblab get`: one Fibonacci number, from a running lab."""

import json
import sys
import time
import uuid
from typing import Annotated, Any
from urllib.parse import quote

import httpx
from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from fiblab.cli.exits import CommandFailed, Exit
from fiblab.cli.running import server_address

EXAMPLES = """Without `--wait` it says at once what the server answered. The number goes to standard
output, all else to standard error, so that a file of digits is one redirection away:

    fiblab get 40 --wait
    fiblab get 10000000 --wait --digits > digits.txt
    fiblab get 1000 --json
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")

#: Seconds one request may hold the line for an answer; the server allows up to 20.
HOLD_SECONDS = 1
#: Seconds for an answer to anything else, well above the server's own deadline.
TIMEOUT_SECONDS = 15.0

Answer = dict[str, Any]


@app.default
def get(
    index: str,
    /,
    *,
    wait: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    digits: Annotated[bool, Parameter(negative="")] = False,
    server: str | None = None,
) -> int:
    """Ask for F(INDEX), and print it where it is known.

    Parameters
    ----------
    index
        Which one: 0, 1, 2, … in plain digits.
    wait
        Stay until it is done, showing how far it is.
    as_json
        Print the server's answer as one JSON object.
    digits
        Print a long number whole; otherwise its first and last digits are shown.
    server
        Address of the server; that of the lab which runs here if left out.

    """
    if not index:
        raise CommandFailed("INDEX is empty", advice="Write it in digits: 40.", code=Exit.USAGE)
    with httpx.Client(base_url=server or server_address(), timeout=TIMEOUT_SECONDS) as client:
        answer = _ask(client, "POST", index, {"Idempotency-Key": str(uuid.uuid4())})
        if wait:
            answer = _wait(client, index, answer)
        return _tell(client, answer, as_json=as_json, digits=digits)


def _ask(client: httpx.Client, method: str, index: str, headers: dict[str, str]) -> Answer:
    path = f"/api/v1/fibonacci/{quote(index, safe='')}"
    try:
        response = client.request(method, path, headers=headers)
    except httpx.TransportError as error:
        raise CommandFailed(
            f"no answer from {client.base_url}: {error}",
            advice="Is the lab running? Start it with `fiblab up`, or name it with --server.",
            code=Exit.UNREACHABLE,
        ) from error
    if response.is_error:
        raise _refusal(response)
    answer: Answer = response.json()
    return answer


def _refusal(response: httpx.Response) -> CommandFailed:
    try:
        problem = response.json()
        message = f"{problem['title']}: {problem.get('detail', '')} [{problem['request_id']}]"
    except (ValueError, KeyError, TypeError):
        message = f"the server answered {response.status_code}, not as a fiblab server does"
    retry_after = response.headers.get("Retry-After")
    advice = f"Try again in {retry_after} s." if retry_after else ""
    if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        code = Exit.USAGE
    else:
        code = Exit.UNREACHABLE if response.is_server_error else Exit.FAILED
    return CommandFailed(message, advice=advice, code=code)


def _wait(client: httpx.Client, index: str, answer: Answer) -> Answer:
    columns = (
        TextColumn("F({task.fields[index]})"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    hold = {"Prefer": f"wait={HOLD_SECONDS}"}
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=1.0, index=f"{int(index):,}")
        while answer["status"] == "calculating":
            _show(bar, task, answer)
            asked = time.monotonic()
            answer = _ask(client, "GET", index, hold)
            _pace(asked, answer)
    return answer


def _show(bar: Progress, task: TaskID, answer: Answer) -> None:
    bar.update(task, completed=answer.get("progress") or 0.0)


def _pace(asked: float, answer: Answer) -> None:
    """Never ask more than once a HOLD_SECONDS, also where a server does not hold the line."""
    spent = time.monotonic() - asked
    if answer["status"] == "calculating" and spent < HOLD_SECONDS:
        time.sleep(HOLD_SECONDS - spent)


def _tell(client: httpx.Client, answer: Answer, *, as_json: bool, digits: bool) -> int:
    say = Console(stderr=True, highlight=False).print
    if as_json:
        print(json.dumps(answer))
    elif answer["status"] == "done":
        _print_number(client, answer, whole=digits)
    elif answer["status"] == "failed":
        reason = answer["reason"]
        say(f"given up after {answer['attempts']} attempts: {reason['detail']}")
        say("`fiblab queue requeue` tries it again.")
    else:
        say("accepted, and being calculated; ask again, or give --wait")
    return {"done": Exit.OK, "failed": Exit.DEAD}.get(answer["status"], Exit.PENDING)


def _print_number(client: httpx.Client, answer: Answer, *, whole: bool) -> None:
    if "value" in answer:
        print(answer["value"])
    elif whole:
        _stream_digits(client, answer["digits_url"])
    else:
        print(f"{answer['leading']}…{answer['trailing']}")
        Console(stderr=True).print(f"{answer['digit_count']:,} digits; --digits prints them all")


def _stream_digits(client: httpx.Client, url: str) -> None:
    with client.stream("GET", url) as response:
        response.raise_for_status()
        for chunk in response.iter_text():
            sys.stdout.write(chunk)
    sys.stdout.write("\n")
