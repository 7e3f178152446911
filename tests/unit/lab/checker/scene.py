"""A small run made up by hand, in which every invariant holds; a test spoils one thing in it."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from fiblab.lab.checker import Evidence, check
from fiblab.lab.checker.events import EventRecord
from fiblab.lab.checker.facts import RunFacts
from fiblab.lab.checker.history import Exchange, HistoryWriter, Item
from fiblab.lab.checker.ledger_contents import LedgerContents, Row
from fiblab.lab.checker.redis_contents import RedisContents
from fiblab.lab.checker.structure import Structure

SECRET = "open-sesame"  # noqa: S105 - there to be sought
#: F(n) by the sum of its two forerunners: the tests' own computation.
FIBONACCI = [0, 1]
while len(FIBONACCI) < 100:
    FIBONACCI.append(FIBONACCI[-1] + FIBONACCI[-2])

FACTS = RunFacts(
    max_attempts=3,
    queue_bound=4,
    visibility_timeout_s=2.0,
    dead_letter_cap=2,
    secrets=(SECRET,),
)
#: ms between two events of a scene: as long as a lease.
EVENT_STEP_MS = 2_000
DONE = Row(0, "done", "", has_detail=False)
FAILED = Row(0, "failed", "worker_died", has_detail=True)
#: One of everything, in place: 20 is ready, 21 leased, 22 delayed, 90 dead.
SAMPLE = Structure(
    taken_at=1.0,
    job_count=3,
    dead_count=1,
    jobs=("20", "21", "22"),
    ready=("20",),
    leased=("21",),
    delayed=("22",),
    nonces=("21",),
    attempted=("21", "22"),
    progressing=("21",),
    dead=("90",),
    reasons=("90",),
    died=("90",),
)

#: What Redis holds once all is settled.
END = Structure(9.0, 0, 1, dead=("90",), reasons=("90",), died=("90",))


def done(index: int) -> Item:
    """Make the item of a value that is known."""
    digest = hashlib.sha256(str(FIBONACCI[index]).encode()).hexdigest()
    return Item(index, "done", digest)


def calculating(index: int) -> Item:
    """Make the item of a value that is not known yet."""
    return Item(index, "calculating")


def row(index: int, like: Row = DONE) -> Row:
    """Make a ledger row."""
    return msgspec.structs.replace(like, index=index)


@dataclass
class Scene:
    """All that a verdict rests on, still open to change."""

    folder: Path
    exchanges: list[Exchange] = field(default_factory=list)
    events: list[EventRecord] = field(default_factory=list)
    samples: list[Structure] = field(default_factory=lambda: [SAMPLE])
    logs: dict[str, str] = field(default_factory=lambda: {"worker-1.log": '{"event":"ready"}\n'})
    rows: dict[str, Row] = field(default_factory=dict)
    uncounted: Counter[int] = field(default_factory=Counter)
    """By how much a count is less than its rows."""
    digit_counts: dict[int, int] = field(default_factory=lambda: {7: 2})
    end: Structure = END
    lasting_keys: tuple[str, ...] = ("{fiblab:0}:dead", "{fiblab:0}:v1:values")
    wake_tokens: dict[str, int] = field(default_factory=lambda: {"light": 1})

    def saw(self, call: str, first: int, *items: Item, **more: object) -> None:
        """Add an exchange; 200 with the request's own id, unless `more` says otherwise."""
        number = len(self.exchanges) + 1
        ends = {"first": first, "last": items[-1].index if items else first}
        told = (
            {"status": 200, "request_id": f"r{number}", "answered_id": f"r{number}"} | ends | more
        )
        times = {"sent_at": number, "ended_at": number + 0.5}
        plain = {"number": number, "client": "c1", "call": call, "items": items} | times | told
        self.exchanges.append(msgspec.convert(plain, Exchange))

    def happened(self, job: int, *kinds: str, epoch: int = 1, worker: str = "w1") -> None:
        """Add events of a job, each written `kind` or `kind/detail`."""
        for text in kinds:
            kind, _, detail = text.partition("/")
            entry = f"{1_000 + EVENT_STEP_MS * len(self.events)}-0"
            self.events.append(EventRecord(epoch, entry, kind, f"{job}/{detail}", worker))

    def change(self, number: int, **changes: object) -> None:
        """Change an exchange; -1 is the last."""
        self.exchanges[number] = msgspec.structs.replace(self.exchanges[number], **changes)

    def sampled(self, **changes: object) -> None:
        """Change the sample."""
        self.samples = [msgspec.structs.replace(SAMPLE, **changes)]

    def ended(self, **changes: object) -> None:
        """Change what Redis holds at the end."""
        self.end = msgspec.structs.replace(self.end, **changes)

    def breaches(self) -> set[tuple[int, str]]:
        """Check it; give the invariants that did not hold, and how."""
        return {(breach.invariant, breach.what) for breach in check(self.evidence()).breaches}

    def evidence(self) -> Evidence:
        """Write it down."""
        writer = HistoryWriter(self.folder / "history.jsonl")
        for exchange in self.exchanges:
            writer.write(exchange)
        writer.close()
        _write_lines(self.folder / "events.jsonl", self.events)
        _write_lines(self.folder / "samples.jsonl", self.samples)
        logs = self.folder / "logs"
        logs.mkdir()
        for name, text in self.logs.items():
            (logs / name).write_text(text)
        counts = Counter(row.index for row in self.rows.values())
        counts.subtract(self.uncounted)
        return Evidence(
            history=self.folder / "history.jsonl",
            events=self.folder / "events.jsonl",
            samples=self.folder / "samples.jsonl",
            logs=logs,
            redis=RedisContents(self.end, {}, self.lasting_keys, 5, self.wake_tokens),
            ledger=LedgerContents(self.rows, dict(counts), self.digit_counts),
            facts=FACTS,
        )


def _write_lines(path: Path, records: list[EventRecord] | list[Structure]) -> None:
    path.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))


def clean_scene(folder: Path) -> Scene:
    """Play a run in which all went well, with every kind of call and outcome in it.

    5 was asked for with key `one`, 6 twice without a key, 10 to 12 with key `range`, 8 with key
    `lost` by a client that saw no answer, 9 with key `refused`; 90 was given up.
    """
    scene = Scene(folder)
    scene.saw("request", 5, calculating(5), key="one", status=202)
    scene.saw("request", 6, calculating(6))
    scene.saw("request", 6, done(6))
    scene.saw("request_range", 10, *map(calculating, range(10, 13)), key="range")
    scene.saw("request", 8, key="lost", status=0, answered_id="", failure="reset")
    scene.saw("request", 9, key="refused", status=503, problem="queue-full")
    scene.saw("bad", -1, key="with space", status=400, problem="malformed-idempotency-key")
    scene.saw("request", 90, calculating(90), key="poison")
    scene.saw("digits", 5, done(5))
    rows = {"key:one": 5, "request:a": 6, "request:b": 6, "key:lost": 8}
    rows |= {"key:range": 10, "key:range 11": 11, "key:range last": 12}
    scene.rows = {name: row(index) for name, index in rows.items()} | {
        "key:poison": row(90, FAILED)
    }
    for index in sorted(set(rows.values())):
        scene.happened(index, "enqueued/light", "claimed/1", "completed")
        scene.saw("look_up", index, done(index))
    long_life = ("claimed/1", "expired", "claimed/2", "retrying/5", "due", "claimed/3")
    scene.happened(90, "enqueued/heavy", *long_life, "released", "claimed/3", "dead/worker_died")
    scene.saw("look_up", 90, Item(90, "failed", reason="worker_died"))
    return scene
