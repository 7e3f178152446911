"""The experiments in words, told by a process of its own: their code would stay here for ever.

It is 26 MB of the server's memory, and loading it takes most of a second of one core.
"""

import subprocess
import sys
import threading
from functools import cache
from typing import Final

import msgspec
import structlog

from fiblab.lab.desk.problems import NO_SUCH_EXPERIMENT
from fiblab.lab.stage.lines import Described
from fiblab.server.problems import Refusal

#: How that process ends where fiblab was installed without the lab's dependencies.
NO_LAB: Final = 3

#: What the process says can be read once.
_one_reader = threading.Lock()

_log = structlog.get_logger()


@cache
def begin_describing() -> "subprocess.Popen[bytes]":
    """Start that process, once. A server does so before it answers: to fork holds it up."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "fiblab.lab.experiments"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )


def _experiments() -> dict[str, Described]:
    """Describe all, with the answers; raises CalledProcessError if that cannot be told."""
    with _one_reader:
        return _told()


@cache
def _told() -> dict[str, Described]:
    process = begin_describing()
    told, _ = process.communicate()
    if process.returncode == NO_LAB:
        _log.warning("no experiments: install fiblab[lab]")
        return {}
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return {one.id: one for one in msgspec.json.decode(told, type=list[Described])}


@cache
def described() -> tuple[Described, ...]:
    """Describe all, the answers to their predictions left out, in the order in which they teach."""
    return tuple(
        msgspec.structs.replace(
            one, prediction=msgspec.structs.replace(one.prediction, answer=None)
        )
        for one in _experiments().values()
    )


def find(name: str) -> Described:
    """Describe the experiment of that id; raises Refusal where there is none."""
    for one in described():
        if one.id == name:
            return one
    raise Refusal(NO_SUCH_EXPERIMENT, NO_SUCH_EXPERIMENT.advice)


def right_choice(name: str) -> int:
    """Give the answer to the prediction of an experiment that there is."""
    answer = _experiments()[name].prediction.answer
    if answer is None:
        raise ValueError(f"the answer to {name!r} was not told")
    return answer
