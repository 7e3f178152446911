"""Runs calls upon states in a real Redis: state put, called once, seen, called again, seen.

All calls of a batch go out before the first answer is read, so that none costs a round trip.
"""

import socket
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import hiredis

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.contents import Contents, read, write
from fiblab.lab.exploration.scope import Scope
from fiblab.lab.exploration.sent import EVENT_CAP, KEYS, LANE, VALUE_KEYS, Sender
from fiblab.redis import Script, load_script

Reply = str | int | tuple["Reply", ...] | None

Command = tuple[str | bytes | int, ...]

#: Calls in one batch: their answers fit into the socket's buffers many times over.
BATCH = 200

#: Seconds for a batch to be answered; it takes a hundredth of one.
ANSWER_LIMIT_S = 30

#: Begins the reply of a script that failed.
ERROR = "(error)"

#: Scripts that the protocol consists of, and where they are.
VERBS = {
    "admit": "fiblab.server",
    **dict.fromkeys(
        ("complete_and_claim", "complete", "heartbeat", "fail", "release"), "fiblab.queue"
    ),
    **dict.fromkeys(("enqueue", "status", "requeue", "discard"), "fiblab.queue"),
}


class Outcome(NamedTuple):
    """What a call answered, and what Redis held after it, and after the same call once more."""

    reply: Reply
    after: Contents
    after_twice: Contents


class RealRedis:
    """A connection to a Redis that holds nothing else."""

    def __init__(
        self,
        url: str,
        scope: Scope,
        *,
        load: Callable[[str, str], Script] = load_script,
    ) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection(
            (parts.hostname or "127.0.0.1", parts.port or 6379), timeout=ANSWER_LIMIT_S
        )
        self._reader = hiredis.Reader()
        self._workers = scope.workers
        self._sender = Sender(scope.limits)
        claims = [KEYS.claim(str(number + 1)) for number in range(scope.workers)]
        kept = [VALUE_KEYS.large(number + 1) for number in range(max(map(int, scope.jobs)))]
        self._keys = [*KEYS.all, *claims, *kept]
        self._ask([("AUTH", parts.password)] if parts.password else [])
        self._ask([("FLUSHDB",)])
        scripts = {verb: load(package, verb) for verb, package in VERBS.items()}
        scripts |= {name: load_script(__package__, name) for name in ("put_state", "see_state")}
        self._ask([("SCRIPT", "LOAD", script.source) for script in scripts.values()])
        self._shas = {name: script.sha for name, script in scripts.items()}
        self.calls = 0

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def run(self, posed: Sequence[tuple[Contents, Call]]) -> list[Outcome]:
        """Run each call upon its state; a script that fails answers ERROR and why."""
        outcomes: list[Outcome] = []
        for start in range(0, len(posed), BATCH):
            part = posed[start : start + BATCH]
            replies = self._ask([command for pose in part for command in self._commands(*pose)])
            rows = zip(*(replies[at::5] for at in range(1, 5)), strict=True)
            outcomes += [
                Outcome(plain(reply), read(after), read(twice)) for reply, after, _, twice in rows
            ]
        self.calls += len(posed)
        return outcomes

    def _commands(self, contents: Contents, call: Call) -> list[Command]:
        put = self._evaluated("put_state", self._keys, [self._workers, write(contents)])
        see = self._evaluated("see_state", self._keys, [self._workers])
        keys, sent = self._sender.keys_and_arguments(call)
        called = ("EVALSHA", self._shas[call.verb], keys, *sent)
        return [put, called, see, called, see]

    def _evaluated(
        self, name: str, keys: Sequence[str], arguments: Sequence[str | bytes | int]
    ) -> Command:
        return ("EVALSHA", self._shas[name], len(keys), *keys, LANE, EVENT_CAP, *arguments)

    def _ask(self, commands: Sequence[Command]) -> list[bytes]:
        self._socket.sendall(b"".join(map(_packed, commands)))
        replies: list[bytes] = []
        while len(replies) < len(commands):
            reply = self._reader.gets()
            if reply is False:
                self._reader.feed(self._socket.recv(1 << 16))
            else:
                replies.append(reply)
        return replies


def plain(reply: object) -> Reply:
    """Make a reply hashable and readable."""
    if isinstance(reply, bytes):
        return reply.decode()
    if isinstance(reply, hiredis.ReplyError):
        return f"{ERROR} {reply}"
    if isinstance(reply, list):
        return tuple(map(plain, reply))
    assert reply is None or isinstance(reply, int)  # noqa: S101 - RESP2 has nothing else
    return reply


def _packed(command: Command) -> bytes:
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type] # any number of parts
    return packed
