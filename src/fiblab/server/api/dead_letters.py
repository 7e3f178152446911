"""/api/v1/dead-letters: what was given up, to read, to try again, to drop."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from blacksheep import Request, Response
from blacksheep.server.routing import Router
from msgspec import UNSET

from fiblab.queue import DeadLetter, Enqueued
from fiblab.server.answers import json_answer
from fiblab.server.exchange import exchange_of
from fiblab.server.fields import (
    json_object,
    object_index_list,
    path_index,
    query_fields,
    query_number,
)
from fiblab.server.looking_up import FULL_RETRY_S
from fiblab.server.operating import Operating
from fiblab.server.problems import NO_SUCH_DEAD_LETTER, QUEUE_FULL, Refusal, retry_after
from fiblab.server.wire import (
    DEAD_LETTERS_AT_ONCE,
    DeadLetterItem,
    DeadLetterOutcome,
    DeadLetterOutcomes,
    DeadLetterPage,
    FailureReason,
    Outcome,
)

_FIRST_PAGE = {"limit": str(DEAD_LETTERS_AT_ONCE), "cursor": "0"}

#: Of a cursor, which is how many dead letters to leave out: no queue keeps more.
LARGEST_CURSOR = 1_000_000_000

Change = Callable[[Operating, Sequence[int]], Awaitable[list[Outcome]]]


def add_dead_letters(router: Router, operating: Operating) -> None:
    """Add all five."""

    @router.route("/api/v1/dead-letters", methods=["GET", "HEAD"])
    async def get_dead_letters(request: Request) -> Response:
        fields = _FIRST_PAGE | query_fields(request, tuple(_FIRST_PAGE))
        limit = query_number(fields, "limit", 1, DEAD_LETTERS_AT_ONCE)
        offset = query_number(fields, "cursor", 0, LARGEST_CURSOR)
        # One more than are shown tells whether there is a next page.
        letters = await operating.look(lambda queue: queue.dead_letters(limit + 1, offset))
        following = str(offset + limit) if len(letters) > limit else UNSET
        page = DeadLetterPage([_wire(letter) for letter in letters[:limit]], following)
        return json_answer(exchange_of(request), page)

    def one(change: Change) -> Callable[[Request], Awaitable[Response]]:
        async def change_one(request: Request) -> Response:
            operating.gate.admit(exchange_of(request))
            index = path_index(request, operating.max_index)
            (outcome,) = await change(operating, [index])
            _refuse_undone(index, outcome)
            return json_answer(exchange_of(request), DeadLetterOutcome(index, outcome))

        return change_one

    def many(change: Change) -> Callable[[Request], Awaitable[Response]]:
        async def change_many(request: Request) -> Response:
            operating.gate.admit(exchange_of(request))
            document = await json_object(request, operating.body_limit_bytes)
            indices = object_index_list(
                document, "indices", operating.max_index, DEAD_LETTERS_AT_ONCE
            )
            outcomes = await change(operating, indices)
            items = list(map(DeadLetterOutcome, indices, outcomes))
            return json_answer(exchange_of(request), DeadLetterOutcomes(items))

        return change_many

    router.add_post("/api/v1/dead-letters/requeue", many(_requeue))
    router.add_post("/api/v1/dead-letters/discard", many(_discard))
    router.add_post("/api/v1/dead-letters/{index}/requeue", one(_requeue))
    router.add_delete("/api/v1/dead-letters/{index}", one(_discard))


async def _requeue(operating: Operating, indices: Sequence[int]) -> list[Outcome]:
    outcomes = await operating.change(lambda queue: queue.requeue(list(map(str, indices))))
    names: dict[Enqueued | None, Outcome]
    names = {Enqueued.ADDED: "requeued", Enqueued.FULL: "full", None: "absent"}
    return [names[outcome] for outcome in outcomes]


async def _discard(operating: Operating, indices: Sequence[int]) -> list[Outcome]:
    found = await operating.change(lambda queue: queue.discard(list(map(str, indices))))
    return ["discarded" if was_there else "absent" for was_there in found]


def _refuse_undone(index: int, outcome: Outcome) -> None:
    if outcome == "absent":
        raise Refusal(NO_SUCH_DEAD_LETTER, f"F({index}) is not among the dead letters.")
    if outcome == "full":
        detail = f"F({index}) stays a dead letter: there is no room to calculate it now."
        raise Refusal(QUEUE_FULL, detail, headers=[retry_after(FULL_RETRY_S)])


def _wire(letter: DeadLetter) -> DeadLetterItem:
    return DeadLetterItem(
        index=int(letter.id),
        lane=letter.lane,
        attempts=letter.attempts,
        reason=FailureReason(letter.failure.category, letter.failure.detail),
        died_at=datetime.fromtimestamp(letter.died_ms / 1_000, UTC),
    )
