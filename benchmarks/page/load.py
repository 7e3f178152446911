"""So many events a second, for so long: each job is asked for by itself, and makes three of them.

    python -m benchmarks.page.load PORT EVENTS_PER_SECOND SECONDS

An event is what happens to one job: it is enqueued, claimed, completed. The stream tells of several
in one message where they happen at once. The indices are small, and none is asked for twice. At the
end this prints what came of it: jobs, answers, and events as another listener of the stream saw.
"""

import itertools
import json
import socket
import sys
import threading
import time

EVENTS_A_JOB = 3

#: The first index: beyond the range that is kept whole, where one job would do for many.
FIRST_INDEX = 2_000

#: Connections that requests are spread over: on each they are answered one after the other.
CONNECTIONS = 16

#: Seconds after the last request in which its answer and its events come.
AFTERWARDS_S = 1.0


class Count:
    """Counts a word in what a connection brings, until that is closed."""

    def __init__(self, connection: socket.socket, word: bytes) -> None:
        self.times = 0
        self._connection, self._word = connection, word
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        rest = b""
        while piece := self._connection.recv(65_536):
            text = rest + piece
            self.times += text.count(self._word)
            rest = text[len(text) - len(self._word) + 1 :]


def ask(port: int, per_second: float, seconds: float) -> dict[str, float]:
    """Send requests at an even pace, without waiting for answers."""
    listening, *asking = [
        socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS + 1)
    ]
    listening.sendall(_request(port, "GET /api/v1/events"))
    events = Count(listening, b'"index":')
    answers = [Count(connection, b"HTTP/1.1 202") for connection in asking]
    began, jobs = time.monotonic(), 0
    for number in itertools.count():
        due = began + number / per_second
        if due > began + seconds:
            break
        time.sleep(max(0.0, due - time.monotonic()))
        request = _request(port, f"POST /api/v1/fibonacci/{FIRST_INDEX + number}")
        asking[number % CONNECTIONS].sendall(request)
        jobs += 1
    took = time.monotonic() - began
    time.sleep(AFTERWARDS_S)
    answered = sum(answer.times for answer in answers)
    return {"seconds": took, "jobs": jobs, "answers": answered, "events": events.times}


def _request(port: int, request: str) -> bytes:
    return f"{request} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n".encode()


if __name__ == "__main__":
    to_port, events_per_second, for_seconds = sys.argv[1:]
    pace = float(events_per_second) / EVENTS_A_JOB
    print(json.dumps(ask(int(to_port), pace, float(for_seconds))))
