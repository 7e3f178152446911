"""The stories: what clients and workers do, and what befalls them, until a pattern matters.

Each ends before it is settled; `run_drill` does that.
"""

import asyncio
from contextlib import suppress

from fiblab.lab.selftest.bench import SECRET, Bench

#: A light index beyond the dense range.
N = 1_000
#: One whose value is longer than `str(int)` likes.
LONG = 30_000


async def zombie(bench: Bench) -> None:
    """Let a worker freeze past its lease and complete after another one has taken over."""
    await bench.clients.request(N, "key-1")
    frozen, healthy = bench.worker("frozen"), bench.worker("healthy")
    late = await frozen.claim()
    bench.expire_leases()
    taken_over = await healthy.claim()
    await frozen.complete(late)
    await healthy.complete(taken_over)


async def amnesia(bench: Bench) -> None:
    """Do the same, but let Redis be wiped in between and the sweeper restore the job."""
    await bench.clients.request(N, "key-1")
    frozen, healthy = bench.worker("frozen"), bench.worker("healthy")
    late = await frozen.claim()
    bench.wipe_redis()
    await bench.sweeper.sweep()
    taken_over = await healthy.claim()
    await frozen.complete(late)
    await healthy.complete(taken_over)


async def late_heartbeat(bench: Bench) -> None:
    """Let a worker whose job has gone back to its lane say that it is still at it."""
    await bench.clients.request(N, "key-1")
    frozen = bench.worker("frozen")
    late = await frozen.claim()
    bench.expire_leases()
    await bench.worker("healthy").claim(limit=0)
    await frozen.heartbeat(late)
    bench.look()


async def worker_dies(bench: Bench) -> None:
    """Let a worker claim a job and die."""
    await bench.clients.request(N, "key-1")
    await bench.worker("dies").claim()
    bench.look()


async def two_workers(bench: Bench) -> None:
    """Let two workers work side by side, each on a job of its own."""
    await bench.clients.request(N, "key-1")
    await bench.clients.request(N + 1, "key-2")
    first, second = bench.worker("first"), bench.worker("second")
    jobs = await first.claim()
    others = await second.claim()
    await first.complete(jobs)
    await second.complete(others)


async def plain_work(bench: Bench) -> None:
    """Ask for one number, and have it computed."""
    await bench.clients.request(N, "key-1")
    worker = bench.worker("worker")
    await worker.complete(await worker.claim())


async def release_repeated(bench: Bench) -> None:
    """Let a worker that shuts down give its job back twice, as the first reply was lost."""
    await bench.clients.request(N, "key-1")
    leaving = bench.worker("leaving")
    jobs = await leaving.claim()
    await leaving.release(jobs)
    await leaving.release(jobs)
    bench.look()


async def deploy(bench: Bench) -> None:
    """Give a job back at a shutdown, and let another worker have it."""
    await bench.clients.request(N, "key-1")
    leaving, staying = bench.worker("leaving"), bench.worker("staying")
    await leaving.release(await leaving.claim())
    await staying.complete(await staying.claim())


async def worker_killer(bench: Bench) -> None:
    """Let a job kill each worker that claims it."""
    await bench.clients.request(N, "key-1")
    for number in range(bench.parts.settings.max_attempts + 1):
        await bench.worker(f"victim-{number}").claim()
        bench.expire_leases()


async def passing_failure(bench: Bench) -> None:
    """Let an attempt fail in a way that may pass."""
    await bench.clients.request(N, "key-1")
    worker = bench.worker("worker")
    await worker.fail(await worker.claim(), retryable=True)


async def lasting_failure(bench: Bench) -> None:
    """Give a job up."""
    await bench.clients.request(N, "key-1")
    worker = bench.worker("worker")
    await worker.fail(await worker.claim(), retryable=False)
    bench.look()


async def asked_again_after_death(bench: Bench) -> None:
    """Give a job up, and ask again."""
    await lasting_failure(bench)
    await bench.sweeper.sweep()
    await bench.clients.request(N, "key-2")


async def asked_again_after_done(bench: Bench) -> None:
    """Do a job, let its value expire, and ask again."""
    await plain_work(bench)
    await bench.sweeper.sweep()
    bench.forget_value(N)
    await bench.clients.request(N, "key-2")


async def many_failures(bench: Bench) -> None:
    """Give up more jobs than dead letters are kept."""
    worker = bench.worker("worker")
    for index in range(N, N + bench.parts.settings.dead_letter_cap + 1):
        await bench.clients.request(index, f"key-{index}")
        await worker.fail(await worker.claim(), retryable=False)
        await bench.sweeper.sweep()
    bench.look()


async def reply_lost(bench: Bench) -> None:
    """Let a client miss the answer and send its request again."""
    await bench.clients.request(N, "key-1", reply_lost=True)
    await bench.clients.request(N, "key-1")
    bench.look()


async def flood(bench: Bench) -> None:
    """Ask for more than the queue holds."""
    for index in range(N, N + bench.parts.settings.queue_bound + 1):
        await bench.clients.request(index, f"key-{index}")
    bench.look()


async def connection_breaks_after_a_commit(bench: Bench) -> None:
    """Let PostgreSQL hang up as soon as the ledger has committed something."""
    bench.on_commit = bench.hang_up
    await bench.clients.request(N, "key-1")
    bench.on_commit = bench.look
    await _ledger_is(bench, connected=True)


async def ledger_away(bench: Bench) -> None:
    """Let PostgreSQL hang up, and ask before the ledger is back."""
    bench.hang_up()
    await _ledger_is(bench, connected=False)
    await bench.clients.request(N)
    await _ledger_is(bench, connected=True)


async def _ledger_is(bench: Bench, *, connected: bool) -> None:
    ledger = bench.parts.ledger
    while ledger.connected is not connected:  # noqa: ASYNC110 - the ledger tells nobody
        await asyncio.sleep(0.001)


async def wiped(bench: Bench) -> None:
    """Let Redis lose everything while a job waits."""
    await bench.clients.request(N, "key-1")
    bench.wipe_redis()


async def corrupt_cache(bench: Bench) -> None:
    """Change a cached value behind everybody's back."""
    await plain_work(bench)
    key = bench.parts.value_keys.large(N)
    bench.raw.set(key, "12345678901234567890", keepttl=True)
    await bench.clients.look_up(N)


async def long_value(bench: Bench) -> None:
    """Ask for a value of more than 4,300 digits."""
    await bench.clients.request(LONG, "key-1")


async def client_goes_away(bench: Bench) -> None:
    """Let a client go away in the middle of its request, and another one ask."""
    rude = asyncio.create_task(bench.clients.request(N, "key-1"))
    await asyncio.sleep(0)
    rude.cancel()
    with suppress(asyncio.CancelledError):
        await rude
    await bench.clients.request(N + 1, "key-2")


async def telling_log(bench: Bench) -> None:
    """Log a URL with its password."""
    bench.log({"event": "connecting", "url": f"redis://:{SECRET}@redis:6379/0"})


async def forged_log(bench: Bench) -> None:
    """Log a text of two lines, as a client may send one."""
    bench.log({"event": "refused", "detail": "an index\n{}"})
