"""docs/reference/reliability.md, made from a run's result: `python -m fiblab.lab.chaos.report`."""

from pathlib import Path

import msgspec

from fiblab.lab.chaos.result import ChaosResult, FaultSummary
from fiblab.lab.checker.invariants import INVARIANTS

FOLDER = Path(__file__).parents[4] / "docs" / "reference"
RESULT, PAGE = FOLDER / "reliability.json", FOLDER / "reliability.md"

HEAD = """# Reliability, measured

Generated from [reliability.json](reliability.json) by `python -m fiblab.lab.chaos.report`: do not
edit. The run: `./fiblab chaos --minutes {minutes:g} --seed {seed}`, which drives real processes
and stores ({servers} servers, {workers} workers, Redis with its file written every second,
PostgreSQL with fsync), puts the [fault matrix](fault-matrix.md) upon them, and ends with the
verdict of a checker that shares no code with the system and is
[itself proved](checker-self-test.md). The seed draws the load and the faults; which of them meet
is up to the machine.

| | |
|---|---|
| Run | {started}, {minutes:.1f} minutes of load and faults |
| Machine | {machine} |
| Versions | {versions} |
| Requests accepted | **{accepted:,}** (each key once), in {exchanges:,} exchanges |
| Ledger | {ledger_rows:,} rows, one for each index of each request |
| Answers | {statuses} |
| Faults | **{fault_count:,}** |
| Processes started | {starts} |
| Settled | {settled_after_s:.1f} s after the last fault nothing was owed to anybody |
| Verdict | **{verdict}** |
"""

FAULTS = """
## Faults, verdicts, recovery

Recovery is from the end of the fault (of a kill: from the kill) until a number that nobody had
asked for was asked for, computed and read; other faults and the full load go on meanwhile, so
that it often waits for another fault's end. A lease here lasts {visibility_timeout_s:g} s. The
verdict is the whole run's: faults overlap on purpose.

| Row of the matrix | Fault | Times | Recovery p50, s | p99, s | max, s | Verdict |
|---|---|---|---|---|---|---|
"""


def page(result: ChaosResult) -> str:
    """Write the page."""
    head = HEAD.format(
        **{name: getattr(result, name) for name in ChaosResult.__struct_fields__}
        | {
            "versions": ", ".join(f"{name} {number}" for name, number in result.versions.items()),
            "statuses": ", ".join(f"{name}: {count:,}" for name, count in result.statuses.items()),
            "starts": ", ".join(f"{name} {n:,}" for name, n in result.process_starts.items()),
            "fault_count": result.fault_count,
            "verdict": _verdict(result),
        }
    )
    verdict = "no breach" if result.is_clean else "see below"
    faults = FAULTS.format(visibility_timeout_s=result.visibility_timeout_s)
    faults += "".join(_fault_row(fault, verdict) for fault in result.faults)
    return head + faults + _crash_points(result) + _invariants(result) + _not_reached(result)


def _verdict(result: ChaosResult) -> str:
    if result.is_clean:
        return "no breach of any invariant"
    return f"{len(result.breaches)} breaches, {len(result.defects)} other defects"


def _fault_row(fault: FaultSummary, verdict: str) -> str:
    seconds = (fault.recovery_p50_s, fault.recovery_p99_s, fault.recovery_max_s)
    times = " | ".join(f"{second:.2f}" for second in seconds)
    return f"| {fault.row} | {fault.name} | {fault.count:,} | {times} | {verdict} |\n"


def _crash_points(result: ChaosResult) -> str:
    rows = "".join(f"| {point} | {count} |\n" for point, count in result.crash_points.items())
    return (
        "\n## Crash points\n\nEach is a SIGKILL of that process right before the store gets the "
        "operation, or right after the store has done it and before the process hears of it.\n\n"
        f"| Crash point | Kills |\n|---|---|\n{rows}"
    )


def _invariants(result: ChaosResult) -> str:
    rows = []
    for number, text in INVARIANTS.items():
        breaches = sum(breach.invariant == number for breach in result.breaches)
        examined = result.examined.get(str(number), "nothing")
        rows.append(f"| {number} | {text} | {examined} | {breaches} |\n")
    table = "".join(rows)
    return f"\n## Invariants\n\n| # | Invariant | Examined | Breaches |\n|---|---|---|---|\n{table}"


def _not_reached(result: ChaosResult) -> str:
    found = [
        *(f"Breach of {breach.invariant}: {breach.what}" for breach in result.breaches),
        *result.defects,
    ]
    breaches = "".join(f"- {line}\n" for line in found)
    lines = "".join(f"- {line}\n" for line in result.not_reached) or "- Nothing.\n"
    tail = f"\n## Not reached by this run\n\n{lines}"
    return (f"\n## Found\n\n{breaches}" if breaches else "") + tail


def write(result: ChaosResult, folder: Path) -> None:
    """Write result and page into a folder."""
    encoded = msgspec.json.format(msgspec.json.encode(result), indent=1)
    (folder / RESULT.name).write_bytes(encoded + b"\n")
    (folder / PAGE.name).write_text(page(result), encoding="utf-8")


def summary(result: ChaosResult) -> str:
    """Sum a run up for whoever has waited for it."""
    counts = (
        f"{result.accepted:,} requests accepted, {result.fault_count:,} faults, "
        f"{result.settled_after_s:.1f} s to settle: {_verdict(result)}"
    )
    breaches = (
        f"invariant {breach.invariant}: {breach.what}: {'; '.join(breach.evidence)}"
        for breach in result.breaches
    )
    return "\n".join((counts, *result.defects, *breaches))


def main() -> None:
    """Write the page anew from the result that lies beside it."""
    result = msgspec.json.decode(RESULT.read_bytes(), type=ChaosResult)
    PAGE.write_text(page(result), encoding="utf-8")


if __name__ == "__main__":
    main()
