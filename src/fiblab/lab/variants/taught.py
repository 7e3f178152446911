"""Patterns that experiments take away, beyond those by which the checker is proved."""

from fiblab.lab.variants.ablation import Ablation
from fiblab.lab.variants.lua_places import in_queue

_HERE = "fiblab.lab.variants"

TAUGHT: tuple[Ablation, ...] = (
    Ablation(
        "no breaker",
        "However often a store has failed, the next call goes there, too.",
        (),
        python=f"{_HERE}.taught_waiting.NeverOpens",
    ),
    Ablation(
        "no reply deadline",
        "A call to Redis waits for its reply for as long as it takes.",
        (),
        python=f"{_HERE}.taught_waiting.WaitsForEver",
    ),
    Ablation(
        "a job for each request",
        "Each request becomes a job of its own, whatever it asks for.",
        (),
        python=f"{_HERE}.taught_jobs.JobOfItsOwn",
    ),
    Ablation(
        "computed unseen",
        "A worker computes a light value without looking whether it is there.",
        (),
        python=f"{_HERE}.taught_jobs.ComputesUnseen",
    ),
    Ablation(
        "computed in the request",
        "The server computes within the request.",
        (),
        python=f"{_HERE}.taught_intakes.CalculatesInTheRequest",
    ),
    Ablation(
        "no jitter",
        "A job that failed is delayed by the longest time, with no chance in it.",
        (),
        in_queue(("fail",), "math.floor(jitter * math.min(", "math.floor(math.min("),
    ),
    Ablation(
        "no look before computing",
        "A worker computes whatever it is given, without looking whether it is there.",
        (),
        python=f"{_HERE}.taught_effects.NeverLooks",
    ),
    Ablation(
        "result added, not set",
        "A long value is added to what is stored, as one appends to a file.",
        (7,),
        python=f"{_HERE}.taught_effects.AddsToValues",
    ),
    Ablation(
        "calls cut off at the end",
        "A server that is told to stop ends at once, with every answer that it owes.",
        (),
        python=f"{_HERE}.taught_endings.CutsCallsOff",
    ),
    Ablation(
        "jobs dropped at the end",
        "A worker that is told to stop ends at once, with every job in hand.",
        (),
        python=f"{_HERE}.taught_endings.DropsItsJobs",
    ),
)
